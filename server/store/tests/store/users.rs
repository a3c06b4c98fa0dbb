use rstest::rstest;
use store::testing::TestDatabase;
use store::{Backend, StoreError, UserId};

use crate::world::{said, user};

#[rstest]
#[tokio::test]
async fn an_account_is_found_by_id_and_by_address_in_any_letter_case(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let (_database, store) = TestDatabase::open(backend).await;
    let anna = user("anna@example.org");
    store.create_user(anna.clone(), said("user.created")).await.unwrap();
    assert_eq!(store.user(anna.id).await.unwrap(), Some(anna.clone()));
    assert_eq!(store.user_by_email("Anna@Example.ORG").await.unwrap(), Some(anna));
    assert_eq!(store.user_by_email("nobody@example.org").await.unwrap(), None);
    assert_eq!(store.user(UserId::new()).await.unwrap(), None);
    assert_eq!(store.user_count().await.unwrap(), 1);
}

#[rstest]
#[tokio::test]
async fn addresses_that_differ_only_in_letter_case_are_one(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let (_database, store) = TestDatabase::open(backend).await;
    store.create_user(user("anna@example.org"), said("user.created")).await.unwrap();
    let refused = store.create_user(user("ANNA@example.org"), said("user.created")).await.unwrap_err();
    assert!(matches!(refused, StoreError::Duplicate { .. }), "{refused:?}");
    assert_eq!(store.user_count().await.unwrap(), 1);
    assert_eq!(store.audit_count().await.unwrap(), 1, "a refused write leaves no line");
}

#[rstest]
#[tokio::test]
async fn only_one_account_is_the_first(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let (_database, store) = TestDatabase::open(backend).await;
    let attempts: Vec<_> = (0..8)
        .map(|n| {
            let store = store.clone();
            let user = user(&format!("{n}@example.org"));
            tokio::spawn(async move { store.create_first_user(user, said("user.created")).await.unwrap() })
        })
        .collect();
    let mut created = 0;
    for attempt in attempts {
        created += usize::from(attempt.await.unwrap());
    }
    assert_eq!(created, 1);
    assert_eq!(store.user_count().await.unwrap(), 1);
    assert_eq!(store.audit_count().await.unwrap(), 1);
}

#[rstest]
#[tokio::test]
async fn a_password_is_changed(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let (_database, store) = TestDatabase::open(backend).await;
    let anna = user("anna@example.org");
    store.create_user(anna.clone(), said("user.created")).await.unwrap();
    store.set_password(anna.id, "$argon2id$2", said("password.changed")).await.unwrap();
    assert_eq!(store.user(anna.id).await.unwrap().unwrap().password_hash, "$argon2id$2");
    assert_eq!(store.audit_count().await.unwrap(), 2);
    let unknown = store.set_password(UserId::new(), "x", said("password.changed")).await.unwrap_err();
    assert!(matches!(unknown, StoreError::NotFound { .. }), "{unknown:?}");
}

#[rstest]
#[tokio::test]
async fn failed_sign_ins_are_counted_from_an_instant_on(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    use crate::world::{NOW, later};
    let (_database, store) = TestDatabase::open(backend).await;
    for at in [NOW, later(1000), later(2000)] {
        store.record_sign_in_failure("anna", at).await.unwrap();
    }
    store.record_sign_in_failure("ben", NOW).await.unwrap();
    assert_eq!(store.sign_in_failures("anna", NOW).await.unwrap(), 3);
    assert_eq!(store.sign_in_failures("anna", later(1000)).await.unwrap(), 2);
    store.clear_sign_in_failures("anna").await.unwrap();
    assert_eq!(store.sign_in_failures("anna", NOW).await.unwrap(), 0);
    assert_eq!(store.sign_in_failures("ben", NOW).await.unwrap(), 1);
    // Two days on, the old ones are forgotten.
    store.record_sign_in_failure("carl", later(2 * 86_400_000)).await.unwrap();
    assert_eq!(store.sign_in_failures("ben", NOW).await.unwrap(), 0);
}
