//! Answers: saved with a revision, so that nobody's is overwritten in silence, and kept with their history.

use domain::{CriterionCode, Level};
use serde::Deserialize;
use thiserror::Error;

use crate::assessments;
use crate::audit;
use crate::column::{Int, Text, from_row};
use crate::db::{Link, Store, row, rows, run, statements};
use crate::error::{Naming, StoreError};
use crate::ids::{AssessmentId, OrgId, UnixMillis, UserId};
use crate::queue::Job;
use crate::record::{
    Answer, AnswerRevision, AssessmentState, Audit, Claim, Pulse, Rater, SaveAnswer, Saved, WithdrawAnswer,
};

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

/// The newest revision of an answer, be it a withdrawal; 0 where there never was one.
macro_rules! last_revision {
    () => {
        "COALESCE((SELECT MAX(h.revision) FROM answer_history h \
         WHERE h.assessment_id = $1 AND h.criterion = $2 AND h.rater = $3), 0)"
    };
}

/// All answers of an assessment in one row, as [`Columns`] in JSON: a row of its own for each costs far more.
macro_rules! list {
    ($open:literal, $close:literal) => {
        concat!(
            "SELECT ",
            $open,
            "x.criterion, x.rater, x.level, x.not_applicable_reason, x.rationale, x.revision, x.by_id, u.name, x.at) \
             ORDER BY x.criterion, x.rater)",
            $close,
            " AS answers FROM answers x JOIN users u ON u.id = x.by_id WHERE x.assessment_id = $1"
        )
    };
}

statements! {
    // The framework makes sure that the criterion is one of the assessment's.
    // Who may answer in which state is asked in the same statement: no answer slips in after a submission.
    // After a withdrawal the revisions go on where they were.
    Both INSERT = concat!(
        "INSERT INTO answers (assessment_id, criterion, rater, level, not_applicable_reason, rationale, \
        by_id, at, revision, framework_id) \
        SELECT a.id, $2, $3, CAST($4 AS BIGINT), $5, $6, $7, CAST($8 AS BIGINT), ", last_revision!(), " + 1, \
        a.framework_id FROM assessments a WHERE a.id = $1 AND a.state IN ($9, $10) \
        AND CAST($11 AS BIGINT) IN (0, ", last_revision!(), ") \
        ON CONFLICT (assessment_id, criterion, rater) DO NOTHING RETURNING revision"
    );
    Both WITHDRAW = "DELETE FROM answers WHERE assessment_id = $1 AND criterion = $2 AND rater = $3 AND revision = $4 \
        AND EXISTS (SELECT a.id FROM assessments a WHERE a.id = $1 AND a.state IN ($5, $6))";
    Both UPDATE = "UPDATE answers SET level = $4, not_applicable_reason = $5, rationale = $6, by_id = $7, at = $8, \
        revision = revision + 1 WHERE assessment_id = $1 AND criterion = $2 AND rater = $3 AND revision = $11 \
        AND EXISTS (SELECT a.id FROM assessments a WHERE a.id = $1 AND a.state IN ($9, $10))";
    Both REMEMBER = "INSERT INTO answer_history (assessment_id, criterion, rater, level, not_applicable_reason, \
        rationale, by_id, at, revision) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    Both ONE = select!("answers", "WHERE x.assessment_id = $1 AND x.criterion = $2 AND x.rater = $3");
    Sqlite LIST_SQLITE = list!("json_group_array(json_array(", "");
    Postgres LIST_POSTGRES = list!("coalesce(json_agg(json_build_array(", ", '[]')::text");
    Both ANY_CLAIM = "SELECT a.id FROM assessments a JOIN answers x ON x.assessment_id = a.id \
        WHERE a.org_id = $1 AND x.level > 0 LIMIT 1";
    // It grows with every save and every withdrawal: a look at it says whether there is anything to read.
    Both PULSE = "SELECT a.state, (SELECT COUNT(*) FROM answer_history h WHERE h.assessment_id = a.id) AS saves \
        FROM assessments a WHERE a.id = $1";
    // A withdrawal is a revision without a claim; it stands until another one follows.
    Both WITHDRAWN = select!(
        "answer_history",
        "WHERE x.assessment_id = $1 AND x.level IS NULL AND x.not_applicable_reason IS NULL \
         AND NOT EXISTS (SELECT 1 FROM answer_history n WHERE n.assessment_id = x.assessment_id \
         AND n.criterion = x.criterion AND n.rater = x.rater AND n.revision > x.revision) ORDER BY x.criterion, x.rater"
    );
    Both HISTORY = select!(
        "answer_history",
        "WHERE x.assessment_id = $1 AND x.criterion = $2 ORDER BY x.at DESC, x.rater, x.revision DESC"
    );
}

from_row! {
    Answer { criterion: text, rater: text, claim: claim, rationale, revision, by = "by_id", by_name, at }
    AnswerRevision {
        criterion: text, rater: text, claim: maybe_claim, rationale, revision, by = "by_id", by_name, at,
    }
}

from_row! {
    Listed { answers: json }
    Pulse { state: text, saves }
}

/// The answers of one assessment, by criterion and rater.
#[derive(Default)]
pub(crate) struct Listed {
    pub(crate) answers: Vec<Answer>,
}

/// An answer's columns as `list!` names them.
#[derive(Deserialize)]
pub(crate) struct Columns(
    CriterionCode,
    Rater,
    Option<Level>,
    Option<String>,
    String,
    i64,
    UserId,
    String,
    UnixMillis,
);

#[derive(Debug, Error)]
#[error("the answer to {0} has neither a level nor a reason why it does not apply")]
pub(crate) struct Unanswered(CriterionCode);

impl TryFrom<Columns> for Answer {
    type Error = Unanswered;

    fn try_from(columns: Columns) -> Result<Self, Unanswered> {
        let Columns(criterion, rater, level, reason, rationale, revision, by, by_name, at) = columns;
        let claim = match (reason, level) {
            (Some(reason), _) => Claim::NotApplicable { reason },
            (None, Some(level)) => Claim::Level(level),
            (None, None) => return Err(Unanswered(criterion)),
        };
        Ok(Self { criterion, rater, claim, rationale, revision, by, by_name, at })
    }
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
        assessments::hold(link, save.assessment).await?;
        let [state, other_state] = states(save.rater);
        // The same first arguments for each statement; `$run` is `run!`, or `row!` with what it reads.
        macro_rules! write {
            ($run:ident $(($read:ty))?, $statement:expr $(, $more:expr)*) => {
                $run!(
                    link,
                    $($read,)?
                    $statement,
                    save.assessment,
                    Text(&save.criterion),
                    Text(save.rater),
                    level.map(Int),
                    reason,
                    &*save.rationale,
                    save.by,
                    save.at
                    $(, $more)*
                )
                .or_missing("criterion in this assessment")
            };
        }
        let seen = save.seen_revision;
        let changed = match seen {
            0 => 0,
            seen => write!(run, UPDATE, Text(state), Text(other_state), seen)?,
        };
        let revision = if changed > 0 {
            Some(seen + 1)
        } else {
            let added = write!(row((i64,)), INSERT, Text(state), Text(other_state), seen)?;
            added.map(|(revision,)| revision)
        };
        let Some(revision) = revision else {
            assessments::must_be_in(link, save.assessment, &[state, other_state]).await?;
            return Ok(Saved::Stale(one(link, save.assessment, &save.criterion, save.rater).await?));
        };
        write!(run, REMEMBER, revision)?;
        audit::append(link, &self.audit).await?;
        Ok(Saved::Revision(revision))
    }
}

struct Withdrawing {
    withdraw: WithdrawAnswer,
    audit: Audit,
}

impl Job for Withdrawing {
    type Done = Saved;

    async fn run(&self, link: &mut Link<'_>) -> Result<Saved, StoreError> {
        let WithdrawAnswer { assessment, criterion, seen_revision: seen, by, at } = &self.withdraw;
        assessments::hold(link, *assessment).await?;
        let [state, other_state] = states(Rater::Own);
        let code = || Text(criterion);
        let own = || Text(Rater::Own);
        if run!(link, WITHDRAW, *assessment, code(), own(), *seen, Text(state), Text(other_state))? == 0 {
            assessments::must_be_in(link, *assessment, &[state, other_state]).await?;
            return Ok(Saved::Stale(one(link, *assessment, criterion, Rater::Own).await?));
        }
        let revision = seen + 1;
        let nothing = (None::<i64>, None::<&str>);
        run!(link, REMEMBER, *assessment, code(), own(), nothing.0, nothing.1, "", *by, *at, revision)?;
        audit::append(link, &self.audit).await?;
        Ok(Saved::Revision(revision))
    }
}

/// The states in which a rater answers: the organization before it submits, the assessor in the review.
const fn states(rater: Rater) -> [AssessmentState; 2] {
    match rater {
        Rater::Own => AssessmentState::OPEN,
        Rater::Assessor => [AssessmentState::InReview, AssessmentState::InReview],
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
    /// SQLite share one transaction. [`StoreError::NotFound`] for a criterion that the framework does not have,
    /// [`StoreError::Locked`] where the state of the assessment takes no answer of this rater.
    pub async fn save_answer(&self, save: SaveAnswer, audit: Audit) -> Result<Saved, StoreError> {
        self.perform(Saving { save, audit }).await
    }

    /// Takes the organization's answer back, if it is of the revision that its writer saw: the criterion is unanswered
    /// again, and everything that was said stays in the history. [`StoreError::Locked`] where the state of the
    /// assessment takes no answer.
    pub async fn withdraw_answer(&self, withdraw: WithdrawAnswer, audit: Audit) -> Result<Saved, StoreError> {
        self.perform(Withdrawing { withdraw, audit }).await
    }

    pub async fn answer(
        &self,
        assessment: AssessmentId,
        criterion: &CriterionCode,
        rater: Rater,
    ) -> Result<Option<Answer>, StoreError> {
        one(&mut self.read().await?.link(), assessment, criterion, rater).await
    }

    /// Whether anything was answered since; `None` where there is no such assessment.
    pub async fn pulse(&self, assessment: AssessmentId) -> Result<Option<Pulse>, StoreError> {
        let mut lease = self.read().await?;
        Ok(row!(&mut lease.link(), Pulse, PULSE, assessment)?)
    }

    /// Whether anything is claimed for an organization that a failure could deny.
    pub async fn any_claim_of(&self, org: OrgId) -> Result<bool, StoreError> {
        let mut lease = self.read().await?;
        Ok(row!(&mut lease.link(), (AssessmentId,), ANY_CLAIM, org)?.is_some())
    }

    /// The latest answer of each rater to each criterion.
    pub async fn answers_of(&self, assessment: AssessmentId) -> Result<Vec<Answer>, StoreError> {
        let mut lease = self.read().await?;
        let link = &mut lease.link();
        let list = link.dialect(LIST_SQLITE, LIST_POSTGRES);
        Ok(row!(link, Listed, list, assessment)?.unwrap_or_default().answers)
    }

    /// The withdrawals that stand: nobody answered since.
    pub async fn withdrawals_of(&self, assessment: AssessmentId) -> Result<Vec<AnswerRevision>, StoreError> {
        let mut lease = self.read().await?;
        Ok(rows!(&mut lease.link(), AnswerRevision, WITHDRAWN, assessment)?)
    }

    /// Every revision of both raters, newest first, the present ones and withdrawals included.
    pub async fn answer_history(
        &self,
        assessment: AssessmentId,
        criterion: &CriterionCode,
    ) -> Result<Vec<AnswerRevision>, StoreError> {
        let mut lease = self.read().await?;
        Ok(rows!(&mut lease.link(), AnswerRevision, HISTORY, assessment, Text(criterion))?)
    }
}
