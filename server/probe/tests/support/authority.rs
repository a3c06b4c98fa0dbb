//! Certificate authorities and servers' certificates, made on the spot.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair,
    KeyUsagePurpose, SanType,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, SupportedProtocolVersion};
use time::{Duration, OffsetDateTime};
use tokio_rustls::TlsAcceptor;

use super::tcp::Server;

/// An authority that issues certificates.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(crate) fn root(name: &str) -> Self {
        let issuer = CertifiedIssuer::self_signed(authority_params(name), key()).expect("a root");
        Self(issuer)
    }

    /// An authority below this one.
    pub(crate) fn intermediate(&self, name: &str) -> Self {
        Self(CertifiedIssuer::signed_by(authority_params(name), key(), &self.0).expect("an intermediate"))
    }

    pub(crate) fn pem(&self) -> String {
        self.0.pem()
    }

    pub(crate) fn der(&self) -> CertificateDer<'static> {
        self.0.der().clone()
    }

    pub(crate) fn issue(&self, leaf: Leaf) -> Issued {
        let key = key();
        let certificate = leaf.params().signed_by(&key, &self.0).expect("a certificate");
        Issued { certificate, key }
    }
}

/// What a server's certificate shall say.
pub(crate) struct Leaf {
    name: &'static str,
    uri: Option<String>,
    from: Duration,
    until: Duration,
}

impl Leaf {
    /// For a host name or address, valid for another 90 days.
    pub(crate) fn named(name: &'static str) -> Self {
        Self { name, uri: None, from: Duration::days(-30), until: Duration::days(90) + Duration::HOUR }
    }

    /// Valid for so many days, and an hour, from now; negative for one that has expired.
    pub(crate) fn days(self, days: i64) -> Self {
        Self { until: Duration::days(days) + Duration::HOUR, ..self }
    }

    /// For an address beside the name, as UDAP's certificates are.
    pub(crate) fn uri(self, uri: &str) -> Self {
        Self { uri: Some(uri.to_owned()), ..self }
    }

    pub(crate) fn not_before_days(self, days: i64) -> Self {
        Self { from: Duration::days(days), ..self }
    }

    fn params(&self) -> CertificateParams {
        let mut params = CertificateParams::new(vec![self.name.to_owned()]).expect("a name");
        params.distinguished_name.push(DnType::CommonName, self.name);
        let uri = self.uri.as_ref().map(|uri| SanType::URI(uri.as_str().try_into().expect("an address")));
        params.subject_alt_names.extend(uri);
        let now = OffsetDateTime::now_utc();
        params.not_before = now + self.from;
        params.not_after = now + self.until;
        params
    }

    /// Vouched for by nobody but itself.
    pub(crate) fn self_signed(self) -> Issued {
        let key = key();
        let certificate = self.params().self_signed(&key).expect("a certificate");
        Issued { certificate, key }
    }
}

/// A certificate with its key.
pub(crate) struct Issued {
    pub(crate) certificate: Certificate,
    key: KeyPair,
}

impl Issued {
    /// The key as PKCS#8.
    pub(crate) fn key_der(&self) -> Vec<u8> {
        self.key.serialize_der()
    }

    pub(crate) fn key_pem(&self) -> String {
        self.key.serialize_pem()
    }

    /// A server that shows this certificate, then the given ones, and speaks the given versions.
    pub(crate) fn config(
        &self,
        rest: &[CertificateDer<'static>],
        versions: &[&'static SupportedProtocolVersion],
    ) -> Arc<ServerConfig> {
        let chain = std::iter::once(self.certificate.der().clone()).chain(rest.iter().cloned()).collect();
        let key = PrivateKeyDer::try_from(self.key.serialize_der()).expect("a key");
        let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_protocol_versions(versions)
            .expect("known versions")
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .expect("a key that fits its certificate");
        Arc::new(config)
    }
}

/// Completes handshakes and says nothing more.
pub(crate) async fn serve(config: Arc<ServerConfig>) -> Server {
    let acceptor = TlsAcceptor::from(config);
    Server::start(move |stream| {
        let acceptor = acceptor.clone();
        async move {
            if let Ok(stream) = acceptor.accept(stream).await {
                super::tcp::play(stream, &[super::tcp::Step::Hang]).await;
            }
        }
    })
    .await
}

fn key() -> KeyPair {
    KeyPair::generate().expect("a key")
}

fn authority_params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).expect("no names");
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.not_before = OffsetDateTime::now_utc() - Duration::days(3650);
    params.not_after = OffsetDateTime::now_utc() + Duration::days(3650);
    params
}
