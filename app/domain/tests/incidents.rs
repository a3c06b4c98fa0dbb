//! Incidents open and close by the rule, whatever the runs say.

use domain::check::Status;
use domain::incident::{Opening, Thresholds, Transition, Watch};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use Status::{Fail, Pass, Unknown, Warn};

fn thresholds(open_after: u32, close_after: u32) -> Thresholds {
    Thresholds::new(open_after, close_after).expect("within the limits")
}

/// The transitions of a series of runs, each with the position of its run, and how it ended.
fn played(runs: &[Status], thresholds: Thresholds) -> (Vec<(usize, Transition)>, Watch) {
    let mut watch = Watch::default();
    let mut transitions = Vec::new();
    for (position, status) in runs.iter().enumerate() {
        let (next, transition) = watch.after(*status, thresholds);
        transitions.extend(transition.map(|transition| (position, transition)));
        watch = next;
    }
    (transitions, watch)
}

/// The rule without flapping, in other words: counted anew from the beginning at every run.
fn plainly(runs: &[Status], thresholds: Thresholds) -> Vec<(usize, Transition)> {
    let conclusive: Vec<_> = runs
        .iter()
        .enumerate()
        .filter(|(_, status)| **status != Unknown)
        .map(|(at, s)| (at, *s == Fail))
        .collect();
    let mut open = false;
    let mut transitions = Vec::new();
    for (end, (at, failed)) in conclusive.iter().enumerate() {
        let running = conclusive[..=end].iter().rev().take_while(|(_, other)| other == failed).count();
        let running = u32::try_from(running).expect("a short series");
        if *failed && !open && running >= thresholds.open_after() {
            open = true;
            transitions.push((*at, Transition::Opened(Opening::Failures)));
        } else if !failed && open && running >= thresholds.close_after() {
            open = false;
            transitions.push((*at, Transition::Closed));
        }
    }
    transitions
}

/// Whether a series changed its mind fewer than five times, too few for flapping in any window.
fn calm(runs: &[Status]) -> bool {
    let failed: Vec<_> =
        runs.iter().filter(|status| **status != Unknown).map(|status| *status == Fail).collect();
    failed.windows(2).filter(|pair| pair[0] != pair[1]).count() < 5
}

/// A few long stretches.
fn stretches() -> impl Strategy<Value = Vec<Status>> {
    vec((select(vec![Pass, Warn, Fail, Unknown]), 1_usize..8), 0..8)
        .prop_map(|stretches| stretches.into_iter().flat_map(|(status, count)| vec![status; count]).collect())
}

fn runs() -> impl Strategy<Value = Vec<Status>> {
    prop_oneof![vec(select(vec![Pass, Pass, Warn, Fail, Fail, Unknown]), 0..120), stretches()]
}

fn any_thresholds() -> impl Strategy<Value = Thresholds> {
    (1_u32..=5, 1_u32..=5).prop_map(|(open, close)| thresholds(open, close))
}

#[test]
fn so_many_failures_open_and_so_many_successes_close() {
    let (transitions, watch) =
        played(&[Fail, Pass, Fail, Fail, Fail, Pass, Fail, Pass, Warn], thresholds(3, 2));
    assert_eq!(transitions, [(4, Transition::Opened(Opening::Failures)), (8, Transition::Closed)]);
    assert!(!watch.open);
}

#[test]
fn a_check_that_comes_and_goes_is_one_incident_until_it_has_calmed_down() {
    let mut runs = vec![Pass; 20];
    runs.extend([Fail, Pass].repeat(10));
    runs.extend([Pass; 30]);
    let (transitions, _) = played(&runs, thresholds(2, 1));
    let [(opened, Transition::Opened(Opening::Flapping)), (closed, Transition::Closed)] = transitions[..]
    else {
        panic!("opened once and closed once: {transitions:?}");
    };
    // The sixth change in a row begins it, and the failure after that opens the incident.
    assert_eq!(opened, 26);
    assert!((41..60).contains(&closed), "{closed}");
}

#[test]
fn two_short_failures_are_two_incidents_and_no_flapping() {
    let runs = [[Pass; 5].as_slice(), &[Fail; 3], &[Pass; 5], &[Fail; 3], &[Pass; 5]].concat();
    let (transitions, watch) = played(&runs, thresholds(2, 1));
    assert_eq!(transitions.len(), 4, "{transitions:?}");
    assert!(!watch.flapping);
}

#[test]
fn thresholds_have_limits() {
    assert_eq!(Thresholds::new(0, 1), None);
    assert_eq!(Thresholds::new(1, 21), None);
    let kinds = domain::builtin::check_kinds();
    for kind in kinds {
        assert_eq!(Thresholds::of(kind), thresholds(kind.fail_after, 1), "{}", kind.code);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_incident_is_opened_once_and_closed_once(runs in runs(), thresholds in any_thresholds()) {
        let (transitions, watch) = played(&runs, thresholds);
        for (position, (at, transition)) in transitions.iter().enumerate() {
            prop_assert_eq!(position % 2 == 0, matches!(transition, Transition::Opened(_)));
            match transition {
                Transition::Opened(_) => prop_assert_eq!(runs[*at], Fail),
                Transition::Closed => prop_assert!(matches!(runs[*at], Pass | Warn)),
                Transition::Replaced => panic!("no run denies anything"),
            }
        }
        prop_assert_eq!(watch.open, transitions.len() % 2 == 1);
    }

    #[test]
    fn a_run_that_says_nothing_changes_nothing(
        runs in runs(), thresholds in any_thresholds(), count in 1_usize..4, place in any::<proptest::sample::Index>(),
    ) {
        let mut with = runs.clone();
        let place = place.index(runs.len() + 1);
        with.splice(place..place, vec![Unknown; count]);
        let kinds = |transitions: Vec<(usize, Transition)>| -> Vec<_> {
            transitions.into_iter().map(|(_, transition)| transition).collect()
        };
        let (before, after) = (played(&runs, thresholds), played(&with, thresholds));
        prop_assert_eq!(before.1, after.1);
        prop_assert_eq!(kinds(before.0), kinds(after.0));
    }

    #[test]
    fn without_flapping_the_rule_is_that_of_counting(runs in stretches(), thresholds in any_thresholds()) {
        prop_assume!(calm(&runs));
        prop_assert_eq!(played(&runs, thresholds).0, plainly(&runs, thresholds));
    }

    #[test]
    fn an_incident_does_not_outlive_twenty_one_successes(runs in runs(), thresholds in any_thresholds()) {
        let calmed = [runs.as_slice(), &[Pass; 21]].concat();
        prop_assert!(!played(&calmed, thresholds).1.open);
    }

    #[test]
    fn failing_long_enough_always_opens(runs in runs(), thresholds in any_thresholds()) {
        let broken = [runs.as_slice(), &[Fail; 5]].concat();
        prop_assert!(played(&broken, thresholds).1.open);
    }
}

#[test]
fn runs_that_a_changed_answer_makes_failures_of_open_an_incident_at_once() {
    let thresholds = thresholds(2, 1);
    let (_, good) = played(&[Pass; 30], thresholds);
    let (one, transition) = good.anew(true, 1, thresholds);
    assert_eq!((one.fails, one.open, transition), (1, false, None), "one is none yet");
    let (opened, transition) = good.anew(true, 17, thresholds);
    assert_eq!(transition, Some(Transition::Opened(Opening::Failures)));
    assert!(opened.open && !opened.flapping);
    assert_eq!((opened.fails, opened.history.known()), (17, good.history.known()), "no run came");
    let (closed, transition) = opened.anew(false, opened.fails, thresholds);
    assert_eq!(transition, Some(Transition::Closed));
    assert_eq!((closed.open, closed.fails), (false, 0));
    assert_eq!(closed.history, good.history, "as if nothing had been claimed");
}

#[test]
fn a_watch_that_saw_nothing_can_be_told_what_runs_said_before() {
    let (opened, transition) = Watch::default().anew(true, 3, thresholds(2, 1));
    assert!(opened.open && transition.is_some());
    assert_eq!((opened.fails, opened.history.known()), (3, 1));
}

#[test]
fn what_opens_as_failures_reached_the_threshold_by_runs_that_fail() {
    let thresholds = thresholds(3, 1);
    let failures = Some(Transition::Opened(Opening::Failures));
    let contradiction = Some(Transition::Opened(Opening::Contradiction));
    assert_eq!(thresholds.told(failures, None, 3), failures);
    assert_eq!(thresholds.told(failures, None, 2), contradiction, "two failed, and one denies an answer");
    assert_eq!(thresholds.told(failures, None, 0), contradiction, "all of them deny it");
    let flapping = Some(Transition::Opened(Opening::Flapping));
    assert_eq!(thresholds.told(flapping, None, 1), flapping);
    assert_eq!(thresholds.told(flapping, None, 0), contradiction);
    assert_eq!(thresholds.told(None, None, 2), None);
}

#[test]
fn an_outage_takes_the_place_of_a_contradiction_and_of_nothing_else() {
    let thresholds = thresholds(2, 1);
    assert_eq!(thresholds.told(None, Some(Opening::Contradiction), 1), None);
    assert_eq!(thresholds.told(None, Some(Opening::Contradiction), 2), Some(Transition::Replaced));
    for outage in [Opening::Failures, Opening::Flapping] {
        assert_eq!(thresholds.told(None, Some(outage), 9), None, "it goes on");
        assert!(outage.is_outage());
    }
    assert!(!Opening::Contradiction.is_outage());
    let closed = Some(Transition::Closed);
    assert_eq!(thresholds.told(closed, Some(Opening::Contradiction), 0), closed);
}
