use store::record::Check;
use store::{CheckId, IntegrationId};

use super::*;

const LIMITS: WorkLimits =
    WorkLimits { at_once: 4, per_org: 3, per_host: 2, long_at_once: 2, long_per_org: 1, in_hand: 12 };
const NOW: UnixMillis = UnixMillis(1000);

fn due(org: OrgId, at: i64) -> Claimed {
    let check = Check {
        id: CheckId::new(),
        org,
        integration: IntegrationId::new(),
        kind: "tls.certificate".into(),
        parameters: "{}".to_owned(),
        interval_seconds: 60,
        enabled: true,
        created_at: UnixMillis(0),
        next_due_at: UnixMillis(at),
    };
    Claimed { check, epoch: 1, own_failures: 0 }
}

fn at(claimed: &Claimed, host: &str) -> Place {
    Place::new(claimed.check.org, Some(host.to_owned()), Length::Short)
}

fn nowhere(claimed: &Claimed) -> Place {
    Place::new(claimed.check.org, None, Length::Short)
}

fn take(hand: &mut Hand, claimed: Claimed, place: impl Fn(&Claimed) -> Place) {
    let place = place(&claimed);
    hand.take(claimed, place);
}

fn started(hand: &mut Hand) -> Vec<(OrgId, Place)> {
    std::iter::from_fn(|| hand.start(NOW)).map(|(claimed, place)| (claimed.check.org, place)).collect()
}

#[test]
fn a_check_waits_for_its_own_instant() {
    let mut hand = Hand::new(LIMITS);
    take(&mut hand, due(OrgId::new(), 1001), nowhere);
    assert_eq!(hand.next_due(), Some(UnixMillis(1001)));
    assert!(hand.start(UnixMillis(1000)).is_none());
    assert!(hand.start(UnixMillis(1001)).is_some());
    assert_eq!((hand.next_due(), hand.running(), hand.waiting()), (None, 1, 0));
}

#[test]
fn organizations_take_turns() {
    let mut hand = Hand::new(LIMITS);
    let (large, small) = (OrgId::new(), OrgId::new());
    for n in 0..6 {
        take(&mut hand, due(large, n), |claimed| at(claimed, &format!("host-{n}")));
    }
    take(&mut hand, due(small, 999), |claimed| at(claimed, "small"));
    let orgs: Vec<_> = started(&mut hand).into_iter().map(|(org, _)| org).collect();
    assert_eq!(orgs, [large, small, large, large], "no more than four at once");
}

#[test]
fn an_organization_whose_probes_hang_leaves_places_for_others() {
    let mut hand = Hand::new(LIMITS);
    let (hanging, quick) = (OrgId::new(), OrgId::new());
    for n in 0..6 {
        take(&mut hand, due(hanging, n), |claimed| at(claimed, &format!("host-{n}")));
    }
    let running = started(&mut hand);
    assert_eq!(running.len(), 3, "its share");
    take(&mut hand, due(quick, 0), nowhere);
    assert_eq!(started(&mut hand).into_iter().map(|(org, _)| org).collect::<Vec<_>>(), [quick]);
    hand.end(&running[0].1);
    assert_eq!(started(&mut hand).len(), 1, "one of its own has ended");
}

#[test]
fn a_host_that_one_organization_fills_has_places_for_another() {
    let mut hand = Hand::new(LIMITS);
    let (many, one) = (OrgId::new(), OrgId::new());
    for n in 0..3 {
        take(&mut hand, due(many, n), |claimed| at(claimed, "shared"));
    }
    assert_eq!(started(&mut hand).len(), 2);
    take(&mut hand, due(one, 9), |claimed| at(claimed, "shared"));
    assert_eq!(started(&mut hand).into_iter().map(|(org, _)| org).collect::<Vec<_>>(), [one]);
}

#[test]
fn long_probes_take_none_of_the_places_of_short_ones() {
    let mut hand = Hand::new(LIMITS);
    let (exporting, other) = (OrgId::new(), OrgId::new());
    let long = |claimed: &Claimed| Place { length: Length::Long, ..at(claimed, "shared") };
    for n in 0..3 {
        take(&mut hand, due(exporting, n), long);
    }
    let running = started(&mut hand);
    assert_eq!(running.len(), 1, "an organization's share of the long ones");
    take(&mut hand, due(other, 5), long);
    for n in 0..4 {
        take(&mut hand, due(exporting, n), |claimed| at(claimed, &format!("host-{n}")));
    }
    take(&mut hand, due(other, 5), nowhere);
    assert_eq!(started(&mut hand).len(), 5, "one long one of the other, and four short ones");
    assert_eq!((hand.running(), hand.waiting()), (6, 3));
    hand.end(&running[0].1);
    assert_eq!(started(&mut hand)[0].1.length, Length::Long);
}

#[test]
fn what_waits_for_an_instant_that_went_far_away_is_let_go_of() {
    let mut hand = Hand::new(LIMITS);
    let org = OrgId::new();
    take(&mut hand, due(org, 1500), |claimed| at(claimed, "one"));
    take(&mut hand, due(org, 9000), |claimed| at(claimed, "one"));
    take(&mut hand, due(org, 1000), |claimed| at(claimed, "one"));
    let far: Vec<_> = hand.leave(UnixMillis(2000)).iter().map(|claimed| claimed.check.next_due_at).collect();
    assert_eq!(far, [UnixMillis(9000)]);
    assert_eq!((hand.waiting(), hand.held_by_host[&(org, "one".to_owned())]), (2, 2));
    assert!(hand.start(UnixMillis(1500)).is_some() && hand.start(UnixMillis(1500)).is_some());
    assert_eq!(hand.next_due(), None);
}

#[test]
fn a_slow_host_keeps_only_its_own_checks_waiting() {
    let mut hand = Hand::new(LIMITS);
    let org = OrgId::new();
    for n in 0..5 {
        take(&mut hand, due(org, n), |claimed| at(claimed, "slow"));
    }
    take(&mut hand, due(org, 900), |claimed| at(claimed, "quick"));
    let running = started(&mut hand);
    let hosts: Vec<_> = running.iter().map(|(_, place)| place.host.as_deref().unwrap()).collect();
    assert_eq!(hosts, ["slow", "quick", "slow"]);
    hand.end(&running[0].1);
    assert_eq!(started(&mut hand).len(), 1, "a place at the slow host is free again");
    assert!(hand.start(NOW).is_none());
}

#[test]
fn whoever_holds_its_share_is_named_so_that_there_is_room_for_others() {
    let mut hand = Hand::new(LIMITS);
    let (large, small) = (OrgId::new(), OrgId::new());
    for n in 0..6 {
        take(&mut hand, due(large, n), |claimed| at(claimed, "one"));
    }
    assert_eq!((hand.orgs_apart(), hand.hosts_apart()), (vec![large], vec![(large, "one".to_owned())]));
    take(&mut hand, due(small, 1), nowhere);
    assert_eq!((hand.orgs_apart(), hand.room()), (vec![large], 5));
}

#[test]
fn what_has_ended_is_held_no_longer() {
    let mut hand = Hand::new(LIMITS);
    take(&mut hand, due(OrgId::new(), 0), |claimed| at(claimed, "one"));
    let (_, place) = hand.start(NOW).unwrap();
    hand.end(&place);
    assert_eq!((hand.running(), hand.waiting(), hand.room()), (0, 0, 12));
    assert!(hand.held_by_org.is_empty() && hand.held_by_host.is_empty());
    assert!(hand.running_of.is_empty() && hand.running_at.is_empty());
}
