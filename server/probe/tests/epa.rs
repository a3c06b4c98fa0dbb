//! `epa.roundtrip` against an endpoint that answers as payers do.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::check::{Outcome, Reach, Status};
use rstest::rstest;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::support::fhir::{CLIENT, FhirServer, P384, fhir, outcome};
use crate::support::http::{self, Site};
use crate::support::{error, prober, run_with, said, seen};

const KIND: &str = "epa.roundtrip";

/// What a payer received: its headers and its body.
type Received = Arc<Mutex<Vec<(HeaderMap, Vec<u8>)>>>;

/// A payer that answers everything alike; its address, and what it received.
async fn payer(answer: impl Fn() -> Response + Clone + Send + Sync + 'static) -> (String, Received) {
    let received = Received::default();
    let take = move |State(received): State<Received>, headers: HeaderMap, body: Bytes| async move {
        received.lock().expect("no test panics with the lock").push((headers, body.to_vec()));
        answer()
    };
    let app = Router::new().fallback(post(take)).with_state(received.clone());
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = format!("http://{}/pas", listener.local_addr().expect("a bound address"));
    tokio::spawn(async move { axum::serve(listener, app).await });
    (address, received)
}

async fn check(endpoint: &str, mode: &str, credentials: &str) -> Outcome {
    let parameters =
        [("endpoint", endpoint), ("mode", mode), ("test_case", "CASE-1"), ("credentials", credentials)];
    let owned: Vec<_> = parameters.iter().map(|(name, text)| (*name, (*text).to_owned())).collect();
    run_with(&prober(), KIND, &owned).await
}

fn claim_response(outcome: &str) -> Value {
    json!({ "resourceType": "Bundle", "type": "collection", "entry": [{ "resource": {
        "resourceType": "ClaimResponse", "status": "active", "type": {}, "use": "preauthorization",
        "patient": {}, "created": "2026-11-20", "insurer": {}, "outcome": outcome,
    } }] })
}

fn interchange(rest: &str) -> String {
    format!("ISA*00*{0:10}*00*{0:10}*ZZ*{0:15}*ZZ*{0:15}*261120*1234*^*00501*000000001*0*T*:~{rest}", "")
}

#[tokio::test]
async fn a_pas_request_is_sent_and_its_decision_read() {
    let (endpoint, received) = payer(|| fhir(&claim_response("queued"))).await;
    let outcome = check(&endpoint, "pas", "s3cret").await;
    assert_eq!(outcome.status, Status::Pass, "{outcome:#?}");
    let truths = ["response_valid", "decision_returned"].map(|name| seen(&outcome, name));
    assert_eq!(truths, ["true", "true"]);
    assert!(outcome.checked.contains("/pas/Claim/$submit"), "{}", outcome.checked);
    assert!(!format!("{outcome:?}").contains("s3cret"));
    let received = received.lock().expect("no test panics with the lock");
    let (headers, body) = &received[0];
    assert_eq!(headers["authorization"], "Bearer s3cret");
    assert_eq!(headers["content-type"], "application/fhir+json");
    let bundle: Value = serde_json::from_slice(body).expect("JSON");
    assert_eq!(bundle["identifier"]["value"], "CASE-1");
    let entries = bundle["entry"].as_array().expect("entries");
    let claim = &entries[0]["resource"];
    assert_eq!(claim["use"], "preauthorization");
    for reference in
        [&claim["patient"], &claim["insurer"], &claim["provider"], &claim["insurance"][0]["coverage"]]
    {
        let found = entries.iter().any(|entry| entry["fullUrl"] == reference["reference"]);
        assert!(found, "{reference} leads to no entry");
    }
}

#[tokio::test]
async fn an_x12_request_is_sent_and_its_decision_read() {
    let answer = || interchange("ST*278*1~BHT*0007*11*CASE-1~HCR*A1*OK~SE*4*1~IEA*1*1~").into_response();
    let (endpoint, received) = payer(answer).await;
    let outcome = check(&endpoint, "x12-278", "Basic user:word").await;
    assert_eq!(outcome.status, Status::Pass, "{outcome:#?}");
    assert!(said(&outcome).contains("certified in total (A1)"), "{}", said(&outcome));
    let received = received.lock().expect("no test panics with the lock");
    let (headers, body) = &received[0];
    assert_eq!(headers["authorization"], format!("Basic {}", STANDARD.encode("user:word")).as_str());
    assert_eq!(headers["content-type"], "application/EDI-X12");
    let text = String::from_utf8_lossy(body);
    assert!(text.starts_with("ISA*") && text.contains("TRN*1*CASE-1*"), "{text}");
}

#[tokio::test]
async fn a_registered_client_asks_for_a_token_first() {
    let submit = Router::new().route("/Claim/$submit", post(|| async { fhir(&claim_response("queued")) }));
    let server = FhirServer::start(submit).await;
    let credentials = json!({
        "token_url": server.token_url(), "client_id": CLIENT, "private_key": P384, "key_id": "k",
        "scopes": "system/Claim.c",
    });
    let outcome = check(&server.base(), "pas", &credentials.to_string()).await;
    assert_eq!(outcome.status, Status::Pass, "{outcome:#?}");
    assert_eq!(server.requests(), ["POST /token", "POST /fhir/Claim/$submit"]);
}

#[tokio::test]
async fn a_token_endpoint_that_is_out_of_order_fails() {
    let (endpoint, received) = payer(|| fhir(&claim_response("queued"))).await;
    let tokens = Site::always(http::response("503 Service Unavailable", "", b"")).await;
    let credentials = json!({
        "token_url": tokens.url(), "client_id": CLIENT, "private_key": P384, "key_id": "k",
        "scopes": "system/Claim.c",
    });
    let outcome = check(&endpoint, "pas", &credentials.to_string()).await;
    assert_eq!((outcome.status, outcome.reach), (Status::Fail, Reach::Answered), "{outcome:#?}");
    assert_eq!(seen(&outcome, "response_valid"), "false");
    assert_eq!(seen(&outcome, "decision_returned"), "false");
    assert!(received.lock().expect("no test panics with the lock").is_empty());
}

#[rstest]
#[case::no_decision(StatusCode::OK, claim_response("complete"), "carries none", "true")]
#[case::unknown_outcome(StatusCode::OK, claim_response("maybe"), "got maybe", "false")]
#[case::no_response(StatusCode::OK, json!({ "resourceType": "Bundle" }), "expected a ClaimResponse", "false")]
#[case::no_resource(StatusCode::OK, json!({ "a": 1 }), "got no resourceType", "false")]
#[case::server_error(StatusCode::BAD_GATEWAY, json!({}), "got 502 (Bad Gateway)", "false")]
#[case::throttled(StatusCode::TOO_MANY_REQUESTS, json!({}), "got 429", "false")]
#[tokio::test]
async fn a_response_that_is_none_fails(
    #[case] status: StatusCode,
    #[case] body: Value,
    #[case] told: &str,
    #[case] valid: &str,
) {
    let (endpoint, _) = payer(move || (status, fhir(&body)).into_response()).await;
    let outcome = check(&endpoint, "pas", "token").await;
    assert_eq!(outcome.status, Status::Fail, "{outcome:#?}");
    assert!(error(&outcome).text.contains(told), "{}", error(&outcome).text);
    assert_eq!(seen(&outcome, "response_valid"), valid);
    assert_eq!(seen(&outcome, "decision_returned"), "false");
}

#[tokio::test]
async fn a_refusal_quotes_the_payer() {
    let (endpoint, _) = payer(|| outcome(StatusCode::UNPROCESSABLE_ENTITY, "no such member")).await;
    let answered = check(&endpoint, "pas", "token").await;
    assert_eq!(answered.status, Status::Fail);
    assert!(error(&answered).text.ends_with("422 (Unprocessable Entity): no such member"), "{answered:#?}");
    let (endpoint, _) = payer(|| outcome(StatusCode::UNAUTHORIZED, "who are you")).await;
    let refused = check(&endpoint, "pas", "token").await;
    assert_eq!((refused.status, refused.reach), (Status::Unknown, Reach::Inconclusive), "{refused:#?}");
}

#[tokio::test]
async fn an_x12_acknowledgment_alone_fails() {
    let (endpoint, _) = payer(|| interchange("ST*999*1~AK9*R*1*1*0~IEA*1*1~").into_response()).await;
    let outcome = check(&endpoint, "x12-278", "token").await;
    assert_eq!(outcome.status, Status::Fail);
    assert!(error(&outcome).text.contains("expected a 278 response, got 999; AK9 R"), "{outcome:#?}");
}

#[rstest]
#[case("fax", "token", "mode is \"fax\"")]
#[case("pas", "user word", "write a token, \"Basic user:password\"")]
#[case("pas", "{\"token_url\": 1}", "its member private_key is missing")]
#[case("pas", "{hunter2", "not readable as JSON")]
#[tokio::test]
async fn what_cannot_be_sent_is_a_matter_of_configuration(
    #[case] mode: &str,
    #[case] credentials: &str,
    #[case] told: &str,
) {
    let (endpoint, received) = payer(|| fhir(&claim_response("queued"))).await;
    let outcome = check(&endpoint, mode, credentials).await;
    assert_eq!((outcome.status, outcome.reach), (Status::Unknown, Reach::Inconclusive), "{outcome:#?}");
    assert!(error(&outcome).text.contains(told), "{}", error(&outcome).text);
    assert!(!said(&outcome).contains("hunter2"));
    assert!(received.lock().expect("no test panics with the lock").is_empty());
}
