//! After every run: whether an incident opens, goes on or closes.

use domain::BindingId;
use domain::check::{BindingState, Severity, Status};
use domain::incident::{Opening, Transition};
use domain::scoring::{CriterionScore, FindingSeverity, Input};
use store::record::{Check, Incident, IncidentStep, Integration, Run, Touched, Watched};
use store::{FrameworkId, IncidentId, OrgId, UnixMillis};

use super::thresholds;
use crate::assessment::{ratings, record};
use crate::service::Prepared;
use crate::tie::is_tied;
use crate::{Error, Service};

/// Runs of one check that end at the same time are taken one after the other: how often to look again.
const TRIES: usize = 10;

impl Service {
    /// Takes a recorded run into account, once. A check that was removed meanwhile has nothing to say.
    pub(crate) async fn watch_run(&self, check: &Check, run: &Run) -> Result<(), Error> {
        for _ in 0..TRIES {
            let Some((before, alerting)) = self.store().watched(check.id).await? else { return Ok(()) };
            if before.last_run == Some(run.id) {
                return Ok(());
            }
            let thresholds = thresholds(&alerting, self.kind_of(check)?);
            let (watch, transition) = before.watch.after(run.status, thresholds);
            if watch == before.watch {
                // Good as ever, or nothing learned: nothing to keep.
                return Ok(());
            }
            let failing_since = match run.status {
                Status::Fail => before.failing_since.or(Some(run.started_at)),
                _ => None,
            };
            let step = match (transition, before.incident) {
                (Some(Transition::Opened(opening)), _) => {
                    let began_at = failing_since.unwrap_or(run.started_at);
                    let opened = self.opened(check, run, opening, watch.fails, began_at).await?;
                    IncidentStep::Opened(Box::new(opened))
                }
                (Some(Transition::Closed), Some(id)) => IncidentStep::Closed { id, at: run.started_at },
                (None, Some(id)) => IncidentStep::Continued {
                    id,
                    failed: run.status == Status::Fail,
                    flapping: watch.flapping,
                },
                (_, None) => IncidentStep::Nothing,
            };
            let incident = match &step {
                IncidentStep::Opened(incident) => Some(incident.id),
                IncidentStep::Closed { .. } => None,
                _ => before.incident,
            };
            let after = Watched { watch, failing_since, incident, last_run: Some(run.id), ..before };
            let news = matches!(step, IncidentStep::Opened(_) | IncidentStep::Closed { .. });
            if self.kept(after, step).await? {
                if news {
                    self.alarm();
                }
                return Ok(());
            }
        }
        tracing::error!(check = %check.id, run = %run.id, "too many runs ended at once; one was not counted");
        Ok(())
    }

    /// Whether nobody else kept another state meanwhile. A check that is gone needs none.
    async fn kept(&self, after: Watched, step: IncidentStep) -> Result<bool, Error> {
        match self.store().keep_watch(after, step).await {
            Err(store::StoreError::NotFound { .. }) => Ok(true),
            kept => Ok(kept?),
        }
    }

    async fn opened(
        &self,
        check: &Check,
        run: &Run,
        opening: Opening,
        fails: u32,
        began_at: UnixMillis,
    ) -> Result<Incident, Error> {
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
            cause: cause(run),
            failures: fails,
            flapped: opening == Opening::Flapping,
            began_at,
            opened_at: run.started_at,
            closed_at: None,
            closing: None,
            announced_at: None,
            closing_announced_at: None,
        })
    }

    /// The criteria of the organization's assessments that the check is tied to, and how much its failure matters: as
    /// much as the contradiction that it is (`scoring.md` section 10), medium where it contradicts no answer, low where
    /// it is tied to nothing.
    ///
    /// Of an assessment only the answers are read, and of the checks only this one: where thousands fail in a minute,
    /// each costs as much as one that fails alone.
    async fn touched_by(
        &self,
        check: &Check,
        integration: &Integration,
    ) -> Result<(FindingSeverity, Vec<Touched>), Error> {
        let mut severity = FindingSeverity::Low;
        let mut touches = Vec::new();
        let (store, now) = (self.store(), UnixMillis::now());
        let Some(organization) = store.organization(check.org).await? else { return Ok((severity, touches)) };
        let kind = self.kind_of(check)?;
        let ties = store.ties_of(check.id).await?;
        let standings = store.standings_of(check.id).await?;
        let confirmed = |framework: FrameworkId, binding: &BindingId| {
            let own = standings.iter().find(|one| one.framework == framework && one.binding == *binding);
            own.is_some_and(|own| BindingState::of_probe(&record(own, now), kind) == Status::Fail)
        };
        for assessment in store.live_assessments_of(check.org).await? {
            let Prepared { framework, scorer } = self.prepared(assessment.framework).await?;
            let claims = scorer.score(&Input {
                profiles: organization.profiles.clone(),
                answers: ratings(&store.answers_of(assessment.id).await?),
                ..Input::default()
            });
            let by_hand = |binding: &BindingId| {
                ties.iter().find(|tie| tie.framework == assessment.framework && tie.binding == *binding)
            };
            for domain in &framework.domains {
                for criterion in &domain.criteria {
                    let score = claims.criteria.iter().find(|score| score.code == criterion.code);
                    let claimed = score.and_then(CriterionScore::claimed);
                    let tied = criterion.bindings.iter().filter(|binding| {
                        binding.kind == check.kind && is_tied(&domain.code, integration, by_hand(&binding.id))
                    });
                    let denied = tied.map(|binding| {
                        claimed.is_some_and(|level| level > binding.fail_cap)
                            && confirmed(assessment.framework, &binding.id)
                    });
                    let Some(contradicted) = denied.reduce(|one, other| one | other) else { continue };
                    severity = severity.max(match (contradicted, criterion.weight.get()) {
                        (false, _) => FindingSeverity::Medium,
                        (true, 3) => FindingSeverity::Critical,
                        (true, _) => FindingSeverity::High,
                    });
                    touches.push(Touched {
                        framework: framework.code.clone(),
                        domain: domain.code.clone(),
                        criterion: criterion.code.clone(),
                        contradicted,
                    });
                }
            }
        }
        touches.sort();
        touches.dedup();
        Ok((severity, touches))
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
