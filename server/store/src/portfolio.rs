//! All organizations of somebody at once, each with how its current assessment stands.

use crate::assessments::current_assessment;
use crate::column::from_row;
use crate::db::{Store, rows, statements};
use crate::error::StoreError;
use crate::ids::{AssessmentId, FrameworkId, OrgId, UnixMillis, UserId};
use crate::organizations::organization_columns;
use crate::record::{Holding, HoldingAssessment};

statements! {
    // A review is due some months after the last one. Days are counted as (year * 12 + month) * 100 + day, which keeps
    // their order and lets months be added: the 31st of a shorter month stands for its last day.
    // Which assessment is current is found once for each organization, ahead of the join: PostgreSQL would ask twice in it.
    Both HOLDINGS = concat!(
        "WITH m AS MATERIALIZED (SELECT m.org_id, m.role, ",
        current_assessment!("m.org_id", " AND x.framework_id = $2"),
        " AS current_id FROM memberships m WHERE m.user_id = $1) \
        SELECT ", organization_columns!(), ", m.role, a.id AS assessment_id, a.title, a.state, \
        a.created_at AS begun_at, l.rung, l.overall, COALESCE(l.domains, '{}') AS domains, COALESCE(l.contradicted, 0) AS contradicted, \
        COALESCE((SELECT COALESCE(c.from_overall, '') FROM live_changes c \
            WHERE c.assessment_id = a.id AND c.at > $4 ORDER BY c.id LIMIT 1), l.overall, '') AS overall_then, \
        (SELECT s.rung FROM snapshots s WHERE s.assessment_id = a.id ORDER BY s.number DESC LIMIT 1) AS handed_in, \
        (SELECT COUNT(*) FROM integrations i WHERE i.org_id = o.id AND i.last_review IS NOT NULL AND \
            (CAST(SUBSTR(i.last_review, 1, 4) AS BIGINT) * 12 + CAST(SUBSTR(i.last_review, 6, 2) AS BIGINT) \
            + COALESCE(i.review_months, 12)) * 100 + CAST(SUBSTR(i.last_review, 9, 2) AS BIGINT) < $3) AS overdue, \
        (SELECT COUNT(*) FROM checks k WHERE k.org_id = o.id AND k.last_status = 'FAIL') AS failing \
        FROM m JOIN organizations o ON o.id = m.org_id LEFT JOIN assessments a ON a.id = m.current_id \
        LEFT JOIN live_results l ON l.assessment_id = a.id ORDER BY o.name, o.id"
    );
    Both WAITING = "SELECT a.org_id, a.id FROM memberships m JOIN assessments a ON a.org_id = m.org_id \
        WHERE m.user_id = $1 AND m.role = 'consultant' AND a.framework_id = $2 \
        AND a.state IN ('submitted', 'in_review') ORDER BY a.id";
    // Of organizations that have not answered yet, none counts before one that has: a campaign that was just started has
    // nothing to show.
    Both USED = "SELECT a.framework_id, COUNT(DISTINCT CASE WHEN EXISTS \
            (SELECT w.assessment_id FROM answers w WHERE w.assessment_id = a.id) THEN a.org_id END) AS answered, \
        COUNT(DISTINCT a.org_id) AS organizations FROM memberships m \
        JOIN assessments a ON a.org_id = m.org_id WHERE m.user_id = $1 GROUP BY a.framework_id \
        ORDER BY answered DESC, organizations DESC, a.framework_id DESC";
}

from_row! {
    Holding { organization: flat, role: text, assessment: joined = "assessment_id", overdue, failing }
    HoldingAssessment {
        id = "assessment_id", title, state: text, begun_at, rung: maybe_text, overall: maybe_text,
        overall_then: text, handed_in: maybe_text, domains: json, contradicted,
    }
}

/// The place of a day in the order of `HOLDINGS`.
fn place(day: jiff::civil::Date) -> i64 {
    (i64::from(day.year()) * 12 + i64::from(day.month())) * 100 + i64::from(day.day())
}

impl Store {
    /// The organizations that somebody belongs to, by name, each with its current assessment against the framework
    /// and the score that this had at `then`.
    pub async fn holdings(
        &self,
        user: UserId,
        framework: FrameworkId,
        now: UnixMillis,
        then: UnixMillis,
    ) -> Result<Vec<Holding>, StoreError> {
        let mut lease = self.read().await?;
        Ok(rows!(&mut lease.link(), Holding, HOLDINGS, user, framework, place(now.date()), then)?)
    }

    /// What was handed in by the framework and waits for somebody as a consultant, the oldest first.
    pub async fn waiting_for_review(
        &self,
        user: UserId,
        framework: FrameworkId,
    ) -> Result<Vec<(OrgId, AssessmentId)>, StoreError> {
        let mut lease = self.read().await?;
        Ok(rows!(&mut lease.link(), (OrgId, AssessmentId), WAITING, user, framework)?)
    }

    /// The frameworks that the organizations of somebody are assessed against, the one that most of them answered first.
    pub async fn frameworks_used(&self, user: UserId) -> Result<Vec<FrameworkId>, StoreError> {
        let mut lease = self.read().await?;
        let found = rows!(&mut lease.link(), (FrameworkId, i64, i64), USED, user)?;
        Ok(found.into_iter().map(|(framework, ..)| framework).collect())
    }
}
