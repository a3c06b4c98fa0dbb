//! `fhir.capability` and `fhir.smart_config` against recorded answers of real servers.

use domain::check::{Outcome, Status};

use crate::support::http::Site;
use crate::support::{broken_rules, prober, run, said, seen};

async fn metadata(recorded: &'static [u8]) -> Outcome {
    let site = Site::with("/metadata", recorded).await;
    run(&prober(), "fhir.capability", &[("base_url", &site.url())]).await
}

#[tokio::test]
async fn cerners_dstu2_conformance_is_read() {
    let outcome =
        metadata(include_bytes!("fixtures/capability-statements/cerner_capability_dstu2.json")).await;
    assert_eq!(outcome.status, Status::Pass, "{outcome:#?}");
    assert_eq!(seen(&outcome, "resource_type"), "Conformance");
    assert_eq!(seen(&outcome, "fhir_version"), "1.0.2");
    assert!(seen(&outcome, "interactions").contains("Patient.read"));
    assert_eq!(broken_rules(&outcome), ["tlsVersion", "smartResponse", "instanceRule"]);
}

#[tokio::test]
async fn epics_stu3_statement_is_read() {
    let outcome = metadata(include_bytes!("fixtures/capability-statements/epic_capability_stu3.json")).await;
    assert_eq!(outcome.status, Status::Pass, "{outcome:#?}");
    assert_eq!(seen(&outcome, "fhir_version"), "3.0.1");
    assert!(said(&outcome).contains("software February 2019 8.7.0.1"), "{}", said(&outcome));
    assert!(said(&outcome).contains("Basic, OAuth, SMART-on-FHIR"), "{}", said(&outcome));
}

#[tokio::test]
async fn azures_r4_statement_is_read() {
    let outcome = metadata(include_bytes!("fixtures/capability-statements/supported_profiles_r4.json")).await;
    assert_eq!(outcome.status, Status::Pass, "{outcome:#?}");
    assert_eq!(seen(&outcome, "fhir_version"), "4.0.1");
    assert!(seen(&outcome, "supported_profiles").contains("http://hl7.org/fhir/StructureDefinition/Account"));
    assert!(broken_rules(&outcome).contains(&"kindRule"), "its kind is capability");
}

#[tokio::test]
async fn a_statement_without_a_vendor_is_read() {
    let outcome =
        metadata(include_bytes!("fixtures/capability-statements/novendor_capability_dstu2.json")).await;
    assert_eq!(outcome.status, Status::Pass, "{outcome:#?}");
    assert!(!said(&outcome).contains("software"), "{}", said(&outcome));
}

#[tokio::test]
async fn a_smart_configuration_of_the_first_edition_lacks_what_the_second_requires() {
    let recorded = include_bytes!("fixtures/capability-statements/smart_configuration_sandbox.json");
    let site = Site::with("/.well-known/smart-configuration", recorded).await;
    let outcome = run(&prober(), "fhir.smart_config", &[("base_url", &site.url())]).await;
    assert_eq!(outcome.status, Status::Fail, "{outcome:#?}");
    assert_eq!(seen(&outcome, "valid_json"), "true");
    assert_eq!(seen(&outcome, "asymmetric_alg_offered"), "true");
    assert_eq!(seen(&outcome, "has_authorization_endpoint"), "true");
    assert!(said(&outcome).contains("expected S256 in code_challenge_methods_supported, got nothing"));
}
