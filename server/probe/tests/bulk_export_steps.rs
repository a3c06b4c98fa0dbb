//! `fhir.bulk_export` where one of its steps goes wrong: the step is named, and the job deleted.

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use domain::check::{Outcome, Reach, Status};
use rstest::rstest;
use serde_json::{Value, json};

use crate::bulk_export::{Exports, KIND, manifest, one_file, router};
use crate::support::fhir::{FhirServer, outcome};
use crate::support::{error, prober, run_with, said, seen};

async fn check(server: &FhirServer) -> Outcome {
    run_with(&prober(), KIND, &server.parameters(&[("group_id", "g1")])).await
}

async fn export(manifest: Value) -> (FhirServer, Outcome) {
    let server = FhirServer::start(router(Exports { polls: 0, ..Exports::new(manifest) })).await;
    let outcome = check(&server).await;
    assert_eq!(server.count("DELETE /fhir/jobs/1"), 1, "the job is deleted whatever became of it");
    (server, outcome)
}

#[tokio::test]
async fn an_export_without_output_fails() {
    let (_server, outcome) = export(manifest(&json!([]), &json!([]))).await;
    assert_eq!(outcome.status, Status::Fail);
    assert_eq!(seen(&outcome, "output_files"), "0");
    assert!(error(&outcome).text.contains("empty list"), "{}", error(&outcome).text);
}

#[tokio::test]
async fn an_export_with_errors_fails() {
    let errors = json!([{ "type": "OperationOutcome", "url": "/fhir/file/2" }]);
    let (_server, outcome) = export(manifest(&one_file()["output"], &errors)).await;
    assert_eq!(outcome.status, Status::Fail);
    assert_eq!((seen(&outcome, "error_files"), seen(&outcome, "rows")), ("1".to_owned(), "2".to_owned()));
}

#[tokio::test]
async fn a_manifest_without_its_members_is_reported() {
    let (_server, outcome) = export(json!({ "output": one_file()["output"] })).await;
    assert_eq!(outcome.status, Status::Pass, "{outcome:#?}");
    for name in ["transactionTime", "request", "requiresAccessToken", "error"] {
        assert!(said(&outcome).contains(&format!("manifest: expected {name}")), "{}", said(&outcome));
    }
}

#[rstest]
#[case(json!([{ "type": "Patient" }]), "output[0]: expected an address")]
#[case(json!([{ "type": "Patient", "url": "/fhir/nowhere" }]), "output[0]: expected 200 from http://")]
#[case(json!([{ "type": "Patient", "url": "http://10.0.0.1/x" }]), "10.0.0.1 is a private address")]
#[case(json!([{ "type": "Patient", "url": "file:///etc/passwd" }]), "must begin with https://")]
#[tokio::test]
async fn a_file_that_does_not_come_is_named(#[case] output: Value, #[case] told: &str) {
    let (_server, outcome) = export(manifest(&output, &json!([]))).await;
    assert_ne!(outcome.status, Status::Pass);
    assert!(error(&outcome).text.contains(told), "{}", error(&outcome).text);
    assert_eq!(outcome.warned, outcome.status == Status::Fail, "no binding may pass: {outcome:#?}");
}

#[tokio::test]
async fn a_file_whose_lines_are_no_resources_fails() {
    let exports =
        Exports { polls: 0, file: b"{\"resourceType\":\"Patient\"}\n<html>\n", ..Exports::new(one_file()) };
    let server = FhirServer::start(router(exports)).await;
    let outcome = check(&server).await;
    assert_eq!(outcome.status, Status::Fail);
    assert!(error(&outcome).text.contains("the first is line 2"), "{}", error(&outcome).text);
}

#[tokio::test]
async fn a_file_of_another_type_or_length_is_reported() {
    let exports = Exports { polls: 0, file: b"{\"resourceType\":\"Group\"}\n", ..Exports::new(one_file()) };
    let server = FhirServer::start(router(exports)).await;
    let outcome = check(&server).await;
    assert_eq!(outcome.status, Status::Pass, "{outcome:#?}");
    assert!(said(&outcome).contains("expected Patient alone in this file, got Group too"), "{outcome:#?}");
    assert!(said(&outcome).contains("the manifest counts 2 resources, the file has 1 lines"), "{outcome:#?}");
}

#[rstest]
#[case(StatusCode::OK, Status::Fail, "kick-off: expected 202, got 200")]
#[case(StatusCode::NOT_FOUND, Status::Fail, "kick-off: expected 202, got 404 (Not Found): why")]
#[case(StatusCode::TOO_MANY_REQUESTS, Status::Fail, "got 429")]
#[case(StatusCode::INTERNAL_SERVER_ERROR, Status::Fail, "got 500")]
#[case(StatusCode::FORBIDDEN, Status::Unknown, "may export this group")]
#[tokio::test]
async fn a_kick_off_that_is_not_accepted_ends_the_run(
    #[case] status: StatusCode,
    #[case] verdict: Status,
    #[case] told: &str,
) {
    let refusing =
        Router::new().route("/Group/{id}/$export", get(move || async move { outcome(status, "why") }));
    let server = FhirServer::start(refusing).await;
    let outcome = check(&server).await;
    assert_eq!(outcome.status, verdict, "{outcome:#?}");
    assert!(error(&outcome).text.contains(told), "{}", error(&outcome).text);
    assert_eq!(seen(&outcome, "kickoff_status"), status.as_u16().to_string());
    // A refused client says nothing of the export; all else fails whatever is asked of one.
    let listed = outcome.observations.get("output_files").map(ToString::to_string);
    assert_eq!(listed.as_deref(), (verdict == Status::Fail).then_some("0"), "{outcome:#?}");
}

#[tokio::test]
async fn a_manifest_that_is_none_lists_nothing() {
    let (_server, outcome) = export(json!("done")).await;
    assert_eq!(outcome.status, Status::Fail, "{outcome:#?}");
    let seen = ["final_status", "output_files", "within_window"].map(|name| seen(&outcome, name));
    assert_eq!(seen, ["200", "0", "false"]);
}

/// A server whose job answers always the same.
async fn stuck(status: StatusCode, location: &'static str, code: &'static str) -> FhirServer {
    let started =
        move || async move { (StatusCode::ACCEPTED, [(header::CONTENT_LOCATION, location)]).into_response() };
    let job = move || async move {
        let body = json!({ "resourceType": "OperationOutcome", "issue": [{ "code": code }] });
        (status, axum::Json(body))
    };
    let router = Router::new()
        .route("/Group/{id}/$export", get(started))
        .route("/jobs/1", get(job).delete(|| async { StatusCode::ACCEPTED }));
    FhirServer::start(router).await
}

#[rstest]
#[case(StatusCode::INTERNAL_SERVER_ERROR, Status::Fail, "poll: expected 202 or 200, got 500")]
#[case(StatusCode::NOT_FOUND, Status::Fail, "got 404")]
#[case(StatusCode::UNAUTHORIZED, Status::Unknown, "not accepted there")]
#[tokio::test]
async fn a_job_that_ends_badly_is_named(
    #[case] status: StatusCode,
    #[case] verdict: Status,
    #[case] told: &str,
) {
    let server = stuck(status, "/fhir/jobs/1", "exception").await;
    let outcome = check(&server).await;
    assert_eq!(outcome.status, verdict, "{outcome:#?}");
    assert!(error(&outcome).text.contains(told), "{}", error(&outcome).text);
    assert_eq!(seen(&outcome, "final_status"), status.as_u16().to_string());
    assert_eq!(seen(&outcome, "within_window"), "false");
    assert_eq!(server.count("DELETE /fhir/jobs/1"), 1);
}

#[rstest]
#[case(StatusCode::TOO_MANY_REQUESTS, "throttled")]
#[case(StatusCode::SERVICE_UNAVAILABLE, "transient")]
#[tokio::test]
async fn a_job_that_asks_for_patience_is_asked_again(#[case] status: StatusCode, #[case] code: &'static str) {
    let server = stuck(status, "/fhir/jobs/1", code).await;
    let given = server.parameters(&[("group_id", "g1")]);
    let outcome = run_with(&crate::support::within(3), KIND, &given).await;
    assert_eq!((outcome.status, outcome.reach), (Status::Unknown, Reach::Inconclusive), "{outcome:#?}");
    assert!(server.count("GET /fhir/jobs/1") > 1, "{:?}", server.requests());
}

#[tokio::test]
async fn a_job_at_a_refused_address_is_not_asked() {
    let server = stuck(StatusCode::OK, "http://169.254.169.254/latest", "x").await;
    let outcome = check(&server).await;
    assert_eq!((outcome.status, outcome.reach), (Status::Unknown, Reach::Inconclusive), "{outcome:#?}");
    assert!(error(&outcome).text.contains("RUNG_PROBE_ALLOW"), "{}", error(&outcome).text);
}
