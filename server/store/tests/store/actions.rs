#![allow(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

use domain::scoring::{FindingKind, FindingSeverity};
use rstest::rstest;
use store::record::{
    Action, ActionChange, ActionContent, ActionSource, ActionState, Cost, FindingNow, Money, Role,
};
use store::{ActionId, AssessmentId, Backend, StoreError, UserId};

use crate::world::{NOW, World, criterion, later, level};

fn action(world: &World, assessment: AssessmentId, source: ActionSource) -> Action {
    Action {
        id: ActionId::new(),
        org: world.org.id,
        assessment,
        source,
        content: ActionContent {
            title: "Renew the certificate".to_owned(),
            note: "Ask the vendor.\nThen install it.".to_owned(),
            owner: Some(world.user.id),
            due: Some("2027-01-31".parse().unwrap()),
            cost: Cost { money: Some(Money { amount: 1_200, currency: "USD".to_owned() }), hours: Some(8) },
            state: ActionState::Open,
        },
        revision: 1,
        created_by: world.user.id,
        created_at: NOW,
        since: NOW,
    }
}

fn gap() -> ActionSource {
    ActionSource::Finding { kind: FindingKind::Gap, subject: criterion(0).to_string() }
}

#[rstest]
#[tokio::test]
async fn an_action_is_kept_with_how_its_finding_stands(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let store = &world.store;
    let id = world.assessment().await.id;
    let raised = vec![(FindingKind::Gap, criterion(0).to_string(), FindingSeverity::Low)];
    store.sync_findings(id, raised.clone(), NOW).await.unwrap();
    let about_gap = action(world, id, gap());
    let step = ActionSource::Step { criterion: criterion(1), aim: level(3) };
    let about_step = Action { content: ActionContent::default(), ..action(world, id, step) };
    for one in [&about_gap, &about_step] {
        store.create_action(one, world.audit("created")).await.unwrap();
    }
    let listed = store.actions_of(world.org.id).await.unwrap();
    assert_eq!(listed, store.actions_on(id).await.unwrap());
    assert_eq!([&listed[0].action, &listed[1].action], [&about_gap, &about_step]);
    assert_eq!((listed[0].owner_name.as_deref(), listed[0].owner_belongs), (Some(&*world.user.name), true));
    assert_eq!((listed[1].owner_name.as_deref(), listed[1].owner_belongs), (None, false));
    assert_eq!((listed[0].finding, listed[1].finding), (Some(FindingNow::Raised), None));
    assert_eq!(listed[0].assessment_title, "This year");

    store.sync_findings(id, Vec::new(), later(5)).await.unwrap();
    let cleared = store.action(about_gap.id).await.unwrap().unwrap();
    assert_eq!(cleared.finding, Some(FindingNow::Cleared { at: later(5) }));
    store.sync_findings(id, raised, later(6)).await.unwrap();
    let again = store.action(about_gap.id).await.unwrap().unwrap();
    assert_eq!(again.finding, Some(FindingNow::Raised), "it keeps its identity");
    assert_eq!(store.action(ActionId::new()).await.unwrap(), None);
    assert_eq!(world.actions().await, ["created", "created"]);
}

#[rstest]
#[tokio::test]
async fn an_action_changes_only_where_nobody_changed_it_meanwhile(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let store = &world.store;
    let other = world.another_user("kim@example.org").await;
    store.add_member(world.org.id, other.id, Role::Viewer, NOW, world.audit("member")).await.unwrap();
    let kept = action(world, world.assessment().await.id, gap());
    store.create_action(&kept, world.audit("created")).await.unwrap();
    let content = ActionContent {
        owner: Some(other.id),
        cost: Cost::default(),
        state: ActionState::Dropped { reason: "Bought instead".to_owned() },
        ..kept.content.clone()
    };
    let change =
        |revision| store.change_action(kept.id, revision, &content, later(9), world.audit("changed"));
    assert_eq!(change(1).await.unwrap(), ActionChange::Done);
    assert_eq!(change(1).await.unwrap(), ActionChange::Stale);
    let now = store.action(kept.id).await.unwrap().unwrap();
    assert_eq!((&now.action.content, now.action.revision, now.action.since), (&content, 2, later(9)));
    assert_eq!((now.owner_name.as_deref(), now.owner_belongs), (Some(&*other.name), true));
    store.remove_member(world.org.id, other.id, world.audit("left")).await.unwrap();
    let now = store.action(kept.id).await.unwrap().unwrap();
    assert_eq!((now.owner_name.as_deref(), now.owner_belongs), (Some(&*other.name), false));
    assert_eq!(world.actions().await, ["member", "created", "changed", "left"]);

    let nobody = ActionContent { owner: Some(UserId::new()), ..content.clone() };
    let refused = store.change_action(kept.id, 2, &nobody, NOW, world.audit("changed")).await;
    assert!(matches!(refused, Err(StoreError::NotFound { .. })));
    let nowhere = action(world, AssessmentId::new(), gap());
    let refused = store.create_action(&nowhere, world.audit("created")).await;
    assert!(matches!(refused, Err(StoreError::NotFound { .. })));
}
