//! TLS over a vetted connection: whom to trust, and what a failed handshake means in words.

pub(crate) mod legacy;
pub(crate) mod recorder;

use std::net::SocketAddr;
use std::sync::Arc;

use jiff::Timestamp;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    AlertDescription, CertificateError, ClientConfig, Error as TlsError, ProtocolVersion, RootCertStore,
};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use url::Host;
use x509_parser::parse_x509_certificate;

use crate::connector::{Connected, Deadline};
use crate::failure::{Failure, Layer};
use crate::given::Unusable;

/// The authorities that certificates are judged by: the web's, this machine's, and those the operator adds.
#[derive(Clone)]
pub(crate) struct Trust {
    roots: Arc<RootCertStore>,
    provider: Arc<CryptoProvider>,
    /// For HTTP/1.1, verifying.
    http: Arc<ClientConfig>,
    /// For anything else, verifying.
    plain: Arc<ClientConfig>,
}

impl Trust {
    pub(crate) fn new(extra: &[CertificateDer<'static>]) -> Self {
        let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let system = rustls_native_certs::load_native_certs();
        let (_, unusable) = roots.add_parsable_certificates(system.certs);
        if unusable > 0 {
            tracing::debug!(unusable, "certificates of the system's trust store that cannot be used");
        }
        roots.add_parsable_certificates(extra.iter().cloned());
        let roots = Arc::new(roots);
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let plain =
            config(&provider, |builder| builder.with_root_certificates(roots.clone()).with_no_client_auth());
        let mut http = plain.clone();
        http.alpn_protocols = vec![b"http/1.1".to_vec()];
        Self { roots, provider, http: Arc::new(http), plain: Arc::new(plain) }
    }

    pub(crate) fn roots(&self) -> &RootCertStore {
        &self.roots
    }

    pub(crate) fn provider(&self) -> &Arc<CryptoProvider> {
        &self.provider
    }

    pub(crate) fn http(&self) -> &Arc<ClientConfig> {
        &self.http
    }

    pub(crate) fn plain(&self) -> &Arc<ClientConfig> {
        &self.plain
    }

    /// [`Self::plain`] with authorities beside the others.
    pub(crate) fn plain_with(&self, more: &[CertificateDer<'static>]) -> Arc<ClientConfig> {
        if more.is_empty() {
            return Arc::clone(&self.plain);
        }
        let mut roots = RootCertStore::clone(&self.roots);
        roots.add_parsable_certificates(more.iter().cloned());
        let config =
            config(&self.provider, |builder| builder.with_root_certificates(roots).with_no_client_auth());
        Arc::new(config)
    }

    /// A configuration that completes any handshake and leaves the judging to the given verifier.
    pub(crate) fn untrusting(&self, verifier: Arc<dyn ServerCertVerifier>) -> Arc<ClientConfig> {
        let config = config(&self.provider, |builder| {
            builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth()
        });
        Arc::new(config)
    }
}

fn config(
    provider: &Arc<CryptoProvider>,
    finish: impl FnOnce(rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>) -> ClientConfig,
) -> ClientConfig {
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .expect("ring offers the cipher suites of TLS 1.2 and 1.3");
    let mut config = finish(builder);
    // A health check shakes hands in full each time: a resumed session shows no certificate.
    config.resumption = rustls::client::Resumption::disabled();
    config
}

/// Reads the certificates of a PEM text.
pub(crate) fn read_pem(pem: &str) -> Result<Vec<CertificateDer<'static>>, String> {
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    match certificates {
        Ok(found) if found.is_empty() => {
            Err("it holds no certificate; paste the text from BEGIN CERTIFICATE to END CERTIFICATE"
                .to_owned())
        }
        Ok(found) => Ok(found),
        // What was pasted may be a key: the library's words might quote it.
        Err(_) => {
            Err("its PEM is damaged; paste the text from BEGIN CERTIFICATE to END CERTIFICATE".to_owned())
        }
    }
}

/// The same of a check's parameter, where every one must be a certificate.
pub(crate) fn read_anchors(name: &'static str, pem: &str) -> Result<Vec<CertificateDer<'static>>, Unusable> {
    let found = read_pem(pem).map_err(|problem| Unusable::new(name, problem))?;
    match found.iter().position(|der| parse_x509_certificate(der).is_err()) {
        None => Ok(found),
        Some(_) if found.len() == 1 => {
            let text = "its certificate cannot be read; paste it once more, whole and as its issuer gave it";
            Err(Unusable::new(name, text))
        }
        Some(at) => {
            let text = format!("certificate {} of {} in it cannot be read", at + 1, found.len());
            Err(Unusable::new(name, text))
        }
    }
}

/// The name to ask for and to judge by.
pub(crate) fn server_name(host: &Host) -> Result<ServerName<'static>, Failure> {
    match host {
        Host::Ipv4(v4) => Ok(ServerName::IpAddress(std::net::IpAddr::V4(*v4).into())),
        Host::Ipv6(v6) => Ok(ServerName::IpAddress(std::net::IpAddr::V6(*v6).into())),
        Host::Domain(name) => ServerName::try_from(name.trim_end_matches('.').to_owned()).map_err(|_| {
            Failure::inconclusive(Layer::Guard, format!("\"{name}\" cannot be the name of a TLS server"))
        }),
    }
}

/// Shakes hands on an open connection.
pub(crate) async fn handshake(
    connected: Connected,
    config: &Arc<ClientConfig>,
    name: &ServerName<'static>,
    deadline: Deadline,
) -> Result<TlsStream<TcpStream>, HandshakeFailure> {
    let peer = connected.peer;
    let attempt = TlsConnector::from(config.clone()).connect(name.clone(), connected.stream);
    match deadline.bound(attempt).await {
        Ok(Ok(stream)) => Ok(stream),
        Ok(Err(error)) => Err(HandshakeFailure::read(peer, name, &error)),
        Err(time) => {
            let text = format!("{peer} did not finish the TLS handshake within {time}");
            Err(HandshakeFailure { text, tls: None })
        }
    }
}

/// Why no handshake came about.
#[derive(Debug)]
pub(crate) struct HandshakeFailure {
    pub(crate) text: String,
    /// What the TLS library says, where it was the one to give up.
    pub(crate) tls: Option<TlsError>,
}

impl From<HandshakeFailure> for Failure {
    fn from(failure: HandshakeFailure) -> Self {
        Failure::no_answer(Layer::Tls, failure.text)
    }
}

impl HandshakeFailure {
    fn read(peer: SocketAddr, name: &ServerName<'_>, error: &std::io::Error) -> Self {
        let Some(tls) = error.get_ref().and_then(|inner| inner.downcast_ref::<TlsError>()) else {
            let text = match error.kind() {
                std::io::ErrorKind::UnexpectedEof => {
                    format!("{peer} closed the connection during the TLS handshake")
                }
                _ => format!("the TLS handshake with {peer} broke off: {error}"),
            };
            return Self { text, tls: None };
        };
        let name = name.to_str();
        let text = match tls {
            TlsError::InvalidCertificate(problem) => certificate_problem(&name, problem),
            TlsError::AlertReceived(AlertDescription::ProtocolVersion) => {
                format!("{peer} speaks neither TLS 1.2 nor TLS 1.3")
            }
            TlsError::AlertReceived(AlertDescription::UnrecognisedName) => {
                format!("{peer} knows no site named {name}")
            }
            TlsError::AlertReceived(
                AlertDescription::CertificateRequired | AlertDescription::HandshakeFailure,
            ) => format!(
                "{peer} refused the TLS handshake: no cipher in common, or it asks for a client certificate"
            ),
            TlsError::AlertReceived(alert) => format!("{peer} refused the TLS handshake ({alert:?})"),
            TlsError::PeerIncompatible(_) => {
                format!("{peer} offers no TLS 1.2 or 1.3 that is still considered safe")
            }
            TlsError::InvalidMessage(_) => {
                format!("{peer} answered the TLS handshake with something that is not TLS")
            }
            other => format!("the TLS handshake with {peer} failed: {other}"),
        };
        Self { text, tls: Some(tls.clone()) }
    }
}

/// Whether a run's message says that a certificate has expired, in the words of this crate.
pub fn says_certificate_expired(text: &str) -> bool {
    text.contains("certificate") && [" expired on ", " has expired"].iter().any(|words| text.contains(words))
}

/// A certificate's problem in words.
pub(crate) fn certificate_problem(name: &str, problem: &CertificateError) -> String {
    match problem {
        CertificateError::ExpiredContext { not_after, .. } => {
            format!("the certificate of {name} expired on {}", date(*not_after))
        }
        CertificateError::Expired => format!("the certificate of {name} has expired"),
        CertificateError::NotValidYetContext { not_before, .. } => {
            format!("the certificate of {name} is not valid before {}", date(*not_before))
        }
        CertificateError::NotValidYet => format!("the certificate of {name} is not valid yet"),
        CertificateError::UnknownIssuer => format!(
            "the certificate of {name} is not issued by a trusted authority: it is self-signed or private, or the \
             server does not send its intermediate certificates"
        ),
        CertificateError::NotValidForNameContext { presented, .. } => {
            format!("the certificate is not for {name} but for {}", names(presented))
        }
        CertificateError::NotValidForName => format!("the certificate is not for {name}"),
        CertificateError::BadSignature => format!("a signature in the certificate chain of {name} is wrong"),
        other => format!("the certificate of {name} is not acceptable: {other}"),
    }
}

fn names(presented: &[String]) -> String {
    // The library's own writing, `DnsName("a.example.org")`, is not for readers.
    let plain = presented.iter().map(|name| name.split('"').nth(1).unwrap_or(name).to_owned());
    let mut shown: Vec<_> = plain.take(5).collect();
    if presented.len() > shown.len() {
        shown.push("others".to_owned());
    }
    if shown.is_empty() { "no name at all".to_owned() } else { shown.join(", ") }
}

fn date(time: UnixTime) -> String {
    let seconds = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
    Timestamp::from_second(seconds)
        .map_or_else(|_| "a date out of range".to_owned(), |at| at.strftime("%-d %b %Y").to_string())
}

/// `1.2` or `1.3`.
pub(crate) fn version_text(version: ProtocolVersion) -> Option<&'static str> {
    match version {
        ProtocolVersion::TLSv1_0 => Some("1.0"),
        ProtocolVersion::TLSv1_1 => Some("1.1"),
        ProtocolVersion::TLSv1_2 => Some("1.2"),
        ProtocolVersion::TLSv1_3 => Some("1.3"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expired_certificate_is_recognized_by_what_is_said_of_it() {
        let expired = certificate_problem("fhir.example.org", &CertificateError::Expired);
        assert!(says_certificate_expired(&expired), "{expired}");
        assert!(says_certificate_expired("the certificate expired on 20 Nov 2026, 3 days ago"));
        let other = certificate_problem("fhir.example.org", &CertificateError::UnknownIssuer);
        let soon =
            "expected at least 30 days until the certificate expires, got 12 (it expires on 2 Dec 2026)";
        for text in [other.as_str(), soon, "the token expired on 20 Nov 2026"] {
            assert!(!says_certificate_expired(text), "{text}");
        }
    }
}
