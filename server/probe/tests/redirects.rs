//! Redirects: followed a few times, every hop vetted.

use std::sync::{Arc, OnceLock};

use domain::check::{Reach, Status};
use probe::{Prober, ProberConfig};
use rstest::rstest;

use crate::support::http::{Site, json, redirect, response};
use crate::support::{Names, config, error, prober, run, said};

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
async fn a_redirect_to_a_name_of_a_private_address_is_not_followed() {
    let names = Arc::new(Names::always("10.0.0.5"));
    let inside = Prober::new(ProberConfig { resolver: Some(names.clone()), ..config() }).expect("a prober");
    let site = Site::always(redirect("http://inside.example.org/")).await;
    let outcome = run(&inside, KIND, &[("base_url", &site.url())]).await;
    assert_eq!((outcome.status, outcome.reach), (Status::Unknown, Reach::Inconclusive), "{outcome:#?}");
    assert!(error(&outcome).text.contains("RUNG_PROBE_ALLOW"), "{}", error(&outcome).text);
    assert_eq!((names.asked(), site.requests().len()), (1, 1), "looked up, and not asked");
}

#[tokio::test]
async fn a_name_is_vetted_at_every_hop_so_a_changing_answer_changes_nothing() {
    let names = Arc::new(Names::changing(&["127.0.0.1", "169.254.169.254"]));
    let changing = Prober::new(ProberConfig { resolver: Some(names.clone()), ..config() }).expect("a prober");
    let port = Arc::new(OnceLock::new());
    let known = port.clone();
    let site = Site::start(move |path| {
        let port: &u16 = known.get().expect("set before the first request");
        match path {
            "/cds-services" => redirect(&format!("http://changing.example.org:{port}/once")),
            "/once" => redirect(&format!("http://changing.example.org:{port}/twice")),
            _ => json(SERVICES.as_bytes()),
        }
    })
    .await;
    port.set(site.port()).expect("set once");
    let outcome = run(&changing, KIND, &[("base_url", &site.url())]).await;
    assert_eq!((outcome.status, outcome.reach), (Status::Unknown, Reach::Inconclusive), "{outcome:#?}");
    assert!(error(&outcome).text.contains("changing.example.org"), "{}", error(&outcome).text);
    assert_eq!((names.asked(), site.requests().len()), (2, 2), "the new answer is vetted and refused");
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
