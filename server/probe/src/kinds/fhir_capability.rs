//! `fhir.capability`: the capability statement of a FHIR server, DSTU2 to R5.
//!
//! `GET [base]/metadata`. A tolerant reader and a strict judge: whatever JSON comes is read as far as it goes, and is
//! judged with the rule ids of the federal endpoint monitor (ONC Lantern), so that results compare. A broken rule is
//! a message; the run fails only where there is no server's capability statement.

mod facts;
mod guides;
mod rules;
mod statement;

use domain::check::{Message, Outcome, Severity};
use serde_json::Value;
use url::Url;

use super::below_base;
use super::json::{self, Access};
use crate::failure::Failure;
use crate::http::{Answer, Get};
use crate::prober::Context;
use crate::report::Report;
use guides::declares;
use rules::{Beside, Rule};
use statement::Statement;

pub(crate) const CODE: &str = "fhir.capability";

/// The media types by which FHIR servers know JSON; the second is DSTU2's.
const ACCEPT: &str = "application/fhir+json, application/json+fhir;q=0.9, application/json;q=0.8";

/// What each of the two side requests may take.
const ASIDE: std::time::Duration = std::time::Duration::from_secs(5);

const DEFAULT_MAX_LATENCY_MS: i64 = 5000;

pub(crate) async fn run(context: &Context<'_>) -> Outcome {
    let url = match below_base(context, "/metadata") {
        Ok(url) => url,
        Err(failure) => return Report::new("GET [base]/metadata").stop(&failure),
    };
    let mut report = Report::new(format!("GET {url}"));
    let fetched = json::fetch(context, &mut report, &url, ACCEPT, Access::MayNeedToken).await;
    let (answer, document) = match fetched {
        Ok(fetched) => fetched,
        Err(failure) => {
            if failure.reach == domain::check::Reach::Answered {
                report.observe("resource_type", "");
                nothing_declared(context, &mut report);
            }
            return report.stop(&failure);
        }
    };
    let resource_type = json::text(&document, "resourceType").unwrap_or_default();
    report.observe("resource_type", resource_type);
    if !matches!(resource_type, "CapabilityStatement" | "Conformance") {
        nothing_declared(context, &mut report);
        let seen = match (resource_type, &document) {
            ("", Value::Object(_)) => "a JSON object without resourceType",
            ("", other) => json::shape(other),
            (named, _) => named,
        };
        let text = format!("expected a CapabilityStatement (Conformance in DSTU2), got {seen}");
        report
            .fail(rules::requirement(Message::new(Severity::Error, text).at("resourceType"), "capStatExist"));
        return report.close();
    }
    let statement = Statement::read(&document);
    // Set once a run: it is the only statement that it reads.
    let _ = context.declared.set(facts::facts(&document));
    observe(&mut report, &statement);
    judge_mode(&mut report, &statement);
    judge_latency(context, &mut report, &answer);
    compare_with_plan(context, &mut report, &statement);
    let beside = look_beside(context).await;
    judge_rules(&mut report, &statement, &answer, &beside);
    report.note(summary(&statement, &answer));
    report.close()
}

/// A server that answers without a statement declares nothing, which is what conditions on these lists must see.
fn nothing_declared(context: &Context<'_>, report: &mut Report) {
    for name in
        ["resources", "interactions", "operations", "instantiates", "supported_profiles", "guide_versions"]
    {
        report.observe(name, Vec::<String>::new());
    }
    if !context.parameters.list("expected_versions").is_empty() {
        report.observe("declared_matches_plan", false);
    }
}

fn observe(report: &mut Report, statement: &Statement<'_>) {
    if let Some(version) = statement.fhir_version() {
        report.observe("fhir_version", version);
    }
    if let Some(mode) = statement.mode() {
        report.observe("mode", mode);
    }
    report.observe("resources", statement.resource_types());
    report.observe("interactions", statement.interactions());
    report.observe("operations", statement.operations());
    report.observe("instantiates", statement.instantiates());
    report.observe("supported_profiles", statement.supported_profiles());
    report.observe("guide_versions", statement.guide_versions());
}

fn judge_mode(report: &mut Report, statement: &Statement<'_>) {
    match statement.mode() {
        Some("server") => {}
        Some(other) => {
            let text = format!("expected the statement of a server, got mode {other}");
            report.fail(Message::new(Severity::Error, text).at("rest.mode"));
        }
        None if statement.rest().is_empty() => {
            report.say(Message::new(Severity::Warning, "the statement has no rest entry").at("rest"));
        }
        None => {
            let text = "the rest entry does not say its mode; it was read as a server's";
            report.say(Message::new(Severity::Warning, text).at("rest.mode"));
        }
    }
    if statement.rest().len() > 1 {
        let modes: Vec<_> =
            statement.rest().iter().map(|rest| json::text(rest, "mode").unwrap_or("no mode")).collect();
        report.note(format!(
            "{} rest entries ({}); those of a server were read together",
            modes.len(),
            modes.join(", ")
        ));
    }
    if statement.fhir_version().is_none() {
        report
            .say(Message::new(Severity::Warning, "the statement declares no fhirVersion").at("fhirVersion"));
    }
}

fn judge_latency(context: &Context<'_>, report: &mut Report, answer: &Answer) {
    let most = context.parameters.integer("max_latency_ms").unwrap_or(DEFAULT_MAX_LATENCY_MS);
    let seen = answer.latency.as_millis();
    if i128::try_from(seen).is_ok_and(|seen| seen > i128::from(most)) {
        let text = format!("expected an answer within {most} ms, it took {seen} ms");
        report.warn(Message::new(Severity::Warning, text).at("latency_ms"));
    }
}

/// Compares with what the standards plan says is in production; without a plan there is nothing to observe.
fn compare_with_plan(context: &Context<'_>, report: &mut Report, statement: &Statement<'_>) {
    let expected = context.parameters.list("expected_versions");
    if expected.is_empty() {
        return;
    }
    let missing: Vec<_> = expected.iter().filter(|version| !declares(statement, version)).cloned().collect();
    report.observe("declared_matches_plan", missing.is_empty());
    if !missing.is_empty() {
        let declared =
            [statement.guide_versions(), statement.fhir_version().map(str::to_owned).into_iter().collect()];
        let text = format!(
            "planned but not declared: {}; declared: {}",
            missing.join(", "),
            declared.concat().join(", ")
        );
        report.say(Message::new(Severity::Warning, text).at("implementationGuide"));
    }
}

/// What the server serves beside its statement. Neither answer can fail the run.
async fn look_beside(context: &Context<'_>) -> Beside {
    let deadline = context.deadline.at_most(ASIDE);
    let bearer = context.parameters.text("bearer_token");
    let get = async |path: &str, accept: &'static str| {
        let url = below_base(context, path)?;
        let answer = context.http.get(&Get { url: &url, accept, bearer, deadline }).await?;
        let document = serde_json::from_slice(&answer.body).unwrap_or(Value::Null);
        Ok::<_, Failure>((answer.status.as_u16(), document))
    };
    let (smart, versions) =
        tokio::join!(get("/.well-known/smart-configuration", "application/json"), get("/$versions", ACCEPT));
    Beside { smart, versions }
}

fn judge_rules(report: &mut Report, statement: &Statement<'_>, answer: &Answer, beside: &Beside) {
    let rules = rules::judge(statement, answer, beside);
    let held: Vec<_> = rules.iter().filter(|rule| rule.problem.is_none()).map(|rule| rule.id).collect();
    report.note(format!(
        "{} of {} rules of the endpoint monitor hold: {}",
        held.len(),
        rules.len(),
        held.join(", ")
    ));
    for Rule { id, at, problem } in rules {
        if let Some(problem) = problem {
            report.say(rules::requirement(Message::new(Severity::Warning, problem).at(at), id));
        }
    }
}

fn summary(statement: &Statement<'_>, answer: &Answer) -> String {
    let version = statement.fhir_version().unwrap_or("unknown version");
    let mut parts = vec![format!("FHIR {} ({version})", statement.release())];
    parts.extend(statement.kind().map(|kind| format!("kind {kind}")));
    parts.extend(statement.software().map(|software| format!("software {software}")));
    let formats = statement.formats();
    if !formats.is_empty() {
        parts.push(format!("formats {}", formats.join(", ")));
    }
    parts.push(format!("{} resource types", statement.resource_types().len()));
    let security = statement.security_services();
    if !security.is_empty() {
        parts.push(format!("security {}", security.join(", ")));
    }
    parts.push(format!("{} bytes from {}", answer.body.len(), without_query(&answer.url)));
    parts.join("; ")
}

fn without_query(url: &Url) -> &str {
    &url[..url::Position::AfterPath]
}
