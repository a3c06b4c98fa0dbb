//! What is compared over time.

use domain::FrameworkCode;
use domain::live::Fraction;

use crate::assessments::current_assessment;
use crate::column::{Json, Text, from_row};
use crate::db::{Store, row, rows, run, statements};
use crate::error::{Naming, StoreError};
use crate::ids::{AssessmentId, LiveChangeId, OrgId, SnapshotId, UnixMillis, UserId};
use crate::record::{AnswerStep, Choosable, HandedIn, SnapshotResult};

/// The columns of a snapshot's figures, from `snapshot_results r`, as [`SnapshotResult`] reads them.
macro_rules! result_columns {
    () => {
        "r.snapshot_id, r.overall AS result_overall, r.claimed AS result_claimed, \
         r.domains AS result_domains, r.profiles AS result_profiles, r.size_band AS result_size_band"
    };
}
pub(crate) use result_columns;

/// Assessments in the organizations of `$1`, as [`Choosable`] reads them.
macro_rules! choosable {
    ($rest:literal) => {
        concat!(
            "SELECT a.id, a.title, f.code AS framework_code, f.version AS framework_version, a.state, a.created_at, \
             o.id AS org, o.name AS organization, o.demo FROM memberships m JOIN organizations o ON o.id = m.org_id \
             JOIN assessments a ON a.org_id = o.id JOIN frameworks f ON f.id = a.framework_id WHERE m.user_id = $1 ",
            $rest
        )
    };
}

/// The live scores that the assessments of a list had at an instant, among those that had begun by then and that `$1` may
/// read; empty where one was unrated. Before its first change an assessment had what that changed; each is found from the
/// end of an index, however many there are: an id begins with the instant at which it was made, and `$4` is one of the
/// next.
macro_rules! overall_at {
    ($list:literal) => {
        concat!(
            "SELECT COALESCE((SELECT COALESCE(x.to_overall, '') FROM live_changes x WHERE x.assessment_id = a.id \
             AND x.id < $4 ORDER BY x.id DESC LIMIT 1), (SELECT COALESCE(y.from_overall, '') FROM live_changes y \
             WHERE y.assessment_id = a.id ORDER BY y.id LIMIT 1), l.overall, '') AS overall FROM assessments a \
             JOIN memberships m ON m.org_id = a.org_id AND m.user_id = $1 \
             LEFT JOIN live_results l ON l.assessment_id = a.id WHERE a.created_at <= $3 AND a.id IN (",
            $list,
            ") ORDER BY a.id"
        )
    };
}

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
    Both CHOOSABLE = choosable!("AND f.code = $2 ORDER BY a.id DESC LIMIT $3");
    Both CHOSEN = choosable!("AND a.id = $2");
    Both OF_ORGANIZATION = choosable!("AND f.code = $2 AND a.org_id = $3 ORDER BY a.id DESC LIMIT $4");
    Both CURRENT_CODE = concat!(
        "SELECT f.code FROM assessments a JOIN frameworks f ON f.id = a.framework_id WHERE a.id = ",
        current_assessment!("$1", "")
    );
    Sqlite OVERALL_AT_SQLITE = overall_at!("SELECT value FROM json_each($2)");
    Postgres OVERALL_AT_POSTGRES = overall_at!("SELECT json_array_elements_text($2::json)");
}

from_row! {
    SnapshotResult {
        snapshot = "snapshot_id", overall: maybe_text = "result_overall", claimed: maybe_text = "result_claimed",
        domains: json = "result_domains", profiles: json = "result_profiles", size_band: text = "result_size_band",
    }
    HandedIn { snapshot: flat, result: flat }
    AnswerStep { criterion: text, rater: text, claim: maybe_claim, at }
    Choosable {
        id, title, framework_code: text, framework_version, state: text, created_at, org, organization, demo,
    }
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

    /// The same of one of these organizations.
    pub async fn choosable_of(
        &self,
        user: UserId,
        framework: &FrameworkCode,
        org: OrgId,
        limit: u32,
    ) -> Result<Vec<Choosable>, StoreError> {
        let mut lease = self.read().await?;
        let (link, limit) = (&mut lease.link(), i64::from(limit));
        Ok(rows!(link, Choosable, OF_ORGANIZATION, user, Text(framework), org, limit)?)
    }

    /// One of them, by whatever framework.
    pub async fn chosen(&self, user: UserId, id: AssessmentId) -> Result<Option<Choosable>, StoreError> {
        let mut lease = self.read().await?;
        Ok(row!(&mut lease.link(), Choosable, CHOSEN, user, id)?)
    }

    /// The framework of an organization's current assessment.
    pub async fn current_framework(&self, org: OrgId) -> Result<Option<FrameworkCode>, StoreError> {
        let mut lease = self.read().await?;
        let found = row!(&mut lease.link(), (Text<FrameworkCode>,), CURRENT_CODE, org)?;
        Ok(found.map(|(code,)| code.0))
    }

    /// The live score of each of these assessments at an instant, `None` where it was unrated. Those that began later are left
    /// out, and those in organizations that the user does not belong to.
    pub async fn overall_at(
        &self,
        user: UserId,
        assessments: &[AssessmentId],
        at: UnixMillis,
    ) -> Result<Vec<Option<Fraction>>, StoreError> {
        let ids: Vec<String> = assessments.iter().map(AssessmentId::to_string).collect();
        let next = LiveChangeId::earliest_at(UnixMillis(at.0 + 1)).to_string();
        let mut lease = self.read().await?;
        let link = &mut lease.link();
        let statement = link.dialect(OVERALL_AT_SQLITE, OVERALL_AT_POSTGRES);
        let found = rows!(link, (String,), statement, user, Json(&ids), at, &*next)?;
        let score = |(overall,): (String,)| (!overall.is_empty()).then(|| Fraction::from(overall));
        Ok(found.into_iter().map(score).collect())
    }
}
