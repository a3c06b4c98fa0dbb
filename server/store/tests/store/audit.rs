use rstest::rstest;
use store::Backend;

use crate::world::{World, said};

#[rstest]
#[tokio::test]
async fn the_log_of_an_organization_is_read_newest_first(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    for action in ["a", "b", "c"] {
        world.store.record_audit(world.audit(action)).await.unwrap();
    }
    world.store.record_audit(said("of no organization")).await.unwrap();
    let first = world.store.audit_of(world.org.id, None, 2).await.unwrap();
    let rest = world.store.audit_of(world.org.id, Some(first[1].id), 2).await.unwrap();
    let actions: Vec<_> = first.iter().chain(&rest).map(|entry| &*entry.action).collect();
    assert_eq!(actions, ["c", "b", "a"]);
    assert_eq!(first[0].actor, Some(world.user.id));
    assert_eq!(first[0].actor_name, Some(world.user.name.clone()));
    assert_eq!(first[0].details, serde_json::json!({ "seen": [1, 2] }));
}

#[rstest]
#[case("UPDATE audit_log SET action = 'nothing happened'")]
#[case("DELETE FROM audit_log")]
#[tokio::test]
async fn the_log_can_be_neither_changed_nor_cut(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[case] tampering: &'static str,
) {
    let world = &World::new(backend).await;
    let before = world.store.audit_count().await.unwrap();
    let refused = match backend {
        Backend::Sqlite => {
            let pool = sqlx::SqlitePool::connect(world.database.url()).await.unwrap();
            sqlx::query(tampering).execute(&pool).await.map(drop)
        }
        Backend::Postgres => {
            let pool = sqlx::PgPool::connect(world.database.url()).await.unwrap();
            sqlx::query(tampering).execute(&pool).await.map(drop)
        }
    }
    .unwrap_err();
    assert!(refused.to_string().contains("append-only"), "{refused}");
    assert_eq!(world.store.audit_count().await.unwrap(), before);
}
