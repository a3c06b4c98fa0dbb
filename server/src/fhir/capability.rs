//! What this server can do (<https://hl7.org/fhir/R4/capabilitystatement.html>).

use serde_json::{Value, json};

/// Since when the server can do what the statement says.
const DATE: &str = "2026-11-20";

pub(super) fn statement() -> Value {
    let readable = |kind: &str, documentation: &str| {
        json!({
            "type": kind,
            "documentation": documentation,
            "interaction": [{ "code": "read" }],
            "versioning": "no-version",
        })
    };
    json!({
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": DATE,
        "kind": "instance",
        "software": { "name": "Rung", "version": env!("CARGO_PKG_VERSION") },
        "implementation": { "description": "Assessment frameworks and answers to them" },
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json"],
        "rest": [{
            "mode": "server",
            "security": {
                "description": "Frameworks are public. Answers take `Authorization: Bearer TOKEN`; a token is made in the settings.",
            },
            "resource": [
                readable("Questionnaire", "A framework. The id is its code, a hyphen and its version: B7-1.0.0."),
                readable(
                    "QuestionnaireResponse",
                    "The answers of an assessment: the organization's own, and the official ones once it is final. The id is the assessment's.",
                ),
            ],
        }],
    })
}
