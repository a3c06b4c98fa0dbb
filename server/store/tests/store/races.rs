//! Submitting and signing while somebody else writes: nothing slips past a snapshot.

#![allow(clippy::unwrap_used, reason = "a test's helper may panic")]

use domain::scoring::EvidenceState;
use rstest::rstest;
use store::record::AssessmentState::{Draft, Final, Submitted};
use store::record::{
    Claim, EvidenceReview, EvidenceReviewed, OrganizationChange, OrganizationChanged, Run, SaveAnswer, Saved,
    Signed, SnapshotKind,
};
use store::{Backend, StoreError};

use crate::review::{answers, sealed, signing};
use crate::world::{World, later, level, ran, said};

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

/// Each signature takes two connections of PostgreSQL, and there are sixteen.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn many_sign_at_once_and_none_waits_for_a_connection_that_another_signature_holds(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let mut sign = tokio::task::JoinSet::new();
    for number in 0..24 {
        let id = world.assessment().await.id;
        let (store, org) = (world.store.clone(), world.org.id);
        let signing = signing(world, id, SnapshotKind::Submitted);
        sign.spawn(async move {
            let file = sealed(&format!("number {number}"));
            store.sign(signing, org, said("x"), |_, _| Ok::<_, String>(file)).await
        });
    }
    for signed in sign.join_all().await {
        assert!(matches!(signed, Ok(Signed::Done(_))), "{signed:?}");
    }
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

/// Other profiles come before a submission and are in its snapshot, or are refused.
#[rstest]
#[tokio::test]
async fn no_profile_slips_past_a_submission(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let world = &World::new(backend).await;
    let (org, id) = (world.org.id, world.assessment().await.id);
    let changing = {
        let store = world.store.clone();
        tokio::spawn(async move {
            for profile in ["A", "H"].into_iter().cycle() {
                let profiles = Some(vec![profile.into()]);
                let change = OrganizationChange { profiles, ..OrganizationChange::default() };
                match store.update_organization(org, &change, said("x")).await {
                    Ok(OrganizationChanged::Done(_)) => {}
                    Ok(OrganizationChanged::UnderReview(_)) => return,
                    other => panic!("{other:?}"),
                }
            }
        })
    };
    let profiles = async || world.store.organization(org).await.unwrap().unwrap().profiles;
    while profiles().await.len() == 2 {
        tokio::task::yield_now().await;
    }
    let mut seen = Vec::new();
    let signed = world
        .store
        .sign(signing(world, id, SnapshotKind::Submitted), org, said("x"), |bundle, _| {
            seen.clone_from(&bundle.organization.profiles);
            Ok::<_, String>(sealed("race"))
        })
        .await
        .unwrap();
    assert!(matches!(signed, Signed::Done(_)), "{signed:?}");
    changing.await.unwrap();
    assert_eq!(seen, profiles().await);
}

/// Who changes the same assessment at once comes one after the other, and nobody is turned away.
#[rstest]
#[tokio::test]
async fn many_may_rename_an_assessment_at_once(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let id = world.assessment().await.id;
    let mut changing = tokio::task::JoinSet::new();
    for number in 0..8 {
        let store = world.store.clone();
        changing.spawn(async move {
            store.rename_assessment(id, &format!("Title {number}"), said("x")).await?;
            store.set_target_level(id, level(number % 5), said("x")).await
        });
    }
    while let Some(changed) = changing.join_next().await {
        changed.unwrap().unwrap();
    }
}
