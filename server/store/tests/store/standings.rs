#![allow(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

use domain::check::Status;
use rstest::rstest;
use store::record::{Ended, Import, Judged, Origin, Outage, Recorded, Run, Standing};
use store::{Backend, UnixMillis};

use crate::world::{NOW, World, baseline, binding, later, ran, said};

/// A run that a person asked for: several may start at the same instant.
fn asked(world: &World, check: store::CheckId, at: i64, status: Status) -> Ended {
    world.ended(&Run { scheduled_for: None, ..ran(check, later(at), status) })
}

async fn standing(world: &World, check: store::CheckId) -> Standing {
    world.store.standings_of(check).await.unwrap().remove(0)
}

#[rstest]
#[tokio::test]
async fn a_standing_follows_the_runs(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let world = &World::new(backend).await;
    let check = world.check().await.id;
    let mut fails = Vec::new();
    for (at, status) in
        [Status::Pass, Status::Fail, Status::Unknown, Status::Fail, Status::Warn].iter().enumerate()
    {
        let ended = asked(world, check, i64::try_from(at).unwrap(), *status);
        let run = ended.run.id;
        world.store.record_run(ended, None).await.unwrap();
        let standing = standing(world, check).await;
        assert_eq!((standing.last_status, standing.last_run), (*status, run));
        fails.push((standing.status, standing.consecutive_fails, standing.concluded_at));
    }
    let expected = [
        (Status::Pass, 0, Some(NOW)),
        (Status::Fail, 1, Some(later(1))),
        (Status::Fail, 1, Some(later(1))),
        (Status::Fail, 2, Some(later(3))),
        (Status::Warn, 0, Some(later(4))),
    ];
    assert_eq!(fails, expected, "UNKNOWN replaces nothing");
}

#[rstest]
#[tokio::test]
async fn runs_judged_alike_add_up_without_being_written_again(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let check = world.check().await.id;
    for at in 0..4 {
        let ended = asked(world, check, at, Status::Fail);
        let run = ended.run.id;
        let recorded = world.store.record_run(ended, None).await.unwrap();
        assert_eq!(recorded, Recorded::Stored { repeats: u32::try_from(at).unwrap() });
        let standing = standing(world, check).await;
        let seen = (standing.consecutive_fails, standing.concluded_at, standing.last_run);
        assert_eq!(seen, (u32::try_from(at).unwrap() + 1, Some(later(at)), run));
    }
    let passed = asked(world, check, 9, Status::Pass);
    assert_eq!(world.store.record_run(passed, None).await.unwrap(), Recorded::Stored { repeats: 0 });
    assert_eq!(standing(world, check).await.consecutive_fails, 0);
}

#[rstest]
#[tokio::test]
async fn a_run_after_a_long_silence_is_looked_at_anew(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let check = world.check().await.id;
    world.store.record_run(asked(world, check, 0, Status::Pass), None).await.unwrap();
    let late = Ended { fresh_since: later(5), ..asked(world, check, 10, Status::Pass) };
    assert_eq!(world.store.record_run(late, None).await.unwrap(), Recorded::Stored { repeats: 0 });
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn runs_that_end_at_the_same_instant_all_count(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let check = world.check().await.id;
    world.store.record_run(asked(world, check, 0, Status::Pass), None).await.unwrap();
    let runs: Vec<_> = (0..12)
        .map(|_| {
            let (store, ended) = (world.store.clone(), asked(world, check, 1, Status::Fail));
            tokio::spawn(async move { store.record_run(ended, None).await.unwrap() })
        })
        .collect();
    for run in runs {
        run.await.unwrap();
    }
    let standing = standing(world, check).await;
    assert_eq!((standing.consecutive_fails, standing.concluded_at), (12, Some(later(1))));
    assert_eq!(world.store.runs(check, None, 99).await.unwrap().len(), 13);
}

#[rstest]
#[tokio::test]
async fn a_newer_report_answers_a_look_that_found_none_since_it_was_computed(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let check = world.check().await.id;
    let report = async |at, status| {
        let ended = Ended { origin: Origin::Reported, ..asked(world, check, at, status) };
        let run = ended.run.id;
        world.store.record_run(ended, None).await.unwrap();
        let standing = standing(world, check).await;
        assert_eq!(standing.last_run == run, standing.concluded_at == Some(later(at)));
        (standing.status, standing.consecutive_fails, standing.concluded_at)
    };
    assert_eq!(report(10, Status::Pass).await, (Status::Pass, 0, Some(later(10))));
    for at in [100, 110] {
        world.store.record_run(asked(world, check, at, Status::Fail), None).await.unwrap();
    }
    assert_eq!(standing(world, check).await.consecutive_fails, 2);
    assert_eq!(report(9, Status::Pass).await.0, Status::Fail, "an older report answers nothing");
    assert_eq!(report(90, Status::Pass).await, (Status::Pass, 0, Some(later(90))));
    let outages = world.store.outages(check, NOW).await.unwrap();
    assert_eq!(outages, [Outage { began_at: later(100), ended_at: Some(later(110)) }]);
    assert_eq!(report(80, Status::Fail).await, (Status::Pass, 0, Some(later(90))));
    world.store.record_run(asked(world, check, 200, Status::Fail), None).await.unwrap();
    assert_eq!(standing(world, check).await.status, Status::Fail, "looks go on counting");
}

#[rstest]
#[tokio::test]
async fn a_run_that_ends_late_counts_where_it_started(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let check = world.check().await.id;
    let keep = async |at, status| {
        world.store.record_run(asked(world, check, at, status), None).await.unwrap();
        let standing = standing(world, check).await;
        (standing.status, standing.consecutive_fails, standing.concluded_at)
    };
    assert_eq!(keep(10, Status::Pass).await, (Status::Pass, 0, Some(later(10))));
    assert_eq!(keep(5, Status::Fail).await, (Status::Pass, 0, Some(later(10))), "it failed before it passed");
    assert_eq!(keep(20, Status::Fail).await, (Status::Fail, 1, Some(later(20))));
    assert_eq!(keep(15, Status::Fail).await, (Status::Fail, 2, Some(later(20))), "between pass and failure");
    assert_eq!(
        keep(18, Status::Pass).await,
        (Status::Fail, 1, Some(later(20))),
        "the latest failure stands alone"
    );
    assert_eq!(keep(12, Status::Fail).await, (Status::Fail, 1, Some(later(20))));
    assert_eq!(keep(30, Status::Fail).await, (Status::Fail, 2, Some(later(30))));
    let latest = world.store.latest_runs(world.org.id).await.unwrap();
    assert_eq!(latest[&check].started_at, later(30));
}

#[rstest]
#[tokio::test]
async fn what_is_seen_after_the_clock_was_set_back_counts_at_once(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let check = world.check().await.id;
    let now = UnixMillis::now().0 - NOW.0;
    let keep = async |at, status| {
        let ended = asked(world, check, at, status);
        let run = ended.run.id;
        world.store.record_run(ended, None).await.unwrap();
        let standing = standing(world, check).await;
        assert_eq!((standing.last_status, standing.last_run), (status, run), "it is the latest");
        (standing.status, standing.consecutive_fails, standing.concluded_at)
    };
    // An hour ahead of the present it failed twice.
    keep(now + 3_600_000, Status::Fail).await;
    keep(now + 3_600_001, Status::Fail).await;
    assert_eq!(keep(now - 9, Status::Pass).await, (Status::Pass, 0, Some(later(now - 9))));
    assert_eq!(keep(now - 8, Status::Fail).await, (Status::Fail, 1, Some(later(now - 8))));
    assert_eq!(keep(now - 7, Status::Fail).await, (Status::Fail, 2, Some(later(now - 7))));
    let good = world.store.good_at(check).await.unwrap();
    assert_eq!(good, Some(later(now - 9)), "what passed an hour ahead is no later success");
}

/// Whoever goes on by a newer version does not begin without what the checks saw.
#[rstest]
#[tokio::test]
async fn a_check_stands_by_a_newer_version_as_before_where_that_asks_the_same(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let check = world.check().await.id;
    let failing = |at| {
        let mut ended = asked(world, check, at, Status::Fail);
        let other = Judged { binding: binding(1), ..ended.judged[0].clone() };
        ended.judged.push(other);
        ended
    };
    for at in 0..3 {
        world.store.record_run(failing(at), None).await.unwrap();
    }
    let mut newer = baseline().clone();
    newer.version = "1.1.0".to_owned();
    let mut criteria = newer.domains.iter_mut().flat_map(|domain| &mut domain.criteria);
    let changed = criteria.find_map(|criterion| {
        criterion.bindings.iter_mut().find(|found| found.id == binding(1)).map(|found| &mut found.expect)
    });
    changed.unwrap().remove(0);
    let imported = world.store.import_framework(&newer, "other", said("imported")).await.unwrap();
    let Import::Created(framework) = imported else { panic!("{imported:?}") };

    let stands = async || {
        let all = world.store.standings_of(check).await.unwrap();
        all.into_iter().filter(|standing| standing.framework == framework).collect::<Vec<_>>()
    };
    let stand = stands().await;
    assert_eq!(stand.len(), 1, "what asks something else was never judged: {stand:?}");
    let seen = (stand[0].binding.clone(), stand[0].status, stand[0].consecutive_fails);
    assert_eq!(seen, (binding(0), Status::Fail, 3));
    assert_eq!(stand[0].concluded_at, Some(later(2)));

    let mut next = failing(3);
    next.judged[0].framework = framework;
    world.store.record_run(next, None).await.unwrap();
    assert_eq!(stands().await[0].consecutive_fails, 4, "counted on, and nothing counted twice");
}
