//! Every set of criteria, worked on as well as can be, scored by the rule.

use std::collections::BTreeSet;

use domain::builtin;
use domain::check::{ProbeRecord, Status};
use domain::level::Level;
use domain::roadmap::{Plan, Wishes, plan};
use domain::scoring::{
    EvidenceDuration, EvidenceItem, EvidenceState, Input, ProbeInput, Rating, Score, Scorer,
};
use domain::{CriterionCode, Framework};
use proptest::prelude::*;

use crate::small::{framework, input};

/// How many rungs are reached.
pub(super) fn height(score: &Score) -> usize {
    score.ladder.iter().filter(|rung| rung.reached).count()
}

/// Work on one criterion that leaves nothing to be done.
fn perfect(framework: &Framework, input: &mut Input, code: &CriterionCode) {
    let answer = input.answers.entry(code.clone()).or_default();
    answer.own = Some(Rating::Level(Level::MOST));
    answer.assessor = Some(Rating::Level(Level::MOST));
    input.evidence.push(EvidenceItem {
        criterion: code.clone(),
        duration: EvidenceDuration::Standard,
        dated: input.as_of,
        expires: None,
        author: "a".to_owned(),
        state: EvidenceState::Accepted,
        reviewer: Some("b".to_owned()),
    });
    for binding in &framework.criterion(code).unwrap().bindings {
        input.probes.retain(|probe| probe.binding != binding.id);
        let record = ProbeRecord { status: Status::Pass, consecutive_fails: 0, age_seconds: Some(0) };
        input.probes.push(ProbeInput { binding: binding.id.clone(), record, overridden: false });
    }
}

/// The least effort that reaches the rung at this position; `None` when nothing does.
fn least_effort(
    framework: &Framework,
    scorer: &Scorer,
    input: &Input,
    excluded: &BTreeSet<CriterionCode>,
    top: usize,
) -> Option<u32> {
    let now = scorer.score(input);
    let mut free: Vec<&CriterionCode> = Vec::new();
    let mut answered = input.clone();
    answered.independent_signoff = true;
    for score in now.criteria.iter().filter(|score| score.is_applicable() && !excluded.contains(&score.code))
    {
        free.push(&score.code);
        if score.claimed().is_none() {
            answered.answers.entry(score.code.clone()).or_default().own = Some(Rating::Level(Level::LEAST));
        }
    }
    let tried = (0_u32..1 << free.len()).filter_map(|set| {
        let chosen: Vec<_> = free.iter().enumerate().filter(|(bit, _)| set >> bit & 1 == 1).collect();
        let mut worked = answered.clone();
        for (_, code) in &chosen {
            perfect(framework, &mut worked, code);
        }
        let effort = |code: &CriterionCode| u32::from(framework.criterion(code).unwrap().effort.points());
        (height(&scorer.score(&worked)) > top).then(|| chosen.iter().map(|(_, code)| effort(code)).sum())
    });
    tried.min()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_set_of_steps_beats_the_climb(
        (framework, input) in framework().prop_flat_map(|framework| {
            let input = input(&framework, &["H"]);
            (Just(framework), input)
        }),
        top in 0_usize..2,
        excluded in proptest::collection::btree_set((0_usize..2, 0_usize..3), 0..2),
    ) {
        let scorer = Scorer::new(&framework, builtin::check_kinds()).unwrap();
        let excluded: BTreeSet<CriterionCode> =
            excluded.into_iter().map(|(domain, number)| format!("{}-{number}", ["A", "B"][domain]).into()).collect();
        let target = framework.sublevels[top].code.clone();
        let wishes = Wishes { excluded: excluded.clone(), ..Wishes::rung(target) };
        let found = plan(&framework, builtin::check_kinds(), &scorer, &input, &wishes).unwrap();
        let least = least_effort(&framework, &scorer, &input, &excluded, top);
        match found {
            Plan::Climb(roadmap) => {
                prop_assert_eq!(Some(roadmap.effort), least);
                prop_assert!(height(&roadmap.proof) > top, "{:?}", roadmap);
                prop_assert!(roadmap.steps.iter().all(|step| !excluded.contains(&step.criterion)));
            }
            Plan::OutOfReach(obstacles) => {
                prop_assert_eq!(None, least, "{:?}", obstacles);
                prop_assert!(!obstacles.is_empty());
            }
        }
    }
}
