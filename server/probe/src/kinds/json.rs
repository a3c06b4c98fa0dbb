//! A tolerant reader of JSON answers: what is missing is empty, what is unknown is passed over, never an error.

use domain::check::{Message, Severity};
use http::StatusCode;
use serde_json::Value;

use crate::failure::{Failure, Layer};
use crate::http::{Answer, Get};
use crate::prober::Context;
use crate::report::Report;

/// Whether an answer of 401 or 403 says something about the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// The document is public: a refusal is a failure.
    Public,
    /// The document may be protected: a refusal only says that the check's token is missing or wrong.
    MayNeedToken,
}

/// Fetches a JSON document, observing `http_status` and `latency_ms` on the way.
pub(crate) async fn fetch(
    context: &Context<'_>,
    report: &mut Report,
    url: &url::Url,
    accept: &'static str,
    access: Access,
) -> Result<(Answer, Value), Failure> {
    let bearer = context.parameters.text("bearer_token");
    let answer = context.http.get(&Get { url, accept, bearer, deadline: context.deadline }).await?;
    report.observe("http_status", i64::from(answer.status.as_u16()));
    report.observe_millis("latency_ms", answer.latency);
    if answer.url != *url {
        report.note(format!("{url} redirects to {}", answer.url));
    }
    if access == Access::MayNeedToken
        && matches!(answer.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)
    {
        let advice =
            if bearer.is_some() { "the bearer token is not accepted" } else { "it asks for a bearer token" };
        let text = format!("expected 200 from {}, got {}: {advice}", answer.url, answer.status.as_u16());
        return Err(Failure::inconclusive(Layer::Http, text));
    }
    if answer.status != StatusCode::OK {
        let text = format!("expected 200 from {}, got {}", answer.url, status_text(answer.status));
        return Err(Failure::answered(Layer::Http, text));
    }
    let document = read(&answer, report)?;
    Ok((answer, document))
}

pub(crate) fn status_text(status: StatusCode) -> String {
    match status.canonical_reason() {
        Some(reason) => format!("{} ({reason})", status.as_u16()),
        None => status.as_u16().to_string(),
    }
}

/// Reads a body as JSON, with or without a byte order mark.
pub(crate) fn read(answer: &Answer, report: &mut Report) -> Result<Value, Failure> {
    let (body, marked) = match answer.body.strip_prefix(b"\xEF\xBB\xBF") {
        Some(rest) => (rest, true),
        None => (&answer.body[..], false),
    };
    if marked {
        report
            .note("the answer begins with a byte order mark, which JSON does not allow; it was passed over");
    }
    let declared = answer.media_type();
    let is_json = declared.as_deref().is_some_and(|kind| kind.contains("json"));
    match serde_json::from_slice(body) {
        Ok(document) => {
            if !is_json {
                let seen = declared.as_deref().unwrap_or("none");
                let text = format!("expected a JSON content type, got {seen}; the body is JSON all the same");
                report.say(Message::new(Severity::Warning, text).at(Layer::ContentType.as_str()));
            }
            Ok(document)
        }
        Err(_) if body.is_empty() => {
            Err(Failure::answered(Layer::Parse, "the answer is empty; expected JSON"))
        }
        Err(_) if !is_json && declared.is_some() => {
            let seen = declared.unwrap_or_default();
            let text = format!("expected JSON, got {seen}; the body begins with {}", beginning(body));
            Err(Failure::answered(Layer::ContentType, text))
        }
        Err(error) => {
            let text = format!(
                "the answer is not readable as JSON ({error}, {} bytes in all); it begins with {}",
                body.len(),
                beginning(body)
            );
            Err(Failure::answered(Layer::Parse, text))
        }
    }
}

/// The first characters of something unexpected, printable.
pub(crate) fn beginning(bytes: &[u8]) -> String {
    let text: String = String::from_utf8_lossy(&bytes[..bytes.len().min(160)]).chars().take(40).collect();
    let more = if bytes.len() > text.len() { "…" } else { "" };
    format!("{text:?}{more}")
}

/// The items of an array; a lone object counts as one, anything else as none.
pub(crate) fn items<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    match &value[name] {
        Value::Array(items) => items,
        lone @ Value::Object(_) => std::slice::from_ref(lone),
        _ => &[],
    }
}

/// The strings of an array; a lone string counts as one.
pub(crate) fn strings(value: &Value, name: &str) -> Vec<String> {
    match &value[name] {
        Value::Array(items) => items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect(),
        Value::String(lone) => vec![lone.clone()],
        _ => Vec::new(),
    }
}

pub(crate) fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value[name].as_str().map(str::trim).filter(|text| !text.is_empty())
}

/// What kind of JSON value was found where an object was wanted.
pub(crate) fn shape(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
