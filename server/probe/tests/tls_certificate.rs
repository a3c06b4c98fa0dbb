//! `tls.certificate`: what is said of certificates and chains.

use domain::check::{Outcome, Reach, Status};
use rstest::rstest;
use rustls::pki_types::CertificateDer;
use rustls::version::{TLS12, TLS13};

use crate::support::authority::{Authority, Issued, Leaf, serve};
use crate::support::{error, prober, run, said, seen};

const KIND: &str = "tls.certificate";
const HOST: &str = "fhir.example.org";

/// Checks a server that shows a certificate and whatever else, trusting a root.
async fn check(issued: &Issued, rest: &[CertificateDer<'static>], private_ca: &str) -> Outcome {
    let server = serve(issued.config(rest, &[&TLS12, &TLS13])).await;
    let parameters = [("host", HOST), ("port", &server.port()), ("private_ca", private_ca)];
    run(&prober(), KIND, &parameters).await
}

#[tokio::test]
async fn a_sound_certificate_passes_and_is_observed() {
    let root = Authority::root("Test root");
    let outcome = check(&root.issue(Leaf::named(HOST)), &[], &root.pem()).await;
    assert_eq!((outcome.status, outcome.reach), (Status::Pass, Reach::Answered), "{outcome:#?}");
    assert_eq!(seen(&outcome, "handshake_ok"), "true");
    assert_eq!(seen(&outcome, "tls_version"), "1.3");
    assert_eq!(seen(&outcome, "chain_valid"), "true");
    assert_eq!(seen(&outcome, "host_matches"), "true");
    assert_eq!(seen(&outcome, "days_to_expiry"), "90");
    let expires: jiff::Timestamp = seen(&outcome, "expires_at").parse().unwrap();
    let left = expires.as_second() - jiff::Timestamp::now().as_second();
    assert_eq!(left / 86_400, 90, "the instant that the days count to");
    assert_eq!(seen(&outcome, "issuer"), "Test root");
    assert_eq!(seen(&outcome, "key_bits"), "256");
}

#[tokio::test]
async fn an_expired_certificate_fails_for_its_date_alone() {
    let root = Authority::root("Test root");
    let outcome = check(&root.issue(Leaf::named(HOST).days(-2)), &[], &root.pem()).await;
    assert_eq!((outcome.status, outcome.reach), (Status::Fail, Reach::Answered));
    assert_eq!(seen(&outcome, "days_to_expiry"), "-2");
    assert_eq!(seen(&outcome, "chain_valid"), "true");
    assert_eq!(seen(&outcome, "host_matches"), "true");
    let text = &error(&outcome).text;
    assert!(text.contains("expired on") && text.ends_with(" UTC, 1 day ago"), "{}", said(&outcome));
    assert_eq!(error(&outcome).at.as_deref(), Some("notAfter"));
}

#[rstest]
#[case(5, Status::Fail)]
#[case(13, Status::Fail)]
#[case(14, Status::Warn)]
#[case(29, Status::Warn)]
#[case(30, Status::Pass)]
#[tokio::test]
async fn the_days_left_decide(#[case] days: i64, #[case] status: Status) {
    let root = Authority::root("Test root");
    let outcome = check(&root.issue(Leaf::named(HOST).days(days)), &[], &root.pem()).await;
    assert_eq!(outcome.status, status, "{outcome:#?}");
    assert_eq!(outcome.warned, status == Status::Warn);
    assert_eq!(seen(&outcome, "days_to_expiry"), days.to_string());
}

#[tokio::test]
async fn a_certificate_of_tomorrow_fails() {
    let root = Authority::root("Test root");
    let outcome = check(&root.issue(Leaf::named(HOST).not_before_days(1)), &[], &root.pem()).await;
    assert_eq!(outcome.status, Status::Fail);
    assert!(error(&outcome).text.contains("not valid before"), "{}", said(&outcome));
    assert_eq!(seen(&outcome, "chain_valid"), "false", "no binding may pass: {outcome:#?}");
}

#[tokio::test]
async fn a_certificate_for_another_host_fails_and_names_it() {
    let root = Authority::root("Test root");
    let outcome = check(&root.issue(Leaf::named("other.example.org")), &[], &root.pem()).await;
    assert_eq!(outcome.status, Status::Fail);
    assert_eq!(seen(&outcome, "host_matches"), "false");
    assert_eq!(seen(&outcome, "chain_valid"), "true");
    let expected = "expected a certificate for fhir.example.org, got one for other.example.org";
    assert_eq!(error(&outcome).text, expected);
}

#[tokio::test]
async fn the_server_name_is_judged_instead_of_the_host_where_it_is_given() {
    let root = Authority::root("Test root");
    let server = serve(root.issue(Leaf::named("other.example.org")).config(&[], &[&TLS13])).await;
    let port = server.port();
    let parameters = [
        ("host", "127.0.0.1"),
        ("port", &*port),
        ("server_name", "other.example.org"),
        ("private_ca", &root.pem()),
    ];
    let outcome = run(&prober(), KIND, &parameters).await;
    assert_eq!(outcome.status, Status::Pass, "{outcome:#?}");
}

#[tokio::test]
async fn an_address_is_matched_with_the_addresses_of_the_certificate() {
    let root = Authority::root("Test root");
    let server = serve(root.issue(Leaf::named("127.0.0.1")).config(&[], &[&TLS13])).await;
    let parameters = [("host", "127.0.0.1"), ("port", &server.port()), ("private_ca", &root.pem())];
    let outcome = run(&prober(), KIND, &parameters).await;
    assert_eq!(outcome.status, Status::Pass, "{outcome:#?}");
}

#[tokio::test]
async fn a_self_signed_certificate_fails_as_such() {
    let outcome = check(&Leaf::named(HOST).self_signed(), &[], "").await;
    assert_eq!(outcome.status, Status::Fail);
    assert_eq!(seen(&outcome, "chain_valid"), "false");
    assert!(error(&outcome).text.contains("is self-signed"), "{}", said(&outcome));
}

#[tokio::test]
async fn a_self_signed_certificate_that_is_given_as_trusted_passes() {
    let issued = Leaf::named(HOST).self_signed();
    let outcome = check(&issued, &[], &issued.certificate.pem()).await;
    assert_eq!(outcome.status, Status::Pass, "{outcome:#?}");
}

#[tokio::test]
async fn a_chain_with_its_intermediate_passes() {
    let root = Authority::root("Test root");
    let intermediate = root.intermediate("Test intermediate");
    let outcome = check(&intermediate.issue(Leaf::named(HOST)), &[intermediate.der()], &root.pem()).await;
    assert_eq!(outcome.status, Status::Pass, "{outcome:#?}");
    assert_eq!(seen(&outcome, "issuer"), "Test intermediate");
}

#[tokio::test]
async fn a_chain_without_its_intermediate_is_incomplete_and_names_what_is_missing() {
    let root = Authority::root("Test root");
    let intermediate = root.intermediate("Test intermediate");
    let outcome = check(&intermediate.issue(Leaf::named(HOST)), &[], &root.pem()).await;
    assert_eq!(outcome.status, Status::Fail);
    assert_eq!(seen(&outcome, "chain_valid"), "false");
    assert!(error(&outcome).text.contains("incomplete"), "{}", said(&outcome));
    assert!(error(&outcome).text.contains("does not send the certificate of Test intermediate"));
}

#[tokio::test]
async fn a_chain_that_ends_in_a_stranger_names_the_stranger() {
    let root = Authority::root("Private root");
    let outcome = check(&root.issue(Leaf::named(HOST)), &[root.der()], "").await;
    assert_eq!(seen(&outcome, "chain_valid"), "false");
    assert!(error(&outcome).text.contains("ends in Private root, which is not a trusted authority"));
}

#[tokio::test]
async fn a_chain_out_of_order_is_told_and_passes() {
    let root = Authority::root("Test root");
    let upper = root.intermediate("Upper");
    let lower = upper.intermediate("Lower");
    let outcome = check(&lower.issue(Leaf::named(HOST)), &[upper.der(), lower.der()], &root.pem()).await;
    assert_eq!(outcome.status, Status::Pass, "{outcome:#?}");
    assert!(said(&outcome).contains("not sent in order"), "{}", said(&outcome));
}

#[tokio::test]
async fn a_trust_anchor_that_is_no_certificate_is_a_matter_of_configuration() {
    let outcome = check(&Leaf::named(HOST).self_signed(), &[], "not a certificate").await;
    assert_eq!((outcome.status, outcome.reach), (Status::Unknown, Reach::Inconclusive));
    assert!(error(&outcome).text.contains("private_ca"), "{}", said(&outcome));
}
