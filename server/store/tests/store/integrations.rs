use rstest::rstest;
use store::record::{Integration, IntegrationDetails, IntegrationRemoval};
use store::{Backend, IntegrationId, OrgId, StoreError};

use crate::world::{NOW, World, organization};

#[rstest]
#[tokio::test]
async fn an_integration_is_described_and_described_anew(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let store = &world.store;
    let integration = world.described("Patient API");
    store.create_integration(integration.clone(), world.audit("created")).await.unwrap();
    assert_eq!(store.integration(integration.id).await.unwrap(), Some(integration.clone()));
    let details = IntegrationDetails {
        name: "Patient access API".to_owned(),
        system: "A system".to_owned(),
        standard: "FHIR R4".to_owned(),
        direction: "out".to_owned(),
        data: "records".to_owned(),
        contract: "C-1".to_owned(),
        use_case: "patients' apps".to_owned(),
        owner: "Anna".to_owned(),
        environment: "production".to_owned(),
        last_review: None,
        serves: Vec::new(),
        ..integration.details.clone()
    };
    let renamed = Integration { details, ..integration.clone() };
    assert!(store.update_integration(renamed.clone(), world.audit("updated")).await.unwrap());
    assert_eq!(store.integration(integration.id).await.unwrap(), Some(renamed.clone()));
    let unknown = Integration { id: IntegrationId::new(), ..renamed.clone() };
    assert!(!store.update_integration(unknown, world.audit("updated")).await.unwrap());
    let elsewhere = Integration { org: OrgId::new(), ..renamed };
    assert!(!store.update_integration(elsewhere.clone(), world.audit("updated")).await.unwrap());
    let astray = Integration { id: IntegrationId::new(), ..elsewhere };
    let refused = store.create_integration(astray, world.audit("created")).await.unwrap_err();
    assert!(matches!(refused, StoreError::NotFound { .. }), "{refused:?}");
    assert_eq!(world.actions().await, ["created", "updated"]);
}

#[rstest]
#[tokio::test]
async fn integrations_come_page_by_page(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let world = &World::new(backend).await;
    let all = [world.integration().await, world.integration().await, world.integration().await];
    let first = world.store.integrations_of(world.org.id, None, 2).await.unwrap();
    assert_eq!(first, all[..2]);
    let rest = world.store.integrations_of(world.org.id, Some(first[1].id), 2).await.unwrap();
    assert_eq!(rest, all[2..]);
}

#[rstest]
#[tokio::test]
async fn an_import_is_all_or_nothing(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let world = &World::new(backend).await;
    let known = world.described("ADT feed");
    world.store.create_integration(known.clone(), world.audit("created")).await.unwrap();
    let details = IntegrationDetails {
        name: "ADT feed, renewed".to_owned(),
        criticality: "critical".to_owned(),
        contract_expires: Some(jiff::civil::date(2027, 1, 31)),
        review_months: Some(6),
        ..known.details.clone()
    };
    let changed = Integration { details, unowned_since: Some(NOW), ..known.clone() };
    let added = Integration { id: IntegrationId::new(), ..known.clone() };
    let unknown = Integration { id: IntegrationId::new(), ..known.clone() };
    let failed = world
        .store
        .import_integrations(
            world.org.id,
            vec![added.clone()],
            vec![changed.clone(), unknown],
            world.audit("imported"),
        )
        .await;
    assert!(matches!(failed, Err(StoreError::NotFound { .. })), "{failed:?}");
    assert_eq!(world.store.integrations_of(world.org.id, None, 9).await.unwrap(), [known]);
    let audit = world.audit("imported");
    let (first, second) = (vec![added.clone()], vec![changed.clone()]);
    world.store.import_integrations(world.org.id, first, second, audit).await.unwrap();
    assert_eq!(world.store.integrations_of(world.org.id, None, 9).await.unwrap(), [changed, added]);
}

#[rstest]
#[tokio::test]
async fn an_integration_goes_when_its_checks_are_gone(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let check = world.check().await;
    let gone = async || world.store.delete_integration(check.integration, world.audit("gone")).await.unwrap();
    assert_eq!(gone().await, IntegrationRemoval::HasChecks);
    assert!(world.store.delete_check(check.id, world.audit("check")).await.unwrap());
    assert_eq!(gone().await, IntegrationRemoval::Done);
    assert_eq!(world.store.integration(check.integration).await.unwrap(), None);
    assert_eq!(gone().await, IntegrationRemoval::NoSuchIntegration);
    let actions = world.actions().await;
    assert_eq!(actions.iter().filter(|action| *action == "gone").count(), 1, "{actions:?}");
}

#[rstest]
#[tokio::test]
async fn no_two_integrations_of_an_organization_come_to_have_one_name(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let store = &world.store;
    let audit = || world.audit("x");
    let known = world.described("Größe API");
    store.create_integration(known.clone(), audit()).await.unwrap();
    let named = |name: &str| world.described(name);
    for taken in ["Größe API", "GRÖSSE API", "GRÖßE api"] {
        // A sharp s has no capital of one letter: "GRÖSSE" is another name.
        let made = store.create_integration(named(taken), audit()).await;
        assert_eq!(
            matches!(made, Err(StoreError::Duplicate { .. })),
            !taken.contains("SS"),
            "{taken}: {made:?}"
        );
    }
    let other = named("Registry");
    store.create_integration(other.clone(), audit()).await.unwrap();
    let called = |entry: &Integration, name: &str| {
        let details = IntegrationDetails { name: name.to_owned(), ..entry.details.clone() };
        Integration { details, ..entry.clone() }
    };
    let renamed = store.update_integration(called(&other, "größe API"), audit()).await;
    assert!(matches!(renamed, Err(StoreError::Duplicate { .. })), "{renamed:?}");
    assert!(store.update_integration(called(&other, "REGISTRY"), audit()).await.unwrap(), "its own name");
    let (one, two) = (named("Feed"), named("FEED"));
    let imported = store.import_integrations(world.org.id, vec![one, two], Vec::new(), audit()).await;
    assert!(matches!(imported, Err(StoreError::Duplicate { .. })), "{imported:?}");
    // Two may change their names with each other.
    let changed = vec![called(&known, "Registry"), called(&other, "Größe API")];
    store.import_integrations(world.org.id, Vec::new(), changed, audit()).await.unwrap();

    let elsewhere = organization("south");
    store.create_organization(elsewhere.clone(), world.user.id, audit()).await.unwrap();
    let theirs = Integration { org: elsewhere.id, ..named("Registry") };
    store.create_integration(theirs, audit()).await.unwrap();
    assert_eq!(store.integrations_of(world.org.id, None, 9).await.unwrap().len(), 3);
}

#[rstest]
#[tokio::test]
async fn two_of_one_name_from_before_are_described_anew_until_one_is_renamed(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let store = &world.store;
    let (first, second) = (world.described("Feed"), world.described("Other"));
    store.create_integration(first.clone(), world.audit("x")).await.unwrap();
    store.create_integration(second.clone(), world.audit("x")).await.unwrap();
    world.database.execute("UPDATE integrations SET name = 'FEED' WHERE name = 'Other'".to_owned()).await;
    let described = |name: &str, owner: &str| {
        let (name, owner) = (name.to_owned(), owner.to_owned());
        let details = IntegrationDetails { name, owner, ..second.details.clone() };
        Integration { details, ..second.clone() }
    };
    assert!(store.update_integration(described("Feed", "Anna"), world.audit("x")).await.unwrap());
    assert!(store.update_integration(described("Other", "Anna"), world.audit("x")).await.unwrap());
    let back = store.update_integration(described("Feed", "Anna"), world.audit("x")).await;
    assert!(matches!(back, Err(StoreError::Duplicate { .. })), "{back:?}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn of_those_who_bring_one_name_at_once_one_does(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let mut adding = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (store, new, audit) = (world.store.clone(), world.described("Feed"), world.audit("x"));
        adding.spawn(async move { store.create_integration(new, audit).await.is_ok() });
    }
    let added = adding.join_all().await.into_iter().filter(|added| *added).count();
    assert_eq!(added, 1);
    assert_eq!(world.store.integrations_of(world.org.id, None, 9).await.unwrap().len(), 1);
}
