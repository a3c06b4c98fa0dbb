//! What to do first (section 11).

use std::cmp::Reverse;

use super::exact::reduced;
use super::sums::{Rated, Sums};
use super::{CriterionScore, Limit, Priority, Scorer, Step};
use crate::level::Level;

/// A criterion to rank, in whole numbers that compare as the exact values do.
struct Candidate {
    position: usize,
    target: Level,
    /// 3 below a gate, else 2: the factors 3/2 and 1 in halves.
    factor: i128,
    /// Priority times `8 * sum(W) * common / 25`.
    priority: i128,
    /// Gain times `sum(W) * common / 25`.
    gain: i128,
}

/// All criteria with a gain, highest priority first, then highest gain, then file order.
pub(super) fn rank(
    scorer: &Scorer,
    criteria: &[CriterionScore],
    sums: &Sums,
    rated: &Rated,
    next: Option<usize>,
) -> Vec<Priority> {
    let shares: Vec<i128> = sums
        .domains
        .iter()
        .map(|domain| rated.common.checked_div(domain.weight).unwrap_or(0) * domain.domain_weight)
        .collect();
    let mut candidates: Vec<Candidate> = Vec::with_capacity(criteria.len());
    for (position, score) in criteria.iter().enumerate().filter(|(_, score)| score.is_applicable()) {
        let criterion = &scorer.criteria[position];
        let gate = next.and_then(|rung| criterion.gates[rung]).unwrap_or(Level::LEAST);
        let target = gate.max(above(score.effective));
        let distance = target.get() - score.effective.get();
        if distance == 0 {
            continue;
        }
        let gain = shares[criterion.domain] * i128::from(criterion.weight * distance);
        // Quarters for the efforts 1, 2 and 4.
        let factor = if score.effective < gate { 3 } else { 2 };
        let priority = gain * factor * (4 / i128::from(criterion.effort));
        candidates.push(Candidate { position, target, factor, priority, gain });
    }
    candidates.sort_unstable_by_key(|one| (Reverse(one.priority), Reverse(one.gain), one.position));
    candidates.into_iter().map(|one| one.priority(scorer, criteria, sums, rated)).collect()
}

impl Candidate {
    /// The exact values, from the smallest whole numbers that give them.
    fn priority(&self, scorer: &Scorer, criteria: &[CriterionScore], sums: &Sums, rated: &Rated) -> Priority {
        let (criterion, score) = (&scorer.criteria[self.position], &criteria[self.position]);
        let domain = &sums.domains[criterion.domain];
        let distance = self.target.get() - score.effective.get();
        let gain = 25 * domain.domain_weight * i128::from(criterion.weight * distance);
        let denominator = rated.domain_weights * domain.weight;
        Priority {
            criterion: criterion.code.clone(),
            priority: reduced(gain * self.factor, denominator * 2 * i128::from(criterion.effort)),
            gain: reduced(gain, denominator),
            target: self.target,
            step: step(score.limit),
        }
    }
}

/// The level above, at most 4.
fn above(level: Level) -> Level {
    Level::ALL.get(usize::from(level.get()) + 1).copied().unwrap_or(Level::MOST)
}

/// The action that lifts what limits the effective level.
fn step(limit: Limit) -> Step {
    match limit {
        Limit::Check => Step::RepairCheck,
        Limit::Evidence => Step::Prove,
        Limit::None => Step::Improve,
    }
}
