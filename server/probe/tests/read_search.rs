//! `fhir.read_search` against a server that verifies the client's assertion.

use axum::Router;
use axum::extract::{Path, RawQuery};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use domain::check::{Finalized, Outcome, Parameters, Reach, Sighting, Status};
use jiff::{SignedDuration, Timestamp};
use probe::Occasion;
use rstest::rstest;
use serde_json::json;

use crate::support::fhir::token::Tokens;
use crate::support::fhir::{FhirServer, P384, fhir, outcome};
use crate::support::http::{Site, response};
use crate::support::{error, prober, run_with, said, seen};

const KIND: &str = "fhir.read_search";

/// Knows `p1` and `p2`, keeps `secret` to itself, and makes summaries.
fn patients() -> Router {
    Router::new()
        .route("/Patient/{id}", get(patient))
        .route("/Patient/{id}/$summary", get(summary))
        .route("/Observation", get(observations))
        .route("/Observation/{id}", get(item))
        .route("/DocumentReference", get(no_documents))
}

async fn patient(Path(id): Path<String>) -> Response {
    match id.as_str() {
        "p1" | "p2" | "open" => fhir(&json!({ "resourceType": "Patient", "id": id })),
        "secret" => outcome(StatusCode::FORBIDDEN, "not yours"),
        "other" => fhir(&json!({ "resourceType": "Patient", "id": "p1" })),
        "crash" => outcome(StatusCode::INTERNAL_SERVER_ERROR, "out of order"),
        _ => outcome(StatusCode::NOT_FOUND, "no such patient"),
    }
}

async fn summary(Path(id): Path<String>) -> Response {
    let composition = json!({ "resource": { "resourceType": "Composition" } });
    match id.as_str() {
        "p1" => fhir(&json!({ "resourceType": "Bundle", "type": "document", "entry": [composition] })),
        _ => outcome(StatusCode::NOT_FOUND, "no such operation"),
    }
}

async fn observations(RawQuery(query): RawQuery) -> Response {
    let found = json!({ "resource": { "resourceType": "Observation" }, "search": { "mode": "match" } });
    let remark =
        json!({ "resource": { "resourceType": "OperationOutcome" }, "search": { "mode": "outcome" } });
    let known = query.is_some_and(|query| query.starts_with("patient=p"));
    let entries = if known { json!([found, remark]) } else { json!([remark]) };
    fhir(&json!({ "resourceType": "Bundle", "type": "searchset", "entry": entries }))
}

/// Items as a server has them: some changed 20 hours ago, some right now.
async fn item(Path(id): Path<String>) -> Response {
    let updated = match id.split('-').next() {
        Some("old") => hours_ago(20),
        Some("changed") => Timestamp::now(),
        Some("broken") => return outcome(StatusCode::INTERNAL_SERVER_ERROR, "out of order"),
        _ => return outcome(StatusCode::NOT_FOUND, "no such item"),
    };
    fhir(&json!({ "resourceType": "Observation", "id": id, "meta": { "lastUpdated": updated.to_string() } }))
}

fn hours_ago(hours: i64) -> Timestamp {
    Timestamp::now() - SignedDuration::from_hours(hours)
}

async fn no_documents() -> Response {
    // Without `entry`, as FHIR writes an empty result.
    fhir(&json!({ "resourceType": "Bundle", "type": "searchset", "total": 0 }))
}

async fn check(server: &FhirServer, more: &[(&str, &str)]) -> Outcome {
    run_with(&prober(), KIND, &server.parameters(more)).await
}

#[tokio::test]
async fn test_patients_are_read_and_timed() {
    let server = FhirServer::start(patients()).await;
    let outcome = check(&server, &[("patient_ids", "p1,p2"), ("denied_patient_id", "secret")]).await;
    assert_eq!(outcome.status, Status::Pass, "{outcome:#?}");
    assert_eq!(seen(&outcome, "requests"), "20");
    assert_eq!(seen(&outcome, "error_pct"), "0");
    assert_eq!(seen(&outcome, "patients_read"), "2");
    assert_eq!(seen(&outcome, "resources_found"), "Observation Patient");
    assert_eq!(seen(&outcome, "denied_ok"), "true");
    assert_eq!(seen(&outcome, "document_generated"), "true");
    assert!(outcome.observations.get("p95_latency_ms").is_some());
    assert_eq!(server.count("POST /token"), 1, "one token serves the run");
    assert!(said(&outcome).contains("with RS384"), "{}", said(&outcome));
}

#[tokio::test]
async fn what_the_source_finalized_is_looked_for_until_it_is_decided() {
    let server = FhirServer::start(patients()).await;
    let kind = domain::builtin::check_kinds().get(&KIND.into()).unwrap();
    let run = async |items: &[(&str, i64, Sighting)]| {
        let raw =
            server.parameters(&[("patient_ids", "p1"), ("samples", "1"), ("lag_source", "release log")]);
        let raw = raw.into_iter().map(|(name, text)| (name.to_owned(), text)).collect();
        let parameters = Parameters::from_text(kind, &raw).unwrap();
        let finalized = items.iter().map(|(id, hours, sighting)| Finalized {
            reference: format!("Observation/{id}"),
            at: hours_ago(*hours),
            sighting: *sighting,
        });
        let occasion = Occasion { finalized: finalized.collect(), ..Occasion::default() };
        prober().run_reading(kind, &parameters, &occasion).await
    };
    let of = |id: &str, sighting| (format!("Observation/{id}"), sighting);

    let (outcome, beside) = run(&[
        ("young", 1, Sighting::Awaited),
        ("old-1", 30, Sighting::Awaited),
        ("changed-unknown", 30, Sighting::Awaited),
        ("changed-1", 2, Sighting::Awaited),
        ("broken", 30, Sighting::Missing),
    ])
    .await;
    assert_eq!(outcome.status, Status::Pass, "{outcome:#?}");
    assert_eq!(seen(&outcome, "visible_within_24h_pct"), "100");
    let expected =
        [of("young", Sighting::Missing), of("old-1", Sighting::InTime), of("changed-1", Sighting::InTime)];
    assert_eq!(beside.sightings, expected);

    let (outcome, beside) = run(&[
        ("changed-late", 30, Sighting::Missing),
        ("none", 25, Sighting::Awaited),
        ("known", 90, Sighting::InTime),
        ("known-late", 90, Sighting::Late),
    ])
    .await;
    assert_eq!(outcome.status, Status::Fail, "{outcome:#?}");
    assert_eq!(seen(&outcome, "visible_within_24h_pct"), "25");
    assert_eq!(beside.sightings, [of("changed-late", Sighting::Late), of("none", Sighting::Late)]);
    assert_eq!(server.count("GET /fhir/Observation/known"), 0, "what is decided is not read again");

    let (outcome, _) = run(&[("young", 1, Sighting::Awaited)]).await;
    assert!(outcome.observations.get("visible_within_24h_pct").is_none(), "nothing is decided yet");
    assert_eq!(outcome.status, Status::Pass, "{outcome:#?}");
}

#[tokio::test]
async fn what_is_sent_is_told_without_secrets() {
    let server = FhirServer::start(patients()).await;
    let outcome = check(&server, &[("patient_ids", "p1")]).await;
    let told = format!("{outcome:?}");
    for secret in ["PRIVATE KEY", "eyJ", "Bearer"] {
        assert!(!told.contains(secret), "{secret} in {told}");
    }
    assert!(outcome.checked.contains("Observation?patient={id}"), "{}", outcome.checked);
}

#[rstest]
#[case::p384(P384, "ES384")]
#[case::p384_sec1(include_str!("fixtures/keys/p384-sec1.pem"), "ES384")]
#[case::p384_jwk(include_str!("fixtures/keys/p384.jwk.json"), "ES384")]
#[case::rsa_pkcs1(include_str!("fixtures/keys/rsa-pkcs1.pem"), "RS384")]
#[case::rsa_jwk(include_str!("fixtures/keys/rsa.jwk.json"), "RS384")]
#[tokio::test]
async fn every_form_of_key_signs(#[case] key: &str, #[case] algorithm: &str) {
    let server = FhirServer::start(patients()).await;
    let outcome = check(&server, &[("patient_ids", "p1"), ("samples", "1"), ("private_key", key)]).await;
    assert_eq!(outcome.status, Status::Pass, "{outcome:#?}");
    assert!(said(&outcome).contains(algorithm), "{}", said(&outcome));
}

#[tokio::test]
async fn a_key_pasted_into_one_line_signs() {
    let server = FhirServer::start(patients()).await;
    let key = crate::support::fhir::RSA.replace('\n', "");
    let outcome = check(&server, &[("patient_ids", "p1"), ("samples", "1"), ("private_key", &key)]).await;
    assert_eq!(outcome.status, Status::Pass, "{outcome:#?}");
}

#[rstest]
#[case(include_str!("fixtures/keys/p256-sec1.pem"), "P-256")]
#[case(include_str!("fixtures/keys/rsa-locked.pem"), "passphrase")]
#[case("hunter2", "neither a PEM")]
#[case("{\"kty\":\"oct\",\"k\":\"aHVudGVyMg\"}", "kty is oct")]
#[case("{\"kty\":\"RSA\",\"n\":\"hunter2\",\"e\":\"AQAB\"}", "public key")]
#[case("{hunter2", "not JSON")]
#[tokio::test]
async fn a_key_that_cannot_sign_is_named_and_not_repeated(#[case] key: &str, #[case] told: &str) {
    let server = FhirServer::start(patients()).await;
    let outcome = check(&server, &[("patient_ids", "p1"), ("private_key", key)]).await;
    assert_eq!((outcome.status, outcome.reach), (Status::Unknown, Reach::Inconclusive), "{outcome:#?}");
    assert!(error(&outcome).text.contains(told), "{}", error(&outcome).text);
    assert!(!said(&outcome).contains("hunter2"), "{}", said(&outcome));
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_client_that_is_not_registered_is_inconclusive() {
    let server = FhirServer::start(patients()).await;
    let outcome = check(&server, &[("patient_ids", "p1"), ("client_id", "somebody-else")]).await;
    assert_eq!((outcome.status, outcome.reach), (Status::Unknown, Reach::Inconclusive), "{outcome:#?}");
    let text = &error(&outcome).text;
    assert!(text.contains("invalid_client: iss is somebody-else"), "{text}");
    assert!(text.contains("are registered there"), "{text}");
}

#[tokio::test]
async fn a_token_endpoint_that_is_out_of_order_lets_nobody_read() {
    let server = FhirServer::start(patients()).await;
    let tokens = Site::always(response("503 Service Unavailable", "", b"")).await;
    let outcome = check(&server, &[("patient_ids", "p1"), ("token_url", &tokens.url())]).await;
    assert_eq!((outcome.status, outcome.reach), (Status::Fail, Reach::Answered), "{outcome:#?}");
    assert!(error(&outcome).text.contains("token request: expected 200"), "{}", error(&outcome).text);
    assert_eq!(seen(&outcome, "patients_read"), "0");
    assert_eq!(outcome.observations.get("resources_found"), Some(&Vec::new().into()), "{outcome:#?}");
    assert_eq!(seen(&outcome, "document_generated"), "false");
}

#[tokio::test]
async fn a_short_lived_token_is_renewed() {
    let server = FhirServer::with_tokens(patients(), Tokens::living(1)).await;
    let outcome = check(&server, &[("patient_ids", "p1"), ("samples", "3")]).await;
    assert_eq!(outcome.status, Status::Pass, "{outcome:#?}");
    assert!(server.count("POST /token") > 1);
}

#[tokio::test]
async fn a_patient_that_must_be_refused_and_is_not_fails() {
    let server = FhirServer::start(patients()).await;
    let outcome = check(&server, &[("patient_ids", "p1"), ("denied_patient_id", "open")]).await;
    assert_eq!(outcome.status, Status::Fail);
    assert_eq!(seen(&outcome, "denied_ok"), "false");
    assert!(error(&outcome).text.contains("must not see"), "{}", error(&outcome).text);
}

#[rstest]
#[case("missing", "404 (Not Found): no such patient")]
#[case("other", "another one")]
#[case("crash", "500 (Internal Server Error): out of order")]
#[tokio::test]
async fn a_patient_that_is_not_read_completely_fails(#[case] id: &str, #[case] told: &str) {
    let server = FhirServer::start(patients()).await;
    let ids = format!("p1,{id}");
    let outcome = check(&server, &[("patient_ids", &ids)]).await;
    assert_eq!(outcome.status, Status::Fail, "{outcome:#?}");
    assert_eq!(seen(&outcome, "patients_read"), "1");
    assert!(said(&outcome).contains(told), "{}", said(&outcome));
    assert!(said(&outcome).contains("expected all 2 test patients"), "{}", said(&outcome));
}

#[tokio::test]
async fn a_server_that_refuses_everything_is_inconclusive() {
    let everything = Router::new().fallback(|| async { outcome(StatusCode::FORBIDDEN, "scope") });
    let server = FhirServer::start(everything).await;
    let outcome = check(&server, &[("patient_ids", "p1")]).await;
    assert_eq!((outcome.status, outcome.reach), (Status::Unknown, Reach::Inconclusive), "{outcome:#?}");
    assert!(error(&outcome).text.contains("check the scopes"), "{}", error(&outcome).text);
}

#[tokio::test]
async fn a_server_without_summaries_is_said_to_be_one() {
    let server = FhirServer::start(patients()).await;
    let outcome = check(&server, &[("patient_ids", "p2")]).await;
    assert_eq!(outcome.status, Status::Pass, "{outcome:#?}");
    assert_eq!(seen(&outcome, "document_generated"), "false");
    assert!(said(&outcome).contains("$summary: expected 200"), "{}", said(&outcome));
}

#[rstest]
#[case("../../metadata")]
#[case("../admin?patient={id}")]
#[tokio::test]
async fn a_query_that_leads_out_of_the_base_is_not_sent(#[case] query: &str) {
    let server = FhirServer::start(patients()).await;
    let outcome = check(&server, &[("patient_ids", "p1"), ("queries", query)]).await;
    assert_eq!(outcome.status, Status::Unknown, "{outcome:#?}");
    assert!(error(&outcome).text.contains("leads out of the base address"), "{}", error(&outcome).text);
    assert!(server.requests().is_empty());
}
