//! Incidents of checks, and how a check's alerts are set.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::incident::Opening;
use serde::{Deserialize, Serialize};
use service::record::{self, Closing};
use service::{CheckId, IncidentId, OrgId, Service, UnixMillis};
use utoipa::ToSchema;

use super::extract::{Bearer, Body, Segments};
use super::finding::SeverityName;
use super::paging::{Page, PageQuery, Paging};
use super::problem::Problem;
use super::time;

/// A stretch in which a check is broken.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(super) struct Incident {
    #[schema(format = "uuid")]
    id: String,
    /// Null once the check was removed.
    #[schema(format = "uuid")]
    check: Option<String>,
    /// The integration's name when it opened.
    integration: String,
    #[schema(example = "fhir.capability")]
    kind: String,
    severity: SeverityName,
    /// The criteria that the check was tied to when it opened.
    criteria: Vec<Touched>,
    opening: OpeningName,
    /// What the run that opened it said.
    cause: String,
    failures: u32,
    /// It was seen to come and go.
    flapped: bool,
    /// The first failure of the stretch.
    #[schema(format = DateTime)]
    began_at: String,
    #[schema(format = DateTime)]
    opened_at: String,
    #[schema(format = DateTime)]
    closed_at: Option<String>,
    /// How it ended; null while it is open.
    closing: Option<ClosingName>,
}

/// A criterion that an incident touches.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
struct Touched {
    #[schema(example = "B7")]
    framework: String,
    #[schema(example = "PAT")]
    domain: String,
    #[schema(example = "PAT-1")]
    criterion: String,
    /// The answer claimed what the check denies.
    contradicted: bool,
}

/// What opened it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Opening)]
enum OpeningName {
    Failures,
    Flapping,
    /// Runs that contradict an answer, too few of which failed by their kind's own rule for an outage.
    Contradiction,
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Closing)]
enum ClosingName {
    Recovered,
    CheckRemoved,
    AimedElsewhere,
    /// It was a contradiction, and an outage took its place: an incident of its own.
    ReplacedByOutage,
}

impl From<record::Incident> for Incident {
    fn from(incident: record::Incident) -> Self {
        let touched = |touched: record::Touched| Touched {
            framework: touched.framework.to_string(),
            domain: touched.domain.to_string(),
            criterion: touched.criterion.to_string(),
            contradicted: touched.contradicted,
        };
        Self {
            id: incident.id.to_string(),
            check: incident.check.map(|check| check.to_string()),
            integration: incident.integration,
            kind: incident.kind.to_string(),
            severity: incident.severity.into(),
            criteria: incident.touches.into_iter().map(touched).collect(),
            opening: match incident.opening {
                Opening::Failures => OpeningName::Failures,
                Opening::Flapping => OpeningName::Flapping,
                Opening::Contradiction => OpeningName::Contradiction,
            },
            cause: incident.cause,
            failures: incident.failures,
            flapped: incident.flapped,
            began_at: time::shown(incident.began_at),
            opened_at: time::shown(incident.opened_at),
            closed_at: incident.closed_at.map(time::shown),
            closing: incident.closing.map(|closing| match closing {
                Closing::Recovered => ClosingName::Recovered,
                Closing::CheckRemoved => ClosingName::CheckRemoved,
                Closing::AimedElsewhere => ClosingName::AimedElsewhere,
                Closing::ReplacedByOutage => ClosingName::ReplacedByOutage,
            }),
        }
    }
}

/// How a check alerts.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(super) struct Alerting {
    /// Failures running that open an incident: as set, else as the kind says.
    open_after: u32,
    /// Successes running that close it.
    close_after: u32,
    /// Failures running until now.
    failing: u32,
    /// It comes and goes.
    flapping: bool,
    /// No alerts until then; null where there are.
    #[schema(format = DateTime)]
    snoozed_until: Option<String>,
    snooze_reason: Option<String>,
    /// The open incident.
    incident: Option<Incident>,
}

/// Thresholds; null or absent leaves them to the kind.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "open_after": 3, "close_after": 2 }))]
pub(super) struct ThresholdsBody {
    open_after: Option<u32>,
    close_after: Option<u32>,
}

/// Until when nobody is told, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "until": "2026-11-21T06:00:00Z", "reason": "The partner moves its data centre." }))]
pub(super) struct SnoozeBody {
    #[schema(format = DateTime)]
    until: String,
    reason: String,
}

/// The incidents of an organization, the latest first
#[utoipa::path(
    get, path = "/organizations/{id}/incidents", tag = "incidents",
    params(("id" = String, Path, format = "uuid"), PageQuery),
    responses((status = 200, body = Page<Incident>), (status = 401, body = Problem), (status = 404, body = Problem))
)]
pub(super) async fn list(
    Bearer(actor): Bearer,
    Segments(id): Segments<OrgId>,
    paging: Paging<IncidentId>,
    State(service): State<Service>,
) -> Result<Json<Page<Incident>>, Problem> {
    let found = service.incidents(&actor, id, paging.after, paging.wanted()).await?;
    Ok(Json(paging.page(found, |incident| incident.id.to_string(), Incident::from)))
}

/// An incident
#[utoipa::path(
    get, path = "/incidents/{id}", tag = "incidents", params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = Incident), (status = 401, body = Problem), (status = 404, body = Problem))
)]
pub(super) async fn get(
    Bearer(actor): Bearer,
    Segments(id): Segments<IncidentId>,
    State(service): State<Service>,
) -> Result<Json<Incident>, Problem> {
    Ok(Json(service.incident(&actor, id).await?.into()))
}

/// How a check alerts, and its open incident
#[utoipa::path(
    get, path = "/checks/{id}/alerting", tag = "incidents", params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = Alerting), (status = 401, body = Problem), (status = 404, body = Problem))
)]
pub(super) async fn alerting(
    Bearer(actor): Bearer,
    Segments(id): Segments<CheckId>,
    State(service): State<Service>,
) -> Result<Json<Alerting>, Problem> {
    let found = service.check_incidents(&actor, id).await?;
    let snooze = found.snooze(UnixMillis::now());
    Ok(Json(Alerting {
        open_after: found.thresholds.open_after(),
        close_after: found.thresholds.close_after(),
        failing: found.watched.watch.fails,
        flapping: found.watched.watch.flapping,
        snoozed_until: snooze.map(|snooze| time::shown(snooze.until)),
        snooze_reason: snooze.map(|snooze| snooze.reason.clone()),
        incident: found.open().cloned().map(Into::into),
    }))
}

/// Say how many failures running open an incident of a check, and how many successes close it
#[utoipa::path(
    put, path = "/checks/{id}/alerting", tag = "incidents", params(("id" = String, Path, format = "uuid")),
    request_body = ThresholdsBody,
    responses(
        (status = 204), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)
    )
)]
pub(super) async fn set_thresholds(
    Bearer(actor): Bearer,
    Segments(id): Segments<CheckId>,
    State(service): State<Service>,
    Body(body): Body<ThresholdsBody>,
) -> Result<StatusCode, Problem> {
    service.set_thresholds(&actor, id, body.open_after, body.close_after).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Put off the alerts of a check
#[utoipa::path(
    put, path = "/checks/{id}/snooze", tag = "incidents", params(("id" = String, Path, format = "uuid")),
    request_body = SnoozeBody,
    responses(
        (status = 204), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)
    )
)]
pub(super) async fn snooze(
    Bearer(actor): Bearer,
    Segments(id): Segments<CheckId>,
    State(service): State<Service>,
    Body(body): Body<SnoozeBody>,
) -> Result<StatusCode, Problem> {
    let until = time::read("/until", &body.until)?;
    service.snooze(&actor, id, until, &body.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Let a check alert again
#[utoipa::path(
    delete, path = "/checks/{id}/snooze", tag = "incidents", params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)
    )
)]
pub(super) async fn end_snooze(
    Bearer(actor): Bearer,
    Segments(id): Segments<CheckId>,
    State(service): State<Service>,
) -> Result<StatusCode, Problem> {
    service.end_snooze(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
