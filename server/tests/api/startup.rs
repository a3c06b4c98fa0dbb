//! Start and stop.

use server::startup::{Application, StartError};

use super::support::{Backend, TestApp};

#[tokio::test]
async fn a_second_server_on_the_same_sqlite_database_is_refused() {
    let app = TestApp::spawn(Backend::Sqlite).await;
    let Err(refused) = Application::build(app.config.clone()).await else { panic!("a second node started") };
    assert!(matches!(refused, StartError::Store(store::StoreError::SecondNode { .. })), "{refused}");
    let config = app.config.clone();
    // Commands work beside it.
    app.person("ada").await;
    app.anonymous().page("/healthz").await;
    drop(config);
    app.stop().await;
}

#[tokio::test]
async fn two_servers_share_a_postgresql_database() {
    let app = TestApp::spawn(Backend::Postgres).await;
    let second = Application::build(app.config.clone()).await.unwrap();
    assert_ne!(format!("http://{}", second.addr()), app.url);
}

#[tokio::test]
async fn a_postgresql_database_without_the_schema_is_refused_with_the_command_that_helps() {
    let database = store::testing::TestDatabase::create(Backend::Postgres).await;
    let app = TestApp::spawn(Backend::Sqlite).await;
    let mut config = app.config.clone();
    config.database.url = database.url().to_owned();
    let Err(refused) = Application::build(config).await else { panic!("it started without a schema") };
    assert!(refused.to_string().contains("rung migrate"), "{refused}");
}

#[tokio::test]
async fn an_address_in_use_is_named() {
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let database = store::testing::TestDatabase::create(Backend::Sqlite).await;
    let app = TestApp::spawn(Backend::Sqlite).await;
    let mut config = app.config.clone();
    config.database.url = database.url().to_owned();
    config.listen.addr = taken.local_addr().unwrap();
    let Err(refused) = Application::build(config).await else { panic!("it listens twice") };
    assert!(refused.to_string().contains(&taken.local_addr().unwrap().to_string()), "{refused}");
}
