//! A certificate verifier that trusts nobody and stops nothing: it remembers what the server showed and whether the
//! server holds the key, so that the judging can happen afterwards, fact by fact.

use std::sync::{Arc, Mutex};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{DigitallySignedStruct, Error, SignatureScheme};

/// What the server showed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shown {
    /// In the order sent, the server's own certificate first.
    pub(crate) chain: Vec<CertificateDer<'static>>,
    /// Why the handshake's signature does not prove possession of the key.
    pub(crate) signature_problem: Option<Error>,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Recorder {
    provider: Arc<CryptoProvider>,
    shown: Mutex<Shown>,
}

impl Recorder {
    pub(crate) fn new(provider: Arc<CryptoProvider>) -> Arc<Self> {
        Arc::new(Self { provider, shown: Mutex::default() })
    }

    pub(crate) fn shown(&self) -> Shown {
        self.shown.lock().expect("no holder of this lock panics").clone()
    }

    fn record(&self, verdict: Result<HandshakeSignatureValid, Error>) -> HandshakeSignatureValid {
        verdict.unwrap_or_else(|problem| {
            self.shown.lock().expect("no holder of this lock panics").signature_problem = Some(problem);
            HandshakeSignatureValid::assertion()
        })
    }
}

impl ServerCertVerifier for Recorder {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let chain =
            std::iter::once(end_entity).chain(intermediates).map(|der| der.clone().into_owned()).collect();
        self.shown.lock().expect("no holder of this lock panics").chain = chain;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        Ok(self.record(verify_tls12_signature(message, cert, dss, algorithms)))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        Ok(self.record(verify_tls13_signature(message, cert, dss, algorithms)))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
