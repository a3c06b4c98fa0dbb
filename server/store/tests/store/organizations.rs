use rstest::rstest;
use store::record::AssessmentState::{ChangesRequested, Draft, InReview, Submitted};
use store::record::{
    Member, MemberChange, Organization, OrganizationChange, OrganizationChanged, Role, SizeBand,
};
use store::{Backend, OrgId, StoreError};

use crate::world::{NOW, World, later, organization};

#[rstest]
#[tokio::test]
async fn an_organization_begins_with_its_owner(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let World { store, user, org, .. } = &World::new(backend).await;
    assert_eq!(store.organization(org.id).await.unwrap(), Some(org.clone()));
    assert_eq!(store.organization_by_slug("north").await.unwrap(), Some(org.clone()));
    assert_eq!(store.organization(OrgId::new()).await.unwrap(), None);
    assert_eq!(store.organization_by_slug("south").await.unwrap(), None);
    assert_eq!(store.role(org.id, user.id).await.unwrap(), Some(Role::Owner));
    let seen = store.organization_role_by_slug("north", user.id).await.unwrap();
    assert_eq!(seen, Some((org.clone(), Role::Owner)));
}

#[rstest]
#[tokio::test]
async fn an_address_belongs_to_one_organization(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let copy = organization("north");
    let refused = world
        .store
        .create_organization(copy.clone(), world.user.id, world.audit("organization.created"))
        .await
        .unwrap_err();
    assert!(matches!(refused, StoreError::Duplicate { .. }), "{refused:?}");
    assert_eq!(world.store.organization(copy.id).await.unwrap(), None);
    assert!(world.actions().await.is_empty());
}

#[rstest]
#[tokio::test]
async fn what_an_organization_is_changes_and_its_address_stays(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let World { store, org, .. } = world;
    let change = OrganizationChange {
        name: Some("North Clinics".to_owned()),
        profiles: Some(vec!["A".into(), "C".into()]),
        size_band: Some(SizeBand::UpTo6),
    };
    let changed = Organization {
        name: "North Clinics".to_owned(),
        profiles: vec!["A".into(), "C".into()],
        size_band: SizeBand::UpTo6,
        ..org.clone()
    };
    let update = async |id: OrgId, change: OrganizationChange| {
        store.update_organization(id, &change, world.audit("organization.changed")).await.unwrap()
    };
    assert_eq!(update(org.id, change.clone()).await, OrganizationChanged::Done(changed.clone()));
    assert_eq!(store.organization_by_slug("north").await.unwrap(), Some(changed.clone()));
    let nothing = OrganizationChange::default();
    assert_eq!(update(org.id, nothing).await, OrganizationChanged::Done(changed), "what is absent stays");
    assert_eq!(world.actions().await, ["organization.changed", "organization.changed"]);
    assert_eq!(update(OrgId::new(), change).await, OrganizationChanged::NoSuchOrganization);
    assert_eq!(world.actions().await.len(), 2);
}

/// Two owners who change different things at once lose nothing of each other.
#[rstest]
#[tokio::test]
async fn who_changes_one_thing_of_an_organization_writes_no_other(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let World { store, org, .. } = world;
    for (round, size_band) in [SizeBand::UpTo6, SizeBand::UpTo150].into_iter().cycle().take(10).enumerate() {
        let name =
            OrganizationChange { name: Some(format!("Name {round}")), ..OrganizationChange::default() };
        let size = OrganizationChange { size_band: Some(size_band), ..OrganizationChange::default() };
        let (named, sized) = tokio::join!(
            store.update_organization(org.id, &name, world.audit("organization.changed")),
            store.update_organization(org.id, &size, world.audit("organization.changed")),
        );
        assert!(matches!(named.unwrap(), OrganizationChanged::Done(_)));
        assert!(matches!(sized.unwrap(), OrganizationChanged::Done(_)));
        let expected = Organization { name: format!("Name {round}"), size_band, ..org.clone() };
        assert_eq!(store.organization(org.id).await.unwrap(), Some(expected));
    }
}

#[rstest]
#[tokio::test]
async fn profiles_stay_while_an_assessment_is_under_review(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let World { store, org, .. } = world;
    let id = world.assessment().await.id;
    let change = |profiles: &[&str]| OrganizationChange {
        name: Some("Other".to_owned()),
        profiles: Some(profiles.iter().map(|code| (*code).into()).collect()),
        size_band: None,
    };
    let update = async |change: OrganizationChange| {
        store.update_organization(org.id, &change, world.audit("organization.changed")).await.unwrap()
    };
    let refused = OrganizationChanged::UnderReview("This year".to_owned());
    for (from, to) in [(Draft, Submitted), (Submitted, InReview)] {
        world.step(id, from, to).await;
        assert_eq!(update(change(&["A"])).await, refused);
        assert_eq!(store.organization(org.id).await.unwrap(), Some(org.clone()), "nothing is written");
    }
    assert!(world.actions().await.is_empty());
    let same = update(change(&["A", "H"])).await;
    assert!(matches!(same, OrganizationChanged::Done(_)), "the same in another order: {same:?}");
    world.step(id, InReview, ChangesRequested).await;
    let other = Organization { name: "Other".to_owned(), profiles: vec!["A".into()], ..org.clone() };
    assert_eq!(update(change(&["A"])).await, OrganizationChanged::Done(other));
}

#[rstest]
#[tokio::test]
async fn the_organizations_of_an_account_come_page_by_page(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let other = world.another_user("other@example.org").await;
    let mut slugs = Vec::new();
    for slug in ["a", "b", "c"] {
        let org = organization(slug);
        world.store.create_organization(org, other.id, world.audit("x")).await.unwrap();
    }
    let mut after = None;
    loop {
        let page = world.store.organizations_of(other.id, after, 2).await.unwrap();
        let Some((last, role)) = page.last() else { break };
        assert_eq!(*role, Role::Owner);
        after = Some(last.id);
        slugs.extend(page.into_iter().map(|(org, _)| org.slug));
    }
    assert_eq!(slugs, ["a", "b", "c"]);
}

#[rstest]
#[tokio::test]
async fn members_come_change_and_go(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let world = &World::new(backend).await;
    let World { store, org, .. } = world;
    let guest = world.another_user("guest@example.org").await;
    assert_eq!(store.organization_role_by_slug("north", guest.id).await.unwrap(), None);
    store.add_member(org.id, guest.id, Role::Viewer, later(7), world.audit("member.added")).await.unwrap();
    let refused =
        store.add_member(org.id, guest.id, Role::Owner, NOW, world.audit("member.added")).await.unwrap_err();
    assert!(matches!(refused, StoreError::Duplicate { .. }), "{refused:?}");
    let changed = store.set_role(org.id, guest.id, Role::Assessor, &[], world.audit("role.set")).await;
    assert_eq!(changed.unwrap(), MemberChange::Done);
    let members = store.members(org.id).await.unwrap();
    let expected = Member {
        user: guest.id,
        name: guest.name.clone(),
        email: guest.email.clone(),
        role: Role::Assessor,
        since: later(7),
    };
    assert_eq!(members[0], expected);
    assert_eq!(members[1].user, world.user.id);
    let remove = async || store.remove_member(org.id, guest.id, world.audit("member.removed")).await.unwrap();
    assert_eq!((remove().await, remove().await), (MemberChange::Done, MemberChange::NoSuchMember));
    let changed = store.set_role(org.id, guest.id, Role::Owner, &[], world.audit("role.set")).await;
    assert_eq!(changed.unwrap(), MemberChange::NoSuchMember);
    assert_eq!(store.role(org.id, guest.id).await.unwrap(), None);
    assert_eq!(world.actions().await, ["member.added", "role.set", "member.removed"]);
}

#[rstest]
#[tokio::test]
async fn of_two_owners_who_leave_at_once_one_stays(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let World { store, org, .. } = world;
    let second = world.another_user("second@example.org").await;
    store.add_member(org.id, second.id, Role::Owner, NOW, world.audit("member.added")).await.unwrap();
    for _ in 0..20 {
        let (left, stepped_down) = tokio::join!(
            store.remove_member(org.id, world.user.id, world.audit("member.removed")),
            store.set_role(org.id, second.id, Role::Viewer, &[], world.audit("role.set")),
        );
        let mut changes = [left.unwrap(), stepped_down.unwrap()];
        changes.sort_by_key(|change| *change == MemberChange::LastOwner);
        assert_eq!(changes, [MemberChange::Done, MemberChange::LastOwner]);
        // Both owners again, for the next round.
        if store.role(org.id, world.user.id).await.unwrap().is_none() {
            let entry = world.audit("member.added");
            store.add_member(org.id, world.user.id, Role::Owner, NOW, entry).await.unwrap();
        }
        store.set_role(org.id, second.id, Role::Owner, &[], world.audit("role.set")).await.unwrap();
    }
}
