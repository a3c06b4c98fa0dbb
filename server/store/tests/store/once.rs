use rstest::rstest;
use store::record::{Session, ShownOnce};
use store::{Backend, OnceId, StoreError, UnixMillis};

use crate::world::{NOW, World, later};

fn value(sealed: &str, until: UnixMillis) -> ShownOnce {
    ShownOnce { id: OnceId::new(), sealed: sealed.to_owned(), until }
}

async fn world(backend: Backend) -> World {
    let world = World::new(backend).await;
    for id in ["one", "two"] {
        let session = Session {
            id: id.to_owned(),
            user: Some(world.user.id),
            data: "{}".to_owned(),
            created_at: NOW,
            expires_at: later(10_000),
        };
        world.store.create_session(session).await.expect("a session is made");
    }
    world
}

#[rstest]
#[tokio::test]
async fn what_is_shown_once_waits_for_its_session_and_page_until_it_is_forgotten(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let World { store, .. } = &world(backend).await;
    let (first, second) = (value("a", later(1000)), value("b", later(1000)));
    for (session, place, kept) in [
        ("one", "/settings", &first),
        ("one", "/settings", &second),
        ("one", "/other", &value("c", later(1000))),
        ("two", "/settings", &value("d", later(1000))),
    ] {
        store.keep_shown_once(session, place, kept, NOW).await.unwrap();
    }
    let waiting = async || store.waiting_shown_once("one", "/settings", later(1000)).await.unwrap();
    assert_eq!(waiting().await, [first.clone(), second.clone()]);
    store.forget_shown_once("two", &[first.id]).await.unwrap();
    assert_eq!(waiting().await.len(), 2, "nobody forgets for another session");
    store.forget_shown_once("one", &[first.id]).await.unwrap();
    assert_eq!(waiting().await, [second]);
    store.delete_session("one").await.unwrap();
    assert!(waiting().await.is_empty(), "it ends with its session");
}

#[rstest]
#[tokio::test]
async fn what_nobody_comes_for_in_time_is_neither_shown_nor_kept(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let World { store, .. } = &world(backend).await;
    store.keep_shown_once("one", "/settings", &value("late", later(10)), NOW).await.unwrap();
    let waiting = async |now| store.waiting_shown_once("one", "/settings", now).await.unwrap();
    assert!(waiting(later(11)).await.is_empty());
    let next = value("next", later(1000));
    store.keep_shown_once("one", "/settings", &next, later(11)).await.unwrap();
    assert_eq!(waiting(NOW).await, [next], "the other row is gone");
    let refused = store.keep_shown_once("ended", "/", &value("a", later(10)), NOW).await.unwrap_err();
    assert!(matches!(refused, StoreError::NotFound { .. }), "{refused:?}");
}
