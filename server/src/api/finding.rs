//! Findings: computed, with what explains them.

use std::mem;

use axum::Json;
use axum::extract::State;
use domain::check::{ConditionResult, Message};
use domain::scoring::{FindingKind, FindingSeverity};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use service::check::ConditionSeen;
use service::finding::{FindingCheck, FindingShown, FindingView, FindingsPage};
use service::record;
use service::{AssessmentId, FindingId, Service};
use utoipa::ToSchema;

use super::extract::{Bearer, Body, Change, Segments};
use super::paging::{Page, PageQuery, Paging};
use super::problem::Problem;
use super::run::MessageShown;
use super::score::StatusName;
use super::time;

/// Something that keeps an assessment from counting in full.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(super) struct Finding {
    #[schema(format = "uuid")]
    id: String,
    kind: KindName,
    /// Null for coverage, which concerns a domain.
    #[schema(example = "PAT-1")]
    criterion: Option<String>,
    /// The domain, for coverage.
    domain: Option<String>,
    severity: SeverityName,
    status: FindingStatus,
    /// Who mends it.
    owner: String,
    #[schema(format = Date)]
    due: Option<String>,
    #[schema(format = DateTime)]
    opened_at: String,
    #[schema(format = DateTime)]
    cleared_at: Option<String>,
    times_opened: u32,
    /// The level claimed and what it counts for; null once cleared.
    claimed: Option<u8>,
    effective: Option<u8>,
    /// The checks behind it.
    checks: Vec<CheckBehind>,
}

/// Whether its cause lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum FindingStatus {
    Open,
    Cleared,
}

/// Why it is raised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = FindingKind)]
pub(super) enum KindName {
    Contradiction,
    Coverage,
    Gap,
    Gate,
    Stale,
    Unanswered,
    Unsupported,
}

impl From<FindingKind> for KindName {
    fn from(kind: FindingKind) -> Self {
        match kind {
            FindingKind::Contradiction => Self::Contradiction,
            FindingKind::Coverage => Self::Coverage,
            FindingKind::Gap => Self::Gap,
            FindingKind::Gate => Self::Gate,
            FindingKind::Stale => Self::Stale,
            FindingKind::Unanswered => Self::Unanswered,
            FindingKind::Unsupported => Self::Unsupported,
        }
    }
}

/// How much it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = FindingSeverity)]
pub(super) enum SeverityName {
    Low,
    Medium,
    High,
    Critical,
}

impl From<FindingSeverity> for SeverityName {
    fn from(severity: FindingSeverity) -> Self {
        match severity {
            FindingSeverity::Low => Self::Low,
            FindingSeverity::Medium => Self::Medium,
            FindingSeverity::High => Self::High,
            FindingSeverity::Critical => Self::Critical,
        }
    }
}

/// A check behind a finding: what was expected and what was seen.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
struct CheckBehind {
    #[schema(format = "uuid")]
    id: String,
    status: StatusName,
    #[schema(example = "fhir.capability")]
    kind: String,
    /// The integration's name.
    integration: String,
    /// Host and port of what it looks at; null where it waits for reports.
    #[schema(example = "fhir.example.org")]
    address: Option<String>,
    #[schema(example = "PAT-1.1")]
    binding: String,
    consecutive_fails: u32,
    #[schema(format = DateTime)]
    seen_at: Option<String>,
    /// The highest level that the answer still counts for.
    fail_cap: u8,
    conditions: Vec<ConditionShown>,
    messages: Vec<MessageShown>,
}

/// A condition of a binding.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(super) struct ConditionShown {
    #[schema(example = "days_to_expiry >= 30")]
    expected: String,
    /// Null where it was not observed.
    #[schema(example = "5")]
    seen: Option<String>,
    result: ResultName,
}

/// How a condition came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ConditionResult)]
enum ResultName {
    Fulfilled,
    NearMiss,
    Broken,
    Undecided,
}

impl From<ConditionSeen> for ConditionShown {
    fn from(condition: ConditionSeen) -> Self {
        Self {
            expected: condition.expected,
            seen: condition.seen,
            result: match condition.result {
                ConditionResult::Fulfilled => ResultName::Fulfilled,
                ConditionResult::NearMiss => ResultName::NearMiss,
                ConditionResult::Broken => ResultName::Broken,
                ConditionResult::Undecided => ResultName::Undecided,
            },
        }
    }
}

impl From<FindingCheck> for CheckBehind {
    fn from(check: FindingCheck) -> Self {
        Self {
            id: check.check.to_string(),
            status: check.status.into(),
            kind: check.kind.to_string(),
            integration: check.integration,
            address: check.address,
            binding: check.binding.to_string(),
            consecutive_fails: check.consecutive_fails,
            seen_at: check.seen_at.map(time::shown),
            fail_cap: check.fail_cap.get(),
            conditions: check.conditions.into_iter().map(Into::into).collect(),
            messages: check.messages.into_iter().map(|message: Message| message.into()).collect(),
        }
    }
}

impl From<record::Finding> for Finding {
    fn from(finding: record::Finding) -> Self {
        let about_a_domain = finding.kind == FindingKind::Coverage;
        Self {
            id: finding.id.to_string(),
            kind: finding.kind.into(),
            criterion: (!about_a_domain).then(|| finding.subject.clone()),
            domain: about_a_domain.then_some(finding.subject),
            severity: finding.severity.into(),
            status: if finding.open { FindingStatus::Open } else { FindingStatus::Cleared },
            owner: finding.owner,
            due: finding.due.map(|date| date.to_string()),
            opened_at: time::shown(finding.opened_at),
            cleared_at: finding.cleared_at.map(time::shown),
            times_opened: finding.times_opened,
            claimed: None,
            effective: None,
            checks: Vec::new(),
        }
    }
}

impl From<FindingView> for Finding {
    fn from(view: FindingView) -> Self {
        Self {
            claimed: view.claimed.map(domain::Level::get),
            effective: view.criterion.is_some().then(|| view.effective.get()),
            checks: view.checks.into_iter().map(Into::into).collect(),
            ..view.record.into()
        }
    }
}

impl From<FindingShown> for Finding {
    fn from(shown: FindingShown) -> Self {
        match shown {
            FindingShown::Open(view) => view.into(),
            FindingShown::Cleared(record) => record.into(),
        }
    }
}

/// Who mends it and until when; what is absent stays, and null clears.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "owner": "Integration team", "due": "2027-01-31" }))]
pub(super) struct FindingChange {
    /// Null or empty for nobody.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    owner: Change<String>,
    /// Null for none.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    due: Change<Date>,
}

/// The findings of an assessment, the open ones first
///
/// The open ones by kind, then by criterion or domain, in byte order; the cleared ones latest first.
#[utoipa::path(
    get, path = "/assessments/{id}/findings", tag = "findings",
    params(("id" = String, Path, format = "uuid"), PageQuery),
    responses((status = 200, body = Page<Finding>), (status = 401, body = Problem), (status = 404, body = Problem))
)]
pub(super) async fn list(
    Bearer(actor): Bearer,
    Segments(id): Segments<AssessmentId>,
    paging: Paging<String>,
    State(service): State<Service>,
) -> Result<Json<Page<Finding>>, Problem> {
    let all = listed(&mut service.findings(&actor, id).await?);
    Ok(Json(paging.slice(all, |finding: &Finding| finding.id.clone(), |finding| finding)?))
}

/// The findings of a page as `scoring.md`, section 10, lists them, and those that were cleared; screens put the most severe
/// first.
pub(super) fn listed(page: &mut FindingsPage) -> Vec<Finding> {
    let (mut open, cleared) = (mem::take(&mut page.findings), mem::take(&mut page.cleared));
    open.sort_by(|a, b| {
        let (a, b) = (&a.record, &b.record);
        (a.kind, &a.subject).cmp(&(b.kind, &b.subject))
    });
    open.into_iter().map(Finding::from).chain(cleared.into_iter().map(Finding::from)).collect()
}

/// Note who mends a finding and until when
#[utoipa::path(
    patch, path = "/findings/{id}", tag = "findings", params(("id" = String, Path, format = "uuid")),
    request_body = FindingChange,
    responses(
        (status = 200, body = Finding), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)
    )
)]
pub(super) async fn update(
    Bearer(actor): Bearer,
    Segments(id): Segments<FindingId>,
    State(service): State<Service>,
    Body(body): Body<FindingChange>,
) -> Result<Json<Finding>, Problem> {
    let found = service.finding(&actor, id).await?;
    let owner = body.owner.over_empty(found.owner);
    let due = body.due.over(found.due);
    service.update_finding(&actor, id, owner, due).await?;
    Ok(Json(service.finding_shown(&actor, id).await?.into()))
}
