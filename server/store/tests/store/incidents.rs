#![allow(clippy::unwrap_used, reason = "a test's helper may panic")]

use std::collections::{BTreeSet, HashSet};

use domain::check::Status;
use domain::incident::{Opening, Thresholds, Watch};
use domain::scoring::FindingSeverity;
use rstest::rstest;
use store::record::{Aimed, Check, CheckAlerting, Closing, Incident, IncidentStep, Snooze, Touched, Watched};
use store::{Backend, CheckId, IncidentId, RunId};

use crate::world::{NOW, World, criterion, later, said};

fn incident(world: &World, check: &Check) -> Incident {
    let touched = Touched {
        framework: "BL7".into(),
        domain: "BAS".into(),
        criterion: criterion(0),
        contradicted: true,
    };
    Incident {
        id: IncidentId::new(),
        org: world.org.id,
        check: Some(check.id),
        integration: "Patient API".to_owned(),
        kind: check.kind.clone(),
        severity: FindingSeverity::High,
        touches: vec![touched],
        opening: Opening::Failures,
        cause: "connection refused by 192.0.2.1:443".to_owned(),
        failures: 2,
        flapped: false,
        began_at: NOW,
        opened_at: later(60_000),
        closed_at: None,
        closing: None,
        announced_at: None,
        closing_announced_at: None,
    }
}

async fn seen(world: &World, check: CheckId) -> Watched {
    world.store.watched(check).await.unwrap().unwrap().0
}

/// The watch after one more failure.
fn failed(before: &Watched, incident: Option<IncidentId>) -> Watched {
    let (watch, _) = before.watch.after(Status::Fail, Thresholds::new(1, 1).unwrap());
    let failing_since = before.failing_since.or(Some(NOW));
    Watched { watch, failing_since, incident, last_run: Some(RunId::new()), ..before.clone() }
}

#[rstest]
#[tokio::test]
async fn an_incident_is_opened_goes_on_and_is_closed(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let store = &world.store;
    let check = world.check().await;
    let before = seen(world, check.id).await;
    assert_eq!((before.watch, before.revision, before.last_run), (Watch::default(), 0, None));

    let opened = incident(world, &check);
    let after = failed(&before, Some(opened.id));
    let step = IncidentStep::Opened(Box::new(opened.clone()));
    assert!(store.keep_watch(after.clone(), step).await.unwrap());
    assert_eq!(seen(world, check.id).await, Watched { revision: 1, ..after });
    assert_eq!(store.open_incidents_of(world.org.id).await.unwrap(), std::slice::from_ref(&opened));
    assert_eq!(store.incident(opened.id).await.unwrap(), Some(opened.clone()));

    let before = seen(world, check.id).await;
    let step = IncidentStep::Continued { id: opened.id, failed: true, flapping: true };
    assert!(store.keep_watch(failed(&before, Some(opened.id)), step).await.unwrap());
    let kept = store.incident(opened.id).await.unwrap().unwrap();
    assert_eq!((kept.failures, kept.flapped), (3, true));

    let before = seen(world, check.id).await;
    let closed = Watched { watch: Watch::default(), incident: None, failing_since: None, ..before };
    let step = IncidentStep::Closed { id: opened.id, at: later(120_000) };
    assert!(store.keep_watch(closed, step).await.unwrap());
    let kept = store.incident(opened.id).await.unwrap().unwrap();
    assert_eq!((kept.closed_at, kept.closing), (Some(later(120_000)), Some(Closing::Recovered)));
    assert!(store.open_incidents_of(world.org.id).await.unwrap().is_empty());
    assert_eq!(store.incidents_of_check(check.id, 9).await.unwrap(), [kept]);
}

#[rstest]
#[tokio::test]
async fn an_incident_closed_by_a_clock_that_was_set_back_ends_no_earlier_than_it_opened(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let store = &world.store;
    let check = world.check().await;
    let opened = incident(world, &check);
    let after = failed(&seen(world, check.id).await, Some(opened.id));
    assert!(store.keep_watch(after, IncidentStep::Opened(Box::new(opened.clone()))).await.unwrap());
    let before = seen(world, check.id).await;
    let closed = Watched { watch: Watch::default(), incident: None, failing_since: None, ..before };
    let step = IncidentStep::Closed { id: opened.id, at: later(-3_600_000) };
    assert!(store.keep_watch(closed, step).await.unwrap());
    assert_eq!(store.incident(opened.id).await.unwrap().unwrap().closed_at, Some(opened.opened_at));
}

#[rstest]
#[tokio::test]
async fn an_outage_takes_the_place_of_a_contradiction_all_at_once(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let store = &world.store;
    let check = world.check().await;
    let less = Incident { opening: Opening::Contradiction, ..incident(world, &check) };
    let after = failed(&seen(world, check.id).await, Some(less.id));
    assert!(store.keep_watch(after, IncidentStep::Opened(Box::new(less.clone()))).await.unwrap());

    let before = seen(world, check.id).await;
    let outage = Incident { opened_at: later(120_000), ..incident(world, &check) };
    let step = IncidentStep::Replaced { id: less.id, at: later(120_000), by: Box::new(outage.clone()) };
    assert!(store.keep_watch(failed(&before, Some(outage.id)), step).await.unwrap());
    assert_eq!(store.open_incidents_of(world.org.id).await.unwrap(), std::slice::from_ref(&outage));
    let ended = store.incident(less.id).await.unwrap().unwrap();
    assert_eq!((ended.closed_at, ended.closing), (Some(later(120_000)), Some(Closing::ReplacedByOutage)));
    assert_eq!(seen(world, check.id).await.incident, Some(outage.id));

    // Whoever saw the state before that neither closes nor opens anything.
    let late = incident(world, &check);
    let step = IncidentStep::Replaced { id: outage.id, at: later(180_000), by: Box::new(late.clone()) };
    assert!(!store.keep_watch(failed(&before, Some(late.id)), step).await.unwrap());
    assert_eq!(store.open_incidents_of(world.org.id).await.unwrap(), [outage]);
    assert_eq!(store.incident(late.id).await.unwrap(), None);
}

#[rstest]
#[tokio::test]
async fn whoever_saw_an_older_state_keeps_nothing(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let check = world.check().await;
    let before = seen(world, check.id).await;
    let tries: Vec<_> = (0..6)
        .map(|_| {
            let (store, opened) = (world.store.clone(), incident(world, &check));
            let after = failed(&before, Some(opened.id));
            tokio::spawn(async move {
                store.keep_watch(after, IncidentStep::Opened(Box::new(opened))).await.unwrap()
            })
        })
        .collect();
    let mut kept = 0;
    for attempt in tries {
        kept += u32::from(attempt.await.unwrap());
    }
    assert_eq!(kept, 1);
    assert_eq!(world.store.incidents_of(world.org.id, None, 9).await.unwrap().len(), 1);
    let late = failed(&before, None);
    assert!(!world.store.keep_watch(late, IncidentStep::Nothing).await.unwrap());
}

#[rstest]
#[tokio::test]
async fn an_incident_outlives_its_check_and_ends_with_it(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let store = &world.store;
    let check = world.check().await;
    let opened = incident(world, &check);
    let after = failed(&seen(world, check.id).await, Some(opened.id));
    let again = after.clone();
    assert!(store.keep_watch(after, IncidentStep::Opened(Box::new(opened.clone()))).await.unwrap());
    assert!(store.delete_check(check.id, said("check.removed")).await.unwrap());
    assert_eq!(store.close_incidents_without_check(world.org.id, later(1)).await.unwrap(), 1);
    let kept = store.incident(opened.id).await.unwrap().unwrap();
    assert_eq!((kept.check, kept.closing), (None, Some(Closing::CheckRemoved)));
    // The clock stood before the incident: it does not end before it began.
    assert_eq!(kept.closed_at, Some(opened.opened_at));
    assert_eq!(store.watched(check.id).await.unwrap(), None);
    // A run that was under way comes too late.
    let refused = store.keep_watch(again, IncidentStep::Nothing).await;
    assert!(matches!(refused, Err(store::StoreError::NotFound { .. })), "{refused:?}");
}

#[rstest]
#[tokio::test]
async fn a_check_that_is_aimed_elsewhere_ends_its_incident_and_remembers_no_failure(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let store = &world.store;
    let check = world.check().await;
    let opened = incident(world, &check);
    let after = failed(&seen(world, check.id).await, Some(opened.id));
    assert!(store.keep_watch(after, IncidentStep::Opened(Box::new(opened.clone()))).await.unwrap());
    let before = seen(world, check.id).await;
    let aimed = Aimed { at: later(120_000), target: "b".to_owned(), before: "a".to_owned() };
    assert!(store.aim_check(check.clone(), &aimed, None, world.audit("check.changed")).await.unwrap());
    let kept = store.incident(opened.id).await.unwrap().unwrap();
    assert_eq!((kept.closed_at, kept.closing), (Some(later(120_000)), Some(Closing::AimedElsewhere)));
    let now = seen(world, check.id).await;
    assert_eq!((now.watch, now.failing_since, now.incident), (Watch::default(), None, None));
    assert_eq!(world.actions().await, ["check.changed", "incident.closed"]);
    // A run of the target before that is taken into account right now looks again.
    let late = IncidentStep::Continued { id: opened.id, failed: true, flapping: false };
    assert!(!store.keep_watch(failed(&before, Some(opened.id)), late).await.unwrap());
}

#[rstest]
#[tokio::test]
async fn how_a_check_alerts_is_kept_beside_what_is_remembered_of_it(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let check = world.check().await;
    let snooze = Snooze { until: later(5), reason: "Their data centre moves".to_owned(), by: world.user.id };
    let now = async || world.store.watched(check.id).await.unwrap().unwrap().1;
    world.store.set_snooze(check.id, Some(snooze.clone()), world.audit("snoozed")).await.unwrap();
    world.store.set_thresholds(check.id, Some(4), None, world.audit("set")).await.unwrap();
    let both = CheckAlerting { open_after: Some(4), close_after: None, snooze: Some(snooze) };
    assert_eq!(now().await, both, "neither takes away what the other says");
    world.store.set_snooze(check.id, None, world.audit("ended")).await.unwrap();
    assert_eq!(now().await, CheckAlerting { snooze: None, ..both });
    world.store.set_thresholds(check.id, None, None, world.audit("usual")).await.unwrap();
    assert_eq!(now().await, CheckAlerting::default());
    let refused = world.store.set_thresholds(CheckId::new(), Some(4), None, world.audit("none")).await;
    assert!(matches!(refused, Err(store::StoreError::NotFound { .. })), "{refused:?}");
    let refused = world.store.set_snooze(CheckId::new(), None, world.audit("none")).await;
    assert!(matches!(refused, Err(store::StoreError::NotFound { .. })), "{refused:?}");
    assert_eq!(world.actions().await, ["snoozed", "set", "ended", "usual"]);
}

#[rstest]
#[tokio::test]
async fn incidents_are_listed_the_latest_first(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let store = &world.store;
    let mut ids = Vec::new();
    for _ in 0..3 {
        let check = world.check().await;
        let opened = incident(world, &check);
        ids.push(opened.id);
        let after = failed(&seen(world, check.id).await, Some(opened.id));
        assert!(store.keep_watch(after, IncidentStep::Opened(Box::new(opened))).await.unwrap());
    }
    let listed = async |before, limit| {
        let found = store.incidents_of(world.org.id, before, limit).await.unwrap();
        found.into_iter().map(|incident| incident.id).collect::<Vec<_>>()
    };
    assert_eq!(listed(None, 2).await, [ids[2], ids[1]]);
    assert_eq!(listed(Some(ids[1]), 9).await, [ids[0]]);
}

#[rstest]
#[tokio::test]
async fn of_a_period_those_that_began_in_it_are_read_and_of_each_check_when_the_first_did(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let store = &world.store;
    let (check, other) = (world.check().await, world.check().await);
    let open = async |incident: &Incident| {
        let before = seen(world, incident.check.unwrap()).await;
        let step = IncidentStep::Opened(Box::new(incident.clone()));
        assert!(store.keep_watch(failed(&before, Some(incident.id)), step).await.unwrap());
        let before = seen(world, incident.check.unwrap()).await;
        let after = Watched { incident: None, ..before };
        let step = IncidentStep::Closed { id: incident.id, at: later(500_000) };
        assert!(store.keep_watch(after, step).await.unwrap());
        incident.id
    };
    let began = |check: &Check, at: i64| Incident { began_at: later(at), ..incident(world, check) };
    let less = Incident { opening: Opening::Contradiction, ..began(&check, 5) };
    open(&less).await;
    let first = open(&began(&check, 10)).await;
    // Told of late.
    let late = open(&began(&check, 100)).await;
    let early = open(&began(&check, 99)).await;
    let its = open(&began(&other, 200)).await;
    let ids = async |since: i64| -> Vec<IncidentId> {
        let found = store.incidents_begun_since(world.org.id, later(since)).await.unwrap();
        found.into_iter().map(|incident| incident.id).collect()
    };
    assert_eq!(ids(100).await, [its, late]);
    assert_eq!(ids(0).await, [its, early, late, first, less.id]);
    assert!(store.incidents_begun_since(store::OrgId::new(), NOW).await.unwrap().is_empty());
    let firsts = async || {
        let mut firsts = store.first_incidents_of(world.org.id).await.unwrap();
        firsts.sort_by_key(|first| first.began_at);
        firsts.into_iter().map(|first| (first.check, first.began_at)).collect::<Vec<_>>()
    };
    assert_eq!(firsts().await, [(Some(check.id), later(10)), (Some(other.id), later(200))]);
    store.delete_check(check.id, said("x")).await.unwrap();
    assert_eq!(firsts().await, [(None, later(10)), (Some(other.id), later(200))]);

    let asked = BTreeSet::from([first, its, IncidentId::new()]);
    assert_eq!(store.incidents_among(world.org.id, &asked).await.unwrap(), HashSet::from([first, its]));
    assert!(store.incidents_among(store::OrgId::new(), &asked).await.unwrap().is_empty());
}
