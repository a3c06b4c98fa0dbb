use rstest::rstest;
use store::record::{Integration, IntegrationDetails, IntegrationRemoval};
use store::{Backend, IntegrationId, OrgId, StoreError};

use crate::world::{NOW, World};

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
        .import_integrations(vec![added.clone()], vec![changed.clone(), unknown], world.audit("imported"))
        .await;
    assert!(matches!(failed, Err(StoreError::NotFound { .. })), "{failed:?}");
    assert_eq!(world.store.integrations_of(world.org.id, None, 9).await.unwrap(), [known]);
    let audit = world.audit("imported");
    world.store.import_integrations(vec![added.clone()], vec![changed.clone()], audit).await.unwrap();
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
