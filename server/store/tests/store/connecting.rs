use rstest::rstest;
use store::testing::TestDatabase;
use store::{Backend, Store, StoreError};

use crate::world::{said, user};

#[rstest]
#[tokio::test]
async fn a_new_database_is_current_only_after_migrating(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let database = TestDatabase::create(backend).await;
    let store = Store::connect(database.url()).await.unwrap();
    assert_eq!(store.backend(), backend);
    store.ping().await.unwrap();
    assert!(!store.migrations_current().await.unwrap());
    store.migrate().await.unwrap();
    assert!(store.migrations_current().await.unwrap());
    store.migrate().await.unwrap();
}

#[tokio::test]
async fn a_server_that_is_not_there_is_not_called_busy() {
    let refused = Store::connect("postgres://rung@127.0.0.1:1/rung").await.err().unwrap();
    assert!(refused.to_string().contains("refused"), "{refused}");
    assert!(refused.is_passing());
}

#[rstest]
#[tokio::test]
async fn a_database_that_went_away_may_come_back(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let (database, store) = TestDatabase::open(backend).await;
    let twice = user("a@example.org");
    store.create_user(twice.clone(), said("user.created")).await.unwrap();
    let refused = store.create_user(twice.clone(), said("user.created")).await.unwrap_err();
    assert!(!refused.is_passing(), "the same fails again: {refused}");
    if backend == Backend::Postgres {
        let pool = sqlx::PgPool::connect(database.url()).await.unwrap();
        let ended = sqlx::query("SELECT pg_terminate_backend(pg_backend_pid())").execute(&pool).await;
        let ended = StoreError::from(ended.unwrap_err());
        assert!(ended.is_passing(), "{ended}");
    }
    store.close().await;
    let closed = store.user(twice.id).await.unwrap_err();
    assert!(closed.is_passing(), "{closed}");
}

#[rstest]
#[tokio::test]
async fn what_was_written_is_there_when_the_database_is_opened_again(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let (database, store) = TestDatabase::open(backend).await;
    let user = user("a@example.org");
    store.create_user(user.clone(), said("user.created")).await.unwrap();
    store.close().await;
    let again = Store::connect(database.url()).await.unwrap();
    assert!(again.migrations_current().await.unwrap());
    assert_eq!(again.user(user.id).await.unwrap(), Some(user));
}

#[rstest]
#[tokio::test]
async fn a_schema_of_a_newer_program_is_refused(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let (database, store) = TestDatabase::open(backend).await;
    store.close().await;
    let from_the_future = "INSERT INTO _sqlx_migrations \
        (version, description, success, checksum, execution_time) VALUES ($1, 'later', TRUE, $2, 0)";
    match backend {
        Backend::Sqlite => {
            let pool = sqlx::SqlitePool::connect(database.url()).await.unwrap();
            sqlx::query(from_the_future).bind(9999_i64).bind(vec![1_u8]).execute(&pool).await.unwrap();
        }
        Backend::Postgres => {
            let pool = sqlx::PgPool::connect(database.url()).await.unwrap();
            sqlx::query(from_the_future).bind(9999_i64).bind(vec![1_u8]).execute(&pool).await.unwrap();
        }
    }
    let store = Store::connect(database.url()).await.unwrap();
    assert!(!store.migrations_current().await.unwrap());
    let refused = store.migrate().await.unwrap_err();
    assert!(matches!(refused, StoreError::NewerSchema { applied: 9999 }), "{refused:?}");
}

#[tokio::test]
async fn the_folder_of_an_sqlite_file_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a/b/rung.db");
    Store::connect(&format!("sqlite://{}", file.display())).await.unwrap();
    assert!(file.exists());
}

#[rstest]
#[case("mysql://localhost/rung")]
#[case("rung.db")]
#[case("sqlite::memory:")]
#[case("sqlite://")]
#[case("sqlite:///")]
#[tokio::test]
async fn an_unknown_address_is_refused(#[case] url: &str) {
    let refused = Store::connect(url).await.unwrap_err();
    assert!(matches!(refused, StoreError::Address { .. }), "{refused:?}");
    assert!(refused.to_string().contains("sqlite://FILE"), "{refused}");
}

#[tokio::test]
async fn a_refused_address_does_not_repeat_its_password() {
    for url in ["mysql://rung:secret@db/rung", "postgres://db:port/rung?user=rung&password=secret"] {
        let refused = Store::connect(url).await.unwrap_err();
        assert!(matches!(refused, StoreError::Address { .. }), "{refused:?}");
        assert!(!refused.to_string().contains("secret"), "{refused}");
    }
}

#[tokio::test]
async fn sqlite_has_one_node() {
    let (database, store) = TestDatabase::open(Backend::Sqlite).await;
    let lock = store.lock_node().unwrap();
    let second = Store::connect(database.url()).await.unwrap();
    let refused = second.lock_node().unwrap_err();
    assert!(matches!(refused, StoreError::SecondNode { .. }), "{refused:?}");
    // Administrative commands take no lock and work beside the node.
    second.create_user(user("admin@example.org"), said("user.created")).await.unwrap();
    assert_eq!(store.user_count().await.unwrap(), 1);
    drop(lock);
    let _lock = second.lock_node().unwrap();
}

#[tokio::test]
async fn postgres_has_many_nodes() {
    let (database, store) = TestDatabase::open(Backend::Postgres).await;
    let second = Store::connect(database.url()).await.unwrap();
    let _locks = (store.lock_node().unwrap(), second.lock_node().unwrap());
}

#[cfg(unix)]
#[tokio::test]
async fn a_new_sqlite_file_and_its_journal_are_for_this_account_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rung.db");
    let store = Store::connect(&format!("sqlite://{}", file.display())).await.unwrap();
    store.migrate().await.unwrap();
    let mut seen = 0;
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", entry.file_name());
        seen += 1;
    }
    assert!(seen >= 2, "the database and its journal");
}

#[tokio::test]
async fn texts_are_compared_by_their_bytes_on_postgresql_too() {
    let (database, _store) = TestDatabase::open(Backend::Postgres).await;
    let pool = sqlx::PgPool::connect(database.url()).await.unwrap();
    let other = "SELECT table_name || '.' || column_name FROM information_schema.columns \
        WHERE table_name IN ('feeds', 'feed_reports', 'register_entries', 'roadmap_steps', 'shares', 'share_visits', \
        'evidence_revisions', 'live_results') AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'";
    let other: Vec<(String,)> = sqlx::query_as(other).fetch_all(&pool).await.unwrap();
    assert_eq!(other, []);
    pool.close().await;
}
