//! Running a check: probe, judge for every binding of its kind, record, and bring the findings up to date.

use std::time::{Duration, Instant};

use domain::check::{CheckKind, Group, Message, Outcome, Reach, Severity, Status, judge};
use jiff::Timestamp;
use probe::Occasion;
use rust_decimal::Decimal;
use serde_json::json;
use store::record::{Audit, Check, Run, Standing};
use store::{CheckId, RunId, UnixMillis};

use super::register;
use crate::service::org_audit;
use crate::{Actor, Error, Permission, Service};

/// What a person waits for at most, whatever the kind allows.
const LONGEST_RUN: Duration = Duration::from_mins(2);
/// A run ends by itself in its time; one that does not is given up this much later.
const GRACE: Duration = Duration::from_secs(5);
/// Observed by the kinds that ask for changes since the last success.
const INCREMENTAL: &str = "incremental_used";
/// Runs among which the last success is looked for.
const LOOKED_BACK: u32 = 50;

/// When a run was due, began, and how long it took.
#[derive(Debug, Clone, Copy)]
pub(super) struct Timing {
    pub(super) scheduled_for: Option<UnixMillis>,
    pub(super) started_at: UnixMillis,
    pub(super) duration_ms: i64,
}

impl Service {
    /// Runs a check now and answers with the run.
    pub async fn run_check(&self, actor: &Actor, id: CheckId) -> Result<Run, Error> {
        let check = self.check_for(actor, id, Permission::Operate).await?;
        let run = self.run_and_record(&check, None).await?;
        let details = json!({ "run": run.id, "status": run.status });
        self.store().record_audit(org_audit(actor, check.org, "check.run", id, details)).await?;
        Ok(run)
    }

    /// Past runs, newest first, before the one given.
    pub async fn runs(
        &self,
        actor: &Actor,
        id: CheckId,
        before: Option<RunId>,
        limit: u32,
    ) -> Result<Vec<Run>, Error> {
        self.check_for(actor, id, Permission::Read).await?;
        Ok(self.store().runs(id, before, limit).await?)
    }

    pub(super) async fn run_and_record(
        &self,
        check: &Check,
        scheduled_for: Option<UnixMillis>,
    ) -> Result<Run, Error> {
        let kind = self.kind_of(check)?;
        let started_at = UnixMillis::now();
        let clock = Instant::now();
        // Somebody waits for a run by hand; one by schedule has its kind's own time.
        let time_limit = scheduled_for.is_none().then_some(LONGEST_RUN);
        let mut outcome = if kind.group == Group::Reconciliation {
            self.awaited(check, kind, started_at).await?
        } else {
            let last_success = self.last_success(check, kind).await?;
            self.probe(check, kind, &Occasion { time_limit, last_success }).await
        };
        let duration_ms = i64::try_from(clock.elapsed().as_millis()).unwrap_or(i64::MAX);
        self.add_history(check, kind, started_at, &mut outcome).await?;
        let timing = Timing { scheduled_for, started_at, duration_ms };
        self.record_outcome(check, kind, timing, outcome, None).await
    }

    /// Keeps what a run brought, judged for every binding, and brings incidents and findings up to date.
    pub(super) async fn record_outcome(
        &self,
        check: &Check,
        kind: &CheckKind,
        timing: Timing,
        outcome: Outcome,
        audit: Option<Audit>,
    ) -> Result<Run, Error> {
        let run = Run {
            id: RunId::new(),
            check: check.id,
            scheduled_for: timing.scheduled_for,
            started_at: timing.started_at,
            duration_ms: timing.duration_ms,
            status: outcome.status,
            reach: outcome.reach,
            warned: outcome.warned,
            observations: outcome.observations.clone(),
            messages: outcome.messages.clone(),
            checked: outcome.checked.clone(),
        };
        let standings = self.standings_after(check, kind, &run, &outcome).await?;
        self.store().record_run(run.clone(), standings, audit).await?;
        self.watch_run(check, &run).await?;
        self.refresh_organization(check.org).await?;
        Ok(run)
    }

    /// When the check last passed, for the kinds that ask only for what changed since.
    async fn last_success(&self, check: &Check, kind: &CheckKind) -> Result<Option<Timestamp>, Error> {
        if kind.observation(INCREMENTAL).is_none() {
            return Ok(None);
        }
        let runs = self.store().runs(check.id, None, LOOKED_BACK).await?;
        let good = runs.iter().find(|run| matches!(run.status, Status::Pass | Status::Warn));
        Ok(good.and_then(|run| Timestamp::from_millisecond(run.started_at.0).ok()))
    }

    async fn probe(&self, check: &Check, kind: &CheckKind, occasion: &Occasion) -> Outcome {
        let parameters = match self.open_parameters(check) {
            Ok(parameters) => parameters,
            Err(error) => {
                tracing::error!(check = %check.id, ?error, "the parameters of a check could not be read");
                let text = "The check's secret could not be opened. Enter it again.";
                return inconclusive(text);
            }
        };
        if register::supports(&kind.code) {
            return self.observe(check, &parameters).await.unwrap_or_else(|error| {
                tracing::error!(check = %check.id, ?error, "the records of a check could not be read");
                inconclusive("Rung's own records could not be read. Run the check again.")
            });
        }
        let own = Duration::from_secs(u64::from(kind.timeout));
        let most = occasion.time_limit.map_or(own, |limit| limit.min(own)) + GRACE;
        tokio::time::timeout(most, self.prober().run_on(kind, &parameters, occasion))
            .await
            .unwrap_or_else(|_| inconclusive("The run did not end in time and was given up."))
    }

    /// Adds what only the past can tell: availability, once the history covers the whole window.
    async fn add_history(
        &self,
        check: &Check,
        kind: &CheckKind,
        now: UnixMillis,
        outcome: &mut Outcome,
    ) -> Result<(), Error> {
        for (name, days) in [("availability_30d_pct", 30), ("availability_90d_pct", 90)] {
            if kind.observation(name).is_none() {
                continue;
            }
            let since = UnixMillis(now.0 - days * 24 * 3600 * 1000);
            let past = self.store().availability(check.id, since).await?;
            if past.concluded > 0 && past.first_started_at.is_some_and(|first| first <= since) {
                let share =
                    Decimal::from(past.answered) * Decimal::ONE_HUNDRED / Decimal::from(past.concluded);
                outcome.observations.set(name, share.round_dp(4));
            }
        }
        Ok(())
    }

    /// How the check stands for every binding of its kind, in every framework, after this run.
    async fn standings_after(
        &self,
        check: &Check,
        kind: &CheckKind,
        run: &Run,
        outcome: &Outcome,
    ) -> Result<Vec<Standing>, Error> {
        let before = self.store().standings_of(check.id).await?;
        let mut after = Vec::new();
        for entry in self.store().frameworks().await? {
            let framework = self.prepared(entry.id).await?.framework;
            let bindings = framework.criteria().flat_map(|criterion| &criterion.bindings);
            for binding in bindings.filter(|binding| binding.kind == check.kind) {
                let judged = judge(&binding.expect, kind, outcome);
                let same = |old: &&Standing| old.framework == entry.id && old.binding == binding.id;
                let old = before.iter().find(same);
                let fails = old.map_or(0, |old| old.consecutive_fails);
                let (status, consecutive_fails, concluded_at) = match judged.status {
                    // Replaces nothing (section 6.2).
                    Status::Unknown => (
                        old.map_or(Status::Unknown, |old| old.status),
                        fails,
                        old.and_then(|old| old.concluded_at),
                    ),
                    Status::Fail => (Status::Fail, fails.saturating_add(1), Some(run.started_at)),
                    good @ (Status::Pass | Status::Warn) => (good, 0, Some(run.started_at)),
                };
                after.push(Standing {
                    check: check.id,
                    framework: entry.id,
                    binding: binding.id.clone(),
                    status,
                    consecutive_fails,
                    concluded_at,
                    last_status: judged.status,
                    last_run: run.id,
                    conditions: judged.conditions,
                });
            }
        }
        Ok(after)
    }
}

pub(super) fn inconclusive(text: &str) -> Outcome {
    Outcome {
        reach: Reach::Inconclusive,
        status: Status::Unknown,
        warned: false,
        observations: domain::check::Observations::new(),
        messages: vec![Message::new(Severity::Error, text)],
        checked: String::new(),
    }
}
