//! Redirects: followed a few times, every hop vetted.

use domain::check::{Reach, Status};
use rstest::rstest;

use crate::support::http::{Site, json, redirect, response};
use crate::support::{error, prober, run, said};

const SERVICES: &str = r#"{"services":[{"hook":"h","id":"i","description":"d"}]}"#;
const KIND: &str = "cdshooks.discovery";

#[tokio::test]
async fn a_redirect_is_followed_and_told() {
    let site = Site::start(|path| match path {
        "/cds-services" => redirect("/moved"),
        _ => json(SERVICES.as_bytes()),
    })
    .await;
    let outcome = run(&prober(), KIND, &[("base_url", &site.url())]).await;
    assert_eq!(outcome.status, Status::Pass, "{outcome:#?}");
    assert!(said(&outcome).contains("redirects to"), "{}", said(&outcome));
}

#[tokio::test]
async fn an_endless_redirect_ends() {
    let site = Site::always(redirect("/again")).await;
    let outcome = run(&prober(), KIND, &[("base_url", &site.url())]).await;
    assert_eq!((outcome.status, outcome.reach), (Status::Fail, Reach::NoAnswer));
    assert!(error(&outcome).text.starts_with("more than 5 redirects"), "{}", error(&outcome).text);
    assert_eq!(site.requests().len(), 6);
}

#[rstest]
#[case("http://169.254.169.254/latest/meta-data/")]
#[case("http://10.0.0.1/")]
#[case("http://[::1]/")]
#[case("http://[::ffff:10.0.0.1]/")]
#[case("//192.168.1.1/")]
#[case("http://0xa000001/")]
#[tokio::test]
async fn a_redirect_to_a_refused_address_is_not_followed(#[case] location: &'static str) {
    let site = Site::always(redirect(location)).await;
    let outcome = run(&prober(), KIND, &[("base_url", &site.url())]).await;
    assert_eq!((outcome.status, outcome.reach), (Status::Unknown, Reach::Inconclusive), "{outcome:#?}");
    assert!(error(&outcome).text.starts_with("redirected to http://"), "{}", error(&outcome).text);
    assert!(error(&outcome).text.contains("RUNG_PROBE_ALLOW"), "{}", error(&outcome).text);
}

#[tokio::test]
async fn a_redirect_to_something_else_than_http_is_not_followed() {
    let site = Site::always(redirect("file:///etc/passwd")).await;
    let outcome = run(&prober(), KIND, &[("base_url", &site.url())]).await;
    assert_eq!(outcome.status, Status::Unknown);
    assert!(error(&outcome).text.contains("must begin with https://"), "{}", error(&outcome).text);
}

#[tokio::test]
async fn a_redirect_that_leads_nowhere_is_said_to_do_so() {
    let site = Site::always(response("302 Found", "", b"")).await;
    let outcome = run(&prober(), KIND, &[("base_url", &site.url())]).await;
    assert_eq!(outcome.status, Status::Fail);
    assert!(error(&outcome).text.contains("without saying where to"));
}

#[tokio::test]
async fn a_token_does_not_follow_to_another_host() {
    let other = Site::always(json(SERVICES.as_bytes())).await;
    let location = format!("http://other.example.org:{}/cds-services", other.port());
    let site = Site::start(move |_| redirect(&location)).await;
    let outcome = run(&prober(), KIND, &[("base_url", &site.url()), ("bearer_token", "s3cret")]).await;
    assert_eq!(outcome.status, Status::Pass, "{outcome:#?}");
    assert!(site.requests()[0].contains("s3cret"));
    assert!(!other.requests()[0].contains("s3cret"));
}
