#![allow(clippy::unwrap_used, reason = "a test's helper may panic")]

use rstest::rstest;
use store::record::{Answer, AssessmentState, Claim, Rater, SaveAnswer, Saved, WithdrawAnswer};
use store::{AssessmentId, Backend, StoreError, UserId};

use crate::world::{World, criterion, later, level};

/// As the assessment's pages read them.
async fn answers(world: &World, id: AssessmentId) -> Vec<Answer> {
    world.store.bundle(id, None).await.unwrap().unwrap().answers
}

#[rstest]
#[tokio::test]
async fn every_save_raises_the_revision_and_is_remembered(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let store = &world.store;
    let id = world.assessment().await.id;
    let first = world.save(id, Claim::Level(level(2)), 0);
    let reason = Claim::NotApplicable { reason: "no such unit".to_owned() };
    let second = SaveAnswer { at: later(1), ..world.save(id, reason, 1) };
    let claimed = async || store.any_claim_of(world.org.id).await.unwrap();
    assert!(!claimed().await);
    assert_eq!(store.save_answer(first.clone(), world.audit("saved")).await.unwrap(), Saved::Revision(1));
    assert!(claimed().await);
    assert_eq!(store.save_answer(second.clone(), world.audit("saved")).await.unwrap(), Saved::Revision(2));
    assert!(!claimed().await, "what does not apply claims nothing");
    let kept = store.answer(id, &criterion(0), Rater::Own).await.unwrap().unwrap();
    assert_eq!((&kept.claim, kept.revision, kept.at), (&second.claim, 2, later(1)));
    assert_eq!(kept.by_name, world.user.name);
    assert_eq!(answers(world, id).await, std::slice::from_ref(&kept));
    let history = store.answer_history(id, &criterion(0)).await.unwrap();
    let claims: Vec<_> = history.iter().map(|answer| (answer.revision, answer.claim.clone())).collect();
    assert_eq!(claims, [(2, Some(second.claim)), (1, Some(first.claim))]);
    assert_eq!((history[0].by, history[0].at), (kept.by, kept.at));
    assert_eq!(world.actions().await, ["saved", "saved"]);
}

#[rstest]
#[case::an_answer_came_in_between(0)]
#[case::an_older_one_was_seen(1)]
#[case::a_later_one_was_made_up(3)]
#[tokio::test]
async fn a_stale_save_changes_nothing_and_shows_the_answer(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[case] seen: i64,
) {
    let world = &World::new(backend).await;
    let id = world.assessment().await.id;
    for revision in 0..2 {
        let save = world.save(id, Claim::Level(level(2)), revision);
        world.store.save_answer(save, world.audit("saved")).await.unwrap();
    }
    let kept = world.store.answer(id, &criterion(0), Rater::Own).await.unwrap();
    let stale = world.save(id, Claim::Level(level(4)), seen);
    let saved = world.store.save_answer(stale, world.audit("saved")).await.unwrap();
    assert_eq!(saved, Saved::Stale(kept.clone()));
    assert_eq!(world.store.answer(id, &criterion(0), Rater::Own).await.unwrap(), kept);
    assert_eq!(world.store.answer_history(id, &criterion(0)).await.unwrap().len(), 2);
    assert_eq!(world.actions().await.len(), 2);
}

#[rstest]
#[tokio::test]
async fn a_revision_of_an_answer_that_is_not_there_is_stale(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let id = world.assessment().await.id;
    let save = world.save(id, Claim::Level(level(2)), 1);
    let saved = world.store.save_answer(save, world.audit("saved")).await.unwrap();
    assert_eq!(saved, Saved::Stale(None));
    assert!(answers(world, id).await.is_empty());
}

#[rstest]
#[tokio::test]
async fn two_raters_stand_side_by_side(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let world = &World::new(backend).await;
    let id = world.assessment().await.id;
    let own = world.save(id, Claim::Level(level(4)), 0);
    let assessor = SaveAnswer { rater: Rater::Assessor, ..world.save(id, Claim::Level(level(1)), 0) };
    let locked = world.store.save_answer(assessor.clone(), world.audit("saved")).await.unwrap_err();
    assert!(matches!(locked, StoreError::Locked(AssessmentState::Draft)), "{locked:?}");
    assert_eq!(world.store.save_answer(own.clone(), world.audit("saved")).await.unwrap(), Saved::Revision(1));
    world.step(id, AssessmentState::Draft, AssessmentState::InReview).await;
    assert_eq!(world.store.save_answer(assessor, world.audit("saved")).await.unwrap(), Saved::Revision(1));
    let late = SaveAnswer { seen_revision: 1, ..own };
    let locked = world.store.save_answer(late, world.audit("saved")).await.unwrap_err();
    assert!(matches!(locked, StoreError::Locked(AssessmentState::InReview)), "{locked:?}");
    assert!(world.store.acted_for_organization(id, world.user.id).await.unwrap());
    assert!(!world.store.acted_for_organization(id, UserId::new()).await.unwrap());
    let answers = answers(world, id).await;
    let raters: Vec<_> = answers.iter().map(|answer| (answer.rater, answer.claim.clone())).collect();
    let expected = [(Rater::Assessor, Claim::Level(level(1))), (Rater::Own, Claim::Level(level(4)))];
    assert_eq!(raters, expected);
}

#[rstest]
#[tokio::test]
async fn only_criteria_of_the_framework_are_answered(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let save = world.save(world.assessment().await.id, Claim::Level(level(2)), 0);
    let unknown = SaveAnswer { criterion: "XYZ-1".into(), ..save.clone() };
    let nowhere = SaveAnswer { assessment: AssessmentId::new(), ..save };
    for save in [unknown, nowhere] {
        let refused = world.store.save_answer(save, world.audit("saved")).await.unwrap_err();
        assert!(matches!(refused, StoreError::NotFound { .. }), "{refused:?}");
    }
    assert!(world.actions().await.is_empty());
}

#[rstest]
#[tokio::test]
async fn of_many_saves_at_once_one_wins(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let world = &World::new(backend).await;
    let id = world.assessment().await.id;
    let saves: Vec<_> = (0..20)
        .map(|n| {
            let (store, audit) = (world.store.clone(), world.audit("saved"));
            let save = world.save(id, Claim::Level(level(n % 5)), 0);
            tokio::spawn(async move { store.save_answer(save, audit).await.unwrap() })
        })
        .collect();
    let mut won = 0;
    for save in saves {
        match save.await.unwrap() {
            Saved::Revision(1) => won += 1,
            Saved::Stale(Some(_)) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(won, 1);
    assert_eq!(world.store.answer_history(id, &criterion(0)).await.unwrap().len(), 1);
}

/// They share a transaction on SQLite; a failing one must not take its neighbours with it.
#[rstest]
#[tokio::test]
async fn a_bad_save_does_not_harm_its_neighbours(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let id = world.assessment().await.id;
    let count = domain_criteria();
    let saves: Vec<_> = (0..count * 2)
        .map(|n| {
            let (store, audit) = (world.store.clone(), world.audit("saved"));
            let good =
                SaveAnswer { criterion: criterion(n / 2), ..world.save(id, Claim::Level(level(1)), 0) };
            // Its criterion does not exist.
            let bad = SaveAnswer { criterion: "XYZ-1".into(), ..good.clone() };
            let save = if n % 2 == 0 { good } else { bad };
            tokio::spawn(async move { (n, store.save_answer(save, audit).await) })
        })
        .collect();
    for save in saves {
        let (n, saved) = save.await.unwrap();
        if n % 2 == 0 {
            assert_eq!(saved.unwrap(), Saved::Revision(1));
        } else {
            let refused = saved.unwrap_err();
            assert!(matches!(refused, StoreError::NotFound { .. }), "{refused:?}");
        }
    }
    let answers = answers(world, id).await;
    assert_eq!(answers.len(), count);
    assert!(answers.iter().all(|answer| answer.rater == Rater::Own));
    for n in 0..count {
        assert_eq!(world.store.answer_history(id, &criterion(n)).await.unwrap().len(), 1);
    }
    assert_eq!(world.actions().await.len(), count, "one line for each save, none twice");
}

fn domain_criteria() -> usize {
    crate::world::baseline().criteria().count()
}

#[rstest]
#[tokio::test]
async fn a_withdrawn_answer_is_gone_and_on_record_and_its_revisions_go_on(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let store = &world.store;
    let id = world.assessment().await.id;
    let withdraw = async |seen_revision: i64| {
        let (by, at) = (world.user.id, later(3));
        let withdraw = WithdrawAnswer { assessment: id, criterion: criterion(0), seen_revision, by, at };
        store.withdraw_answer(withdraw, world.audit("withdrawn")).await
    };
    let save = async |seen| {
        let save = world.save(id, Claim::Level(level(2)), seen);
        store.save_answer(save, world.audit("saved")).await.unwrap()
    };
    assert_eq!(withdraw(0).await.unwrap(), Saved::Stale(None), "there is nothing to withdraw");
    assert_eq!(save(0).await, Saved::Revision(1));
    let before = store.pulse(id).await.unwrap();
    assert!(matches!(withdraw(2).await.unwrap(), Saved::Stale(Some(_))));
    assert_eq!(withdraw(1).await.unwrap(), Saved::Revision(2));
    assert_ne!(store.pulse(id).await.unwrap(), before, "whoever follows looks again");
    assert_eq!(store.answer(id, &criterion(0), Rater::Own).await.unwrap(), None);
    assert!(answers(world, id).await.is_empty());
    let steps = store.answers_over_time(id).await.unwrap();
    assert_eq!(steps.iter().map(|step| step.claim.is_some()).collect::<Vec<_>>(), [true, false]);

    // Whoever saw the answer is told that it is gone; whoever saw that there is none goes on.
    assert_eq!(save(1).await, Saved::Stale(None));
    assert_eq!(save(2).await, Saved::Revision(3));
    assert_eq!(withdraw(3).await.unwrap(), Saved::Revision(4));
    assert_eq!(save(0).await, Saved::Revision(5));
    let history = store.answer_history(id, &criterion(0)).await.unwrap();
    let mut kept: Vec<_> = history.iter().map(|one| (one.revision, one.claim.is_some())).collect();
    kept.sort_unstable();
    assert_eq!(kept, [(1, true), (2, false), (3, true), (4, false), (5, true)]);
    assert!(store.acted_for_organization(id, world.user.id).await.unwrap());
}
