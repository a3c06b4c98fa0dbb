//! Peers: who takes part, what is the latest, what was published.

#![allow(clippy::unwrap_used, reason = "a test's helper may panic")]

use std::collections::BTreeSet;

use rstest::rstest;
use store::record::{Assessment, Organization, PeerEdition, PeerGroup, PeerState, SizeBand};
use store::{Backend, EditionId, SnapshotId};

use crate::trend::{result, submit};
use crate::world::{NOW, World, later, organization, said};

/// Another organization of the same owner, with a submitted assessment.
async fn submitted(
    world: &World,
    slug: &str,
    demo: bool,
    overall: Option<&str>,
) -> (Organization, SnapshotId) {
    let org = Organization { demo, ..organization(slug) };
    world.store.create_organization(org.clone(), world.user.id, said("created")).await.unwrap();
    let snapshot = submit_again(world, &org, overall).await;
    (org, snapshot)
}

async fn submit_again(world: &World, org: &Organization, overall: Option<&str>) -> SnapshotId {
    let assessment = Assessment { org: org.id, ..world.draft() };
    world.store.create_assessment(assessment.clone(), said("started")).await.unwrap();
    let snapshot = submit(world, assessment.id, &assessment.id.to_string()).await;
    world.store.keep_snapshot_result(&result(snapshot.id, overall)).await.unwrap();
    snapshot.id
}

fn latest(state: &PeerState) -> BTreeSet<SnapshotId> {
    state.latest.iter().map(|one| one.result.snapshot).collect()
}

#[rstest]
#[tokio::test]
async fn an_organization_takes_part_from_its_owner_s_decision_to_the_next(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let store = &world.store;
    let org = world.org.id;
    assert_eq!(store.benchmark_member(org).await.unwrap(), None);
    let join = |at| store.join_benchmark(org, world.user.id, at, world.audit("joined"));
    assert!(join(NOW).await.unwrap());
    assert!(!join(later(1)).await.unwrap());
    let member = store.benchmark_member(org).await.unwrap().unwrap();
    assert_eq!((member.since, member.decided_by_name.as_str()), (NOW, world.user.name.as_str()));
    assert!(store.leave_benchmark(org, world.audit("left")).await.unwrap());
    assert!(!store.leave_benchmark(org, world.audit("left")).await.unwrap());
    assert_eq!(store.benchmark_member(org).await.unwrap(), None);
    assert_eq!(world.actions().await, ["joined", "left"]);
}

#[rstest]
#[tokio::test]
async fn the_latest_result_of_each_real_organization_that_takes_part_counts(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let store = &world.store;
    let (east, first) = submitted(world, "east", false, Some("50/1")).await;
    let (west, wests) = submitted(world, "west", false, Some("60/1")).await;
    let (sample, _) = submitted(world, "sample", true, Some("70/1")).await;
    for org in [&east, &sample] {
        store.join_benchmark(org.id, world.user.id, NOW, said("joined")).await.unwrap();
    }
    assert_eq!(latest(&store.peer_state(world.framework).await.unwrap()), BTreeSet::from([first]));
    let second = submit_again(world, &east, None).await;
    let state = store.peer_state(world.framework).await.unwrap();
    assert_eq!(latest(&state), BTreeSet::from([second]), "the latest, rated or not");
    assert_eq!(state.latest[0].org, east.id);
    let own = store.latest_result(west.id, world.framework).await.unwrap().unwrap();
    assert_eq!(own.result.snapshot, wests, "read without taking part");
    assert_eq!(store.latest_result(world.org.id, world.framework).await.unwrap(), None);
    assert_eq!(store.submitted_by(east.id).await.unwrap(), [world.framework; 2]);
}

#[rstest]
#[tokio::test]
async fn what_was_published_stays_on_record(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let world = &World::new(backend).await;
    let store = &world.store;
    let (east, snapshot) = submitted(world, "east", false, Some("50/1")).await;
    store.join_benchmark(east.id, world.user.id, NOW, said("joined")).await.unwrap();
    let edition = |size_band| PeerEdition {
        id: EditionId::new(),
        framework: world.framework,
        group: PeerGroup { profile: "H".into(), size_band },
        made_at: NOW,
        domains: BTreeSet::from(["GOV".into()]),
        results: BTreeSet::from([snapshot]),
    };
    let made = [edition(Some(SizeBand::UpTo20)), edition(None)];
    let publish = made.to_vec();
    store
        .publish_editions(world.framework, |state| {
            assert_eq!(latest(state), BTreeSet::from([snapshot]), "decided within");
            publish
        })
        .await
        .unwrap();
    store.leave_benchmark(east.id, said("left")).await.unwrap();
    let state = store.peer_state(world.framework).await.unwrap();
    assert_eq!(state.editions, made);
    assert_eq!((state.latest.len(), state.members.len()), (0, 0));
    let published: Vec<_> = state.published.iter().map(|one| (one.org, one.result.snapshot)).collect();
    assert_eq!(published, [(east.id, snapshot)]);
}
