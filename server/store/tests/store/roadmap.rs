use std::collections::BTreeMap;

use rstest::rstest;
use store::record::{AssessmentState, RoadmapStep, Step, StepChoice};
use store::{AssessmentId, Backend, StepId, StoreError};

use crate::world::{NOW, World, criterion, later, level};

#[rstest]
#[tokio::test]
async fn a_target_and_decisions_on_steps_are_kept_and_changed(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let store = &world.store;
    let id = world.assessment().await.id;
    store.set_target(id, Some(&"B.2".into()), world.audit("aimed")).await.unwrap();
    assert_eq!(store.assessment(id).await.unwrap().unwrap().target, Some("B.2".into()));
    store.set_target(id, None, world.audit("aimed")).await.unwrap();
    assert_eq!(store.assessment(id).await.unwrap().unwrap().target, None);
    let lost = store.set_target(AssessmentId::new(), None, world.audit("aimed")).await;
    assert!(matches!(lost, Err(StoreError::NotFound { .. })));

    assert!(store.roadmap_steps(id).await.unwrap().is_empty());
    let step = RoadmapStep {
        criterion: criterion(0),
        choice: StepChoice::Pinned,
        owner: "Integration team".to_owned(),
        due: Some("2027-01-31".parse().unwrap()),
    };
    store.keep_roadmap_step(id, &step, world.user.id, NOW, world.audit("decided")).await.unwrap();
    assert_eq!(store.roadmap_steps(id).await.unwrap(), std::slice::from_ref(&step));
    let changed = RoadmapStep { choice: StepChoice::Excluded, due: None, ..step.clone() };
    let other = RoadmapStep { criterion: criterion(1), ..step };
    for step in [&changed, &other] {
        store.keep_roadmap_step(id, step, world.user.id, later(1), world.audit("decided")).await.unwrap();
    }
    let keep = async |id, criterion| {
        let step = RoadmapStep { criterion, ..other.clone() };
        store.keep_roadmap_step(id, &step, world.user.id, later(1), world.audit("decided")).await
    };
    let astray = keep(id, "NOPE-1".into()).await;
    assert!(matches!(astray, Err(StoreError::NotFound { .. })), "{astray:?}");
    let astray = keep(AssessmentId::new(), criterion(0)).await;
    assert!(matches!(astray, Err(StoreError::NotFound { .. })), "{astray:?}");
    let mut wanted = vec![changed, other.clone()];
    wanted.sort_by(|a, b| a.criterion.cmp(&b.criterion));
    assert_eq!(store.roadmap_steps(id).await.unwrap(), wanted);
    assert_eq!(world.actions().await, ["aimed", "aimed", "decided", "decided", "decided"]);
}

#[rstest]
#[tokio::test]
async fn levels_to_aim_at_are_kept_for_all_criteria_and_for_single_ones(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let store = &world.store;
    let id = world.assessment().await.id;
    let set = async |criterion, level| {
        let aimed = world.audit("criterion.aimed");
        store.set_criterion_target(id, &criterion, level, world.user.id, NOW, aimed).await
    };
    let targets = async || store.bundle(id, None).await.unwrap().unwrap().targets;
    store.set_target_level(id, level(2), world.audit("aimed")).await.unwrap();
    assert_eq!(store.assessment(id).await.unwrap().unwrap().target_level, level(2));
    set(criterion(0), Some(level(4))).await.unwrap();
    set(criterion(0), Some(level(0))).await.unwrap();
    set(criterion(1), Some(level(3))).await.unwrap();
    assert_eq!(targets().await, BTreeMap::from([(criterion(0), level(0)), (criterion(1), level(3))]));
    set(criterion(1), None).await.unwrap();
    assert_eq!(targets().await, BTreeMap::from([(criterion(0), level(0))]));
    let astray = set("NOPE-1".into(), Some(level(1))).await;
    assert!(matches!(astray, Err(StoreError::NotFound { .. })), "{astray:?}");

    let signed = Step {
        id: StepId::new(),
        assessment: id,
        at: NOW,
        by: world.user.id,
        by_name: world.user.name.clone(),
        from: AssessmentState::Draft,
        to: AssessmentState::Final,
        note: String::new(),
    };
    assert!(store.take_step(signed, world.audit("signed")).await.unwrap());
    let late = set(criterion(0), None).await;
    assert!(matches!(late, Err(StoreError::Locked(AssessmentState::Final))), "{late:?}");
    let late = store.set_target_level(id, level(4), world.audit("aimed")).await;
    assert!(matches!(late, Err(StoreError::Locked(AssessmentState::Final))), "{late:?}");
    let late = store.set_target(id, Some(&"B.2".into()), world.audit("aimed")).await;
    assert!(matches!(late, Err(StoreError::Locked(AssessmentState::Final))), "{late:?}");
    let step =
        RoadmapStep { criterion: criterion(0), choice: StepChoice::Pinned, owner: String::new(), due: None };
    let late = store.keep_roadmap_step(id, &step, world.user.id, NOW, world.audit("decided")).await;
    assert!(matches!(late, Err(StoreError::Locked(AssessmentState::Final))), "{late:?}");
    assert_eq!(targets().await.len(), 1);
}
