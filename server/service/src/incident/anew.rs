//! After an answer has changed: whether what a check saw before contradicts it now, or no longer.
//!
//! Runs that are good by their kind's own rule are not all held against incidents (`check/recorder.rs`), and a changed
//! answer makes no run. Findings follow an answer at once, whoever changed what: where a contradiction opens or clears, the
//! latest run of each check behind it is weighed once more, so that its incident opens or closes with it. Nothing is read
//! while the contradictions stay as they are, and a process that is killed in between loses little: every sixteenth run
//! is looked at all the same.

use std::collections::{BTreeMap, HashMap, HashSet};

use domain::check::Status;
use domain::incident::{History, Opening};
use domain::{BindingId, CriterionCode};
use store::record::{Check, Judged, Run, Standing};
use store::{CheckId, FrameworkId, UnixMillis};

use super::reach::Claims;
use super::thresholds;
use super::watch::{Now, Own, TRIES, may_deny};
use crate::assessment::Assessed;
use crate::{Error, Service};

impl Service {
    /// Weighs the checks behind these contradictions, which opened or cleared. A failure is on the log: the finding stands.
    pub(crate) async fn weigh_contradictions(&self, assessed: &Assessed, criteria: &[CriterionCode]) {
        if let Err(error) = self.weigh_all(assessed, criteria).await {
            let assessment = assessed.bundle.assessment.id;
            tracing::error!(%assessment, ?error, "incidents did not follow the answers");
        }
    }

    async fn weigh_all(&self, assessed: &Assessed, criteria: &[CriterionCode]) -> Result<(), Error> {
        let incidents = self.store().open_incidents_of(assessed.bundle.assessment.org).await?;
        let open: HashMap<CheckId, Opening> =
            incidents.iter().filter_map(|one| Some((one.check?, one.opening))).collect();
        let mut tied: BTreeMap<CheckId, &Check> = BTreeMap::new();
        for criterion in criteria.iter().filter_map(|code| assessed.framework.criterion(code)) {
            for probe in criterion.bindings.iter().flat_map(|binding| assessed.probes_of(&binding.id)) {
                let moves = match open.get(&probe.check.id) {
                    // Nobody looks any more where a check is paused, and what opened there would not end by itself. What
                    // is open there ends with the answer all the same.
                    None => {
                        probe.check.enabled
                            && probe.standing.is_some_and(|standing| standing.last_status == Status::Fail)
                    }
                    // Any other ends when the check is well again.
                    Some(opening) => *opening == Opening::Contradiction,
                };
                if moves {
                    tied.insert(probe.check.id, probe.check);
                }
            }
        }
        if tied.is_empty() {
            return Ok(());
        }
        // Runs that fail are all held against incidents: where thousands do, none of them is looked at here again.
        let glances = self.store().glances_of(assessed.bundle.assessment.org).await?;
        let failing: HashSet<CheckId> =
            glances.iter().filter(|check| check.status == Some(Status::Fail)).map(|check| check.id).collect();
        for check in tied.into_values().filter(|check| !failing.contains(&check.id)) {
            self.weigh_anew(check).await?;
        }
        Ok(())
    }

    /// Weighs the latest run of a check once more, if an answer alone says whether it counts as a failure.
    pub(super) async fn weigh_anew(&self, check: &Check) -> Result<(), Error> {
        for _ in 0..TRIES {
            // The watch first: whatever is recorded after it makes this step stale. What is claimed is read for each check, as
            // it is by then: whoever changes an answer later looks at the check later.
            let Some((before, alerting)) = self.store().watched(check.id).await? else { return Ok(()) };
            let claims = Claims::default();
            let standings = self.store().standings_of(check.id).await?;
            let Some(latest) = standings.first().map(|standing| standing.last_run) else { return Ok(()) };
            let Some(run) = self.store().run(latest).await? else { return Ok(()) };
            if !may_deny(&run) {
                // Runs that fail are all looked at, and one that says nothing changes nothing.
                return Ok(());
            }
            let judged: Vec<Judged> = standings.iter().map(|standing| judged(standing, &run)).collect();
            let said = self.said(check, &run, &judged, &claims).await?;
            let failed = said.status == Status::Fail;
            if failed == before.watch.open {
                return Ok(());
            }
            // As many as failed so count at once: they are no news, only the answer is.
            let running = said.denies.as_ref().map_or(before.watch.fails, |by| fails(&standings, by));
            let thresholds = thresholds(&alerting, self.kind_of(check)?);
            let (watch, moved) = before.watch.anew(failed, running, thresholds);
            if watch == before.watch {
                return Ok(());
            }
            // The latest run does not fail by its kind's own rule: nothing is out.
            let transition = thresholds.told(moved, None, 0);
            let denying = if failed { self.good_runs(&run, running).await? } else { 0 };
            let now = Now { at: UnixMillis::now(), last_run: before.last_run, own: Own::default(), denying };
            if self.take_step(check, &said, before, (watch, transition), now, &claims).await? {
                return Ok(());
            }
        }
        tracing::error!(check = %check.id, "too many runs ended at once; a changed answer was not weighed");
        Ok(())
    }

    /// How many of the latest runs, of `running` that deny an answer, are good by their kind's own rule, up to this one:
    /// those before an outage's and the outage's own denied it as well, and were told of with it.
    async fn good_runs(&self, latest: &Run, running: u32) -> Result<u32, Error> {
        let looked_at = running.clamp(1, History::RESULTS);
        let runs = self.store().conclusive_runs(latest.check, latest.id, looked_at).await?;
        let good = runs.iter().take_while(|(status, _)| *status != Status::Fail).count();
        if good == runs.len() {
            // None of them failed by itself, though the oldest may be forgotten.
            return Ok(running.max(1));
        }
        Ok(u32::try_from(good).unwrap_or(u32::MAX).max(1))
    }
}

/// How the latest run was judged for a binding. Where that came to no conclusion, and the run itself to none, what is known
/// from before stands.
fn judged(standing: &Standing, latest: &Run) -> Judged {
    let stands = standing.last_status == Status::Unknown && latest.status == Status::Unknown;
    Judged {
        framework: standing.framework,
        binding: standing.binding.clone(),
        status: if stands { standing.status } else { standing.last_status },
        conditions: standing.conditions.clone(),
    }
}

/// How many runs in a row failed for a binding, up to the latest.
fn fails(standings: &[Standing], (framework, binding): &(FrameworkId, BindingId)) -> u32 {
    let own = standings.iter().find(|one| one.framework == *framework && one.binding == *binding);
    own.map_or(0, |own| own.consecutive_fails)
}
