use std::collections::BTreeSet;

use rstest::rstest;
use store::Backend;
use store::record::Check;

use crate::world::{NOW, World, later, said};

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
        world.store.create_check(check.clone(), said("x")).await.unwrap();
        planned.push(check);
    }
    let claimed = world.store.claim_due("one", NOW, 1000, 2).await.unwrap();
    let ids: Vec<_> = claimed.iter().map(|(check, _)| check.id).collect();
    assert_eq!(ids, [planned[1].id, planned[2].id]);
    assert_eq!(claimed[0].0, planned[1]);
    // What is held by one is not given to another.
    let rest = world.store.claim_due("two", NOW, 1000, 9).await.unwrap();
    assert_eq!(rest.iter().map(|(check, _)| check.id).collect::<Vec<_>>(), [planned[0].id]);
    assert!(world.store.claim_due("two", NOW, 1000, 9).await.unwrap().is_empty());
}

#[rstest]
#[tokio::test]
async fn a_completed_check_is_due_again_later(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let check = world.check().await;
    let (_, epoch) = world.store.claim_due("one", NOW, 1000, 9).await.unwrap()[0];
    assert!(world.store.complete(check.id, epoch, later(500)).await.unwrap());
    assert!(!world.store.complete(check.id, epoch, later(900)).await.unwrap(), "completed already");
    assert!(world.store.claim_due("one", later(499), 1000, 9).await.unwrap().is_empty());
    let again = world.store.claim_due("one", later(500), 1000, 9).await.unwrap();
    assert_eq!(again[0].0.next_due_at, later(500));
}

#[rstest]
#[tokio::test]
async fn a_worker_whose_lease_ran_out_completes_nothing(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let check = world.check().await;
    let (_, slow) = world.store.claim_due("slow", NOW, 1000, 9).await.unwrap()[0];
    assert!(world.store.claim_due("quick", later(999), 1000, 9).await.unwrap().is_empty());
    let (_, quick) = world.store.claim_due("quick", later(1000), 1000, 9).await.unwrap()[0];
    assert!(!world.store.complete(check.id, slow, later(5000)).await.unwrap());
    assert!(world.store.complete(check.id, quick, later(9000)).await.unwrap());
    assert_eq!(world.store.check(check.id).await.unwrap().unwrap().next_due_at, later(9000));
}

#[rstest]
#[tokio::test]
async fn no_check_is_claimed_twice(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let world = &World::new(backend).await;
    let integration = world.integration().await;
    for _ in 0..30 {
        world.store.create_check(world.planned(&integration), said("x")).await.unwrap();
    }
    let workers: Vec<_> = (0..6)
        .map(|n| {
            let store = world.store.clone();
            tokio::spawn(async move { store.claim_due(&format!("w{n}"), NOW, 1000, 10).await.unwrap() })
        })
        .collect();
    let mut claimed = Vec::new();
    for worker in workers {
        claimed.extend(worker.await.unwrap().into_iter().map(|(check, _)| check.id));
    }
    claimed.extend(
        world.store.claim_due("last", NOW, 1000, 99).await.unwrap().into_iter().map(|(check, _)| check.id),
    );
    assert_eq!(claimed.len(), 30);
    assert_eq!(claimed.into_iter().collect::<BTreeSet<_>>().len(), 30);
}
