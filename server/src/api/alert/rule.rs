//! Which incidents go to which channel.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::scoring::FindingSeverity;
use serde::{Deserialize, Serialize};
use service::alert::NewRule;
use service::record;
use service::{AlertRuleId, OrgId, Service};
use utoipa::ToSchema;

use crate::api::extract::{Bearer, Body, Segments};
use crate::api::finding::SeverityName;
use crate::api::organization::{Created, created};
use crate::api::paging::{Page, PageQuery, Paging};
use crate::api::problem::Problem;
use crate::api::time;

/// Which incidents go to a channel.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = AlertRule)]
pub(in crate::api) struct Rule {
    #[schema(format = "uuid")]
    id: String,
    #[schema(format = "uuid")]
    channel: String,
    /// Those that touch this criterion; null for all.
    #[schema(example = "PAT-1")]
    criterion: Option<String>,
    /// Those that touch this domain; null for all.
    domain: Option<String>,
    /// Those at least this severe.
    severity: SeverityName,
    /// Hours between reminders while it is open; null for none.
    remind_hours: Option<i64>,
    #[schema(format = DateTime)]
    created_at: String,
}

impl From<record::AlertRule> for Rule {
    fn from(rule: record::AlertRule) -> Self {
        Self {
            id: rule.id.to_string(),
            channel: rule.channel.to_string(),
            criterion: rule.criterion.map(|code| code.to_string()),
            domain: rule.domain.map(|code| code.to_string()),
            severity: rule.severity.into(),
            remind_hours: rule.remind_seconds.map(|seconds| seconds / 3600),
            created_at: time::shown(rule.created_at),
        }
    }
}

/// A new rule; what is absent does not matter.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewAlertRule, example = json!({
    "channel": "01939c6e-0000-7000-8000-000000000000", "domain": "PAT", "severity": "high", "remind_hours": 24
}))]
pub(in crate::api) struct NewRuleBody {
    #[schema(format = "uuid")]
    channel: String,
    criterion: Option<String>,
    domain: Option<String>,
    /// `low` where it is absent: every incident.
    #[schema(value_type = Option<String>, example = "high")]
    severity: Option<FindingSeverity>,
    remind_hours: Option<u32>,
}

/// The alert rules of an organization
#[utoipa::path(
    get, path = "/organizations/{id}/alert-rules", tag = "alerts",
    params(("id" = String, Path, format = "uuid"), PageQuery),
    responses((status = 200, body = Page<Rule>), (status = 401, body = Problem), (status = 404, body = Problem))
)]
pub(in crate::api) async fn list(
    Bearer(actor): Bearer,
    Segments(id): Segments<OrgId>,
    paging: Paging<AlertRuleId>,
    State(service): State<Service>,
) -> Result<Json<Page<Rule>>, Problem> {
    let found = service.alerts_page(&actor, id).await?.rules;
    Ok(Json(paging.slice(found, |rule| rule.id, Rule::from)?))
}

/// Say which incidents go to a channel
#[utoipa::path(
    post, path = "/organizations/{id}/alert-rules", tag = "alerts",
    params(("id" = String, Path, format = "uuid")), request_body = NewRuleBody,
    responses(
        (status = 201, body = Rule), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)
    )
)]
pub(in crate::api) async fn create(
    Bearer(actor): Bearer,
    Segments(id): Segments<OrgId>,
    State(service): State<Service>,
    Body(body): Body<NewRuleBody>,
) -> Result<Created<Rule>, Problem> {
    let channel = body
        .channel
        .parse()
        .map_err(|_| Problem::field("/channel", "Choose one of the channels by its id."))?;
    let new = NewRule {
        channel,
        criterion: body.criterion.map(Into::into),
        domain: body.domain.map(Into::into),
        severity: body.severity.unwrap_or(FindingSeverity::Low),
        remind_hours: body.remind_hours,
    };
    let rule = service.create_rule(&actor, id, new).await?;
    Ok(created(format!("/api/v1/alert-rules/{}", rule.id), rule.into()))
}

/// Remove a rule
#[utoipa::path(
    delete, path = "/alert-rules/{id}", tag = "alerts", params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)
    )
)]
pub(in crate::api) async fn remove(
    Bearer(actor): Bearer,
    Segments(id): Segments<AlertRuleId>,
    State(service): State<Service>,
) -> Result<StatusCode, Problem> {
    service.remove_rule(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
