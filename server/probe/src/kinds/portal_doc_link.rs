//! `portal.doc_link`: a public page is there, served over TLS, says what it must, and is current.
//!
//! How old a page may be is a binding's matter; here its age is observed, from what the page says of itself, else
//! from the date entered with the check, else from the server's `Last-Modified`.

mod age;
mod page;

use std::borrow::Cow;

use domain::check::{Message, Outcome, Reach, Severity};
use domain::decode;
use http::StatusCode;
use http::header::{CONTENT_TYPE, LAST_MODIFIED};
use jiff::civil::Date;

use super::json::status_text;
use super::required;
use crate::failure::Layer;
use crate::http::{Answer, Get};
use crate::prober::Context;
use crate::report::Report;
pub(super) use age::http_date;

pub(crate) const CODE: &str = "portal.doc_link";

pub(crate) async fn run(context: &Context<'_>) -> Outcome {
    let url = required(context, "url").and_then(|text| Ok(context.connector.guard().vet_url(text)?));
    let url = match url {
        Ok(url) => url,
        Err(failure) => return Report::new("GET page").stop(&failure),
    };
    let mut report = Report::new(format!("GET {url}"));
    let accept = "text/html, application/pdf;q=0.9, */*;q=0.5";
    let get = Get { url: &url, accept, bearer: None, deadline: context.deadline };
    let answer = match context.http.get(&get).await {
        Ok(answer) => answer,
        Err(mut failure) => {
            // A redirect that leads nowhere or gives up encryption is no page either, whatever is asked of one.
            if failure.reach == Reach::Answered {
                failure.reach = Reach::NoAnswer;
            }
            if failure.reach != Reach::Inconclusive && failure.layer == Layer::Tls {
                report.observe("tls_ok", false);
            }
            return report.stop(&failure);
        }
    };
    report.observe("http_status", i64::from(answer.status.as_u16()));
    report.observe_millis("latency_ms", answer.latency);
    report.observe("tls_ok", answer.tls.is_some());
    if answer.url != url {
        report.note(format!("{url} redirects to {}", answer.url));
    }
    if answer.status != StatusCode::OK {
        let text = format!("expected 200 from {}, got {}", answer.url, status_text(answer.status));
        report.fail(Message::new(Severity::Error, text).at("HTTP"));
        words(context, &mut report, "");
        return report.close();
    }
    if answer.tls.is_none() {
        let text = format!("expected the page over TLS; {} is not", answer.url);
        report.fail(Message::new(Severity::Error, text).at("TLS"));
    }
    let html = body_text(&answer);
    words(context, &mut report, &page::text(&html));
    observe_age(context, &mut report, &answer, &html);
    report.close()
}

/// The body as text. One that is no UTF-8, and is not said to be, is read as browsers do: as Windows-1252.
fn body_text(answer: &Answer) -> Cow<'_, str> {
    let says_utf8 = |kind: &str| kind.to_ascii_lowercase().contains("utf-8");
    if answer.header(CONTENT_TYPE).is_some_and(says_utf8) {
        String::from_utf8_lossy(&answer.body)
    } else {
        decode::text(&answer.body).0
    }
}

fn words(context: &Context<'_>, report: &mut Report, text: &str) {
    let wanted = context.parameters.list("must_contain");
    let text = text.to_lowercase();
    let missing: Vec<_> = wanted.iter().filter(|word| !text.contains(&page::folded(word))).cloned().collect();
    report.observe("words_found", missing.is_empty());
    if !missing.is_empty() {
        let text = format!("expected on the page, but not found: {}", missing.join(", "));
        report.fail(Message::new(Severity::Error, text).at("must_contain"));
    }
}

fn observe_age(context: &Context<'_>, report: &mut Report, answer: &Answer, html: &str) {
    let today = context.now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let entered = context.parameters.text("entered_date").map(str::trim).filter(|text| !text.is_empty());
    let entered_date = entered.and_then(|text| text.parse::<Date>().ok());
    if let Some(text) = entered
        && entered_date.is_none()
    {
        let problem = format!("entered_date {text:?} is not a date: write it as 2025-03-31");
        report.say(Message::new(Severity::Warning, problem).at("entered_date"));
    }
    let modified =
        || answer.header(LAST_MODIFIED).and_then(age::http_date).map(|date| (date, "Last-Modified"));
    let found = age::stated(html, today)
        .map(|date| (date, "the page"))
        .or_else(|| entered_date.map(|date| (date, "the date entered")))
        .or_else(modified);
    match found {
        Some((date, source)) => {
            report.observe("page_age_days", age::days_between(date, today));
            report.note(format!("last updated on {date}, by {source}"));
        }
        None => report.note("the page does not say when it was last updated; enter the date with the check"),
    }
}
