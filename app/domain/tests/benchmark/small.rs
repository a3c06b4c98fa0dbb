//! Small populations over time: organizations join, leave and submit again, and whatever was published is held against all
//! that anybody could work out from it.

use std::collections::{BTreeMap, BTreeSet};

use domain::DomainCode;
use domain::benchmark::{History, LEAST_GROUP, LEAST_OTHERS, Measure, PeerResult};
use domain::scoring::Exact;
use proptest::prelude::*;

/// A submission: the organization, and its how manyth.
type Id = (u8, u8);

/// What an organization is like; it stays so.
#[derive(Debug, Clone)]
struct Like {
    /// One or two of three profiles.
    profiles: Vec<u8>,
    band: u8,
    /// Whether NET is scored for it.
    net: bool,
}

#[derive(Debug, Clone)]
enum Happens {
    Joins(u8),
    Leaves(u8),
    SubmitsAgain(u8),
}

fn like() -> impl Strategy<Value = Like> {
    (prop::sample::subsequence(vec![0_u8, 1, 2], 1..=2), 0_u8..2, any::<bool>())
        .prop_map(|(profiles, band, net)| Like { profiles, band, net })
}

fn happens(organizations: u8) -> impl Strategy<Value = Happens> {
    prop_oneof![
        3 => (0..organizations).prop_map(Happens::Joins),
        1 => (0..organizations).prop_map(Happens::Leaves),
        3 => (0..organizations).prop_map(Happens::SubmitsAgain),
    ]
}

fn value(id: Id) -> Exact {
    Exact::new(i128::from(u32::from(id.0) * 37 + u32::from(id.1) * 11) % 1_000, 10)
}

fn result(id: Id, like: &Like) -> PeerResult<Id> {
    let mut values = BTreeMap::from([(Measure::Overall, value(id))]);
    if like.net {
        values.insert(Measure::Domain(DomainCode::from("NET")), value(id));
    }
    PeerResult { id, values }
}

/// Groups as they are published: each profile and band, then each profile.
fn groups() -> Vec<(u8, Option<u8>)> {
    let narrow = (0..3).flat_map(|profile| (0..2).map(move |band| (profile, Some(band))));
    narrow.chain((0..3).map(|profile| (profile, None))).collect()
}

/// Everything published about each figure.
fn run(likes: &[Like], events: &[Vec<Happens>]) -> History<Id> {
    let mut history = History::default();
    let mut members: BTreeSet<u8> = BTreeSet::new();
    let mut submissions = vec![0_u8; likes.len()];
    for round in events {
        for event in round {
            match event {
                Happens::Joins(one) => drop(members.insert(*one)),
                Happens::Leaves(one) => drop(members.remove(one)),
                Happens::SubmitsAgain(one) => submissions[usize::from(*one)] += 1,
            }
        }
        for (profile, band) in groups() {
            let in_group = members.iter().filter_map(|one| {
                let like = &likes[usize::from(*one)];
                let fits = like.profiles.contains(&profile) && band.is_none_or(|band| band == like.band);
                fits.then(|| result((*one, submissions[usize::from(*one)]), like))
            });
            let group: Vec<_> = in_group.collect();
            if let Some(edition) = history.publish(&group) {
                assert!(edition.figures.values().all(|summary| summary.count >= LEAST_GROUP));
            }
        }
    }
    history
}

/// Every set that two or three published ones make by union, intersection and difference.
fn worked_out(sets: &[BTreeSet<Id>]) -> BTreeSet<BTreeSet<Id>> {
    let combined = |a: &BTreeSet<Id>, b: &BTreeSet<Id>| -> [BTreeSet<Id>; 4] { [a - b, b - a, a & b, a | b] };
    let mut found: BTreeSet<BTreeSet<Id>> = sets.iter().cloned().collect();
    let pairs: BTreeSet<_> =
        sets.iter().flat_map(|a| sets.iter().flat_map(move |b| combined(a, b))).collect();
    for pair in &pairs {
        found.extend(sets.iter().flat_map(|set| combined(pair, set)));
    }
    found.extend(pairs);
    found
}

fn figures() -> [Measure; 2] {
    [Measure::Overall, Measure::Domain(DomainCode::from("NET"))]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn nothing_that_can_be_worked_out_is_about_fewer_than_six(
        (likes, events) in (10_u8..32).prop_flat_map(|count| (
            prop::collection::vec(like(), usize::from(count)),
            prop::collection::vec(prop::collection::vec(happens(count), 1..24), 1..8),
        )),
    ) {
        let history = run(&likes, &events);
        for measure in figures() {
            let Some(family) = history.of(&measure) else { continue };
            for set in worked_out(family.sets()) {
                prop_assert!(set.is_empty() || set.len() >= LEAST_GROUP, "{measure:?}: {set:?}");
            }
        }
    }

    #[test]
    fn nobody_can_work_out_fewer_than_five_others_from_what_they_are_shown(
        (likes, events, own) in (10_u8..32).prop_flat_map(|count| (
            prop::collection::vec(like(), usize::from(count)),
            prop::collection::vec(prop::collection::vec(happens(count), 1..24), 1..8),
            prop::collection::btree_set(0..count, 1..6),
        )),
    ) {
        let history = run(&likes, &events);
        for measure in figures() {
            let Some(family) = history.of(&measure) else { continue };
            let results = family.sets().iter().flatten();
            let own: BTreeSet<Id> = results.filter(|(one, _)| own.contains(one)).copied().collect();
            let shown: Vec<_> = family.sets().iter().filter(|set| family.shows(set, &own)).cloned().collect();
            for set in worked_out(&shown) {
                let others = set.difference(&own).count();
                prop_assert!(others == 0 || others >= LEAST_OTHERS, "{measure:?}: {set:?} without {own:?}");
            }
        }
    }
}

#[test]
fn a_population_that_is_large_enough_does_get_its_figures() {
    let likes: Vec<_> = (0..14).map(|_| Like { profiles: vec![0], band: 0, net: true }).collect();
    let all_join: Vec<_> = (0..14).map(Happens::Joins).collect();
    let all_again: Vec<_> = (0..14).map(Happens::SubmitsAgain).collect();
    let history = run(&likes, &[all_join, vec![Happens::SubmitsAgain(3)], all_again]);
    let family = history.of(&Measure::Overall).unwrap();
    assert_eq!(family.sets().iter().map(BTreeSet::len).collect::<Vec<_>>(), [14, 14]);
}
