//! The live rung over time: every change of it, and what it came from.

use domain::check::Status;
use domain::live::{ChangeCause, CriterionChange, LiveResult};
use serde::{Deserialize, Serialize};
use store::record::{LiveChangeRecord, LiveRecord};
use store::{AssessmentId, CheckId, LiveChangeId, UnixMillis};

use crate::assessment::Assessed;
use crate::{Actor, Error, Permission, Service};

/// Several computations of one assessment at once: how often to look again.
const TRIES: usize = 5;

/// Evidence expires by the day, so a result is computed anew at least once a day (`scoring.md` section 12).
const DAY_MS: i64 = 24 * 3600 * 1000;

/// How many assessments are brought up to date in one round.
const ROUND: u32 = 100;

/// A computation that is merely a little older than the one on record was overtaken by it; one that is much older was
/// made on a clock that was set back.
const OVERTAKEN_MS: i64 = 60_000;

/// A change of the rung, of the overall score, or of what is contradicted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveChange {
    pub record: LiveChangeRecord,
    /// What it came from: every criterion that changed.
    pub causes: Vec<Cause>,
}

/// A criterion that changed, with the check behind it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    #[serde(flatten)]
    pub change: CriterionChange,
    /// The check that contradicts the answer, or that did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<CheckBehind>,
}

/// What a check had seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckBehind {
    pub id: CheckId,
    pub integration: String,
    /// FAILs in a row; 0 when it passed.
    pub consecutive_fails: u32,
    pub seen_at: Option<UnixMillis>,
}

/// The live rung as it stands, and how it came to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeline {
    /// `None` before the first computation.
    pub live: Option<LiveRecord>,
    /// Latest first.
    pub changes: Vec<LiveChange>,
}

impl Service {
    /// The changes of an assessment's live rung and score, latest first, before the one given.
    pub async fn timeline(
        &self,
        actor: &Actor,
        id: AssessmentId,
        before: Option<LiveChangeId>,
        limit: u32,
    ) -> Result<Timeline, Error> {
        self.assessment_for(actor, id, Permission::Read).await?;
        let live = self.store().live_result(id).await?;
        let changes = self.store().live_changes(id, before, limit).await?;
        let changes = changes.into_iter().map(|record| {
            // What a newer version wrote and this one does not understand is left out, not made up.
            let causes = serde_json::from_value(record.causes.clone()).unwrap_or_default();
            LiveChange { record, causes }
        });
        Ok(Timeline { live, changes: changes.collect() })
    }

    /// Keeps the result of a computation, and what it changed since the one before.
    pub(crate) async fn record_live(&self, assessed: &Assessed) -> Result<(), Error> {
        let assessment = assessed.bundle.assessment.id;
        let at = assessed.computed_at;
        let result = LiveResult::of(&assessed.framework, &assessed.score);
        for _ in 0..TRIES {
            let before = self.store().live_result(assessment).await?;
            let (record, change) = match before {
                None => (
                    LiveRecord {
                        assessment,
                        result: result.clone(),
                        since: at,
                        computed_at: at,
                        revision: 0,
                    },
                    None,
                ),
                Some(before) if before.result == result => return Ok(()),
                Some(before) if (1..OVERTAKEN_MS).contains(&(before.computed_at.0 - at.0)) => return Ok(()),
                Some(before) => {
                    let since = if before.result.rung == result.rung { before.since } else { at };
                    let change = (!before.result.says_the_same(&result))
                        .then(|| changed(assessed, &before.result, &result));
                    let revision = before.revision;
                    (
                        LiveRecord { assessment, result: result.clone(), since, computed_at: at, revision },
                        change,
                    )
                }
            };
            match self.store().keep_live_result(record, change).await {
                Ok(true) | Err(store::StoreError::NotFound { .. }) => return Ok(()),
                Ok(false) => {}
                Err(other) => return Err(other.into()),
            }
        }
        tracing::warn!(%assessment, "the live result changed too often to be kept; the next computation keeps it");
        Ok(())
    }

    /// Computes anew what was not computed for a day, and what an attestation that ran out has changed.
    pub(crate) async fn refresh_out_of_date(&self, now: UnixMillis) -> Result<(), Error> {
        for assessment in self.store().out_of_date(UnixMillis(now.0 - DAY_MS), now, ROUND).await? {
            self.refresh_findings(assessment).await?;
            self.store().note_computed(assessment, now).await?;
        }
        Ok(())
    }
}

fn changed(assessed: &Assessed, before: &LiveResult, after: &LiveResult) -> LiveChangeRecord {
    let causes: Vec<Cause> = before
        .changes(after)
        .into_iter()
        .map(|change| {
            let check = (change.cause == ChangeCause::Check).then(|| behind(assessed, &change)).flatten();
            Cause { change, check }
        })
        .collect();
    LiveChangeRecord {
        id: LiveChangeId::new(),
        assessment: assessed.bundle.assessment.id,
        at: assessed.computed_at,
        from_rung: before.rung.clone(),
        to_rung: after.rung.clone(),
        from_overall: before.overall.clone(),
        to_overall: after.overall.clone(),
        causes: serde_json::to_value(causes).expect("codes, levels and texts are JSON"),
    }
}

/// The check that changed a criterion: the failing one where it is contradicted, else the one that saw something last.
fn behind(assessed: &Assessed, change: &CriterionChange) -> Option<CheckBehind> {
    let criterion = assessed.framework.criterion(&change.criterion)?;
    let probes = criterion.bindings.iter().flat_map(|binding| assessed.probes_of(&binding.id));
    let seen = probes.filter_map(|probe| Some((probe, probe.standing?)));
    let wanted = |status: Status| !change.contradicted || status == Status::Fail;
    let (probe, standing) = seen
        .filter(|(_, standing)| wanted(standing.status))
        .max_by_key(|(_, standing)| standing.concluded_at)?;
    Some(CheckBehind {
        id: probe.check.id,
        integration: probe.integration.details.name.clone(),
        consecutive_fails: standing.consecutive_fails,
        seen_at: standing.concluded_at,
    })
}
