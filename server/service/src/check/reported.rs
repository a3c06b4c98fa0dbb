//! Runs that are reported instead of made: the aggregate of a reconciliation, or the figures of a warehouse.
//!
//! Rung keeps counts and shares, judged like any other run. Row-level data never comes here
//! (`domain::reconcile`).

use std::collections::BTreeMap;

use domain::check::{
    CheckKind, Condition, Group, Message, Observations, Operator, Outcome, Reach, Severity, Status, Value,
};
use domain::reconcile::Aggregate;
use rust_decimal::Decimal;
use serde_json::json;
use store::record::{Audit, Check, Run};
use store::{CheckId, UnixMillis};

use super::feed::least_asked;
use super::run::{Timing, inconclusive};
use super::sample;
use super::tabled::{Tabled, figures_of};
use crate::service::org_audit;
use crate::{Actor, Error, FieldError, Permission, Service};

const DAY_MS: i64 = 24 * 3600 * 1000;
/// Observed by all kinds of the group: how old the latest run is.
const AGE: &str = "run_age_days";
/// How far back figures may have been computed, in days.
const OLDEST: i64 = 3 * 366;

/// What somebody reports of two files that were reconciled elsewhere.
#[derive(Debug, Clone, Default)]
pub struct Reconciliation {
    /// What the engine found, if it was run.
    pub aggregate: Option<Aggregate>,
    /// The table that the kind is computed from, as CSV; empty for none.
    pub table: String,
    /// Figures by the names of the kind's observations, beside those that the aggregate tells.
    pub figures: BTreeMap<String, serde_json::Value>,
    /// When they were computed; now, where absent.
    pub computed_at: Option<UnixMillis>,
}

/// A run that something else than a probe brought, before it is judged.
pub(super) struct Reported {
    pub(super) started_at: UnixMillis,
    pub(super) duration_ms: i64,
    pub(super) observations: Observations,
    pub(super) messages: Vec<Message>,
    /// What was looked at, in one line; never empty.
    pub(super) checked: String,
}

impl Service {
    /// Records the aggregate of a reconciliation, or its figures, as a run of the check. Of a check that looks by itself it
    /// takes the figures that the check cannot see (`aside.rs`), and runs it with them.
    pub async fn report_reconciliation(
        &self,
        actor: &Actor,
        id: CheckId,
        report: Reconciliation,
    ) -> Result<Run, Error> {
        let check = self.check_for(actor, id, Permission::Operate).await?;
        let kind = self.kind_of(&check)?;
        if kind.group != Group::Reconciliation {
            return self.report_aside(actor, check, &report).await;
        }
        let now = UnixMillis::now();
        let started_at = report.computed_at.unwrap_or(now);
        let tabled = self.tabled(&check, kind, &report, started_at)?;
        let mut observations =
            read_report(kind, &report, tabled.as_ref(), started_at, now).map_err(Error::Invalid)?;
        let age = (now.0 - started_at.0).max(0) / DAY_MS;
        if kind.observation(AGE).is_some() {
            observations.set(AGE, age);
        }
        let mut messages = report.aggregate.as_ref().map(Aggregate::messages).unwrap_or_default();
        let mut checked: Vec<String> = report.aggregate.iter().map(Aggregate::checked).collect();
        let computed = report.aggregate.is_some() || tabled.is_some();
        if let Some(tabled) = tabled {
            messages.extend(tabled.messages);
            checked.push(tabled.checked);
        }
        if checked.is_empty() {
            checked.push("figures reported by hand".to_owned());
        }
        let checked = checked.join("; ");
        let reported = Reported { started_at, duration_ms: 0, observations, messages, checked };
        let entry = org_audit(actor, check.org, "check.reported", id, json!({ "computed": computed }));
        let run = self.record_reported(&check, kind, reported, Some(entry)).await?;
        self.look_when_too_old(&check).await;
        Ok(run)
    }

    /// Has a check looked at when its latest report turns too old for a criterion. A failure is on the log: the next run by
    /// schedule sees that too.
    async fn look_when_too_old(&self, check: &Check) {
        let now = UnixMillis::now();
        let due = self.next_due(check, now).await;
        if let Err(error) = self.store().bring_forward(check.id, due, now).await {
            tracing::error!(check = %check.id, ?error, "when a report turns too old could not be kept");
        }
    }

    /// When the latest report turns too old for what was promised, or for a criterion for which it is young enough until
    /// then.
    pub(super) async fn report_ages_at(
        &self,
        check: &Check,
        after: UnixMillis,
    ) -> Result<Option<UnixMillis>, Error> {
        let kind = self.kind_of(check)?;
        if kind.group != Group::Reconciliation {
            return Ok(None);
        }
        let Some(computed_at) = self.store().reported_at(check.id).await? else { return Ok(None) };
        let bindings = self.bindings_of(&check.kind).await?;
        let limits = bindings.iter().flat_map(|(_, binding)| &binding.expect).filter_map(most_days);
        let turns = limits.chain([self.promised_days(check, kind)]).map(|days| {
            let time = days.saturating_add(1).saturating_mul(DAY_MS);
            UnixMillis(computed_at.0.saturating_add(time))
        });
        Ok(turns.filter(|at| *at > after).min())
    }

    /// How many days may pass from one report to the next, by the check's parameters; else by its kind's interval.
    fn promised_days(&self, check: &Check, kind: &CheckKind) -> i64 {
        let promised = self.open_parameters(check).ok().and_then(|known| known.integer("cadence_days"));
        promised.unwrap_or_else(|| i64::from(kind.default_interval) / (24 * 3600)).max(1)
    }

    /// Whether a report that was computed later is on file: what was computed before it breaks no promise, and opens and
    /// closes no incident.
    pub(super) async fn is_history(&self, check: &Check, computed_at: UnixMillis) -> Result<bool, Error> {
        let latest = self.store().reported_at(check.id).await?;
        // One of a time to come was computed by a clock that was set back since.
        Ok(latest.is_some_and(|latest| computed_at < latest && latest <= UnixMillis::now()))
    }

    /// Says that a run of so many days is older than promised; `None` where it is not.
    fn older_than_promised(&self, check: &Check, kind: &CheckKind, age: i64) -> Option<Message> {
        let promised = self.promised_days(check, kind);
        let text =
            || format!("The latest run is {} old; one every {} was promised.", days(age), days(promised));
        (age > promised).then(|| Message::new(Severity::Error, text()))
    }

    /// What the table of a report tells; `None` without one.
    fn tabled(
        &self,
        check: &Check,
        kind: &CheckKind,
        report: &Reconciliation,
        started_at: UnixMillis,
    ) -> Result<Option<Tabled>, Error> {
        if report.table.trim().is_empty() {
            return Ok(None);
        }
        let parameters = self.open_parameters(check)?;
        let domains = parameters.list("domains");
        let found = figures_of(&kind.code, domains, report.table.as_bytes(), started_at.date());
        found.map(Some).map_err(Error::Invalid)
    }

    /// Keeps a run that was reported.
    pub(super) async fn record_reported(
        &self,
        check: &Check,
        kind: &CheckKind,
        reported: Reported,
        audit: Option<Audit>,
    ) -> Result<Run, Error> {
        let mut outcome = Outcome {
            reach: Reach::Answered,
            status: Status::Unknown,
            warned: false,
            observations: reported.observations,
            messages: reported.messages,
            checked: reported.checked,
        };
        let parameters = self.open_parameters(check)?;
        let too_small = sample::leave_out_shares(&kind.code, &parameters, &mut outcome.observations);
        self.let_stand(kind, &mut outcome).await?;
        if let Some(Value::Integer(age)) = outcome.observations.get(AGE)
            && let Some(message) = self.older_than_promised(check, kind, *age)
            && !self.is_history(check, reported.started_at).await?
        {
            outcome.status = Status::Fail;
            outcome.messages.push(message);
        }
        if let Some(message) = too_small {
            outcome.status = sample::status_without_shares(outcome.status);
            outcome.messages.push(message);
        }
        let timing = Timing {
            scheduled_for: None,
            started_at: reported.started_at,
            duration_ms: reported.duration_ms,
        };
        self.keep_reported(check, kind, timing, outcome, audit).await
    }

    /// Lets figures stand as the least demanding criteria make of them: a kind is bound to several with conditions of
    /// rising strictness, and whoever claims little is not broken for what only the highest level asks. UNKNOWN where
    /// they tell nothing that is asked for.
    pub(super) async fn let_stand(&self, kind: &CheckKind, outcome: &mut Outcome) -> Result<(), Error> {
        let bindings = self.bindings_of(&kind.code).await?;
        let mut asked = bindings.iter().flat_map(|(_, binding)| &binding.expect);
        let told = asked.any(|condition| outcome.observations.get(&condition.observation).is_some());
        let (status, messages) = least_asked(&bindings, kind, outcome);
        outcome.status = if told { status } else { Status::Unknown };
        outcome.messages.extend(messages);
        Ok(())
    }

    /// What a run finds that Rung makes itself, by schedule or by hand: how old the latest report is. Nothing else is known
    /// anew, so a report that is young enough for every criterion is not judged a second time. One that is too old fails
    /// where it is older than promised, or than any criterion lets it be; where it is too old for some of them alone, those
    /// answer for it.
    pub(super) async fn awaited(
        &self,
        check: &Check,
        kind: &CheckKind,
        now: UnixMillis,
    ) -> Result<Outcome, Error> {
        let Some(computed_at) = self.store().reported_at(check.id).await? else {
            return Ok(inconclusive(
                "Nothing was reconciled yet. Reconcile two files, then send what came out.",
            ));
        };
        let age = (now.0 - computed_at.0).max(0) / DAY_MS;
        let too_old = self.older_than_promised(check, kind, age);
        let bindings = self.bindings_of(&kind.code).await?;
        let mut limits = bindings.iter().flat_map(|(_, binding)| &binding.expect).filter_map(most_days);
        if too_old.is_none() && limits.all(|most| age <= most) {
            let text = format!("Nothing new was reported: the latest run is {} old and stands.", days(age));
            return Ok(Outcome { messages: vec![Message::new(Severity::Info, text)], ..inconclusive("") });
        }
        let mut outcome = Outcome { reach: Reach::Answered, messages: Vec::new(), ..inconclusive("") };
        outcome.observations.set(AGE, age);
        let (status, messages) = least_asked(&bindings, kind, &outcome);
        if let Some(message) = too_old {
            outcome.status = Status::Fail;
            outcome.messages.push(message);
        } else if status == Status::Fail {
            outcome.status = Status::Fail;
        } else {
            let text =
                format!("The latest run is {} old, which is more than some criteria ask for.", days(age));
            outcome.messages.push(Message::new(Severity::Info, text));
        }
        outcome.messages.extend(messages);
        Ok(outcome)
    }
}

/// The most whole days that a condition lets the latest run be old.
fn most_days(condition: &Condition) -> Option<i64> {
    let limit = condition.value.number().filter(|_| condition.observation == AGE)?;
    let most = match condition.operator {
        Operator::AtMost => limit.floor(),
        Operator::Below => limit.ceil() - Decimal::ONE,
        _ => return None,
    };
    i64::try_from(most).ok()
}

/// Everything that a report tells, or all that is wrong with it.
fn read_report(
    kind: &CheckKind,
    report: &Reconciliation,
    tabled: Option<&Tabled>,
    started_at: UnixMillis,
    now: UnixMillis,
) -> Result<Observations, Vec<FieldError>> {
    let mut errors = Vec::new();
    if !(now.0 - OLDEST * DAY_MS..=now.0).contains(&started_at.0) {
        errors
            .push(FieldError::new("computed_at", "Give a time of the last three years, not in the future."));
    }
    let mut computed = Observations::new();
    // Counts that do not add up are not computed with.
    match report.aggregate.as_ref().map(|aggregate| (aggregate, aggregate.check())) {
        Some((_, Err(problem))) => errors
            .push(FieldError::new("aggregate", format!("This is not what the engine prints: {problem}"))),
        Some((aggregate, Ok(()))) => computed = aggregate.observed(&kind.code),
        None => {}
    }
    for (name, value) in tabled.iter().flat_map(|tabled| tabled.observations.iter()) {
        computed.set(name, value.clone());
    }
    let mut all = match Observations::read(kind, &report.figures) {
        Ok(figures) => figures,
        Err(problems) => {
            errors.extend(problems.into_iter().map(|error| in_figures(&error.name, error.problem)));
            Observations::new()
        }
    };
    if all.get(AGE).is_some() {
        errors.push(in_figures(AGE, "Say when they were computed instead.".to_owned()));
    }
    for (name, value) in computed.iter() {
        if all.get(name).is_some() {
            let problem = format!("The files tell this already: {value}. Leave it empty.");
            errors.push(in_figures(name, problem));
        }
        all.set(name, value.clone());
    }
    if errors.is_empty() && all.iter().next().is_none() {
        errors.push(FieldError::new("aggregate", "Give what came out of the files, or figures."));
    }
    if errors.is_empty() { Ok(all) } else { Err(errors) }
}

pub(super) fn in_figures(name: &str, problem: String) -> FieldError {
    FieldError::new(format!("observations.{name}"), problem)
}

fn days(count: i64) -> String {
    if count == 1 { "1 day".to_owned() } else { format!("{count} days") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_on_the_age_says_how_old_a_run_may_be() {
        let kind = domain::builtin::check_kinds().get(&"recon.claims_clinical".into()).unwrap();
        let most = |text: &str| most_days(&Condition::read(text, kind).unwrap());
        assert_eq!(most("run_age_days <= 8"), Some(8));
        assert_eq!(most("run_age_days < 8"), Some(7));
        assert_eq!(most("run_age_days <= 8.5"), Some(8));
        assert_eq!(most("run_age_days >= 8"), None);
        assert_eq!(most("member_match_pct <= 8"), None);
    }
}
