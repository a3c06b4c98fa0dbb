use rstest::rstest;
use store::record::{RoadmapStep, StepChoice};
use store::{AssessmentId, Backend, StoreError};

use crate::world::{NOW, World, criterion, later};

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
