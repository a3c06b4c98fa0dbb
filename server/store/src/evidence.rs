//! Evidence: dated items, each tied to one or more criteria of an assessment.
//!
//! **Invariant.** Every write holds the assessment and looks at its state in its own transaction, so that it comes wholly
//! before a submission or a signature, or not at all.

use domain::scoring::{EvidenceDuration, EvidenceState};
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::Deserialize;

use crate::assessments;
use crate::audit;
use crate::column::{Json, Text, from_row};
use crate::db::{Link, Store, row, rows, run, statements};
use crate::error::{Naming, StoreError};
use crate::ids::{AssessmentId, EvidenceId, OrgId, UnixMillis, UserId};
use crate::record::{
    AssessmentState, Audit, Evidence, EvidenceBody, EvidenceReview, EvidenceReviewed, SeenEvidence,
};

/// The codes of an item's criteria, one a line.
macro_rules! criteria {
    () => {
        "(SELECT string_agg(c.criterion, '\n' ORDER BY c.position) FROM evidence_criteria c WHERE c.evidence_id = e.id)"
    };
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT e.id, e.org_id, e.assessment_id, ",
            criteria!(),
            " AS criteria, \
             e.title, e.body, e.duration, e.dated, e.expires, e.author_id, u.name AS author_name, e.state, \
             e.reviewer_id, e.revision, e.created_at, e.reported_pct FROM evidence e JOIN users u ON u.id = e.author_id ",
            $rest
        )
    };
}

/// All items of an assessment in one row, as [`Columns`] in JSON: a row of its own for each costs far more.
macro_rules! list {
    ($open:literal, $body:literal, $close:literal) => {
        concat!(
            "SELECT ",
            $open,
            "e.id, e.org_id, e.assessment_id, ",
            criteria!(),
            ", e.title, ",
            $body,
            ", e.duration, e.dated, e.expires, e.reported_pct, e.author_id, u.name, e.state, e.reviewer_id, e.revision, \
             e.created_at) ORDER BY e.id)",
            $close,
            " AS evidence FROM evidence e JOIN users u ON u.id = e.author_id WHERE e.assessment_id = $1"
        )
    };
}

statements! {
    Both INSERT = "INSERT INTO evidence (id, org_id, assessment_id, title, body, duration, dated, expires, author_id, \
        state, reviewer_id, created_at, reported_pct) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    // The framework makes sure that the criterion is one of the assessment's.
    Both TIE = "INSERT INTO evidence_criteria (evidence_id, position, criterion, framework_id) \
        VALUES ($1, $2, $3, (SELECT framework_id FROM assessments WHERE id = $4))";
    Both UNTIE = "DELETE FROM evidence_criteria WHERE evidence_id = $1";
    Both BY_ID = select!("WHERE e.id = $1");
    Sqlite LIST_SQLITE = list!("json_group_array(json_array(", "json(e.body)", "");
    Postgres LIST_POSTGRES = list!("coalesce(json_agg(json_build_array(", "e.body::json", ", '[]')::text");
    Both REVIEW = "UPDATE evidence SET state = $2, reviewer_id = $3 WHERE id = $1 AND assessment_id = $4 \
        AND revision = $5 AND author_id <> $3";
    Both REMEMBER = "INSERT INTO evidence_revisions (evidence_id, revision, title, body, dated, expires, author_id, \
        state, reviewer_id, created_at, reported_pct) SELECT id, revision, title, body, dated, expires, author_id, \
        state, reviewer_id, created_at, reported_pct FROM evidence WHERE id = $1 AND revision = $2";
    Both REPLACE = "UPDATE evidence SET title = $2, body = $3, dated = $4, expires = $5, author_id = $6, state = $7, \
        reviewer_id = NULL, created_at = $8, reported_pct = $10, revision = revision + 1 \
        WHERE id = $1 AND revision = $9";
    Both EARLIER = concat!(
        "SELECT e.id, e.org_id, e.assessment_id, ",
        criteria!(),
        " AS criteria, \
         r.title, r.body, e.duration, r.dated, r.expires, r.author_id, u.name AS author_name, r.state, r.reviewer_id, \
         r.revision, r.created_at, r.reported_pct FROM evidence_revisions r JOIN evidence e ON e.id = r.evidence_id \
         JOIN users u ON u.id = r.author_id WHERE r.evidence_id = $1 ORDER BY r.revision DESC"
    );
    Both DELETE = "DELETE FROM evidence WHERE id = $1 AND assessment_id = $2";
    Both DELETE_SPARING = "DELETE FROM evidence WHERE id = $1 AND assessment_id = $2 AND state <> $3 \
        AND NOT EXISTS (SELECT 1 FROM evidence_revisions r WHERE r.evidence_id = $1 AND r.state = $3)";
}

from_row! {
    Evidence {
        id, org = "org_id", assessment = "assessment_id", criteria: lines, title, body: json, duration: text,
        dated: text, expires: maybe_text, author = "author_id", author_name, state: text,
        reviewer = "reviewer_id", revision, created_at, reported_pct: maybe_text,
    }
}

from_row! {
    Listed { evidence: json }
}

/// The evidence of one assessment, oldest first.
#[derive(Default)]
pub(crate) struct Listed {
    pub(crate) evidence: Vec<Evidence>,
}

/// An item's columns as `list!` names them.
#[derive(Deserialize)]
pub(crate) struct Columns(
    EvidenceId,
    OrgId,
    AssessmentId,
    Option<String>,
    String,
    EvidenceBody,
    EvidenceDuration,
    Date,
    Option<Date>,
    Option<Decimal>,
    UserId,
    String,
    EvidenceState,
    Option<UserId>,
    i64,
    UnixMillis,
);

impl From<Columns> for Evidence {
    fn from(columns: Columns) -> Self {
        let Columns(
            id,
            org,
            assessment,
            criteria,
            title,
            body,
            duration,
            dated,
            expires,
            reported_pct,
            author,
            author_name,
            state,
            reviewer,
            revision,
            created_at,
        ) = columns;
        Self {
            id,
            org,
            assessment,
            criteria: criteria.iter().flat_map(|codes| codes.lines()).map(Into::into).collect(),
            title,
            body,
            duration,
            dated,
            expires,
            reported_pct,
            author,
            author_name,
            state,
            reviewer,
            revision,
            created_at,
        }
    }
}

/// Writes the rows of a new item, in its maker's transaction.
pub(crate) async fn insert(link: &mut Link<'_>, evidence: &Evidence) -> Result<(), StoreError> {
    run!(
        link,
        INSERT,
        evidence.id,
        evidence.org,
        evidence.assessment,
        &*evidence.title,
        Json(&evidence.body),
        Text(evidence.duration),
        Text(evidence.dated),
        evidence.expires.map(Text),
        evidence.author,
        Text(evidence.state),
        evidence.reviewer,
        evidence.created_at,
        evidence.reported_pct.map(|share| share.to_string())
    )
    .or_missing("assessment or account")?;
    tie(link, evidence).await
}

async fn tie(link: &mut Link<'_>, evidence: &Evidence) -> Result<(), StoreError> {
    for (criterion, position) in evidence.criteria.iter().zip(0_i64..) {
        run!(link, TIE, evidence.id, position, Text(criterion), evidence.assessment)
            .or_missing("criterion in this assessment")?;
    }
    Ok(())
}

impl Store {
    /// [`StoreError::NotFound`] for a criterion that the assessment's framework does not have, [`StoreError::Locked`]
    /// where the assessment is not open.
    pub async fn add_evidence(&self, evidence: Evidence, audit: Audit) -> Result<(), StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        assessments::hold(link, evidence.assessment).await?;
        assessments::must_be_in(link, evidence.assessment, &AssessmentState::OPEN).await?;
        insert(link, &evidence).await?;
        audit::append(link, &audit).await?;
        writing.commit().await
    }

    /// Replaces the item by `evidence`, which is its next revision, with the criteria that it names; the one before is
    /// remembered. `false`, and nothing changes, when somebody else replaced it or took it away.
    /// [`StoreError::NotFound`] for a criterion that the assessment's framework does not have.
    pub async fn replace_evidence(&self, evidence: Evidence, audit: Audit) -> Result<bool, StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        assessments::hold(link, evidence.assessment).await?;
        assessments::must_be_in(link, evidence.assessment, &AssessmentState::OPEN).await?;
        let before = evidence.revision - 1;
        if run!(link, REMEMBER, evidence.id, before)? == 0 {
            return Ok(false);
        }
        run!(
            link,
            REPLACE,
            evidence.id,
            &*evidence.title,
            Json(&evidence.body),
            Text(evidence.dated),
            evidence.expires.map(Text),
            evidence.author,
            Text(evidence.state),
            evidence.created_at,
            before,
            evidence.reported_pct.map(|share| share.to_string())
        )
        .or_missing("account")?;
        run!(link, UNTIE, evidence.id)?;
        tie(link, &evidence).await?;
        audit::append(link, &audit).await?;
        writing.commit().await?;
        Ok(true)
    }

    /// Oldest first.
    pub async fn evidence_of(&self, assessment: AssessmentId) -> Result<Vec<Evidence>, StoreError> {
        let mut lease = self.read().await?;
        let link = &mut lease.link();
        let statement = match link {
            Link::Sqlite(_) => LIST_SQLITE,
            Link::Postgres(_) => LIST_POSTGRES,
        };
        Ok(row!(link, Listed, statement, assessment)?.map(|listed| listed.evidence).unwrap_or_default())
    }

    pub async fn evidence(&self, id: EvidenceId) -> Result<Option<Evidence>, StoreError> {
        let mut lease = self.read().await?;
        Ok(row!(&mut lease.link(), Evidence, BY_ID, id)?)
    }

    /// The revisions of an item before the present one, the latest first, each with the criteria that the item has now.
    pub async fn earlier_evidence(&self, id: EvidenceId) -> Result<Vec<Evidence>, StoreError> {
        let mut lease = self.read().await?;
        Ok(rows!(&mut lease.link(), Evidence, EARLIER, id)?)
    }

    /// Accepts or rejects an item in the revision that the reviewer read. [`StoreError::Locked`] where the assessment is
    /// in another state than the review names.
    pub async fn review_evidence(
        &self,
        review: EvidenceReview,
        audit: Audit,
    ) -> Result<EvidenceReviewed, StoreError> {
        let EvidenceReview { assessment, seen: SeenEvidence { id, revision }, state, reviewer, during } =
            review;
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        assessments::hold(link, assessment).await?;
        assessments::must_be_in(link, assessment, during).await?;
        let reviewed = run!(link, REVIEW, id, Text(state), reviewer, assessment, revision);
        if reviewed.or_missing("account")? == 0 {
            let there = row!(link, Evidence, BY_ID, id)?.filter(|item| item.assessment == assessment);
            return Ok(match there {
                None => EvidenceReviewed::Missing,
                Some(item) if item.revision == revision => EvidenceReviewed::Own(Box::new(item)),
                Some(item) => EvidenceReviewed::Replaced(Box::new(item)),
            });
        }
        audit::append(link, &audit).await?;
        writing.commit().await?;
        Ok(EvidenceReviewed::Done)
    }

    /// Whether there was such an item in the assessment. [`StoreError::Locked`] where that is not open.
    pub async fn remove_evidence(
        &self,
        assessment: AssessmentId,
        id: EvidenceId,
        audit: Audit,
    ) -> Result<bool, StoreError> {
        self.take_away(assessment, id, None, audit).await
    }

    /// The same, but for an item that a reviewer accepted, in this revision or an earlier one: that one stays.
    pub async fn remove_unaccepted_evidence(
        &self,
        assessment: AssessmentId,
        id: EvidenceId,
        audit: Audit,
    ) -> Result<bool, StoreError> {
        self.take_away(assessment, id, Some(EvidenceState::Accepted), audit).await
    }

    /// An item that was ever in the state `spared` stays.
    async fn take_away(
        &self,
        assessment: AssessmentId,
        id: EvidenceId,
        spared: Option<EvidenceState>,
        audit: Audit,
    ) -> Result<bool, StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        assessments::hold(link, assessment).await?;
        assessments::must_be_in(link, assessment, &AssessmentState::OPEN).await?;
        let changed = match spared {
            None => run!(link, DELETE, id, assessment)?,
            Some(state) => run!(link, DELETE_SPARING, id, assessment, Text(state))?,
        };
        audit::commit_change(writing, changed, &audit).await
    }
}
