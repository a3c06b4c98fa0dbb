//! After every run: whether an incident opens, goes on or closes.
//!
//! What counts is whether the run is good by its kind's own rule, and whether it denies an answer: a criterion may ask for
//! more than the kind does, and what is told is what the score says. So a reconciliation that is as young as promised, and
//! too old for what an answer claims, denies it until the next one comes in. An outage is told of all the same: it takes the
//! place of a contradiction, and it ends with the runs that fail, whatever is denied still.

use domain::BindingId;
use domain::check::{BindingState, ConditionResult, Reach, Severity, Status, Value};
use domain::framework::Binding;
use domain::incident::{History, Opening, Transition, Watch};
use domain::scoring::FindingSeverity;
use store::record::{Check, Incident, IncidentStep, Integration, Judged, Run, Touched, Watched};
use store::{FrameworkId, IncidentId, OrgId, RunId, UnixMillis};

use super::reach::Claims;
use super::thresholds;
use crate::assessment::record;
use crate::{Error, Service};

/// Runs of one check that end at the same time are taken one after the other: how often to look again.
pub(super) const TRIES: usize = 10;

/// What a run says of its check.
pub(super) struct Said {
    pub(super) status: Status,
    /// The binding by which it denies an answer although it does not fail by its kind's own rule.
    pub(super) denies: Option<(FrameworkId, BindingId)>,
    /// What is wrong, where something is.
    cause: String,
}

/// How an incident began.
struct Beginning<'a> {
    opening: Opening,
    /// How many failures it took.
    fails: u32,
    began_at: UnixMillis,
    opened_at: UnixMillis,
    cause: &'a str,
}

/// Those of the failures running, up to the latest, that failed by their kind's own rule.
#[derive(Default)]
pub(super) struct Own {
    fails: u32,
    /// The first of them; `None` where it is the first of the failures running.
    since: Option<UnixMillis>,
}

/// When a check is looked at, which run is taken into account with that, and how many failed by themselves up to it.
pub(super) struct Now {
    pub(super) at: UnixMillis,
    pub(super) last_run: Option<RunId>,
    pub(super) own: Own,
    /// How many runs contradict the answer in a row, where a contradiction opens.
    pub(super) denying: u32,
}

impl Service {
    /// Takes a recorded run into account, once, with how it was judged for each binding. A check that was removed meanwhile
    /// has nothing to say. `claims` are those of all runs that were recorded together.
    pub(crate) async fn watch_run(
        &self,
        check: &Check,
        run: &Run,
        judged: &[Judged],
        claims: &Claims,
    ) -> Result<(), Error> {
        let mut said = self.said(check, run, judged, claims).await?;
        for _ in 0..TRIES {
            let Some((before, alerting)) = self.store().watched(check.id).await? else { return Ok(()) };
            if before.last_run == Some(run.id) {
                return Ok(());
            }
            let open = self.opened_by(&before).await?;
            let thresholds = thresholds(&alerting, self.kind_of(check)?);
            let after = |said: &Said| {
                let outage = open.is_some_and(Opening::is_outage);
                before.watch.after(if outage { run.status } else { said.status }, thresholds)
            };
            let (by_now, mut known) = (Claims::default(), claims);
            let (mut watch, mut moved) = after(&said);
            if moved.is_some() && may_deny(run) {
                // An answer may have changed since the others were looked at: what is claimed by now opens and closes.
                known = &by_now;
                said = self.said(check, run, judged, known).await?;
                (watch, moved) = after(&said);
            }
            if watch == before.watch {
                // Good as ever, or nothing learned: nothing to keep.
                return Ok(());
            }
            let own = self.own_failures(run, watch, moved, open).await?;
            let transition = thresholds.told(moved, open, own.fails);
            let now = Now { at: run.started_at, last_run: Some(run.id), own, denying: watch.fails };
            if self.take_step(check, &said, before, (watch, transition), now, known).await? {
                if transition == Some(Transition::Closed) && said.denies.is_some() {
                    // The outage is over, and what is there still denies the answer.
                    self.weigh_anew(check).await?;
                }
                return Ok(());
            }
        }
        tracing::error!(check = %check.id, run = %run.id, "too many runs ended at once; one was not counted");
        Ok(())
    }

    /// What the open incident was opened by.
    async fn opened_by(&self, before: &Watched) -> Result<Option<Opening>, Error> {
        let Some(id) = before.incident else { return Ok(None) };
        Ok(self.store().incident(id).await?.map(|incident| incident.opening))
    }

    /// Looked up only where it decides: where an incident opens with a run that fails by itself, or such a run comes while
    /// a contradiction is open.
    async fn own_failures(
        &self,
        run: &Run,
        watch: Watch,
        moved: Option<Transition>,
        open: Option<Opening>,
    ) -> Result<Own, Error> {
        let decides = moved.is_some() || open == Some(Opening::Contradiction);
        if run.status != Status::Fail || !decides {
            return Ok(Own::default());
        }
        let looked_at = watch.fails.min(History::RESULTS);
        let runs = self.store().conclusive_runs(run.check, run.id, looked_at).await?;
        let own: Vec<UnixMillis> =
            runs.iter().take_while(|(status, _)| *status == Status::Fail).map(|(_, at)| *at).collect();
        if open.is_none() && own.len() == runs.len() {
            // No good run among them, though the oldest may be forgotten.
            return Ok(Own { fails: watch.fails, since: None });
        }
        Ok(Own { fails: u32::try_from(own.len()).unwrap_or(u32::MAX), since: own.last().copied() })
    }

    /// Keeps what is remembered of a check from now on, and opens, continues or closes its incident; whether nobody else kept
    /// another state meanwhile.
    pub(super) async fn take_step(
        &self,
        check: &Check,
        said: &Said,
        before: Watched,
        (watch, transition): (Watch, Option<Transition>),
        now: Now,
        claims: &Claims,
    ) -> Result<bool, Error> {
        let Now { at, last_run, own, denying } = now;
        let failed = watch.fails > 0;
        // Nothing begins after it is seen, though the clock was set back since.
        let failing_since = failed.then(|| before.failing_since.unwrap_or(at).min(at));
        let beginning = |opening: Opening| {
            let (fails, since) = match opening {
                Opening::Failures => (own.fails, own.since.or(failing_since)),
                Opening::Flapping => (watch.fails, failing_since),
                Opening::Contradiction => (denying, failing_since),
            };
            let began_at = since.unwrap_or(at).min(at);
            Beginning { opening, fails, began_at, opened_at: at, cause: &said.cause }
        };
        let step = match (transition, before.incident) {
            (Some(Transition::Opened(opening)), _) => {
                IncidentStep::Opened(Box::new(self.opened(check, beginning(opening), claims).await?))
            }
            (Some(Transition::Replaced), Some(id)) => {
                let by = Box::new(self.opened(check, beginning(Opening::Failures), claims).await?);
                IncidentStep::Replaced { id, at, by }
            }
            (Some(Transition::Closed), Some(id)) => IncidentStep::Closed { id, at },
            (None, Some(id)) => IncidentStep::Continued { id, failed, flapping: watch.flapping },
            (_, None) => IncidentStep::Nothing,
        };
        let (incident, news) = match &step {
            IncidentStep::Opened(incident) | IncidentStep::Replaced { by: incident, .. } => {
                (Some(incident.id), true)
            }
            IncidentStep::Closed { .. } => (None, true),
            IncidentStep::Continued { .. } | IncidentStep::Nothing => (before.incident, false),
        };
        let after = Watched { watch, failing_since, incident, last_run, ..before };
        let kept = self.kept(after, step).await?;
        if kept && news {
            self.alarm();
        }
        Ok(kept)
    }

    /// Whether nobody else kept another state meanwhile. A check that is gone needs none.
    async fn kept(&self, after: Watched, step: IncidentStep) -> Result<bool, Error> {
        match self.store().keep_watch(after, step).await {
            Err(store::StoreError::NotFound { .. }) => Ok(true),
            kept => Ok(kept?),
        }
    }

    /// FAIL where the run fails, or denies an answer although it does not by its kind's own rule.
    pub(super) async fn said(
        &self,
        check: &Check,
        run: &Run,
        judged: &[Judged],
        claims: &Claims,
    ) -> Result<Said, Error> {
        let plain = || Said { status: run.status, denies: None, cause: cause(run) };
        let failing: Vec<_> = judged.iter().filter(|one| one.status == Status::Fail).collect();
        if !may_deny(run) || failing.is_empty() || !self.store().any_claim_of(check.org).await? {
            return Ok(plain());
        }
        let Some(integration) = self.store().integration(check.integration).await? else {
            return Ok(plain());
        };
        let reach = self.reach_of(check, &integration, claims).await?;
        let of = |framework: FrameworkId, binding: &BindingId| {
            failing.iter().find(|one| one.framework == framework && one.binding == *binding)
        };
        let fails = |framework: FrameworkId, binding: &BindingId| of(framework, binding).is_some();
        let denied = reach.iter().find_map(|reached| {
            let binding = reached.denied_by(fails)?;
            let by = (reached.framework(), binding.id.clone());
            let cause = unmet(binding, of(by.0, &by.1)?, run);
            Some(Said { status: Status::Fail, denies: Some(by), cause })
        });
        Ok(denied.unwrap_or_else(plain))
    }

    async fn opened(
        &self,
        check: &Check,
        beginning: Beginning<'_>,
        claims: &Claims,
    ) -> Result<Incident, Error> {
        let Beginning { opening, fails, began_at, opened_at, cause } = beginning;
        let integration = self.store().integration(check.integration).await?;
        let touches = match &integration {
            Some(integration) => self.touched_by(check, integration, claims).await?,
            None => (FindingSeverity::Low, Vec::new()),
        };
        Ok(Incident {
            id: IncidentId::new(),
            org: check.org,
            check: Some(check.id),
            integration: integration.map(|found| found.details.name).unwrap_or_default(),
            kind: check.kind.clone(),
            severity: touches.0,
            touches: touches.1,
            opening,
            // A target's own words may be in it.
            cause: probe::one_line(cause),
            failures: fails,
            flapped: opening == Opening::Flapping,
            began_at,
            opened_at,
            closed_at: None,
            closing: None,
            announced_at: None,
            closing_announced_at: None,
        })
    }

    /// The criteria of the organization's assessments that the check is tied to, and how much its failure matters: as
    /// much for each as [`Reached::weighed`](super::reach::Reached::weighed) says, low where it is tied to nothing.
    async fn touched_by(
        &self,
        check: &Check,
        integration: &Integration,
        claims: &Claims,
    ) -> Result<(FindingSeverity, Vec<Touched>), Error> {
        let (kind, now) = (self.kind_of(check)?, UnixMillis::now());
        let reach = self.reach_of(check, integration, claims).await?;
        let standings = self.store().standings_of(check.id).await?;
        let confirmed = |framework: FrameworkId, binding: &BindingId| {
            let own = standings.iter().find(|one| one.framework == framework && one.binding == *binding);
            own.is_some_and(|own| BindingState::of_probe(&record(own, now), kind) == Status::Fail)
        };
        let (severities, mut touches): (Vec<_>, Vec<_>) =
            reach.into_iter().map(|reached| reached.weighed(confirmed)).unzip();
        touches.sort();
        touches.dedup();
        Ok((severities.into_iter().max().unwrap_or(FindingSeverity::Low), touches))
    }

    /// Ends what cannot end by itself any more.
    pub(crate) async fn close_incidents_without_check(&self, org: OrgId) -> Result<(), Error> {
        if self.store().close_incidents_without_check(org, UnixMillis::now()).await? > 0 {
            self.alarm();
        }
        Ok(())
    }
}

/// Whether a run that does not fail by its kind's own rule can deny an answer: it is good, or it saw something although it
/// came to no conclusion, such as how old the latest report is. A run that saw nothing denies nothing.
pub(crate) fn may_deny(run: &Run) -> bool {
    match run.status {
        Status::Pass | Status::Warn => true,
        Status::Unknown => run.reach == Reach::Answered,
        Status::Fail => false,
    }
}

/// The gravest thing that a run said.
fn cause(run: &Run) -> String {
    let of = |severity| run.messages.iter().find(|message| message.severity == severity);
    let said = of(Severity::Error).or_else(|| of(Severity::Warning));
    said.map_or_else(|| "It does not do what its kind asks for".to_owned(), |message| message.text.clone())
}

/// What a binding asks for that a run does not show.
fn unmet(binding: &Binding, judged: &Judged, run: &Run) -> String {
    let broken = binding.expect.iter().zip(&judged.conditions);
    let broken = broken.into_iter().find(|(_, result)| **result == ConditionResult::Broken);
    let Some((condition, _)) = broken else { return cause(run) };
    let asked = format!("expected {}, as {} asks", condition.text, binding.id);
    match run.observations.get(&condition.observation) {
        // A list may be as long as it likes: what is missing in it is what matters.
        None | Some(Value::List(_)) => format!("{asked}, which does not hold"),
        Some(seen) => format!("{asked}, got {seen}"),
    }
}

#[cfg(test)]
mod tests;
