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

/// All that there ever were are read by nobody who looks for news every few seconds.
#[rstest]
#[tokio::test]
async fn what_is_still_to_be_told_is_found_without_reading_every_incident(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let (database, _store) = TestDatabase::open(backend).await;
    let unannounced = store::statements().find(|statement| statement.name == "UNANNOUNCED").unwrap();
    let plan = database.plan(unannounced.sql, &[""]).await;
    assert!(plan.contains("incidents_to_announce"), "{plan}");
}

/// Where a network dies, thousands of messages wait, and each that was sent makes room for the next to be looked for.
#[tokio::test]
async fn messages_are_chosen_without_reading_all_that_wait() {
    let (database, _store) = TestDatabase::open(Backend::Sqlite).await;
    let of_outbox = |name: &str| {
        let found = store::statements().find(|one| one.name == name && one.sql.contains("FROM outbox"));
        found.unwrap().sql
    };
    let due = ["1", "2", "3", "a channel", "its organization", "2"];
    for (name, arguments, index) in [
        ("WAITING", &due[..0], "outbox_waiting"),
        ("HELD", &due[..2], "outbox_held"),
        ("DUE", &due[..], "outbox_waiting (channel_id=? AND org_id=?)"),
        ("DUE", &due[..], "outbox_in_order (incident_id=?"),
    ] {
        let plan = database.plan(of_outbox(name), arguments).await;
        assert!(plan.contains(index), "{name}: {plan}");
    }
}
