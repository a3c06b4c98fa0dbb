//! Many who add at once, where there may be so many.

#![allow(clippy::unwrap_used, reason = "a test's helper may panic")]

use domain::FrameworkCode;
use domain::scoring::FindingSeverity;
use rstest::rstest;
use store::record::{
    AlertRule, Assessment, Campaign, Channel, Comment, Override, SavedView, Target, Telling,
};
use store::{
    AlertRuleId, AssessmentId, Backend, CampaignId, ChannelId, CommentId, OverrideId, Store, StoreError,
    ViewId,
};
use tokio::task::JoinSet;

use crate::world::{NOW, World, baseline, binding, criterion, later, organization};

const AT_ONCE: u32 = 8;

/// How many of eight at once were let in; the others were told that there is no room.
async fn let_in<F>(world: &World, add: impl Fn(Store, u32) -> F) -> usize
where
    F: Future<Output = Result<(), StoreError>> + Send + 'static,
{
    let mut adding = JoinSet::new();
    for number in 0..AT_ONCE {
        adding.spawn(add(world.store.clone(), number));
    }
    let mut added = 0;
    while let Some(done) = adding.join_next().await {
        match done.unwrap() {
            Ok(()) => added += 1,
            Err(StoreError::Full) => {}
            Err(other) => panic!("{other}"),
        }
    }
    added
}

fn channel(world: &World) -> Channel {
    Channel {
        id: ChannelId::new(),
        org: world.org.id,
        name: "Team".to_owned(),
        target: Target::Webhook { url: "https://hooks.example.org/".to_owned() },
        secret: None,
        paused: None,
        created_at: NOW,
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn nobody_who_adds_at_once_passes_a_limit_of_alerts(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let first = channel(world);
    world.store.create_channel(first.clone(), 1, world.audit("added")).await.unwrap();
    let channels = let_in(world, |store, _| {
        let (channel, entry) = (channel(world), world.audit("added"));
        async move { store.create_channel(channel, 4, entry).await }
    });
    assert_eq!(channels.await, 3, "one was there");
    assert_eq!(world.store.channels_of(world.org.id).await.unwrap().len(), 4);
    let rules = let_in(world, |store, _| {
        let rule = AlertRule {
            id: AlertRuleId::new(),
            org: world.org.id,
            channel: first.id,
            criterion: None,
            domain: None,
            severity: FindingSeverity::High,
            remind_seconds: None,
            created_at: NOW,
        };
        let entry = world.audit("added");
        async move { store.create_rule(rule, 3, entry).await }
    });
    assert_eq!(rules.await, 3);
    assert_eq!(world.store.rules_of(world.org.id).await.unwrap().len(), 3);
    let (org, id) = (world.org.id, first.id);
    let tests = let_in(world, |store, _| {
        let telling = Telling { channel: id, payload: "{}".to_owned(), remind_seconds: None };
        let entry = world.audit("tested");
        async move { store.put_test(org, telling, 2, NOW, entry).await.map(drop) }
    });
    assert_eq!(tests.await, 2);
    assert_eq!(world.store.messages_of(org, None, 99).await.unwrap().len(), 2);
    assert_eq!(world.actions().await.len(), 9, "who was refused left no line");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn nobody_who_adds_at_once_passes_a_limit_of_an_assessment(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let id = world.assessment().await.id;
    let comments = let_in(world, |store, number| {
        let comment = Comment {
            id: CommentId::new(),
            assessment: id,
            criterion: criterion(0),
            thread: None,
            text: format!("Number {number}"),
            revision: 1,
            by: world.user.id,
            by_name: world.user.name.clone(),
            at: NOW,
            edited_at: None,
            withdrawn_at: None,
            resolved_by: None,
            resolved_at: None,
        };
        let entry = world.audit("said");
        async move { store.add_comment(&comment, 3, entry).await }
    });
    assert_eq!(comments.await, 3);
    assert_eq!(world.store.comments_on(id, &criterion(0)).await.unwrap().len(), 3);

    let check = world.check().await.id;
    let signed = |at, until| Override {
        id: OverrideId::new(),
        check,
        framework: world.framework,
        binding: binding(0),
        reason: "They move".to_owned(),
        by: world.user.id,
        by_name: world.user.name.clone(),
        at: later(at),
        until: later(until),
        withdrawn_at: None,
    };
    let overrides = let_in(world, |store, _| {
        let (attested, entry) = (signed(0, 100), world.audit("signed"));
        async move { store.create_override(attested, entry).await }
    });
    assert_eq!(overrides.await, 1);
    let entry = || world.audit("signed");
    let early = world.store.create_override(signed(99, 200), entry()).await;
    assert!(matches!(early, Err(StoreError::Full)), "{early:?}");
    world.store.create_override(signed(100, 200), entry()).await.unwrap();
    assert_eq!(world.store.overrides_of(check).await.unwrap().len(), 2, "the first had run out");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn nobody_who_adds_at_once_passes_a_limit_of_an_account(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let views = let_in(world, |store, number| {
        let view = SavedView {
            id: ViewId::new(),
            user: world.user.id,
            name: format!("View {number}"),
            query: "order=rung".to_owned(),
            created_at: NOW,
        };
        let entry = world.audit("saved");
        async move { store.save_view(&view, 3, entry).await }
    });
    assert_eq!(views.await, 3);
    let kept = world.store.views_of(world.user.id).await.unwrap();
    assert_eq!(kept.len(), 3);
    let again = SavedView { id: ViewId::new(), ..kept[0].clone() };
    world.store.save_view(&again, 3, world.audit("saved")).await.unwrap();

    let campaign = Campaign {
        id: CampaignId::new(),
        user: world.user.id,
        title: "Readiness".to_owned(),
        framework: world.framework,
        framework_code: FrameworkCode::from("BL7"),
        framework_version: baseline().version.clone(),
        due: "2026-03-31".parse().unwrap(),
        created_at: NOW,
    };
    world.store.create_campaign(&campaign, world.audit("started")).await.unwrap();
    let mut organizations = Vec::new();
    for number in 0..AT_ONCE {
        let organization = organization(&format!("member-{number}"));
        organizations.push(organization.id);
        world.store.create_organization(organization, world.user.id, world.audit("x")).await.unwrap();
    }
    let places = let_in(world, |store, number| {
        let org = organizations[usize::try_from(number).unwrap()];
        let assessment = Assessment { id: AssessmentId::new(), org, ..world.draft() };
        let (campaign, entry) = (campaign.clone(), world.audit("begun"));
        async move { store.start_in_campaign(&campaign, &assessment, 3, entry).await }
    });
    assert_eq!(places.await, 3);
    assert_eq!(world.store.campaign_places(campaign.id, world.user.id).await.unwrap().1, 3);
}
