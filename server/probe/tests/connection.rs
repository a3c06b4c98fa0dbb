//! Where a run ends before anything is judged: the guard, the name, the connection.

use std::sync::Arc;

use domain::check::{Reach, Status};
use probe::{Prober, ProberConfig};
use rstest::rstest;

use crate::support::http::Site;
use crate::support::tcp::closed_port;
use crate::support::{Names, config, error, prober, run};

#[rstest]
#[case("http://127.0.0.1/")]
#[case("http://10.0.0.1/")]
#[case("http://169.254.169.254/")]
#[case("http://0x7f.1/")]
#[case("http://[::ffff:127.0.0.1]/")]
#[case("http://localhost/")]
#[case("http://private.example.org/")]
#[tokio::test]
async fn a_target_that_the_guard_refuses_is_inconclusive_and_says_what_to_do(#[case] url: &str) {
    let resolver = Arc::new(Names::always("192.168.0.7"));
    let strict = ProberConfig { resolver: Some(resolver), ..ProberConfig::default() };
    let outcome = run(&Prober::new(strict).expect("a prober"), "fhir.capability", &[("base_url", url)]).await;
    assert_eq!((outcome.status, outcome.reach), (Status::Unknown, Reach::Inconclusive), "{outcome:#?}");
    assert_eq!(error(&outcome).at.as_deref(), Some("guard"));
    assert!(error(&outcome).text.contains("RUNG_PROBE_ALLOW"), "{}", error(&outcome).text);
    assert!(outcome.observations.get("http_status").is_none());
}

#[rstest]
#[case("tls.certificate", &[("host", "10.0.0.1")])]
#[case("hl7v2.mllp", &[("host", "10.0.0.1"), ("port", "2575"), ("message_type", "ADT^A01")])]
#[tokio::test]
async fn every_kind_goes_through_the_guard(#[case] kind: &str, #[case] parameters: &[(&str, &str)]) {
    let outcome = run(&prober(), kind, parameters).await;
    assert_eq!(outcome.status, Status::Unknown);
    assert!(error(&outcome).text.starts_with("10.0.0.1 is a private address"), "{}", error(&outcome).text);
}

#[tokio::test]
async fn one_connection_looks_a_name_up_once_so_a_changing_answer_changes_nothing() {
    let site = Site::with("/cds-services", r#"{"services":[{"hook":"h","id":"i","description":"d"}]}"#).await;
    let names = Arc::new(Names::changing(&["127.0.0.1", "10.0.0.1"]));
    let prober = Prober::new(ProberConfig { resolver: Some(names.clone()), ..config() }).expect("a prober");
    let base = format!("http://rebind.example.org:{}", site.port());
    let first = run(&prober, "cdshooks.discovery", &[("base_url", &base)]).await;
    assert_eq!((first.status, names.asked()), (Status::Pass, 1), "{first:#?}");
    let second = run(&prober, "cdshooks.discovery", &[("base_url", &base)]).await;
    assert_eq!(
        (second.status, site.requests().len()),
        (Status::Unknown, 1),
        "the new answer is vetted and refused"
    );
}

#[rstest]
#[case("fhir.capability")]
#[case("fhir.smart_config")]
#[case("cdshooks.discovery")]
#[tokio::test]
async fn a_refused_connection_is_named_with_its_address(#[case] kind: &str) {
    let port = closed_port().await;
    let outcome = run(&prober(), kind, &[("base_url", &format!("http://127.0.0.1:{port}"))]).await;
    assert_eq!((outcome.status, outcome.reach), (Status::Fail, Reach::NoAnswer));
    assert_eq!(error(&outcome).text, format!("connection refused by 127.0.0.1:{port}"));
    assert_eq!(error(&outcome).at.as_deref(), Some("connect"));
    assert!(outcome.observations.get("http_status").is_none());
}

#[tokio::test]
async fn a_name_that_does_not_exist_fails_at_dns() {
    let prober = Prober::new(ProberConfig::default()).expect("a prober");
    let outcome = run(&prober, "tls.certificate", &[("host", "nowhere.invalid")]).await;
    assert_eq!((outcome.status, outcome.reach), (Status::Fail, Reach::NoAnswer));
    assert_eq!(error(&outcome).at.as_deref(), Some("DNS"));
    assert!(error(&outcome).text.contains("nowhere.invalid does not exist"));
}

#[tokio::test]
async fn a_kind_that_is_not_a_probe_is_inconclusive() {
    let parameters = [("title_contains", "")];
    let outcome = run(&prober(), "doc.attestation", &parameters).await;
    assert_eq!(outcome.status, Status::Unknown);
    assert!(!Prober::supports(&"doc.attestation".into()));
    assert!(Prober::supports(&"fhir.capability".into()));
}
