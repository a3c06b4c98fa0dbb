//! `fhir.bulk_export` against files that never end, or come slower than anybody waits for.

use std::io::Write as _;
use std::time::Duration;

use domain::check::{Outcome, Status};
use flate2::Compression;
use flate2::write::GzEncoder;
use probe::{Limits, Pace, Prober, ProberConfig};
use serde_json::json;

use crate::bulk_export::{Exports, KIND, manifest, router};
use crate::support::fhir::FhirServer;
use crate::support::http::{Site, response};
use crate::support::tcp::Step;
use crate::support::{config, error, run_with};

/// What becomes of an export whose one file is on this site.
async fn export(site: &Site, limits: Limits) -> Outcome {
    let output = json!([{ "type": "Patient", "url": format!("{}/file", site.url()) }]);
    let exports = Exports { polls: 0, ..Exports::new(manifest(&output, &json!([]))) };
    let server = FhirServer::start(router(exports)).await;
    let prober =
        Prober::new(ProberConfig { limits, ..config() }).expect("a configuration without extra roots");
    let outcome = run_with(&prober, KIND, &server.parameters(&[("group_id", "g1")])).await;
    assert_eq!(server.count("DELETE /fhir/jobs/1"), 1, "the job is deleted all the same");
    outcome
}

#[tokio::test]
async fn a_file_that_drips_ends_the_run_long_before_its_time_is_over() {
    let head = b"HTTP/1.1 200 OK\r\nContent-Type: application/fhir+ndjson\r\n\r\n".to_vec();
    let site = Site::always(vec![Step::Send(head), Step::Drip(b' ')]).await;
    let pace = Pace { bytes: 1 << 20, time: Duration::from_millis(300) };
    let outcome = export(&site, Limits { export_pace: pace, ..Limits::default() }).await;
    assert_eq!(outcome.status, Status::Fail, "{outcome:#?}");
    let text = &error(&outcome).text;
    assert!(text.contains("in 300 ms, and must send 1 MB in that time"), "{text}");
}

#[tokio::test]
async fn a_file_that_unfolds_without_end_is_cut_off() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    for _ in 0..8 {
        encoder.write_all(&vec![b'\n'; 1 << 20]).expect("a buffer takes everything");
    }
    let bomb = encoder.finish().expect("a buffer takes everything");
    let site = Site::always(response("200 OK", "Content-Encoding: gzip\r\n", &bomb)).await;
    let outcome = export(&site, Limits { export_decoded_bytes: 2 << 20, ..Limits::default() }).await;
    assert_eq!(outcome.status, Status::Fail, "{outcome:#?}");
    let text = &error(&outcome).text;
    assert!(text.contains("the files hold more than 2 MB together"), "{text}");
}
