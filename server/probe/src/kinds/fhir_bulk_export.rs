//! `fhir.bulk_export`: a group's export from kick-off to the last line, and nothing of it kept.
//!
//! FHIR Bulk Data Access 2.0 (and 3.0 where it agrees): kick-off with `Prefer: respond-async`, polls that honour
//! `Retry-After`, a manifest, files of NDJSON that are counted as they stream by, and the job deleted at the end
//! whatever became of it. An open server is asked without a client, and so without a token. How often exports succeed over
//! weeks is computed from the runs that are kept.

mod lines;
mod manifest;
mod poll;

use std::time::Duration;

use domain::check::{Message, Outcome, Reach, Severity};
use http::header::CONTENT_LOCATION;
use http::{Method, StatusCode};
use jiff::Timestamp;
use rust_decimal::Decimal;
use tokio::time::Instant;
use url::Url;

use super::{fhir, required};
use crate::connector::Deadline;
use crate::failure::{Failure, Layer};
use crate::http::{Get, Poured, Request};
use crate::prober::Context;
use crate::report::Report;
use crate::smart;
use lines::Lines;
use manifest::{File, Manifest};

pub(crate) const CODE: &str = "fhir.bulk_export";

const BULK: &str = "https://hl7.org/fhir/uv/bulkdata/export.html";
/// FHIR's own media type, as the kick-off must ask for it.
const ACCEPT: &str = "application/fhir+json";
const NDJSON: &str = "application/fhir+ndjson, application/x-ndjson;q=0.9, */*;q=0.5";
/// What any one request but a file may take.
const ONE_REQUEST: Duration = Duration::from_mins(1);
/// Left of the run's time for deleting the job.
const CLOSING: Duration = Duration::from_secs(10);
const DEFAULT_WINDOW_SECONDS: u64 = 8 * 3600;

pub(crate) async fn run(context: &Context<'_>) -> Outcome {
    let planned = kick_off(context).and_then(|planned| Ok((planned, smart::Client::where_given(context)?)));
    let ((url, since), client) = match planned {
        Ok(planned) => planned,
        Err(failure) => return Report::new("GET [base]/Group/[id]/$export").stop(&failure),
    };
    let who = if client.is_some() { "as a registered client" } else { "without a client" };
    let report = Report::new(format!("GET {url} {who}, polls, files, DELETE of the job"));
    let working = context.deadline.leaving(CLOSING);
    Export { context, client, report, working }.run(&url, since).await
}

/// The address of the kick-off and whether it asks for changes only.
fn kick_off(context: &Context<'_>) -> Result<(Url, bool), Failure> {
    let group = fhir::encoded(required(context, "group_id")?.trim().trim_start_matches("Group/"));
    let mut url = fhir::below(context, &format!("Group/{group}/$export"))?;
    let types = context.parameters.list("types");
    if !types.is_empty() {
        url.query_pairs_mut().append_pair("_type", &types.join(","));
    }
    let incremental = context.parameters.boolean("incremental").unwrap_or(true);
    let since = context.last_success.filter(|_| incremental);
    if let Some(since) = since {
        url.query_pairs_mut().append_pair("_since", &since.to_string());
    }
    Ok((url, since.is_some()))
}

/// Said of a refusal where the check has no client.
const NOT_OPEN: &str = "the server is not open: enter the client that is registered there for this check";

/// A run under way.
struct Export<'a, 'c> {
    context: &'a Context<'c>,
    /// `None` at an open server.
    client: Option<smart::Client>,
    report: Report,
    /// When the work must end, so that time is left for closing.
    working: Deadline,
}

impl Export<'_, '_> {
    async fn run(mut self, url: &Url, since: bool) -> Outcome {
        self.report.observe("incremental_used", since);
        let started = Instant::now();
        let job = match self.start(url).await {
            Ok(job) => job,
            Err(failure) => {
                self.nothing_exported(&failure);
                return self.report.stop(&failure);
            }
        };
        let kicked_off = started.elapsed();
        let ended = self.follow(&job, started, kicked_off, since).await;
        self.delete(&job).await;
        match ended {
            Ok(()) => self.report.close(),
            Err(failure) => self.report.stop(&failure),
        }
    }

    /// A token that is still good for a request; none at an open server.
    async fn token(&mut self) -> Result<Option<String>, Failure> {
        match &mut self.client {
            Some(client) => client.token(self.context, &mut self.report).await.map(Some),
            None => Ok(None),
        }
    }

    /// What to do about a refusal: `registered` where there is a client.
    fn advice(&self, registered: &'static str) -> &'static str {
        if self.client.is_some() { registered } else { NOT_OPEN }
    }

    /// Kicks off, and answers with where the job's state is.
    async fn start(&mut self, url: &Url) -> Result<Url, Failure> {
        let token = self.token().await?;
        let deadline = self.working.at_most(ONE_REQUEST);
        let request = Request::new(Method::GET, url, ACCEPT, deadline).bearer(token.as_deref());
        let request = request.prefer("respond-async");
        let answer = self.context.http.send(&request).await.map_err(|failure| failure.context("kick-off"))?;
        self.report.observe("kickoff_status", i64::from(answer.status.as_u16()));
        if fhir::is_refusal(answer.status) {
            let text = format!(
                "kick-off refused with {}: {}",
                fhir::status_and_reason(&answer),
                self.advice("check that the client may export this group")
            );
            return Err(Failure::inconclusive(Layer::Http, text));
        }
        if answer.status != StatusCode::ACCEPTED {
            let text = format!("kick-off: expected 202, got {}", fhir::status_and_reason(&answer));
            return Err(Failure::answered(Layer::Http, text));
        }
        let location = answer.header(CONTENT_LOCATION).ok_or_else(|| {
            let text = "kick-off: expected the job's address in Content-Location; it is missing";
            Failure::answered(Layer::Http, text)
        })?;
        Self::beside(url, location).map_err(|failure| failure.context("kick-off"))
    }

    /// An address that the server names; it may not give up encryption.
    fn beside(from: &Url, location: &str) -> Result<Url, Failure> {
        let url = from.join(location).map_err(|error| {
            Failure::answered(Layer::Http, format!("\"{location}\" is no address: {error}"))
        })?;
        if from.scheme() == "https" && url.scheme() != "https" {
            let text = format!("{} gives up the encryption of {}", fhir::place(&url), fhir::place(from));
            return Err(Failure::answered(Layer::Http, text));
        }
        Ok(url)
    }

    /// Waits for the manifest, judges it, and counts what it lists.
    async fn follow(
        &mut self,
        job: &Url,
        started: Instant,
        kicked_off: Duration,
        since: bool,
    ) -> Result<(), Failure> {
        let mut polls = 0;
        let answer = match self.poll(job, &mut polls).await {
            Ok(answer) => answer,
            Err(failure) => {
                self.report.observe("within_window", false);
                self.nothing_exported(&failure);
                return Err(failure);
            }
        };
        let took = started.elapsed();
        let read = Manifest::read(&answer, &mut self.report);
        let manifest = read.inspect_err(|failure| self.nothing_exported(failure))?;
        self.judge_time(took);
        self.report.observe("output_files", count(manifest.output.len()));
        self.report.observe("error_files", count(manifest.errors));
        if manifest.errors > 0 {
            let text = format!("expected no errors, got {} error files in the manifest", manifest.errors);
            self.report.fail(requirement(Message::new(Severity::Error, text).at("error")));
        }
        if manifest.output.is_empty() {
            let mut text = "expected output, got an empty list".to_owned();
            if since {
                text.push_str(
                    "; only changes since the last successful run were asked for: where a group may be quiet \
                     that long, set incremental to false",
                );
            }
            self.report.fail(requirement(Message::new(Severity::Error, text).at("output")));
        }
        let counting = Instant::now();
        let counted = self.count_files(job, &manifest).await;
        self.report.note(format!(
            "kick-off {} ms, manifest after {} s and {polls} polls, files {} ms",
            kicked_off.as_millis(),
            took.as_secs(),
            counting.elapsed().as_millis()
        ));
        if counted.as_ref().is_err_and(|failure| failure.reach != Reach::Inconclusive) {
            let text = "not every file that the manifest lists came, so its counts prove nothing";
            self.report.warn(requirement(Message::new(Severity::Warning, text).at("output")));
        }
        counted
    }

    /// A server that answers without an export lists nothing, which is what conditions must see.
    fn nothing_exported(&mut self, failure: &Failure) {
        if failure.reach == Reach::Answered {
            self.report.observe("output_files", 0_i64);
            self.report.observe("within_window", false);
        }
    }

    fn judge_time(&mut self, took: Duration) {
        let millis = i64::try_from(took.as_millis()).unwrap_or(i64::MAX);
        let minutes = (Decimal::from(millis) / Decimal::from(60_000)).round_dp(2);
        self.report.observe("duration_minutes", minutes);
        let window = self.context.parameters.seconds("window").unwrap_or(DEFAULT_WINDOW_SECONDS);
        let within = took <= Duration::from_secs(window);
        self.report.observe("within_window", within);
        if !within {
            let text = format!(
                "expected the export to finish within the agreed {} minutes, it took {minutes}",
                window / 60
            );
            self.report.say(Message::new(Severity::Warning, text).at("window"));
        }
    }

    async fn count_files(&mut self, job: &Url, manifest: &Manifest) -> Result<(), Failure> {
        let mut counts = lines::Counts::default();
        let mut ended = Ok(());
        for (index, file) in manifest.output.iter().enumerate() {
            match self.count_file(job, manifest, file, counts.poured()).await {
                Ok(lines) => counts.add(index, file, lines),
                Err(failure) => {
                    ended = Err(failure.context(&format!("output[{index}]")));
                    break;
                }
            }
        }
        self.report.observe("rows", counts.rows());
        counts.judge(&mut self.report);
        ended
    }

    /// `poured` bytes have come before, from other files.
    async fn count_file(
        &mut self,
        job: &Url,
        manifest: &Manifest,
        file: &File,
        poured: u64,
    ) -> Result<Lines, Failure> {
        let Some(address) = &file.url else {
            return Err(Failure::answered(Layer::Parse, "expected an address; it is missing"));
        };
        let url = Self::beside(job, address)?;
        let token = if manifest.requires_token { self.token().await? } else { None };
        let get = Get { url: &url, accept: NDJSON, bearer: token.as_deref(), deadline: self.working };
        let limits = self.context.limits;
        let lines = Lines::after(poured, limits);
        match self.context.http.pour(&get, lines, limits.export_bytes, limits.export_pace).await? {
            Poured::Whole(lines) => Ok(lines.finish()),
            Poured::Other(answer) => {
                let text = format!(
                    "expected 200 from {}, got {}",
                    fhir::place(&url),
                    fhir::status_and_reason(&answer)
                );
                if self.client.is_none() && fhir::is_refusal(answer.status) {
                    return Err(Failure::inconclusive(Layer::Http, format!("{text}; {NOT_OPEN}")));
                }
                Err(Failure::answered(Layer::Http, text))
            }
        }
    }

    /// Tells the server that its files may go. What comes of it changes nothing.
    async fn delete(&mut self, job: &Url) {
        let deleted = async {
            let token = self.token().await?;
            let deadline = self.context.deadline.at_most(CLOSING);
            let request = Request::new(Method::DELETE, job, ACCEPT, deadline).bearer(token.as_deref());
            self.context.http.send(&request).await
        };
        let problem = match deleted.await {
            Ok(answer) if answer.status.is_success() => {
                self.report.note(format!("the job was deleted ({})", answer.status.as_u16()));
                return;
            }
            Ok(answer) => format!("got {}", fhir::status_and_reason(&answer)),
            Err(failure) => failure.to_string(),
        };
        let text =
            format!("expected the job to be deleted with 202, {problem}; its files may stay on the server");
        self.report.say(requirement(Message::new(Severity::Warning, text).at("DELETE")));
    }
}

fn requirement(message: Message) -> Message {
    message.requirement("FHIR Bulk Data Access", BULK)
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// When a `Retry-After` ends (RFC 9110 section 10.2.3): seconds, or a date.
fn retry_after(text: &str, now: Timestamp) -> Option<Duration> {
    let text = text.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
    Some(Duration::try_from(at.duration_since(now)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
        assert_eq!(retry_after(" 120 ", now), Some(Duration::from_mins(2)));
        assert_eq!(retry_after("Fri, 20 Nov 2026 12:00:30 GMT", now), Some(Duration::from_secs(30)));
        assert_eq!(retry_after("Fri, 20 Nov 2026 11:00:00 GMT", now), Some(Duration::ZERO));
        assert_eq!(retry_after("soon", now), None);
    }
}
