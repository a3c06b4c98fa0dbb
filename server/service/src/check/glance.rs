//! Checks at a glance: where each stands, without what it saw. Enough to count them.

use domain::CriterionCode;
use domain::check::Status;
use store::OrgId;
use store::record::Glance;

use crate::integration::CheckRow;
use crate::{Actor, Error, Permission, Service};

/// Where a check stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckGlance {
    pub check: Glance,
    /// The criteria whose answers it contradicts.
    pub contradicts: Vec<CriterionCode>,
}

impl CheckGlance {
    /// The latest run's status by the kind's own rule; UNKNOWN before the first run.
    pub fn status(&self) -> Status {
        self.check.status.unwrap_or(Status::Unknown)
    }

    /// How urgently somebody should look: the status, or FAIL where an answer is contradicted.
    pub fn urgency(&self) -> Status {
        if self.contradicts.is_empty() { self.status() } else { Status::Fail }
    }
}

impl From<&CheckRow> for CheckGlance {
    fn from(row: &CheckRow) -> Self {
        let check = &row.check;
        let check = Glance {
            id: check.id,
            integration: check.integration,
            kind: check.kind.clone(),
            enabled: check.enabled,
            status: row.latest.as_ref().map(|run| run.status),
        };
        Self { check, contradicts: row.contradicts.clone() }
    }
}

impl Service {
    /// Every check of the organization, oldest first.
    pub async fn checks_at_a_glance(&self, actor: &Actor, org: OrgId) -> Result<Vec<CheckGlance>, Error> {
        self.authorize(actor, org, Permission::Read, "The organization").await?;
        let checks = self.store().glances_of(org).await?;
        let mut contradicts = self.contradicted_by(org).await?;
        let glances = checks.into_iter().map(|check| CheckGlance {
            contradicts: contradicts.remove(&check.id).unwrap_or_default(),
            check,
        });
        Ok(glances.collect())
    }
}
