#![allow(clippy::unwrap_used, reason = "a test's helper may panic")]

use rstest::rstest;
use store::record::AssessmentState::{ChangesRequested, Draft, Final, InReview, Submitted};
use store::record::{
    Adjudication, Answer, Assessment, Before, Claim, Rater, SaveAnswer, Saved, Sealed, Signed, Signing,
    SnapshotKind,
};
use store::{AssessmentId, Backend, SnapshotId, StoreError};

use crate::world::{NOW, World, criterion, later, level, said};

/// As the assessment's pages read them.
pub(crate) async fn answers(world: &World, id: AssessmentId) -> Vec<Answer> {
    world.store.bundle(id, None).await.unwrap().unwrap().answers
}

#[rstest]
#[tokio::test]
async fn a_state_changes_only_from_the_one_that_was_seen(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let store = &world.store;
    let id = world.assessment().await.id;
    let submit = world.step_to(id, Draft, Submitted);
    assert!(store.take_step(submit.clone(), world.audit("submitted")).await.unwrap());
    assert!(!store.take_step(world.step_to(id, Draft, Final), world.audit("finalized")).await.unwrap());
    let sign = world.step_to(id, Submitted, Final);
    assert!(store.take_step(sign.clone(), world.audit("finalized")).await.unwrap());
    let known = store.assessment(id).await.unwrap().unwrap();
    assert_eq!((known.state, known.independent_signoff), (Final, true));
    let reopen = world.step_to(id, Final, ChangesRequested);
    assert!(store.take_step(reopen.clone(), world.audit("reopened")).await.unwrap());
    let known = store.assessment(id).await.unwrap().unwrap();
    assert_eq!((known.state, known.independent_signoff), (ChangesRequested, false));
    assert_eq!(store.steps_of(id).await.unwrap(), [reopen, sign, submit]);
    assert!(store.steps_of(AssessmentId::new()).await.unwrap().is_empty());
    assert_eq!(world.actions().await, ["submitted", "finalized", "reopened"]);
}

#[rstest]
#[tokio::test]
async fn a_final_assessment_lives_until_a_later_one_of_its_framework_is_final(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let (first, second) = (world.assessment().await.id, world.assessment().await.id);
    let live = async || -> Vec<AssessmentId> {
        let live = world.store.live_assessments_of(world.org.id).await.unwrap();
        live.into_iter().map(|assessment: Assessment| assessment.id).collect()
    };
    world.step(first, Draft, Final).await;
    assert_eq!(live().await, [first, second]);
    world.step(second, Draft, Final).await;
    assert_eq!(live().await, [second]);
}

#[rstest]
#[tokio::test]
async fn evidence_is_added_to_open_assessments_only(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let id = world.assessment().await.id;
    world.step(id, Draft, Submitted).await;
    let late = crate::evidence::note(world, id);
    let locked = world.store.add_evidence(late.clone(), world.audit("added")).await.unwrap_err();
    assert!(matches!(locked, StoreError::Locked(Submitted)), "{locked:?}");
    world.step(id, Submitted, ChangesRequested).await;
    world.store.add_evidence(late, world.audit("added")).await.unwrap();
    assert_eq!(world.actions().await, ["added"]);
}

#[rstest]
#[tokio::test]
async fn a_difference_is_settled_for_the_answers_that_were_seen(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let store = &world.store;
    let id = world.assessment().await.id;
    let own = world.save(id, Claim::Level(level(4)), 0);
    store.save_answer(own.clone(), said("x")).await.unwrap();
    let settled = Adjudication {
        assessment: id,
        criterion: criterion(0),
        own_revision: 1,
        assessor_revision: 1,
        note: "Seen together".to_owned(),
        by: world.user.id,
        by_name: world.user.name.clone(),
        at: NOW,
    };
    let early = store.settle(settled.clone(), world.audit("settled")).await.unwrap_err();
    assert!(matches!(early, StoreError::Locked(Draft)), "{early:?}");
    world.step(id, Draft, InReview).await;
    assert!(!store.settle(settled.clone(), world.audit("settled")).await.unwrap(), "nobody rated it");
    let rating = SaveAnswer { rater: Rater::Assessor, ..own };
    assert_eq!(store.save_answer(rating, said("x")).await.unwrap(), Saved::Revision(1));
    for note in ["Seen together", "Seen again"] {
        let settled = Adjudication { note: note.to_owned(), ..settled.clone() };
        assert!(store.settle(settled.clone(), world.audit("settled")).await.unwrap());
        assert_eq!(store.settled(id).await.unwrap(), [settled]);
    }
    assert_eq!(world.actions().await, ["settled", "settled"]);
}

pub(crate) fn signing(world: &World, id: AssessmentId, kind: SnapshotKind) -> Signing {
    let (from, to) = match kind {
        SnapshotKind::Submitted => (Draft, Submitted),
        SnapshotKind::Final => (Submitted, Final),
    };
    Signing { step: world.step_to(id, from, to), kind, snapshot: SnapshotId::new() }
}

pub(crate) fn sealed(text: &str) -> Sealed {
    Sealed { rung: Some("B.1".into()), sha256: format!("hash of {text}"), file: text.to_owned() }
}

#[rstest]
#[tokio::test]
async fn snapshots_are_one_chain_and_hold_what_was_there(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let (store, org) = (&world.store, world.org.id);
    let (one, two) = (world.assessment().await.id, world.assessment().await.id);
    store.save_answer(world.save(one, Claim::Level(level(2)), 0), said("x")).await.unwrap();
    let submitted = store
        .sign(
            signing(world, one, SnapshotKind::Submitted),
            org,
            world.audit("submitted"),
            |bundle, before| {
                assert_eq!((bundle.assessment.state, bundle.answers.len()), (Submitted, 1));
                assert_eq!(*before, Before { number: 0, sha256: None });
                Ok::<_, String>(sealed("one"))
            },
        )
        .await
        .unwrap();
    let Signed::Done(first) = submitted else { panic!("{submitted:?}") };
    assert_eq!((first.number, first.previous.as_deref()), (1, None));

    let other = signing(world, one, SnapshotKind::Submitted);
    let late = store.sign(other, org, world.audit("x"), |_, _| Ok::<_, String>(sealed("late"))).await;
    assert!(matches!(late, Ok(Signed::OtherState)), "{late:?}");
    let signing_two = || signing(world, two, SnapshotKind::Submitted);
    let refused = store.sign(signing_two(), org, world.audit("x"), |_, _| Err("open".to_owned())).await;
    assert!(matches!(&refused, Ok(Signed::Refused(why)) if why == "open"), "{refused:?}");
    assert_eq!(store.assessment(two).await.unwrap().unwrap().state, Draft, "a refusal changes nothing");

    let chained = store
        .sign(signing_two(), org, world.audit("submitted"), |_, before| {
            assert_eq!(*before, Before { number: 1, sha256: Some("hash of one".to_owned()) });
            Ok::<_, String>(sealed("two"))
        })
        .await
        .unwrap();
    let Signed::Done(second) = chained else { panic!("{chained:?}") };
    assert_eq!((second.number, second.previous.as_deref()), (2, Some("hash of one")));
    let last = store
        .sign(signing(world, one, SnapshotKind::Final), org, world.audit("signed"), |bundle, _| {
            assert!(bundle.assessment.independent_signoff);
            Ok::<_, String>(sealed("three"))
        })
        .await
        .unwrap();
    let Signed::Done(third) = last else { panic!("{last:?}") };
    assert_eq!(store.snapshots_of(one).await.unwrap(), [third.clone(), first.clone()]);
    assert_eq!(store.latest_snapshot(one).await.unwrap(), Some(third));
    assert_eq!(store.snapshot(first.id).await.unwrap(), Some((first, "one".to_owned())));
    assert_eq!(store.snapshot(SnapshotId::new()).await.unwrap(), None);
    assert_eq!(world.actions().await, ["submitted", "submitted", "signed"]);
}

#[rstest]
#[tokio::test]
async fn the_rungs_since_an_instant_come_in_order(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    use store::LiveChangeId;
    use store::record::{LiveChangeRecord, LiveRecord};
    let world = &World::new(backend).await;
    let id = world.assessment().await.id;
    let result = domain::live::LiveResult::default();
    let record = LiveRecord { assessment: id, result, since: NOW, computed_at: NOW, revision: 0 };
    world.store.keep_live_result(record.clone(), None).await.unwrap();
    for (at, rung, revision) in [(10, Some("B.1"), 1), (20, None, 2), (30, Some("B.2"), 3)] {
        let change = LiveChangeRecord {
            id: LiveChangeId::new(),
            assessment: id,
            at: later(at),
            from_rung: None,
            to_rung: rung.map(Into::into),
            from_overall: None,
            to_overall: None,
            causes: serde_json::json!([]),
        };
        let record = LiveRecord { revision, ..record.clone() };
        assert!(world.store.keep_live_result(record, Some(change)).await.unwrap());
    }
    let since = world.store.rungs_since(id, later(20)).await.unwrap();
    assert_eq!(since, [(later(20), None), (later(30), Some("B.2".into()))]);
}

#[rstest]
#[case("UPDATE snapshots SET file = 'another'")]
#[case("DELETE FROM snapshots")]
#[tokio::test]
async fn a_snapshot_can_be_neither_changed_nor_removed(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[case] tampering: &'static str,
) {
    let world = &World::new(backend).await;
    let id = world.assessment().await.id;
    let signing = signing(world, id, SnapshotKind::Submitted);
    let made =
        world.store.sign(signing, world.org.id, said("x"), |_, _| Ok::<_, String>(sealed("one"))).await;
    let Ok(Signed::Done(made)) = made else { panic!("{made:?}") };
    let refused = match backend {
        Backend::Sqlite => {
            let pool = sqlx::SqlitePool::connect(world.database.url()).await.unwrap();
            sqlx::query(tampering).execute(&pool).await.map(drop)
        }
        Backend::Postgres => {
            let pool = sqlx::PgPool::connect(world.database.url()).await.unwrap();
            sqlx::query(tampering).execute(&pool).await.map(drop)
        }
    }
    .unwrap_err();
    assert!(refused.to_string().contains("a snapshot never changes"), "{refused}");
    assert_eq!(world.store.snapshot(made.id).await.unwrap(), Some((made, "one".to_owned())));
}
