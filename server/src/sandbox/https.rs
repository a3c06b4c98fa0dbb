//! HTTPS for the sandbox: a certificate chosen at every handshake, so that breaking it needs no restart.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Router;
use axum::serve::Listener;
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::certificate::Identity;
use super::{SandboxError, Switches};

const HANDSHAKE: Duration = Duration::from_secs(5);

#[derive(Debug)]
struct Chooser {
    sound: Arc<CertifiedKey>,
    expiring: Arc<CertifiedKey>,
    switches: Arc<Switches>,
}

impl ResolvesServerCert for Chooser {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let broken = self.switches.certificate.load(Ordering::Relaxed);
        Some(Arc::clone(if broken { &self.expiring } else { &self.sound }))
    }
}

/// The patient API's TLS: its certificate is sound until it is broken.
pub(super) fn breakable(
    sound: Identity,
    expiring: Identity,
    switches: Arc<Switches>,
) -> Result<TlsAcceptor, SandboxError> {
    acceptor(Chooser { sound: certified(sound)?, expiring: certified(expiring)?, switches })
}

/// TLS with one certificate.
pub(super) fn fixed(identity: Identity) -> Result<TlsAcceptor, SandboxError> {
    acceptor(SingleCertAndKey::from(certified(identity)?))
}

/// TLS 1.2 and 1.3.
fn acceptor(certificates: impl ResolvesServerCert + 'static) -> Result<TlsAcceptor, SandboxError> {
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(certificates));
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn certified(identity: Identity) -> Result<Arc<CertifiedKey>, rustls::Error> {
    let chain = identity.chain.into_iter().map(CertificateDer::from).collect();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(identity.key));
    Ok(Arc::new(CertifiedKey::new(chain, ring::sign::any_supported_type(&key)?)))
}

/// Serves `router` until the task is dropped.
pub(super) async fn serve(listener: TcpListener, tls: TlsAcceptor, router: Router) {
    let (ready, accepted) = mpsc::channel(16);
    let local = listener.local_addr();
    let accepting = tokio::spawn(shake_hands(listener, tls, ready));
    if let Ok(local) = local
        && let Err(error) = axum::serve(Handshaken { accepted, local }, router).await
    {
        tracing::error!(%error, "the sandbox's HTTPS server ended");
    }
    accepting.abort();
}

/// Accepts and shakes hands, each connection on its own, so that a slow one holds nobody up.
async fn shake_hands(
    listener: TcpListener,
    tls: TlsAcceptor,
    ready: mpsc::Sender<(TlsStream<TcpStream>, std::net::SocketAddr)>,
) {
    loop {
        let Ok((stream, peer)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        // Held back, the last bytes of an answer would wait for an acknowledgment, and the checks would measure that.
        let _ = stream.set_nodelay(true);
        let (tls, ready) = (tls.clone(), ready.clone());
        tokio::spawn(async move {
            if let Ok(Ok(stream)) = tokio::time::timeout(HANDSHAKE, tls.accept(stream)).await {
                // Without a receiver the sandbox is shutting down.
                let _ = ready.send((stream, peer)).await;
            }
        });
    }
}

/// The connections whose handshake succeeded.
struct Handshaken {
    accepted: mpsc::Receiver<(TlsStream<TcpStream>, std::net::SocketAddr)>,
    local: std::net::SocketAddr,
}

impl Listener for Handshaken {
    type Io = TlsStream<TcpStream>;
    type Addr = std::net::SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.accepted.recv().await {
            Some(accepted) => accepted,
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        Ok(self.local)
    }
}
