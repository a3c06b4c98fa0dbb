//! `udap.metadata`: the signed metadata of a server that takes part in a UDAP trust community.
//!
//! `GET [base]/.well-known/udap` (UDAP Security for Scalable Registration, "Discovery"). The signature must hold under
//! the certificate that the token carries, the certificate must be the server's own, and its chain should end in one
//! of the trust anchors given. Revocation lists are not fetched.

mod chain;
mod claims;
mod token;

use domain::check::{Message, Outcome, Parameters, Reach, Severity};
use rustls::pki_types::CertificateDer;
use serde_json::Value;

use super::json::{self, Access};
use super::{below_base, required};
use crate::failure::{Failure, Layer};
use crate::given::Unusable;
use crate::prober::Context;
use crate::report::Report;
use crate::tls;
use token::Token;

pub(crate) const CODE: &str = "udap.metadata";

const DISCOVERY: &str = "https://hl7.org/fhir/us/udap-security/discovery.html";
/// Below so many days the certificate's end is a warning.
const WARN_BELOW_DAYS: i64 = 16;

pub(crate) async fn run(context: &Context<'_>) -> Outcome {
    let read =
        (|| Ok::<_, Failure>((below_base(context, "/.well-known/udap")?, anchors(context.parameters)?)))();
    let (url, anchors) = match read {
        Ok(read) => read,
        Err(failure) => return Report::new("GET [base]/.well-known/udap").stop(&failure),
    };
    let mut report = Report::new(format!("GET {url}"));
    let document = match json::fetch(context, &mut report, &url, "application/json", Access::Public).await {
        Ok((_, document)) => document,
        Err(failure) => {
            if failure.reach == Reach::Answered {
                report.observe("signed_metadata_valid", false);
                report.observe("has_registration_endpoint", false);
            }
            return report.stop(&failure);
        }
    };
    if !document.is_object() {
        report.observe("signed_metadata_valid", false);
        report.observe("has_registration_endpoint", false);
        let text = format!("expected a JSON object, got {}", json::shape(&document));
        report.fail(Message::new(Severity::Error, text).at(Layer::Parse.as_str()));
        return report.close();
    }
    judge_members(&mut report, &document);
    let signed = match json::text(&document, "signed_metadata") {
        Some(text) => Token::read(text),
        None => Err("expected signed_metadata as a JSON Web Token; it is missing".to_owned()),
    };
    match signed {
        Ok(token) => judge_signed(context, &mut report, &document, &token, &anchors),
        Err(problem) => {
            report.observe("signed_metadata_valid", false);
            report.observe("has_registration_endpoint", claims::endpoint(&document, "registration_endpoint"));
            report.fail(requirement(Message::new(Severity::Error, problem).at("signed_metadata")));
        }
    }
    report.close()
}

fn requirement(message: Message) -> Message {
    message.requirement("UDAP Security discovery", DISCOVERY)
}

/// The certificates of the trust community; each line of a PEM may have become an item of the list.
fn anchors(parameters: &Parameters) -> Result<Vec<CertificateDer<'static>>, Unusable> {
    const NAME: &str = "trust_anchors";
    tls::read_anchors(NAME, &parameters.list(NAME).join("\n"))
}

/// What of the parameters no run could read.
pub(super) fn unusable(parameters: &Parameters) -> Option<Unusable> {
    anchors(parameters).err()
}

/// What the document must hold beside its signature; a lack is reported and judged by the bindings.
fn judge_members(report: &mut Report, document: &Value) {
    let mut remark = |at: &str, text: String| {
        report.say(requirement(Message::new(Severity::Warning, text).at(at)));
    };
    if !json::strings(document, "udap_versions_supported").iter().any(|version| version == "1") {
        remark("udap_versions_supported", "expected \"1\" in udap_versions_supported".to_owned());
    }
    let profiles = json::strings(document, "udap_profiles_supported");
    for wanted in ["udap_dcr", "udap_authn"] {
        if !profiles.iter().any(|profile| profile == wanted) {
            let seen = if profiles.is_empty() { "nothing".to_owned() } else { profiles.join(", ") };
            remark(
                "udap_profiles_supported",
                format!("expected {wanted} in udap_profiles_supported, got {seen}"),
            );
        }
    }
    for name in ["token_endpoint", "registration_endpoint"] {
        if !claims::endpoint(document, name) {
            remark(name, format!("expected {name} as an absolute address; got {}", document[name]));
        }
    }
}

fn judge_signed(
    context: &Context<'_>,
    report: &mut Report,
    document: &Value,
    token: &Token,
    anchors: &[CertificateDer<'static>],
) {
    let base = required(context, "base_url").unwrap_or_default();
    let leaf = chain::Leaf::read(&token.chain[0]);
    let mut problems = Vec::new();
    match &leaf {
        Ok(leaf) => {
            problems.extend(token.verify(leaf).err().map(|problem| ("signature", problem)));
            problems.extend(leaf.out_of_date(context.now).map(|problem| ("x5c[0]", problem)));
            problems.extend(claims::judge(&token.claims, document, base, &leaf.uris, context.now));
        }
        Err(problem) => problems.push(("x5c[0]", problem.clone())),
    }
    let valid = problems.is_empty();
    report.observe("signed_metadata_valid", valid);
    for (at, problem) in problems {
        let at = format!("signed_metadata.{at}");
        report.fail(requirement(Message::new(Severity::Error, problem).at(at)));
    }
    // What is signed outweighs what is not.
    let registration = claims::endpoint(&token.claims, "registration_endpoint")
        || (!valid && claims::endpoint(document, "registration_endpoint"));
    report.observe("has_registration_endpoint", registration);
    let Ok(leaf) = leaf else {
        report.observe("chain_trusted", false);
        return;
    };
    report.note(format!("signed with {} by {}", token.algorithm, leaf.subject));
    let days = leaf.days_left(context.now);
    report.observe("days_to_expiry", days);
    if (0..WARN_BELOW_DAYS).contains(&days) {
        let text = format!(
            "expected at least {WARN_BELOW_DAYS} days until the signing certificate expires, got {days}"
        );
        report.warn(Message::new(Severity::Warning, text).at("signed_metadata.x5c[0]"));
    }
    let trusted = chain::trusted(context, &token.chain, &leaf, anchors);
    report.observe("chain_trusted", trusted.is_ok());
    if let Err(problem) = trusted {
        report.warn(Message::new(Severity::Warning, problem).at("signed_metadata.x5c"));
    }
}
