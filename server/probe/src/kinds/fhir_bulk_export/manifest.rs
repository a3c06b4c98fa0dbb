//! The manifest of a complete export (FHIR Bulk Data Access, "Response - Complete Status").

use domain::check::{Message, Severity};
use jiff::Timestamp;
use serde_json::Value;

use super::requirement;
use crate::failure::{Failure, Layer};
use crate::http::Answer;
use crate::kinds::json;
use crate::report::Report;

/// What an export brought.
pub(super) struct Manifest {
    pub(super) output: Vec<File>,
    /// Files of errors.
    pub(super) errors: usize,
    pub(super) requires_token: bool,
}

/// One file of one type of resource.
pub(super) struct File {
    pub(super) kind: String,
    pub(super) url: Option<String>,
    /// Resources in it, where the server says so.
    pub(super) count: Option<i64>,
}

impl Manifest {
    /// Reads a manifest; what is missing is reported.
    pub(super) fn read(answer: &Answer, report: &mut Report) -> Result<Self, Failure> {
        let document = json::read(answer, report).map_err(|failure| failure.context("manifest"))?;
        if !document.is_object() {
            let text = format!("manifest: expected a JSON object, got {}", json::shape(&document));
            return Err(Failure::answered(Layer::Parse, text));
        }
        for (name, problem) in lacks(&document) {
            report.say(requirement(Message::new(Severity::Warning, problem).at(name)));
        }
        let output = json::items(&document, "output").iter().map(|file| File {
            kind: json::text(file, "type").unwrap_or_default().to_owned(),
            url: json::text(file, "url").map(str::to_owned),
            count: file["count"].as_i64(),
        });
        Ok(Self {
            output: output.collect(),
            errors: json::items(&document, "error").len(),
            // Whoever does not say is taken to ask for it: a token too many is not sent elsewhere.
            requires_token: document["requiresAccessToken"].as_bool().unwrap_or(true),
        })
    }
}

/// The members that a manifest must have and this one lacks.
fn lacks(document: &Value) -> Vec<(&'static str, String)> {
    let mut lacks = Vec::new();
    let mut lack = |name: &'static str, wanted: &str| {
        let seen = if document[name].is_null() { "none" } else { json::shape(&document[name]) };
        lacks.push((name, format!("manifest: expected {name} as {wanted}, got {seen}")));
    };
    if json::text(document, "transactionTime").is_none_or(|text| text.parse::<Timestamp>().is_err()) {
        lack("transactionTime", "an instant");
    }
    if json::text(document, "request").is_none() {
        lack("request", "an address");
    }
    if !document["requiresAccessToken"].is_boolean() {
        lack("requiresAccessToken", "a truth value");
    }
    for name in ["output", "error"] {
        if !document[name].is_array() {
            lack(name, "an array");
        }
    }
    lacks
}
