use domain::check::{Status, Value};
use jiff::civil::date;
use rstest::rstest;
use store::record::{DaySummary, Judged, Recorded, Run};
use store::{Backend, CheckId, RunId, StoreError};

use crate::world::{NOW, World, later, ran, said, unjudged};

const DAY: i64 = 86_400_000;

#[rstest]
#[tokio::test]
async fn runs_come_newest_first_page_by_page(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let world = &World::new(backend).await;
    let store = &world.store;
    let check = world.check().await;
    // Two that started in the same millisecond, asked for by people.
    let asked = || Run { scheduled_for: None, ..ran(check.id, later(2), Status::Pass) };
    let all =
        [ran(check.id, later(3), Status::Unknown), ran(check.id, later(1), Status::Fail), asked(), asked()];
    for run in &all {
        let recorded = store.record_run(unjudged(run), None).await.unwrap();
        assert_eq!(recorded, Recorded::Stored { repeats: 0 });
    }
    let expected = [all[0].clone(), all[3].clone(), all[2].clone(), all[1].clone()];
    assert_eq!(store.runs(check.id, None, 2).await.unwrap(), expected[..2]);
    assert_eq!(store.runs(check.id, Some(expected[1].id), 9).await.unwrap(), expected[2..]);
    let told = |run: &Run| (run.status, run.started_at);
    let conclusive = expected[1..].iter().map(told).collect::<Vec<_>>();
    assert_eq!(store.conclusive_runs(check.id, all[0].id, 9).await.unwrap(), conclusive);
    assert_eq!(store.conclusive_runs(check.id, expected[2].id, 1).await.unwrap(), conclusive[1..2]);
    assert_eq!(store.run(all[1].id).await.unwrap().as_ref(), Some(&all[1]));
    assert_eq!(store.run(RunId::new()).await.unwrap(), None);
    let latest = store.latest_runs(world.org.id).await.unwrap();
    assert_eq!(latest.into_iter().collect::<Vec<_>>(), [(check.id, all[0].clone())]);
}

#[rstest]
#[tokio::test]
async fn what_failed_runs_saw_comes_oldest_first_from_an_instant_on(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let check = world.check().await;
    let history = [
        (0, Status::Fail),
        (1, Status::Pass),
        (2, Status::Fail),
        (3, Status::Unknown),
        (4, Status::Warn),
        (5, Status::Fail),
    ];
    for (at, status) in history {
        let mut run = ran(check.id, later(at), status);
        run.observations.set("run", at);
        world.record(&run).await;
    }
    let failed = world.store.failed_runs(check.id, later(1)).await.unwrap();
    let seen: Vec<_> = failed.iter().map(|(at, seen)| (*at, seen.get("run").cloned())).collect();
    assert_eq!(seen, [(later(2), Some(Value::Integer(2))), (later(5), Some(Value::Integer(5)))]);
    assert!(world.store.failed_runs(CheckId::new(), NOW).await.unwrap().is_empty());
}

#[rstest]
#[tokio::test]
async fn a_run_is_recorded_once_for_an_instant(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let store = &world.store;
    let check = world.check().await;
    let first = ran(check.id, NOW, Status::Pass);
    let audit = Some(world.audit("run"));
    store.record_run(world.ended(&first), audit.clone()).await.unwrap();
    let twice = ran(check.id, NOW, Status::Fail);
    assert_eq!(store.record_run(world.ended(&twice), audit).await.unwrap(), Recorded::Duplicate);
    assert_eq!(store.standings_of(check.id).await.unwrap(), [world.standing(&first)]);
    assert_eq!(store.runs(check.id, None, 9).await.unwrap(), [first]);
    assert_eq!(world.actions().await, ["run"]);
}

#[rstest]
#[tokio::test]
async fn a_run_of_an_unknown_check_or_binding_is_refused(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let lost = ran(CheckId::new(), NOW, Status::Pass);
    let refused = world.store.record_run(unjudged(&lost), None).await.unwrap_err();
    assert!(matches!(refused, StoreError::NotFound { what: "check" }), "{refused:?}");
    let run = ran(world.check().await.id, NOW, Status::Pass);
    let mut ended = world.ended(&run);
    ended.judged[0] = Judged { binding: "XYZ-1.1".into(), ..ended.judged[0].clone() };
    let refused = world.store.record_run(ended, None).await.unwrap_err();
    assert!(matches!(refused, StoreError::NotFound { what: "binding" }), "{refused:?}");
    assert_eq!(world.store.run(run.id).await.unwrap(), None);
}

#[rstest]
#[tokio::test]
async fn the_runs_of_a_day_in_utc_are_summed(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let world = &World::new(backend).await;
    let check = world.check().await;
    let midnight = 1_750_032_000_000 - NOW.0; // 2025-06-16T00:00:00Z
    let history = [
        (midnight - 2 * DAY, Status::Fail),
        (midnight - 1, Status::Pass),
        (midnight, Status::Fail),
        (midnight + 1, Status::Fail),
        (midnight + 2, Status::Warn),
        (midnight + 3, Status::Unknown),
    ];
    for (at, status) in history {
        world.record(&ran(check.id, later(at), status)).await;
    }
    let days = world.store.day_summary(check.id, later(midnight - DAY)).await.unwrap();
    let expected = [
        DaySummary { date: date(2025, 6, 15), pass: 1, warn: 0, fail: 0, unknown: 0 },
        DaySummary { date: date(2025, 6, 16), pass: 0, warn: 1, fail: 2, unknown: 1 },
    ];
    assert_eq!(days, expected);
    let first = world.store.first_run_at(check.id).await.unwrap();
    assert_eq!(first, Some(later(midnight - 2 * DAY)), "its hour began at that instant");
    assert_eq!(world.store.first_run_at(CheckId::new()).await.unwrap(), None);
}

#[rstest]
#[tokio::test]
async fn each_check_has_its_own_latest_run(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let world = &World::new(backend).await;
    let integration = world.integration().await;
    let mut expected = Vec::new();
    for _ in 0..3 {
        let check = world.planned(&integration);
        world.store.create_check(check.clone(), None, said("x")).await.unwrap();
        let (old, new) = (ran(check.id, NOW, Status::Fail), ran(check.id, later(1), Status::Pass));
        for run in [&old, &new] {
            world.record(run).await;
        }
        expected.push((check.id, new));
    }
    world.store.create_check(world.planned(&integration), None, said("never ran")).await.unwrap();
    let latest = world.store.latest_runs(world.org.id).await.unwrap();
    assert_eq!(latest.into_iter().collect::<Vec<_>>(), expected);
}
