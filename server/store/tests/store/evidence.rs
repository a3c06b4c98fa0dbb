use domain::scoring::{EvidenceDuration, EvidenceState};
use jiff::civil::date;
use rstest::rstest;
use store::record::{Evidence, EvidenceBody, EvidenceFile};
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
    let accept =
        |id| store.review_evidence(id, EvidenceState::Accepted, reviewer.id, world.audit("reviewed"));
    assert!(accept(evidence.id).await.unwrap());
    assert!(!accept(EvidenceId::new()).await.unwrap());
    let reviewed =
        Evidence { state: EvidenceState::Accepted, reviewer: Some(reviewer.id), ..evidence.clone() };
    assert_eq!(store.evidence(evidence.id).await.unwrap(), Some(reviewed));
    assert!(store.remove_evidence(evidence.id, world.audit("removed")).await.unwrap());
    assert!(!store.remove_evidence(evidence.id, world.audit("removed")).await.unwrap());
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
    store
        .review_evidence(first.id, EvidenceState::Accepted, world.user.id, world.audit("reviewed"))
        .await
        .unwrap();
    let file = EvidenceFile {
        name: "report.pdf".to_owned(),
        media_type: "application/pdf".to_owned(),
        bytes: 25 << 20,
        sha256: "ab".repeat(32),
    };
    let second =
        Evidence { revision: 2, body: EvidenceBody::File(file), title: "Report".to_owned(), ..first };
    assert!(store.replace_evidence(second.clone(), world.audit("replaced")).await.unwrap());
    assert_eq!(store.evidence(second.id).await.unwrap(), Some(second.clone()), "it waits for a review again");
    assert!(
        !store.replace_evidence(second.clone(), world.audit("replaced")).await.unwrap(),
        "somebody was faster"
    );
    assert!(store.remove_evidence(second.id, world.audit("removed")).await.unwrap());
    assert_eq!(world.actions().await, ["added", "reviewed", "replaced", "removed"]);
}
