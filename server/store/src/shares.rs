//! Shared reports and who read them.

use uuid::Uuid;

use crate::audit;
use crate::column::from_row;
use crate::db::{Store, row, rows, run, statements};
use crate::error::{Naming, StoreError};
use crate::ids::{AssessmentId, OrgId, ShareId, UnixMillis, UserId};
use crate::organizations::keeps_role;
use crate::record::{Audit, Role, Share, ShareVisit};

/// Readings from the same place within so many milliseconds are one.
const SAME_VISIT: i64 = 60_000;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT s.id, s.assessment_id, s.label, s.sections, s.by_id, u.name AS by_name, s.created_at, \
             s.expires_at, s.revoked_at FROM shares s JOIN users u ON u.id = s.by_id ",
            $rest
        )
    };
}

statements! {
    Both INSERT = "INSERT INTO shares (id, assessment_id, hash, label, sections, by_id, created_at, expires_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    Both BY_ID = select!("WHERE s.id = $1");
    Both BY_HASH = select!("WHERE s.hash = $1");
    Both OF_ASSESSMENT = select!("WHERE s.assessment_id = $1 ORDER BY s.id DESC");
    Both REVOKE = "UPDATE shares SET revoked_at = $2, revoked_by = $3 WHERE id = $1 AND revoked_at IS NULL";
    Both REVOKE_MADE_BY = "UPDATE shares SET revoked_at = $3, revoked_by = $4 WHERE by_id = $2 AND revoked_at IS NULL \
        AND expires_at > $3 AND assessment_id IN (SELECT id FROM assessments WHERE org_id = $1) RETURNING id";
    Both VISIT = "INSERT INTO share_visits (id, share_id, at, address, browser) SELECT $1, $2, $3, $4, $5 \
        WHERE NOT EXISTS (SELECT 1 FROM share_visits WHERE share_id = $2 AND address = $4 AND browser = $5 AND at > $6)";
    Both VISITS = "SELECT v.share_id, v.at, v.address, v.browser FROM share_visits v \
        JOIN shares s ON s.id = v.share_id WHERE s.assessment_id = $1 ORDER BY v.at DESC, v.id DESC LIMIT $2";
    Both READINGS = "SELECT v.share_id, COUNT(*) FROM share_visits v JOIN shares s ON s.id = v.share_id \
        WHERE s.assessment_id = $1 GROUP BY v.share_id";
}

from_row! {
    Share {
        id, assessment = "assessment_id", label, sections, by = "by_id", by_name, created_at, expires_at,
        revoked_at,
    }
    ShareVisit { share = "share_id", at, address, browser }
}

/// What is open of the links that somebody made to reports of an organization, for [`audit::end_each`].
pub(crate) const MADE_BY: (&str, &str) = (REVOKE_MADE_BY, "share.revoked");

impl Store {
    /// Keeps the hash of the token, never the token. `false`, and nothing is kept, where its maker does not have the role
    /// in the organization any more.
    pub async fn create_share(
        &self,
        share: Share,
        (org, role): (OrgId, Role),
        hash: &str,
        audit: Audit,
    ) -> Result<bool, StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        if !keeps_role(link, org, share.by, role).await? {
            return Ok(false);
        }
        run!(
            link,
            INSERT,
            share.id,
            share.assessment,
            hash,
            &*share.label,
            &*share.sections,
            share.by,
            share.created_at,
            share.expires_at
        )
        .or_duplicate("such a link")
        .or_missing("assessment")?;
        audit::append(link, &audit).await?;
        writing.commit().await?;
        Ok(true)
    }

    pub async fn share(&self, id: ShareId) -> Result<Option<Share>, StoreError> {
        let mut lease = self.read().await?;
        Ok(row!(&mut lease.link(), Share, BY_ID, id)?)
    }

    pub async fn share_by_hash(&self, hash: &str) -> Result<Option<Share>, StoreError> {
        let mut lease = self.read().await?;
        Ok(row!(&mut lease.link(), Share, BY_HASH, hash)?)
    }

    /// Newest first.
    pub async fn shares_of(&self, assessment: AssessmentId) -> Result<Vec<Share>, StoreError> {
        let mut lease = self.read().await?;
        Ok(rows!(&mut lease.link(), Share, OF_ASSESSMENT, assessment)?)
    }

    /// Whether it had not been revoked yet.
    pub async fn revoke_share(
        &self,
        id: ShareId,
        at: UnixMillis,
        by: UserId,
        audit: Audit,
    ) -> Result<bool, StoreError> {
        let mut writing = self.write().await?;
        let changed = run!(&mut writing.link(), REVOKE, id, at, by)?;
        audit::commit_change(writing, changed, &audit).await
    }

    /// Notes a reading; whether it was not one that goes on.
    pub async fn note_share_visit(&self, visit: &ShareVisit) -> Result<bool, StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        let new = run!(
            link,
            VISIT,
            Uuid::now_v7().to_string(),
            visit.share,
            visit.at,
            &*visit.address,
            &*visit.browser,
            UnixMillis(visit.at.0 - SAME_VISIT)
        )?;
        writing.commit().await?;
        Ok(new > 0)
    }

    /// The latest readings of an assessment's shared reports, the latest first.
    pub async fn share_visits(
        &self,
        assessment: AssessmentId,
        limit: u32,
    ) -> Result<Vec<ShareVisit>, StoreError> {
        let mut lease = self.read().await?;
        Ok(rows!(&mut lease.link(), ShareVisit, VISITS, assessment, i64::from(limit))?)
    }

    /// How often each of an assessment's shared reports was read; those that never were are left out.
    pub async fn share_readings(&self, assessment: AssessmentId) -> Result<Vec<(ShareId, u64)>, StoreError> {
        let mut lease = self.read().await?;
        let counts = rows!(&mut lease.link(), (ShareId, i64), READINGS, assessment)?;
        Ok(counts.into_iter().map(|(share, count)| (share, u64::try_from(count).unwrap_or(0))).collect())
    }
}
