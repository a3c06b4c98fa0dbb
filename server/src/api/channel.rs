//! Alert channels: mail, webhooks, Slack-compatible addresses.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use service::alert::{ChannelChange, NewChannel, NewTarget};
use service::record::{self, Target};
use service::{ChannelId, OrgId, Service};
use utoipa::ToSchema;

use super::extract::{Bearer, Body, Segments, lasting};
use super::organization::{Created, created};
use super::paging::{Page, PageQuery, Paging};
use super::problem::Problem;
use super::time;

/// Where messages go. Secrets are never shown again.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(super) struct Channel {
    #[schema(format = "uuid")]
    id: String,
    #[schema(example = "Integration team")]
    name: String,
    #[serde(flatten)]
    target: Shown,
    /// Why nothing is sent; null while it is in use.
    paused: Option<String>,
    /// The signing secret, if one was made: in the answer to the request that added the channel, and never again.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
    #[schema(format = DateTime)]
    created_at: String,
}

/// The kind of a channel, and of its address what may be shown.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schema(as = ChannelTarget)]
enum Shown {
    Email { to: Vec<String> },
    Webhook { url: String },
    Slack { host: String },
}

impl Channel {
    fn of(channel: record::Channel, secret: Option<String>) -> Self {
        Self {
            id: channel.id.to_string(),
            name: channel.name,
            target: match channel.target {
                Target::Email { to } => Shown::Email { to },
                Target::Webhook { url } => Shown::Webhook { url },
                Target::Slack { host } => Shown::Slack { host },
            },
            paused: channel.paused,
            secret,
            created_at: time::shown(channel.created_at),
        }
    }
}

/// A new channel: `email` with `to`, `webhook` with `url` (signed by Standard Webhooks 1.0) and perhaps `secret`, or
/// `slack` with `url`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "name": "Integration team", "kind": "webhook", "url": "https://hooks.example.org/rung" }))]
pub(super) struct NewChannelBody {
    name: String,
    kind: Kind,
    #[serde(default)]
    to: Vec<String>,
    url: Option<String>,
    /// `whsec_` and base64; one is made where there is none.
    secret: Option<String>,
}

/// The kinds of channels.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ChannelKind)]
enum Kind {
    Email,
    Webhook,
    Slack,
}

/// A change; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "paused": true }))]
pub(super) struct ChannelChangeBody {
    #[serde(default, deserialize_with = "lasting")]
    #[schema(nullable = false)]
    name: Option<String>,
    #[serde(default, deserialize_with = "lasting")]
    #[schema(nullable = false)]
    paused: Option<bool>,
    /// A new signing secret, for a webhook.
    #[serde(default, deserialize_with = "lasting")]
    #[schema(nullable = false)]
    secret: Option<String>,
}

/// The alert channels of an organization
#[utoipa::path(
    get, path = "/organizations/{id}/alert-channels", tag = "alerts",
    params(("id" = String, Path, format = "uuid"), PageQuery),
    responses((status = 200, body = Page<Channel>), (status = 401, body = Problem), (status = 404, body = Problem))
)]
pub(super) async fn list(
    Bearer(actor): Bearer,
    Segments(id): Segments<OrgId>,
    paging: Paging<ChannelId>,
    State(service): State<Service>,
) -> Result<Json<Page<Channel>>, Problem> {
    let found = service.alerts_page(&actor, id).await?.channels;
    Ok(Json(paging.slice(found, |channel| channel.id, |channel| Channel::of(channel, None))?))
}

/// Add an alert channel
#[utoipa::path(
    post, path = "/organizations/{id}/alert-channels", tag = "alerts",
    params(("id" = String, Path, format = "uuid")), request_body = NewChannelBody,
    responses(
        (status = 201, body = Channel), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)
    )
)]
pub(super) async fn create(
    Bearer(actor): Bearer,
    Segments(id): Segments<OrgId>,
    State(service): State<Service>,
    Body(body): Body<NewChannelBody>,
) -> Result<Created<Channel>, Problem> {
    let url = body.url.unwrap_or_default();
    let target = match body.kind {
        Kind::Email => NewTarget::Email { to: body.to },
        Kind::Webhook => NewTarget::Webhook { url, secret: body.secret },
        Kind::Slack => NewTarget::Slack { url },
    };
    let made = service.create_channel(&actor, id, NewChannel { name: body.name, target }).await;
    let (channel, secret) = made.map_err(|error| Problem::from(error).with_pointer("/slack_url", "/url"))?;
    Ok(created(format!("/api/v1/alert-channels/{}", channel.id), Channel::of(channel, secret)))
}

/// Rename, pause or resume a channel, or give it a new signing secret
#[utoipa::path(
    patch, path = "/alert-channels/{id}", tag = "alerts", params(("id" = String, Path, format = "uuid")),
    request_body = ChannelChangeBody,
    responses(
        (status = 200, body = Channel), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)
    )
)]
pub(super) async fn update(
    Bearer(actor): Bearer,
    Segments(id): Segments<ChannelId>,
    State(service): State<Service>,
    Body(body): Body<ChannelChangeBody>,
) -> Result<Json<Channel>, Problem> {
    let change = ChannelChange { name: body.name, paused: body.paused, secret: body.secret };
    Ok(Json(Channel::of(service.update_channel(&actor, id, change).await?, None)))
}

/// Remove a channel with its rules and messages
#[utoipa::path(
    delete, path = "/alert-channels/{id}", tag = "alerts", params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)
    )
)]
pub(super) async fn remove(
    Bearer(actor): Bearer,
    Segments(id): Segments<ChannelId>,
    State(service): State<Service>,
) -> Result<StatusCode, Problem> {
    service.remove_channel(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Send a test message through a channel
#[utoipa::path(
    post, path = "/alert-channels/{id}/test", tag = "alerts", params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 202), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)
    )
)]
pub(super) async fn test(
    Bearer(actor): Bearer,
    Segments(id): Segments<ChannelId>,
    State(service): State<Service>,
) -> Result<StatusCode, Problem> {
    service.test_channel(&actor, id).await?;
    Ok(StatusCode::ACCEPTED)
}
