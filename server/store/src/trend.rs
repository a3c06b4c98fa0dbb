//! What is compared over time.

use domain::FrameworkCode;
use domain::live::Fraction;

use crate::assessments::current_assessment;
use crate::column::{Json, Text, from_row};
use crate::db::{Store, rows, run, statements};
use crate::error::{Naming, StoreError};
use crate::ids::{AssessmentId, OrgId, SnapshotId, UserId};
use crate::record::{AnswerStep, Choosable, HandedIn, SnapshotResult};

/// The columns of a snapshot's figures, from `snapshot_results r`, as [`SnapshotResult`] reads them.
macro_rules! result_columns {
    () => {
        "r.snapshot_id, r.overall AS result_overall, r.claimed AS result_claimed, \
         r.domains AS result_domains, r.profiles AS result_profiles, r.size_band AS result_size_band"
    };
}
pub(crate) use result_columns;

statements! {
    Both KEEP_RESULT = "INSERT INTO snapshot_results (snapshot_id, overall, claimed, domains, profiles, size_band) \
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (snapshot_id) DO NOTHING";
    Both UNREAD = "SELECT s.id, s.file FROM snapshots s WHERE NOT EXISTS (SELECT r.snapshot_id \
        FROM snapshot_results r WHERE r.snapshot_id = s.id) ORDER BY s.id LIMIT $1";
    Both HANDED_IN = concat!(
        "SELECT s.id, s.org_id, s.assessment_id, s.number, s.kind, s.rung, s.sha256, s.previous, s.made_by, \
         u.name AS made_by_name, s.made_at, ", result_columns!(), " FROM snapshots s \
         JOIN users u ON u.id = s.made_by JOIN snapshot_results r ON r.snapshot_id = s.id \
         WHERE s.assessment_id = $1 ORDER BY s.number"
    );
    Both ANSWERS = "SELECT criterion, rater, level, not_applicable_reason, at FROM answer_history \
        WHERE assessment_id = $1 ORDER BY at, criterion, rater, revision";
    Both CHOOSABLE = "SELECT a.id, a.title, f.code AS framework_code, f.version AS framework_version, a.state, \
        a.created_at, o.name AS organization FROM memberships m JOIN organizations o ON o.id = m.org_id \
        JOIN assessments a ON a.org_id = o.id JOIN frameworks f ON f.id = a.framework_id \
        WHERE m.user_id = $1 AND f.code = $2 ORDER BY a.id DESC LIMIT $3";
    Both OF_ORGANIZATION = concat!(
        "SELECT a.id FROM assessments a JOIN frameworks f ON f.id = a.framework_id \
         WHERE a.org_id = $1 AND f.code = (SELECT g.code FROM assessments b \
         JOIN frameworks g ON g.id = b.framework_id WHERE b.id = ",
        current_assessment!("$1", ""),
        ") ORDER BY a.id"
    );
}

from_row! {
    SnapshotResult {
        snapshot = "snapshot_id", overall: maybe_text = "result_overall", claimed: maybe_text = "result_claimed",
        domains: json = "result_domains", profiles: json = "result_profiles", size_band: text = "result_size_band",
    }
    HandedIn { snapshot: flat, result: flat }
    AnswerStep { criterion: text, rater: text, claim: maybe_claim, at }
    Choosable { id, title, framework_code: text, framework_version, state: text, created_at, organization }
}

impl Store {
    /// Snapshots whose figures were not read yet, with their files.
    pub async fn unread_snapshots(&self, limit: u32) -> Result<Vec<(SnapshotId, String)>, StoreError> {
        let mut lease = self.read().await?;
        Ok(rows!(&mut lease.link(), (SnapshotId, String), UNREAD, i64::from(limit))?)
    }

    /// Keeps the figures of a snapshot; those that are there stay.
    pub async fn keep_snapshot_result(&self, result: &SnapshotResult) -> Result<(), StoreError> {
        let mut writing = self.write().await?;
        run!(
            &mut writing.link(),
            KEEP_RESULT,
            result.snapshot,
            result.overall.as_ref().map(Fraction::as_str),
            result.claimed.as_ref().map(Fraction::as_str),
            Json(&result.domains),
            Json(&result.profiles),
            Text(result.size_band)
        )
        .or_missing("snapshot")?;
        writing.commit().await
    }

    /// The snapshots of an assessment whose figures were read, oldest first.
    pub async fn handed_in(&self, assessment: AssessmentId) -> Result<Vec<HandedIn>, StoreError> {
        let mut lease = self.read().await?;
        Ok(rows!(&mut lease.link(), HandedIn, HANDED_IN, assessment)?)
    }

    /// Every revision of every answer, in the order of time.
    pub async fn answers_over_time(&self, assessment: AssessmentId) -> Result<Vec<AnswerStep>, StoreError> {
        let mut lease = self.read().await?;
        Ok(rows!(&mut lease.link(), AnswerStep, ANSWERS, assessment)?)
    }

    /// The assessments by any version of a framework in the organizations of somebody, latest first.
    pub async fn choosable(
        &self,
        user: UserId,
        framework: &FrameworkCode,
        limit: u32,
    ) -> Result<Vec<Choosable>, StoreError> {
        let mut lease = self.read().await?;
        let found = rows!(&mut lease.link(), Choosable, CHOOSABLE, user, Text(framework), i64::from(limit))?;
        Ok(found)
    }

    /// The assessments of an organization by any version of the framework of its current one, oldest first.
    pub async fn comparable_of(&self, org: OrgId) -> Result<Vec<AssessmentId>, StoreError> {
        let mut lease = self.read().await?;
        let found = rows!(&mut lease.link(), (AssessmentId,), OF_ORGANIZATION, org)?;
        Ok(found.into_iter().map(|(id,)| id).collect())
    }
}
