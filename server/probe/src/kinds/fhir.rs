//! What the kinds that speak FHIR as a registered client share: addresses below the base, reading of answers.

use http::StatusCode;
use serde_json::Value;
use url::Url;

use super::json;
use super::required;
use crate::failure::{Failure, Layer};
use crate::http::Answer;
use crate::prober::Context;
use crate::report::Report;
use crate::said::short_line;

/// The media types by which FHIR servers know JSON.
pub(crate) const ACCEPT: &str = "application/fhir+json, application/json;q=0.9";
pub(crate) const CONTENT: &str = "application/fhir+json";

/// An address for a relative reference or query below the base address; it may not lead elsewhere.
pub(crate) fn below(context: &Context<'_>, relative: &str) -> Result<Url, Failure> {
    let base = required(context, "base_url")?.trim_end_matches('/');
    let url = context.connector.guard().vet_url(&format!("{base}/{}", relative.trim_start_matches('/')))?;
    let root = context.connector.guard().vet_url(&format!("{base}/"))?;
    if url.origin() == root.origin() && url.path().starts_with(root.path()) {
        return Ok(url);
    }
    Err(Failure::inconclusive(Layer::Guard, format!("\"{relative}\" leads out of the base address")))
}

/// A value for a place in a path or query.
pub(crate) fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    let mut out = String::new();
    for byte in text.trim().bytes() {
        if plain(byte) {
            out.push(char::from(byte));
        } else {
            out.extend(['%', hex(byte >> 4), hex(byte & 15)]);
        }
    }
    out
}

fn hex(digit: u8) -> char {
    char::from_digit(u32::from(digit), 16).expect("half a byte").to_ascii_uppercase()
}

/// Whether the server does not let the client at something, rather than failing.
pub(crate) fn is_refusal(status: StatusCode) -> bool {
    matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)
}

/// Reads the resource of a successful answer. Anything else is a failure with what the server says about it.
pub(crate) fn resource(answer: &Answer, report: &mut Report) -> Result<Value, Failure> {
    if !answer.status.is_success() {
        let text = format!("expected 200 from {}, got {}", place(&answer.url), status_and_reason(answer));
        return Err(Failure::answered(Layer::Http, text));
    }
    let document = json::read(answer, report)?;
    if json::text(&document, "resourceType").is_none() {
        let seen = if document.is_object() { "no resourceType" } else { json::shape(&document) };
        let text = format!("expected a FHIR resource from {}, got {seen}", place(&answer.url));
        return Err(Failure::answered(Layer::Parse, text));
    }
    Ok(document)
}

/// A status and, where the body is an `OperationOutcome`, what it says.
pub(crate) fn status_and_reason(answer: &Answer) -> String {
    let status = json::status_text(answer.status);
    match serde_json::from_slice(&answer.body).ok().as_ref().and_then(outcome_text) {
        Some(reason) => format!("{status}: {reason}"),
        None => status,
    }
}

/// The first words of an `OperationOutcome`.
pub(crate) fn outcome_text(document: &Value) -> Option<String> {
    if json::text(document, "resourceType") != Some("OperationOutcome") {
        return None;
    }
    let issues = json::items(document, "issue");
    let said = issues.iter().find_map(|issue| {
        json::text(issue, "diagnostics")
            .or_else(|| json::text(&issue["details"], "text"))
            .or_else(|| json::text(issue, "code"))
    })?;
    Some(short_line(said))
}

/// An address without its query, which may name a patient.
pub(crate) fn place(url: &Url) -> &str {
    &url[..url::Position::AfterPath]
}
