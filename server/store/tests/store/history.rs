#![allow(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

use domain::check::Status;
use rstest::rstest;
use store::record::{Ended, Origin, Outage, Retention, Run};
use store::{Backend, CheckId, UnixMillis};

use crate::world::{NOW, World, later, ran, said};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
/// 2025-06-16T00:00:00Z.
const MIDNIGHT: i64 = 1_750_032_000_000;
const KEEP: Retention = Retention { runs_days: 30, hours_days: 90, days_days: 400 };

/// A run so many milliseconds after midnight, answered in `latency` ms.
async fn keep(world: &World, check: CheckId, after: i64, status: Status, latency: u32) -> Run {
    let run = ran(check, UnixMillis(MIDNIGHT + after), status);
    let gauge = Some(i64::from(latency) / 2);
    let ended = Ended { latency_ms: Some(latency), gauge, ..world.ended(&run) };
    world.store.record_run(ended, None).await.unwrap();
    run
}

#[rstest]
#[tokio::test]
async fn an_hour_adds_up_its_runs(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let world = &World::new(backend).await;
    let check = world.check().await.id;
    for (minute, latency) in [(0, 40), (10, 20), (59, 60), (60, 7)] {
        keep(world, check, minute * 60_000, Status::Pass, latency).await;
    }
    world.record(&ran(check, UnixMillis(MIDNIGHT + 61 * 60_000), Status::Fail)).await;
    let hours = world.store.hours(check, UnixMillis(MIDNIGHT)).await.unwrap();
    assert_eq!(hours.iter().map(|hour| hour.began_at.0 - MIDNIGHT).collect::<Vec<_>>(), [0, HOUR]);
    let first = &hours[0].tally;
    assert_eq!((first.pass, first.timed, first.latency_sum), (3, 3, 120));
    assert_eq!((first.latency_min, first.latency_max, first.gauge), (Some(20), Some(60), Some(30)));
    assert_eq!(first.latency.percentile(50), Some(40));
    let second = &hours[1].tally;
    assert_eq!((second.answered(), second.concluded(), second.timed, second.gauge), (1, 2, 1, Some(3)));
}

#[rstest]
#[tokio::test]
async fn days_are_the_same_before_and_after_they_are_gathered(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let check = world.check().await.id;
    for hour in 0..60 {
        let status = if hour % 7 == 0 { Status::Fail } else { Status::Pass };
        keep(world, check, hour * HOUR, status, u32::try_from(hour).unwrap() * 50).await;
    }
    let since = UnixMillis(MIDNIGHT);
    let days = world.store.days(check, since).await.unwrap();
    let sums = world.store.day_summary(check, since).await.unwrap();
    let of_org = world.store.day_summaries(world.org.id, since).await.unwrap();
    assert_eq!(days.len(), 3);
    assert_eq!(days[0].tally.concluded(), 24);
    assert_eq!(of_org[&check], sums);
    for now in [MIDNIGHT + 2 * DAY, MIDNIGHT + 2 * DAY + 2 * HOUR, MIDNIGHT + 2 * DAY + 2 * HOUR] {
        world.store.gather_days(UnixMillis(now)).await.unwrap();
        assert_eq!(world.store.days(check, since).await.unwrap(), days);
        assert_eq!(world.store.day_summary(check, since).await.unwrap(), sums);
        assert_eq!(world.store.day_summaries(world.org.id, since).await.unwrap(), of_org);
    }
}

#[rstest]
#[tokio::test]
async fn a_run_that_is_kept_after_its_day_was_gathered_is_gathered_the_next_time(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let check = world.check().await.id;
    keep(world, check, 0, Status::Pass, 1).await;
    let next_day = UnixMillis(MIDNIGHT + DAY + 2 * HOUR);
    world.store.gather_days(next_day).await.unwrap();
    keep(world, check, 1, Status::Pass, 1).await;
    world.store.gather_days(next_day).await.unwrap();
    assert_eq!(world.store.days(check, UnixMillis(MIDNIGHT)).await.unwrap()[0].tally.pass, 2);
}

#[rstest]
#[tokio::test]
async fn when_figures_were_reported_last_outlives_their_run(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let store = &world.store;
    let check = world.check().await.id;
    assert_eq!(store.reported_at(check).await.unwrap(), None);
    let now = UnixMillis::now();
    let ago = |days: i64| UnixMillis(now.0 - days * DAY);
    for days in [40, 70] {
        let ended = Ended { origin: Origin::Reported, ..world.ended(&ran(check, ago(days), Status::Pass)) };
        store.record_run(ended, None).await.unwrap();
    }
    world.record(&ran(check, ago(20), Status::Unknown)).await;
    store.forget(KEEP, UnixMillis(now.0 + 31 * DAY)).await.unwrap();
    assert_eq!(store.runs(check, None, 9).await.unwrap().len(), 1, "only the latest run is left");
    assert_eq!(store.reported_at(check).await.unwrap(), Some(ago(40)));
}

#[rstest]
#[tokio::test]
async fn old_runs_are_forgotten_and_what_they_added_up_to_stays(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let check = world.check().await.id;
    // Identifiers bear the present in them, so the history lies before it.
    let now = UnixMillis::now();
    let ago = |days: i64| now.0 - days * DAY - MIDNIGHT;
    for days in [95, 40, 2] {
        keep(world, check, ago(days), Status::Pass, 5).await;
    }
    let since = UnixMillis(now.0 - 200 * DAY);
    let before = world.store.day_summary(check, since).await.unwrap();
    for _ in 0..2 {
        // A moment after: the runs have just been made.
        let later = UnixMillis(now.0 + 31 * DAY);
        world.store.gather_days(later).await.unwrap();
        world.store.forget(KEEP, later).await.unwrap();
        let kept = world.store.runs(check, None, 9).await.unwrap();
        assert_eq!(
            kept.len(),
            2,
            "the latest stays, however old, and the one that the standings were written by"
        );
        assert_eq!(world.store.day_summary(check, since).await.unwrap(), before);
    }
    assert_eq!(world.store.hours(check, since).await.unwrap().len(), 2, "hours of the last 90 days");
    assert_eq!(world.store.standings_of(check).await.unwrap().len(), 1);
    world.store.forget(KEEP, UnixMillis(now.0 + 500 * DAY)).await.unwrap();
    assert!(world.store.day_summary(check, since).await.unwrap().is_empty());
}

#[rstest]
#[tokio::test]
async fn an_outage_lasts_from_the_first_failure_to_the_next_pass(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let check = world.check().await.id;
    let runs = [
        (0, Status::Fail),
        (1, Status::Unknown),
        (2, Status::Fail),
        (3, Status::Warn),
        (4, Status::Pass),
        (5, Status::Fail),
    ];
    for (at, status) in runs {
        world.record(&ran(check, later(at), status)).await;
    }
    let outages = world.store.outages(check, NOW).await.unwrap();
    let expected =
        [Outage { began_at: NOW, ended_at: Some(later(3)) }, Outage { began_at: later(5), ended_at: None }];
    assert_eq!(outages, expected);
    assert_eq!(world.store.outages(check, later(4)).await.unwrap(), expected[1..]);
    assert_eq!(world.store.good_at(check).await.unwrap(), Some(later(4)));
}

#[rstest]
#[tokio::test]
async fn a_declaration_is_kept_when_it_changes(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let check = world.check().await.id;
    for (at, declared) in
        [Some("a\nb"), Some("a\nb"), None, Some("a\nb"), Some("a\nc")].into_iter().enumerate()
    {
        let run = ran(check, later(i64::try_from(at).unwrap()), Status::Pass);
        let ended = Ended { declared: declared.map(ToOwned::to_owned), ..world.ended(&run) };
        world.store.record_run(ended, None).await.unwrap();
    }
    let kept = world.store.declarations(check, 9).await.unwrap();
    let seen: Vec<_> = kept.iter().map(|kept| (kept.seen_at, kept.facts.as_str())).collect();
    assert_eq!(seen, [(later(4), "a\nc"), (NOW, "a\nb")]);
}

#[rstest]
#[tokio::test]
async fn the_schedule_is_told_in_figures(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let world = &World::new(backend).await;
    let integration = world.integration().await;
    for _ in 0..3 {
        world.store.create_check(world.planned(&integration), None, said("x")).await.unwrap();
    }
    let claimed = world.claim("one", NOW, 1).await;
    world.record(&ran(claimed[0].check.id, later(1), Status::Warn)).await;
    let figures = world.store.schedule_figures(later(2)).await.unwrap();
    assert_eq!((figures.checks, figures.enabled, figures.held, figures.overdue), (3, 3, 1, 2));
    assert_eq!((figures.next_due_at, figures.last_started_at), (Some(NOW), Some(later(1))));
    assert_eq!((figures.pass, figures.warn, figures.failing_here), (0, 1, 0));

    let mut state = store::record::WorkerState::new("one", NOW);
    for running in [1, 2] {
        state.running = running;
        world.store.report_worker(state.clone()).await.unwrap();
    }
    assert_eq!(world.store.workers(NOW).await.unwrap(), [state]);
    assert!(world.store.workers(later(1)).await.unwrap().is_empty(), "silent for too long");
    world.store.worker_left("one").await.unwrap();
    assert!(world.store.workers(NOW).await.unwrap().is_empty());
}
