//! What the sandbox's HTTPS server answers: FHIR R4 metadata, a SMART configuration, CDS Hooks and a page.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::Switches;

pub(super) fn router(switches: Arc<Switches>) -> Router {
    Router::new()
        .route("/fhir/metadata", get(metadata))
        .route("/fhir/.well-known/smart-configuration", get(smart_configuration))
        .route("/cds-services", get(hooks))
        .route("/developers", get(page))
        .with_state(switches)
}

fn is_broken(switch: &AtomicBool) -> bool {
    switch.load(Ordering::Relaxed)
}

fn unavailable() -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, "The sandbox was broken on purpose.").into_response()
}

async fn metadata(State(switches): State<Arc<Switches>>) -> Response {
    if is_broken(&switches.fhir) {
        return unavailable();
    }
    ([(header::CONTENT_TYPE, "application/fhir+json; charset=utf-8")], capability().to_string())
        .into_response()
}

/// <https://hl7.org/fhir/R4/capabilitystatement.html>
fn capability() -> Value {
    let resource = |kind: &str, interactions: &[&str], profile: &str| {
        json!({
            "type": kind,
            "supportedProfile":
                [format!("http://hl7.org/fhir/us/core/StructureDefinition/us-core-{profile}|6.1.0")],
            "interaction": interactions.iter().map(|code| json!({ "code": code })).collect::<Vec<_>>(),
            "searchParam": [{ "name": "_id", "type": "token" }, { "name": "patient", "type": "reference" }],
        })
    };
    let read = ["read", "search-type"];
    json!({
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": "2026-11-01",
        "kind": "instance",
        "software": { "name": "Rung demonstration sandbox" },
        "implementation": { "description": "Demonstration data only; no patient is behind it." },
        "fhirVersion": "4.0.1",
        "format": ["json"],
        "instantiates": ["http://hl7.org/fhir/us/core/CapabilityStatement/us-core-server|6.1.0"],
        "implementationGuide": ["http://hl7.org/fhir/us/core/ImplementationGuide/hl7.fhir.us.core|6.1.0"],
        "rest": [{
            "mode": "server",
            "security": { "service": [{ "coding": [{
                "system": "http://terminology.hl7.org/CodeSystem/restful-security-service",
                "code": "SMART-on-FHIR",
            }] }] },
            "resource": [
                resource("Patient", &read, "patient"),
                resource("Observation", &read, "observation-lab"),
                resource("Condition", &read, "condition-problems-health-concerns"),
                resource("DocumentReference", &["read", "search-type", "create"], "documentreference"),
                resource("CarePlan", &read, "careplan"),
                resource("CareTeam", &read, "careteam"),
                resource("QuestionnaireResponse", &["read", "search-type", "create"], "questionnaireresponse"),
            ],
            "operation": [{
                "name": "export",
                "definition": "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/group-export",
            }],
        }],
    })
}

/// SMART App Launch 2.2, section "Conformance".
async fn smart_configuration(State(switches): State<Arc<Switches>>) -> Response {
    if is_broken(&switches.fhir) {
        return unavailable();
    }
    Json(json!({
        "issuer": "https://sandbox.example/fhir",
        "jwks_uri": "https://sandbox.example/fhir/jwks",
        "authorization_endpoint": "https://sandbox.example/authorize",
        "token_endpoint": "https://sandbox.example/token",
        "registration_endpoint": "https://sandbox.example/register",
        "grant_types_supported": ["authorization_code", "client_credentials"],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["RS384", "ES384"],
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": ["openid", "fhirUser", "launch/patient", "patient/*.rs", "offline_access"],
        "response_types_supported": ["code"],
        "capabilities": [
            "launch-standalone", "launch-ehr", "client-public", "client-confidential-asymmetric",
            "context-standalone-patient", "context-ehr-patient", "permission-patient", "permission-user",
            "permission-offline", "permission-v2", "sso-openid-connect",
        ],
    }))
    .into_response()
}

/// CDS Hooks 2.0, section "Discovery".
async fn hooks(State(switches): State<Arc<Switches>>) -> Json<Value> {
    let services = if is_broken(&switches.hooks) {
        json!([])
    } else {
        json!([
            { "hook": "patient-view", "id": "overdue-screenings", "description": "Names overdue screenings." },
            { "hook": "order-sign", "id": "coverage-rules", "description": "Says whether an order needs approval." },
        ])
    };
    Json(json!({ "services": services }))
}

async fn page(State(switches): State<Arc<Switches>>) -> Response {
    if is_broken(&switches.page) {
        return (StatusCode::NOT_FOUND, "The sandbox was broken on purpose.").into_response();
    }
    let modified = httpdate();
    let text = "<!doctype html><html lang=\"en\"><title>For developers</title><h1>Register an app</h1>\
                <p>Demonstration data: nothing can be registered here.</p></html>";
    ([(header::LAST_MODIFIED, modified)], Html(text)).into_response()
}

/// Thirty days ago, as an IMF-fixdate (RFC 9110 section 5.6.7).
fn httpdate() -> String {
    let then = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(30 * 24);
    then.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}
