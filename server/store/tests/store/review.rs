#![allow(clippy::unwrap_used, reason = "a test's helper may panic")]

use domain::scoring::EvidenceState;
use rstest::rstest;
use store::record::AssessmentState::{ChangesRequested, Draft, Final, InReview, Submitted};
use store::record::{
    Adjudication, Answer, Assessment, Before, Claim, EvidenceReview, EvidenceReviewed, Rater, Run,
    SaveAnswer, Saved, Sealed, Signed, Signing, SnapshotKind,
};
use store::{AssessmentId, Backend, SnapshotId, StoreError};

use crate::world::{NOW, World, criterion, later, level, ran, said};

/// As the assessment's pages read them.
async fn answers(world: &World, id: AssessmentId) -> Vec<Answer> {
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

fn signing(world: &World, id: AssessmentId, kind: SnapshotKind) -> Signing {
    let (from, to) = match kind {
        SnapshotKind::Submitted => (Draft, Submitted),
        SnapshotKind::Final => (Submitted, Final),
    };
    Signing { step: world.step_to(id, from, to), kind, snapshot: SnapshotId::new() }
}

fn sealed(text: &str) -> Sealed {
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

/// An answer that is acknowledged before a submission is in its snapshot; one that comes later is refused.
#[rstest]
#[tokio::test]
async fn no_answer_slips_past_a_submission(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let world = &World::new(backend).await;
    let id = world.assessment().await.id;
    let writing = {
        let (store, save) = (world.store.clone(), world.save(id, Claim::Level(level(1)), 0));
        tokio::spawn(async move {
            for revision in 0.. {
                let save = SaveAnswer { seen_revision: revision, ..save.clone() };
                match store.save_answer(save, said("x")).await {
                    Ok(Saved::Revision(_)) => {}
                    Err(StoreError::Locked(Submitted)) => return revision,
                    other => panic!("{other:?}"),
                }
            }
            unreachable!("a submission ends it")
        })
    };
    while answers(world, id).await.is_empty() {
        tokio::task::yield_now().await;
    }
    let mut seen = 0;
    let signed = world
        .store
        .sign(signing(world, id, SnapshotKind::Submitted), world.org.id, said("x"), |bundle, _| {
            seen = bundle.answers[0].revision;
            Ok::<_, String>(sealed("race"))
        })
        .await
        .unwrap();
    assert!(matches!(signed, Signed::Done(_)), "{signed:?}");
    assert_eq!(writing.await.unwrap(), seen);
    assert_eq!(answers(world, id).await[0].revision, seen);
}

/// A review that is acknowledged before a signature is in its snapshot; one that comes later is refused.
#[rstest]
#[tokio::test]
async fn no_review_of_evidence_slips_past_a_signature(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let item = crate::evidence::note(world, world.assessment().await.id);
    let id = item.assessment;
    world.store.add_evidence(item.clone(), said("x")).await.unwrap();
    world.step(id, Draft, Submitted).await;
    let reviewer = world.another_user("reviewer@example.org").await;
    let reviewing = {
        let (store, review) = (world.store.clone(), crate::evidence::review(id, &reviewer, item.seen()));
        tokio::spawn(async move {
            for state in [EvidenceState::Accepted, EvidenceState::Rejected].into_iter().cycle() {
                let review = EvidenceReview { state, during: &[Submitted], ..review.clone() };
                match store.review_evidence(review, said("x")).await {
                    Ok(EvidenceReviewed::Done) => {}
                    Err(StoreError::Locked(Final)) => return,
                    other => panic!("{other:?}"),
                }
            }
        })
    };
    let state = async || world.store.evidence(item.id).await.unwrap().unwrap().state;
    while state().await == EvidenceState::Submitted {
        tokio::task::yield_now().await;
    }
    let mut seen = None;
    let signed = world
        .store
        .sign(signing(world, id, SnapshotKind::Final), world.org.id, said("x"), |bundle, _| {
            seen = Some(bundle.evidence[0].state);
            Ok::<_, String>(sealed("race"))
        })
        .await
        .unwrap();
    assert!(matches!(signed, Signed::Done(_)), "{signed:?}");
    reviewing.await.unwrap();
    assert_eq!(seen, Some(state().await));
}

/// A signature sees a check's standing as one run left it, whole, while others come; runs are never kept from coming.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_signature_sees_the_standing_of_one_run_while_the_check_flips(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    use domain::check::Status;
    let world = &World::new(backend).await;
    let id = world.assessment().await.id;
    let check = world.check().await.id;
    world.step(id, Draft, Submitted).await;
    let (signed_at, mut signed) = tokio::sync::watch::channel(false);
    let run = |at: i64| {
        let status = if at % 2 == 0 { Status::Pass } else { Status::Fail };
        Run { scheduled_for: None, ..ran(check, later(at), status) }
    };
    // A few runs come after the signature, whatever it does.
    let runs: Vec<Run> = (0..400).map(run).collect();
    let recording = {
        let (store, ended) =
            (world.store.clone(), runs.iter().map(|run| world.ended(run)).collect::<Vec<_>>());
        tokio::spawn(async move {
            let mut after = 0;
            for ended in ended {
                store.record_run(ended, None).await.unwrap();
                after += usize::from(*signed.borrow_and_update());
                if after > 4 {
                    break;
                }
            }
        })
    };
    while world.store.standings_of(check).await.unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    let mut seen = None;
    let done = world
        .store
        .sign(signing(world, id, SnapshotKind::Final), world.org.id, said("x"), |bundle, _| {
            seen = Some(bundle.standings[0].clone());
            Ok::<_, String>(sealed("race"))
        })
        .await
        .unwrap();
    assert!(matches!(done, Signed::Done(_)), "{done:?}");
    signed_at.send_replace(true);
    recording.await.unwrap();
    let seen = seen.unwrap();
    let behind = runs.iter().find(|run| run.id == seen.last_run).unwrap();
    assert_eq!((seen.status, seen.last_status), (behind.status, behind.status));
    assert_eq!(seen.concluded_at, Some(behind.started_at));
    assert_eq!(seen.consecutive_fails, u32::from(behind.status == Status::Fail));
}

/// What is taken away before a submission is not in its snapshot; what is in it cannot be taken away.
#[rstest]
#[tokio::test]
async fn no_evidence_is_taken_from_under_a_submission(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let id = world.assessment().await.id;
    let items: Vec<_> = (0..60).map(|_| crate::evidence::note(world, id)).collect();
    for item in &items {
        world.store.add_evidence(item.clone(), said("x")).await.unwrap();
    }
    let removing = {
        let (store, items) = (world.store.clone(), items.clone());
        tokio::spawn(async move {
            for (removed, item) in items.iter().enumerate() {
                match store.remove_evidence(id, item.id, said("x")).await {
                    Ok(true) => {}
                    Err(StoreError::Locked(Submitted)) => return removed,
                    other => panic!("{other:?}"),
                }
            }
            items.len()
        })
    };
    while world.store.evidence_of(id).await.unwrap().len() > 55 {
        tokio::task::yield_now().await;
    }
    let mut seen = 0;
    let signed = world
        .store
        .sign(signing(world, id, SnapshotKind::Submitted), world.org.id, said("x"), |bundle, _| {
            seen = bundle.evidence.len();
            Ok::<_, String>(sealed("race"))
        })
        .await
        .unwrap();
    assert!(matches!(signed, Signed::Done(_)), "{signed:?}");
    assert_eq!(removing.await.unwrap() + seen, items.len());
    assert_eq!(world.store.evidence_of(id).await.unwrap().len(), seen);
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
