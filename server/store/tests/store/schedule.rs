#![allow(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

use std::collections::BTreeSet;

use domain::check::Status;
use rstest::rstest;
use store::record::{Check, Claimed, Completion, GivenBack, Recorded, Run, Wanted};
use store::{Backend, CheckId, OrgId, UnixMillis};

use crate::world::{NOW, World, later, ran, said, unjudged, wanted};

#[rstest]
#[tokio::test]
async fn due_checks_are_claimed_the_longest_due_first(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let integration = world.integration().await;
    let mut planned = Vec::new();
    for (due, enabled) in [(-5, true), (-9, true), (-7, true), (1, true), (-99, false)] {
        let check = Check { next_due_at: later(due), enabled, ..world.planned(&integration) };
        world.store.create_check(check.clone(), None, said("x")).await.unwrap();
        planned.push(check);
    }
    let claimed = world.claim("one", NOW, 2).await;
    assert_eq!(ids(&claimed), [planned[1].id, planned[2].id]);
    assert_eq!(claimed[0].check, planned[1]);
    // What is held by one is not given to another.
    assert_eq!(ids(&world.claim("two", NOW, 9).await), [planned[0].id]);
    assert!(world.claim("two", NOW, 9).await.is_empty());
}

fn ids(claimed: &[Claimed]) -> Vec<CheckId> {
    claimed.iter().map(|claimed| claimed.check.id).collect()
}

/// A good run at the instant that a check was claimed for, and its check due again then.
async fn complete(world: &World, claimed: &Claimed, next_due_at: UnixMillis) -> (Run, Recorded) {
    let run = ran(claimed.check.id, claimed.check.next_due_at, Status::Pass);
    let completion = Completion { epoch: claimed.epoch, next_due_at, own_failures: 0, host: None };
    let done = world.store.complete_runs([(unjudged(&run), completion)].into()).await.unwrap();
    (run, done[0])
}

#[rstest]
#[tokio::test]
async fn a_completed_check_is_due_again_later(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let check = world.check().await;
    let claimed = &world.claim("one", NOW, 9).await[0];
    let (run, done) = complete(world, claimed, later(500)).await;
    assert_eq!(done, Recorded::Stored { repeats: 0 });
    let (_, again) = complete(world, claimed, later(900)).await;
    assert_eq!(again, Recorded::Superseded, "completed already");
    assert!(world.claim("one", later(499), 9).await.is_empty());
    assert_eq!(world.claim("one", later(500), 9).await[0].check.next_due_at, later(500));
    assert_eq!(world.store.runs(check.id, None, 9).await.unwrap(), [run]);
}

#[rstest]
#[tokio::test]
async fn a_worker_whose_lease_ran_out_keeps_nothing(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let check = world.check().await;
    let slow = &world.claim("slow", NOW, 9).await[0];
    assert!(world.claim("quick", later(999), 9).await.is_empty());
    let quick = &world.claim("quick", later(1000), 9).await[0];
    assert_eq!(complete(world, slow, later(5000)).await.1, Recorded::Superseded);
    let (run, done) = complete(world, quick, later(9000)).await;
    assert_eq!(done, Recorded::Stored { repeats: 0 });
    assert_eq!(world.store.check(check.id).await.unwrap().unwrap().next_due_at, later(9000));
    assert_eq!(world.store.runs(check.id, None, 9).await.unwrap(), [run], "one run for the instant");
}

#[rstest]
#[tokio::test]
async fn of_two_workers_that_finish_a_check_at_the_same_instant_one_is_kept(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let check = world.check().await;
    for round in 0..5 {
        let due = later(round * 100_000);
        let slow = world.claim("slow", due, 9).await.remove(0);
        // Its lease ran out.
        let quick = world.claim("quick", UnixMillis(due.0 + 1000), 9).await.remove(0);
        let next = later((round + 1) * 100_000);
        // The second of those of one lease is the same once more, as after an answer that was lost.
        let (late, first, second) = tokio::join!(
            complete(world, &slow, next),
            complete(world, &quick, next),
            complete(world, &quick, next)
        );
        let done = [late.1, first.1, second.1];
        let stored = |done: &Recorded| matches!(done, Recorded::Stored { .. });
        assert_eq!(done.iter().filter(|done| stored(done)).count(), 1, "{done:?}");
        assert_eq!(late.1, Recorded::Superseded);
        let count = usize::try_from(round).unwrap() + 1;
        assert_eq!(
            world.store.runs(check.id, None, 99).await.unwrap().len(),
            count,
            "one run for the instant"
        );
        assert_eq!(world.store.check(check.id).await.unwrap().unwrap().next_due_at, next);
    }
}

#[rstest]
#[tokio::test]
async fn an_instant_that_was_run_already_is_passed_over(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let check = world.check().await;
    let claimed = &world.claim("one", NOW, 9).await[0];
    world.record(&ran(check.id, NOW, Status::Fail)).await;
    assert_eq!(complete(world, claimed, later(500)).await.1, Recorded::Duplicate);
    assert_eq!(world.store.check(check.id).await.unwrap().unwrap().next_due_at, later(500));
    assert_eq!(world.store.runs(check.id, None, 9).await.unwrap().len(), 1);
}

#[rstest]
#[tokio::test]
async fn a_check_removed_while_it_ran_leaves_the_others_of_its_batch_alone(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let integration = world.integration().await;
    for _ in 0..2 {
        world.store.create_check(world.planned(&integration), None, said("x")).await.unwrap();
    }
    let claimed = world.claim("one", NOW, 9).await;
    world.store.delete_check(claimed[0].check.id, said("x")).await.unwrap();
    let completed = claimed.iter().map(|claimed| {
        let completion =
            Completion { epoch: claimed.epoch, next_due_at: later(9), own_failures: 0, host: None };
        (unjudged(&ran(claimed.check.id, NOW, Status::Pass)), completion)
    });
    let done = world.store.complete_runs(completed.collect()).await.unwrap();
    assert_eq!(done, [Recorded::Superseded, Recorded::Stored { repeats: 0 }]);
}

#[rstest]
#[tokio::test]
async fn leases_are_extended_given_back_and_taken_over(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let check = world.check().await.id;
    world.claim("one", NOW, 9).await;
    assert_eq!(world.store.renew_leases("one", later(5000), &[check, CheckId::new()]).await.unwrap(), 1);
    assert_eq!(world.store.renew_leases("two", later(9000), &[check]).await.unwrap(), 0);
    assert!(world.claim("two", later(1500), 9).await.is_empty());
    assert_eq!(world.store.release_leases("two").await.unwrap(), 0);
    assert_eq!(world.store.release_leases("one").await.unwrap(), 1);
    let again = world.claim("two", later(1500), 9).await;
    assert_eq!(again[0].check.next_due_at, NOW, "as due as it was");
    assert_eq!(world.store.release_all_leases().await.unwrap(), 1);
    assert_eq!(world.claim("three", later(1500), 9).await.len(), 1);
}

#[rstest]
#[tokio::test]
async fn who_has_a_share_already_is_left_out(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let world = &World::new(backend).await;
    let integration = world.integration().await;
    for _ in 0..2 {
        world.store.create_check(world.planned(&integration), None, said("x")).await.unwrap();
    }
    let orgs_apart = &[world.org.id][..];
    assert!(world.store.claim_due(Wanted { orgs_apart, ..wanted("one", NOW, 9) }).await.unwrap().is_empty());
    // The host is known once a run was kept.
    let claimed = &world.claim("one", NOW, 1).await[0];
    let run = ran(claimed.check.id, NOW, Status::Pass);
    let host = Some("slow.example.org".to_owned());
    let completion = Completion { epoch: claimed.epoch, next_due_at: later(9), own_failures: 0, host };
    world.store.complete_runs([(unjudged(&run), completion)].into()).await.unwrap();
    let apart = |org| [(org, "slow.example.org".to_owned())];
    let own = apart(world.org.id);
    let hosts_apart = &own[..];
    let found = world.store.claim_due(Wanted { hosts_apart, ..wanted("one", later(9), 9) }).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_ne!(found[0].check.id, claimed.check.id);
    // What another organization holds there is its own affair.
    let others = apart(OrgId::new());
    let hosts_apart = &others[..];
    let found = world.store.claim_due(Wanted { hosts_apart, ..wanted("one", later(9), 9) }).await.unwrap();
    assert_eq!(ids(&found), [claimed.check.id]);
    world.store.release_leases("one").await.unwrap();
    assert!(ids(&world.claim("one", later(9), 9).await).contains(&claimed.check.id));
}

#[rstest]
#[tokio::test]
async fn a_lease_that_its_worker_lost_sight_of_runs_out(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let lost = world.check().await.id;
    world.claim("one", NOW, 9).await;
    assert_eq!(world.store.renew_leases("one", later(5000), &[]).await.unwrap(), 0);
    assert_eq!(ids(&world.claim("one", later(1000), 9).await), [lost]);
}

#[rstest]
#[tokio::test]
async fn a_check_given_back_without_a_run_is_due_when_its_worker_says(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let check = world.check().await.id;
    let claimed = &world.claim("one", NOW, 9).await[0];
    let back = GivenBack { check, epoch: claimed.epoch, next_due_at: later(700), own_failures: 2 };
    let astray = GivenBack { epoch: claimed.epoch - 1, ..back };
    assert!(!world.store.give_back(astray).await.unwrap(), "a lease that is somebody else's by now");
    assert!(world.store.give_back(back).await.unwrap());
    assert!(!world.store.give_back(back).await.unwrap(), "nobody holds it");
    assert!(world.claim("two", later(699), 9).await.is_empty());
    let again = &world.claim("two", later(700), 9).await[0];
    assert_eq!((again.check.id, again.own_failures), (check, 2));
    assert_eq!(complete(world, claimed, later(9000)).await.1, Recorded::Superseded);
}

#[rstest]
#[tokio::test]
async fn an_instant_that_comes_twice_because_the_clock_was_set_back_has_two_runs(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let check = world.check().await;
    let hour = 3_600_000;
    // By a clock that is an hour ahead the check ran at two instants.
    let ahead = UnixMillis::now().0 + hour - NOW.0;
    for at in [ahead - hour, ahead] {
        world.record(&ran(check.id, later(at), Status::Pass)).await;
    }
    // Set right, it comes to the first of them again, and to the second.
    let instants = [(ahead - hour, ahead - hour), (ahead, ahead - hour + 1)];
    for (instant, started) in instants {
        let claimed = &world.claim("one", later(instant), 9).await[0];
        let run = Run { scheduled_for: Some(later(instant)), ..ran(check.id, later(started), Status::Fail) };
        let completion =
            Completion { epoch: claimed.epoch, next_due_at: later(instant), own_failures: 0, host: None };
        let done = world.store.complete_runs([(world.ended(&run), completion)].into()).await.unwrap();
        assert!(matches!(done[0], Recorded::Stored { .. }), "{done:?}");
    }
    assert_eq!(world.store.runs(check.id, None, 9).await.unwrap().len(), 4);
    let standing = world.store.standings_of(check.id).await.unwrap().remove(0);
    assert_eq!((standing.status, standing.consecutive_fails), (Status::Fail, 2));
}

#[rstest]
#[tokio::test]
async fn a_clock_that_was_set_back_silences_no_check(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let integration = world.integration().await;
    let hour = 3_600_000;
    let ahead = Check { next_due_at: later(3 * hour + 5), ..world.planned(&integration) };
    let soon = Check { next_due_at: later(hour), ..world.planned(&integration) };
    // Its run ended while the present was being compared with it, or on a node whose clock is a little ahead.
    let just = Check { next_due_at: later(hour + 59_000), ..world.planned(&integration) };
    for check in [&ahead, &soon, &just] {
        world.store.create_check(check.clone(), None, said("x")).await.unwrap();
    }
    assert_eq!(world.store.bring_back(NOW).await.unwrap(), 1);
    let due = |check: &Check| world.store.check(check.id);
    assert_eq!(due(&ahead).await.unwrap().unwrap().next_due_at, later(5));
    assert_eq!(due(&soon).await.unwrap().unwrap().next_due_at, later(hour));
    assert_eq!(due(&just).await.unwrap().unwrap().next_due_at, later(hour + 59_000));
}

#[rstest]
#[tokio::test]
async fn a_lease_taken_by_a_clock_that_was_ahead_holds_no_check(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let check = world.check().await;
    let hour = 3_600_000;
    let until = |lease_until| Wanted { lease_until, ..wanted("killed", NOW, 9) };
    assert_eq!(ids(&world.store.claim_due(until(later(hour))).await.unwrap()), [check.id]);
    let claimed = world.store.claim_due(until(later(30_000))).await.unwrap();
    assert_eq!(ids(&claimed), [check.id], "the one who held it was killed, and its clock was an hour ahead");
    assert!(world.claim("two", NOW, 9).await.is_empty(), "a lease of the usual length holds it");
}

#[rstest]
#[tokio::test]
async fn no_check_is_claimed_twice(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let world = &World::new(backend).await;
    let integration = world.integration().await;
    for _ in 0..30 {
        world.store.create_check(world.planned(&integration), None, said("x")).await.unwrap();
    }
    let workers: Vec<_> = (0..6)
        .map(|n| {
            let store = world.store.clone();
            tokio::spawn(async move { store.claim_due(wanted(&format!("w{n}"), NOW, 10)).await.unwrap() })
        })
        .collect();
    let mut claimed = Vec::new();
    for worker in workers {
        claimed.extend(ids(&worker.await.unwrap()));
    }
    claimed.extend(ids(&world.claim("last", NOW, 99).await));
    assert_eq!(claimed.len(), 30);
    assert_eq!(claimed.into_iter().collect::<BTreeSet<_>>().len(), 30);
}

#[rstest]
#[tokio::test]
async fn a_check_is_brought_forward_unless_somebody_holds_it(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let check = Check { next_due_at: later(5000), ..world.planned(&world.integration().await) };
    world.store.create_check(check.clone(), None, said("x")).await.unwrap();
    let due = async || world.store.check(check.id).await.unwrap().unwrap().next_due_at;
    assert!(world.store.bring_forward(check.id, later(3000), NOW).await.unwrap());
    assert_eq!(due().await, later(3000));
    // What is due before stays so.
    assert!(world.store.bring_forward(check.id, later(4000), NOW).await.unwrap());
    assert_eq!(due().await, later(3000));
    let claimed = &world.claim("one", later(3000), 9).await[0];
    assert!(!world.store.bring_forward(check.id, later(100), later(3000)).await.unwrap());
    complete(world, claimed, later(9000)).await;
    assert_eq!(due().await, later(9000));
    assert!(!world.store.bring_forward(CheckId::new(), NOW, NOW).await.unwrap());
}
