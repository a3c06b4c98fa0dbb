//! `fhir.subscription` against a server that notifies.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use domain::check::{Outcome, Reach, Status};
use probe::{Prober, ProberConfig, Receiver};
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::fhir::{FhirServer, fhir, outcome};
use crate::support::http::{self, Site};
use crate::support::tcp::post;
use crate::support::{config, error, run_with, said, seen};

const KIND: &str = "fhir.subscription";
const TOPIC: &str = "http://example.org/SubscriptionTopic/patients";

/// What the server does with a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// Shakes hands, beats, and notifies.
    Well,
    /// Becomes active and stays silent.
    Silent,
    /// Cannot reach the subscriber.
    Failing,
}

#[derive(Clone)]
struct Server {
    manner: Manner,
    version: &'static str,
    /// The resource that was asked for.
    asked: Arc<Mutex<Option<Value>>>,
}

impl Server {
    fn new(manner: Manner, version: &'static str) -> Self {
        Self { manner, version, asked: Arc::default() }
    }

    fn subscription(&self) -> Value {
        self.asked.lock().expect("no test panics with the lock").clone().expect("a subscription")
    }

    fn endpoint(&self) -> String {
        let asked = self.subscription();
        let endpoint = asked["endpoint"].as_str().or(asked["channel"]["endpoint"].as_str());
        endpoint.expect("an endpoint").to_owned()
    }

    fn has_topic(&self) -> bool {
        let asked = self.subscription();
        asked["topic"] == TOPIC || asked["criteria"] == TOPIC
    }

    fn router(&self) -> Router {
        Router::new()
            .route("/metadata", get(metadata))
            .route("/Subscription", get(active).post(subscribe))
            .route("/Subscription/{id}", get(state).delete(|| async { StatusCode::NO_CONTENT }))
            .route("/Patient", get(tagged))
            .route("/Patient/{id}", get(patient).put(update))
            .with_state(self.clone())
    }
}

/// A notification as R4's backport and R5 write it.
fn notice(version: &str, kind: &str) -> String {
    let status = if version.starts_with('5') {
        json!({ "resourceType": "SubscriptionStatus", "type": kind })
    } else {
        json!({ "resourceType": "Parameters", "parameter": [{ "name": "type", "valueCode": kind }] })
    };
    json!({ "resourceType": "Bundle", "entry": [{ "resource": status }] }).to_string()
}

async fn metadata(State(server): State<Server>) -> Response {
    fhir(&json!({ "resourceType": "CapabilityStatement", "fhirVersion": server.version }))
}

async fn active() -> Response {
    let entries = [TOPIC, "http://example.org/SubscriptionTopic/encounters"]
        .map(|topic| json!({ "resource": { "resourceType": "Subscription", "criteria": topic } }));
    fhir(&json!({ "resourceType": "Bundle", "entry": entries }))
}

async fn subscribe(State(server): State<Server>, Json(asked): Json<Value>) -> Response {
    *server.asked.lock().expect("no test panics with the lock") = Some(asked);
    if server.manner == Manner::Well && server.has_topic() {
        let endpoint = server.endpoint();
        tokio::spawn(async move {
            assert_eq!(post(&endpoint, &notice(server.version, "handshake")).await, "HTTP/1.1 200 OK");
            tokio::time::sleep(Duration::from_millis(50)).await;
            post(&endpoint, &notice(server.version, "heartbeat")).await;
        });
    }
    (StatusCode::CREATED, [(header::LOCATION, "/fhir/Subscription/s1/_history/1")]).into_response()
}

async fn state(State(server): State<Server>) -> Response {
    let (status, error) = match server.manner {
        Manner::Well => ("requested", Value::Null),
        Manner::Silent => ("active", Value::Null),
        Manner::Failing => ("error", json!("connection refused")),
    };
    // Without a topic nobody shakes hands.
    let status = if server.manner == Manner::Well && !server.has_topic() { "active" } else { status };
    fhir(&json!({ "resourceType": "Subscription", "status": status, "error": error }))
}

fn test_patient(id: &str) -> Value {
    let tag = if id == "real" { json!([]) } else { json!([{ "code": "HTEST" }]) };
    json!({ "resourceType": "Patient", "id": id, "meta": { "tag": tag } })
}

async fn tagged() -> Response {
    fhir(&json!({ "resourceType": "Bundle", "entry": [{ "resource": test_patient("t1") }] }))
}

async fn patient(Path(id): Path<String>) -> Response {
    ([(header::ETAG, "W/\"7\"")], fhir(&test_patient(&id))).into_response()
}

async fn update(
    State(server): State<Server>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(patient): Json<Value>,
) -> Response {
    let marked = patient["identifier"][0]["system"] == "urn:rung:health-check";
    let expected = id == "t1" || headers.get(header::IF_MATCH).is_some_and(|tag| tag == "W/\"7\"");
    if !marked || !expected {
        return outcome(StatusCode::PRECONDITION_FAILED, "not the change that was expected");
    }
    if server.manner == Manner::Well {
        let body =
            if server.has_topic() { notice(server.version, "event-notification") } else { String::new() };
        let endpoint = server.endpoint();
        tokio::spawn(async move { post(&endpoint, &body).await });
    }
    fhir(&patient)
}

/// A prober with a receiver, and so many seconds for a run.
fn prober(seconds: u64) -> Prober {
    let receiver = Receiver::listen("127.0.0.1:0".parse().expect("an address"), None).expect("a free port");
    let config = ProberConfig {
        receiver: Some(Arc::new(receiver)),
        time_limit: Some(Duration::from_secs(seconds)),
        ..config()
    };
    Prober::new(config).expect("a prober")
}

async fn check(server: &Server, more: &[(&str, &str)]) -> (FhirServer, Outcome) {
    let site = FhirServer::start(server.router()).await;
    let seconds = if server.manner == Manner::Well { 20 } else { 4 };
    let outcome = run_with(&prober(seconds), KIND, &site.parameters(more)).await;
    (site, outcome)
}

#[rstest]
#[case("4.0.1")]
#[case("4.3.0")]
#[case("5.0.0")]
#[tokio::test]
async fn a_heartbeat_that_arrives_passes(#[case] version: &'static str) {
    let server = Server::new(Manner::Well, version);
    let (site, outcome) = check(&server, &[("topic", TOPIC)]).await;
    assert_eq!(outcome.status, Status::Pass, "{outcome:#?}");
    let truths = ["handshake_ok", "delivered", "topics"].map(|name| seen(&outcome, name));
    assert_eq!(truths, ["true", "true", "2"]);
    assert_eq!(seen(&outcome, "delivery_seconds"), "0");
    assert!(server.has_topic());
    assert_eq!(site.count("DELETE /fhir/Subscription/s1"), 1);
}

#[rstest]
#[case::by_topic(TOPIC, "test-patient update")]
#[case::by_topic_named(TOPIC, "test-patient update Patient/t2")]
#[case::by_criteria("", "test-patient update")]
#[tokio::test]
async fn a_changed_test_patient_is_notified(#[case] topic: &str, #[case] event: &str) {
    let server = Server::new(Manner::Well, "4.0.1");
    let (site, outcome) = check(&server, &[("topic", topic), ("test_event", event)]).await;
    assert_eq!(outcome.status, Status::Pass, "{outcome:#?}");
    assert_eq!(seen(&outcome, "delivered"), "true");
    assert_eq!(site.count("PUT /fhir/Patient/t"), 1);
    assert_eq!(site.count("DELETE /fhir/Subscription/s1"), 1);
}

#[tokio::test]
async fn an_event_that_does_not_arrive_fails_and_says_what_the_server_says() {
    let server = Server::new(Manner::Silent, "4.0.1");
    let (site, outcome) = check(&server, &[("topic", TOPIC)]).await;
    assert_eq!(outcome.status, Status::Fail, "{outcome:#?}");
    let truths = ["handshake_ok", "delivered"].map(|name| seen(&outcome, name));
    assert_eq!(truths, ["true", "false"]);
    assert!(error(&outcome).text.contains("did not arrive in the 4 s of the run"), "{outcome:#?}");
    assert!(said(&outcome).contains("the server calls the subscription active"), "{}", said(&outcome));
    assert_eq!(site.count("DELETE /fhir/Subscription/s1"), 1);
}

#[tokio::test]
async fn a_subscription_in_error_quotes_the_server() {
    let server = Server::new(Manner::Failing, "5.0.0");
    let (site, outcome) = check(&server, &[("topic", TOPIC)]).await;
    assert_eq!(outcome.status, Status::Fail);
    assert_eq!(seen(&outcome, "handshake_ok"), "false");
    assert!(error(&outcome).text.contains("it is error: connection refused"), "{}", error(&outcome).text);
    assert_eq!(site.count("DELETE /fhir/Subscription/s1"), 1);
}

#[tokio::test]
async fn a_patient_that_is_not_marked_as_test_data_is_not_changed() {
    let server = Server::new(Manner::Well, "4.0.1");
    let event = "test-patient update Patient/real";
    let (site, outcome) = check(&server, &[("topic", TOPIC), ("test_event", event)]).await;
    assert_eq!((outcome.status, outcome.reach), (Status::Unknown, Reach::Inconclusive), "{outcome:#?}");
    assert!(error(&outcome).text.contains("not tagged as test data"), "{}", error(&outcome).text);
    assert_eq!(site.count("PUT"), 0);
    assert_eq!(site.count("DELETE /fhir/Subscription/s1"), 1);
}

#[rstest]
#[case(StatusCode::FORBIDDEN, Status::Unknown, "may create subscriptions")]
#[case(
    StatusCode::NOT_IMPLEMENTED,
    Status::Fail,
    "expected 201, got 501 (Not Implemented): no subscriptions"
)]
#[tokio::test]
async fn a_server_that_does_not_subscribe_is_named(
    #[case] status: StatusCode,
    #[case] verdict: Status,
    #[case] told: &str,
) {
    let refusing = Router::new().fallback(move || async move { outcome(status, "no subscriptions") });
    let site = FhirServer::start(refusing).await;
    let answered = run_with(&prober(5), KIND, &site.parameters(&[("topic", TOPIC)])).await;
    assert_eq!(answered.status, verdict, "{answered:#?}");
    assert!(error(&answered).text.contains(told), "{}", error(&answered).text);
    assert_eq!(seen(&answered, "handshake_ok"), "false");
}

#[tokio::test]
async fn a_token_endpoint_that_is_out_of_order_delivers_nothing() {
    let server = Server::new(Manner::Well, "4.0.1");
    let tokens = Site::always(http::response("503 Service Unavailable", "", b"")).await;
    let (_site, outcome) = check(&server, &[("topic", TOPIC), ("token_url", &tokens.url())]).await;
    assert_eq!((outcome.status, outcome.reach), (Status::Fail, Reach::Answered), "{outcome:#?}");
    assert_eq!(["handshake_ok", "delivered"].map(|name| seen(&outcome, name)), ["false", "false"]);
}

#[rstest]
#[case(&[], "a heartbeat needs a topic-based subscription")]
#[case(&[("topic", TOPIC), ("mode", "fax")], "mode is \"fax\"")]
#[case(&[("topic", TOPIC), ("test_event", "earthquake")], "test_event is not usable: it is \"earthquake\"")]
#[tokio::test]
async fn what_cannot_be_asked_for_is_a_matter_of_configuration(
    #[case] more: &[(&str, &str)],
    #[case] told: &str,
) {
    let (site, outcome) = check(&Server::new(Manner::Well, "4.0.1"), more).await;
    assert_eq!((outcome.status, outcome.reach), (Status::Unknown, Reach::Inconclusive), "{outcome:#?}");
    assert!(error(&outcome).text.contains(told), "{}", error(&outcome).text);
    assert!(site.requests().is_empty());
}

#[tokio::test]
async fn without_a_receiver_nothing_can_be_said() {
    let site = FhirServer::start(Server::new(Manner::Well, "4.0.1").router()).await;
    let outcome = run_with(&crate::support::prober(), KIND, &site.parameters(&[("topic", TOPIC)])).await;
    assert_eq!(outcome.status, Status::Unknown);
    assert!(error(&outcome).text.contains("RUNG_RECEIVER_LISTEN"), "{}", error(&outcome).text);
}

#[tokio::test]
async fn a_vendors_webhook_is_awaited_at_an_address_that_stays_the_same() {
    let site = FhirServer::start(Server::new(Manner::Silent, "4.0.1").router()).await;
    let prober = prober(3);
    let parameters = site.parameters(&[("mode", "Webhook"), ("test_event", "test-patient update")]);
    let first = run_with(&prober, KIND, &parameters).await;
    assert_eq!(first.status, Status::Fail, "{first:#?}");
    assert_eq!(seen(&first, "handshake_ok"), "false");
    let registered = first.checked.rsplit(' ').next().expect("an address").to_owned();
    let sending = tokio::spawn(async move {
        // A vendor that notifies again and again until somebody listens.
        loop {
            post(&registered, r#"{"event":"patient.updated"}"#).await;
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    });
    let second = run_with(&prober, KIND, &parameters).await;
    sending.abort();
    assert_eq!(second.status, Status::Pass, "{second:#?}");
    assert_eq!(seen(&second, "delivered"), "true");
    assert_eq!(first.checked, second.checked);
    assert_eq!(site.count("POST /fhir/Subscription"), 0);
}
