//! What an assessment aims at, a rung and levels, and what people decided about the steps towards it.

use domain::{CriterionCode, Level, RungCode};

use crate::column::{Int, Text, from_row};
use crate::db::{Link, Store, rows, run, statements};
use crate::error::{Naming, StoreError};
use crate::ids::{AssessmentId, UnixMillis, UserId};
use crate::record::{Audit, RoadmapStep};
use crate::{assessments, audit};

statements! {
    Both SET_TARGET = "UPDATE assessments SET target = $2 WHERE id = $1";
    Both SET_TARGET_LEVEL = "UPDATE assessments SET target_level = $2 WHERE id = $1";
    Both KEEP_TARGET = "INSERT INTO criterion_targets (assessment_id, criterion, framework_id, level, changed_by, \
        changed_at) SELECT $1, $2, framework_id, $3, $4, $5 FROM assessments WHERE id = $1 \
        ON CONFLICT (assessment_id, criterion) DO UPDATE SET level = excluded.level, \
        changed_by = excluded.changed_by, changed_at = excluded.changed_at";
    Both CLEAR_TARGET = "DELETE FROM criterion_targets WHERE assessment_id = $1 AND criterion = $2";
    Both OF_ASSESSMENT = "SELECT criterion, choice, owner, due FROM roadmap_steps WHERE assessment_id = $1 \
        ORDER BY criterion";
    Both KEEP = "INSERT INTO roadmap_steps (assessment_id, criterion, framework_id, choice, owner, due, changed_by, \
        changed_at) SELECT $1, $2, framework_id, $3, $4, $5, $6, $7 FROM assessments WHERE id = $1 ON CONFLICT (assessment_id, criterion) DO UPDATE SET \
        choice = excluded.choice, owner = excluded.owner, due = excluded.due, changed_by = excluded.changed_by, \
        changed_at = excluded.changed_at";
}

from_row! {
    RoadmapStep { criterion: text, choice: text, owner, due: maybe_text }
}

/// Keeps the level aimed at for a criterion, in somebody else's transaction.
pub(crate) async fn keep_target(
    link: &mut Link<'_>,
    id: AssessmentId,
    criterion: &CriterionCode,
    level: Level,
    by: UserId,
    at: UnixMillis,
) -> Result<(), StoreError> {
    run!(link, KEEP_TARGET, id, Text(criterion), Int(level), by, at).or_missing("criterion or account")?;
    Ok(())
}

impl Store {
    /// `None` aims at no rung in particular. [`StoreError::Locked`] once it is final.
    pub async fn set_target(
        &self,
        id: AssessmentId,
        target: Option<&RungCode>,
        audit: Audit,
    ) -> Result<(), StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        run!(link, SET_TARGET, id, target.map(Text))?;
        assessments::must_be_open(link, id).await?;
        audit::append(link, &audit).await?;
        writing.commit().await
    }

    /// Sets the level aimed at for every criterion without one of its own. [`StoreError::Locked`] once it is final.
    pub async fn set_target_level(
        &self,
        id: AssessmentId,
        level: Level,
        audit: Audit,
    ) -> Result<(), StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        run!(link, SET_TARGET_LEVEL, id, Int(level))?;
        assessments::must_be_open(link, id).await?;
        audit::append(link, &audit).await?;
        writing.commit().await
    }

    /// Sets the level aimed at for one criterion of the assessment's framework; with `None` it is that of the
    /// assessment again. [`StoreError::Locked`] once it is final.
    pub async fn set_criterion_target(
        &self,
        id: AssessmentId,
        criterion: &CriterionCode,
        level: Option<Level>,
        by: UserId,
        at: UnixMillis,
        audit: Audit,
    ) -> Result<(), StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        assessments::refuse_final(link, id).await?;
        match level {
            Some(level) => keep_target(link, id, criterion, level, by, at).await?,
            None => {
                run!(link, CLEAR_TARGET, id, Text(criterion))?;
            }
        }
        audit::append(link, &audit).await?;
        writing.commit().await
    }

    /// By criterion, in byte order of its code.
    pub async fn roadmap_steps(&self, assessment: AssessmentId) -> Result<Vec<RoadmapStep>, StoreError> {
        let mut lease = self.read().await?;
        Ok(rows!(&mut lease.link(), RoadmapStep, OF_ASSESSMENT, assessment)?)
    }

    /// Keeps what was decided in place of what was before. The criterion must be one of the assessment's framework.
    /// [`StoreError::Locked`] once that is final.
    pub async fn keep_roadmap_step(
        &self,
        assessment: AssessmentId,
        step: &RoadmapStep,
        by: UserId,
        at: UnixMillis,
        audit: Audit,
    ) -> Result<(), StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        assessments::refuse_final(link, assessment).await?;
        run!(
            link,
            KEEP,
            assessment,
            Text(&step.criterion),
            Text(step.choice),
            &*step.owner,
            step.due.map(Text),
            by,
            at
        )
        .or_missing("criterion or account")?;
        audit::append(link, &audit).await?;
        writing.commit().await
    }
}
