//! `fhir.bulk_export` from kick-off to the deleted job, against a server that exports.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use domain::check::{Outcome, Parameters, Reach, Status};
use probe::Occasion;
use serde_json::{Value, json};

use crate::support::fhir::token::Tokens;
use crate::support::fhir::{FhirServer, outcome};
use crate::support::{error, prober, run_with, said, seen};

pub(crate) const KIND: &str = "fhir.bulk_export";

/// How the server behaves.
#[derive(Clone)]
pub(crate) struct Exports {
    /// Polls that are answered with 202 first.
    pub(crate) polls: usize,
    pub(crate) retry_after: &'static str,
    /// The manifest, its addresses relative to the server.
    pub(crate) manifest: Value,
    pub(crate) file: &'static [u8],
    pub(crate) asked: Arc<AtomicUsize>,
}

impl Exports {
    pub(crate) fn new(manifest: Value) -> Self {
        let file =
            b"{\"resourceType\":\"Patient\",\"id\":\"1\"}\n{\"resourceType\":\"Patient\",\"id\":\"2\"}\n";
        Self { polls: 2, retry_after: "0", manifest, file, asked: Arc::default() }
    }
}

pub(crate) fn manifest(output: &Value, errors: &Value) -> Value {
    json!({
        "transactionTime": "2026-11-20T12:00:00Z",
        "request": "/fhir/Group/g1/$export",
        "requiresAccessToken": true,
        "output": output,
        "error": errors,
    })
}

pub(crate) fn one_file() -> Value {
    manifest(&json!([{ "type": "Patient", "url": "/fhir/file/1", "count": 2 }]), &json!([]))
}

pub(crate) fn router(exports: Exports) -> Router {
    Router::new()
        .route("/Group/{id}/$export", get(kick_off))
        .route("/jobs/1", get(poll).delete(|| async { StatusCode::ACCEPTED }))
        .route("/file/{id}", get(file))
        .with_state(exports)
}

async fn kick_off(headers: HeaderMap, Query(query): Query<BTreeMap<String, String>>) -> Response {
    let is = |name: &str, wanted: &str| headers.get(name).is_some_and(|value| value == wanted);
    if !is("prefer", "respond-async") || !is("accept", "application/fhir+json") {
        return outcome(StatusCode::BAD_REQUEST, "an export is asynchronous");
    }
    if let Some(since) = query.get("_since")
        && since.parse::<jiff::Timestamp>().is_err()
    {
        return outcome(StatusCode::BAD_REQUEST, "_since is no instant");
    }
    (StatusCode::ACCEPTED, [(header::CONTENT_LOCATION, "/fhir/jobs/1")]).into_response()
}

async fn poll(State(exports): State<Exports>) -> Response {
    if exports.asked.fetch_add(1, Ordering::SeqCst) < exports.polls {
        let headers = [("retry-after", exports.retry_after), ("x-progress", "half way")];
        return (StatusCode::ACCEPTED, headers).into_response();
    }
    axum::Json(exports.manifest).into_response()
}

async fn file(State(exports): State<Exports>) -> Response {
    ([(header::CONTENT_TYPE, "application/fhir+ndjson")], exports.file).into_response()
}

async fn check(server: &FhirServer, more: &[(&str, &str)]) -> Outcome {
    let more = [&[("group_id", "g1")], more].concat();
    run_with(&prober(), KIND, &server.parameters(&more)).await
}

#[tokio::test]
async fn an_export_is_followed_counted_and_deleted() {
    let server = FhirServer::start(router(Exports::new(one_file()))).await;
    let outcome = check(&server, &[("types", "Patient,Observation")]).await;
    assert_eq!(outcome.status, Status::Pass, "{outcome:#?}");
    let numbers = ["kickoff_status", "final_status", "output_files", "error_files", "rows"];
    assert_eq!(numbers.map(|name| seen(&outcome, name)), ["202", "200", "1", "0", "2"]);
    assert_eq!(seen(&outcome, "within_window"), "true");
    assert_eq!(seen(&outcome, "incremental_used"), "false");
    assert!(said(&outcome).contains("manifest after 0 s and 3 polls"), "{}", said(&outcome));
    assert!(said(&outcome).contains("Patient: 2 lines in 1 files"), "{}", said(&outcome));
    assert_eq!(server.count("GET /fhir/Group/g1/$export?_type=Patient%2CObservation"), 1);
    assert_eq!(server.requests().last().map(String::as_str), Some("DELETE /fhir/jobs/1"));
}

#[tokio::test]
async fn after_a_success_only_changes_are_asked_for() {
    let server = FhirServer::start(router(Exports::new(one_file()))).await;
    let kind = domain::builtin::check_kinds().get(&KIND.into()).expect("a built-in kind");
    let given = server.parameters(&[("group_id", "g1")]);
    let raw: BTreeMap<_, _> = given.into_iter().map(|(name, text)| (name.to_owned(), text)).collect();
    let parameters = Parameters::from_text(kind, &raw).expect("parameters that the kind accepts");
    let last_success = Some("2026-11-13T12:00:00Z".parse().expect("an instant"));
    let occasion = Occasion { last_success, ..Occasion::default() };
    let outcome = prober().run_on(kind, &parameters, &occasion).await;
    assert_eq!(outcome.status, Status::Pass, "{outcome:#?}");
    assert_eq!(seen(&outcome, "incremental_used"), "true");
    assert_eq!(server.count("GET /fhir/Group/g1/$export?_since=2026-11-13T12%3A00%3A00Z"), 1);
}

#[tokio::test]
async fn a_run_that_somebody_waits_for_gives_up_without_blame_and_deletes_the_job() {
    let exports = Exports { polls: usize::MAX, retry_after: "120", ..Exports::new(one_file()) };
    let server = FhirServer::start(router(exports)).await;
    let kind = domain::builtin::check_kinds().get(&KIND.into()).expect("a built-in kind");
    let given = server.parameters(&[("group_id", "g1")]);
    let raw: BTreeMap<_, _> = given.into_iter().map(|(name, text)| (name.to_owned(), text)).collect();
    let parameters = Parameters::from_text(kind, &raw).expect("parameters that the kind accepts");
    let occasion = Occasion { time_limit: Some(Duration::from_mins(2)), ..Occasion::default() };
    let outcome = prober().run_on(kind, &parameters, &occasion).await;
    assert_eq!((outcome.status, outcome.reach), (Status::Unknown, Reach::Inconclusive), "{outcome:#?}");
    let text = &error(&outcome).text;
    assert!(text.contains("half way") && text.contains("beyond the 120 s of this run"), "{text}");
    assert!(text.contains("a scheduled run waits"), "{text}");
    assert_eq!(seen(&outcome, "final_status"), "202");
    assert_eq!(server.count("DELETE /fhir/jobs/1"), 1);
}

#[tokio::test]
async fn a_token_that_expires_on_the_way_is_renewed() {
    let server = FhirServer::with_tokens(router(Exports::new(one_file())), Tokens::living(1)).await;
    let outcome = check(&server, &[]).await;
    assert_eq!(outcome.status, Status::Pass, "{outcome:#?}");
    assert!(server.count("POST /token") > 3);
}

/// An export of a server that wants no token, by a check without a client.
async fn open_export(manifest: Value) -> (FhirServer, Outcome) {
    let exports = Exports { polls: 0, ..Exports::new(manifest) };
    let server = FhirServer::with_tokens(router(exports), Tokens::unwanted()).await;
    let outcome =
        run_with(&prober(), KIND, &[("base_url", server.base()), ("group_id", "g1".to_owned())]).await;
    assert_eq!(server.count("POST /token"), 0, "nobody asks for a token");
    assert_eq!(server.count("DELETE /fhir/jobs/1"), 1, "{outcome:#?}");
    (server, outcome)
}

#[tokio::test]
async fn an_open_server_exports_to_whoever_brings_no_token() {
    for wanted in [false, true] {
        let mut manifest = one_file();
        manifest["requiresAccessToken"] = json!(wanted);
        let (_server, outcome) = open_export(manifest).await;
        assert_eq!(outcome.status, Status::Pass, "{outcome:#?}");
        assert_eq!(seen(&outcome, "rows"), "2");
        assert!(outcome.checked.contains("without a client"), "{}", outcome.checked);
    }
}

#[tokio::test]
async fn a_server_that_is_not_open_after_all_says_nothing_without_a_client() {
    let guarded = FhirServer::start(router(Exports::new(one_file()))).await;
    let parameters = [("base_url", guarded.base()), ("group_id", "g1".to_owned())];
    let refused = run_with(&prober(), KIND, &parameters).await;
    let address = format!("{}/file/1", guarded.base());
    let elsewhere = manifest(&json!([{ "type": "Patient", "url": address }]), &json!([]));
    let (_server, without_files) = open_export(elsewhere).await;
    for outcome in [refused, without_files] {
        assert_eq!((outcome.status, outcome.reach), (Status::Unknown, Reach::Inconclusive), "{outcome:#?}");
        assert!(error(&outcome).text.contains("is not open"), "{}", error(&outcome).text);
    }
}
