//! Findings and priorities (sections 10 and 11).

use domain::builtin;
use domain::check::Status;
use domain::framework::Framework;
use domain::scoring::{
    EvidenceItem, EvidenceState, Finding, FindingKind, FindingSeverity, Input, Step, score,
};

use crate::small::{Builder, exact, finding, item, small, verified};

fn found(builder: Builder, kind: FindingKind, subject: &str) -> Option<Finding> {
    finding(&builder.score(), kind, subject).cloned()
}

fn severity(builder: Builder, kind: FindingKind, subject: &str) -> Option<FindingSeverity> {
    found(builder, kind, subject).map(|finding| finding.severity)
}

#[test]
fn a_contradiction_names_its_bindings() {
    let failing = || Builder::new().own("A-1", 4).check("A-1.1", Status::Fail).check("A-1.2", Status::Pass);
    let contradiction = found(failing(), FindingKind::Contradiction, "A-1").unwrap();
    assert_eq!(contradiction.severity, FindingSeverity::Critical);
    assert_eq!(contradiction.bindings, ["A-1.1".into()]);
    let lowered = failing().own("A-1", 1);
    assert_eq!(found(lowered, FindingKind::Contradiction, "A-1"), None);
    let light = Builder::new().own("B-2", 4).check("B-2.1", Status::Fail);
    assert_eq!(severity(light, FindingKind::Contradiction, "B-2"), Some(FindingSeverity::High));
}

#[test]
fn a_gate_finding_is_about_the_next_rung_only_and_replaces_the_gap() {
    let result = Builder::new().own("A-1", 1).score();
    assert_eq!(finding(&result, FindingKind::Gate, "A-1").unwrap().severity, FindingSeverity::High);
    assert!(finding(&result, FindingKind::Gap, "A-1").is_none());
    let unanswered = Builder::new().score();
    assert!(finding(&unanswered, FindingKind::Gate, "A-1").is_some());
    // The next rung gates A-1 at 2; its gate 4 for R.3 is not due.
    assert!(found(Builder::new().own("A-1", 2), FindingKind::Gate, "A-1").is_none());
}

#[test]
fn unsupported_is_severe_when_only_proof_is_missing() {
    // At R.1, the next rung R.2 gates A-1 at 3.
    let proofless = |level| Builder::new().everything_attested(2).own("A-1", level);
    assert_eq!(severity(proofless(3), FindingKind::Unsupported, "A-1"), Some(FindingSeverity::High));
    assert_eq!(severity(proofless(2), FindingKind::Unsupported, "A-1"), None);
    let ungated = Builder::new().everything_attested(2).own("A-2", 3);
    assert_eq!(severity(ungated, FindingKind::Unsupported, "A-2"), Some(FindingSeverity::Medium));
    let claimed_too_low = Builder::new().own("A-1", 0);
    assert_eq!(severity(claimed_too_low, FindingKind::Unsupported, "A-1"), None);
}

#[test]
fn expired_evidence_is_stale_until_there_is_a_valid_item() {
    let expired = || Builder::new().own("A-1", 2).evidence(item("A-1", "2020-01-01"));
    assert_eq!(severity(expired(), FindingKind::Stale, "A-1"), Some(FindingSeverity::Medium));
    let renewed = expired().evidence(item("A-1", "2026-06-01"));
    assert_eq!(severity(renewed, FindingKind::Stale, "A-1"), None);
    let rejected = EvidenceItem { state: EvidenceState::Rejected, ..item("A-1", "2020-01-01") };
    let rejected = Builder::new().own("A-1", 2).evidence(rejected);
    assert_eq!(severity(rejected, FindingKind::Stale, "A-1"), None);
    let future = Builder::new().own("A-1", 2).evidence(item("A-1", "2027-01-01"));
    assert_eq!(severity(future, FindingKind::Stale, "A-1"), None, "not valid yet, but not expired");
    assert_eq!(severity(expired().own("A-1", 0), FindingKind::Stale, "A-1"), None, "level 0 needs no proof");
}

#[test]
fn a_check_result_past_its_freshness_is_stale() {
    let run = |age| Builder::new().own("A-1", 1).probe("A-1.2", Status::Pass, 0, age);
    assert_eq!(severity(run(259_200), FindingKind::Stale, "A-1"), None);
    let stale = found(run(259_201), FindingKind::Stale, "A-1").unwrap();
    assert_eq!((stale.severity, stale.bindings), (FindingSeverity::Low, vec!["A-1.2".into()]));
    let both = run(259_201).evidence(item("A-1", "2020-01-01"));
    assert_eq!(severity(both, FindingKind::Stale, "A-1"), Some(FindingSeverity::Medium));
    let never = Builder::new().own("A-1", 1).probe("A-1.2", Status::Unknown, 0, 999_999_999);
    assert_eq!(severity(never, FindingKind::Stale, "A-1"), None);
}

#[test]
fn a_gap_is_as_severe_as_it_is_wide_or_heavy() {
    // Target 3, everything documented; R.1 is next and gates only A-1.
    let at = |code: &'static str, level| Builder::new().own(code, level).evidence(item(code, "2026-06-01"));
    assert_eq!(severity(at("A-2", 2), FindingKind::Gap, "A-2"), Some(FindingSeverity::Low));
    assert_eq!(severity(at("A-2", 1), FindingKind::Gap, "A-2"), Some(FindingSeverity::Medium));
    assert_eq!(severity(at("B-1", 2), FindingKind::Gap, "B-1"), Some(FindingSeverity::Medium));
    assert_eq!(severity(at("A-2", 3), FindingKind::Gap, "A-2"), None);
    assert_eq!(severity(Builder::new(), FindingKind::Gap, "A-2"), None, "unanswered is another finding");
}

#[test]
fn priorities_weigh_gain_gates_and_effort() {
    let result = Builder::new().own("A-1", 1).own("A-2", 4).own("B-1", 4).score();
    let shown: Vec<_> = result
        .priorities
        .iter()
        .map(|one| (one.criterion.as_str(), one.priority, one.gain, one.target.get(), one.step))
        .collect();
    // A: 60 of 100, weights 3 + 1 + 1; B: 40 of 100, weights 3 + 2. Efforts A-1 M, A-2 S, A-3 L, B-1 S, B-2 M.
    assert_eq!(
        shown,
        [
            ("A-1", exact(27, 4), exact(9, 1), 2, Step::Improve),
            ("B-1", exact(6, 1), exact(6, 1), 3, Step::Prove),
            ("A-2", exact(3, 1), exact(3, 1), 3, Step::Prove),
            ("B-2", exact(2, 1), exact(4, 1), 1, Step::Improve),
            ("A-3", exact(3, 4), exact(3, 1), 1, Step::Improve),
        ]
    );
}

#[test]
fn a_criterion_capped_by_a_check_is_repaired_first() {
    let result = verified().own("A-1", 4).check("A-1.1", Status::Fail).score();
    let priority = result.priorities.iter().find(|one| one.criterion.as_str() == "A-1").unwrap();
    assert_eq!(priority.step, Step::RepairCheck);
}

#[test]
fn entries_that_the_framework_does_not_have_are_left_out() {
    let stray = Builder::new().own("Z-1", 4).evidence(item("Z-1", "2026-06-01")).check("Z-1.1", Status::Fail);
    assert_eq!(stray.score(), Builder::new().score());
}

#[test]
fn a_framework_that_cannot_be_scored_says_why() {
    let mut framework: Framework = small().clone();
    framework.domains[0].criteria[0].bindings[0].kind = "no.such".into();
    let error = score(&framework, builtin::check_kinds(), &Input::default()).unwrap_err();
    assert_eq!(error.to_string(), "binding A-1.1 names the check kind no.such, which does not exist");
}

#[test]
fn a_criterion_with_a_target_of_its_own_is_held_to_that_and_the_others_to_the_assessments() {
    let documented = |builder: Builder, code| builder.own(code, 2).evidence(item(code, "2026-06-01"));
    let at = |target: u8| documented(documented(Builder::new(), "A-2"), "B-1").aims("A-2", target);
    assert_eq!(severity(at(2), FindingKind::Gap, "A-2"), None, "it counts what it aims at");
    assert_eq!(severity(at(3), FindingKind::Gap, "A-2"), Some(FindingSeverity::Low));
    assert_eq!(severity(at(4), FindingKind::Gap, "A-2"), Some(FindingSeverity::Medium));
    assert_eq!(severity(at(2), FindingKind::Gap, "B-1"), Some(FindingSeverity::Medium), "B-1 aims at 3");
}
