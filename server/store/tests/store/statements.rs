#![allow(clippy::unwrap_used, reason = "a test's helper may panic")]

use rstest::rstest;
use store::Backend;
use store::testing::TestDatabase;

#[rstest]
#[tokio::test]
async fn every_statement_is_understood(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let (_database, store) = TestDatabase::open(backend).await;
    let mut refused = Vec::new();
    for statement in store::statements() {
        if let Err(error) = store.prepare(statement).await {
            refused.push(format!("{}: {error}\n{}", statement.name, statement.sql));
        }
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
    assert!(store::statements().count() > 100);
}

/// By whatever language a PostgreSQL database was made for, lists come in the order that they have in SQLite.
#[rstest]
#[tokio::test]
async fn every_text_is_ordered_by_its_bytes(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let (_database, store) = TestDatabase::open(backend).await;
    assert_eq!(store.columns_ordered_by_language().await.unwrap(), [""; 0]);
}

/// The log of an organization grows with everything that is done in it.
#[rstest]
#[tokio::test]
async fn what_somebody_did_with_evidence_is_found_without_reading_the_whole_log(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let (database, _store) = TestDatabase::open(backend).await;
    let acted = store::statements().find(|statement| statement.name == "ACTED").unwrap();
    let plan = database.plan(acted.sql, &["an assessment", "somebody"]).await;
    assert!(plan.contains("audit_log_of_evidence"), "{plan}");
    assert!(!plan.contains("audit_log_by_org"), "{plan}");
}
