//! Sums and sub-levels (sections 8 and 9).

use domain::check::Status;
use domain::scoring::{ConditionStanding, RungCondition};
use rstest::rstest;

use crate::small::{Builder, exact, verified};

#[test]
fn scores_are_exact() {
    // A (weight 60): A-1 w3 at 2, A-2 w1 at 1, A-3 w1 unanswered; B (weight 40): B-1 w3 at 2, B-2 w2 at 0.
    let result = Builder::new().own("A-1", 4).own("A-2", 1).own("B-1", 2).own("B-2", 0).score();
    let totals = result.totals.as_ref().unwrap();
    assert_eq!(result.domains[0].score, Some(exact(25 * 7, 5)));
    assert_eq!(result.domains[0].claimed, Some(exact(25 * 13, 5)));
    assert_eq!(totals.overall, exact(60 * 35 + 40 * 30, 100));
    assert_eq!(totals.claimed, exact(60 * 65 + 40 * 30, 100));
    assert_eq!(totals.assurance_gap, exact(18, 1));
    assert_eq!(totals.completeness, exact(90, 1));
    assert_eq!(totals.confidence, exact(36, 1));
}

#[test]
fn a_value_equal_to_its_threshold_reaches_the_rung() {
    // R.1 asks overall 50, every domain 50, completeness 100 and A-1 at 2.
    let result = Builder::new().everything_attested(2).score();
    assert_eq!(result.totals.unwrap().rung.as_str(), "R.1");
    let missed = Builder::new().everything_attested(2).own("B-2", 1).score();
    let totals = missed.totals.unwrap();
    assert_eq!((totals.rung.as_str(), totals.next.unwrap().as_str()), ("R.0", "R.1"));
}

#[test]
fn a_higher_rung_needs_all_lower_ones() {
    // R.2 and R.3 do not ask for completeness.
    let result = Builder::new().everything(4).signed().unanswered("A-2").score();
    assert_eq!(result.totals.unwrap().rung.as_str(), "R.0");
    assert!(result.ladder.iter().all(|rung| !rung.reached));
    let own = result.ladder[1].conditions.iter().all(|(_, standing)| *standing == ConditionStanding::Met);
    assert!(own, "its own conditions hold: {:?}", result.ladder[1]);
}

#[test]
fn at_the_top_there_is_no_next_rung() {
    let result = Builder::new().everything(4).signed().score();
    let totals = result.totals.as_ref().unwrap();
    assert_eq!((totals.rung.as_str(), &totals.next), ("R.3", &None));
    assert!(result.findings.is_empty() && result.priorities.is_empty());
}

#[test]
fn the_top_needs_an_independent_assessor() {
    let result = Builder::new().everything(4).score();
    assert_eq!(result.totals.unwrap().rung.as_str(), "R.2");
}

#[rstest]
#[case("2026-11-10", "R.3")]
#[case("2026-11-09", "R.2")]
fn gate_evidence_must_be_young_enough(#[case] dated: &str, #[case] rung: &str) {
    // R.3 gates A-1 and asks for an item at most 10 days old.
    let result = Builder::new().everything(4).signed().without_evidence("A-1").reviewed("A-1", dated).score();
    assert_eq!(result.totals.unwrap().rung.as_str(), rung);
}

#[test]
fn a_gate_that_does_not_apply_is_satisfied() {
    let result = Builder::new().profiles(&["F"]).everything(4).signed().score();
    assert_eq!(result.totals.unwrap().rung.as_str(), "R.3");
}

#[test]
fn a_contradiction_keeps_from_the_rung_and_says_so() {
    let result = Builder::new().everything(4).signed().check("B-1.1", Status::Fail).score();
    assert_eq!(result.totals.as_ref().unwrap().rung.as_str(), "R.1");
    let blocked =
        result.ladder[1].conditions.iter().filter(|(_, standing)| *standing != ConditionStanding::Met);
    let blocked: Vec<_> = blocked.collect();
    let wanted = RungCondition::NoContradiction { weight: 3, contradicted: vec!["B-1".into()] };
    assert_eq!(blocked, [&(wanted, ConditionStanding::Contradicted)]);
}

#[test]
fn a_gate_missed_because_of_a_check_is_contradicted_else_open() {
    let gate = |builder: Builder| {
        let result = builder.score();
        let conditions = result.ladder[0].conditions.iter();
        let mut gates = conditions.filter(|(condition, _)| matches!(condition, RungCondition::Gate { .. }));
        gates.next().unwrap().1
    };
    assert_eq!(gate(verified().own("A-1", 2).check("A-1.1", Status::Fail)), ConditionStanding::Contradicted);
    assert_eq!(gate(verified().own("A-1", 1)), ConditionStanding::Open);
    assert_eq!(gate(verified().own("A-1", 2)), ConditionStanding::Met);
}
