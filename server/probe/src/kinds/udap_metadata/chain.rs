//! The signer's certificate and the way from it to a trust anchor.

use std::time::Duration;

use jiff::Timestamp;
use rustls::pki_types::{CertificateDer, TrustAnchor, UnixTime};
use webpki::{EndEntityCert, Error, ExtendedKeyUsageValidator, KeyPurposeIdIter, anchor_from_trusted_cert};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::parse_x509_certificate;

use crate::kinds::tls_certificate::name;
use crate::prober::Context;

/// The keys that UDAP's algorithms use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyKind {
    Rsa,
    P256,
    P384,
}

impl KeyKind {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Rsa => "an RSA key",
            Self::P256 => "a P-256 key",
            Self::P384 => "a P-384 key",
        }
    }
}

const RSA: &str = "1.2.840.113549.1.1.1";
const P256: &str = "1.2.840.10045.3.1.7";
const P384: &str = "1.3.132.0.34";

/// What the signer's certificate says.
#[derive(Debug)]
pub(super) struct Leaf {
    pub(super) subject: String,
    /// The addresses it is for (`uniformResourceIdentifier` of the subject's alternative names).
    pub(super) uris: Vec<String>,
    pub(super) key_kind: Option<KeyKind>,
    /// As signatures are verified with: PKCS#1 for RSA, the point for a curve.
    pub(super) public_key: Vec<u8>,
    not_before: Timestamp,
    not_after: Timestamp,
}

impl Leaf {
    pub(super) fn read(der: &CertificateDer<'static>) -> Result<Self, String> {
        let (_, certificate) = parse_x509_certificate(der)
            .map_err(|error| format!("the signer's certificate is not readable: {error}"))?;
        let time = |seconds: i64| {
            Timestamp::from_second(seconds)
                .map_err(|_| "the signer's certificate has dates out of range".to_owned())
        };
        let validity = certificate.validity();
        Ok(Self {
            subject: name(certificate.subject()),
            uris: uris(&certificate),
            key_kind: key_kind(&certificate),
            public_key: certificate.public_key().subject_public_key.data.to_vec(),
            not_before: time(validity.not_before.timestamp())?,
            not_after: time(validity.not_after.timestamp())?,
        })
    }

    /// Whole days until it expires; negative once it has.
    pub(super) fn days_left(&self, now: Timestamp) -> i64 {
        (self.not_after.as_second() - now.as_second()).div_euclid(86_400)
    }

    pub(super) fn out_of_date(&self, now: Timestamp) -> Option<String> {
        if now < self.not_before {
            let from = self.not_before.strftime("%F");
            return Some(format!("the signer's certificate is not valid before {from}"));
        }
        let until = self.not_after.strftime("%F");
        (now > self.not_after).then(|| format!("the signer's certificate expired on {until}"))
    }
}

fn uris(certificate: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(extension)) = certificate.subject_alternative_name() else { return Vec::new() };
    let names = extension.value.general_names.iter().filter_map(|name| match name {
        GeneralName::URI(uri) => Some((*uri).to_owned()),
        _ => None,
    });
    names.collect()
}

fn key_kind(certificate: &X509Certificate<'_>) -> Option<KeyKind> {
    let algorithm = &certificate.public_key().algorithm;
    if algorithm.algorithm.to_id_string() == RSA {
        return Some(KeyKind::Rsa);
    }
    match algorithm.parameters.as_ref()?.as_oid().ok()?.to_id_string().as_str() {
        P256 => Some(KeyKind::P256),
        P384 => Some(KeyKind::P384),
        _ => None,
    }
}

/// A signer's certificate is for no use that web certificates know; UDAP names none.
struct AnyUse;

impl ExtendedKeyUsageValidator for AnyUse {
    fn validate(&self, _: KeyPurposeIdIter<'_, '_>) -> Result<(), Error> {
        Ok(())
    }
}

/// Whether the chain ends in one of the anchors. The signer's own dates are judged apart from it.
pub(super) fn trusted(
    context: &Context<'_>,
    chain: &[CertificateDer<'static>],
    leaf: &Leaf,
    anchors: &[CertificateDer<'static>],
) -> Result<(), String> {
    if anchors.contains(&chain[0]) {
        return Ok(());
    }
    let roots: Vec<TrustAnchor<'_>> =
        anchors.iter().filter_map(|der| anchor_from_trusted_cert(der).ok()).collect();
    if roots.is_empty() {
        return Err("none of the trust anchors is the certificate of an authority".to_owned());
    }
    let as_of = context.now.max(leaf.not_before).min(leaf.not_after);
    let seconds = u64::try_from(as_of.as_second()).unwrap_or_default();
    let time = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
    let algorithms = context.trust.provider().signature_verification_algorithms.all;
    let signer = EndEntityCert::try_from(&chain[0])
        .map_err(|error| format!("the certificate of {} is not acceptable: {error}", leaf.subject))?;
    signer
        .verify_for_usage(algorithms, &roots, &chain[1..], time, AnyUse, None, None)
        .map(|_| ())
        .map_err(|error| explain(&error, chain, leaf))
}

fn explain(error: &Error, chain: &[CertificateDer<'static>], leaf: &Leaf) -> String {
    match error {
        Error::UnknownIssuer => {
            let last = chain.last().and_then(|der| parse_x509_certificate(der).ok());
            let issuer = last.map_or_else(String::new, |(_, last)| name(last.issuer()));
            format!(
                "the chain of {} does not end in a trust anchor: its last issuer is {issuer}, whose certificate \
                 is not among the anchors and not sent",
                leaf.subject
            )
        }
        Error::CertExpired { .. } => {
            format!("an authority's certificate in the chain of {} has expired", leaf.subject)
        }
        other => format!("the chain of {} is not acceptable: {other}", leaf.subject),
    }
}
