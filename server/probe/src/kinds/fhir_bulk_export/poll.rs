//! Waiting for the manifest: as patient as the server asks, and no longer than the run lasts.

use std::time::Duration;

use domain::check::Reach;
use http::StatusCode;
use http::header::RETRY_AFTER;
use jiff::Timestamp;
use serde_json::Value;
use url::Url;

use super::{ACCEPT, Export, ONE_REQUEST, retry_after};
use crate::failure::{Failure, Layer};
use crate::http::{Answer, Get};
use crate::kinds::{fhir, json};

/// Between polls where the server does not say how long; doubled each time.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_mins(1);
/// However little a server asks for.
const SHORTEST_PAUSE: Duration = Duration::from_millis(100);
/// Polls without any answer, one after the other, that a long export survives.
const MOST_SILENT: u32 = 3;

impl Export<'_, '_> {
    /// Asks for the job's state until it is complete (200) or has failed.
    pub(super) async fn poll(&mut self, job: &Url, polls: &mut u32) -> Result<Answer, Failure> {
        let mut pause = FIRST_PAUSE;
        let mut silent = 0;
        let mut progress = None;
        loop {
            *polls += 1;
            let wait = match self.ask(job).await {
                Ok(answer) => {
                    silent = 0;
                    self.report.observe("final_status", i64::from(answer.status.as_u16()));
                    if answer.status == StatusCode::OK {
                        return Ok(answer);
                    }
                    if !is_under_way(&answer) {
                        return Err(ended(&answer, self.advice("the token is not accepted there")));
                    }
                    let told = answer.headers.get("x-progress").and_then(|value| value.to_str().ok());
                    progress = told.map(|text| text.chars().take(100).collect::<String>()).or(progress);
                    answer.header(RETRY_AFTER).and_then(|text| retry_after(text, Timestamp::now()))
                }
                Err(failure) => {
                    silent += 1;
                    if silent >= MOST_SILENT || failure.reach != Reach::NoAnswer {
                        return Err(failure.context("poll"));
                    }
                    None
                }
            };
            let wait = wait.unwrap_or(pause).max(SHORTEST_PAUSE);
            if wait >= self.working.left() {
                return Err(self.not_complete(wait, progress.as_deref()));
            }
            tokio::time::sleep(wait).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    async fn ask(&mut self, job: &Url) -> Result<Answer, Failure> {
        let token = self.token().await?;
        let deadline = self.working.at_most(ONE_REQUEST);
        self.context.http.get(&Get { url: job, accept: ACCEPT, bearer: token.as_deref(), deadline }).await
    }

    fn not_complete(&self, wait: Duration, progress: Option<&str>) -> Failure {
        let total = self.context.deadline.total();
        let told = progress.map(|text| format!(" (its progress: {text})")).unwrap_or_default();
        let text = format!(
            "the export is not complete{told}, and the next poll in {} s would be beyond the {total} of this run",
            wait.as_secs()
        );
        if self.context.cut_short {
            let more = "a scheduled run waits as long as the kind allows";
            Failure::inconclusive(Layer::Rule, format!("{text}; {more}"))
        } else {
            Failure::answered(Layer::Rule, text)
        }
    }
}

/// 202; 429 for polling too often; or an error that the server itself calls transient.
fn is_under_way(answer: &Answer) -> bool {
    match answer.status {
        StatusCode::ACCEPTED | StatusCode::TOO_MANY_REQUESTS => true,
        status if status.is_server_error() => {
            let document: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
            json::items(&document, "issue").iter().any(|issue| json::text(issue, "code") == Some("transient"))
        }
        _ => false,
    }
}

/// A job that came to an end without a manifest; `advice` is what to do about a refusal.
fn ended(answer: &Answer, advice: &str) -> Failure {
    let text = format!("poll: expected 202 or 200, got {}", fhir::status_and_reason(answer));
    if fhir::is_refusal(answer.status) {
        return Failure::inconclusive(Layer::Http, format!("{text}; {advice}"));
    }
    Failure::answered(Layer::Http, text)
}
