//! What changed in the live result, and when a submission is at risk.

use domain::Level;
use domain::live::{ChangeCause, Fraction, LiveCriterion, LiveResult, RungFrom, at_risk};
use domain::scoring::Exact;
use proptest::collection::vec;
use proptest::prelude::*;

const HOUR: i64 = 3600 * 1000;
const DAY: i64 = 24 * HOUR;

fn standing(claimed: usize, effective: usize, evidence_class: usize, contradicted: bool) -> LiveCriterion {
    let confidence = if contradicted { 20 } else { [40, 65, 85, 100][evidence_class] };
    LiveCriterion {
        claimed: Level::ALL[claimed],
        effective: Level::ALL[effective],
        evidence_class,
        contradicted,
        confidence,
    }
}

fn result(overall: i128, criteria: &[(&str, LiveCriterion)]) -> LiveResult {
    LiveResult {
        rung: Some("8.0".into()),
        overall: Some(Exact::new(overall, 3).into()),
        criteria: criteria.iter().map(|(code, standing)| ((*code).into(), *standing)).collect(),
        ..LiveResult::default()
    }
}

#[test]
fn a_change_is_put_down_to_what_differs() {
    let before = result(
        100,
        &[
            ("A-1", standing(4, 4, 3, false)),
            ("A-2", standing(2, 2, 0, false)),
            ("A-3", standing(3, 2, 0, false)),
            ("A-4", standing(1, 1, 1, false)),
            ("A-5", standing(3, 3, 1, false)),
        ],
    );
    let mut warned = standing(3, 3, 1, false);
    warned.confidence = 60;
    let after = result(
        80,
        &[
            ("A-1", standing(4, 2, 1, true)),
            ("A-2", standing(3, 2, 0, false)),
            ("A-3", standing(3, 3, 1, false)),
            ("A-5", warned),
            ("A-6", standing(1, 1, 0, false)),
        ],
    );
    let changes: Vec<_> = before
        .changes(&after)
        .into_iter()
        .map(|change| (change.criterion.to_string(), change.cause))
        .collect();
    let expected = [
        ("A-1", ChangeCause::Check),
        ("A-2", ChangeCause::Answer),
        ("A-3", ChangeCause::Evidence),
        ("A-4", ChangeCause::Answer),
        ("A-5", ChangeCause::Check),
        ("A-6", ChangeCause::Answer),
    ];
    assert_eq!(changes, expected.map(|(code, cause)| (code.to_owned(), cause)));
    assert!(!before.says_the_same(&after) && before.says_the_same(&before));
    assert!(after.changes(&after).is_empty());
}

#[test]
fn a_fraction_stays_exact_as_text() {
    let exact = Exact::new(204, 3);
    assert_eq!(Fraction::from(exact).as_str(), "68/1");
    assert_eq!(Fraction::from(exact).exact(), Some(exact));
    for wrong in ["", "1", "1/0", "a/b", "1/-2"] {
        assert_eq!(Fraction::from(wrong.to_owned()).exact(), None, "{wrong}");
    }
}

fn from(days: i64, place: usize) -> RungFrom {
    RungFrom { at: days * DAY, place }
}

#[test]
fn a_submission_is_at_risk_after_fourteen_days_below_until_one_day_back() {
    let timeline = [from(0, 2), from(10, 1)];
    assert!(!at_risk(2, &timeline, 24 * DAY - 1));
    assert!(at_risk(2, &timeline, 24 * DAY), "exactly 14 days");
    let back = [from(0, 2), from(10, 1), from(30, 2)];
    assert!(at_risk(2, &back, 31 * DAY - 1));
    assert!(!at_risk(2, &back, 31 * DAY), "exactly one day");
    let interrupted = [from(0, 2), from(10, 1), from(20, 2), from(21, 0)];
    assert!(!at_risk(2, &interrupted, 34 * DAY), "an interruption begins the 14 days anew");
    assert!(at_risk(2, &interrupted, 35 * DAY));
    let lower = [from(0, 2), from(10, 1), from(20, 0)];
    assert!(at_risk(2, &lower, 24 * DAY), "falling further is no interruption");
    assert!(!at_risk(2, &[], 99 * DAY));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_rule_is_that_of_looking_every_hour(
        steps in vec((1_i64..400, 0_usize..4), 0..12), submitted in 0_usize..4, rest in 0_i64..800,
    ) {
        let mut at = 0;
        let mut timeline = vec![RungFrom { at: 0, place: submitted }];
        for (hours, place) in steps {
            at += hours;
            timeline.push(RungFrom { at: at * HOUR, place });
        }
        let end = at + rest;
        let (mut below, mut back, mut risk) = (0, 0, false);
        for hour in 0..=end {
            // The stretch that ends at this hour, before whatever begins at it.
            if below >= 14 * 24 { risk = true; }
            if back >= 24 { risk = false; }
            let place = timeline.iter().rev().find(|entry| entry.at <= hour * HOUR).map_or(submitted, |entry| entry.place);
            if place < submitted { below += 1; back = 0; } else { back += 1; below = 0; }
        }
        prop_assert_eq!(at_risk(submitted, &timeline, end * HOUR), risk);
    }
}
