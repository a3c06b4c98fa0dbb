//! `fhir.read_search`: a registered client reads its test patients, is timed, and is refused where it must be.
//!
//! A token by SMART backend services; then every query for every test patient, one patient that must be refused, a
//! patient summary, as many more requests as the timing sample wants, and the items that the source reported as
//! finalized. Bodies are looked at and dropped: what stays is counts, times and resource types.

mod lag;
mod queries;
mod tally;

use std::time::Duration;

use domain::check::{Message, Outcome, Reach, Severity};
use http::StatusCode;
use rust_decimal::Decimal;

use super::fhir;
use crate::failure::{Failure, Layer};
use crate::http::{Answer, Get};
use crate::prober::Context;
use crate::report::Report;
use crate::smart;
use queries::Query;
use tally::Tally;

pub(crate) const CODE: &str = "fhir.read_search";

/// What one request may take; slower ones have failed.
const ONE_REQUEST: Duration = Duration::from_secs(20);
const DEFAULT_SAMPLES: i64 = 20;
const MOST_SAMPLES: i64 = 500;
/// Left of the run's time for closing it.
const MARGIN: Duration = Duration::from_secs(2);

/// Shares of failed requests that pass and that are a near miss, in percent.
const PASSING_ERRORS: Decimal = Decimal::TWO;
const NEAR_ERRORS: Decimal = Decimal::from_parts(3, 0, 0, false, 0);

pub(crate) async fn run(context: &Context<'_>) -> Outcome {
    let planned =
        (|| Ok((fhir::below(context, "")?, queries::plan(context)?, smart::Client::read(context)?)))();
    let (base, plan, client) = match planned {
        Ok(planned) => planned,
        Err(failure) => return Report::new("GET [base]/Patient/[id]").stop(&failure),
    };
    let templates: Vec<_> = context.parameters.list("queries").to_vec();
    let report = Report::new(format!("GET {base}{{{}}} as a registered client", templates.join(", ")));
    Reading { context, client, report, tally: Tally::default() }.run(&plan).await
}

/// A run under way.
struct Reading<'a, 'c> {
    context: &'a Context<'c>,
    client: smart::Client,
    report: Report,
    tally: Tally,
}

impl Reading<'_, '_> {
    async fn run(mut self, plan: &[Query]) -> Outcome {
        if let Err(failure) = self.client.token(self.context, &mut self.report).await {
            if failure.reach == Reach::Answered {
                self.nothing_read();
            }
            return self.report.stop(&failure);
        }
        for query in plan {
            self.ask(query, true).await;
        }
        if let Some(failure) = self.tally.nothing_answered() {
            self.observe();
            return self.report.stop(&failure);
        }
        if self.tally.all_refused() {
            let text = "every request was refused with 401 or 403 although the token was granted: check the \
                        scopes and the patients that the client may see";
            return self.report.stop(&Failure::inconclusive(Layer::Http, text));
        }
        self.negative_test().await;
        self.summary(plan).await;
        self.sample(plan).await;
        self.look_for_finalized().await;
        self.observe();
        self.judge(plan);
        self.report.close()
    }

    /// Runs one query; `first` when it counts for completeness and not only for the times.
    async fn ask(&mut self, query: &Query, first: bool) {
        match self.fetch(&query.url).await {
            Ok(answer) => {
                let found = if fhir::is_refusal(answer.status) {
                    self.tally.refused += 1;
                    Err(Failure::answered(
                        Layer::Http,
                        format!(
                            "{} was refused: {}",
                            fhir::place(&answer.url),
                            fhir::status_and_reason(&answer)
                        ),
                    ))
                } else {
                    fhir::resource(&answer, &mut Report::new("")).and_then(|found| query.judge(&found))
                };
                self.tally.answered(query, answer.latency, found, first);
            }
            Err(failure) => self.tally.unanswered(query, failure, first),
        }
    }

    async fn fetch(&mut self, url: &url::Url) -> Result<Answer, Failure> {
        let token = self.client.token(self.context, &mut self.report).await?;
        let deadline = self.context.deadline.at_most(ONE_REQUEST);
        let get = Get { url, accept: fhir::ACCEPT, bearer: Some(&token), deadline };
        self.context.http.get(&get).await
    }

    /// One patient that the client must not see. A server may hide that the patient exists.
    async fn negative_test(&mut self) {
        let denied = self.context.parameters.text("denied_patient_id").map(str::trim);
        let Some(id) = denied.filter(|id| !id.is_empty()) else { return };
        let answer = match fhir::below(self.context, &format!("Patient/{}", fhir::encoded(id))) {
            Ok(url) => self.fetch(&url).await,
            Err(failure) => Err(failure),
        };
        let at = "denied_patient_id";
        match answer {
            Ok(answer) if answer.status.is_success() => {
                self.report.observe("denied_ok", false);
                let text = format!(
                    "expected the negative test to be refused, got {}: the client reads a patient it must not see",
                    answer.status.as_u16()
                );
                self.report.fail(Message::new(Severity::Error, text).at(at));
            }
            Ok(answer)
                if fhir::is_refusal(answer.status)
                    || matches!(answer.status, StatusCode::NOT_FOUND | StatusCode::GONE) =>
            {
                self.report.observe("denied_ok", true);
                self.report.note(format!("the negative test was refused with {}", answer.status.as_u16()));
            }
            Ok(answer) => {
                let text = format!(
                    "the negative test was neither refused nor answered: {}",
                    fhir::status_and_reason(&answer)
                );
                self.report.warn(Message::new(Severity::Warning, text).at(at));
            }
            Err(failure) => {
                let text = format!("the negative test could not be made: {failure}");
                self.report.warn(Message::new(Severity::Warning, text).at(at));
            }
        }
    }

    /// A patient summary for the first test patient: by the operation of the International Patient Summary, else by
    /// the document operation of US Core.
    async fn summary(&mut self, plan: &[Query]) {
        let Some(id) = plan.first().map(|query| query.patient.clone()) else { return };
        let mut told = Vec::new();
        let ways = [format!("Patient/{id}/$summary"), format!("DocumentReference/$docref?patient={id}")];
        for way in ways {
            let answer = match fhir::below(self.context, &way) {
                Ok(url) => self.fetch(&url).await,
                Err(failure) => Err(failure),
            };
            let name =
                way.split(['/', '?']).find(|part| part.starts_with('$')).unwrap_or_default().to_owned();
            let problem = match answer {
                Ok(answer) => match fhir::resource(&answer, &mut Report::new("")) {
                    Ok(document) => match queries::summary_in(&document) {
                        Ok(what) => {
                            self.report.observe("document_generated", true);
                            self.report.note(format!("{name} generated {what}"));
                            return;
                        }
                        Err(problem) => problem,
                    },
                    Err(failure) => failure.to_string(),
                },
                Err(failure) => failure.to_string(),
            };
            told.push(format!("{name}: {problem}"));
        }
        self.report.observe("document_generated", false);
        self.report.note(format!("no patient summary was generated; {}", told.join("; ")));
    }

    /// More of the same requests until the timing sample is full or the time is up.
    async fn sample(&mut self, plan: &[Query]) {
        let wanted = self.context.parameters.integer("samples").unwrap_or(DEFAULT_SAMPLES);
        let wanted = usize::try_from(wanted.clamp(1, MOST_SAMPLES)).expect("a small number");
        for query in plan.iter().cycle() {
            if self.tally.requests >= wanted {
                return;
            }
            if self.context.deadline.left() < MARGIN {
                self.report.note(format!(
                    "the time was up after {} of {wanted} requests of the timing sample",
                    self.tally.requests
                ));
                return;
            }
            self.ask(query, false).await;
        }
    }

    /// Where the token endpoint is out of order nobody reads anything, which is what conditions must see.
    fn nothing_read(&mut self) {
        self.report.observe("patients_read", 0_i64);
        self.report.observe("resources_found", Vec::<String>::new());
        self.report.observe("document_generated", false);
    }

    fn observe(&mut self) {
        let tally = &self.tally;
        self.report.observe("requests", i64::try_from(tally.requests).unwrap_or(i64::MAX));
        self.report.observe("error_pct", tally.error_pct());
        self.report.observe("resources_found", tally.resource_types());
        self.report.observe("patients_read", tally.patients_read());
        if let Some(p95) = tally.p95() {
            self.report.observe_millis("p95_latency_ms", p95);
        }
    }

    fn judge(&mut self, plan: &[Query]) {
        for (query, problem) in self.tally.problems() {
            self.report.say(Message::new(Severity::Warning, problem).at(query));
        }
        let share = self.tally.error_pct();
        let text = format!("expected at most {PASSING_ERRORS}% failed requests, got {}%", share.normalize());
        if share > NEAR_ERRORS {
            self.report.fail(Message::new(Severity::Error, text).at("error_pct"));
        } else if share > PASSING_ERRORS {
            self.report.warn(Message::new(Severity::Warning, text).at("error_pct"));
        }
        let patients = queries::patients(plan).len();
        let read = self.tally.patients_read();
        if i64::try_from(patients).is_ok_and(|patients| read < patients) {
            let text = format!("expected all {patients} test patients to be read completely, got {read}");
            self.report.fail(Message::new(Severity::Error, text).at("patient_ids"));
        }
    }
}
