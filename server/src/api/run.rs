//! Runs of a check.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::check::{Message, Reach, Severity};
use serde::Serialize;
use service::record;
use service::{CheckId, RunId, Service};
use utoipa::ToSchema;

use super::extract::{Bearer, Segments};
use super::paging::{Page, PageQuery, Paging};
use super::problem::Problem;
use super::score::StatusName;
use super::time;

/// One run of a check.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(super) struct Run {
    #[schema(format = "uuid")]
    id: String,
    #[schema(format = "uuid")]
    check: String,
    /// By the kind's own rule; a binding may judge it otherwise.
    status: StatusName,
    reach: ReachName,
    /// When it was due; null where a person asked for it.
    #[schema(format = DateTime)]
    scheduled_for: Option<String>,
    #[schema(format = DateTime)]
    started_at: String,
    duration_ms: i64,
    /// Typed values by name.
    #[schema(value_type = std::collections::BTreeMap<String, serde_json::Value>, example = json!({ "days_to_expiry": 42 }))]
    observations: domain::check::Observations,
    messages: Vec<MessageShown>,
    /// What was sent, secrets removed.
    #[schema(example = "GET https://fhir.example.org/r4/metadata")]
    checked: String,
}

/// Whether the run reached its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Reach)]
enum ReachName {
    Answered,
    NoAnswer,
    Inconclusive,
}

/// One sentence about a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Message)]
pub(super) struct MessageShown {
    severity: MessageSeverity,
    text: String,
    /// A JSON path, an HL7 field, a certificate subject, a layer of the connection.
    #[serde(rename = "where", skip_serializing_if = "Option::is_none")]
    place: Option<String>,
    /// The rule behind it.
    #[serde(skip_serializing_if = "Option::is_none")]
    requirement: Option<RequirementShown>,
}

/// How much a message matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum MessageSeverity {
    Info,
    Warning,
    Error,
}

/// A rule and where to read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Requirement)]
struct RequirementShown {
    id: String,
    link: String,
}

impl From<Message> for MessageShown {
    fn from(message: Message) -> Self {
        Self {
            severity: match message.severity {
                Severity::Info => MessageSeverity::Info,
                Severity::Warning => MessageSeverity::Warning,
                Severity::Error => MessageSeverity::Error,
            },
            text: message.text,
            place: message.at,
            requirement: message.requirement.map(|rule| RequirementShown { id: rule.id, link: rule.link }),
        }
    }
}

impl From<record::Run> for Run {
    fn from(run: record::Run) -> Self {
        Self {
            id: run.id.to_string(),
            check: run.check.to_string(),
            status: run.status.into(),
            reach: match run.reach {
                Reach::Answered => ReachName::Answered,
                Reach::NoAnswer => ReachName::NoAnswer,
                Reach::Inconclusive => ReachName::Inconclusive,
            },
            scheduled_for: run.scheduled_for.map(time::shown),
            started_at: time::shown(run.started_at),
            duration_ms: run.duration_ms,
            observations: run.observations,
            messages: run.messages.into_iter().map(Into::into).collect(),
            checked: run.checked,
        }
    }
}

/// Past runs, newest first
#[utoipa::path(
    get, path = "/checks/{id}/runs", tag = "checks", params(("id" = String, Path, format = "uuid"), PageQuery),
    responses((status = 200, body = Page<Run>), (status = 401, body = Problem), (status = 404, body = Problem))
)]
pub(super) async fn list(
    Bearer(actor): Bearer,
    Segments(id): Segments<CheckId>,
    paging: Paging<RunId>,
    State(service): State<Service>,
) -> Result<Json<Page<Run>>, Problem> {
    let found = service.runs(&actor, id, paging.after, paging.wanted()).await?;
    Ok(Json(paging.page(found, |run| run.id.to_string(), Run::from)))
}

/// Run a check now
///
/// Answers when the run has ended and is recorded; the findings that it touches are up to date by then. A run goes on and is
/// recorded when the caller leaves. While the check runs, or eight of its organization do, another is answered with 429.
#[utoipa::path(
    post, path = "/checks/{id}/runs", tag = "checks", params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 201, body = Run), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 429, body = Problem)
    )
)]
pub(super) async fn create(
    Bearer(actor): Bearer,
    Segments(id): Segments<CheckId>,
    State(service): State<Service>,
) -> Result<(StatusCode, Json<Run>), Problem> {
    Ok((StatusCode::CREATED, Json(service.run_check(&actor, id).await?.into())))
}
