//! `cdshooks.discovery`.

use domain::check::{Outcome, Reach, Status};
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::http::{Site, response};
use crate::support::{prober, run, said, seen};

const KIND: &str = "cdshooks.discovery";

async fn check(document: &Value) -> Outcome {
    let site = Site::with("/cds-services", document.to_string()).await;
    run(&prober(), KIND, &[("base_url", &site.url())]).await
}

#[tokio::test]
async fn services_are_counted_and_their_hooks_listed() {
    let outcome = check(&json!({ "services": [
        { "hook": "order-sign", "id": "a", "description": "A" },
        { "hook": "patient-view", "id": "b", "description": "B", "prefetch": {} },
        { "hook": "order-sign", "id": "c", "description": "C" },
    ] }))
    .await;
    assert_eq!(outcome.status, Status::Pass, "{outcome:#?}");
    assert_eq!(seen(&outcome, "services"), "3");
    assert_eq!(seen(&outcome, "hooks"), "order-sign patient-view");
}

#[rstest]
#[case(json!({ "services": [] }), "the list is empty")]
#[case(json!({ "service": [] }), "expected an array named services, got null")]
#[case(json!([]), "expected an array named services, got null")]
#[tokio::test]
async fn a_server_without_services_fails(#[case] document: Value, #[case] told: &str) {
    let outcome = check(&document).await;
    assert_eq!(outcome.status, Status::Fail);
    assert_eq!(seen(&outcome, "services"), "0");
    assert!(said(&outcome).contains(told), "{}", said(&outcome));
}

#[tokio::test]
async fn a_service_that_lacks_what_is_required_is_reported() {
    let outcome =
        check(&json!({ "services": [{ "hook": "order-sign", "id": "a" }, { "id": "a" }, 7] })).await;
    assert_eq!(outcome.status, Status::Pass);
    assert!(said(&outcome).contains("this one lacks description"), "{}", said(&outcome));
    assert!(said(&outcome).contains("the id a is used by more than one service"), "{}", said(&outcome));
}

#[tokio::test]
async fn a_slow_answer_is_a_warning() {
    let document = json!({ "services": [{ "hook": "order-sign", "id": "a", "description": "A" }] });
    let site = Site::with("/cds-services", document.to_string()).await;
    let outcome = run(&prober(), KIND, &[("base_url", &site.url()), ("max_latency_ms", "-1")]).await;
    assert_eq!(outcome.status, Status::Warn);
}

#[tokio::test]
async fn a_refusal_for_want_of_a_token_is_inconclusive() {
    let site = Site::always(response("401 Unauthorized", "", b"")).await;
    let outcome = run(&prober(), KIND, &[("base_url", &site.url())]).await;
    assert_eq!((outcome.status, outcome.reach), (Status::Unknown, Reach::Inconclusive));
}
