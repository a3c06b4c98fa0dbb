//! The organization's inventory of integrations.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::check::Status;
use domain::{CriterionCode, DomainCode};
use jiff::ToSpan as _;
use jiff::civil::Date;
use serde_json::json;
use store::record::{
    Check, CheckPage, DaySummary, Integration, IntegrationDetails, IntegrationRemoval, Organization, Role,
    Run,
};
use store::{CheckId, IntegrationId, OrgId, StoreError, UnixMillis};

use crate::service::org_audit;
use crate::{Actor, Error, FieldError, Permission, Service};

/// How many days a status strip shows.
const STRIP_DAYS: i64 = 90;

/// The longest time between two reviews, in months.
const LONGEST_REVIEW_MONTHS: i64 = 60;

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

/// The day until which the next review of an integration is due: so many months after the last, a year unless it says
/// otherwise; `None` before the first.
pub fn review_due(details: &IntegrationDetails) -> Option<Date> {
    let months = details.review_months.unwrap_or(12).clamp(1, LONGEST_REVIEW_MONTHS);
    Some(details.last_review?.saturating_add(months.months()))
}

/// Since when an integration with these details has no owner.
pub(crate) fn unowned_since(
    details: &IntegrationDetails,
    before: Option<UnixMillis>,
    now: UnixMillis,
) -> Option<UnixMillis> {
    details.owner.is_empty().then(|| before.unwrap_or(now))
}

/// The details without space around their texts, or all that is wrong with them. `domains` are those that there are.
pub(crate) fn details_checked(
    mut details: IntegrationDetails,
    domains: &BTreeSet<DomainCode>,
) -> Result<IntegrationDetails, Vec<FieldError>> {
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
        ("technical_owner", &mut details.technical_owner, 120),
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
    for (field, text) in [
        ("name", &details.name),
        ("partner", &details.partner),
        ("system", &details.system),
        ("owner", &details.owner),
        ("technical_owner", &details.technical_owner),
    ] {
        problems.extend(crate::name::unprintable(field, text));
    }
    if !["", "critical", "normal"].contains(&details.criticality.as_str()) {
        problems.push(FieldError::new("criticality", "Write critical or normal, or leave it empty."));
    }
    if details.review_months.is_some_and(|months| !(1..=LONGEST_REVIEW_MONTHS).contains(&months)) {
        let problem = format!("Choose 1 to {LONGEST_REVIEW_MONTHS} months, or leave it empty for 12.");
        problems.push(FieldError::new("review_months", problem));
    }
    for unknown in details.serves.iter().filter(|code| !domains.contains(*code)) {
        problems.push(FieldError::new("serves", format!("{unknown} is not a domain of any framework.")));
    }
    if problems.is_empty() { Ok(details) } else { Err(problems) }
}

/// Tables know an integration by its name, in whatever case.
fn name_taken(cause: StoreError, refused: &Integration) -> Error {
    match cause {
        StoreError::Duplicate { .. } => {
            let name = &refused.details.name;
            let problem =
                format!("Another integration is named \"{name}\" already. Choose a name of its own.");
            Error::invalid("name", problem)
        }
        other => other.into(),
    }
}

/// An integration with its checks.
pub struct IntegrationPage {
    pub organization: Organization,
    pub role: Role,
    pub integration: Integration,
    pub checks: Vec<CheckRow>,
    /// Whether there are more checks after these.
    pub more: bool,
}

impl Service {
    pub async fn create_integration(
        &self,
        actor: &Actor,
        org: OrgId,
        details: IntegrationDetails,
    ) -> Result<Integration, Error> {
        self.authorize(actor, org, Permission::Operate, "The organization").await?;
        let details = details_checked(details, &self.domain_codes().await?).map_err(Error::Invalid)?;
        let now = UnixMillis::now();
        let unowned_since = unowned_since(&details, None, now);
        let integration =
            Integration { id: IntegrationId::new(), org, details, created_at: now, unowned_since };
        let subject = json!({ "name": integration.details.name });
        let entry = org_audit(actor, org, "integration.added", integration.id, subject);
        let made = self.store().create_integration(integration.clone(), entry).await;
        made.map_err(|cause| name_taken(cause, &integration))?;
        Ok(integration)
    }

    pub async fn update_integration(
        &self,
        actor: &Actor,
        id: IntegrationId,
        details: IntegrationDetails,
    ) -> Result<Integration, Error> {
        let found = self.integration_for(actor, id, Permission::Operate).await?.0;
        let details = details_checked(details, &self.domain_codes().await?).map_err(Error::Invalid)?;
        let unowned_since = unowned_since(&details, found.unowned_since, UnixMillis::now());
        let changed = Integration { details, unowned_since, ..found.clone() };
        let silenced = self.may_serve(actor, &found, &changed).await?;
        let mut subject = json!({ "name": changed.details.name });
        if !silenced.is_empty() {
            subject["silenced"] = json!(silenced);
        }
        let entry = org_audit(actor, changed.org, "integration.changed", id, subject);
        let written = self.store().update_integration(changed.clone(), entry).await;
        written.map_err(|cause| name_taken(cause, &changed))?;
        self.catch_up_organization(changed.org).await;
        Ok(changed)
    }

    /// Removes an integration that is no more. Its checks go first, each by itself: a failure is not silenced unseen.
    pub async fn remove_integration(&self, actor: &Actor, id: IntegrationId) -> Result<(), Error> {
        let found = self.integration_for(actor, id, Permission::Operate).await?.0;
        let details = json!({ "name": found.details.name });
        let entry = org_audit(actor, found.org, "integration.removed", id, details);
        match self.store().delete_integration(id, entry).await? {
            IntegrationRemoval::Done => Ok(()),
            IntegrationRemoval::NoSuchIntegration => Err(Error::NotFound("The integration")),
            IntegrationRemoval::HasChecks => {
                Err(Error::Conflict("It has health checks. Remove them first.".to_owned()))
            }
        }
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

    /// With at most so many of its checks, oldest first, after the one given.
    pub async fn integration_page(
        &self,
        actor: &Actor,
        id: IntegrationId,
        after: Option<CheckId>,
        limit: u32,
    ) -> Result<IntegrationPage, Error> {
        let (integration, role) = self.integration_for(actor, id, Permission::Read).await?;
        let organization = self.store().organization(integration.org).await?;
        let organization = organization.ok_or(Error::NotFound("The integration"))?;
        let mut checks = self.store().checks_of_integration_after(id, after, limit.saturating_add(1)).await?;
        let shown = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = checks.len() > shown;
        checks.truncate(shown);
        let checks = self.page_of_rows(&integration, checks).await?;
        Ok(IntegrationPage { organization, role, integration, checks, more })
    }

    /// Checks of an integration that follow each other, with what they last saw.
    async fn page_of_rows(
        &self,
        integration: &Integration,
        checks: Vec<Check>,
    ) -> Result<Vec<CheckRow>, Error> {
        let (Some(first), Some(last)) = (checks.first(), checks.last()) else { return Ok(Vec::new()) };
        let page = CheckPage { integration: integration.id, from: first.id, to: last.id };
        let since = UnixMillis(UnixMillis::now().0 - STRIP_DAYS * 24 * 3600 * 1000);
        let mut latest = self.store().latest_runs_of_page(page).await?;
        let mut days = self.store().day_summaries_of_page(page, since).await?;
        // What a contradiction rests on is a failure: without one nothing need be scored.
        let mut contradicts = if self.store().any_fails(page).await? {
            self.contradicted_by(integration.org).await?
        } else {
            HashMap::new()
        };
        let rows = checks.into_iter().map(|check| CheckRow {
            integration: integration.clone(),
            latest: latest.remove(&check.id),
            days: days.remove(&check.id).unwrap_or_default(),
            contradicts: contradicts.remove(&check.id).unwrap_or_default(),
            check,
        });
        Ok(rows.collect())
    }

    /// Every check of the organization with its latest run.
    pub async fn check_rows(&self, actor: &Actor, org: OrgId) -> Result<Vec<CheckRow>, Error> {
        self.authorize(actor, org, Permission::Read, "The organization").await?;
        self.rows(org).await
    }

    pub(crate) async fn rows(&self, org: OrgId) -> Result<Vec<CheckRow>, Error> {
        let since = UnixMillis(UnixMillis::now().0 - STRIP_DAYS * 24 * 3600 * 1000);
        let integrations = self.store().integrations_of(org, None, u32::MAX).await?;
        let integrations: BTreeMap<IntegrationId, Integration> =
            integrations.into_iter().map(|integration| (integration.id, integration)).collect();
        let mut latest = self.store().latest_runs(org).await?;
        let mut days: BTreeMap<CheckId, Vec<DaySummary>> = self.store().day_summaries(org, since).await?;
        let checks = self.store().checks_of(org).await?;
        let mut contradicts = self.contradicted_by(org).await?;
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

    /// The domains of every framework.
    pub(crate) async fn domain_codes(&self) -> Result<BTreeSet<DomainCode>, Error> {
        let mut known = BTreeSet::new();
        for entry in self.store().frameworks().await? {
            let framework = self.prepared(entry.id).await?.framework;
            known.extend(framework.domains.iter().map(|domain| domain.code.clone()));
        }
        Ok(known)
    }
}
