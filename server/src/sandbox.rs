//! The sandbox of the demonstration: real servers on a loopback address of their own, which a page can break and mend.
//!
//! Nothing here is simulated for the checks: they connect, shake hands and parse as they would anywhere. The sandbox
//! makes its own certificate authority at every start and the prober trusts it; the guard lets checks reach exactly the
//! sandbox's address.

mod certificate;
mod https;
mod mllp;
mod pages;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use app::sandbox::{Loading, SandboxControl, SandboxEndpoint};
use service::{Actor, Service};
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::Mutex;
use tokio::task::JoinSet;

/// The ports stay the same over restarts, since the checks of the demonstration name them.
pub(crate) const HTTPS_PORT: u16 = 8443;
pub(crate) const MLLP_PORT: u16 = 2575;
/// A second HTTPS server, whose certificate has 20 days left.
pub(crate) const GATEWAY_PORT: u16 = 8444;
/// Nobody listens here: what an interface looks like that is down.
pub(crate) const SILENT_PORT: u16 = 2576;

/// Why the sandbox does not start.
#[derive(Debug, Error)]
pub enum SandboxError {
    #[error(
        "the demonstration's sandbox cannot listen on {addr}: {cause}. Choose another loopback address with \
         --sandbox-address"
    )]
    Bind { addr: SocketAddr, cause: std::io::Error },
    #[error("the demonstration's certificates could not be made: {0}")]
    Certificate(#[from] rcgen::Error),
    #[error("the demonstration's TLS could not be set up: {0}")]
    Tls(#[from] rustls::Error),
}

/// What can be broken, each on its own.
#[derive(Debug, Default)]
struct Switches {
    fhir: AtomicBool,
    certificate: AtomicBool,
    mllp: AtomicBool,
    hooks: AtomicBool,
    page: AtomicBool,
}

impl Switches {
    fn get(&self, id: &str) -> Option<&AtomicBool> {
        match id {
            "fhir" => Some(&self.fhir),
            "certificate" => Some(&self.certificate),
            "mllp" => Some(&self.mllp),
            "hooks" => Some(&self.hooks),
            "page" => Some(&self.page),
            _ => None,
        }
    }
}

/// The running sandbox; its servers end when it is dropped.
pub(crate) struct Sandbox {
    address: IpAddr,
    authority: String,
    switches: Arc<Switches>,
    /// One loading at a time: two would make everything twice.
    loading: Mutex<()>,
    _servers: JoinSet<()>,
}

impl Sandbox {
    /// Starts every server of the sandbox on `address`.
    pub(crate) async fn start(address: IpAddr) -> Result<Self, SandboxError> {
        let switches = Arc::new(Switches::default());
        let certificates = certificate::Certificates::new(address)?;
        let authority = certificates.authority().to_owned();
        let gateway_tls = https::fixed(certificates.ageing)?;
        let tls = https::breakable(certificates.sound, certificates.expiring, Arc::clone(&switches))?;
        let mut servers = JoinSet::new();
        let web = listen(SocketAddr::new(address, HTTPS_PORT)).await?;
        servers.spawn(https::serve(web, tls, pages::router(Arc::clone(&switches))));
        let gateway = listen(SocketAddr::new(address, GATEWAY_PORT)).await?;
        servers.spawn(https::serve(gateway, gateway_tls, pages::router(Arc::clone(&switches))));
        let messages = listen(SocketAddr::new(address, MLLP_PORT)).await?;
        servers.spawn(mllp::serve(messages, Arc::clone(&switches)));
        Ok(Self { address, authority, switches, loading: Mutex::default(), _servers: servers })
    }

    pub(crate) fn address(&self) -> IpAddr {
        self.address
    }

    /// The certificate (PEM) of the sandbox's own authority.
    pub(crate) fn authority(&self) -> &str {
        &self.authority
    }

    /// Where the FHIR server's base is.
    pub(crate) fn fhir_base(&self) -> String {
        format!("{}/fhir", self.web())
    }

    /// Where `/cds-services` answers.
    pub(crate) fn hooks_base(&self) -> String {
        self.web()
    }

    /// The public registration page.
    pub(crate) fn page(&self) -> String {
        format!("{}/developers", self.web())
    }

    fn web(&self) -> String {
        format!("https://{}", SocketAddr::new(self.address, HTTPS_PORT))
    }
}

async fn listen(addr: SocketAddr) -> Result<TcpListener, SandboxError> {
    TcpListener::bind(addr).await.map_err(|cause| SandboxError::Bind { addr, cause })
}

impl SandboxControl for Sandbox {
    fn endpoints(&self) -> Vec<SandboxEndpoint> {
        let endpoint = |id: &str, name: &str, address: String, what: &str| SandboxEndpoint {
            id: id.to_owned(),
            name: name.to_owned(),
            address,
            what: what.to_owned(),
            broken: self.switches.get(id).is_some_and(|switch| switch.load(Ordering::Relaxed)),
        };
        vec![
            endpoint(
                "fhir",
                "FHIR server",
                format!("{}/metadata", self.fhir_base()),
                "Answers with a CapabilityStatement and a SMART configuration. Broken, it answers 503.",
            ),
            endpoint(
                "certificate",
                "TLS certificate",
                SocketAddr::new(self.address, HTTPS_PORT).to_string(),
                "Valid for 90 days. Broken, it expires in 4 days.",
            ),
            endpoint(
                "mllp",
                "HL7 v2 listener",
                SocketAddr::new(self.address, MLLP_PORT).to_string(),
                "Acknowledges every message with AA. Broken, it answers AE with an ERR segment.",
            ),
            endpoint(
                "hooks",
                "CDS Hooks",
                format!("{}/cds-services", self.hooks_base()),
                "Lists two services. Broken, it lists none.",
            ),
            endpoint(
                "page",
                "Registration page",
                self.page(),
                "The public page for developers of apps. Broken, it answers 404.",
            ),
        ]
    }

    fn set_broken(&self, id: &str, broken: bool) {
        if let Some(switch) = self.switches.get(id) {
            switch.store(broken, Ordering::Relaxed);
        }
    }

    fn load<'a>(&'a self, service: &'a Service, actor: &'a Actor) -> Loading<'a> {
        Box::pin(async move {
            let _alone = self.loading.lock().await;
            Box::pin(crate::demo::load(service, actor, self)).await
        })
    }
}
