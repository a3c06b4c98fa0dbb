use store::record::Check;
use store::{CheckId, IntegrationId};

use super::*;

const LIMITS: WorkLimits = WorkLimits { at_once: 4, per_host: 2, in_hand: 12 };
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

fn started(hand: &mut Hand) -> Vec<(OrgId, Place)> {
    std::iter::from_fn(|| hand.start(NOW)).map(|(claimed, place)| (claimed.check.org, place)).collect()
}

#[test]
fn a_check_waits_for_its_own_instant() {
    let mut hand = Hand::new(LIMITS);
    hand.take(due(OrgId::new(), 1001), None);
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
        hand.take(due(large, n), Some(format!("host-{n}")));
    }
    hand.take(due(small, 999), Some("small".to_owned()));
    let orgs: Vec<_> = started(&mut hand).into_iter().map(|(org, _)| org).collect();
    assert_eq!(orgs, [large, small, large, large], "no more than four at once");
}

#[test]
fn a_slow_host_keeps_only_its_own_checks_waiting() {
    let mut hand = Hand::new(LIMITS);
    let org = OrgId::new();
    for n in 0..5 {
        hand.take(due(org, n), Some("slow".to_owned()));
    }
    hand.take(due(org, 900), Some("quick".to_owned()));
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
        hand.take(due(large, n), Some("one".to_owned()));
    }
    assert_eq!((hand.orgs_apart(), hand.hosts_apart()), (vec![large], vec!["one".to_owned()]));
    hand.take(due(small, 1), None);
    assert_eq!((hand.orgs_apart(), hand.room()), (vec![large], 5));
}

#[test]
fn what_has_ended_is_held_no_longer() {
    let mut hand = Hand::new(LIMITS);
    hand.take(due(OrgId::new(), 0), Some("one".to_owned()));
    let (_, place) = hand.start(NOW).unwrap();
    hand.end(&place);
    assert_eq!((hand.running(), hand.waiting(), hand.room()), (0, 0, 12));
    assert!(hand.held_by_org.is_empty() && hand.held_by_host.is_empty() && hand.running_at.is_empty());
}
