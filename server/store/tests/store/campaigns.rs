use domain::FrameworkCode;
use rstest::rstest;
use store::record::{Assessment, Campaign, Role, SavedView};
use store::{AssessmentId, Backend, CampaignId, StoreError, ViewId};

use crate::world::{NOW, World, later, organization, user};

#[rstest]
#[tokio::test]
async fn a_campaign_has_one_assessment_in_each_organization_and_leaves_them_behind(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let store = &world.store;
    let campaign = Campaign {
        id: CampaignId::new(),
        user: world.user.id,
        title: "Readiness".to_owned(),
        framework: world.framework,
        framework_code: FrameworkCode::from("BL7"),
        framework_version: crate::world::baseline().version.clone(),
        due: "2026-03-31".parse().unwrap(),
        created_at: NOW,
    };
    store.create_campaign(&campaign, world.audit("started")).await.unwrap();
    assert_eq!(store.campaign(campaign.id).await.unwrap(), Some(campaign.clone()));
    let first = Assessment { id: AssessmentId::new(), ..world.assessment().await };
    store.start_in_campaign(&campaign, &first, 9, world.audit("begun")).await.unwrap();
    assert_eq!(store.asked_until(first.id).await.unwrap(), Some(campaign.due));
    assert_eq!(store.asked_until(world.assessment().await.id).await.unwrap(), None);
    let second = Assessment { id: AssessmentId::new(), ..first.clone() };
    let twice = store.start_in_campaign(&campaign, &second, 9, world.audit("begun")).await;
    assert!(matches!(twice, Err(StoreError::Duplicate { .. })), "{twice:?}");
    assert_eq!(store.assessment(second.id).await.unwrap(), None, "nothing of it was kept");

    let south = organization("south");
    store.create_organization(south.clone(), world.user.id, world.audit("organization")).await.unwrap();
    let other = Assessment { id: AssessmentId::new(), org: south.id, ..first.clone() };
    store.start_in_campaign(&campaign, &other, 9, world.audit("begun")).await.unwrap();
    let listed = store.campaigns_of(world.user.id).await.unwrap();
    assert_eq!((listed.len(), listed[0].organizations, listed[0].handed_in), (1, 2, 0));
    let (places, all) = store.campaign_places(campaign.id, world.user.id).await.unwrap();
    assert_eq!(all, 2);
    assert_eq!(places.iter().map(|place| place.assessment).collect::<Vec<_>>(), [first.id, other.id]);
    assert_eq!(places[0].role, Role::Owner);
    let other_owner = world.another_user("other@example.org").await;
    store.add_member(south.id, other_owner.id, Role::Owner, NOW, world.audit("added")).await.unwrap();
    store.remove_member(south.id, world.user.id, world.audit("left")).await.unwrap();
    let listed = store.campaigns_of(world.user.id).await.unwrap();
    assert_eq!((listed[0].organizations, listed[0].handed_in), (1, 0), "what is out of sight is not counted");
    let stranger = user("stranger@example.org");
    store.create_user(stranger.clone(), world.audit("user")).await.unwrap();
    let (places, all) = store.campaign_places(campaign.id, stranger.id).await.unwrap();
    assert_eq!((places.len(), all), (0, 2));
    assert!(store.campaigns_of(stranger.id).await.unwrap().is_empty());

    let due = "2026-04-30".parse().unwrap();
    assert!(store.change_campaign(campaign.id, "Later", due, world.audit("changed")).await.unwrap());
    let changed = store.campaign(campaign.id).await.unwrap().unwrap();
    assert_eq!((changed.title.as_str(), changed.due), ("Later", due));
    assert!(store.delete_campaign(campaign.id, world.audit("removed")).await.unwrap());
    assert!(!store.delete_campaign(campaign.id, world.audit("removed")).await.unwrap());
    assert!(store.assessment(first.id).await.unwrap().is_some());
}

#[rstest]
#[tokio::test]
async fn a_view_is_one_accounts_own_and_replaced_by_its_name(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let store = &world.store;
    let view = SavedView {
        id: ViewId::new(),
        user: world.user.id,
        name: "Lowest".to_owned(),
        query: "order=rung".to_owned(),
        created_at: NOW,
    };
    store.save_view(&view, 1, world.audit("saved")).await.unwrap();
    let again = SavedView {
        id: ViewId::new(),
        query: "order=drift".to_owned(),
        created_at: later(1),
        ..view.clone()
    };
    store.save_view(&again, 1, world.audit("saved")).await.unwrap();
    let kept = store.views_of(world.user.id).await.unwrap();
    assert_eq!(kept, [SavedView { query: "order=drift".to_owned(), ..view.clone() }]);
    let stranger = user("stranger@example.org");
    store.create_user(stranger.clone(), world.audit("user")).await.unwrap();
    assert!(!store.remove_view(view.id, stranger.id, world.audit("removed")).await.unwrap());
    assert!(store.remove_view(view.id, world.user.id, world.audit("removed")).await.unwrap());
    assert!(store.views_of(world.user.id).await.unwrap().is_empty());
}
