use rstest::rstest;
use store::record::ApiToken;
use store::{Backend, StoreError, TokenId};

use crate::world::{NOW, World, later};

#[rstest]
#[tokio::test]
async fn a_token_opens_the_door_until_it_is_deleted(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let store = &world.store;
    let token = ApiToken {
        id: TokenId::new(),
        user: world.user.id,
        name: "laptop".to_owned(),
        created_at: NOW,
        last_used_at: None,
    };
    store.create_token(token.clone(), "hash", world.audit("token.created")).await.unwrap();
    assert_eq!(store.tokens_of(world.user.id).await.unwrap(), std::slice::from_ref(&token));
    let again = ApiToken { id: TokenId::new(), ..token.clone() };
    let refused = store.create_token(again, "hash", world.audit("token.created")).await.unwrap_err();
    assert!(matches!(refused, StoreError::Duplicate { .. }), "{refused:?}");

    assert_eq!(store.user_by_token_hash("hash", later(5)).await.unwrap(), Some(world.user.clone()));
    assert_eq!(store.user_by_token_hash("other", later(5)).await.unwrap(), None);
    let other = world.another_user("other@example.org").await;
    assert!(!store.delete_token(token.id, other.id, world.audit("token.deleted")).await.unwrap());
    assert!(store.delete_token(token.id, world.user.id, world.audit("token.deleted")).await.unwrap());
    assert_eq!(store.user_by_token_hash("hash", later(5)).await.unwrap(), None);
    assert_eq!(world.actions().await, ["token.created", "token.deleted"]);
}

#[rstest]
#[tokio::test]
async fn the_last_use_of_a_token_is_noted_now_and_then(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let token = ApiToken {
        id: TokenId::new(),
        user: world.user.id,
        name: "laptop".to_owned(),
        created_at: NOW,
        last_used_at: None,
    };
    world.store.create_token(token, "hash", world.audit("token.created")).await.unwrap();
    let hour = 3_600_000;
    for (used, noted) in [(10, 10), (1000, 10), (hour, hour)] {
        world.store.user_by_token_hash("hash", later(used)).await.unwrap();
        let tokens = world.store.tokens_of(world.user.id).await.unwrap();
        assert_eq!(tokens[0].last_used_at, Some(later(noted)));
    }
}
