//! Judges a chain: does it lead to an authority, is it complete, is it in order.

use domain::check::{Message, Severity};
use rustls::client::verify_server_cert_signed_by_trust_anchor;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, Error};
use x509_parser::certificate::X509Certificate;
use x509_parser::parse_x509_certificate;

use super::certificate::{Facts, name};
use crate::prober::Context;
use crate::tls::certificate_problem;
use crate::tls::recorder::Shown;

/// How a chain came out.
pub(super) struct Verdict {
    /// Why it is not valid.
    pub(super) problem: Option<String>,
    /// What is odd about a valid one.
    pub(super) remarks: Vec<Message>,
}

/// Judges the chain apart from the leaf's own dates and names, which are judged for themselves: where the leaf has
/// expired, the chain is judged as of its last day.
pub(super) fn judge(
    context: &Context<'_>,
    shown: &Shown,
    facts: &Facts,
    private_ca: &[CertificateDer<'static>],
) -> Verdict {
    if let Some(problem) = &shown.signature_problem {
        let text = format!("the server does not prove that it holds the certificate's key: {problem}");
        return Verdict { problem: Some(text), remarks: Vec::new() };
    }
    let problem = if private_ca.contains(&shown.chain[0]) {
        None
    } else {
        verify(context, shown, facts, private_ca).err().map(|error| explain(&error, shown, facts))
    };
    let remarks =
        if problem.is_none() { out_of_order(&shown.chain).into_iter().collect() } else { Vec::new() };
    Verdict { problem, remarks }
}

fn verify(
    context: &Context<'_>,
    shown: &Shown,
    facts: &Facts,
    private_ca: &[CertificateDer<'static>],
) -> Result<(), Error> {
    let mut roots = context.trust.roots().clone();
    roots.add_parsable_certificates(private_ca.iter().cloned());
    let leaf = ParsedCertificate::try_from(&shown.chain[0])?;
    let as_of = context.now.max(facts.not_before).min(facts.not_after);
    let seconds = u64::try_from(as_of.as_second()).unwrap_or_default();
    let time = UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds));
    let algorithms = context.trust.provider().signature_verification_algorithms.all;
    verify_server_cert_signed_by_trust_anchor(&leaf, &roots, &shown.chain[1..], time, algorithms)
}

fn explain(error: &Error, shown: &Shown, facts: &Facts) -> String {
    match error {
        Error::InvalidCertificate(CertificateError::UnknownIssuer) => broken_link(&shown.chain),
        Error::InvalidCertificate(CertificateError::Expired | CertificateError::ExpiredContext { .. }) => {
            format!("an authority's certificate in the chain of {} has expired", facts.subject)
        }
        Error::InvalidCertificate(CertificateError::Other(_)) if self_signed(&shown.chain[0]) => {
            broken_link(&shown.chain)
        }
        Error::InvalidCertificate(problem) => certificate_problem(&facts.subject, problem),
        other => format!("the chain of {} is not acceptable: {other}", facts.subject),
    }
}

fn parsed<'a>(chain: &'a [CertificateDer<'static>]) -> Vec<X509Certificate<'a>> {
    chain
        .iter()
        .filter_map(|der| parse_x509_certificate(der).ok())
        .map(|(_, certificate)| certificate)
        .collect()
}

fn self_signed(der: &CertificateDer<'static>) -> bool {
    parse_x509_certificate(der).is_ok_and(|(_, certificate)| certificate.subject() == certificate.issuer())
}

/// Follows the chain from the leaf to where it ends without reaching an authority.
fn broken_link(chain: &[CertificateDer<'static>]) -> String {
    let certificates = parsed(chain);
    let mut current = &certificates[0];
    for step in 0..certificates.len() {
        if current.subject() == current.issuer() {
            let who = name(current.subject());
            return if step == 0 {
                format!("the certificate of {who} is self-signed: no authority vouches for it")
            } else {
                format!(
                    "the chain ends in {who}, which is not a trusted authority; \
                     enter its certificate as private_ca if you trust it"
                )
            };
        }
        match certificates.iter().find(|next| next.subject() == current.issuer()) {
            Some(next) => current = next,
            None => break,
        }
    }
    format!(
        "the chain is incomplete: the server does not send the certificate of {}, which issued the one of {} and is \
         not a trusted authority itself",
        name(current.issuer()),
        name(current.subject())
    )
}

/// TLS 1.2 wants each certificate to be followed by its issuer's (RFC 5246, section 7.4.2).
fn out_of_order(chain: &[CertificateDer<'static>]) -> Option<Message> {
    let certificates = parsed(chain);
    let (before, after) = certificates
        .windows(2)
        .map(|pair| (&pair[0], &pair[1]))
        .find(|(before, after)| before.issuer() != after.subject())?;
    let text = format!(
        "the certificates are not sent in order: after {} comes {}, expected {}; older clients refuse such a chain",
        name(before.subject()),
        name(after.subject()),
        name(before.issuer())
    );
    let message = Message::new(Severity::Warning, text).at("chain");
    Some(message.requirement("RFC 5246 7.4.2", "https://www.rfc-editor.org/rfc/rfc5246#section-7.4.2"))
}
