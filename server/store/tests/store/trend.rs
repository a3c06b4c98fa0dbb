//! What is compared over time.

#![allow(clippy::unwrap_used, reason = "a test's helper may panic")]

use std::collections::BTreeMap;

use domain::live::Fraction;
use rstest::rstest;
use store::record::AssessmentState::{Draft, Submitted};
use store::record::{
    AssessmentBundle, Before, Claim, LiveChangeRecord, Role, Sealed, Signed, Signing, SizeBand, Snapshot,
    SnapshotKind, SnapshotResult,
};
use store::{AssessmentId, Backend, SnapshotId, UnixMillis};

use crate::live::record;
use crate::world::{NOW, World, baseline, later, level, organization, said};

/// Submits an assessment; the file says nothing but this text.
pub(crate) async fn submit(world: &World, id: AssessmentId, text: &str) -> Snapshot {
    let step = world.step_to(id, Draft, Submitted);
    let signing = Signing { step, kind: SnapshotKind::Submitted, snapshot: SnapshotId::new() };
    let org = world.store.assessment(id).await.unwrap().unwrap().org;
    let make = |_: &AssessmentBundle, _: &Before| {
        Ok::<_, ()>(Sealed { rung: None, sha256: text.to_owned(), file: text.to_owned() })
    };
    match world.store.sign(signing, org, said("submitted"), make).await.unwrap() {
        Signed::Done(snapshot) => snapshot,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn result(snapshot: SnapshotId, overall: Option<&str>) -> SnapshotResult {
    let fraction = |text: &str| Fraction::from(text.to_owned());
    SnapshotResult {
        snapshot,
        overall: overall.map(fraction),
        claimed: overall.map(|_| fraction("100/1")),
        domains: BTreeMap::from([("GOV".into(), fraction("125/2"))]),
        profiles: vec!["H".into(), "A".into()],
        size_band: SizeBand::UpTo20,
    }
}

#[rstest]
#[tokio::test]
async fn the_figures_of_a_snapshot_are_kept_once_and_read_with_it(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let store = &world.store;
    let id = world.assessment().await.id;
    let snapshot = submit(world, id, "what was submitted").await;
    assert_eq!(store.unread_snapshots(10).await.unwrap(), [(snapshot.id, "what was submitted".to_owned())]);
    assert!(store.handed_in(id).await.unwrap().is_empty());
    let kept = result(snapshot.id, Some("321/5"));
    for figures in [&kept, &result(snapshot.id, None)] {
        store.keep_snapshot_result(figures).await.unwrap();
    }
    assert!(store.unread_snapshots(10).await.unwrap().is_empty());
    let handed_in = store.handed_in(id).await.unwrap();
    assert_eq!(handed_in.len(), 1);
    assert_eq!((&handed_in[0].snapshot, &handed_in[0].result), (&snapshot, &kept));
    assert!(store.keep_snapshot_result(&result(SnapshotId::new(), None)).await.is_err());
}

#[rstest]
#[tokio::test]
async fn every_revision_of_an_answer_comes_in_the_order_of_time(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let id = world.assessment().await.id;
    let none = Claim::NotApplicable { reason: "No such unit".to_owned() };
    for (revision, claim) in [Claim::Level(level(1)), none, Claim::Level(level(3))].into_iter().enumerate() {
        let revision = i64::try_from(revision).unwrap();
        let mut save = world.save(id, claim, revision);
        save.at = later(revision);
        world.store.save_answer(save, said("saved")).await.unwrap();
    }
    let steps = world.store.answers_over_time(id).await.unwrap();
    let claims: Vec<_> = steps.into_iter().map(|step| (step.at, step.claim.unwrap())).collect();
    let wanted = [
        (NOW, Claim::Level(level(1))),
        (later(1), Claim::NotApplicable { reason: "No such unit".to_owned() }),
        (later(2), Claim::Level(level(3))),
    ];
    assert_eq!(claims, wanted);
}

/// A change that was made at that instant, and begins its identifier with it.
fn changed(assessment: AssessmentId, at: UnixMillis, from: &str, to: Option<&str>) -> LiveChangeRecord {
    let fraction = |text: &str| Fraction::from(text.to_owned());
    let id = format!("{:08x}-{:04x}-7000-8000-000000000001", at.0 >> 16, at.0 & 0xffff);
    LiveChangeRecord {
        id: id.parse().unwrap(),
        assessment,
        at,
        from_rung: None,
        to_rung: None,
        from_overall: Some(fraction(from)),
        to_overall: to.map(fraction),
        causes: serde_json::json!([]),
    }
}

#[rstest]
#[tokio::test]
async fn the_scores_of_many_are_those_that_they_had_at_an_instant(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let store = &world.store;
    let (moved, still) = (world.assessment().await.id, world.assessment().await.id);
    let stranger = world.another_user("kim@example.org").await;
    store.keep_live_result(record(still, "A", 0), None).await.unwrap();
    let changes = [changed(moved, later(10), "1/4", Some("1/2")), changed(moved, later(20), "1/2", None)];
    for (revision, change) in (0..).zip(changes) {
        assert!(store.keep_live_result(record(moved, "A", revision), Some(change)).await.unwrap());
    }
    let at = async |user, at| -> Vec<Option<String>> {
        let found = store.overall_at(user, &[still, moved], at).await.unwrap();
        found.into_iter().map(|score| score.map(|score| score.as_str().to_owned())).collect()
    };
    let scored = |text: &str| Some(text.to_owned());
    for (instant, score) in [
        (later(0), scored("1/4")),
        (later(9), scored("1/4")),
        (later(10), scored("1/2")),
        (later(19), scored("1/2")),
        (later(20), None),
        (later(1_000_000), None),
    ] {
        assert_eq!(at(world.user.id, instant).await, [score, scored("1/3")], "{instant:?}");
    }
    assert!(at(world.user.id, UnixMillis(NOW.0 - 1)).await.is_empty(), "neither had begun");
    assert!(at(stranger.id, later(10)).await.is_empty(), "they belong to somebody else");
}

#[rstest]
#[tokio::test]
async fn somebody_chooses_among_the_assessments_of_their_organizations(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let store = &world.store;
    let (first, second) = (world.assessment().await.id, world.assessment().await.id);
    let stranger = world.another_user("kim@example.org").await;
    let other = organization("south");
    store.create_organization(other.clone(), stranger.id, said("created")).await.unwrap();
    let theirs = store::record::Assessment { org: other.id, ..world.draft() };
    store.create_assessment(theirs.clone(), said("started")).await.unwrap();

    let code = &baseline().code;
    let chosen = async |user, limit| -> Vec<AssessmentId> {
        let found = store.choosable(user, code, limit).await.unwrap();
        found.into_iter().map(|one| one.id).collect()
    };
    assert_eq!(chosen(world.user.id, 10).await, [second, first]);
    assert_eq!(chosen(world.user.id, 1).await, [second]);
    assert_eq!(chosen(stranger.id, 10).await, [theirs.id]);
    store.add_member(world.org.id, stranger.id, Role::Viewer, NOW, said("member")).await.unwrap();
    assert_eq!(chosen(stranger.id, 10).await, [theirs.id, second, first]);
    assert!(store.choosable(world.user.id, &"B7".into(), 10).await.unwrap().is_empty());
    let of = async |user, org| -> Vec<AssessmentId> {
        let found = store.choosable_of(user, code, org, 10).await.unwrap();
        found.into_iter().map(|one| one.id).collect()
    };
    assert_eq!(of(stranger.id, world.org.id).await, [second, first]);
    assert!(of(world.user.id, theirs.org).await.is_empty());
    assert_eq!(store.current_framework(world.org.id).await.unwrap().as_ref(), Some(code));
    let alone = store.chosen(stranger.id, first).await.unwrap().unwrap();
    assert_eq!((alone.id, alone.org, alone.demo), (first, world.org.id, false));
    assert_eq!(store.chosen(world.user.id, theirs.id).await.unwrap(), None);
    let named = store.choosable(stranger.id, code, 1).await.unwrap();
    assert_eq!((named[0].organization.as_str(), named[0].title.as_str()), ("Clinic south", "This year"));
}
