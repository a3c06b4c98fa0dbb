//! A check, a webhook, and a clock that the test sets.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use domain::scoring::FindingSeverity;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use service::account::SignUp;
use service::alert::{AlertConfig, NewChannel, NewRule, NewTarget};
use service::check::{NewCheck, RawParameters};
use service::organization::NewOrganization;
use service::record::{IntegrationDetails, MessageState, SizeBand};
use service::{Actor, ChannelId, CheckId, Config, IntegrationId, OrgId, SecretKey, Service, UnixMillis};
use store::testing::TestDatabase;
use store::{Backend, Store};

pub(crate) const MINUTE: i64 = 60 * 1000;
pub(crate) const HOUR: i64 = 60 * MINUTE;

/// A site that is checked, and a receiver of messages, in one.
#[derive(Clone, Default)]
pub(crate) struct Site {
    /// What `/cds-services` and the hooks answer.
    pub(crate) health: Arc<AtomicU16>,
    /// The services offer another hook than `order-sign`.
    pub(crate) other_hook: Arc<AtomicBool>,
    pub(crate) hooks: Arc<AtomicU16>,
    pub(crate) received: Arc<Mutex<Vec<(HeaderMap, String)>>>,
}

pub(crate) async fn hook(State(site): State<Site>, headers: HeaderMap, body: String) -> StatusCode {
    site.received.lock().unwrap().push((headers, body));
    StatusCode::from_u16(site.hooks.load(Ordering::SeqCst)).unwrap()
}

pub(crate) async fn health(State(site): State<Site>) -> (StatusCode, axum::Json<Value>) {
    let hook = if site.other_hook.load(Ordering::SeqCst) { "patient-view" } else { "order-sign" };
    let service = json!({ "id": "a", "hook": hook, "title": "A", "description": "B" });
    let status = StatusCode::from_u16(site.health.load(Ordering::SeqCst)).unwrap();
    (status, axum::Json(json!({ "services": [service] })))
}

pub(crate) struct World {
    pub(crate) service: Service,
    pub(crate) owner: Actor,
    pub(crate) org: OrgId,
    pub(crate) integration: IntegrationId,
    pub(crate) check: CheckId,
    pub(crate) channel: ChannelId,
    pub(crate) secret: String,
    pub(crate) site: Site,
    pub(crate) addr: SocketAddr,
    pub(crate) store: Store,
    /// The test's clock, in milliseconds after the present.
    passed: AtomicU64,
    begin: UnixMillis,
    _database: TestDatabase,
    _folder: tempfile::TempDir,
}

impl World {
    pub(crate) async fn new(backend: Backend) -> Self {
        let site = Site::default();
        site.health.store(200, Ordering::SeqCst);
        site.hooks.store(204, Ordering::SeqCst);
        let router = axum::Router::new()
            .route("/cds-services", axum::routing::get(health))
            .route("/hook", axum::routing::post(hook))
            .with_state(site.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await });

        let (database, store) = TestDatabase::open(backend).await;
        let folder = tempfile::tempdir().unwrap();
        let config = Config {
            probe_allow: "127.0.0.0/8".parse().unwrap(),
            probe_roots: None,
            receiver: None,
            secret_keys: SecretKey::from_file(&folder.path().join("secret.key")).unwrap().into(),
            node: "test".to_owned(),
            alerts: AlertConfig { mail: None, public_url: Some("https://rung.example.org".to_owned()) },
            feeds: service::check::FeedConfig::default(),
            files: None,
        };
        let service = Service::new(store.clone(), config).unwrap();
        service.bring_content().await.unwrap();
        let owner = service.create_first_account(sign_up("owner")).await.unwrap();
        let organization = NewOrganization {
            name: "Test <clinic>".to_owned(),
            profiles: vec!["H".into()],
            size_band: SizeBand::UpTo20,
            demo: false,
        };
        let org = service.create_organization(&owner, organization).await.unwrap().id;
        let details = IntegrationDetails { name: "Order hooks".to_owned(), ..IntegrationDetails::default() };
        let integration = service.create_integration(&owner, org, details).await.unwrap().id;
        let parameters = BTreeMap::from([("base_url".to_owned(), json!(format!("http://{addr}")))]);
        let new = NewCheck {
            kind: "cdshooks.discovery".into(),
            parameters: RawParameters::Json(parameters),
            interval_seconds: None,
        };
        let check = service.create_check(&owner, integration, new).await.unwrap().id;
        let target = NewTarget::Webhook { url: format!("http://{addr}/hook"), secret: None };
        let new = NewChannel { name: "Team".to_owned(), target };
        let (channel, secret) = service.create_channel(&owner, org, new).await.unwrap();
        let world = Self {
            service,
            owner,
            org,
            integration,
            check,
            channel: channel.id,
            secret: secret.unwrap(),
            site,
            addr,
            store,
            passed: AtomicU64::new(0),
            begin: UnixMillis::now(),
            _database: database,
            _folder: folder,
        };
        world.rule(FindingSeverity::Low, None, None).await;
        world
    }

    pub(crate) async fn rule(
        &self,
        severity: FindingSeverity,
        domain: Option<&str>,
        remind_hours: Option<u32>,
    ) {
        let domain = domain.map(Into::into);
        let rule = NewRule { channel: self.channel, criterion: None, domain, severity, remind_hours };
        self.service.create_rule(&self.owner, self.org, rule).await.unwrap();
    }

    pub(crate) fn now(&self) -> UnixMillis {
        // A little ahead of the real clock, by which messages are written.
        UnixMillis(self.begin.0 + HOUR + i64::try_from(self.passed.load(Ordering::SeqCst)).unwrap())
    }

    pub(crate) fn pass(&self, milliseconds: i64) {
        self.passed.fetch_add(milliseconds.unsigned_abs(), Ordering::SeqCst);
    }

    pub(crate) async fn run(&self, status: u16) {
        self.site.health.store(status, Ordering::SeqCst);
        self.service.run_check(&self.owner, self.check).await.unwrap();
    }

    pub(crate) async fn tell(&self) {
        self.service.tell_at(self.now()).await.unwrap();
    }

    /// The types of the messages received since the last time.
    pub(crate) fn heard(&self) -> Vec<String> {
        let received = std::mem::take(&mut *self.site.received.lock().unwrap());
        let kind =
            |body: &String| serde_json::from_str::<Value>(body).unwrap()["type"].as_str().unwrap().to_owned();
        received.iter().map(|(_, body)| kind(body)).collect()
    }

    pub(crate) async fn states(&self) -> Vec<(MessageState, u32)> {
        let messages = self.service.messages(&self.owner, self.org, None, 100).await.unwrap();
        messages.into_iter().map(|message| (message.state, message.attempts)).collect()
    }
}

pub(crate) fn sign_up(name: &str) -> SignUp {
    SignUp {
        name: name.to_owned(),
        email: format!("{name}@clinic.example"),
        password: "lantern crate violet ridge".to_owned(),
    }
}

/// Checks a signature as a receiver does, by the words of Standard Webhooks 1.0.
pub(crate) fn verified(secret: &str, headers: &HeaderMap, body: &str) -> bool {
    use base64::Engine as _;
    let base64 = base64::engine::general_purpose::STANDARD;
    let of = |name: &str| headers[name].to_str().unwrap().to_owned();
    let key = base64.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&key).unwrap();
    mac.update(format!("{}.{}.{body}", of("webhook-id"), of("webhook-timestamp")).as_bytes());
    of("webhook-signature") == format!("v1,{}", base64.encode(mac.finalize().into_bytes()))
}
