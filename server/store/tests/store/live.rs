use domain::check::Status;
use domain::live::LiveResult;
use domain::scoring::Exact;
use rstest::rstest;
use store::record::{LiveChangeRecord, LiveRecord, Override};
use store::{AssessmentId, Backend, LiveChangeId, OverrideId, StoreError};

use crate::world::{NOW, World, binding, later, ran};

pub(crate) fn record(assessment: AssessmentId, rung: &str, revision: i64) -> LiveRecord {
    let result = LiveResult {
        rung: Some(rung.into()),
        overall: Some(Exact::new(1, 3).into()),
        ..LiveResult::default()
    };
    LiveRecord { assessment, result, since: NOW, computed_at: NOW, revision }
}

fn change(assessment: AssessmentId, to: &str) -> LiveChangeRecord {
    LiveChangeRecord {
        id: LiveChangeId::new(),
        assessment,
        at: NOW,
        from_rung: None,
        to_rung: Some(to.into()),
        from_overall: None,
        to_overall: Some(Exact::new(1, 3).into()),
        causes: serde_json::json!([{ "criterion": "BAS-1" }]),
    }
}

#[rstest]
#[tokio::test]
async fn a_live_result_changes_once_for_each_state_that_was_seen(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let store = &world.store;
    let id = world.assessment().await.id;
    assert_eq!(store.live_result(id).await.unwrap(), None);
    assert!(store.keep_live_result(record(id, "A", 0), None).await.unwrap());
    assert_eq!(store.live_result(id).await.unwrap(), Some(record(id, "A", 1)));
    let tries: Vec<_> = (0..5)
        .map(|_| {
            let store = store.clone();
            let (record, change) = (record(id, "B", 1), change(id, "B"));
            tokio::spawn(async move { store.keep_live_result(record, Some(change)).await.unwrap() })
        })
        .collect();
    let mut kept = 0;
    for attempt in tries {
        kept += u32::from(attempt.await.unwrap());
    }
    assert_eq!(kept, 1);
    let changes = store.live_changes(id, None, 9).await.unwrap();
    assert_eq!(changes, [LiveChangeRecord { id: changes[0].id, ..change(id, "B") }]);
    assert!(store.live_changes(id, Some(changes[0].id), 9).await.unwrap().is_empty());
    let refused = store.keep_live_result(record(AssessmentId::new(), "A", 0), None).await;
    assert!(matches!(refused, Err(StoreError::NotFound { .. })), "{refused:?}");
}

#[rstest]
#[tokio::test]
async fn what_was_not_computed_for_long_and_what_an_attestation_leaves_is_out_of_date(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let store = &world.store;
    let id = world.assessment().await.id;
    store.keep_live_result(record(id, "A", 0), None).await.unwrap();
    assert!(store.out_of_date(NOW, later(50), 9).await.unwrap().is_empty());
    assert_eq!(store.out_of_date(later(1), later(50), 9).await.unwrap(), [id]);

    let check = world.check().await;
    let run = ran(check.id, NOW, Status::Fail);
    world.record(&run).await;
    let attested = Override {
        id: OverrideId::new(),
        check: check.id,
        framework: world.framework,
        binding: binding(0),
        reason: "They move their data centre".to_owned(),
        by: world.user.id,
        by_name: world.user.name.clone(),
        at: NOW,
        until: later(40),
        withdrawn_at: None,
    };
    store.create_override(attested.clone(), world.audit("signed")).await.unwrap();
    assert_eq!(store.bundle(id, None).await.unwrap().unwrap().overrides, std::slice::from_ref(&attested));
    assert!(store.out_of_date(NOW, later(39), 9).await.unwrap().is_empty());
    assert_eq!(store.out_of_date(NOW, later(40), 9).await.unwrap(), [id]);
    store.note_computed(id, later(40)).await.unwrap();
    assert!(store.out_of_date(NOW, later(50), 9).await.unwrap().is_empty());

    assert!(
        store
            .withdraw_override(attested.id, later(5), world.user.id, world.audit("withdrawn"))
            .await
            .unwrap()
    );
    assert!(
        !store
            .withdraw_override(attested.id, later(6), world.user.id, world.audit("withdrawn"))
            .await
            .unwrap()
    );
    let kept = store.get_override(attested.id).await.unwrap().unwrap();
    assert_eq!((kept.withdrawn_at, kept.in_force(later(6))), (Some(later(5)), false));
    assert_eq!(store.overrides_of(check.id).await.unwrap(), [kept]);
    assert!(store.bundle(id, None).await.unwrap().unwrap().overrides.is_empty());
    let lost = Override { id: OverrideId::new(), binding: "NOPE-1.1".into(), ..attested };
    let refused = store.create_override(lost, world.audit("signed")).await;
    assert!(matches!(refused, Err(StoreError::NotFound { .. })), "{refused:?}");
    assert_eq!(world.actions().await, ["signed", "withdrawn"]);
}

#[rstest]
#[tokio::test]
async fn of_a_day_of_many_changes_the_course_reads_the_last_and_of_all_the_first(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    const DAY: i64 = 24 * 3600 * 1000;
    let world = &World::new(backend).await;
    let store = &world.store;
    let (id, other) = (world.assessment().await.id, world.assessment().await.id);
    assert!(store.live_changes_by_day(id).await.unwrap().is_empty());
    let midnight = NOW.0 - NOW.0 % DAY - NOW.0;
    let mut kept = Vec::new();
    for (revision, at) in [0, 1, 2, DAY - 1, DAY, DAY + 1, 5 * DAY].into_iter().enumerate() {
        let change = LiveChangeRecord { at: later(midnight + at), ..change(id, "B") };
        let record = record(id, "B", i64::try_from(revision).unwrap());
        assert!(store.keep_live_result(record, Some(change.clone())).await.unwrap());
        kept.push(change);
    }
    assert!(store.keep_live_result(record(other, "B", 0), Some(change(other, "B"))).await.unwrap());
    let read = store.live_changes_by_day(id).await.unwrap();
    let wanted: Vec<_> = [6, 5, 3, 0].into_iter().map(|index: usize| kept[index].clone()).collect();
    assert_eq!(read, wanted);
}
