use domain::check::Status;
use rstest::rstest;
use store::record::{Aimed, Check, Completion, Outage, Override, Recorded};
use store::{Backend, CheckId, IntegrationId, OverrideId, StoreError};

use crate::world::{NOW, World, binding, later, ran};

#[rstest]
#[tokio::test]
async fn a_check_is_set_up_and_changed(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let world = &World::new(backend).await;
    let store = &world.store;
    let integration = world.integration().await;
    let check = world.planned(&integration);
    store.create_check(check.clone(), None, world.audit("created")).await.unwrap();
    assert_eq!(store.check(check.id).await.unwrap(), Some(check.clone()));
    let paused = Check {
        parameters: "{}".to_owned(),
        interval_seconds: 60,
        enabled: false,
        next_due_at: later(5),
        ..check.clone()
    };
    assert!(store.update_check(paused.clone(), None, world.audit("updated")).await.unwrap());
    assert_eq!(store.check(check.id).await.unwrap(), Some(paused.clone()));
    assert_eq!(store.checks_of(world.org.id).await.unwrap(), std::slice::from_ref(&paused));
    assert_eq!(store.checks_of_integration(integration.id).await.unwrap(), [paused]);
    assert!(store.checks_of_integration(IntegrationId::new()).await.unwrap().is_empty());
    let unknown = Check { id: CheckId::new(), ..check.clone() };
    assert!(!store.update_check(unknown.clone(), None, world.audit("updated")).await.unwrap());
    let astray = Check { integration: IntegrationId::new(), ..unknown };
    let refused = store.create_check(astray, None, world.audit("created")).await.unwrap_err();
    assert!(matches!(refused, StoreError::NotFound { .. }), "{refused:?}");
    assert_eq!(world.actions().await, ["created", "updated"]);
}

#[rstest]
#[tokio::test]
async fn checks_that_have_a_secret_are_read_page_by_page(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let store = &world.store;
    let integration = world.integration().await;
    let text = r#""type":"secret""#;
    let parameters = [
        domain::check::Parameter::Secret("sealed".to_owned()),
        domain::check::Parameter::String(text.to_owned()),
        domain::check::Parameter::Secret("sealed too".to_owned()),
    ];
    let mut made = Vec::new();
    for parameter in parameters {
        let parameters = serde_json::json!({ "token": parameter }).to_string();
        let check = Check { parameters, ..world.planned(&integration) };
        store.create_check(check.clone(), None, world.audit("created")).await.unwrap();
        made.push(check.id);
    }
    let page = async |after| store.sealed_checks_after(after, 1).await.unwrap();
    let first = page(None).await;
    assert_eq!(first.iter().map(|check| check.id).collect::<Vec<_>>(), made[..1]);
    let second = page(Some(made[0])).await;
    assert_eq!(second.iter().map(|check| check.id).collect::<Vec<_>>(), made[2..], "a text is no secret");
    assert!(page(Some(made[2])).await.is_empty());
}

#[rstest]
#[tokio::test]
async fn a_deleted_check_takes_its_runs_standings_and_ties_with_it(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let store = &world.store;
    let check = world.check().await;
    let run = ran(check.id, NOW, Status::Pass);
    world.record(&run).await;
    store.set_tie(crate::ties::tie(world, check.id), world.audit("tied")).await.unwrap();
    assert!(store.delete_check(check.id, world.audit("deleted")).await.unwrap());
    assert!(!store.delete_check(check.id, world.audit("deleted")).await.unwrap());
    assert_eq!(store.check(check.id).await.unwrap(), None);
    assert_eq!(store.run(run.id).await.unwrap(), None);
    assert!(store.standings_of(check.id).await.unwrap().is_empty());
    assert!(store.ties_of(check.id).await.unwrap().is_empty());
    assert_eq!(world.actions().await, ["tied", "deleted"]);
}

#[rstest]
#[tokio::test]
async fn a_check_at_a_glance_stands_where_its_latest_run_left_it(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let store = &world.store;
    let check = world.check().await;
    let glance = || async { store.glances_of(world.org.id).await.unwrap().remove(0) };
    assert_eq!((glance().await.id, glance().await.status), (check.id, None));
    assert!(!store.any_fails_of(world.org.id).await.unwrap());
    world.record(&ran(check.id, NOW, Status::Fail)).await;
    assert_eq!((glance().await.integration, glance().await.status), (check.integration, Some(Status::Fail)));
    assert!(store.any_fails_of(world.org.id).await.unwrap());
    assert!(!store.any_fails_of(store::OrgId::new()).await.unwrap());
    world.record(&ran(check.id, later(1), Status::Pass)).await;
    assert_eq!(glance().await.status, Some(Status::Pass));
    assert!(!store.any_fails_of(world.org.id).await.unwrap());
}

#[rstest]
#[tokio::test]
async fn of_a_check_that_is_aimed_anew_only_the_runs_stay(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let store = &world.store;
    let check = world.check().await;
    for at in 0..3 {
        world.record(&ran(check.id, later(at), Status::Fail)).await;
    }
    let attested = Override {
        id: OverrideId::new(),
        check: check.id,
        framework: world.framework,
        binding: binding(0),
        reason: "a wrong alarm".to_owned(),
        by: world.user.id,
        by_name: world.user.name.clone(),
        at: NOW,
        until: later(90_000),
        withdrawn_at: None,
    };
    store.create_override(attested, world.audit("attested")).await.unwrap();
    let under_way = &world.claim("one", NOW, 9).await[0];
    let elsewhere = Check { parameters: "{}".to_owned(), ..check.clone() };
    let aimed =
        Aimed { at: later(4), target: "b.example.org".to_owned(), before: "a.example.org".to_owned() };
    assert!(store.aim_check(elsewhere.clone(), &aimed, None, world.audit("aimed")).await.unwrap());
    assert_eq!(store.aims(check.id, 9).await.unwrap(), std::slice::from_ref(&aimed));
    let ended = Outage { began_at: NOW, ended_at: Some(later(4)) };
    assert_eq!(store.outages(check.id, NOW).await.unwrap(), [ended]);
    assert_eq!(store.check(check.id).await.unwrap(), Some(elsewhere.clone()));
    assert!(store.standings_of(check.id).await.unwrap().is_empty());
    assert_eq!(store.glances_of(world.org.id).await.unwrap()[0].status, None);
    assert_eq!(store.overrides_of(check.id).await.unwrap()[0].withdrawn_at, Some(NOW));
    assert_eq!(store.runs(check.id, None, 9).await.unwrap().len(), 3);
    // What ran under the old parameters comes too late.
    let completion =
        Completion { epoch: under_way.epoch, next_due_at: later(9), own_failures: 0, host: None };
    let late = (world.ended(&ran(check.id, later(5), Status::Pass)), completion);
    assert_eq!(store.complete_runs([late].into()).await.unwrap(), [Recorded::Superseded]);
    // The first run of the new target counts by itself, although it is judged as the old one was.
    let first = ran(check.id, later(6), Status::Fail);
    world.record(&first).await;
    assert_eq!(store.standings_of(check.id).await.unwrap(), [world.standing(&first)]);
    let unknown = Check { id: CheckId::new(), ..elsewhere };
    assert!(!store.aim_check(unknown, &aimed, None, world.audit("aimed")).await.unwrap());
    assert_eq!(world.actions().await, ["attested", "aimed"]);
}
