//! Steps from state to state, and differences between two raters that were settled.

use crate::assessments;
use crate::audit;
use crate::column::{Text, from_row};
use crate::db::{Link, Store, row, rows, run, statements};
use crate::error::{Naming, StoreError};
use crate::ids::{AssessmentId, UserId};
use crate::record::{Adjudication, AssessmentState, Audit, Rater, Step};

statements! {
    // Only an assessor from outside makes an assessment final; in every other state it is not signed.
    Both SET_STATE = "UPDATE assessments SET state = $3, independent_signoff = $4 WHERE id = $1 AND state = $2";
    Both ADD_STEP = "INSERT INTO assessment_steps (id, assessment_id, at, by_id, from_state, to_state, note) \
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    Both STEPS = "SELECT s.id, s.assessment_id, s.at, s.by_id, u.name AS by_name, s.from_state, s.to_state, s.note \
        FROM assessment_steps s JOIN users u ON u.id = s.by_id WHERE s.assessment_id = $1 ORDER BY s.id DESC";
    // The log alone knows who attached what was taken away since. Lines from before they named the assessment count for
    // every one of the organization. A text within them cannot look like a name: its quotes are escaped. An index holds
    // the lines of these deeds by who did them, as long as they stand here as they do there.
    Both ACTED = "SELECT a.id FROM assessments a WHERE a.id = $1 AND (\
        EXISTS (SELECT h.revision FROM answer_history h \
            WHERE h.assessment_id = a.id AND h.by_id = $2 AND h.rater = 'own') \
        OR EXISTS (SELECT s.id FROM assessment_steps s \
            WHERE s.assessment_id = a.id AND s.by_id = $2 AND s.to_state IN ('submitted', 'draft')) \
        OR EXISTS (SELECT e.id FROM evidence e LEFT JOIN evidence_revisions r ON r.evidence_id = e.id \
            WHERE e.assessment_id = a.id AND (e.author_id = $2 OR r.author_id = $2)) \
        OR EXISTS (SELECT l.id FROM audit_log l WHERE l.org_id = a.org_id AND l.actor_id = $2 \
            AND l.action IN ('evidence.added', 'evidence.replaced', 'evidence.retied', 'evidence.removed') \
            AND (l.details LIKE '%\"assessment\":\"' || a.id || '\"%' OR (l.details NOT LIKE '%\"assessment\":\"%' \
            AND NOT EXISTS (SELECT e.id FROM evidence e WHERE e.id = l.subject)))))";
    Both SETTLE = "INSERT INTO adjudications (assessment_id, criterion, own_revision, assessor_revision, note, by_id, \
        at, framework_id) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, (SELECT framework_id FROM assessments WHERE id = $1)) \
        ON CONFLICT (assessment_id, criterion) DO UPDATE SET own_revision = excluded.own_revision, \
        assessor_revision = excluded.assessor_revision, note = excluded.note, by_id = excluded.by_id, \
        at = excluded.at";
    Both SETTLED = "SELECT d.assessment_id, d.criterion, d.own_revision, d.assessor_revision, d.note, d.by_id, \
        u.name AS by_name, d.at FROM adjudications d JOIN users u ON u.id = d.by_id \
        WHERE d.assessment_id = $1 ORDER BY d.criterion";
    Both REVISION = "SELECT COALESCE(MAX(revision), 0) FROM answers \
        WHERE assessment_id = $1 AND criterion = $2 AND rater = $3";
}

from_row! {
    Step {
        id, assessment = "assessment_id", at, by = "by_id", by_name, from: text = "from_state", to: text = "to_state",
        note,
    }
    Adjudication {
        assessment = "assessment_id", criterion: text, own_revision, assessor_revision, note, by = "by_id", by_name, at,
    }
}

/// Whether the assessment was in the state that the step begins with, and now is in the one that it leads to.
pub(crate) async fn take(link: &mut Link<'_>, step: &Step) -> Result<bool, StoreError> {
    let signed = step.to == AssessmentState::Final;
    if run!(link, SET_STATE, step.assessment, Text(step.from), Text(step.to), signed)? == 0 {
        return Ok(false);
    }
    run!(
        link,
        ADD_STEP,
        step.id,
        step.assessment,
        step.at,
        step.by,
        Text(step.from),
        Text(step.to),
        &*step.note
    )
    .or_missing("account")?;
    Ok(true)
}

impl Store {
    /// Whether the assessment was in the state that the step begins with, and now is in the one that it leads to. It is
    /// independently signed in state [`AssessmentState::Final`] and in no other.
    pub async fn take_step(&self, step: Step, audit: Audit) -> Result<bool, StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        if !take(link, &step).await? {
            return Ok(false);
        }
        audit::append(link, &audit).await?;
        writing.commit().await?;
        Ok(true)
    }

    /// Whether somebody ever acted for the organization in this assessment: answered, attached, replaced or took away
    /// evidence, whatever became of it, submitted, or took a submission back.
    pub async fn acted_for_organization(
        &self,
        assessment: AssessmentId,
        user: UserId,
    ) -> Result<bool, StoreError> {
        let mut lease = self.read().await?;
        Ok(row!(&mut lease.link(), (AssessmentId,), ACTED, assessment, user)?.is_some())
    }

    /// Latest first.
    pub async fn steps_of(&self, assessment: AssessmentId) -> Result<Vec<Step>, StoreError> {
        let mut lease = self.read().await?;
        Ok(rows!(&mut lease.link(), Step, STEPS, assessment)?)
    }

    /// Settles a difference, in the review only. `false`, and nothing changes, when one of the raters has answered anew.
    pub async fn settle(&self, settled: Adjudication, audit: Audit) -> Result<bool, StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        let id = settled.assessment;
        assessments::hold(link, id).await?;
        assessments::must_be_in(link, id, &[AssessmentState::InReview]).await?;
        for (rater, revision) in
            [(Rater::Own, settled.own_revision), (Rater::Assessor, settled.assessor_revision)]
        {
            let known = row!(link, (i64,), REVISION, id, Text(&settled.criterion), Text(rater))?;
            if known != Some((revision,)) {
                return Ok(false);
            }
        }
        run!(
            link,
            SETTLE,
            id,
            Text(&settled.criterion),
            settled.own_revision,
            settled.assessor_revision,
            &*settled.note,
            settled.by,
            settled.at
        )
        .or_missing("criterion in this assessment")?;
        audit::append(link, &audit).await?;
        writing.commit().await?;
        Ok(true)
    }

    /// By criterion; those too whose raters have answered anew.
    pub async fn settled(&self, assessment: AssessmentId) -> Result<Vec<Adjudication>, StoreError> {
        let mut lease = self.read().await?;
        Ok(rows!(&mut lease.link(), Adjudication, SETTLED, assessment)?)
    }
}
