//! `tls.certificate`: the protocol, the chain, the names and the dates of a TLS server.
//!
//! The handshake is made without trusting anybody; then every fact is judged for itself, so that an expired
//! certificate still shows whether its chain is complete. A server that stops at TLS 1.1 is recognized by a second
//! greeting, and shows as such.

mod certificate;
mod chain;
pub(crate) mod starttls;

use std::sync::Arc;

use domain::check::{Message, Outcome, Parameters, Reach, Severity};
use rust_decimal::Decimal;
use rustls::ProtocolVersion;
use rustls::client::verify_server_name;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::server::ParsedCertificate;
use url::Host;

use super::required;
use crate::connector::Connected;
use crate::failure::{Failure, Layer};
use crate::given::{self, Unusable};
use crate::guard::Guard;
use crate::prober::Context;
use crate::report::Report;
use crate::tls::recorder::{Recorder, Shown};
use crate::tls::{self, HandshakeFailure, legacy};
use certificate::Facts;
pub(super) use certificate::name;
use starttls::Starttls;

pub(crate) const CODE: &str = "tls.certificate";

const DEFAULT_PORT: u16 = 443;

/// Fewer days left than this fail, and fewer than that warn, by the kind's prose.
const FAIL_BELOW_DAYS: i64 = 14;
const WARN_BELOW_DAYS: i64 = 30;

/// What is checked, read from the parameters.
struct Target {
    host: Host,
    port: u16,
    name: ServerName<'static>,
    starttls: Starttls,
    private_ca: Vec<CertificateDer<'static>>,
}

pub(crate) async fn run(context: &Context<'_>) -> Outcome {
    let target = match Target::read(context) {
        Ok(target) => target,
        Err(failure) => return Report::new("TLS handshake").stop(&failure),
    };
    let mut report = Report::new(target.describe());
    let (shown, negotiated) = match shake_hands(context, &target).await {
        Ok(shaken) => shaken,
        Err(Refusal { failure, version }) => {
            if failure.reach != Reach::Inconclusive {
                report.observe("handshake_ok", false);
            }
            if let Some(version) = version.and_then(version_number) {
                report.observe("tls_version", version);
            }
            return report.stop(&failure);
        }
    };
    report.observe("handshake_ok", true);
    if let Some(version) = version_number(negotiated.version) {
        report.observe("tls_version", version);
    }
    report.note(format!("{} with {}", version_words(negotiated.version), negotiated.cipher));
    judge(context, &target, &shown, &mut report);
    report.close()
}

impl Target {
    fn read(context: &Context<'_>) -> Result<Self, Failure> {
        let host = Guard::read_host(required(context, "host")?)?;
        let named = match context.parameters.text("server_name") {
            Some(name) => Guard::read_host(name)?,
            None => host.clone(),
        };
        let port = port(context, DEFAULT_PORT)?;
        let starttls = Starttls::read(context.parameters.text("starttls").unwrap_or_default())?;
        let private_ca = private_ca(context.parameters)?;
        Ok(Self { name: tls::server_name(&named)?, host, port, starttls, private_ca })
    }

    fn describe(&self) -> String {
        let name = self.name.to_str();
        format!("TLS handshake with {}:{} as {name}{}", self.host, self.port, self.starttls.describe())
    }
}

/// The anchors that are trusted beside the others.
pub(super) fn private_ca(parameters: &Parameters) -> Result<Vec<CertificateDer<'static>>, Unusable> {
    const NAME: &str = "private_ca";
    given::text(parameters, NAME).map_or(Ok(Vec::new()), |pem| tls::read_anchors(NAME, pem))
}

/// What of the parameters no run could read.
pub(super) fn unusable(parameters: &Parameters) -> Option<Unusable> {
    private_ca(parameters).err()
}

/// The port parameter as a TCP port.
pub(super) fn port(context: &Context<'_>, default: u16) -> Result<u16, Failure> {
    let Some(given) = context.parameters.integer("port") else { return Ok(default) };
    u16::try_from(given).ok().filter(|port| *port > 0).ok_or_else(|| {
        Failure::inconclusive(Layer::Guard, format!("port {given} is not a TCP port: use 1 to 65535"))
    })
}

/// What was agreed upon.
struct Negotiated {
    version: ProtocolVersion,
    cipher: String,
}

/// Why there was no handshake, and the version the server would have spoken.
struct Refusal {
    failure: Failure,
    version: Option<ProtocolVersion>,
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self { failure, version: None }
    }
}

async fn shake_hands(context: &Context<'_>, target: &Target) -> Result<(Shown, Negotiated), Refusal> {
    let connected = connect(context, target).await?;
    let recorder = Recorder::new(context.trust.provider().clone());
    let config = context.trust.untrusting(Arc::clone(&recorder) as _);
    let stream = match tls::handshake(connected, &config, &target.name, context.deadline).await {
        Ok(stream) => stream,
        Err(failure) => return Err(look_for_legacy(context, target, failure).await),
    };
    let session = stream.get_ref().1;
    let version = session.protocol_version().unwrap_or(ProtocolVersion::Unknown(0));
    let cipher = session
        .negotiated_cipher_suite()
        .map_or_else(|| "no cipher".to_owned(), |suite| format!("{:?}", suite.suite()));
    Ok((recorder.shown(), Negotiated { version, cipher }))
}

async fn connect(context: &Context<'_>, target: &Target) -> Result<Connected, Failure> {
    let mut connected = context.connector.open(&target.host, target.port, context.deadline).await?;
    match context.deadline.bound(target.starttls.ask(&mut connected)).await {
        Ok(asked) => asked?,
        Err(time) => {
            let text = format!("{} did not answer STARTTLS within {time}", connected.peer);
            return Err(Failure::no_answer(Layer::Tls, text));
        }
    }
    Ok(connected)
}

/// Greets once more, offering TLS 1.1 at most, where the first refusal leaves room for that.
async fn look_for_legacy(context: &Context<'_>, target: &Target, refusal: HandshakeFailure) -> Refusal {
    let could_be_old = !matches!(refusal.tls, Some(rustls::Error::InvalidCertificate(_)));
    let mut found = None;
    if could_be_old && let Ok(connected) = connect(context, target).await {
        let random = [*uuid::Uuid::new_v4().as_bytes(), *uuid::Uuid::new_v4().as_bytes()].concat();
        let random = random.try_into().expect("two UUIDs are 32 bytes");
        found = legacy::version(connected, &target.name, random, context.deadline).await;
    }
    match found {
        Some(version) => {
            let text = format!(
                "{}:{} speaks only {}; TLS 1.2 or later is expected",
                target.host,
                target.port,
                version_words(version)
            );
            Refusal { failure: Failure::no_answer(Layer::Tls, text), version: found }
        }
        None => Failure::from(refusal).into(),
    }
}

fn judge(context: &Context<'_>, target: &Target, shown: &Shown, report: &mut Report) {
    let facts =
        shown.chain.first().ok_or_else(|| "the server sent no certificate".to_owned()).and_then(Facts::read);
    let facts = match facts {
        Ok(facts) => facts,
        Err(problem) => {
            report.observe("chain_valid", false);
            report.observe("host_matches", false);
            report.fail(Message::new(Severity::Error, problem).at("certificate"));
            return;
        }
    };
    report.observe("issuer", facts.issuer.clone());
    if let Some(bits) = facts.key_bits {
        report.observe("key_bits", bits);
    }
    let verdict = chain::judge(context, shown, &facts, &target.private_ca);
    // Of one that is not valid yet the other observations say nothing bad, and nobody trusts it until then.
    let begun = context.now >= facts.not_before;
    report.observe("chain_valid", begun && verdict.problem.is_none());
    if let Some(problem) = verdict.problem {
        report.fail(Message::new(Severity::Error, problem).at(facts.subject.clone()));
    }
    for remark in verdict.remarks {
        report.say(remark);
    }
    judge_name(target, shown, &facts, report);
    judge_dates(context, &facts, report);
    for weakness in &facts.weaknesses {
        report.fail(Message::new(Severity::Error, weakness.clone()).at(facts.subject.clone()));
    }
}

fn judge_name(target: &Target, shown: &Shown, facts: &Facts, report: &mut Report) {
    let matches = ParsedCertificate::try_from(&shown.chain[0])
        .and_then(|certificate| verify_server_name(&certificate, &target.name))
        .is_ok();
    report.observe("host_matches", matches);
    if !matches {
        let names = if facts.names.is_empty() { "no name at all".to_owned() } else { facts.names.join(", ") };
        let text = format!("expected a certificate for {}, got one for {names}", target.name.to_str());
        report.fail(Message::new(Severity::Error, text).at("subjectAltName"));
    }
}

fn judge_dates(context: &Context<'_>, facts: &Facts, report: &mut Report) {
    let days = facts.days_left(context.now);
    report.observe("days_to_expiry", days);
    // Days are whole, so no day of the calendar follows from them: the instant itself says which it is.
    report.observe("expires_at", facts.not_after.to_string());
    let until = facts.not_after.strftime("%-d %b %Y, %R UTC");
    if context.now < facts.not_before {
        let text =
            format!("the certificate is not valid before {}", facts.not_before.strftime("%-d %b %Y, %R UTC"));
        report.fail(Message::new(Severity::Error, text).at("notBefore"));
    }
    let expected = format!("expected at least {WARN_BELOW_DAYS} days until the certificate expires");
    if days < 0 {
        let ago = match (context.now.as_second() - facts.not_after.as_second()) / 86_400 {
            0 => String::new(),
            1 => ", 1 day ago".to_owned(),
            days => format!(", {days} days ago"),
        };
        let text = format!("the certificate expired on {until}{ago}");
        report.fail(Message::new(Severity::Error, text).at("notAfter"));
    } else if days < FAIL_BELOW_DAYS {
        let text = format!("{expected}, got {days} (it expires on {until})");
        report.fail(Message::new(Severity::Error, text).at("notAfter"));
    } else if days < WARN_BELOW_DAYS {
        let text = format!("{expected}, got {days} (it expires on {until})");
        report.warn(Message::new(Severity::Warning, text).at("notAfter"));
    }
}

fn version_words(version: ProtocolVersion) -> String {
    tls::version_text(version).map_or_else(|| format!("{version:?}"), |text| format!("TLS {text}"))
}

fn version_number(version: ProtocolVersion) -> Option<Decimal> {
    tls::version_text(version).map(|text| text.parse().expect("a version is a decimal number"))
}
