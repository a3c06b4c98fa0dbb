//! Who answers what, and what is said about it.

#![allow(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

use rstest::rstest;
use store::record::{AssessmentState, Assignment, Claim, Comment, CommentCount, Part, Person, Pulse, Role};
use store::{AssessmentId, Backend, CommentId, StoreError};

use crate::world::{NOW, World, baseline, criterion, later, level, said};

async fn arranged(world: &World, id: AssessmentId) -> Vec<Assignment> {
    world.store.bundle(id, None).await.unwrap().unwrap().assignments
}

async fn counted(world: &World, id: AssessmentId) -> Vec<CommentCount> {
    world.store.bundle(id, None).await.unwrap().unwrap().comments
}

#[rstest]
#[tokio::test]
async fn owners_and_days_of_domains_and_criteria_are_kept_changed_and_taken_back(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let id = world.assessment().await.id;
    assert!(arranged(world, id).await.is_empty());
    let owner = Person { id: world.user.id, name: world.user.name.clone() };
    let domain = Part::Domain(baseline().domains[0].code.clone());
    let day = Some("2027-01-31".parse().unwrap());
    let whole = Assignment { part: domain.clone(), owner: Some(owner.clone()), due: day };
    let one = Assignment { part: Part::Criterion(criterion(1)), owner: None, due: day };
    for assignment in [&whole, &one] {
        world.store.assign(id, assignment, world.user.id, NOW, world.audit("assigned")).await.unwrap();
    }
    // The criterion's before the domain's, as the words sort.
    assert_eq!(arranged(world, id).await, [one.clone(), whole.clone()]);
    let changed = Assignment { due: None, ..whole };
    world.store.assign(id, &changed, world.user.id, later(1), world.audit("assigned")).await.unwrap();
    assert_eq!(arranged(world, id).await, [one.clone(), changed.clone()]);
    let nobody = Assignment { owner: None, due: None, ..one };
    world.store.assign(id, &nobody, world.user.id, later(2), world.audit("assigned")).await.unwrap();
    assert_eq!(arranged(world, id).await, std::slice::from_ref(&changed));
    let lost = world.store.assign(AssessmentId::new(), &changed, world.user.id, NOW, said("assigned")).await;
    assert!(matches!(lost, Err(StoreError::NotFound { .. })), "{lost:?}");
    assert_eq!(world.actions().await, ["assigned"; 4]);
}

#[rstest]
#[tokio::test]
async fn who_left_the_organization_answers_for_nothing_any_more(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let id = world.assessment().await.id;
    let bo = world.another_user("bo@example.org").await;
    world.store.add_member(world.org.id, bo.id, Role::Contributor, NOW, said("member.added")).await.unwrap();
    let owner = Person { id: bo.id, name: bo.name.clone() };
    let due = Some("2027-01-31".parse().unwrap());
    let kept = Assignment { part: Part::Criterion(criterion(0)), owner: Some(owner), due };
    world.store.assign(id, &kept, world.user.id, NOW, world.audit("assigned")).await.unwrap();
    assert_eq!(arranged(world, id).await, std::slice::from_ref(&kept));
    world.store.remove_member(world.org.id, bo.id, said("member.removed")).await.unwrap();
    assert_eq!(arranged(world, id).await, [Assignment { owner: None, ..kept }]);
}

fn comment(world: &World, id: AssessmentId, thread: Option<CommentId>, text: &str) -> Comment {
    Comment {
        id: CommentId::new(),
        assessment: id,
        criterion: criterion(0),
        thread,
        text: text.to_owned(),
        revision: 1,
        by: world.user.id,
        by_name: world.user.name.clone(),
        at: NOW,
        edited_at: None,
        withdrawn_at: None,
        resolved_by: None,
        resolved_at: None,
    }
}

#[rstest]
#[tokio::test]
async fn what_is_said_is_read_in_its_order_and_counted_by_criterion(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let id = world.assessment().await.id;
    let first = comment(world, id, None, "Who has the vendor's letter?");
    let reply = comment(world, id, Some(first.id), "I have.");
    let other = comment(world, id, None, "Another matter");
    let elsewhere = Comment { criterion: criterion(1), ..comment(world, id, None, "Elsewhere") };
    for one in [&first, &reply, &other, &elsewhere] {
        world.store.add_comment(one, 99, world.audit("said")).await.unwrap();
    }
    assert_eq!(world.store.comments_on(id, &criterion(0)).await.unwrap(), [first, reply, other.clone()]);
    assert_eq!(world.store.comment(other.id).await.unwrap(), Some(other.clone()));
    let count = |index, comments, open| CommentCount { criterion: criterion(index), comments, open };
    let mut wanted = vec![count(0, 3, 2), count(1, 1, 1)];
    wanted.sort_by(|a, b| a.criterion.cmp(&b.criterion));
    assert_eq!(counted(world, id).await, wanted);
    // Withdrawn, it is on record and no longer counted.
    let withdraw =
        || world.store.withdraw_comment(other.id, world.user.id, later(5), world.audit("withdrawn"));
    assert!(withdraw().await.unwrap());
    assert!(!withdraw().await.unwrap());
    assert_eq!(
        counted(world, id).await.iter().find(|one| one.criterion == criterion(0)),
        Some(&count(0, 2, 1))
    );
    let kept = world.store.comment(other.id).await.unwrap().unwrap();
    assert_eq!((kept.withdrawn_at, kept.text.as_str()), (Some(later(5)), "Another matter"));
    let unknown = Comment { criterion: "XYZ-1".into(), ..comment(world, id, None, "x") };
    let nowhere = comment(world, AssessmentId::new(), None, "x");
    let unthreaded = comment(world, id, Some(CommentId::new()), "x");
    for lost in [unknown, nowhere, unthreaded] {
        let lost = world.store.add_comment(&lost, 99, world.audit("said")).await;
        assert!(matches!(lost, Err(StoreError::NotFound { .. })), "{lost:?}");
    }
    assert_eq!(world.actions().await, ["said", "said", "said", "said", "withdrawn"]);
}

#[rstest]
#[tokio::test]
async fn a_change_keeps_what_was_said_before_and_a_stale_one_changes_nothing(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let id = world.assessment().await.id;
    let said = comment(world, id, None, "14 resources");
    world.store.add_comment(&said, 99, world.audit("said")).await.unwrap();
    let edit = async |seen, text: &str, at| {
        world.store.edit_comment(said.id, seen, text, later(at), world.audit("changed")).await.unwrap()
    };
    assert!(edit(1, "15 resources", 1).await);
    assert!(!edit(1, "stale", 2).await);
    assert!(edit(2, "16 resources", 3).await);
    let kept = world.store.comment(said.id).await.unwrap().unwrap();
    assert_eq!((kept.text.as_str(), kept.revision, kept.edited_at), ("16 resources", 3, Some(later(3))));
    let earlier = world.store.comment_revisions(id, &criterion(0)).await.unwrap();
    let earlier: Vec<_> = earlier.iter().map(|one| (one.revision, one.text.as_str(), one.at)).collect();
    assert_eq!(earlier, [(2, "15 resources", later(1)), (1, "14 resources", NOW)]);
    world.store.withdraw_comment(said.id, world.user.id, later(4), world.audit("withdrawn")).await.unwrap();
    assert!(!edit(3, "after all", 5).await);
    assert!(world.store.comment_revisions(id, &criterion(0)).await.unwrap().is_empty());
    assert_eq!(world.actions().await, ["said", "changed", "changed", "withdrawn"]);
}

#[rstest]
#[tokio::test]
async fn a_thread_is_settled_once_and_opened_again(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let id = world.assessment().await.id;
    let first = comment(world, id, None, "Done?");
    let reply = comment(world, id, Some(first.id), "Done.");
    for one in [&first, &reply] {
        world.store.add_comment(one, 99, world.audit("said")).await.unwrap();
    }
    let settle = async |id| {
        world.store.resolve_thread(id, world.user.id, later(1), world.audit("settled")).await.unwrap()
    };
    assert!(!settle(reply.id).await, "only a whole thread is settled");
    assert!(settle(first.id).await);
    assert!(!settle(first.id).await);
    let settled = world.store.comment(first.id).await.unwrap().unwrap();
    assert_eq!(settled.resolved_at, Some(later(1)));
    assert_eq!(settled.resolved_by.unwrap().name, world.user.name);
    assert_eq!(counted(world, id).await[0].open, 0);
    assert!(world.store.reopen_thread(first.id, world.audit("opened")).await.unwrap());
    assert!(!world.store.reopen_thread(first.id, world.audit("opened")).await.unwrap());
    assert_eq!(counted(world, id).await[0].open, 1);
    assert_eq!(world.actions().await, ["said", "said", "settled", "opened"]);
}

#[rstest]
#[tokio::test]
async fn of_two_changes_at_once_one_wins(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let world = &World::new(backend).await;
    let id = world.assessment().await.id;
    let said = comment(world, id, None, "first");
    world.store.add_comment(&said, 99, world.audit("said")).await.unwrap();
    let changes: Vec<_> = (0..8)
        .map(|n| {
            let (store, audit, id) = (world.store.clone(), world.audit("changed"), said.id);
            tokio::spawn(async move {
                store.edit_comment(id, 1, &format!("change {n}"), later(n), audit).await.unwrap()
            })
        })
        .collect();
    let mut won = 0;
    for change in changes {
        won += u32::from(change.await.unwrap());
    }
    assert_eq!(won, 1);
    assert_eq!(world.store.comment_revisions(id, &criterion(0)).await.unwrap().len(), 1);
}

#[rstest]
#[tokio::test]
async fn the_pulse_moves_with_every_answer_and_every_step_and_with_nothing_else(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let id = world.assessment().await.id;
    let pulse = async || world.store.pulse(id).await.unwrap().unwrap();
    assert_eq!(pulse().await, Pulse { state: AssessmentState::Draft, saves: 0 });
    assert!(world.store.answers_of(id).await.unwrap().is_empty());
    for revision in 0..2 {
        let save = world.save(id, Claim::Level(level(2)), revision);
        world.store.save_answer(save, world.audit("saved")).await.unwrap();
    }
    world.store.add_comment(&comment(world, id, None, "x"), 99, world.audit("said")).await.unwrap();
    assert_eq!(pulse().await, Pulse { state: AssessmentState::Draft, saves: 2 });
    assert_eq!(world.store.answers_of(id).await.unwrap().len(), 1);
    world.step(id, AssessmentState::Draft, AssessmentState::Submitted).await;
    assert_eq!(pulse().await, Pulse { state: AssessmentState::Submitted, saves: 2 });
    assert_eq!(world.store.pulse(AssessmentId::new()).await.unwrap(), None);
}

#[rstest]
#[tokio::test]
async fn an_answer_in_a_settled_thread_opens_it_again_with_the_same_write(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let id = world.assessment().await.id;
    let first = comment(world, id, None, "Is it signed?");
    world.store.add_comment(&first, 99, world.audit("said")).await.unwrap();
    let resolve = async || {
        let settled = world.audit("settled");
        assert!(world.store.resolve_thread(first.id, world.user.id, later(1), settled).await.unwrap());
    };
    resolve().await;
    let other = comment(world, id, None, "Another matter");
    world.store.add_comment(&other, 99, world.audit("said")).await.unwrap();
    assert!(!world.store.comment(first.id).await.unwrap().unwrap().is_open(), "another thread opens nothing");
    let reply = comment(world, id, Some(first.id), "Not yet.");
    world.store.add_comment(&reply, 99, world.audit("said")).await.unwrap();
    assert!(world.store.comment(first.id).await.unwrap().unwrap().is_open());
    resolve().await;
    // What is not kept opens nothing: it has been said already.
    world.store.add_comment(&reply, 99, world.audit("said")).await.unwrap_err();
    assert!(!world.store.comment(first.id).await.unwrap().unwrap().is_open());
    assert_eq!(world.actions().await, ["said", "settled", "said", "said", "thread.reopened", "settled"]);
}
