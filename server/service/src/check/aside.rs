//! Figures of a target that a check cannot see by itself: a system reports them, and every run takes the latest in beside
//! what it saw, as long as they count. They never stand in the place of a run.

use domain::check::{
    CheckKind, ConditionResult, Message, ObservationSpec, Observations, Outcome, Severity, Status, judge,
};
use serde_json::json;
use store::UnixMillis;
use store::record::{Check, ReportedFigures, Run};

use super::reported::{Reconciliation, in_figures};
use crate::service::org_audit;
use crate::{Actor, Error, FieldError, Service};

const DAY_MS: i64 = 24 * 3600 * 1000;

/// What only others can measure, by kind and observation, and how many days it counts (`check-kinds.toml`, "when
/// reported").
const ASIDE: [(&str, &str, i64); 1] = [("cdshooks.discovery", "p95_latency_ms", 7)];

/// An observation that is reported beside what a check sees.
#[derive(Debug, Clone, Copy)]
pub struct Aside<'a> {
    pub spec: &'a ObservationSpec,
    /// How many days a reported figure counts.
    pub days: i64,
}

/// Those of a kind; none for most.
pub fn asides(kind: &CheckKind) -> Vec<Aside<'_>> {
    let own = ASIDE.iter().filter(|(code, ..)| *code == kind.code.as_str());
    own.filter_map(|(_, name, days)| Some(Aside { spec: kind.observation(name)?, days: *days })).collect()
}

impl Service {
    /// Keeps figures of a check's target and runs the check with them. `check` is one that the actor may operate.
    pub(super) async fn report_aside(
        &self,
        actor: &Actor,
        check: Check,
        report: &Reconciliation,
    ) -> Result<Run, Error> {
        let kind = self.kind_of(&check)?;
        let asides = asides(kind);
        let Some(longest) = asides.iter().map(|aside| aside.days).max() else {
            return Err(Error::Conflict(format!("{} takes no reports: it looks by itself.", kind.title)));
        };
        let now = UnixMillis::now();
        let computed_at = report.computed_at.unwrap_or(now);
        let observations = read(kind, &asides, report);
        let mut errors = observations.as_ref().err().cloned().unwrap_or_default();
        if !(now.0 - longest * DAY_MS..=now.0).contains(&computed_at.0) {
            let problem = format!("Give a time of the last {longest} days, not in the future.");
            errors.push(FieldError::new("computed_at", problem));
        }
        let observations = match observations {
            Ok(observations) if errors.is_empty() => observations,
            _ => return Err(Error::Invalid(errors)),
        };
        // Whoever cannot be given a run keeps nothing: the report can be sent again.
        let turn = self.asked().begin(&check)?;
        let figures = ReportedFigures { computed_at, observations };
        let entry = org_audit(actor, check.org, "check.reported", check.id, json!({ "aside": true }));
        self.store().put_figures(check.id, &figures, entry).await?;
        self.run_in_turn(actor, check, turn).await
    }

    /// Takes in what was reported of the target, where the run saw no such figure itself.
    pub(super) async fn add_asides(
        &self,
        check: &Check,
        kind: &CheckKind,
        now: UnixMillis,
        outcome: &mut Outcome,
    ) -> Result<(), Error> {
        let asides = asides(kind);
        if asides.is_empty() {
            return Ok(());
        }
        let Some(reported) = self.store().figures_of(check.id).await? else { return Ok(()) };
        for Aside { spec, days } in asides {
            let name = spec.name.as_str();
            let counts = reported.computed_at.0 >= now.0 - days * DAY_MS;
            let Some(figure) = reported.observations.get(name).filter(|_| counts) else { continue };
            if outcome.observations.get(name).is_some() {
                continue;
            }
            let at = reported.computed_at.timestamp();
            let text = format!("{name} is {figure}, as reported for {at:.0}; it counts for {days} days");
            outcome.observations.set(name, figure.clone());
            outcome.messages.push(Message::new(Severity::Info, text).at(name));
            self.warn_of(kind, name, outcome).await?;
        }
        Ok(())
    }

    /// A pass becomes a warning where the figure is not what a criterion asks for: the kind has no failure for it, and
    /// each criterion judges it by itself.
    async fn warn_of(&self, kind: &CheckKind, name: &str, outcome: &mut Outcome) -> Result<(), Error> {
        let bindings = self.bindings_of(&kind.code).await?;
        let asked = bindings.iter().flat_map(|(_, binding)| &binding.expect);
        let missed = asked.filter(|condition| condition.observation == name).find(|condition| {
            let judged = judge(std::slice::from_ref(*condition), kind, outcome).conditions;
            judged.iter().any(|one| matches!(one, ConditionResult::NearMiss | ConditionResult::Broken))
        });
        if let Some(condition) = missed.filter(|_| outcome.status == Status::Pass) {
            let text = format!("what was reported is not what is asked for: {}", condition.text);
            outcome.status = Status::Warn;
            outcome.messages.push(Message::new(Severity::Warning, text).at(name));
        }
        Ok(())
    }
}

/// The figures of a report, or all that is wrong with it.
fn read(
    kind: &CheckKind,
    asides: &[Aside<'_>],
    report: &Reconciliation,
) -> Result<Observations, Vec<FieldError>> {
    let names = || asides.iter().map(|aside| aside.spec.name.as_str()).collect::<Vec<_>>().join(", ");
    let mut errors = Vec::new();
    let files = [("aggregate", report.aggregate.is_some()), ("table", !report.table.trim().is_empty())];
    for (field, _) in files.into_iter().filter(|(_, given)| *given) {
        errors.push(FieldError::new(field, "This check is computed from no files: report figures."));
    }
    let known = |name: &str| asides.iter().any(|aside| aside.spec.name == name);
    for name in report.figures.keys().filter(|name| !known(name)) {
        errors
            .push(in_figures(name, format!("Only {} is reported; the check sees the rest itself.", names())));
    }
    match Observations::read(kind, &report.figures) {
        Ok(figures) if errors.is_empty() && figures.iter().next().is_none() => {
            errors.push(FieldError::new("observations", format!("Give {}.", names())));
        }
        Ok(figures) if errors.is_empty() => return Ok(figures),
        Ok(_) => {}
        Err(problems) => {
            let own = problems.into_iter().filter(|problem| known(&problem.name));
            errors.extend(own.map(|problem| in_figures(&problem.name, problem.problem)));
        }
    }
    Err(errors)
}
