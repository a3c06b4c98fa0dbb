//! `epa.roundtrip`: a synthetic prior authorization request, sent to a test endpoint and answered.
//!
//! By FHIR (Da Vinci PAS, `Claim/$submit`) or by X12 (278 over HTTPS, media type `application/EDI-X12`). The request is
//! made here, about nobody: person, member number and diagnosis are invented, everything is marked as a test, and the
//! agreed test case stands where the receiver looks for it. The credentials are a bearer token, `Basic user:password`,
//! or the JSON of a SMART backend services client.

mod credentials;
mod pas;
mod pas_request;
mod x12;
mod x12_request;

use std::time::Duration;

use domain::check::{Message, Outcome, Parameters, Reach, Severity};
use http::StatusCode;

use super::json::status_text;
use super::{fhir, required};
use crate::failure::{Failure, Layer};
use crate::given::{self, Unusable};
use crate::http::{Answer, Request};
use crate::prober::Context;
use crate::report::Report;
use credentials::Credentials;

pub(crate) const CODE: &str = "epa.roundtrip";

/// A valid answer within this passes, within the second it is a warning.
const PASSING: Duration = Duration::from_secs(15);
const NEAR: Duration = Duration::from_secs(30);

/// How the request is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Pas,
    X12,
}

impl Mode {
    fn read(text: &str) -> Result<Self, Failure> {
        match text.trim().to_ascii_lowercase().as_str() {
            "pas" => Ok(Self::Pas),
            "x12-278" | "x12" | "278" => Ok(Self::X12),
            other => {
                let text = format!("mode is \"{other}\": write pas (FHIR) or x12-278");
                Err(Failure::inconclusive(Layer::Guard, text))
            }
        }
    }

    fn content_type(self) -> &'static str {
        match self {
            Self::Pas => fhir::CONTENT,
            Self::X12 => "application/EDI-X12",
        }
    }

    fn accept(self) -> &'static str {
        match self {
            Self::Pas => fhir::ACCEPT,
            Self::X12 => "application/EDI-X12, */*;q=0.5",
        }
    }
}

/// What a response says, whichever way it is written.
#[derive(Debug, Default, PartialEq, Eq)]
struct Response {
    /// What was decided, in words, where something was.
    decision: Option<String>,
    remarks: Vec<String>,
}

pub(crate) async fn run(context: &Context<'_>) -> Outcome {
    let planned = plan(context);
    let (mode, url, body) = match planned {
        Ok(planned) => planned,
        Err(failure) => return Report::new("POST of a synthetic prior authorization request").stop(&failure),
    };
    let what = if mode == Mode::Pas { "a PAS request bundle" } else { "an X12 278 request" };
    let case = context.parameters.text("test_case").unwrap_or_default();
    let mut report = Report::new(format!("POST {url} with {what}, test case {case}"));
    let answer = match send(context, &mut report, mode, &url, &body).await {
        Ok(answer) => answer,
        Err(failure) => {
            // A token endpoint that is out of order: what was asked of the payer did not come.
            if failure.reach == Reach::Answered {
                report.observe("response_valid", false);
                report.observe("decision_returned", false);
            }
            return report.stop(&failure);
        }
    };
    report.observe("http_status", i64::from(answer.status.as_u16()));
    report.observe_millis("latency_ms", answer.latency);
    if fhir::is_refusal(answer.status) {
        let text = format!(
            "expected 200 from {url}, got {}: the test credentials are not accepted",
            fhir::status_and_reason(&answer)
        );
        return report.stop(&Failure::inconclusive(Layer::Http, text));
    }
    let response = if answer.status.is_success() {
        read(mode, &answer, &mut report)
    } else {
        let seen = match mode {
            Mode::Pas => fhir::status_and_reason(&answer),
            Mode::X12 => status_text(answer.status),
        };
        Err(Failure::answered(Layer::Http, format!("expected 200 from {url}, got {seen}")))
    };
    report.observe("response_valid", response.is_ok());
    let response = match response {
        Ok(response) => response,
        Err(failure) => {
            report.observe("decision_returned", false);
            return report.stop(&failure);
        }
    };
    judge(&mut report, &response, answer.latency);
    report.close()
}

fn plan(context: &Context<'_>) -> Result<(Mode, url::Url, Vec<u8>), Failure> {
    let mode = Mode::read(required(context, "mode")?)?;
    let case = required(context, "test_case")?.trim();
    let endpoint = required(context, "endpoint")?.trim_end_matches('/');
    let (address, body) = match mode {
        Mode::Pas => {
            let operation = if endpoint.ends_with("$submit") { "" } else { "/Claim/$submit" };
            (format!("{endpoint}{operation}"), pas_request::bundle(case, context.now).to_string())
        }
        Mode::X12 => {
            let body = x12_request::interchange(case, context.now)
                .map_err(|problem| Failure::inconclusive(Layer::Guard, problem))?;
            (endpoint.to_owned(), body)
        }
    };
    Ok((mode, context.connector.guard().vet_url(&address)?, body.into_bytes()))
}

/// What of the parameters no run could read.
pub(super) fn unusable(parameters: &Parameters) -> Option<Unusable> {
    Credentials::read(given::text(parameters, "credentials")?).err()
}

async fn send(
    context: &Context<'_>,
    report: &mut Report,
    mode: Mode,
    url: &url::Url,
    body: &[u8],
) -> Result<Answer, Failure> {
    let credentials = Credentials::read(required(context, "credentials")?)?;
    let authorization = credentials.authorization(context, report).await?;
    let request = Request::post(url, mode.accept(), mode.content_type(), body, context.deadline)
        .authorization(Some(&authorization));
    context.http.send(&request).await
}

fn read(mode: Mode, answer: &Answer, report: &mut Report) -> Result<Response, Failure> {
    if answer.status != StatusCode::OK {
        report.note(format!("the response came with {}", status_text(answer.status)));
    }
    match mode {
        Mode::Pas => pas::response(&fhir::resource(answer, report)?),
        Mode::X12 => x12::response(&answer.body),
    }
}

fn judge(report: &mut Report, response: &Response, took: Duration) {
    for remark in &response.remarks {
        report.say(Message::new(Severity::Warning, remark.clone()).at("response"));
    }
    report.observe("decision_returned", response.decision.is_some());
    if let Some(decision) = &response.decision {
        report.note(format!("decision: {decision}"));
    } else {
        let text = "expected a decision or a pended status; the response carries none";
        report.fail(Message::new(Severity::Error, text).at("response"));
    }
    let text = format!("expected a response within {} s, it took {} ms", PASSING.as_secs(), took.as_millis());
    if took > NEAR {
        report.fail(Message::new(Severity::Error, text).at("latency_ms"));
    } else if took > PASSING {
        report.warn(Message::new(Severity::Warning, text).at("latency_ms"));
    }
}

/// What an action of X12 code source 306 decides; `None` for those that leave it open.
fn decision_of(action: &str) -> Option<&'static str> {
    match action {
        "A1" => Some("certified in total"),
        "A2" => Some("certified in part"),
        "A3" => Some("not certified"),
        "A4" => Some("pended"),
        "A6" => Some("modified"),
        "NA" => Some("no action required"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::check::Status;

    fn judged(seconds: u64, decision: Option<&str>) -> Status {
        let mut report = Report::new("");
        let response = Response { decision: decision.map(str::to_owned), remarks: Vec::new() };
        judge(&mut report, &response, Duration::from_secs(seconds));
        report.close().status
    }

    #[test]
    fn the_time_decides_between_pass_warning_and_failure() {
        let seen = [15, 16, 30, 31].map(|seconds| judged(seconds, Some("pended")));
        assert_eq!(seen, [Status::Pass, Status::Warn, Status::Warn, Status::Fail]);
        assert_eq!(judged(1, None), Status::Fail);
    }
}
