//! After every run: whether an incident opens, goes on or closes.
//!
//! What counts is whether the run is good by its kind's own rule, and whether it denies an answer: a criterion may ask for
//! more than the kind does, and what is told is what the score says.

use domain::BindingId;
use domain::check::{BindingState, ConditionResult, Severity, Status, Value};
use domain::framework::Binding;
use domain::incident::{Opening, Transition, Watch};
use domain::scoring::FindingSeverity;
use store::record::{Check, Incident, IncidentStep, Integration, Judged, Run, Touched, Watched};
use store::{FrameworkId, IncidentId, OrgId, RunId, UnixMillis};

use super::thresholds;
use crate::assessment::record;
use crate::{Error, Service};

/// Runs of one check that end at the same time are taken one after the other: how often to look again.
pub(super) const TRIES: usize = 10;

/// What a run says of its check.
pub(super) struct Said {
    pub(super) status: Status,
    /// The binding by which it denies an answer although it is good by its kind's own rule.
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

/// When a check is looked at, and which run is taken into account with that.
pub(super) struct Now {
    pub(super) at: UnixMillis,
    pub(super) last_run: Option<RunId>,
}

impl Service {
    /// Takes a recorded run into account, once, with how it was judged for each binding. A check that was removed meanwhile
    /// has nothing to say.
    pub(crate) async fn watch_run(&self, check: &Check, run: &Run, judged: &[Judged]) -> Result<(), Error> {
        let said = self.said(check, run, judged).await?;
        for _ in 0..TRIES {
            let Some((before, alerting)) = self.store().watched(check.id).await? else { return Ok(()) };
            if before.last_run == Some(run.id) {
                return Ok(());
            }
            let thresholds = thresholds(&alerting, self.kind_of(check)?);
            let (watch, transition) = before.watch.after(said.status, thresholds);
            if watch == before.watch {
                // Good as ever, or nothing learned: nothing to keep.
                return Ok(());
            }
            let now = Now { at: run.started_at, last_run: Some(run.id) };
            if self.take_step(check, &said, before, (watch, transition), now).await? {
                return Ok(());
            }
        }
        tracing::error!(check = %check.id, run = %run.id, "too many runs ended at once; one was not counted");
        Ok(())
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
    ) -> Result<bool, Error> {
        let Now { at, last_run } = now;
        let failing_since = match said.status {
            Status::Fail => before.failing_since.or(Some(at)),
            _ => None,
        };
        let step = match (transition, before.incident) {
            (Some(Transition::Opened(opening)), _) => {
                let began_at = failing_since.unwrap_or(at);
                let opening = if said.denies.is_some() { Opening::Contradiction } else { opening };
                let (fails, cause) = (watch.fails, &*said.cause);
                let beginning = Beginning { opening, fails, began_at, opened_at: at, cause };
                IncidentStep::Opened(Box::new(self.opened(check, beginning).await?))
            }
            (Some(Transition::Closed), Some(id)) => IncidentStep::Closed { id, at },
            (None, Some(id)) => {
                IncidentStep::Continued { id, failed: said.status == Status::Fail, flapping: watch.flapping }
            }
            (_, None) => IncidentStep::Nothing,
        };
        let incident = match &step {
            IncidentStep::Opened(incident) => Some(incident.id),
            IncidentStep::Closed { .. } => None,
            _ => before.incident,
        };
        let after = Watched { watch, failing_since, incident, last_run, ..before };
        let news = matches!(step, IncidentStep::Opened(_) | IncidentStep::Closed { .. });
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

    /// FAIL where the run fails, or denies an answer although it is good by its kind's own rule.
    pub(super) async fn said(&self, check: &Check, run: &Run, judged: &[Judged]) -> Result<Said, Error> {
        let plain = || Said { status: run.status, denies: None, cause: cause(run) };
        let good = matches!(run.status, Status::Pass | Status::Warn);
        let failing: Vec<_> = judged.iter().filter(|one| one.status == Status::Fail).collect();
        if !good || failing.is_empty() || !self.store().any_claim_of(check.org).await? {
            return Ok(plain());
        }
        let Some(integration) = self.store().integration(check.integration).await? else {
            return Ok(plain());
        };
        let reach = self.reach_of(check, &integration).await?;
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

    async fn opened(&self, check: &Check, beginning: Beginning<'_>) -> Result<Incident, Error> {
        let Beginning { opening, fails, began_at, opened_at, cause } = beginning;
        let integration = self.store().integration(check.integration).await?;
        let touches = match &integration {
            Some(integration) => self.touched_by(check, integration).await?,
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
            cause: cause.to_owned(),
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
    ) -> Result<(FindingSeverity, Vec<Touched>), Error> {
        let (kind, now) = (self.kind_of(check)?, UnixMillis::now());
        let reach = self.reach_of(check, integration).await?;
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
