//! Start and stop.

use reqwest::Method;
use rstest::rstest;
use serde_json::json;
use server::config::{Config, KeyBefore, KeySource, OldKeys, SecretConfig, WorkerConfig};
use server::startup::{Application, StartError, run_worker};
use service::CheckId;
use service::check::{ChangedCheck, RawParameters};

use store::record::{Audit, Import};
use store::testing::TestDatabase;

use super::support::{Answer, Backend, TestApp, World, text};

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

#[rstest]
#[tokio::test]
async fn a_built_in_version_that_somebody_published_otherwise_keeps_nothing_from_starting(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let (database, store) = TestDatabase::open(backend).await;
    let [own, ..] = domain::builtin::frameworks() else { panic!("there are built-in frameworks") };
    let mut own = own.clone();
    own.title = "Our own".to_owned();
    let citations: Vec<_> = domain::builtin::citations().iter().cloned().collect();
    store.import_citations(&citations).await.unwrap();
    let published = Audit {
        at: service::UnixMillis(1),
        actor: None,
        org: None,
        action: "framework.published",
        subject: own.code.to_string(),
        details: json!({}),
    };
    let imported = store.import_framework(&own, "another hash", published).await.unwrap();
    assert!(matches!(imported, Import::Created(_)), "{imported:?}");
    store.close().await;

    let app = TestApp::spawn(Backend::Sqlite).await;
    let mut config = app.config.clone();
    config.database.url = database.url().to_owned();
    config.secrets = keys('A', "");
    let started = Application::build(config).await.unwrap();
    let frameworks = started.service().frameworks().await.unwrap();
    assert_eq!(frameworks.len(), domain::builtin::frameworks().len(), "the others came");
    let kept = frameworks.iter().find(|entry| entry.code == own.code).unwrap();
    assert_eq!(kept.title, "Our own", "what is published stays");
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

#[tokio::test]
async fn on_postgresql_a_server_without_a_key_that_others_can_have_does_not_start() {
    let app = TestApp::spawn(Backend::Postgres).await;
    let mut config = app.config.clone();
    config.secrets = chosen(&config, None);
    let Err(refused) = Application::build(config.clone()).await else {
        panic!("it started with a key of its own")
    };
    assert!(matches!(refused, StartError::NoSharedKey), "{refused}");
    for words in ["RUNG_SECRET_KEY", "RUNG_SECRET_KEY_FILE", "32 bytes"] {
        assert!(refused.to_string().contains(words), "{refused}");
    }
    config.secrets = chosen(&config, Some(key('A')));
    Application::build(config).await.unwrap();
}

#[tokio::test]
async fn a_key_that_is_none_is_refused_without_being_repeated() {
    let app = TestApp::spawn(Backend::Postgres).await;
    for (given, old) in [("hunter2".to_owned(), ""), (key('A'), "hunter2")] {
        let mut config = app.config.clone();
        let (key, old) = (KeySource::Given(given), old.parse().unwrap());
        config.secrets = SecretConfig { key, old, before: KeyBefore::Kept };
        let Err(refused) = Application::build(config).await else { panic!("it started with half a key") };
        assert!(refused.to_string().contains("32 bytes in base64"), "{refused}");
        assert!(!refused.to_string().contains("hunter2"), "{refused}");
    }
}

/// 32 bytes in base64.
fn key(letter: char) -> String {
    format!("{}A=", letter.to_string().repeat(42))
}

fn keys(current: char, old: &str) -> SecretConfig {
    let (key, old) = (KeySource::Given(key(current)), old.parse().unwrap());
    SecretConfig { key, old, before: KeyBefore::Kept }
}

/// A new key for an installation whose key is lost.
fn key_after_loss(current: char) -> SecretConfig {
    SecretConfig { before: KeyBefore::Lost, ..keys(current, "") }
}

/// As the settings name a key, or none.
fn chosen(config: &Config, given: Option<String>) -> SecretConfig {
    SecretConfig::chosen(&config.database, given, None, OldKeys::default(), KeyBefore::Kept)
}

/// A check with a secret.
fn sealing() -> service::check::NewCheck {
    service::check::NewCheck {
        kind: "fhir.capability".into(),
        parameters: parameters(Some("a-secret-token")),
        interval_seconds: None,
    }
}

fn parameters(secret: Option<&str>) -> RawParameters {
    let mut parameters = vec![("base_url".to_owned(), json!("https://fhir.example.org/r4"))];
    parameters.extend(secret.map(|secret| ("bearer_token".to_owned(), json!(secret))));
    RawParameters::Json(parameters.into_iter().collect())
}

#[rstest]
#[tokio::test]
async fn keys_that_open_nothing_of_what_is_sealed_are_refused_with_what_helps(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let integration = world.integration(&["PAT"]).await.parse().unwrap();
    let actor = world.app.service.actor_of_token(world.owner.token.as_deref().unwrap()).await.unwrap();
    world.app.service.create_check(&actor, integration, sealing()).await.unwrap();
    let mut config = world.app.config.clone();
    let right = config.secrets.clone();
    let _kept = world.app.halt().await;

    config.secrets = keys('B', &key('C'));
    let Err(refused) = Application::build(config.clone()).await else {
        panic!("it started with another key")
    };
    assert!(matches!(refused, StartError::OtherKey { .. }), "{refused}");
    for words in ["checks: 1", "RUNG_SECRET_KEY_OLD", "key file", "RUNG_SECRET_KEY_LOST"] {
        assert!(refused.to_string().contains(words), "{refused}");
    }
    if backend == Backend::Postgres {
        let worker = WorkerConfig {
            database: config.database.clone(),
            probes: config.probes.clone(),
            secrets: config.secrets.clone(),
            evidence: config.evidence.clone(),
            mail: None,
            public_url: None,
            keep: config.keep,
        };
        let refused = run_worker(worker, std::future::ready(())).await.unwrap_err();
        assert!(matches!(refused, StartError::OtherKey { .. }), "{refused}");
    }

    config.secrets = right;
    Application::build(config.clone()).await.unwrap();
    config.secrets = key_after_loss('B');
    let started = Application::build(config.clone()).await.unwrap();
    started.service().create_check(&actor, integration, sealing()).await.unwrap();
    let seals = started.service().try_seals().await.unwrap();
    assert_eq!((seals.checks.opened, seals.checks.shut), (1, 1));
    drop(started);
    config.secrets = keys('B', "");
    Application::build(config).await.expect("what some secrets open with is a key of this database");
}

#[tokio::test]
async fn a_missing_key_file_is_named_and_none_is_left_in_its_place() {
    let world = World::new(Backend::Sqlite).await;
    let integration = world.integration(&["PAT"]).await.parse().unwrap();
    let actor = world.app.service.actor_of_token(world.owner.token.as_deref().unwrap()).await.unwrap();
    world.app.service.create_check(&actor, integration, sealing()).await.unwrap();
    let mut config = world.app.config.clone();
    let (_database, folder) = world.app.halt().await;
    // As after a restore, to which the key does not belong.
    let path = folder.path().join("restored").join("rung.key");
    config.secrets = SecretConfig::file(path.clone());
    for _ in 0..2 {
        let Err(refused) = Application::build(config.clone()).await else {
            panic!("it started without its key")
        };
        assert!(matches!(refused, StartError::NoKeyFile { .. }), "{refused}");
        for words in ["rung.key is not there", "checks: 1", "RUNG_SECRET_KEY_LOST"] {
            assert!(refused.to_string().contains(words), "{refused}");
        }
        assert!(!path.exists());
    }
    config.secrets.before = KeyBefore::Lost;
    Application::build(config).await.expect("a new key for an installation whose key is lost");
    assert!(path.exists());
}

#[tokio::test]
async fn a_new_key_takes_over_what_the_old_one_sealed() {
    let mut world = World::new(Backend::Postgres).await;
    world.app.config.secrets = keys('A', "");
    let first = Application::build(world.app.config.clone()).await.unwrap();
    let actor = first.service().actor_of_token(world.owner.token.as_deref().unwrap()).await.unwrap();
    let integration = world.integration(&["PAT"]).await;
    let made = first.service().create_check(&actor, integration.parse().unwrap(), sealing()).await;
    let check: CheckId = made.unwrap().id;
    // Saving a check without its secret keeps it, which needs it opened.
    let opens = async |application: &Application| {
        let change = ChangedCheck { parameters: parameters(None), interval_seconds: 3600, enabled: true };
        application.service().update_check(&actor, check, change).await.is_ok()
    };
    assert!(opens(&first).await);

    world.app.config.secrets = key_after_loss('B');
    let stranger = Application::build(world.app.config.clone()).await.unwrap();
    assert!(!opens(&stranger).await, "another key opens nothing");

    world.app.config.secrets = keys('B', &format!("{}, {}", key('C'), key('A')));
    let second = Application::build(world.app.config.clone()).await.unwrap();
    assert!(opens(&stranger).await, "what the old key sealed is sealed anew when the server starts");
    assert!(opens(&second).await);
    assert!(!opens(&first).await);
    let shown = world.owner.api(Method::GET, &format!("/checks/{check}"));
    let shown = Answer::of(shown).await.expect(200);
    assert_eq!(text(&shown["parameters"]["bearer_token"]), "set");
}
