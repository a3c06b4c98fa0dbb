//! `portal.doc_link`: a public page.

use domain::check::{Outcome, Reach, Status};
use rstest::rstest;
use rustls::version::TLS13;

use crate::support::authority::{Authority, Leaf};
use crate::support::http::{Site, html, not_found, redirect, response};
use crate::support::tcp::Step;
use crate::support::{error, prober, run, said, seen, trusting};

const KIND: &str = "portal.doc_link";
const PAGE: &str = "<html><body><h1>Data  access</h1><p>Last updated: January 2, 2020</p></body></html>";

/// Runs against a page on a trusted TLS server.
async fn check(answer: Vec<Step>, more: &[(&str, &str)]) -> Outcome {
    let root = Authority::root("Test root");
    let config = root.issue(Leaf::named("docs.example.org")).config(&[], &[&TLS13]);
    let site = Site::over_tls(config, move |_| answer.clone()).await;
    let url = format!("https://docs.example.org:{}/page", site.port());
    run(&trusting(&root.pem()), KIND, &[&[("url", url.as_str())], more].concat()).await
}

#[tokio::test]
async fn a_page_over_tls_passes_and_its_age_is_read_from_it() {
    let outcome = check(html(PAGE), &[("must_contain", "DATA ACCESS")]).await;
    assert_eq!(outcome.status, Status::Pass, "{outcome:#?}");
    assert_eq!(seen(&outcome, "http_status"), "200");
    assert_eq!(seen(&outcome, "tls_ok"), "true");
    assert_eq!(seen(&outcome, "words_found"), "true");
    assert!(said(&outcome).contains("last updated on 2020-01-02, by the page"), "{}", said(&outcome));
    assert!(seen(&outcome, "page_age_days").parse::<i64>().expect("days") > 2000);
}

#[rstest]
#[case(&[], "last updated on 1994-11-06, by Last-Modified")]
#[case(&[("entered_date", "2021-05-01")], "last updated on 2021-05-01, by the date entered")]
#[case(&[("entered_date", "May 2021")], "write it as 2025-03-31")]
#[tokio::test]
async fn a_page_that_gives_no_date_is_dated_by_what_else_is_known(
    #[case] more: &[(&str, &str)],
    #[case] told: &str,
) {
    let answer = response("200 OK", "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n", b"<p>hello");
    let outcome = check(answer, more).await;
    assert!(said(&outcome).contains(told), "{}", said(&outcome));
}

#[tokio::test]
async fn a_missing_word_fails_and_is_named() {
    let outcome = check(html(PAGE), &[("must_contain", "Data access,Bulk FHIR")]).await;
    assert_eq!(outcome.status, Status::Fail);
    assert_eq!(seen(&outcome, "words_found"), "false");
    assert!(error(&outcome).text.contains("Bulk FHIR"));
    assert!(!error(&outcome).text.contains("Data access"));
}

#[rstest]
#[case("text/html; charset=iso-8859-1", &b"<p>Zug\xe4nge f\xfcr Entwickler"[..], "true")]
#[case("text/html", &b"<p>Zug\xe4nge f\xfcr Entwickler"[..], "true")]
#[case("text/html", "<p>Zugänge für Entwickler".as_bytes(), "true")]
#[case("text/html; charset=UTF-8", "<p>Zugänge für Entwickler".as_bytes(), "true")]
// One spoilt letter does not make another encoding of what is said to be UTF-8.
#[case("text/html; charset=UTF-8", &b"<p>Zug\xc3\xa4nge f\xfcr Entwickler"[..], "true")]
#[case("text/html; charset=UTF-8", &b"<p>Zug\xe4nge f\xfcr Entwickler"[..], "false")]
#[tokio::test]
async fn words_are_found_in_the_encoding_of_the_page(
    #[case] kind: &str,
    #[case] body: &[u8],
    #[case] found: &str,
) {
    let answer = response("200 OK", &format!("Content-Type: {kind}\r\n"), body);
    let outcome = check(answer, &[("must_contain", "zugänge")]).await;
    assert_eq!(seen(&outcome, "words_found"), found, "{}", said(&outcome));
}

#[tokio::test]
async fn a_page_that_is_gone_fails() {
    let outcome = check(not_found(), &[]).await;
    assert_eq!((outcome.status, outcome.reach), (Status::Fail, Reach::Answered));
    assert_eq!(seen(&outcome, "http_status"), "404");
}

#[rstest]
#[case(redirect("http://docs.example.org/page"), "gives up encryption")]
#[case(response("302 Found", "", b""), "without saying where to")]
#[tokio::test]
async fn a_redirect_to_no_page_fails_whatever_is_asked_of_it(#[case] answer: Vec<Step>, #[case] told: &str) {
    let outcome = check(answer, &[]).await;
    assert_eq!((outcome.status, outcome.reach), (Status::Fail, Reach::NoAnswer), "{outcome:#?}");
    assert!(error(&outcome).text.contains(told), "{}", error(&outcome).text);
}

#[tokio::test]
async fn a_page_without_tls_fails_although_it_answers() {
    let site = Site::always(html(PAGE)).await;
    let outcome = run(&prober(), KIND, &[("url", &site.url())]).await;
    assert_eq!(outcome.status, Status::Fail);
    assert_eq!(seen(&outcome, "http_status"), "200");
    assert_eq!(seen(&outcome, "tls_ok"), "false");
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_fails_at_tls() {
    let config = Leaf::named("docs.example.org").self_signed().config(&[], &[&TLS13]);
    let site = Site::over_tls(config, |_| html(PAGE)).await;
    let url = format!("https://docs.example.org:{}/", site.port());
    let outcome = run(&prober(), KIND, &[("url", &url)]).await;
    assert_eq!((outcome.status, outcome.reach), (Status::Fail, Reach::NoAnswer));
    assert_eq!(seen(&outcome, "tls_ok"), "false");
    assert_eq!(error(&outcome).at.as_deref(), Some("TLS"));
}
