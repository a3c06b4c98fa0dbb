//! The sandbox's own authority and the two certificates that it serves.

use std::net::IpAddr;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose, SanType};
use time::{Duration, OffsetDateTime};

/// A chain in DER, leaf first, with its key.
pub(super) struct Identity {
    pub(super) chain: Vec<Vec<u8>>,
    pub(super) key: Vec<u8>,
}

/// What the HTTPS server chooses from.
pub(super) struct Certificates {
    authority: String,
    /// 90 days left.
    pub(super) sound: Identity,
    /// 20 days left: inside the margin of most conditions.
    pub(super) ageing: Identity,
    /// 4 days left.
    pub(super) expiring: Identity,
}

impl Certificates {
    pub(super) fn new(address: IpAddr) -> Result<Self, rcgen::Error> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, "Rung demonstration authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        valid_for(&mut params, 365);
        let certificate = params.self_signed(&key)?;
        let authority = certificate.pem();
        let der = certificate.der().to_vec();
        let issuer = Issuer::new(params, key);
        Ok(Self {
            authority,
            sound: identity(address, 90, &issuer, &der)?,
            ageing: identity(address, 20, &issuer, &der)?,
            expiring: identity(address, 4, &issuer, &der)?,
        })
    }

    pub(super) fn authority(&self) -> &str {
        &self.authority
    }
}

fn identity(
    address: IpAddr,
    days: i64,
    issuer: &Issuer<'_, KeyPair>,
    authority: &[u8],
) -> Result<Identity, rcgen::Error> {
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "Rung demonstration sandbox");
    params.subject_alt_names = vec![SanType::IpAddress(address)];
    valid_for(&mut params, days);
    let leaf = params.signed_by(&key, issuer)?;
    Ok(Identity { chain: vec![leaf.der().to_vec(), authority.to_vec()], key: key.serialize_der() })
}

/// From an hour ago, against clocks that disagree, until the given number of days and an hour from now.
fn valid_for(params: &mut CertificateParams, days: i64) {
    let now = OffsetDateTime::now_utc();
    params.not_before = now - Duration::hours(1);
    params.not_after = now + Duration::days(days) + Duration::hours(1);
}
