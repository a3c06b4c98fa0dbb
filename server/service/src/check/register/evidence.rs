//! `doc.attestation`: the evidence items of each criterion.
//!
//! One run looks at every criterion that the check is tied to, and each binding is judged by the item of its criterion
//! that meets it best. So a run observes each of its bindings apart: by [`name_of`] instead of the plain name.

use std::collections::BTreeMap;

use domain::check::{
    CheckKind, Message, Observations, Outcome, Parameters, Reach, Severity, Status, Value, judge,
};
use domain::framework::Binding;
use domain::scoring::{CriterionScore, EvidenceState, valid_until};
use domain::{BindingId, Framework};
use jiff::civil::Date;
use store::record::{Check, Evidence, Role};
use store::{FrameworkId, UnixMillis};

use super::{Figures, unknown};
use crate::assessment::Assessed;
use crate::{Error, Service};

/// The kind of these checks.
pub(crate) const KIND: &str = "doc.attestation";
const LOOKED_AT: &str = "the evidence on file";
/// An item that expires within so many days is a warning, by the kind's own rule.
const SOON: i64 = 30;
/// More requirements than anybody reads at once.
const MOST_SAID: usize = 40;
const OBSERVED: [&str; 5] = ["present", "accepted", "age_days", "days_to_expiry", "reported_pct"];

/// How a run names what it observes of one binding.
pub(crate) fn name_of(framework: &Framework, binding: &BindingId, observation: &str) -> String {
    format!("{} {} {binding} {observation}", framework.code, framework.version)
}

/// What a run saw of one binding, as the binding's kind declares it.
pub(crate) fn part_of(outcome: &Outcome, framework: &Framework, binding: &BindingId) -> Outcome {
    let mut observations = Observations::new();
    for name in OBSERVED {
        if let Some(value) = outcome.observations.get(&name_of(framework, binding, name)) {
            observations.set(name, value.clone());
        }
    }
    Outcome { warned: expires_soon(&observations), observations, ..outcome.clone() }
}

fn expires_soon(observations: &Observations) -> bool {
    matches!(observations.get("days_to_expiry"), Some(Value::Integer(days)) if *days <= SOON)
}

/// Which items count, by the check's parameters.
struct Wanted {
    /// In lower case; empty for every title.
    title: String,
    accepted_only: bool,
}

impl Wanted {
    fn of(parameters: &Parameters) -> Self {
        Self {
            title: parameters.text("title_contains").unwrap_or_default().trim().to_lowercase(),
            accepted_only: parameters.boolean("require_accepted").unwrap_or(false),
        }
    }

    fn holds(&self, item: &Evidence) -> bool {
        item.title.to_lowercase().contains(&self.title) && (!self.accepted_only || accepted(item))
    }
}

/// A reviewer other than the author accepted it.
fn accepted(item: &Evidence) -> bool {
    item.state == EvidenceState::Accepted && item.reviewer.is_some_and(|reviewer| reviewer != item.author)
}

impl Service {
    pub(super) async fn doc_attestation(
        &self,
        check: &Check,
        kind: &CheckKind,
        parameters: &Parameters,
    ) -> Result<Outcome, Error> {
        let (wanted, today) = (Wanted::of(parameters), UnixMillis::now().date());
        let mut figures = Figures::of(LOOKED_AT.to_owned());
        let (mut looked_at, mut claimed) = (0, Vec::new());
        for assessments in self.open_by_framework(check).await?.values() {
            let Some(framework) = assessments.first().map(|first| &first.framework) else { continue };
            for criterion in framework.criteria() {
                for binding in criterion.bindings.iter().filter(|binding| binding.kind == kind.code) {
                    let tied = |one: &Assessed| {
                        one.probes_of(&binding.id).iter().any(|probe| probe.check.id == check.id)
                    };
                    if !assessments.iter().any(tied) {
                        continue;
                    }
                    looked_at += 1;
                    let items = assessments.iter().flat_map(|one| one.evidence_on(&criterion.code));
                    let best = best(&items.collect::<Vec<_>>(), &wanted, binding, kind, today);
                    for (name, value) in best.observations.iter() {
                        figures.observations.set(&name_of(framework, &binding.id, name), value.clone());
                    }
                    // What no answer claims needs no item yet.
                    let claims = |one: &Assessed| {
                        let claimed = one.criterion_score(&criterion.code).and_then(CriterionScore::claimed);
                        claimed.is_some_and(|level| level > binding.fail_cap)
                    };
                    if assessments.iter().any(claims) {
                        claimed.push(best.status);
                        let said = best.message.map(|message| message.at(binding.id.to_string()));
                        figures.messages.extend(said);
                    }
                }
            }
        }
        if looked_at == 0 {
            let text = "No open assessment has a criterion that this check is tied to.";
            return Ok(unknown(text.to_owned(), LOOKED_AT));
        }
        Ok(summed_up(figures, looked_at, &claimed))
    }

    /// The organization's open assessments, by the framework version that they pin.
    async fn open_by_framework(&self, check: &Check) -> Result<BTreeMap<FrameworkId, Vec<Assessed>>, Error> {
        let mut by_framework: BTreeMap<FrameworkId, Vec<Assessed>> = BTreeMap::new();
        for assessment in self.store().live_assessments_of(check.org).await? {
            let Some(bundle) = self.store().bundle(assessment.id, None).await? else { continue };
            let assessed = self.assess(bundle, Role::Viewer).await?;
            by_framework.entry(assessment.framework).or_default().push(assessed);
        }
        Ok(by_framework)
    }
}

/// The run stands as the worst of what answers claim.
fn summed_up(mut figures: Figures, looked_at: usize, claimed: &[Status]) -> Outcome {
    figures.checked = format!("{LOOKED_AT}, for {looked_at} requirements");
    let on_file = claimed.iter().filter(|status| matches!(status, Status::Pass | Status::Warn)).count();
    let text =
        format!("{on_file} of {} requirements that answers claim have their item on file.", claimed.len());
    // Failures first: of many messages the last are left out.
    figures.messages.sort_by_key(|message| message.severity != Severity::Error);
    figures.messages.truncate(MOST_SAID);
    figures.messages.push(Message::new(Severity::Info, text));
    let worst = [Status::Fail, Status::Warn, Status::Pass];
    let status = worst.into_iter().find(|status| claimed.contains(status)).unwrap_or(Status::Unknown);
    figures.outcome(status)
}

/// How a binding stands with the evidence of its criterion.
struct Best {
    status: Status,
    observations: Observations,
    /// What is wrong, if anything is.
    message: Option<Message>,
}

/// The item that meets the binding best; of equals the one of the latest date.
fn best(items: &[&Evidence], wanted: &Wanted, binding: &Binding, kind: &CheckKind, today: Date) -> Best {
    let rank = |status: Status| match status {
        Status::Pass => 3,
        Status::Warn => 2,
        Status::Fail => 1,
        Status::Unknown => 0,
    };
    let candidates = items.iter().copied().filter(|item| wanted.holds(item)).filter(|item| {
        let expires = valid_until(item.dated, item.duration, item.expires);
        item.state != EvidenceState::Rejected && item.dated <= today && expires >= today
    });
    let looked_at = candidates.map(|item| {
        let observations = observed(item, today);
        let status = judged(binding, kind, &observations);
        (item, observations, status)
    });
    let Some((item, observations, status)) =
        looked_at.max_by_key(|(item, _, status)| (rank(*status), item.dated))
    else {
        let mut observations = Observations::new();
        observations.set("present", false);
        let message = Message::new(Severity::Error, missing(items, wanted, today));
        return Best { status: judged(binding, kind, &observations), observations, message: Some(message) };
    };
    Best { status, message: said(item, status, binding, &observations), observations }
}

fn observed(item: &Evidence, today: Date) -> Observations {
    let days = |from: Date, to: Date| i64::from((to - from).get_days());
    let mut seen = Observations::new();
    seen.set("present", true);
    seen.set("accepted", accepted(item));
    seen.set("age_days", days(item.dated, today));
    seen.set("days_to_expiry", days(today, valid_until(item.dated, item.duration, item.expires)));
    if let Some(reported) = item.reported_pct {
        seen.set("reported_pct", reported);
    }
    seen
}

fn judged(binding: &Binding, kind: &CheckKind, observations: &Observations) -> Status {
    let outcome = Outcome {
        reach: Reach::Answered,
        status: Status::Unknown,
        warned: expires_soon(observations),
        observations: observations.clone(),
        messages: Vec::new(),
        checked: String::new(),
    };
    judge(&binding.expect, kind, &outcome).status
}

/// Why no item counts.
fn missing(items: &[&Evidence], wanted: &Wanted, today: Date) -> String {
    let Some(latest) = items.iter().max_by_key(|item| item.dated) else {
        return "Expected an item of evidence on file; there is none.".to_owned();
    };
    let expired = valid_until(latest.dated, latest.duration, latest.expires);
    let why = if latest.state == EvidenceState::Rejected {
        "was rejected by a reviewer".to_owned()
    } else if expired < today {
        format!("expired on {expired}")
    } else if latest.dated > today {
        format!("is dated {}, in the future", latest.dated)
    } else if wanted.accepted_only && !accepted(latest) {
        "was accepted by nobody but its author yet".to_owned()
    } else {
        format!("does not have \"{}\" in its title", wanted.title)
    };
    format!("Expected an item of evidence that is current; the latest, \"{}\", {why}.", latest.title)
}

/// What is wrong with the item that meets the binding best.
fn said(item: &Evidence, status: Status, binding: &Binding, seen: &Observations) -> Option<Message> {
    let asked: Vec<&str> = binding.expect.iter().map(|condition| condition.text.as_str()).collect();
    let (asked, title) = (asked.join(", "), &item.title);
    let of = |name: &str| seen.get(name).map_or_else(|| "not entered".to_owned(), ToString::to_string);
    match status {
        Status::Pass => None,
        Status::Warn => {
            let text = format!(
                "\"{title}\" expires in {} days, or its figure is near its limit.",
                of("days_to_expiry")
            );
            Some(Message::new(Severity::Warning, text))
        }
        Status::Fail => {
            let text = format!(
                "Expected {asked}; \"{title}\" is {} days old, accepted: {}, reported figure: {}.",
                of("age_days"),
                of("accepted"),
                of("reported_pct")
            );
            Some(Message::new(Severity::Error, text))
        }
        Status::Unknown => {
            let text = format!("Expected {asked}; nobody entered the figure that \"{title}\" reports.");
            Some(Message::new(Severity::Warning, text))
        }
    }
}
