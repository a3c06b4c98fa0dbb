//! Climbs by the built-in frameworks.

use std::collections::BTreeSet;

use domain::builtin;
use domain::check::{ProbeRecord, Status};
use domain::level::Level;
use domain::roadmap::{Action, EvidenceNeed, Need, Obstacle, Plan, Roadmap, Wishes, done, plan};
use domain::scoring::{
    Answer, EvidenceDuration, EvidenceItem, EvidenceState, Input, ProbeInput, Rating, Score, Scorer,
};
use domain::{CriterionCode, Framework};
use proptest::prelude::*;

use crate::brute::height;
use crate::small::input;

fn b7() -> &'static Framework {
    &builtin::frameworks()[0]
}

fn found(framework: &Framework, input: &Input, wishes: &Wishes) -> Plan {
    let scorer = Scorer::new(framework, builtin::check_kinds()).unwrap();
    plan(framework, builtin::check_kinds(), &scorer, input, wishes).unwrap()
}

fn climb(input: &Input, wishes: &Wishes) -> Roadmap {
    match found(b7(), input, wishes) {
        Plan::Climb(roadmap) => *roadmap,
        Plan::OutOfReach(obstacles) => panic!("{obstacles:?}"),
    }
}

fn obstacles(input: &Input, wishes: &Wishes) -> Vec<Obstacle> {
    match found(b7(), input, wishes) {
        Plan::Climb(roadmap) => panic!("{roadmap:?}"),
        Plan::OutOfReach(obstacles) => obstacles,
    }
}

/// A hospital that answers every question with the same level, each documented.
fn everything(level: usize) -> Input {
    let mut input =
        Input { profiles: vec!["H".into()], as_of: jiff::civil::date(2026, 11, 20), ..Input::default() };
    for criterion in b7().criteria() {
        let own = Some(Rating::Level(Level::ALL[level]));
        input.answers.insert(criterion.code.clone(), Answer { own, assessor: None });
        input.evidence.push(EvidenceItem {
            criterion: criterion.code.clone(),
            duration: EvidenceDuration::Standard,
            dated: jiff::civil::date(2026, 10, 1),
            expires: None,
            author: "a".to_owned(),
            state: EvidenceState::Submitted,
            reviewer: None,
        });
    }
    input
}

fn claim(input: &mut Input, code: &str, level: usize) {
    input.answers.get_mut(&CriterionCode::from(code)).unwrap().own = Some(Rating::Level(Level::ALL[level]));
}

fn only(code: &str) -> BTreeSet<CriterionCode> {
    BTreeSet::from([code.into()])
}

#[test]
fn a_rung_that_is_reached_needs_no_step() {
    let roadmap = climb(&everything(3), &Wishes::rung("8.1".into()));
    assert!(roadmap.steps.is_empty() && roadmap.effort == 0);
    assert_eq!(roadmap.start.rung.as_str(), "8.1");
}

#[test]
fn one_missing_gate_is_one_step_to_exactly_its_level() {
    let mut input = everything(3);
    claim(&mut input, "GOV-2", 1);
    let roadmap = climb(&input, &Wishes::rung("8.1".into()));
    let [step] = roadmap.steps.as_slice() else { panic!("{:?}", roadmap.steps) };
    assert_eq!((step.criterion.as_str(), step.from, step.to), ("GOV-2", Level::ALL[1], Level::ALL[3]));
    assert_eq!((step.effort, roadmap.effort, step.action), (1, 1, Action::Improve));
    assert_eq!((step.claim, step.evidence), (Some(Level::ALL[3]), None));
    assert_eq!(step.then.rung.as_str(), "8.1");
    assert_eq!((step.levels().as_str(), step.change().as_str()), ("1 to 3", "from level 1 to 3"));
}

#[test]
fn a_claim_without_proof_is_proven_not_raised() {
    let mut input = everything(3);
    input.evidence.retain(|item| item.criterion.as_str() != "GOV-2");
    let roadmap = climb(&input, &Wishes::rung("8.1".into()));
    let [step] = roadmap.steps.as_slice() else { panic!("{:?}", roadmap.steps) };
    assert_eq!((step.action, step.claim, step.evidence), (Action::Prove, None, Some(EvidenceNeed::Attached)));
}

#[test]
fn a_contradiction_is_mended() {
    let mut input = everything(3);
    let record = ProbeRecord { status: Status::Fail, consecutive_fails: 9, age_seconds: Some(0) };
    input.probes.push(ProbeInput { binding: "PAT-1.4".into(), record, overridden: false });
    let roadmap = climb(&input, &Wishes::rung("8.1".into()));
    let [step] = roadmap.steps.as_slice() else { panic!("{:?}", roadmap.steps) };
    assert_eq!((step.action, step.from, step.to), (Action::Repair, Level::ALL[1], Level::ALL[3]));
    assert_eq!(step.repair, ["PAT-1.4".into()]);
}

#[test]
fn open_questions_are_answered_for_nothing() {
    let mut input = everything(3);
    for code in ["COM-1", "COM-2", "SEM-2", "NET-2", "NET-3"] {
        input.answers.remove(&CriterionCode::from(code));
    }
    let roadmap = climb(&input, &Wishes::rung("8.1".into()));
    assert_eq!(roadmap.effort, 0);
    assert!(!roadmap.steps.is_empty());
    assert!(roadmap.steps.iter().all(|step| step.action == Action::Answer && step.to == Level::LEAST));
    assert!(
        roadmap.steps.iter().all(|step| step.levels() == "stays 0" && step.change() == "level 0 is enough")
    );
}

#[test]
fn the_top_asks_for_a_signature() {
    let roadmap = climb(&everything(3), &Wishes::rung("8.3".into()));
    assert!(roadmap.needs_signature);
    assert_eq!(height(&roadmap.proof), 4);
    // Documents let 3 count: for the gate at 4 they are accepted, or a check verifies the answer.
    let wanted = roadmap.steps.iter().find(|step| step.criterion.as_str() == "OPS-4").unwrap();
    assert_eq!((wanted.from, wanted.to, wanted.claim), (Level::ALL[3], Level::ALL[4], Some(Level::ALL[4])));
    assert!(wanted.evidence == Some(EvidenceNeed::Reviewed) || wanted.verify.is_some(), "{wanted:?}");
}

#[test]
fn evidence_that_is_too_old_for_the_gates_is_renewed() {
    let mut input = everything(4);
    for item in &mut input.evidence {
        item.state = EvidenceState::Accepted;
        item.reviewer = Some("b".to_owned());
        if item.criterion.as_str() == "GOV-1" {
            item.duration = EvidenceDuration::Charter;
            item.dated = jiff::civil::date(2025, 3, 1);
        }
    }
    let roadmap = climb(&input, &Wishes::rung("8.3".into()));
    let [step] = roadmap.steps.as_slice() else { panic!("{:?}", roadmap.steps) };
    assert_eq!((step.criterion.as_str(), step.from, step.to), ("GOV-1", Level::ALL[4], Level::ALL[4]));
    assert_eq!((step.evidence, step.action), (Some(EvidenceNeed::Renewed), Action::Prove));
}

#[test]
fn pinned_stays_in_and_excluded_stays_out() {
    let mut input = everything(3);
    claim(&mut input, "GOV-2", 1);
    let pinned = Wishes { pinned: only("COM-3"), ..Wishes::rung("8.1".into()) };
    let roadmap = climb(&input, &pinned);
    let codes: BTreeSet<&str> = roadmap.steps.iter().map(|step| step.criterion.as_str()).collect();
    assert_eq!(codes, BTreeSet::from(["COM-3", "GOV-2"]));
    assert_eq!(roadmap.effort, 2);
    let excluded = Wishes { excluded: only("GOV-2"), ..Wishes::rung("8.1".into()) };
    let wanted = Obstacle::Excluded { criterion: "GOV-2".into(), need: Need::Gate(Level::ALL[3]) };
    assert_eq!(obstacles(&input, &excluded), [wanted]);
}

#[test]
fn what_is_pinned_at_its_highest_level_is_verified_or_no_step() {
    let mut input = everything(4);
    for item in &mut input.evidence {
        item.state = EvidenceState::Accepted;
        item.reviewer = Some("b".to_owned());
    }
    // Accepted evidence carries level 4; a passing check would make the answer more certain.
    let wishes = Wishes { pinned: only("PAT-1"), ..Wishes::rung("8.1".into()) };
    let roadmap = climb(&input, &wishes);
    let [step] = roadmap.steps.as_slice() else { panic!("{:?}", roadmap.steps) };
    assert_eq!((step.criterion.as_str(), step.from, step.to), ("PAT-1", Level::ALL[4], Level::ALL[4]));
    assert_eq!((step.action, step.verify.is_some()), (Action::Prove, true), "{step:?}");
    // Once it does, nothing is left to do.
    let verified = done(&input, &roadmap.steps, false);
    assert!(climb(&verified, &wishes).steps.is_empty());
}

#[test]
fn a_domain_that_is_left_out_keeps_the_rung_away_and_says_how_far_it_gets() {
    let com = |criterion: &&domain::framework::Criterion| criterion.code.as_str().starts_with("COM");
    let excluded = b7().criteria().filter(com).map(|criterion| criterion.code.clone()).collect();
    let wishes = Wishes { excluded, ..Wishes::rung("8.2".into()) };
    let found = obstacles(&everything(1), &wishes);
    let most = domain::scoring::Exact::from_integer(25);
    assert!(found.contains(&Obstacle::Domain { code: "COM".into(), least: 55, most }), "{found:?}");
}

#[test]
fn nothing_applicable_and_an_unknown_rung_are_said() {
    let nobody = Input { profiles: Vec::new(), ..everything(3) };
    assert_eq!(obstacles(&nobody, &Wishes::rung("8.1".into())), [Obstacle::NothingApplies]);
    let scorer = Scorer::new(b7(), builtin::check_kinds()).unwrap();
    let wishes = Wishes::rung("9.9".into());
    assert!(plan(b7(), builtin::check_kinds(), &scorer, &everything(3), &wishes).is_err());
}

/// The position of a framework, an input for it, and the position of a rung.
fn case() -> impl Strategy<Value = (usize, Input, usize)> {
    (0..builtin::frameworks().len()).prop_flat_map(|position| {
        let framework = &builtin::frameworks()[position];
        (Just(position), input(framework, &["H", "A"]), 0..framework.sublevels.len())
    })
}

/// The same with some criteria pinned and others excluded.
fn wished() -> impl Strategy<Value = (usize, Input, Wishes)> {
    case().prop_flat_map(|(position, input, top)| {
        let framework = &builtin::frameworks()[position];
        let target = framework.sublevels[top].code.clone();
        let codes: Vec<CriterionCode> = framework.criteria().map(|one| one.code.clone()).collect();
        let choices = proptest::collection::vec(0_u8..30, codes.len());
        (Just(position), Just(input), choices).prop_map(move |(position, input, choices)| {
            let chosen = |wanted: u8| {
                let chosen = codes.iter().zip(&choices).filter(|(_, choice)| **choice == wanted);
                chosen.map(|(code, _)| code.clone()).collect::<BTreeSet<_>>()
            };
            (position, input, Wishes { target: target.clone(), pinned: chosen(0), excluded: chosen(1) })
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_rule_itself_proves_the_climb_and_no_step_is_idle((position, input, top) in case()) {
        let framework = &builtin::frameworks()[position];
        let scorer = Scorer::new(framework, builtin::check_kinds()).unwrap();
        let wishes = Wishes::rung(framework.sublevels[top].code.clone());
        let Plan::Climb(roadmap) = found(framework, &input, &wishes) else { return Ok(()) };
        prop_assert!(height(&roadmap.proof) > top);
        let all = scorer.score(&done(&input, &roadmap.steps, true));
        for (step, score) in roadmap.steps.iter().filter_map(|step| {
            Some((step, all.criteria.iter().find(|score| score.code == step.criterion)?))
        }) {
            prop_assert_eq!(score.effective, step.to, "{:?}", step);
        }
        let sum: u32 = roadmap.steps.iter().map(|step| u32::from(step.effort)).sum();
        prop_assert_eq!(sum, roadmap.effort);
        for left_out in (0..roadmap.steps.len()).filter(|at| roadmap.steps[*at].effort > 0) {
            let rest = roadmap.steps.iter().enumerate().filter(|(at, _)| *at != left_out).map(|(_, step)| step);
            let score = scorer.score(&done(&input, rest, true));
            prop_assert!(height(&score) <= top, "idle: {:?}", roadmap.steps[left_out]);
        }
    }

    #[test]
    fn with_pins_and_exclusions_every_step_says_what_to_do_and_changes_something(
        (position, input, wishes) in wished()
    ) {
        let framework = &builtin::frameworks()[position];
        let scorer = Scorer::new(framework, builtin::check_kinds()).unwrap();
        let Plan::Climb(roadmap) = found(framework, &input, &wishes) else { return Ok(()) };
        let before = scorer.score(&input);
        let top = framework.sublevels.iter().position(|rung| rung.code == wishes.target).unwrap();
        for (at, step) in roadmap.steps.iter().enumerate() {
            prop_assert!(!wishes.excluded.contains(&step.criterion), "{:?}", step);
            let criterion = framework.criterion(&step.criterion).unwrap();
            prop_assert!(!step.lines(criterion).is_empty(), "it says nothing: {:?}", step);
            let after = done(&input, [step], true);
            prop_assert!(after.probes != input.probes || after.evidence != input.evidence
                || after.answers != input.answers, "it changes nothing: {:?}", step);
            if wishes.pinned.contains(&step.criterion) {
                let of = |score: &Score| {
                    let found = score.criteria.iter().find(|score| score.code == step.criterion).unwrap();
                    (found.effective, found.confidence, found.contradicted)
                };
                let aged = step.evidence.is_some();
                prop_assert!(aged || of(&scorer.score(&after)) != of(&before), "idle: {:?}", step);
            } else if step.effort > 0 {
                let others = roadmap.steps.iter().enumerate().filter(|(other, _)| *other != at);
                let rest = scorer.score(&done(&input, others.map(|(_, step)| step), true));
                prop_assert!(height(&rest) <= top, "idle: {:?}", step);
            }
        }
    }
}
