use rstest::rstest;
use store::Backend;
use store::record::{Session, User};

use crate::world::{NOW, World, later, said};

fn session(id: &str, user: Option<&User>) -> Session {
    Session {
        id: id.to_owned(),
        user: user.map(|user| user.id),
        data: r#"{"flash":"saved"}"#.to_owned(),
        created_at: NOW,
        expires_at: later(1000),
    }
}

#[rstest]
#[tokio::test]
async fn a_session_is_there_until_it_expires(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let World { store, user, .. } = &World::new(backend).await;
    let kept = session("one", Some(user));
    store.create_session(kept.clone()).await.unwrap();
    assert_eq!(store.session("one", NOW).await.unwrap(), Some(kept.clone()));
    assert_eq!(store.session_user("one", NOW).await.unwrap(), Some((kept, Some(user.clone()))));
    assert_eq!(store.session("one", later(1000)).await.unwrap(), None);
    assert_eq!(store.session_user("one", later(1000)).await.unwrap(), None);
    assert_eq!(store.session("two", NOW).await.unwrap(), None);
    assert!(store.session("one", later(-3_600_000)).await.unwrap().is_some(), "a clock set back ends none");
    assert_eq!(store.delete_expired_sessions(later(-3_600_000)).await.unwrap(), 0);
}

#[rstest]
#[tokio::test]
async fn a_session_of_nobody_has_no_account(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let World { store, .. } = &World::new(backend).await;
    let kept = session("one", None);
    store.create_session(kept.clone()).await.unwrap();
    assert_eq!(store.session_user("one", NOW).await.unwrap(), Some((kept, None)));
}

#[rstest]
#[tokio::test]
async fn a_session_is_saved_often(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let World { store, user, .. } = &World::new(backend).await;
    store.create_session(session("one", None)).await.unwrap();
    let signed_in = Session { expires_at: later(5000), ..session("one", Some(user)) };
    assert!(store.save_session(signed_in.clone()).await.unwrap());
    assert_eq!(store.session("one", later(2000)).await.unwrap(), Some(signed_in.clone()));
    store.create_session(session("new", None)).await.unwrap();
    assert!(store.session("new", NOW).await.unwrap().is_some());
    store.delete_session("one").await.unwrap();
    assert_eq!(store.session("one", NOW).await.unwrap(), None);
    assert!(!store.save_session(signed_in).await.unwrap(), "a session that was ended is not brought back");
    assert_eq!(store.session("one", NOW).await.unwrap(), None);
}

#[rstest]
#[tokio::test]
async fn expired_sessions_are_deleted(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let World { store, user, .. } = &World::new(backend).await;
    store.create_session(session("old", Some(user))).await.unwrap();
    let young = Session { expires_at: later(9000), ..session("young", Some(user)) };
    store.create_session(young.clone()).await.unwrap();
    assert_eq!(store.delete_expired_sessions(later(1000)).await.unwrap(), 1);
    assert_eq!(store.sessions_of(user.id).await.unwrap(), [young]);
}

#[rstest]
#[tokio::test]
async fn signing_out_everywhere_spares_one_session(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let other = world.another_user("other@example.org").await;
    for (id, user) in [("a", &world.user), ("b", &world.user), ("c", &world.user), ("d", &other)] {
        world.store.create_session(session(id, Some(user))).await.unwrap();
    }
    assert_eq!(
        world.store.delete_sessions_of(world.user.id, Some("b"), said("session.others_ended")).await.unwrap(),
        2
    );
    let left: Vec<_> =
        world.store.sessions_of(world.user.id).await.unwrap().into_iter().map(|session| session.id).collect();
    assert_eq!(left, ["b"]);
    assert_eq!(
        world.store.delete_sessions_of(world.user.id, None, said("session.others_ended")).await.unwrap(),
        1
    );
    assert_eq!(world.store.sessions_of(other.id).await.unwrap().len(), 1);
}

#[rstest]
#[tokio::test]
async fn an_account_ends_its_own_sessions_only_and_all_of_them_with_its_password(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let World { store, user, .. } = world;
    let other = world.another_user("other@example.org").await;
    for (id, owner) in [("a", user), ("b", user), ("c", &other)] {
        store.create_session(session(id, Some(owner))).await.unwrap();
    }
    let lines = store.audit_count().await.unwrap();
    assert!(!store.delete_session_of(user.id, "c", said("session.ended")).await.unwrap());
    assert_eq!(store.audit_count().await.unwrap(), lines, "what did not happen is not on the log");
    assert!(store.delete_session_of(user.id, "a", said("session.ended")).await.unwrap());
    assert_eq!(store.sessions_of(user.id).await.unwrap().len(), 1);
    store.set_password(user.id, "$argon2id$2", said("password.changed")).await.unwrap();
    assert_eq!(store.sessions_of(user.id).await.unwrap(), []);
    assert_eq!(store.sessions_of(other.id).await.unwrap().len(), 1);
}
