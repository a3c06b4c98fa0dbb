//! Shared reports.

use crate::ids::{AssessmentId, ShareId, UnixMillis, UserId};

/// A link to a report. Its token is known only by a hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    pub id: ShareId,
    pub assessment: AssessmentId,
    /// For whom it is.
    pub label: String,
    /// Names of sections, with commas.
    pub sections: String,
    pub by: UserId,
    pub by_name: String,
    pub created_at: UnixMillis,
    pub expires_at: UnixMillis,
    pub revoked_at: Option<UnixMillis>,
}

impl Share {
    /// Neither revoked nor expired.
    pub fn open(&self, now: UnixMillis) -> bool {
        self.revoked_at.is_none() && now < self.expires_at
    }
}

/// Somebody read a shared report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShareVisit {
    pub share: ShareId,
    pub at: UnixMillis,
    pub address: String,
    pub browser: String,
}
