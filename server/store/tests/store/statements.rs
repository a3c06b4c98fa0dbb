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
