//! Assessments: one organization, one version of a framework.

use std::collections::BTreeMap;

use crate::column::{Int, Text, from_row};
use crate::db::{Link, Store, row, rows, run, statements};
use crate::error::{Naming, StoreError};
use crate::ids::{AssessmentId, FrameworkId, OrgId, UserId};
use crate::record::{Assessment, AssessmentState, Audit};
use crate::{audit, page, ties};

/// The columns of an assessment, from `assessments a JOIN frameworks f`, as [`Assessment`] reads them.
macro_rules! assessment_columns {
    () => {
        "a.id AS assessment_id, a.org_id, a.framework_id, f.code AS framework_code, \
         f.version AS framework_version, a.title, a.state, a.target, a.target_level, a.independent_signoff, \
         a.created_by, a.created_at"
    };
}
pub(crate) use assessment_columns;

/// The assessment by which an organization stands, as a value of SQL: the latest that somebody answered in, or else the
/// latest. One that was only just begun, by a campaign for example, says nothing yet. `$org` is the organization, and `$and`
/// what else narrows the assessments `x`. Both halves walk an index from its end and stop at the first that fits.
macro_rules! current_assessment {
    ($org:literal, $and:literal) => {
        concat!(
            "COALESCE((SELECT x.id FROM assessments x WHERE x.org_id = ",
            $org,
            $and,
            " AND (SELECT w.assessment_id FROM answers w WHERE w.assessment_id = x.id LIMIT 1) IS NOT NULL \
              ORDER BY x.id DESC LIMIT 1), (SELECT x.id FROM assessments x WHERE x.org_id = ",
            $org,
            $and,
            " ORDER BY x.id DESC LIMIT 1))"
        )
    };
}
pub(crate) use current_assessment;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT ",
            assessment_columns!(),
            " FROM assessments a JOIN frameworks f ON f.id = a.framework_id ",
            $rest
        )
    };
}

statements! {
    Both INSERT = "INSERT INTO assessments (id, org_id, framework_id, title, state, target, target_level, \
        independent_signoff, created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    Both RENAME = "UPDATE assessments SET title = $2 WHERE id = $1";
    Both BY_ID = select!("WHERE a.id = $1");
    Both OF_ORGANIZATION = select!("WHERE a.org_id = $1 AND a.id > $2 ORDER BY a.id LIMIT $3");
    // A final one lives on until a later one of the same framework is final.
    Both LIVE_OF_ORGANIZATION = select!("WHERE a.org_id = $1 AND (a.state <> $2 OR NOT EXISTS (\
        SELECT b.id FROM assessments b JOIN frameworks g ON g.id = b.framework_id \
        WHERE b.org_id = a.org_id AND b.id > a.id AND b.state = $2 AND g.code = f.code)) ORDER BY a.id");
    Both CURRENT = concat!(
        "SELECT a.id FROM assessments a WHERE a.id = ", current_assessment!("$1", "")
    );
    Both CURRENT_OF_USER = concat!(
        "SELECT m.org_id, a.id FROM memberships m JOIN assessments a ON a.id = ",
        current_assessment!("m.org_id", ""), " WHERE m.user_id = $1"
    );
    Both CURRENT_BY_FRAMEWORK = concat!(
        "SELECT a.framework_id, a.id FROM assessments a WHERE a.org_id = $1 AND a.id = ",
        current_assessment!("$1", " AND x.framework_id = a.framework_id"), " ORDER BY a.id DESC"
    );
    Both ORGANIZATION = "SELECT org_id FROM assessments WHERE id = $1";
    Both STATE = "SELECT state FROM assessments WHERE id = $1";
    // Whoever changes the state waits until this transaction ends; others who hold it do not.
    Postgres HOLD = "SELECT state FROM assessments WHERE id = $1 FOR SHARE";
}

from_row! {
    Assessment {
        id = "assessment_id", org = "org_id", framework = "framework_id", framework_code: text,
        framework_version, title, state: text, target: maybe_text, target_level: int, independent_signoff,
        created_by, created_at,
    }
}

/// Keeps the state of an assessment as it is until the transaction ends. SQLite has one writer, so nobody else can
/// change it there.
pub(crate) async fn hold(link: &mut Link<'_>, id: AssessmentId) -> Result<(), StoreError> {
    if matches!(link, Link::Postgres(_)) {
        row!(link, (Text<AssessmentState>,), HOLD, id)?;
    }
    Ok(())
}

/// [`StoreError::Locked`] where the assessment is in none of the states.
pub(crate) async fn must_be_in(
    link: &mut Link<'_>,
    id: AssessmentId,
    states: &[AssessmentState],
) -> Result<(), StoreError> {
    let (Text(state),) = row!(link, (Text<AssessmentState>,), STATE, id)?
        .ok_or(StoreError::NotFound { what: "assessment" })?;
    if states.contains(&state) { Ok(()) } else { Err(StoreError::Locked(state)) }
}

/// [`StoreError::Locked`] once the assessment is final; until the transaction ends it does not become so.
pub(crate) async fn refuse_final(link: &mut Link<'_>, id: AssessmentId) -> Result<(), StoreError> {
    hold(link, id).await?;
    must_be_open(link, id).await
}

/// The same where this transaction wrote the assessment's own row before, which holds it too. Two that share the hold and
/// then write the row would wait for each other.
pub(crate) async fn must_be_open(link: &mut Link<'_>, id: AssessmentId) -> Result<(), StoreError> {
    use AssessmentState::{ChangesRequested, Draft, InReview, Submitted};
    must_be_in(link, id, &[Draft, Submitted, InReview, ChangesRequested]).await
}

/// Writes the row of a new assessment, in its maker's transaction.
pub(crate) async fn insert(link: &mut Link<'_>, assessment: &Assessment) -> Result<(), StoreError> {
    run!(
        link,
        INSERT,
        assessment.id,
        assessment.org,
        assessment.framework,
        &*assessment.title,
        Text(assessment.state),
        assessment.target.as_ref().map(Text),
        Int(assessment.target_level),
        assessment.independent_signoff,
        assessment.created_by,
        assessment.created_at
    )
    .or_missing("organization or framework")?;
    Ok(())
}

/// Writes the row of a new assessment that follows no other, in its maker's transaction, with its audit line. Ties set by
/// hand go over from the version of the framework before.
pub(crate) async fn begin(
    link: &mut Link<'_>,
    assessment: &Assessment,
    audit: &Audit,
) -> Result<(), StoreError> {
    let carried = ties::carry(link, assessment).await?;
    insert(link, assessment).await?;
    audit::append(link, audit).await?;
    if carried > 0 {
        audit::append(link, &audit.following("ties.carried", assessment.id)).await?;
    }
    Ok(())
}

impl Store {
    /// `framework_code` and `framework_version` are those of `framework`, whatever the record says.
    pub async fn create_assessment(&self, assessment: Assessment, audit: Audit) -> Result<(), StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        begin(link, &assessment, &audit).await?;
        writing.commit().await
    }

    /// Gives it another title. [`StoreError::Locked`] once it is final.
    pub async fn rename_assessment(
        &self,
        id: AssessmentId,
        title: &str,
        audit: Audit,
    ) -> Result<(), StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        run!(link, RENAME, id, title)?;
        must_be_open(link, id).await?;
        audit::append(link, &audit).await?;
        writing.commit().await
    }

    pub async fn assessment(&self, id: AssessmentId) -> Result<Option<Assessment>, StoreError> {
        let mut lease = self.read().await?;
        Ok(row!(&mut lease.link(), Assessment, BY_ID, id)?)
    }

    /// Oldest first, from the one after `after`.
    pub async fn assessments_of(
        &self,
        org: OrgId,
        after: Option<AssessmentId>,
        limit: u32,
    ) -> Result<Vec<Assessment>, StoreError> {
        let mut lease = self.read().await?;
        Ok(rows!(&mut lease.link(), Assessment, OF_ORGANIZATION, org, page::after(after), i64::from(limit))?)
    }

    /// Those whose live result a health check can still change: all but the final ones that a later final one of the
    /// same framework has replaced.
    pub async fn live_assessments_of(&self, org: OrgId) -> Result<Vec<Assessment>, StoreError> {
        let mut lease = self.read().await?;
        Ok(rows!(&mut lease.link(), Assessment, LIVE_OF_ORGANIZATION, org, Text(AssessmentState::Final))?)
    }

    pub async fn assessment_org(&self, id: AssessmentId) -> Result<Option<OrgId>, StoreError> {
        let mut lease = self.read().await?;
        Ok(row!(&mut lease.link(), (OrgId,), ORGANIZATION, id)?.map(|(org,)| org))
    }

    /// The assessment by which the organization stands: the latest that somebody answered in, or else the latest. The
    /// portfolio goes by the same rule, among the assessments against one framework.
    pub async fn current_assessment(&self, org: OrgId) -> Result<Option<AssessmentId>, StoreError> {
        let mut lease = self.read().await?;
        Ok(row!(&mut lease.link(), (AssessmentId,), CURRENT, org)?.map(|(id,)| id))
    }

    /// The same among the assessments against each version of a framework, the latest first.
    pub async fn current_by_framework(
        &self,
        org: OrgId,
    ) -> Result<Vec<(FrameworkId, AssessmentId)>, StoreError> {
        let mut lease = self.read().await?;
        Ok(rows!(&mut lease.link(), (FrameworkId, AssessmentId), CURRENT_BY_FRAMEWORK, org)?)
    }

    /// The one of every organization that the user belongs to and that has one.
    pub async fn current_assessments(
        &self,
        user: UserId,
    ) -> Result<BTreeMap<OrgId, AssessmentId>, StoreError> {
        let mut lease = self.read().await?;
        let current = rows!(&mut lease.link(), (OrgId, AssessmentId), CURRENT_OF_USER, user)?;
        Ok(current.into_iter().collect())
    }
}
