//! `fhir.capability` against a server that answers.

use domain::check::{Outcome, Reach, Status};
use rstest::rstest;
use serde_json::json;

use crate::support::http::{Site, html, json as reply, not_found, response};
use crate::support::{broken_rules, error, prober, run, said, seen};

const KIND: &str = "fhir.capability";

async fn check(site: &Site) -> Outcome {
    run(&prober(), KIND, &[("base_url", &site.url())]).await
}

async fn check_statement(statement: &serde_json::Value) -> Outcome {
    check(&Site::with("/metadata", statement.to_string()).await).await
}

fn statement() -> serde_json::Value {
    json!({
        "resourceType": "CapabilityStatement",
        "fhirVersion": "4.0.1",
        "kind": "instance",
        "implementation": { "description": "Test" },
        "software": { "name": "Server", "version": "1.2" },
        "format": ["json"],
        "instantiates": ["http://hl7.org/fhir/us/core/CapabilityStatement/us-core-server|6.1.0"],
        "implementationGuide": ["http://hl7.org/fhir/uv/bulkdata/ImplementationGuide/hl7.fhir.uv.bulkdata|2.0.0"],
        "rest": [{
            "mode": "server",
            "resource": [
                {
                    "type": "Patient",
                    "supportedProfile": ["http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient|6.1.0"],
                    "interaction": [{ "code": "read" }, { "code": "search-type" }],
                    "searchParam": [{ "name": "name" }, { "name": "birthdate" }],
                },
                { "type": "Observation", "interaction": [{ "code": "read" }] },
                { "type": "Group", "operation": [{
                    "name": "group-export",
                    "definition": "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/group-export",
                }] },
            ],
        }],
    })
}

#[tokio::test]
async fn a_servers_statement_passes_and_is_observed() {
    let outcome = check_statement(&statement()).await;
    assert_eq!((outcome.status, outcome.reach), (Status::Pass, Reach::Answered), "{outcome:#?}");
    assert!(!outcome.warned);
    assert_eq!(seen(&outcome, "http_status"), "200");
    assert_eq!(seen(&outcome, "resource_type"), "CapabilityStatement");
    assert_eq!(seen(&outcome, "fhir_version"), "4.0.1");
    assert_eq!(seen(&outcome, "mode"), "server");
    assert_eq!(seen(&outcome, "resources"), "Group Observation Patient");
    assert_eq!(seen(&outcome, "interactions"), "Observation.read Patient.read Patient.search-type");
    assert_eq!(seen(&outcome, "operations"), "export group-export");
    assert_eq!(seen(&outcome, "guide_versions"), "hl7.fhir.us.core#6.1.0 hl7.fhir.uv.bulkdata#2.0.0");
    let profile = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient";
    assert_eq!(seen(&outcome, "supported_profiles"), profile);
    assert!(outcome.observations.get("latency_ms").is_some());
    assert!(outcome.observations.get("declared_matches_plan").is_none(), "there is no plan to compare with");
    assert_eq!(broken_rules(&outcome), ["tlsVersion"], "only that this test has no TLS");
}

#[tokio::test]
async fn what_was_asked_is_told_without_the_token() {
    let site = Site::with("/metadata", statement().to_string()).await;
    let parameters = [("base_url", &*site.url()), ("bearer_token", "s3cret")];
    let outcome = run(&prober(), KIND, &parameters).await;
    assert_eq!(outcome.checked, format!("GET {}/metadata", site.url()));
    assert!(site.requests()[0].to_lowercase().contains("authorization: bearer s3cret"));
    assert!(!format!("{outcome:?}").contains("s3cret"));
}

#[tokio::test]
async fn it_asks_for_fhirs_json() {
    let site = Site::with("/metadata", statement().to_string()).await;
    check(&site).await;
    assert!(site.requests()[0].contains("application/fhir+json"), "{:?}", site.requests());
}

#[rstest]
#[case("1.0.2", "Conformance", "DSTU2")]
#[case("3.0.2", "CapabilityStatement", "STU3")]
#[case("4.0.1", "CapabilityStatement", "R4")]
#[case("4.3.0", "CapabilityStatement", "R4B")]
#[case("5.0.0", "CapabilityStatement", "R5")]
#[tokio::test]
async fn every_release_is_read(#[case] version: &str, #[case] resource_type: &str, #[case] release: &str) {
    let mut statement = statement();
    statement["fhirVersion"] = version.into();
    statement["resourceType"] = resource_type.into();
    let outcome = check_statement(&statement).await;
    assert_eq!(outcome.status, Status::Pass, "{outcome:#?}");
    assert!(said(&outcome).contains(&format!("FHIR {release} ({version})")), "{}", said(&outcome));
}

#[tokio::test]
async fn a_byte_order_mark_is_passed_over_and_told() {
    let body = [b"\xEF\xBB\xBF".to_vec(), statement().to_string().into_bytes()].concat();
    let outcome = check(&Site::with("/metadata", body).await).await;
    assert_eq!(outcome.status, Status::Pass);
    assert!(said(&outcome).contains("byte order mark"));
}

#[tokio::test]
async fn several_rest_entries_are_read_by_their_mode() {
    let mut statement = statement();
    let client =
        json!({ "mode": "client", "resource": [{ "type": "Claim", "interaction": [{ "code": "create" }] }] });
    statement["rest"].as_array_mut().expect("a list").insert(0, client);
    let outcome = check_statement(&statement).await;
    assert_eq!(outcome.status, Status::Pass);
    assert_eq!(seen(&outcome, "mode"), "server");
    assert!(!seen(&outcome, "resources").contains("Claim"));
    assert!(said(&outcome).contains("2 rest entries (client, server)"), "{}", said(&outcome));
}

#[rstest]
#[case(json!({ "resourceType": "CapabilityStatement" }))]
#[case(json!({ "resourceType": "CapabilityStatement", "rest": null, "format": "json", "fhirVersion": 4 }))]
#[case(json!({ "resourceType": "CapabilityStatement", "rest": [{ "resource": "Patient" }, 7], "document": {} }))]
#[case(json!({ "resourceType": "CapabilityStatement", "rest": { "mode": "server", "resource": [{}] }, "x": { "y": [] } }))]
#[tokio::test]
async fn what_is_missing_or_odd_is_reported_and_breaks_nothing(#[case] statement: serde_json::Value) {
    let outcome = check_statement(&statement).await;
    assert_eq!(outcome.status, Status::Pass, "{outcome:#?}");
    assert!(broken_rules(&outcome).contains(&"patResourceExists"));
}

#[tokio::test]
async fn a_clients_statement_is_not_a_servers() {
    let mut statement = statement();
    statement["rest"][0]["mode"] = "client".into();
    let outcome = check_statement(&statement).await;
    assert_eq!(outcome.status, Status::Fail);
    assert_eq!(seen(&outcome, "mode"), "client");
    assert!(error(&outcome).text.contains("mode client"));
}

#[tokio::test]
async fn another_resource_is_not_a_statement() {
    let outcome = check_statement(&json!({ "resourceType": "OperationOutcome" })).await;
    assert_eq!((outcome.status, outcome.reach), (Status::Fail, Reach::Answered));
    assert_eq!(seen(&outcome, "resource_type"), "OperationOutcome");
    assert_eq!(error(&outcome).requirement.as_ref().map(|rule| &*rule.id), Some("capStatExist"));
    assert_eq!(outcome.observations.get("interactions"), Some(&Vec::new().into()), "declared is nothing");
}

#[rstest]
#[case("401 Unauthorized")]
#[case("403 Forbidden")]
#[tokio::test]
async fn a_refusal_for_want_of_a_token_says_nothing_about_the_server(#[case] status: &'static str) {
    let outcome = check(&Site::always(response(status, "", b"")).await).await;
    assert_eq!((outcome.status, outcome.reach), (Status::Unknown, Reach::Inconclusive));
    assert!(error(&outcome).text.contains("bearer token"), "{}", said(&outcome));
}

#[tokio::test]
async fn a_server_error_is_a_failure_with_its_status() {
    let outcome = check(&Site::always(response("503 Service Unavailable", "", b"")).await).await;
    assert_eq!((outcome.status, outcome.reach), (Status::Fail, Reach::Answered));
    assert_eq!(seen(&outcome, "http_status"), "503");
    assert!(error(&outcome).text.contains("503 (Service Unavailable)"));
    assert_eq!(error(&outcome).at.as_deref(), Some("HTTP"));
}

#[tokio::test]
async fn a_web_page_instead_of_json_fails_at_the_content_type() {
    let outcome = check(&Site::always(html("<!doctype html><title>Sign in</title>")).await).await;
    assert_eq!(outcome.status, Status::Fail);
    assert_eq!(error(&outcome).at.as_deref(), Some("content type"));
    assert!(error(&outcome).text.contains("got text/html"), "{}", said(&outcome));
}

#[tokio::test]
async fn json_under_another_content_type_is_read_and_told() {
    let body = statement().to_string().into_bytes();
    let outcome = check(&Site::always(response("200 OK", "Content-Type: text/plain\r\n", &body)).await).await;
    assert_eq!(outcome.status, Status::Pass);
    assert!(said(&outcome).contains("expected a JSON content type, got text/plain"));
}

#[tokio::test]
async fn a_slow_answer_is_at_most_a_warning() {
    let site = Site::with("/metadata", statement().to_string()).await;
    let outcome = run(&prober(), KIND, &[("base_url", &site.url()), ("max_latency_ms", "-1")]).await;
    assert_eq!(outcome.status, Status::Warn);
    assert!(outcome.warned);
}

#[rstest]
#[case("hl7.fhir.us.core#6.1.0", "true")]
#[case("hl7.fhir.us.core#6.1.0,4.0.1", "true")]
#[case("R4", "true")]
#[case("hl7.fhir.us.core#7.0.0", "false")]
#[case("hl7.fhir.us.core#6.1.0,5.0.0", "false")]
#[tokio::test]
async fn the_plan_is_compared_with_what_is_declared(#[case] plan: &str, #[case] matches: &str) {
    let site = Site::with("/metadata", statement().to_string()).await;
    let outcome = run(&prober(), KIND, &[("base_url", &site.url()), ("expected_versions", plan)]).await;
    assert_eq!(seen(&outcome, "declared_matches_plan"), matches, "{outcome:#?}");
}

#[tokio::test]
async fn a_server_without_a_statement_declares_nothing_of_the_plan() {
    let site = Site::always(response("503 Service Unavailable", "", b"")).await;
    let outcome = run(&prober(), KIND, &[("base_url", &site.url()), ("expected_versions", "R4")]).await;
    assert_eq!(seen(&outcome, "declared_matches_plan"), "false", "{outcome:#?}");
    let outcome = check(&site).await;
    assert!(outcome.observations.get("declared_matches_plan").is_none(), "without a plan: {outcome:#?}");
}

#[rstest]
#[case("kindRule", |s: &mut serde_json::Value| s["kind"] = "capability".into())]
#[case("instanceRule", |s: &mut serde_json::Value| s["implementation"] = json!(null))]
#[case("messagingEndptRule", |s: &mut serde_json::Value| s["messaging"] = json!([{}]))]
#[case("endpointFunctionRule", |s: &mut serde_json::Value| s["rest"] = json!([]))]
#[case("documentValidRule", |s: &mut serde_json::Value| s["document"] = json!([{ "mode": "producer", "profile": "p" }, { "mode": "producer", "profile": "p" }]))]
#[case("uniqueResourcesRule", |s: &mut serde_json::Value| s["rest"][0]["resource"][1]["type"] = "Patient".into())]
#[case("searchParamsRule", |s: &mut serde_json::Value| s["rest"][0]["resource"][0]["searchParam"][1]["name"] = "name".into())]
#[case("patResourceExists", |s: &mut serde_json::Value| s["rest"][0]["resource"][0]["type"] = "Person".into())]
#[case("otherResourceExists", |s: &mut serde_json::Value| s["rest"][0]["resource"][1]["type"] = "Person".into())]
#[case("smartResponse", |s: &mut serde_json::Value| s["rest"][0]["security"] = json!({ "service": [{ "coding": [{ "code": "SMART-on-FHIR" }] }] }))]
#[tokio::test]
async fn a_broken_rule_is_named_by_its_id(#[case] rule: &str, #[case] break_it: fn(&mut serde_json::Value)) {
    let mut statement = statement();
    assert!(!broken_rules(&check_statement(&statement).await).contains(&rule), "the rule holds at first");
    break_it(&mut statement);
    let outcome = check_statement(&statement).await;
    assert!(broken_rules(&outcome).contains(&rule), "{outcome:#?}");
    assert_eq!(outcome.status, Status::Pass, "a broken rule is a message");
}

#[tokio::test]
async fn a_statement_that_describes_nothing_breaks_the_rule_on_descriptions() {
    let mut statement = statement();
    statement["implementation"] = json!(null);
    statement["software"] = json!(null);
    assert!(broken_rules(&check_statement(&statement).await).contains(&"describeEndpointRule"));
}

#[rstest]
#[case("4.0", false)]
#[case("5.0", true)]
#[tokio::test]
async fn the_default_version_is_the_one_declared(#[case] default: &str, #[case] broken: bool) {
    let body = statement().to_string().into_bytes();
    let parameters =
        json!({ "resourceType": "Parameters", "parameter": [{ "name": "default", "valueCode": default }] });
    let site = Site::start(move |path| match path {
        "/metadata" => reply(&body),
        "/$versions" => reply(parameters.to_string().as_bytes()),
        _ => not_found(),
    })
    .await;
    let outcome = check(&site).await;
    assert_eq!(broken_rules(&outcome).contains(&"versionsResponseRule"), broken, "{outcome:#?}");
}
