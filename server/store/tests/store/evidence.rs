#![allow(clippy::unwrap_used, reason = "a test's helper may panic")]

use domain::scoring::{EvidenceDuration, EvidenceState};
use jiff::civil::date;
use rstest::rstest;
use store::record::{
    AssessmentState, Evidence, EvidenceBody, EvidenceFile, EvidenceReview, EvidenceReviewed, SeenEvidence,
    User,
};
use store::{AssessmentId, Backend, EvidenceId, StoreError};

use crate::world::{NOW, World, criterion};

pub(crate) fn note(world: &World, assessment: AssessmentId) -> Evidence {
    Evidence {
        id: EvidenceId::new(),
        org: world.org.id,
        assessment,
        criteria: vec![criterion(3), criterion(0)],
        title: "Minutes".to_owned(),
        body: EvidenceBody::Note("We met.\nWe agreed.".to_owned()),
        duration: EvidenceDuration::Charter,
        dated: date(2025, 5, 31),
        expires: None,
        reported_pct: None,
        author: world.user.id,
        author_name: world.user.name.clone(),
        state: EvidenceState::Submitted,
        reviewer: None,
        revision: 1,
        created_at: NOW,
    }
}

#[rstest]
#[tokio::test]
async fn evidence_keeps_its_criteria_in_order(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let id = world.assessment().await.id;
    let first = note(world, id);
    let second = Evidence {
        id: EvidenceId::new(),
        criteria: vec![criterion(1)],
        body: EvidenceBody::Link("https://example.org/policy".to_owned()),
        expires: Some(date(2025, 12, 31)),
        ..first.clone()
    };
    for evidence in [&first, &second] {
        world.store.add_evidence(evidence.clone(), world.audit("added")).await.unwrap();
    }
    assert_eq!(world.store.evidence(first.id).await.unwrap(), Some(first.clone()));
    assert_eq!(world.store.evidence_of(id).await.unwrap(), [first, second]);
    assert_eq!(world.store.evidence(EvidenceId::new()).await.unwrap(), None);
    assert_eq!(world.actions().await, ["added", "added"]);
}

#[rstest]
#[tokio::test]
async fn evidence_for_an_unknown_criterion_is_refused(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let id = world.assessment().await.id;
    let astray = Evidence { criteria: vec![criterion(0), "XYZ-1".into()], ..note(world, id) };
    let refused = world.store.add_evidence(astray, world.audit("added")).await.unwrap_err();
    assert!(matches!(refused, StoreError::NotFound { .. }), "{refused:?}");
    assert!(world.store.evidence_of(id).await.unwrap().is_empty());
    assert!(world.actions().await.is_empty());
}

#[rstest]
#[tokio::test]
async fn evidence_is_reviewed_and_removed(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let world = &World::new(backend).await;
    let store = &world.store;
    let evidence = note(world, world.assessment().await.id);
    store.add_evidence(evidence.clone(), world.audit("added")).await.unwrap();
    let reviewer = world.another_user("reviewer@example.org").await;
    assert_eq!(accept(world, evidence.assessment, &reviewer, evidence.seen()).await, EvidenceReviewed::Done);
    let unknown = EvidenceId::new();
    let missing =
        accept(world, evidence.assessment, &reviewer, SeenEvidence { id: unknown, revision: 1 }).await;
    assert_eq!(missing, EvidenceReviewed::Missing);
    let reviewed =
        Evidence { state: EvidenceState::Accepted, reviewer: Some(reviewer.id), ..evidence.clone() };
    assert_eq!(store.evidence(evidence.id).await.unwrap(), Some(reviewed));
    let remove = || store.remove_evidence(evidence.assessment, evidence.id, world.audit("removed"));
    assert!(remove().await.unwrap());
    assert!(!remove().await.unwrap());
    assert_eq!(store.evidence(evidence.id).await.unwrap(), None);
    assert_eq!(world.actions().await, ["added", "reviewed", "removed"]);
}

#[rstest]
#[tokio::test]
async fn evidence_is_replaced_by_who_saw_the_latest_revision(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let store = &world.store;
    let first = note(world, world.assessment().await.id);
    store.add_evidence(first.clone(), world.audit("added")).await.unwrap();
    let reviewer = world.another_user("reviewer@example.org").await;
    assert_eq!(accept(world, first.assessment, &reviewer, first.seen()).await, EvidenceReviewed::Done);
    let file = EvidenceFile {
        name: "report.pdf".to_owned(),
        media_type: "application/pdf".to_owned(),
        bytes: 25 << 20,
        sha256: "ab".repeat(32),
    };
    let criteria = vec![criterion(0), criterion(1)];
    let title = "Report".to_owned();
    let lost = Evidence { revision: 2, criteria: vec!["NOPE-1".into()], ..first.clone() };
    let lost = store.replace_evidence(lost, world.audit("replaced")).await;
    assert!(matches!(lost, Err(StoreError::NotFound { .. })), "{lost:?}");
    let second = Evidence { revision: 2, body: EvidenceBody::File(file), title, criteria, ..first };
    assert!(store.replace_evidence(second.clone(), world.audit("replaced")).await.unwrap());
    assert_eq!(store.evidence(second.id).await.unwrap(), Some(second.clone()), "it waits for a review again");
    assert!(
        !store.replace_evidence(second.clone(), world.audit("replaced")).await.unwrap(),
        "somebody was faster"
    );
    assert!(store.remove_evidence(second.assessment, second.id, world.audit("removed")).await.unwrap());
    assert_eq!(world.actions().await, ["added", "reviewed", "replaced", "removed"]);
}

#[rstest]
#[tokio::test]
async fn what_a_reviewer_accepted_once_is_not_removed_as_unaccepted(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let store = &world.store;
    let reviewer = world.another_user("reviewer@example.org").await;
    let id = world.assessment().await.id;
    let (accepted, replaced, submitted) = (note(world, id), note(world, id), note(world, id));
    for item in [&accepted, &replaced, &submitted] {
        store.add_evidence(item.clone(), world.audit("added")).await.unwrap();
    }
    for item in [&accepted, &replaced] {
        assert_eq!(accept(world, id, &reviewer, item.seen()).await, EvidenceReviewed::Done);
    }
    let next = Evidence { revision: 2, ..replaced.clone() };
    assert!(store.replace_evidence(next, world.audit("replaced")).await.unwrap());
    let remove = async |item: &Evidence| {
        store.remove_unaccepted_evidence(id, item.id, world.audit("removed")).await.unwrap()
    };
    assert!(!remove(&accepted).await && !remove(&replaced).await);
    assert!(remove(&submitted).await);
    let left: Vec<_> = store.evidence_of(id).await.unwrap().iter().map(|item| item.id).collect();
    assert_eq!(left, [accepted.id, replaced.id]);
    assert_eq!(world.actions().await.iter().filter(|action| *action == "removed").count(), 1);
    world.step(id, AssessmentState::Draft, AssessmentState::Submitted).await;
    let late = store.remove_unaccepted_evidence(id, accepted.id, world.audit("removed")).await.unwrap_err();
    assert!(matches!(late, StoreError::Locked(AssessmentState::Submitted)), "{late:?}");
}

#[test]
fn an_item_and_its_revision_are_one_text() {
    let seen = SeenEvidence { id: EvidenceId::new(), revision: 12 };
    assert_eq!(seen.to_string().parse::<SeenEvidence>().unwrap(), seen);
    for text in ["", "@1", &seen.id.to_string(), &format!("{}@", seen.id), &format!("{}@one", seen.id)] {
        assert!(text.parse::<SeenEvidence>().is_err(), "{text}");
    }
}

#[rstest]
#[tokio::test]
async fn only_what_the_reviewer_read_and_did_not_attach_is_reviewed(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let store = &world.store;
    let reviewer = world.another_user("reviewer@example.org").await;
    let id = world.assessment().await.id;
    let (first, second) = (note(world, id), note(world, id));
    let elsewhere = note(world, world.assessment().await.id);
    for item in [&first, &second, &elsewhere] {
        store.add_evidence(item.clone(), world.audit("added")).await.unwrap();
    }
    let read = second.seen();
    let replaced = Evidence { revision: 2, title: "Other minutes".to_owned(), ..second.clone() };
    assert!(store.replace_evidence(replaced.clone(), world.audit("replaced")).await.unwrap());

    let overtaken = accept(world, id, &reviewer, read).await;
    assert_eq!(overtaken, EvidenceReviewed::Replaced(Box::new(replaced.clone())));
    let own = accept(world, id, &world.user, first.seen()).await;
    assert_eq!(own, EvidenceReviewed::Own(Box::new(first.clone())));
    assert_eq!(accept(world, id, &reviewer, elsewhere.seen()).await, EvidenceReviewed::Missing);
    assert_eq!(store.evidence_of(id).await.unwrap(), [first.clone(), replaced.clone()], "none is reviewed");
    assert_eq!(world.actions().await, ["added", "added", "added", "replaced"]);

    for item in [&first, &replaced] {
        assert_eq!(accept(world, id, &reviewer, item.seen()).await, EvidenceReviewed::Done);
    }
    let states: Vec<_> = store.evidence_of(id).await.unwrap().iter().map(|item| item.state).collect();
    assert_eq!(states, [EvidenceState::Accepted; 2]);
    assert_eq!(world.actions().await[4..], ["reviewed", "reviewed"]);
}

#[rstest]
#[tokio::test]
async fn evidence_is_neither_reviewed_nor_removed_in_a_state_that_does_not_allow_it(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let store = &world.store;
    let reviewer = world.another_user("reviewer@example.org").await;
    let item = note(world, world.assessment().await.id);
    let id = item.assessment;
    store.add_evidence(item.clone(), world.audit("added")).await.unwrap();
    world.step(id, AssessmentState::Draft, AssessmentState::Submitted).await;
    let late =
        store.review_evidence(review(id, &reviewer, item.seen()), world.audit("late")).await.unwrap_err();
    assert!(matches!(late, StoreError::Locked(AssessmentState::Submitted)), "{late:?}");
    let late = store.remove_evidence(id, item.id, world.audit("removed")).await.unwrap_err();
    assert!(matches!(late, StoreError::Locked(AssessmentState::Submitted)), "{late:?}");
    assert_eq!(store.evidence(item.id).await.unwrap(), Some(item));
    assert_eq!(world.actions().await, ["added"]);
}

/// What a reviewer says of an item while the assessment is with the organization.
pub(crate) fn review(assessment: AssessmentId, reviewer: &User, seen: SeenEvidence) -> EvidenceReview {
    EvidenceReview {
        assessment,
        seen,
        state: EvidenceState::Accepted,
        reviewer: reviewer.id,
        during: &AssessmentState::OPEN,
    }
}

async fn accept(
    world: &World,
    assessment: AssessmentId,
    reviewer: &User,
    seen: SeenEvidence,
) -> EvidenceReviewed {
    let review = review(assessment, reviewer, seen);
    world.store.review_evidence(review, world.audit("reviewed")).await.unwrap()
}
