//! HTTP servers that mean harm, or are merely broken: each ends in time with a failure that says so.

use std::io::Write;

use domain::check::{Outcome, Reach, Status};
use flate2::Compression;
use flate2::write::GzEncoder;
use probe::{Limits, Prober, ProberConfig};
use rstest::rstest;

use crate::support::http::{Site, json, response};
use crate::support::tcp::{Server, Step};
use crate::support::{config, error, impatient, run, seen};

async fn check(prober: &Prober, site: &Site) -> Outcome {
    run(prober, "fhir.capability", &[("base_url", &site.url())]).await
}

/// A failure without an answer, its sentence for further looks.
fn no_answer(outcome: &Outcome) -> &str {
    assert_eq!((outcome.status, outcome.reach), (Status::Fail, Reach::NoAnswer), "{outcome:#?}");
    &error(outcome).text
}

fn limited(limits: Limits) -> Prober {
    Prober::new(ProberConfig { limits, ..config() }).expect("a prober")
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("a buffer takes everything");
    encoder.finish().expect("a buffer takes everything")
}

#[tokio::test]
async fn a_server_that_never_answers_runs_out_of_time() {
    let outcome = check(&impatient(), &Site::always(vec![Step::Hang]).await).await;
    assert!(no_answer(&outcome).contains("did not answer the request within 700 ms"), "{outcome:#?}");
}

#[tokio::test]
async fn a_body_that_drips_for_ever_runs_out_of_time() {
    let head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n".to_vec();
    let outcome = check(&impatient(), &Site::always(vec![Step::Send(head), Step::Drip(b' ')]).await).await;
    assert!(no_answer(&outcome).contains("was not complete after 700 ms"), "{outcome:#?}");
}

#[tokio::test]
async fn a_head_that_drips_for_ever_runs_out_of_time() {
    let outcome = check(
        &impatient(),
        &Site::always(vec![Step::Send(b"HTTP/1.1 200 OK\r\nX: ".to_vec()), Step::Drip(b'a')]).await,
    )
    .await;
    assert!(no_answer(&outcome).contains("within 700 ms"), "{outcome:#?}");
}

#[tokio::test]
async fn a_body_beyond_the_cap_is_cut_off_by_its_announced_length() {
    let head = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n".to_vec();
    let outcome = check(&impatient(), &Site::always(vec![Step::Send(head), Step::Hang]).await).await;
    assert!(no_answer(&outcome).contains("a body of more than 8 MB"), "{outcome:#?}");
}

#[tokio::test]
async fn a_body_without_end_is_cut_off_at_the_cap() {
    let prober = limited(Limits { body_bytes: 100 << 10, ..Limits::default() });
    let steps = vec![Step::Send(b"HTTP/1.1 200 OK\r\n\r\n".to_vec()), Step::Flood(vec![b' '; 4096])];
    let outcome = check(&prober, &Site::always(steps).await).await;
    assert!(no_answer(&outcome).contains("a body of more than 100 kB"), "{outcome:#?}");
}

#[tokio::test]
async fn a_gzip_bomb_is_cut_off_while_it_unfolds() {
    let bomb = gzip(&vec![b' '; 40 << 20]);
    let answer = response("200 OK", "Content-Type: application/json\r\nContent-Encoding: gzip\r\n", &bomb);
    let outcome = check(&limited(Limits::default()), &Site::always(answer).await).await;
    assert!(no_answer(&outcome).contains("decompresses to more than 16 MB"), "{outcome:#?}");
}

#[tokio::test]
async fn an_honest_gzip_body_is_read() {
    let body = gzip(br#"{"resourceType":"CapabilityStatement","rest":[{"mode":"server"}]}"#);
    let answer = response("200 OK", "Content-Type: application/json\r\nContent-Encoding: gzip\r\n", &body);
    let outcome = check(&limited(Limits::default()), &Site::always(answer).await).await;
    assert_eq!(outcome.status, Status::Pass, "{outcome:#?}");
}

#[rstest]
#[case("gzip", "damaged")]
#[case("br", "encoded as \"br\"")]
#[tokio::test]
async fn an_encoding_that_cannot_be_undone_is_named(#[case] encoding: &str, #[case] told: &str) {
    let answer = response("200 OK", &format!("Content-Encoding: {encoding}\r\n"), b"not compressed at all");
    let outcome = check(&impatient(), &Site::always(answer).await).await;
    assert_eq!(outcome.status, Status::Fail);
    assert!(error(&outcome).text.contains(told), "{outcome:#?}");
}

#[tokio::test]
async fn a_flood_of_headers_is_cut_off() {
    let headers = "X-Again: y\r\n".repeat(500);
    let outcome = check(&impatient(), &Site::always(response("200 OK", &headers, b"{}")).await).await;
    assert!(no_answer(&outcome).contains("more headers than a check reads"), "{outcome:#?}");
}

#[tokio::test]
async fn a_header_without_end_is_cut_off() {
    let steps = vec![Step::Send(b"HTTP/1.1 200 OK\r\nX: ".to_vec()), Step::Flood(vec![b'a'; 4096])];
    let outcome = check(&impatient(), &Site::always(steps).await).await;
    assert!(no_answer(&outcome).contains("more headers than a check reads"), "{outcome:#?}");
}

#[tokio::test]
async fn a_connection_closed_in_the_middle_of_the_body_is_named() {
    let steps = vec![Step::Send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"resource".to_vec())];
    let outcome = check(&impatient(), &Site::always(steps).await).await;
    assert!(
        no_answer(&outcome).contains("in the middle of its answer, after 10 of 1000 bytes"),
        "{outcome:#?}"
    );
}

#[tokio::test]
async fn a_connection_closed_before_the_answer_is_named() {
    let outcome = check(&impatient(), &Site::always(Vec::new()).await).await;
    assert!(no_answer(&outcome).contains("closed the connection without answering"), "{outcome:#?}");
}

#[tokio::test]
async fn a_connection_closed_in_the_middle_of_the_headers_is_named() {
    let steps = vec![Step::Send(b"HTTP/1.1 200 OK\r\nContent-Type: appl".to_vec())];
    let outcome = check(&impatient(), &Site::always(steps).await).await;
    assert!(no_answer(&outcome).contains("closed the connection"), "{outcome:#?}");
}

#[tokio::test]
async fn something_that_is_not_http_is_named() {
    let server =
        Server::playing(vec![Step::Send(b"220 mail.example.org ESMTP\r\n".to_vec()), Step::Hang]).await;
    let base = format!("http://{}", server.address);
    let outcome = run(&impatient(), "fhir.capability", &[("base_url", &base)]).await;
    assert!(no_answer(&outcome).contains("is not HTTP/1.1"), "{outcome:#?}");
}

#[rstest]
#[case(br#"{"resourceType":"CapabilityStatement","rest":[{"#, "is not readable as JSON")]
#[case(b"{\"a\": \"\xFF\"}", "is not readable as JSON")]
#[case(b"", "the answer is empty")]
#[tokio::test]
async fn a_body_that_is_not_whole_fails_at_parsing(#[case] body: &[u8], #[case] told: &str) {
    let outcome = check(&impatient(), &Site::always(json(body)).await).await;
    assert_eq!((outcome.status, outcome.reach), (Status::Fail, Reach::Answered), "{outcome:#?}");
    assert_eq!(error(&outcome).at.as_deref(), Some("parse"));
    assert!(error(&outcome).text.contains(told), "{outcome:#?}");
    assert_eq!(seen(&outcome, "http_status"), "200");
}

#[tokio::test]
async fn json_nested_without_end_fails_at_parsing() {
    let outcome = check(&impatient(), &Site::always(json("[".repeat(200_000).as_bytes())).await).await;
    assert_eq!(error(&outcome).at.as_deref(), Some("parse"), "{outcome:#?}");
}
