//! Start and stop. Tests start through here too, on port 0.
//!
//! [`Application::build`] opens the database, claims it, brings its schema and content up to date, builds the router
//! and binds the address; whoever connects from then on is served as soon as [`Application::run_until`] runs.

mod background;
mod feed_root;
mod keys;

use std::net::SocketAddr;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use app::sandbox::SandboxControl;
use app::web::AppState;
use axum::Router;
use axum::serve::ListenerExt as _;
use leptos::config::LeptosOptions;
use probe::{AllowList, ObjectHttp};
use service::Service;
use service::alert::AlertConfig;
use service::files::Files;
use service::record::Retention;
use service::seals::Seals;
use store::{Backend, NodeLock, Store};
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::config::{
    Config, Demonstration, EvidenceConfig, ListenConfig, MailConfig, ProbeConfig, ReceiverConfig,
    SecretConfig, Worker,
};
use crate::http;
use crate::sandbox::{Sandbox, SandboxError};

use self::background::Background;
pub use self::background::run_worker;
use self::keys::KeyFile;

/// How long requests that are under way may take to end once the server is asked to stop.
const GRACE: Duration = Duration::from_secs(10);

/// Why the server does not start.
#[derive(Debug, Error)]
pub enum StartError {
    #[error(transparent)]
    Store(#[from] store::StoreError),
    #[error("the database's schema is not up to date: run `rung migrate` first")]
    SchemaBehind,
    #[error("{0}")]
    SecretKey(Box<dyn std::error::Error + Send + Sync>),
    #[error("a key of RUNG_SECRET_KEY_OLD cannot be used: {0}")]
    OldKey(Box<dyn std::error::Error + Send + Sync>),
    #[error(
        "every server on this database must seal the secrets of checks with the same key: set RUNG_SECRET_KEY to 32 \
         bytes in base64 (`openssl rand -base64 32` makes them), or name a file that all of them can read in \
         RUNG_SECRET_KEY_FILE"
    )]
    NoSharedKey,
    #[error(
        "nothing that is sealed in this database ({seals}) opens with {key}: it was sealed with another one. Put the key \
         file that belongs to the database back, or give that key in RUNG_SECRET_KEY; where the key was replaced on \
         purpose, give the one before in RUNG_SECRET_KEY_OLD. Where it is lost, start with RUNG_SECRET_KEY_LOST=true, and \
         enter those secrets again"
    )]
    OtherKey { key: String, seals: Seals },
    #[error(
        "the key file {path} is not there, and secrets are sealed in this database ({seals}): put the key file that belongs \
         to it in that place, or give that key in RUNG_SECRET_KEY. Where it is lost, start with \
         RUNG_SECRET_KEY_LOST=true, and enter those secrets again"
    )]
    NoKeyFile { path: String, seals: Seals },
    #[error("{}", described(.0))]
    Service(#[from] service::Error),
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    #[error("the public address is not usable: {0}")]
    PublicUrl(#[from] tower_http::csrf::ConfigError),
    #[error("files of evidence cannot be kept: {0}")]
    Files(#[from] service::files::FilesError),
    #[error("the certificates to trust are not usable: {0}")]
    Roots(String),
    #[error(transparent)]
    Receiver(#[from] probe::ReceiverError),
    #[error(
        "`rung worker` needs PostgreSQL: an SQLite database belongs to one process, and `rung serve` runs its health \
         checks itself"
    )]
    WorkerOnSqlite,
    #[error("{addr} cannot be listened on: {cause}")]
    Bind { addr: SocketAddr, cause: std::io::Error },
}

/// What a use case says, with the cause that screens do not show: this goes to the operator.
fn described(error: &service::Error) -> String {
    error.own_fault().map_or_else(|| error.to_string(), ToString::to_string)
}

/// A server that is ready to serve.
pub struct Application {
    addr: SocketAddr,
    listener: TcpListener,
    router: Router,
    store: Store,
    service: Service,
    worker: Worker,
    keep: Retention,
    /// Held as long as the application lives.
    _node: NodeLock,
}

impl Application {
    /// Does everything that must be done before the first request.
    pub async fn build(config: Config) -> Result<Self, StartError> {
        if !crate::assets::HAS_BROWSER_CODE {
            tracing::warn!("built without browser code: pages work as plain HTML; `make build` brings both");
        }
        let store = Store::connect(&config.database.url).await?;
        let node = store.lock_node()?;
        prepare_schema(&store).await?;
        let mut probes = config.probes;
        feed_root::look_at(&probes.feeds);
        let sandbox = match config.demonstration {
            Demonstration::On(address) => Some(Sandbox::start(address).await?),
            Demonstration::Off => None,
        };
        if let Some(sandbox) = &sandbox {
            // The guard lets checks reach the sandbox's address and nothing else of this machine.
            probes.allow.extend(AllowList::new(vec![sandbox.address().into()]));
            probes.extra_roots = Some(sandbox.authority().to_owned());
        }
        let alerts = alerts(&config.listen, config.mail);
        let key_file = KeyFile::look(&config.secrets);
        let service =
            service(store.clone(), &probes, &config.secrets, node_name(), alerts, &config.evidence)?;
        keys::try_on(&service, &config.secrets, key_file).await?;
        service.bring_content().await?;
        if store.backend() == Backend::Sqlite {
            // The lock of the node says that nobody else runs checks.
            service.take_over().await?;
        }
        let bound = TcpListener::bind(config.listen.addr).await;
        let bound = bound.and_then(|listener| Ok((listener.local_addr()?, listener)));
        let (addr, listener) = bound.map_err(|cause| StartError::Bind { addr: config.listen.addr, cause })?;
        let demo = sandbox.map(|sandbox| Arc::new(sandbox) as Arc<dyn SandboxControl>);
        let state = AppState { service: service.clone(), leptos: leptos_options(), css: stylesheet(), demo };
        let router = http::router(state, &store, &config.listen)?;
        Ok(Self {
            addr,
            listener,
            router,
            store,
            service,
            worker: config.worker,
            keep: config.keep,
            _node: node,
        })
    }

    /// The address that it listens on, with the real port.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The use cases, for tests that prepare what no page offers.
    pub fn service(&self) -> &Service {
        &self.service
    }

    /// Serves until `stop` completes, lets requests under way end, and lets go of the database.
    pub async fn run_until(self, stop: impl Future<Output = ()> + Send + 'static) -> std::io::Result<()> {
        let (stopping, stopped) = watch::channel(false);
        let tasks = Background::start(&self.service, self.worker, self.keep, &stopped);
        let followed = self.service.clone();
        let mut asked = stopped.clone();
        let listener = self.listener.tap_io(|connection| {
            // A page and its parts are small: waiting to fill a packet only delays them.
            if let Err(error) = connection.set_nodelay(true) {
                tracing::debug!(%error, "TCP_NODELAY could not be set");
            }
        });
        let make = self.router.into_make_service_with_connect_info::<SocketAddr>();
        let serving = axum::serve(listener, make).with_graceful_shutdown(async move {
            stop.await;
            tracing::info!("stopping");
            // Otherwise whoever follows an assessment would keep the server from ending.
            followed.end_following();
            stopping.send_replace(true);
        });
        let out_of_patience = async move {
            // An error means that the sender is gone, and so is the server.
            let _ = asked.wait_for(|stopping| *stopping).await;
            tokio::time::sleep(GRACE).await;
        };
        let served = tokio::select! {
            served = serving => served,
            () = out_of_patience => {
                tracing::warn!("requests were still under way after {} seconds", GRACE.as_secs());
                Ok(())
            }
        };
        tasks.end(&self.service).await;
        self.store.close().await;
        served
    }
}

/// This process, in leases.
fn node_name() -> String {
    format!("{}-{}", std::process::id(), store::UnixMillis::now().0)
}

/// Where the pages find the browser code.
fn leptos_options() -> LeptosOptions {
    LeptosOptions::builder().output_name(crate::assets::OUTPUT_NAME).site_pkg_dir("pkg").build()
}

/// The address of the style sheet; made once, for every page carries it.
fn stylesheet() -> &'static str {
    static ADDRESS: LazyLock<String> = LazyLock::new(|| format!("/pkg/{}.css", crate::assets::OUTPUT_NAME));
    &ADDRESS
}

/// SQLite is brought up to date in place; PostgreSQL, which other nodes may be using, only by `rung migrate`.
pub(crate) async fn prepare_schema(store: &Store) -> Result<(), StartError> {
    match store.backend() {
        Backend::Sqlite => Ok(store.migrate().await?),
        Backend::Postgres if store.migrations_current().await? => Ok(()),
        Backend::Postgres => Err(StartError::SchemaBehind),
    }
}

/// How alerts leave: the mail server, and the address by which their links lead back.
fn alerts(listen: &ListenConfig, mail: Option<MailConfig>) -> AlertConfig {
    let public_url = listen.known_as();
    if public_url.is_none() {
        tracing::warn!(
            "nobody said by which address people reach this server, so links are handed out as paths alone: set RUNG_PUBLIC_URL"
        );
    }
    alerts_with_links_to(public_url, mail)
}

fn alerts_with_links_to(public_url: Option<String>, mail: Option<MailConfig>) -> AlertConfig {
    let mail = mail.map(|mail| service::alert::MailConfig { server: mail.server, from: mail.from });
    AlertConfig { mail, public_url }
}

/// The use cases over a database.
pub(crate) fn service(
    store: Store,
    probes: &ProbeConfig,
    secrets: &SecretConfig,
    node: String,
    alerts: AlertConfig,
    evidence: &EvidenceConfig,
) -> Result<Service, StartError> {
    let secret_keys = keys::read(secrets)?;
    let probe_allow = probes.allow.clone();
    let probe_roots = probes.extra_roots.clone();
    let feeds = probes.feeds.clone();
    let receiver = probes.receiver.as_ref().map(ReceiverConfig::listen).transpose()?;
    let files = files(evidence, probes)?;
    Ok(Service::new(
        store,
        service::Config { probe_allow, probe_roots, receiver, secret_keys, node, alerts, feeds, files },
    )?)
}

/// Where the files of evidence are.
fn files(evidence: &EvidenceConfig, probes: &ProbeConfig) -> Result<Option<Files>, StartError> {
    Ok(match evidence {
        EvidenceConfig::Nowhere => None,
        EvidenceConfig::Folder(folder) => Some(Files::folder(folder)?),
        EvidenceConfig::Bucket(bucket) => {
            let http = ObjectHttp::new(probes.allow.clone(), probes.extra_roots.as_deref());
            Some(Files::bucket(bucket.clone(), http.map_err(StartError::Roots)?)?)
        }
    })
}
