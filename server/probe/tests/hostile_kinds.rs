//! Every kind that speaks HTTP, against answers that mean harm: each run ends in time, says at which layer it ended,
//! and passes nothing.

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use domain::check::{Outcome, Reach, Status};
use flate2::Compression;
use flate2::write::GzEncoder;
use probe::{Prober, ProberConfig, Receiver};
use rstest::rstest;
use rustls::version::TLS13;

use crate::support::authority::{Authority, Leaf};
use crate::support::fhir::{CLIENT, RSA};
use crate::support::http::{Site, json, redirect, response};
use crate::support::tcp::Step;
use crate::support::{config, error, run_with};

/// The kinds, each with the path at which the harm is.
const KINDS: [(&str, &str); 12] = [
    ("fhir.smart_config", "/.well-known/smart-configuration"),
    ("cdshooks.discovery", "/cds-services"),
    ("portal.doc_link", "/page"),
    ("file.freshness", "/files"),
    ("fhir.endpoint_listing", "/list"),
    ("udap.metadata", "/.well-known/udap"),
    ("fhir.read_search", "/token"),
    ("fhir.read_search", "/Patient"),
    ("fhir.bulk_export", "/Group"),
    ("fhir.bulk_export", "/job"),
    ("fhir.subscription", "/Subscription"),
    ("epa.roundtrip", "/Claim"),
];

const HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/fhir+json\r\n";

/// One way to answer badly.
#[derive(Debug, Clone, Copy)]
enum Harm {
    TooLong,
    Drip,
    Bomb,
    RedirectToRefused,
    HalfClosed,
    NotAtAll,
    WebPage,
    Garbage,
    Empty,
    Array,
    Error(u16),
}

impl Harm {
    fn steps(self) -> Vec<Step> {
        let head = |more: &str| Step::Send(format!("{HEAD}{more}\r\n").into_bytes());
        match self {
            Self::TooLong => vec![head("Content-Length: 99999999999\r\n"), Step::Hang],
            Self::Drip => vec![head(""), Step::Drip(b' ')],
            Self::Bomb => {
                let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
                encoder.write_all(&vec![b' '; 70 << 20]).expect("a buffer takes everything");
                let bomb = encoder.finish().expect("a buffer takes everything");
                let kind = "Content-Type: application/fhir+json\r\nContent-Encoding: gzip\r\n";
                response("200 OK", kind, &bomb)
            }
            Self::RedirectToRefused => redirect("http://169.254.169.254/latest/meta-data/"),
            Self::HalfClosed => {
                vec![Step::Send(format!("{HEAD}Content-Length: 1000\r\n\r\n{{\"a").into_bytes())]
            }
            Self::NotAtAll => Vec::new(),
            Self::WebPage => response("200 OK", "Content-Type: text/html\r\n", b"<!doctype html><p>Sign in"),
            Self::Garbage => json(b"{\"resourceType\":"),
            Self::Empty => json(b""),
            Self::Array => json(b"[]"),
            Self::Error(status) => response(&format!("{status} Told"), "", b""),
        }
    }
}

/// What a well-behaved server answers everywhere else.
fn kindly(path: &str) -> Vec<Step> {
    let with = |status: &str, header: &str, body: &[u8]| {
        response(status, &format!("Content-Type: application/fhir+json\r\n{header}"), body)
    };
    if path.starts_with("/token") {
        return with("200 OK", "", br#"{"access_token":"t","token_type":"bearer","expires_in":300}"#);
    }
    if path.starts_with("/Group") {
        return with("202 Accepted", "Content-Location: /job\r\n", b"");
    }
    with("200 OK", "", br#"{"resourceType":"Bundle","type":"searchset"}"#)
}

fn parameters(kind: &str, site: &Site) -> Vec<(&'static str, String)> {
    let url = site.url();
    let client = [
        ("base_url", url.clone()),
        ("token_url", format!("{url}/token")),
        ("client_id", CLIENT.to_owned()),
        ("private_key", RSA.to_owned()),
        ("key_id", "k".to_owned()),
        ("scopes", "system/*.rs".to_owned()),
    ];
    match kind {
        "fhir.smart_config" | "cdshooks.discovery" => vec![("base_url", url)],
        "portal.doc_link" => vec![("url", format!("{url}/page"))],
        "file.freshness" => vec![("location", format!("{url}/files")), ("pattern", "*.csv".to_owned())],
        "fhir.endpoint_listing" => vec![("base_url", url.clone()), ("list_url", format!("{url}/list"))],
        "udap.metadata" => vec![("base_url", url), ("trust_anchors", Authority::root("Anyone").pem())],
        "epa.roundtrip" => vec![
            ("endpoint", url),
            ("mode", "pas".to_owned()),
            ("test_case", "CASE-1".to_owned()),
            ("credentials", "token".to_owned()),
        ],
        "fhir.read_search" => {
            [&client[..], &[("patient_ids", "p1".to_owned()), ("samples", "1".to_owned())]].concat()
        }
        "fhir.bulk_export" => [&client[..], &[("group_id", "g1".to_owned())]].concat(),
        _ => {
            let topic = "http://example.org/topic".to_owned();
            [&client[..], &[("topic", topic)]].concat()
        }
    }
}

fn prober() -> Prober {
    let receiver = Receiver::listen("127.0.0.1:0".parse().expect("an address"), None).expect("a free port");
    let config = ProberConfig {
        receiver: Some(Arc::new(receiver)),
        time_limit: Some(Duration::from_millis(2500)),
        ..config()
    };
    Prober::new(config).expect("a prober")
}

async fn check(kind: &str, place: &'static str, harm: Harm) -> Outcome {
    let site =
        Site::start(move |path| if path.starts_with(place) { harm.steps() } else { kindly(path) }).await;
    let run = run_with(&prober(), kind, &parameters(kind, &site)).await;
    assert_ne!(run.status, Status::Pass, "{kind} at {place}: {run:#?}");
    assert!(!format!("{run:?}").contains("PRIVATE KEY"), "{kind} tells its key");
    run
}

#[rstest]
#[case(Harm::TooLong)]
#[case(Harm::Drip)]
#[case(Harm::Bomb)]
#[case(Harm::HalfClosed)]
#[case(Harm::NotAtAll)]
#[tokio::test]
async fn a_body_that_does_harm_ends_at_http(#[case] harm: Harm) {
    for (kind, place) in KINDS {
        let run = check(kind, place, harm).await;
        let at = error(&run).at.clone().unwrap_or_default();
        // A poll that is not answered is made again until the time is up; one query of many is told as such.
        let by_query = run.messages.iter().any(|message| message.text.starts_with("HTTP: "));
        let named = at == "HTTP" || by_query || (place == "/job" && at == "rule");
        assert!(named, "{kind} at {place}, {harm:?}: {run:#?}");
    }
}

#[tokio::test]
async fn a_redirect_to_a_refused_address_is_not_followed() {
    for (kind, place) in KINDS {
        let run = check(kind, place, Harm::RedirectToRefused).await;
        let text = &error(&run).text;
        // What is posted is never sent on, so there the redirect is merely an unexpected answer.
        assert!(text.contains("RUNG_PROBE_ALLOW") || text.contains("got 302"), "{kind} at {place}: {text}");
    }
}

#[tokio::test]
async fn an_endless_redirect_ends_and_is_told() {
    for (kind, place) in KINDS {
        let site = Site::start(move |path| {
            if path.starts_with(place) { redirect(&format!("{place}/again")) } else { kindly(path) }
        })
        .await;
        let run = run_with(&prober(), kind, &parameters(kind, &site)).await;
        assert_ne!(run.status, Status::Pass, "{kind} at {place}: {run:#?}");
        // What is posted is never sent on, so there the redirect is merely an unexpected answer.
        let told = |text: &str| text.contains("more than 5 redirects") || text.contains("302");
        assert!(run.messages.iter().any(|message| told(&message.text)), "{kind} at {place}: {run:#?}");
        // Many queries, and polls until the time is up.
        let most = if matches!(place, "/Patient" | "/job") { 40 } else { 12 };
        assert!(site.requests().len() <= most, "{kind} at {place}: {} requests", site.requests().len());
    }
}

/// A store over TLS, for these answers.
async fn store(steps: Vec<Step>) -> Outcome {
    let root = Authority::root("Test root");
    let tls = root.issue(Leaf::named("storage.example.org")).config(&[], &[&TLS13]);
    let site = Site::over_tls(tls, move |_| steps.clone()).await;
    let config = ProberConfig {
        extra_roots: Some(root.pem()),
        time_limit: Some(Duration::from_millis(2500)),
        ..config()
    };
    let parameters = [
        ("location", format!("s3://storage.example.org:{}/drop/out", site.port())),
        ("pattern", "*.csv".to_owned()),
        ("credentials", "AKIATEST:hunter2".to_owned()),
    ];
    run_with(&Prober::new(config).expect("a prober"), "file.freshness", &parameters).await
}

#[rstest]
#[case(Harm::TooLong, &["HTTP"])]
#[case(Harm::Drip, &["HTTP"])]
#[case(Harm::Bomb, &["HTTP"])]
#[case(Harm::HalfClosed, &["HTTP"])]
#[case(Harm::NotAtAll, &["HTTP"])]
#[case(Harm::WebPage, &["parse"])]
#[case(Harm::Garbage, &["parse"])]
#[case(Harm::Empty, &["parse"])]
#[case(Harm::RedirectToRefused, &["HTTP"])]
#[case(Harm::Error(404), &["HTTP"])]
#[case(Harm::Error(500), &["HTTP"])]
#[tokio::test]
async fn a_store_that_answers_badly_fails_at_its_layer(#[case] harm: Harm, #[case] layers: &[&str]) {
    let run = store(harm.steps()).await;
    assert_eq!(run.status, Status::Fail, "{run:#?}");
    let at = error(&run).at.clone().unwrap_or_default();
    assert!(layers.contains(&at.as_str()), "{harm:?}: {run:#?}");
    assert!(!format!("{run:?}").contains("hunter2"), "it tells its secret");
}

#[tokio::test]
async fn a_store_whose_list_has_no_end_is_read_so_far_and_no_farther() {
    let page = "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>drop</Name><IsTruncated>true</IsTruncated>\
        <NextContinuationToken>more</NextContinuationToken></ListBucketResult>";
    let run = store(response("200 OK", "Content-Type: application/xml\r\n", page.as_bytes())).await;
    assert_eq!(run.status, Status::Fail, "{run:#?}");
    assert!(error(&run).text.contains("name one with fewer"), "{run:#?}");
}

#[tokio::test]
async fn a_list_whose_entities_grow_is_not_unfolded() {
    let entities = (1..30).map(|n| format!("<!ENTITY e{n} \"&e{};&e{};\">", n - 1, n - 1));
    let entities = entities.collect::<Vec<_>>().concat();
    let bomb = format!(
        "<!DOCTYPE l [<!ENTITY e0 \"x\">{entities}]><ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
         <Name>&e29;</Name><IsTruncated>false</IsTruncated></ListBucketResult>"
    );
    let run = store(response("200 OK", "Content-Type: application/xml\r\n", bomb.as_bytes())).await;
    assert_eq!(run.status, Status::Fail, "{run:#?}");
}

#[rstest]
#[case(Harm::WebPage, &["content type"])]
#[case(Harm::Garbage, &["parse"])]
#[case(Harm::Empty, &["parse", "HTTP"])]
#[case(Harm::Array, &["parse", "rule", "HTTP"])]
#[tokio::test]
async fn a_body_that_is_none_fails_at_its_layer(#[case] harm: Harm, #[case] layers: &[&str]) {
    for (kind, place) in KINDS {
        // A kick-off has no body to read, and a created subscription need not.
        if matches!(place, "/Group" | "/Subscription") {
            continue;
        }
        // Any text is a page.
        if matches!(kind, "portal.doc_link" | "file.freshness") {
            continue;
        }
        let run = check(kind, place, harm).await;
        assert_eq!((run.status, run.reach), (Status::Fail, Reach::Answered), "{kind} at {place}: {run:#?}");
        let at = error(&run).at.clone().unwrap_or_default();
        let summed = matches!(at.as_str(), "error_pct" | "signed_metadata" | "services");
        assert!(summed || layers.contains(&at.as_str()), "{kind} at {place}, {harm:?}: {run:#?}");
    }
}

#[rstest]
#[case(401)]
#[case(403)]
#[case(404)]
#[case(429)]
#[case(500)]
#[tokio::test]
async fn an_error_is_named_with_its_status(#[case] status: u16) {
    for (kind, place) in KINDS {
        let run = check(kind, place, Harm::Error(status)).await;
        let told = run.messages.iter().any(|message| message.text.contains(&status.to_string()));
        let polled = place == "/job" && status == 429;
        assert!(told || polled, "{kind} at {place}: {run:#?}");
        // A client that is let at everything but one patient is no refused client.
        let client =
            matches!(kind, "fhir.read_search" | "fhir.bulk_export" | "fhir.subscription" | "epa.roundtrip");
        let registered = client && place != "/Patient";
        if registered && matches!(status, 401 | 403) {
            assert_eq!(
                run.status,
                Status::Unknown,
                "{kind} at {place}: a refused client says nothing: {run:#?}"
            );
        }
    }
}

#[tokio::test]
async fn a_byte_order_mark_is_passed_over_and_told() {
    let document = b"\xEF\xBB\xBF{\"resourceType\":\"Bundle\"}";
    for (kind, place) in [("fhir.endpoint_listing", "/list"), ("udap.metadata", "/.well-known/udap")] {
        let site =
            Site::start(move |path| if path.starts_with(place) { json(document) } else { kindly(path) })
                .await;
        let run = run_with(&prober(), kind, &parameters(kind, &site)).await;
        let told = run.messages.iter().any(|message| message.text.contains("byte order mark"));
        assert!(told, "{kind}: {run:#?}");
    }
}
