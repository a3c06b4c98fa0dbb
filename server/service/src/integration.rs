//! The organization's inventory of integrations.

use std::collections::{BTreeMap, HashMap};

use domain::CriterionCode;
use domain::check::Status;
use jiff::ToSpan as _;
use jiff::civil::Date;
use serde_json::json;
use store::record::{Check, DaySummary, Integration, IntegrationDetails, Organization, Role, Run};
use store::{CheckId, IntegrationId, OrgId, UnixMillis};

use crate::service::org_audit;
use crate::{Actor, Error, FieldError, Permission, Service};

/// How many days a status strip shows.
const STRIP_DAYS: i64 = 90;

/// A check with what it last saw.
#[derive(Debug, Clone)]
pub struct CheckRow {
    pub check: Check,
    pub integration: Integration,
    pub latest: Option<Run>,
    /// One entry for each of the last 90 days with a run.
    pub days: Vec<DaySummary>,
    /// The criteria whose answers it contradicts. What a criterion asks may be more than the kind's own rule does, so a
    /// check that passes may contradict an answer.
    pub contradicts: Vec<CriterionCode>,
}

impl CheckRow {
    /// The latest run's status by the kind's own rule; UNKNOWN before the first run.
    pub fn status(&self) -> Status {
        self.latest.as_ref().map_or(Status::Unknown, |run| run.status)
    }

    /// How urgently somebody should look: the status, or FAIL where an answer is contradicted.
    pub fn urgency(&self) -> Status {
        if self.contradicts.is_empty() { self.status() } else { Status::Fail }
    }
}

/// The day until which the next review of an integration is due: a year after the last; `None` before the first.
pub fn review_due(details: &IntegrationDetails) -> Option<Date> {
    Some(details.last_review?.saturating_add(1.year()))
}

/// An integration with its checks.
pub struct IntegrationPage {
    pub organization: Organization,
    pub role: Role,
    pub integration: Integration,
    pub checks: Vec<CheckRow>,
}

impl Service {
    pub async fn create_integration(
        &self,
        actor: &Actor,
        org: OrgId,
        details: IntegrationDetails,
    ) -> Result<Integration, Error> {
        self.authorize(actor, org, Permission::Operate, "The organization").await?;
        let details = self.checked_details(details).await?;
        let integration =
            Integration { id: IntegrationId::new(), org, details, created_at: UnixMillis::now() };
        let subject = json!({ "name": integration.details.name });
        let entry = org_audit(actor, org, "integration.added", integration.id, subject);
        self.store().create_integration(integration.clone(), entry).await?;
        Ok(integration)
    }

    pub async fn update_integration(
        &self,
        actor: &Actor,
        id: IntegrationId,
        details: IntegrationDetails,
    ) -> Result<Integration, Error> {
        let found = self.integration_for(actor, id, Permission::Operate).await?.0;
        let details = self.checked_details(details).await?;
        let changed = Integration { details, ..found };
        let subject = json!({ "name": changed.details.name });
        let entry = org_audit(actor, changed.org, "integration.changed", id, subject);
        self.store().update_integration(changed.clone(), entry).await?;
        self.refresh_organization(changed.org).await?;
        Ok(changed)
    }

    /// The organization's integrations, oldest first, after the one given.
    pub async fn integrations(
        &self,
        actor: &Actor,
        org: OrgId,
        after: Option<IntegrationId>,
        limit: u32,
    ) -> Result<Vec<Integration>, Error> {
        self.authorize(actor, org, Permission::Read, "The organization").await?;
        Ok(self.store().integrations_of(org, after, limit).await?)
    }

    pub async fn integration_page(&self, actor: &Actor, id: IntegrationId) -> Result<IntegrationPage, Error> {
        let (integration, role) = self.integration_for(actor, id, Permission::Read).await?;
        let organization = self.store().organization(integration.org).await?;
        let organization = organization.ok_or(Error::NotFound("The integration"))?;
        let rows = self.rows(integration.org).await?;
        let checks = rows.into_iter().filter(|row| row.integration.id == id).collect();
        Ok(IntegrationPage { organization, role, integration, checks })
    }

    /// Every check of the organization with its latest run.
    pub async fn check_rows(&self, actor: &Actor, org: OrgId) -> Result<Vec<CheckRow>, Error> {
        self.authorize(actor, org, Permission::Read, "The organization").await?;
        self.rows(org).await
    }

    async fn rows(&self, org: OrgId) -> Result<Vec<CheckRow>, Error> {
        let since = UnixMillis(UnixMillis::now().0 - STRIP_DAYS * 24 * 3600 * 1000);
        let integrations = self.store().integrations_of(org, None, u32::MAX).await?;
        let integrations: BTreeMap<IntegrationId, Integration> =
            integrations.into_iter().map(|integration| (integration.id, integration)).collect();
        let mut latest = self.store().latest_runs(org).await?;
        let mut days: BTreeMap<CheckId, Vec<DaySummary>> = self.store().day_summaries(org, since).await?;
        let checks = self.store().checks_of(org).await?;
        let mut contradicts =
            if checks.is_empty() { HashMap::new() } else { self.contradicted_by(org).await? };
        let rows = checks.into_iter().filter_map(|check| {
            Some(CheckRow {
                integration: integrations.get(&check.integration)?.clone(),
                latest: latest.remove(&check.id),
                days: days.remove(&check.id).unwrap_or_default(),
                contradicts: contradicts.remove(&check.id).unwrap_or_default(),
                check,
            })
        });
        Ok(rows.collect())
    }

    pub(crate) async fn integration_for(
        &self,
        actor: &Actor,
        id: IntegrationId,
        permission: Permission,
    ) -> Result<(Integration, Role), Error> {
        let found = self.store().integration(id).await?.ok_or(Error::NotFound("The integration"))?;
        let role = self.authorize(actor, found.org, permission, "The integration").await?;
        Ok((found, role))
    }

    async fn checked_details(&self, mut details: IntegrationDetails) -> Result<IntegrationDetails, Error> {
        let mut problems = Vec::new();
        for (field, text, most) in [
            ("name", &mut details.name, 120),
            ("partner", &mut details.partner, 120),
            ("system", &mut details.system, 120),
            ("standard", &mut details.standard, 120),
            ("direction", &mut details.direction, 40),
            ("data", &mut details.data, 500),
            ("contract", &mut details.contract, 500),
            ("use_case", &mut details.use_case, 500),
            ("owner", &mut details.owner, 120),
            ("environment", &mut details.environment, 40),
        ] {
            *text = text.trim().to_owned();
            if text.chars().count() > most {
                problems.push(FieldError::new(field, format!("Use at most {most} characters.")));
            }
        }
        if details.name.is_empty() {
            problems.push(FieldError::new("name", "Give the integration a name."));
        }
        let mut known = std::collections::BTreeSet::new();
        for entry in self.store().frameworks().await? {
            let framework = self.prepared(entry.id).await?.framework;
            known.extend(framework.domains.iter().map(|domain| domain.code.clone()));
        }
        for unknown in details.serves.iter().filter(|code| !known.contains(*code)) {
            problems.push(FieldError::new("serves", format!("{unknown} is not a domain of any framework.")));
        }
        if problems.is_empty() { Ok(details) } else { Err(Error::Invalid(problems)) }
    }
}
