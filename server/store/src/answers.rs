//! Answers: saved with a revision, so that nobody's is overwritten in silence, and kept with their history.

use domain::CriterionCode;

use crate::audit;
use crate::column::{Int, Text, from_row};
use crate::db::{Link, Store, row, rows, run, statements};
use crate::error::{Naming, StoreError};
use crate::ids::AssessmentId;
use crate::queue::Job;
use crate::record::{Answer, Audit, Claim, Rater, SaveAnswer, Saved};

macro_rules! select {
    ($table:literal, $rest:literal) => {
        concat!(
            "SELECT x.criterion, x.rater, x.level, x.not_applicable_reason, x.rationale, x.revision, x.by_id, \
             u.name AS by_name, x.at FROM ",
            $table,
            " x JOIN users u ON u.id = x.by_id ",
            $rest
        )
    };
}

statements! {
    // The framework makes sure that the criterion is one of the assessment's.
    Both INSERT = "INSERT INTO answers (assessment_id, criterion, rater, level, not_applicable_reason, rationale, \
        by_id, at, revision, framework_id) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, (SELECT framework_id FROM assessments WHERE id = $1)) \
        ON CONFLICT (assessment_id, criterion, rater) DO NOTHING";
    Both UPDATE = "UPDATE answers SET level = $4, not_applicable_reason = $5, rationale = $6, by_id = $7, at = $8, \
        revision = revision + 1 WHERE assessment_id = $1 AND criterion = $2 AND rater = $3 AND revision = $9";
    Both REMEMBER = "INSERT INTO answer_history (assessment_id, criterion, rater, level, not_applicable_reason, \
        rationale, by_id, at, revision) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    Both ONE = select!("answers", "WHERE x.assessment_id = $1 AND x.criterion = $2 AND x.rater = $3");
    Both OF_ASSESSMENT = select!("answers", "WHERE x.assessment_id = $1 ORDER BY x.criterion, x.rater");
    Both HISTORY = select!(
        "answer_history",
        "WHERE x.assessment_id = $1 AND x.criterion = $2 ORDER BY x.at DESC, x.rater, x.revision DESC"
    );
}

from_row! {
    Answer { criterion: text, rater: text, claim: claim, rationale, revision, by = "by_id", by_name, at }
}

struct Saving {
    save: SaveAnswer,
    audit: Audit,
}

impl Job for Saving {
    type Done = Saved;

    async fn run(&self, link: &mut Link<'_>) -> Result<Saved, StoreError> {
        let save = &self.save;
        let (level, reason) = match &save.claim {
            Claim::Level(level) => (Some(*level), None),
            Claim::NotApplicable { reason } => (None, Some(&**reason)),
        };
        macro_rules! write {
            ($statement:expr $(, $last:expr)?) => {
                run!(
                    link,
                    $statement,
                    save.assessment,
                    Text(&save.criterion),
                    Text(save.rater),
                    level.map(Int),
                    reason,
                    &*save.rationale,
                    save.by,
                    save.at
                    $(, $last)?
                )
                .or_missing("criterion in this assessment")
            };
        }
        let changed = match save.seen_revision {
            0 => write!(INSERT)?,
            seen => write!(UPDATE, seen)?,
        };
        if changed == 0 {
            return Ok(Saved::Stale(one(link, save.assessment, &save.criterion, save.rater).await?));
        }
        let revision = save.seen_revision + 1;
        write!(REMEMBER, revision)?;
        audit::append(link, &self.audit).await?;
        Ok(Saved::Revision(revision))
    }
}

async fn one(
    link: &mut Link<'_>,
    assessment: AssessmentId,
    criterion: &CriterionCode,
    rater: Rater,
) -> Result<Option<Answer>, StoreError> {
    Ok(row!(link, Answer, ONE, assessment, Text(criterion), Text(rater))?)
}

impl Store {
    /// Saves an answer if nobody else did since its writer looked; durable when it returns. Concurrent saves on
    /// SQLite share one transaction. [`StoreError::NotFound`] for a criterion that the framework does not have.
    pub async fn save_answer(&self, save: SaveAnswer, audit: Audit) -> Result<Saved, StoreError> {
        self.perform(Saving { save, audit }).await
    }

    /// By criterion and rater.
    pub async fn answers(&self, assessment: AssessmentId) -> Result<Vec<Answer>, StoreError> {
        let mut lease = self.read().await?;
        Ok(rows!(&mut lease.link(), Answer, OF_ASSESSMENT, assessment)?)
    }

    pub async fn answer(
        &self,
        assessment: AssessmentId,
        criterion: &CriterionCode,
        rater: Rater,
    ) -> Result<Option<Answer>, StoreError> {
        one(&mut self.read().await?.link(), assessment, criterion, rater).await
    }

    /// Every revision of both raters, newest first, the present ones included.
    pub async fn answer_history(
        &self,
        assessment: AssessmentId,
        criterion: &CriterionCode,
    ) -> Result<Vec<Answer>, StoreError> {
        let mut lease = self.read().await?;
        Ok(rows!(&mut lease.link(), Answer, HISTORY, assessment, Text(criterion))?)
    }
}
