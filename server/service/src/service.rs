//! The service: what every use case shares.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, RwLock};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::check::{CheckKind, CheckKinds, Group};
use domain::framework::{Citation, Citations};
use domain::scoring::Scorer;
use domain::{Framework, FrameworkCode, KindCode};
use probe::{AllowList, Prober, ProberConfig, Receiver};
use sha2::{Digest as _, Sha256};
use store::files::Files;
use store::record::{Audit, FrameworkEntry, Role};
use store::{CheckId, FrameworkId, OrgId, Store, UnixMillis};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use crate::account::Passwords;
use crate::alert::{Alarm, AlertConfig, Outgoing};
use crate::check::{Asked, FeedConfig, KnownBindings, Listening, News, Past, look_at_news};
use crate::evidence::Room;
use crate::follow::Follows;
use crate::methods::Examples;
use crate::share::Readings;
use crate::touch::{Touched, refresh_touched};
use crate::{Actor, Error, Permission, SecretKeys};

/// The most checks whose past is remembered.
const PASTS: usize = 50_000;

/// What the service needs to know of its surroundings.
pub struct Config {
    /// Networks that probes may reach although they are not public.
    pub probe_allow: AllowList,
    /// Certificates (PEM) of authorities that probes trust beside the web's.
    pub probe_roots: Option<String>,
    /// Where notifications to checks arrive; without one, checks that wait for them come to no conclusion.
    pub receiver: Option<Arc<Receiver>>,
    pub secret_keys: SecretKeys,
    /// This node's name in leases.
    pub node: String,
    pub alerts: AlertConfig,
    pub feeds: FeedConfig,
    /// Where files of evidence are; without it, none is taken.
    pub files: Option<Files>,
}

/// The use cases. Cheap to clone.
#[derive(Clone)]
pub struct Service {
    inner: Arc<Inner>,
}

pub(crate) struct Inner {
    store: Store,
    prober: Prober,
    kinds: &'static CheckKinds,
    passwords: Passwords,
    secret_keys: SecretKeys,
    node: String,
    /// Published framework versions never change, so what was read once stays true.
    frameworks: RwLock<HashMap<FrameworkId, Prepared>>,
    bindings: RwLock<Option<Arc<KnownBindings>>>,
    pasts: Mutex<HashMap<CheckId, Arc<Past>>>,
    touched: UnboundedSender<Touched>,
    listening: Listening,
    asked: Asked,
    readings: Readings,
    examples: Examples,
    outgoing: Outgoing,
    files: Option<Files>,
    room: Room,
    follows: Follows,
    /// Rings when there is something to tell.
    alarm: Alarm,
}

/// A framework that was imported.
#[derive(Debug, Clone)]
pub struct Imported {
    pub entry: FrameworkEntry,
    /// `false`: it was there already, with the same content.
    pub created: bool,
}

/// A framework version and its scorer.
#[derive(Clone)]
pub(crate) struct Prepared {
    pub(crate) framework: Arc<Framework>,
    pub(crate) scorer: Arc<Scorer>,
}

impl Service {
    /// Must be called inside a Tokio runtime.
    pub fn new(store: Store, config: Config) -> Result<Self, Error> {
        let outgoing = Outgoing::new(config.alerts, config.probe_allow.clone(), config.probe_roots.clone())?;
        let settings = ProberConfig {
            allow: config.probe_allow,
            extra_roots: config.probe_roots,
            receiver: config.receiver,
            feed_root: config.feeds.root,
            ..ProberConfig::default()
        };
        let prober = Prober::new(settings).map_err(Error::internal)?;
        let (touched, inbox) = unbounded_channel();
        let (news, reported) = unbounded_channel();
        let per_minute = config.feeds.reports_per_minute;
        let inner = Arc::new(Inner {
            store,
            prober,
            kinds: domain::builtin::check_kinds(),
            passwords: Passwords::new(),
            secret_keys: config.secret_keys,
            node: config.node,
            frameworks: RwLock::default(),
            bindings: RwLock::default(),
            pasts: Mutex::default(),
            touched,
            listening: Listening::new(news, per_minute),
            asked: Asked::default(),
            readings: Readings::default(),
            examples: Examples::default(),
            outgoing,
            files: config.files,
            room: Room::new(),
            follows: Follows::default(),
            alarm: Alarm::default(),
        });
        tokio::spawn(refresh_touched(Arc::downgrade(&inner), inbox));
        tokio::spawn(look_at_news(Arc::downgrade(&inner), reported));
        Ok(Self { inner })
    }

    pub(crate) fn store(&self) -> &Store {
        &self.inner.store
    }

    pub(crate) fn prober(&self) -> &Prober {
        &self.inner.prober
    }

    pub(crate) fn passwords(&self) -> &Passwords {
        &self.inner.passwords
    }

    pub(crate) fn secret_keys(&self) -> &SecretKeys {
        &self.inner.secret_keys
    }

    pub(crate) fn files(&self) -> Option<&Files> {
        self.inner.files.as_ref()
    }

    pub(crate) fn room(&self) -> &Room {
        &self.inner.room
    }

    pub(crate) fn follows(&self) -> &Follows {
        &self.inner.follows
    }

    pub(crate) fn inner(&self) -> &Arc<Inner> {
        &self.inner
    }

    pub(crate) fn outgoing(&self) -> &Outgoing {
        &self.inner.outgoing
    }

    /// Has what is to be told looked at now rather than at the next tick.
    pub(crate) fn alarm(&self) {
        self.inner.alarm.ring();
    }

    pub(crate) fn bells(&self) -> &Alarm {
        &self.inner.alarm
    }

    pub(crate) fn listening(&self) -> &Listening {
        &self.inner.listening
    }

    pub(crate) fn asked(&self) -> &Asked {
        &self.inner.asked
    }

    pub(crate) fn readings(&self) -> &Readings {
        &self.inner.readings
    }

    pub(crate) fn examples(&self) -> &Examples {
        &self.inner.examples
    }

    pub(crate) fn send_news(&self, news: News) {
        self.inner.listening.send(news);
    }

    /// A path as an address to hand on; the path alone where nobody said by which address people know the server.
    pub fn public_address(&self, path: &str) -> String {
        let site = self.outgoing().public_url.as_deref().unwrap_or_default();
        format!("{}{path}", site.trim_end_matches('/'))
    }

    pub(crate) fn node(&self) -> &str {
        &self.inner.node
    }

    /// Every kind of health check.
    pub fn kinds(&self) -> &CheckKinds {
        self.inner.kinds
    }

    pub fn kind(&self, code: &KindCode) -> Option<&CheckKind> {
        self.inner.kinds.get(code)
    }

    /// Whether checks of this kind can be set up: what Rung probes itself, and what is reported to it.
    pub fn supports(&self, code: &KindCode) -> bool {
        let reported = |kind: &CheckKind| matches!(kind.group, Group::Reconciliation | Group::Feed);
        Prober::supports(code) || crate::check::is_register(code) || self.kind(code).is_some_and(reported)
    }

    /// Whether the database answers and its schema is current.
    pub async fn ready(&self) -> Result<(), Error> {
        if self.store().migrations_current().await? {
            Ok(())
        } else {
            Err(Error::Conflict("The database's schema is not current. Run `rung migrate`.".to_owned()))
        }
    }

    /// Every framework version that can be assessed.
    pub async fn frameworks(&self) -> Result<Vec<FrameworkEntry>, Error> {
        Ok(self.store().frameworks().await?)
    }

    /// A framework, the newest version unless one is named.
    pub async fn framework(
        &self,
        code: &FrameworkCode,
        version: Option<&str>,
    ) -> Result<Arc<Framework>, Error> {
        let entry = self.store().framework_by_code(code, version).await?;
        let entry = entry.ok_or(Error::NotFound("The framework"))?;
        Ok(self.prepared(entry.id).await?.framework)
    }

    pub async fn citations(&self) -> Result<Vec<Citation>, Error> {
        Ok(self.store().citations().await?)
    }

    pub(crate) async fn known_citations(&self) -> Result<Citations, Error> {
        Ok(Citations::new(self.store().citations().await?))
    }

    /// The framework read from its rows, with its scorer.
    pub(crate) async fn prepared(&self, id: FrameworkId) -> Result<Prepared, Error> {
        let known = self.inner.frameworks.read().expect("no holder of the lock panics").get(&id).cloned();
        if let Some(prepared) = known {
            return Ok(prepared);
        }
        let framework = self.store().framework(id).await?.ok_or(Error::NotFound("The framework"))?;
        let scorer = Arc::new(Scorer::new(&framework, self.kinds()).map_err(Error::internal)?);
        let prepared = Prepared { framework: Arc::new(framework), scorer };
        self.inner.frameworks.write().expect("no holder of the lock panics").insert(id, prepared.clone());
        Ok(prepared)
    }

    /// The actor's role in the organization; without one it does not exist for the actor.
    pub(crate) async fn role(&self, actor: &Actor, org: OrgId, what: &'static str) -> Result<Role, Error> {
        self.store().role(org, actor.user()).await?.ok_or(Error::NotFound(what))
    }

    /// The actor's role, if it allows what is asked.
    pub(crate) async fn authorize(
        &self,
        actor: &Actor,
        org: OrgId,
        permission: Permission,
        what: &'static str,
    ) -> Result<Role, Error> {
        let role = self.role(actor, org, what).await?;
        if permission.allows(role) { Ok(role) } else { Err(Error::Forbidden(permission.refusal(role))) }
    }

    pub(crate) fn known_bindings(&self) -> Option<Arc<KnownBindings>> {
        self.inner.bindings.read().expect("no holder of the lock panics").clone()
    }

    /// `None` has them read again.
    pub(crate) fn know_bindings(&self, bindings: Option<Arc<KnownBindings>>) {
        *self.inner.bindings.write().expect("no holder of the lock panics") = bindings;
    }

    pub(crate) fn known_past(&self, check: CheckId) -> Option<Arc<Past>> {
        self.inner.pasts.lock().expect("no holder of the lock panics").get(&check).cloned()
    }

    pub(crate) fn know_past(&self, check: CheckId, past: Arc<Past>) {
        let mut pasts = self.inner.pasts.lock().expect("no holder of the lock panics");
        if pasts.len() >= PASTS {
            pasts.clear();
        }
        pasts.insert(check, past);
    }

    pub(crate) fn send_touched(&self, touched: Touched) {
        // Without a receiver the service is shutting down; the findings are computed again at the next reading.
        let _ = self.inner.touched.send(touched);
    }

    pub(crate) fn of(inner: Arc<Inner>) -> Self {
        Self { inner }
    }
}

/// An audit line of the present instant.
pub(crate) fn audit(
    actor: Option<&Actor>,
    action: &'static str,
    subject: impl std::fmt::Display,
    details: serde_json::Value,
) -> Audit {
    Audit {
        at: UnixMillis::now(),
        actor: actor.map(Actor::user),
        org: None,
        action,
        subject: subject.to_string(),
        details,
    }
}

/// The same for something of an organization.
pub(crate) fn org_audit(
    actor: &Actor,
    org: OrgId,
    action: &'static str,
    subject: impl std::fmt::Display,
    details: serde_json::Value,
) -> Audit {
    Audit { org: Some(org), ..audit(Some(actor), action, subject, details) }
}

/// SHA-256 in lower-case hexadecimal digits.
pub(crate) fn hash_of(text: &str) -> String {
    hash_of_bytes(text.as_bytes())
}

pub(crate) fn hash_of_bytes(bytes: &[u8]) -> String {
    crate::hexadecimal(&Sha256::digest(bytes))
}

/// 256 random bits as a text that can stand in an address: it opens something to whoever has it, is shown once, and is kept
/// as a hash.
pub(crate) fn random_token() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}
