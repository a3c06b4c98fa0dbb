use rstest::rstest;
use store::record::Logo;
use store::{Backend, OrgId, StoreError};

use crate::world::{NOW, World, later};

#[rstest]
#[tokio::test]
async fn a_logo_is_kept_replaced_and_removed(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let world = &World::new(backend).await;
    let store = &world.store;
    let org = world.org.id;
    assert_eq!(store.logo(org).await.unwrap(), None);
    assert!(!store.remove_logo(org, world.audit("removed")).await.unwrap(), "there is none");

    let first = Logo { png: vec![0, 1, 2, 255], width: 40, height: 20 };
    store.keep_logo(org, &first, world.user.id, NOW, world.audit("kept")).await.unwrap();
    assert_eq!(store.logo(org).await.unwrap(), Some(first.clone()));
    let second = Logo { png: vec![9; 100_000], width: 480, height: 210 };
    store.keep_logo(org, &second, world.user.id, later(1), world.audit("kept")).await.unwrap();
    assert_eq!(store.logo(org).await.unwrap(), Some(second));

    let lost = store.keep_logo(OrgId::new(), &first, world.user.id, NOW, world.audit("kept")).await;
    assert!(matches!(lost, Err(StoreError::NotFound { .. })), "{lost:?}");
    assert!(store.remove_logo(org, world.audit("removed")).await.unwrap());
    assert_eq!(store.logo(org).await.unwrap(), None);
    assert_eq!(world.actions().await, ["kept", "kept", "removed"]);
}
