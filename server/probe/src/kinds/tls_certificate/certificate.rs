//! What one certificate says.

use jiff::Timestamp;
use rustls::pki_types::CertificateDer;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::parse_x509_certificate;
use x509_parser::public_key::PublicKey;
use x509_parser::x509::X509Name;

/// The sizes below which a key is weak (NIST SP 800-57 part 1, 112 bits of security).
const LEAST_RSA_BITS: i64 = 2048;
const LEAST_CURVE_BITS: i64 = 224;

const RSA: &str = "1.2.840.113549.1.1.1";
const CURVES: [(&str, i64); 3] = [("1.2.840.10045.3.1.7", 256), ("1.3.132.0.34", 384), ("1.3.132.0.35", 521)];
const ED25519: &str = "1.3.101.112";

/// Signatures with MD5 or SHA-1, by object identifier.
const WEAK_SIGNATURES: [(&str, &str); 5] = [
    ("1.2.840.113549.1.1.4", "MD5"),
    ("1.2.840.113549.1.1.5", "SHA-1"),
    ("1.2.840.10040.4.3", "SHA-1"),
    ("1.2.840.10045.4.1", "SHA-1"),
    ("1.3.14.3.2.29", "SHA-1"),
];

/// The facts of a server's own certificate.
#[derive(Debug)]
pub(super) struct Facts {
    pub(super) subject: String,
    pub(super) issuer: String,
    pub(super) names: Vec<String>,
    pub(super) not_before: Timestamp,
    pub(super) not_after: Timestamp,
    pub(super) key_bits: Option<i64>,
    /// What is too weak about its key or its signature, in sentences.
    pub(super) weaknesses: Vec<String>,
}

impl Facts {
    pub(super) fn read(der: &CertificateDer<'static>) -> Result<Self, String> {
        let (_, certificate) = parse_x509_certificate(der)
            .map_err(|error| format!("the certificate is not readable: {error}"))?;
        let time = |seconds: i64| {
            Timestamp::from_second(seconds).map_err(|_| "the certificate's dates are out of range".to_owned())
        };
        let validity = certificate.validity();
        let key_bits = key_bits(&certificate);
        Ok(Self {
            subject: name(certificate.subject()),
            issuer: name(certificate.issuer()),
            names: alternative_names(&certificate),
            not_before: time(validity.not_before.timestamp())?,
            not_after: time(validity.not_after.timestamp())?,
            weaknesses: weaknesses(&certificate, key_bits),
            key_bits,
        })
    }

    /// Whole days until it expires; negative once it has.
    pub(super) fn days_left(&self, now: Timestamp) -> i64 {
        (self.not_after.as_second() - now.as_second()).div_euclid(86_400)
    }
}

/// The common name, or the organization, or everything there is.
pub(in crate::kinds) fn name(name: &X509Name<'_>) -> String {
    let common = name.iter_common_name().next().and_then(|part| part.as_str().ok());
    let organization = || name.iter_organization().next().and_then(|part| part.as_str().ok());
    common.or_else(organization).map_or_else(|| name.to_string(), str::to_owned)
}

fn alternative_names(certificate: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(extension)) = certificate.subject_alternative_name() else { return Vec::new() };
    let names = extension.value.general_names.iter().filter_map(|name| match name {
        GeneralName::DNSName(dns) => Some((*dns).to_owned()),
        GeneralName::IPAddress([a, b, c, d]) => Some(std::net::Ipv4Addr::new(*a, *b, *c, *d).to_string()),
        GeneralName::IPAddress(bytes) => {
            <[u8; 16]>::try_from(*bytes).ok().map(|octets| std::net::Ipv6Addr::from(octets).to_string())
        }
        _ => None,
    });
    names.collect()
}

fn key_bits(certificate: &X509Certificate<'_>) -> Option<i64> {
    let key = certificate.public_key();
    let curve = key.algorithm.parameters.as_ref().and_then(|parameters| parameters.as_oid().ok());
    if let Some((_, bits)) =
        curve.and_then(|oid| CURVES.iter().find(|(known, _)| *known == oid.to_id_string()))
    {
        return Some(*bits);
    }
    if key.algorithm.algorithm.to_id_string() == ED25519 {
        return Some(256);
    }
    match key.parsed().ok()? {
        PublicKey::RSA(rsa) => i64::try_from(rsa.key_size()).ok(),
        PublicKey::EC(point) => i64::try_from(point.key_size()).ok(),
        _ => None,
    }
}

fn weaknesses(certificate: &X509Certificate<'_>, key_bits: Option<i64>) -> Vec<String> {
    let mut found = Vec::new();
    let rsa = certificate.public_key().algorithm.algorithm.to_id_string() == RSA;
    let (kind, least) = if rsa { ("RSA", LEAST_RSA_BITS) } else { ("elliptic-curve", LEAST_CURVE_BITS) };
    if let Some(bits) = key_bits
        && bits < least
    {
        found.push(format!("expected an {kind} key of at least {least} bits, got {bits}"));
    }
    let signature = certificate.signature_algorithm.algorithm.to_id_string();
    if let Some((_, hash)) = WEAK_SIGNATURES.iter().find(|(oid, _)| *oid == signature) {
        found.push(format!("expected a signature with SHA-256 or better, got {hash}"));
    }
    found
}
