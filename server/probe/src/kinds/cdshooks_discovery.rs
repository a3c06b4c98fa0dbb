//! `cdshooks.discovery`: the decision support services that a CDS Hooks server offers.
//!
//! `GET [base]/cds-services`. Which hooks are expected is a binding's matter; here a service that lacks what the
//! specification requires of it is reported.

use std::collections::{BTreeSet, HashSet};

use domain::check::{Message, Outcome, Reach, Severity};
use serde_json::Value;

use super::below_base;
use super::json::{self, Access};
use crate::prober::Context;
use crate::report::Report;

pub(crate) const CODE: &str = "cdshooks.discovery";

const DISCOVERY: &str = "https://cds-hooks.hl7.org/2.0/#discovery";
const DEFAULT_MAX_LATENCY_MS: i64 = 3000;

pub(crate) async fn run(context: &Context<'_>) -> Outcome {
    let url = match below_base(context, "/cds-services") {
        Ok(url) => url,
        Err(failure) => return Report::new("GET [base]/cds-services").stop(&failure),
    };
    let mut report = Report::new(format!("GET {url}"));
    let (answer, document) =
        match json::fetch(context, &mut report, &url, "application/json", Access::MayNeedToken).await {
            Ok(fetched) => fetched,
            Err(failure) => {
                if failure.reach == Reach::Answered {
                    observe(&mut report, &[]);
                }
                return report.stop(&failure);
            }
        };
    let services = json::items(&document, "services");
    observe(&mut report, services);
    if !document["services"].is_array() {
        let text = format!("expected an array named services, got {}", json::shape(&document["services"]));
        report.fail(
            Message::new(Severity::Error, text).at("services").requirement("CDS Hooks discovery", DISCOVERY),
        );
    } else if services.is_empty() {
        let text = "expected at least one service; the list is empty";
        report.fail(
            Message::new(Severity::Error, text).at("services").requirement("CDS Hooks discovery", DISCOVERY),
        );
    }
    judge_services(&mut report, services);
    let most = context.parameters.integer("max_latency_ms").unwrap_or(DEFAULT_MAX_LATENCY_MS);
    let seen = answer.latency.as_millis();
    if i128::try_from(seen).is_ok_and(|seen| seen > i128::from(most)) {
        let text = format!("expected an answer within {most} ms, it took {seen} ms");
        report.warn(Message::new(Severity::Warning, text).at("latency_ms"));
    }
    report.close()
}

fn observe(report: &mut Report, services: &[Value]) {
    let hooks: BTreeSet<_> =
        services.iter().filter_map(|service| json::text(service, "hook").map(str::to_owned)).collect();
    report.observe("services", i64::try_from(services.len()).unwrap_or(i64::MAX));
    report.observe("hooks", hooks.into_iter().collect::<Vec<_>>());
}

/// `hook`, `description` and `id` are required of each service, and the id is unique.
fn judge_services(report: &mut Report, services: &[Value]) {
    let mut ids = HashSet::new();
    for (index, service) in services.iter().enumerate() {
        let missing: Vec<_> = ["hook", "description", "id"]
            .into_iter()
            .filter(|name| json::text(service, name).is_none())
            .collect();
        let mut complain = |text: String| {
            let message = Message::new(Severity::Warning, text).at(format!("services[{index}]"));
            report.say(message.requirement("CDS Hooks discovery", DISCOVERY));
        };
        if !missing.is_empty() {
            complain(format!(
                "a service is expected to have hook, description and id; this one lacks {}",
                missing.join(", ")
            ));
        }
        if let Some(id) = json::text(service, "id")
            && !ids.insert(id)
        {
            complain(format!("the id {id} is used by more than one service"));
        }
    }
}
