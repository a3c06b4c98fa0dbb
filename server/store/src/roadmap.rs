//! The rung that an assessment aims at, and what people decided about the steps towards it.

use domain::RungCode;

use crate::audit;
use crate::column::{Text, from_row};
use crate::db::{Store, rows, run, statements};
use crate::error::{Naming, StoreError};
use crate::ids::{AssessmentId, UnixMillis, UserId};
use crate::record::{Audit, RoadmapStep};

statements! {
    Both SET_TARGET = "UPDATE assessments SET target = $2 WHERE id = $1";
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

impl Store {
    /// `None` aims at no rung in particular.
    pub async fn set_target(
        &self,
        id: AssessmentId,
        target: Option<&RungCode>,
        audit: Audit,
    ) -> Result<(), StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        if run!(link, SET_TARGET, id, target.map(Text))? == 0 {
            return Err(StoreError::NotFound { what: "assessment" });
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
        let kept = run!(
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
        if kept == 0 {
            return Err(StoreError::NotFound { what: "assessment" });
        }
        audit::append(link, &audit).await?;
        writing.commit().await
    }
}
