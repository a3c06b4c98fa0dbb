//! Groups whose difference would tell.

use std::collections::{BTreeMap, BTreeSet};

use domain::DomainCode;
use domain::benchmark::{History, Measure, PeerResult, Published};
use domain::scoring::Exact;

fn set(results: impl IntoIterator<Item = u32>) -> BTreeSet<u32> {
    results.into_iter().collect()
}

fn published(sets: &[BTreeSet<u32>]) -> Published<u32> {
    let mut family = Published::default();
    for set in sets {
        family.note(set.clone());
    }
    family
}

#[test]
fn a_group_needs_five_beside_the_reader_s_own() {
    let none = Published::default();
    assert!(!none.admits(&set(1..=5)));
    assert!(none.admits(&set(1..=6)));
}

#[test]
fn a_wider_group_is_published_only_where_what_it_adds_is_a_group_too() {
    let large = published(&[set(1..=6)]);
    assert!(!large.admits(&set(1..=7)), "all hospitals but the large ones are one");
    assert!(!large.admits(&set(1..=11)));
    assert!(large.admits(&set(1..=12)));
}

#[test]
fn somebody_who_joins_is_not_seen_by_the_difference() {
    let before = published(&[set(1..=8)]);
    assert!(!before.admits(&set(1..=9)));
    assert_eq!(before.most_of(&set(1..=9)), None);
    assert_eq!(before.most_of(&set(1..=14)), Some(set(1..=14)), "six joined");
}

#[test]
fn somebody_who_submits_again_is_not_seen_by_the_difference() {
    let before = published(&[set(1..=8)]);
    // 8 is now 108.
    let after = set((1..=7).chain([108]));
    assert_eq!(before.most_of(&after), None);
    // All but one: the one is left out, or it would be what both editions share.
    let most = set((102..=108).chain([1]));
    assert_eq!(before.most_of(&most), Some(set(102..=108)));
}

#[test]
fn an_edition_that_was_replaced_still_counts() {
    let editions = published(&[set(1..=6), set(101..=106)]);
    assert!(!editions.admits(&set(1..=7)), "the first edition is no longer shown, and was seen");
}

#[test]
fn three_groups_together_tell_no_more_than_two() {
    // 1..=12 and 7..=18 share 7..=12. The union of both, but for one, would give that one away.
    let family = published(&[set(1..=12), set(7..=18)]);
    assert!(family.admits(&set(1..=18)));
    assert!(!family.admits(&set(2..=18)));
}

#[test]
fn somebody_of_several_organizations_sees_a_group_only_without_counting_them() {
    let family = published(&[set(1..=8)]);
    assert!(family.shows(&set(1..=8), &set([1])));
    assert!(family.shows(&set(1..=8), &set(1..=3)));
    assert!(!family.shows(&set(1..=8), &set(1..=4)), "four others are left");
    assert!(!family.shows(&set(1..=8), &set(1..=8)), "none is left");
    // 1..=6 are a group, and 7..=12 the rest of a wider one. Whoever has two of the rest could tell the other four.
    let family = published(&[set(1..=6), set(1..=12)]);
    assert!(family.shows(&set(1..=12), &set([7])));
    assert!(!family.shows(&set(1..=12), &set([7, 8])));
    assert!(family.shows(&set(1..=6), &set([7, 8])));
}

fn result(id: u32, domains: &[&str]) -> PeerResult<u32> {
    let value = Exact::from_integer(i128::from(id % 100));
    let domains = domains.iter().map(|code| (Measure::Domain(DomainCode::from(*code)), value));
    let values: BTreeMap<Measure, Exact> = domains.chain([(Measure::Overall, value)]).collect();
    PeerResult { id, values }
}

#[test]
fn a_domain_that_few_are_scored_in_is_left_out() {
    let mut history = History::default();
    let group: Vec<_> =
        (1..=8).map(|id| result(id, if id <= 5 { &["PAT", "NET"] } else { &["PAT"] })).collect();
    let edition = history.publish(&group).unwrap();
    assert_eq!(edition.results, set(1..=8));
    let figures: Vec<_> = edition.figures.keys().cloned().collect();
    assert_eq!(figures, [Measure::Overall, Measure::Domain("PAT".into())]);
    assert_eq!(edition.figures[&Measure::Overall].count, 8);
}

#[test]
fn a_domain_is_left_out_of_a_wider_group_where_the_difference_would_tell() {
    let mut history = History::default();
    let large: Vec<_> = (1..=6).map(|id| result(id, &["PAT"])).collect();
    history.publish(&large).unwrap();
    // Six more, of whom one is scored in PAT.
    let more = (7..=12).map(|id| result(id, if id == 7 { &["PAT"] } else { &[] }));
    let all: Vec<_> = large.iter().cloned().chain(more).collect();
    let edition = history.publish(&all).unwrap();
    assert_eq!(edition.figures.keys().cloned().collect::<Vec<_>>(), [Measure::Overall]);
}

#[test]
fn what_is_not_scored_at_all_is_no_member() {
    let mut history = History::default();
    let mut group: Vec<_> = (1..=6).map(|id| result(id, &[])).collect();
    group[0].values.clear();
    assert_eq!(history.publish(&group), None);
}
