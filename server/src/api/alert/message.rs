//! Messages on their way, sent, and given up.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use service::record::{self, MessageState};
use service::{MessageId, OrgId, Service};
use utoipa::ToSchema;

use crate::api::extract::{Bearer, Segments};
use crate::api::paging::{Page, PageQuery, Paging};
use crate::api::problem::Problem;
use crate::api::time;

/// A message: how often it was tried, and how it stands.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = AlertMessage)]
pub(in crate::api) struct Message {
    #[schema(format = "uuid")]
    id: String,
    #[schema(format = "uuid")]
    channel: String,
    /// Null for a test.
    #[schema(format = "uuid")]
    incident: Option<String>,
    #[schema(value_type = String, example = "incident.opened")]
    event: record::AlertEvent,
    /// `waiting`, `sent`, or `dead`: given up.
    #[schema(value_type = String, example = "sent")]
    state: MessageState,
    attempts: u32,
    /// When the next try is due; null where there is none.
    #[schema(format = DateTime)]
    due_at: Option<String>,
    last_error: Option<String>,
    #[schema(format = DateTime)]
    created_at: String,
    /// When it was sent or given up.
    #[schema(format = DateTime)]
    ended_at: Option<String>,
}

impl From<record::Message> for Message {
    fn from(message: record::Message) -> Self {
        Self {
            id: message.id.to_string(),
            channel: message.channel.to_string(),
            incident: message.incident.map(|id| id.to_string()),
            event: message.event,
            state: message.state,
            attempts: message.attempts,
            due_at: (message.state == MessageState::Waiting).then(|| time::shown(message.due_at)),
            last_error: message.last_error,
            created_at: time::shown(message.created_at),
            ended_at: message.ended_at.map(time::shown),
        }
    }
}

/// The messages of an organization, the latest first
#[utoipa::path(
    get, path = "/organizations/{id}/alert-messages", tag = "alerts",
    params(("id" = String, Path, format = "uuid"), PageQuery),
    responses((status = 200, body = Page<Message>), (status = 401, body = Problem), (status = 404, body = Problem))
)]
pub(in crate::api) async fn list(
    Bearer(actor): Bearer,
    Segments(id): Segments<OrgId>,
    paging: Paging<MessageId>,
    State(service): State<Service>,
) -> Result<Json<Page<Message>>, Problem> {
    let found = service.messages(&actor, id, paging.after, paging.wanted()).await?;
    Ok(Json(paging.page(found, |message| message.id.to_string(), Message::from)))
}

/// Send a message again that was given up
#[utoipa::path(
    post, path = "/alert-messages/{id}/again", tag = "alerts", params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 202), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)
    )
)]
pub(in crate::api) async fn resend(
    Bearer(actor): Bearer,
    Segments(id): Segments<MessageId>,
    State(service): State<Service>,
) -> Result<StatusCode, Problem> {
    service.resend_message(&actor, id).await?;
    Ok(StatusCode::ACCEPTED)
}
