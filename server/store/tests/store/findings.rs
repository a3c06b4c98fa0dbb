use domain::scoring::{FindingKind, FindingSeverity};
use jiff::civil::date;
use rstest::rstest;
use store::record::{FindingChange, FindingChanges};
use store::{AssessmentId, Backend, FindingId, StoreError};

use crate::world::{NOW, World, later};

type Raised = (FindingKind, String, FindingSeverity);

fn gap(subject: &str, severity: FindingSeverity) -> Raised {
    (FindingKind::Gap, subject.to_owned(), severity)
}

#[rstest]
#[tokio::test]
async fn a_finding_keeps_its_identity_while_it_comes_and_goes(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let store = &world.store;
    let id = world.assessment().await.id;
    let low = vec![gap("BAS-1", FindingSeverity::Low)];

    let opened = store.sync_findings(id, low.clone(), NOW).await.unwrap();
    let first = opened.opened[0].clone();
    assert!(first.open);
    assert_eq!((first.times_opened, first.opened_at), (1, NOW));
    assert_eq!(store.finding(first.id).await.unwrap(), Some(first.clone()));
    let noted = store.update_finding(first.id, "Anna", Some(date(2025, 9, 1)), world.audit("noted")).await;
    assert!(noted.unwrap());

    let unchanged = store.sync_findings(id, low.clone(), later(1)).await.unwrap();
    assert_eq!(unchanged, FindingChanges::default());

    let cleared = store.sync_findings(id, Vec::new(), later(2)).await.unwrap();
    assert_eq!((cleared.opened.len(), cleared.reopened.len(), cleared.cleared.len()), (0, 0, 1));
    let kept = store.finding(first.id).await.unwrap().unwrap();
    assert_eq!((kept.open, kept.cleared_at), (false, Some(later(2))));
    assert_eq!(store.sync_findings(id, Vec::new(), later(3)).await.unwrap(), FindingChanges::default());

    let high = vec![gap("BAS-1", FindingSeverity::High)];
    let reopened = store.sync_findings(id, high, later(4)).await.unwrap().reopened;
    assert_eq!(reopened[0].id, first.id);
    let kept = store.findings(id).await.unwrap();
    assert_eq!(kept, reopened);
    assert_eq!((kept[0].times_opened, kept[0].opened_at, kept[0].cleared_at), (2, later(4), None));
    assert_eq!((&*kept[0].owner, kept[0].due), ("Anna", Some(date(2025, 9, 1))));

    let events = store.finding_events(id, 10).await.unwrap();
    let seen: Vec<_> = events.iter().map(|event| (event.change, event.severity, event.at)).collect();
    let expected = [
        (FindingChange::Reopened, FindingSeverity::High, later(4)),
        (FindingChange::Cleared, FindingSeverity::Low, later(2)),
        (FindingChange::Opened, FindingSeverity::Low, NOW),
    ];
    assert_eq!(seen, expected);
    assert!(events.iter().all(|event| event.finding == first.id && event.subject == "BAS-1"));
    assert_eq!(store.finding_events(id, 1).await.unwrap(), events[..1]);
    assert_eq!(world.actions().await, ["noted"]);
}

#[rstest]
#[tokio::test]
async fn a_change_of_severity_is_kept_without_reopening(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let id = world.assessment().await.id;
    for severity in [FindingSeverity::Low, FindingSeverity::Critical] {
        world.store.sync_findings(id, vec![gap("BAS-1", severity)], NOW).await.unwrap();
    }
    let kept = world.store.findings(id).await.unwrap();
    assert_eq!((kept[0].severity, kept[0].times_opened), (FindingSeverity::Critical, 1));
    assert_eq!(world.store.finding_events(id, 9).await.unwrap().len(), 1);
}

#[rstest]
#[tokio::test]
async fn findings_are_told_apart_by_kind_and_subject(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let (one, two) = (world.assessment().await.id, world.assessment().await.id);
    let raised = || {
        vec![
            (FindingKind::Unanswered, "B".to_owned(), FindingSeverity::Medium),
            gap("B", FindingSeverity::Low),
            gap("A", FindingSeverity::Low),
        ]
    };
    world.store.sync_findings(one, raised(), NOW).await.unwrap();
    assert_eq!(world.store.sync_findings(two, raised(), NOW).await.unwrap().opened.len(), 3);
    let kept: Vec<_> =
        world.store.findings(one).await.unwrap().into_iter().map(|f| (f.kind, f.subject)).collect();
    let expected = [
        (FindingKind::Gap, "A".into()),
        (FindingKind::Gap, "B".into()),
        (FindingKind::Unanswered, "B".into()),
    ];
    assert_eq!(kept, expected);
}

#[rstest]
#[tokio::test]
async fn syncing_at_once_opens_a_finding_once(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let id = world.assessment().await.id;
    let syncs: Vec<_> = (0..8)
        .map(|_| {
            let store = world.store.clone();
            let raised = vec![gap("A", FindingSeverity::Low)];
            tokio::spawn(async move { store.sync_findings(id, raised, NOW).await.unwrap() })
        })
        .collect();
    let mut opened = 0;
    for sync in syncs {
        opened += sync.await.unwrap().opened.len();
    }
    assert_eq!(opened, 1);
    assert_eq!(world.store.finding_events(id, 9).await.unwrap().len(), 1);
}

#[rstest]
#[tokio::test]
async fn unknown_findings_and_assessments_are_reported(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let lost = FindingId::new();
    assert_eq!(world.store.finding(lost).await.unwrap(), None);
    assert!(!world.store.update_finding(lost, "Anna", None, world.audit("noted")).await.unwrap());
    let raised = vec![gap("A", FindingSeverity::Low)];
    let refused = world.store.sync_findings(AssessmentId::new(), raised, NOW).await.unwrap_err();
    assert!(matches!(refused, StoreError::NotFound { .. }), "{refused:?}");
}
