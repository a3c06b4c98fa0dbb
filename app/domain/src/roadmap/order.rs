//! In which order the steps are taken, and where each leads.

use std::cmp::Reverse;

use super::model::Model;
use super::outcome::done;
use super::{PlannedStep, Roadmap, Standpoint, Wishes};
use crate::scoring::{Exact, Input, Score, Scorer};

/// Orders the steps by what they gain for their effort, and scores the way. What costs nothing comes first; equals stay
/// in file order.
pub(super) fn roadmap(
    model: &Model,
    scorer: &Scorer,
    input: &Input,
    wishes: &Wishes,
    start: Standpoint,
    mut steps: Vec<PlannedStep>,
) -> Roadmap {
    let needs_signature = model.asked.signature && !input.independent_signoff;
    let proof = scorer.score(&done(input, &steps, needs_signature));
    // A check that is mended may verify the answer by itself, and lift it further than was asked.
    for step in &mut steps {
        let code = &step.criterion;
        let counts = proof.criteria.iter().find(|score| score.code == *code).map(|score| score.effective);
        let candidate = model.candidates.iter().find(|candidate| candidate.criterion.code == *code);
        if let Some((counts, candidate)) = counts.zip(candidate) {
            let levels = counts.get().saturating_sub(step.from.get());
            step.to = counts;
            step.gain = model.points_per_level(candidate) * i128::from(levels);
        }
    }
    steps.sort_by_key(|step| {
        let free = step.effort == 0;
        let worth = if free { Exact::from_integer(0) } else { step.gain / i128::from(step.effort) };
        (!free, Reverse(worth))
    });
    let mut way = input.clone();
    for step in &mut steps {
        way = done(&way, [&*step], false);
        step.then = standpoint(&scorer.score(&way)).unwrap_or_else(|| start.clone());
    }
    Roadmap {
        target: wishes.target.clone(),
        effort: steps.iter().map(|step| u32::from(step.effort)).sum(),
        steps,
        needs_signature,
        start,
        proof,
    }
}

fn standpoint(score: &Score) -> Option<Standpoint> {
    score.totals.as_ref().map(|totals| Standpoint {
        overall: totals.overall,
        confidence: totals.confidence,
        rung: totals.rung.clone(),
    })
}
