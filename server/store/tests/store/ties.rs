use rstest::rstest;
use store::record::ManualTie;
use store::{Backend, CheckId, StoreError};

use crate::world::{NOW, World, binding, later};

pub(crate) fn tie(world: &World, check: CheckId) -> ManualTie {
    ManualTie {
        check,
        framework: world.framework,
        binding: binding(0),
        tied: false,
        reason: "a test endpoint".to_owned(),
        by: world.user.id,
        at: NOW,
    }
}

#[rstest]
#[tokio::test]
async fn a_tie_is_set_replaced_and_cleared(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let world = &World::new(backend).await;
    let store = &world.store;
    let check = world.check().await;
    let untied = tie(world, check.id);
    store.set_tie(untied.clone(), world.audit("set")).await.unwrap();
    assert_eq!(store.ties_of(check.id).await.unwrap(), std::slice::from_ref(&untied));
    let tied = ManualTie { tied: true, reason: "live".to_owned(), at: later(1), ..untied.clone() };
    store.set_tie(tied.clone(), world.audit("set")).await.unwrap();
    let other = ManualTie { binding: binding(1), ..untied };
    store.set_tie(other.clone(), world.audit("set")).await.unwrap();
    assert_eq!(store.ties_of(check.id).await.unwrap(), [tied, other.clone()]);
    let clear = || store.clear_tie(check.id, world.framework, &other.binding, world.audit("cleared"));
    assert!(clear().await.unwrap());
    assert!(!clear().await.unwrap());
    assert_eq!(store.ties_of(check.id).await.unwrap().len(), 1);
    assert_eq!(world.actions().await, ["set", "set", "set", "cleared"]);
}

#[rstest]
#[tokio::test]
async fn a_tie_to_an_unknown_binding_is_refused(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let astray = ManualTie { binding: "XYZ-1.1".into(), ..tie(world, world.check().await.id) };
    let refused = world.store.set_tie(astray, world.audit("set")).await.unwrap_err();
    assert!(matches!(refused, StoreError::NotFound { .. }), "{refused:?}");
    assert!(world.actions().await.is_empty());
}
