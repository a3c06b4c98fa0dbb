//! Feeds of checks: when reports are expected, the latest ones, and the token.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use service::check::{FeedPage, FeedToken, Punctuality};
use service::record::{self, FeedTiming};
use service::{CheckId, Service};
use utoipa::ToSchema;

use super::extract::{Bearer, Body, Segments};
use super::problem::Problem;
use super::time;

/// A feed: when reports are expected, and what came.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(super) struct Feed {
    /// Seconds between two reports by the check's parameters; a cron line stands in their place.
    every: i64,
    cron: Option<String>,
    #[schema(example = "Europe/Berlin")]
    zone: String,
    #[schema(example = "Mon-Fri 08:00-18:00")]
    hours: Option<String>,
    /// Seconds; null for the usual.
    grace: Option<i64>,
    /// Whether there is a token to report with.
    has_token: bool,
    #[schema(format = DateTime)]
    token_made_at: Option<String>,
    /// Reports so far.
    reports: i64,
    #[schema(format = DateTime)]
    last_report_at: Option<String>,
    /// When the next report is expected; null before the first.
    #[schema(format = DateTime)]
    expected_at: Option<String>,
    state: FeedState,
    /// The latest on file, newest first: those that brought other figures than the one before, and each that has a row count.
    latest: Vec<KeptReport>,
}

/// How the latest report stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum FeedState {
    /// Nothing has reported yet.
    Silent,
    InTime,
    Late,
    Missing,
}

/// A report on file.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
struct KeptReport {
    /// Counted over all reports of the feed.
    number: i64,
    #[schema(format = DateTime)]
    reported_at: String,
    #[schema(value_type = std::collections::BTreeMap<String, serde_json::Value>)]
    observations: domain::check::Observations,
}

/// A token and the address to report to: shown this once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct Heartbeat {
    token: String,
    #[schema(example = "https://rung.example.org/api/v1/heartbeats/feed_…")]
    url: String,
}

impl From<FeedToken> for Heartbeat {
    fn from(made: FeedToken) -> Self {
        Self { token: made.secret, url: made.address }
    }
}

impl From<record::KeptReport> for KeptReport {
    fn from(kept: record::KeptReport) -> Self {
        Self {
            number: kept.number,
            reported_at: time::shown(kept.reported_at),
            observations: kept.observations,
        }
    }
}

impl From<FeedPage> for Feed {
    fn from(page: FeedPage) -> Self {
        let FeedPage { feed, stands, every, reports, .. } = page;
        let said = |text: String| Some(text).filter(|text| !text.is_empty());
        let (state, expected) = match stands {
            None => (FeedState::Silent, None),
            Some(Punctuality::InTime { next, .. }) => (FeedState::InTime, Some(next)),
            Some(Punctuality::Late { expected, .. }) => (FeedState::Late, Some(expected)),
            Some(Punctuality::Missing { expected }) => (FeedState::Missing, Some(expected)),
        };
        Self {
            every,
            cron: said(feed.timing.cron),
            zone: feed.timing.zone,
            hours: said(feed.timing.hours),
            grace: feed.timing.grace_seconds,
            has_token: feed.token_made_at.is_some(),
            token_made_at: feed.token_made_at.map(time::shown),
            reports: feed.reports,
            last_report_at: feed.reported_at.map(time::shown),
            expected_at: expected.map(time::shown),
            state,
            latest: reports.into_iter().map(Into::into).collect(),
        }
    }
}

/// When reports are expected, in place of what was said before.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "cron": "30 6 * * 1-5", "zone": "Europe/Berlin", "hours": "Mon-Fri 06:00-20:00", "grace": 3600
}))]
pub(super) struct FeedChange {
    /// A cron line of five fields; without one the check's parameters say how often.
    #[serde(default)]
    cron: Option<String>,
    /// The IANA zone of the cron line and the business hours; UTC when absent.
    #[serde(default)]
    zone: Option<String>,
    /// Business hours; around the clock when absent. Outside of them no report is expected.
    #[serde(default)]
    hours: Option<String>,
    /// Seconds after the expected instant in which a report is late but not missing; the usual when absent.
    #[serde(default)]
    grace: Option<i64>,
}

/// The feed of a check
#[utoipa::path(
    get, path = "/checks/{id}/feed", tag = "feeds", params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 200, body = Feed), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)
    )
)]
pub(super) async fn get(
    Bearer(actor): Bearer,
    Segments(id): Segments<CheckId>,
    State(service): State<Service>,
) -> Result<Json<Feed>, Problem> {
    Ok(Json(service.feed(&actor, id).await?.into()))
}

/// Say when reports are expected
#[utoipa::path(
    put, path = "/checks/{id}/feed", tag = "feeds", params(("id" = String, Path, format = "uuid")),
    request_body = FeedChange,
    responses(
        (status = 200, body = Feed), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)
    )
)]
pub(super) async fn put(
    Bearer(actor): Bearer,
    Segments(id): Segments<CheckId>,
    State(service): State<Service>,
    Body(change): Body<FeedChange>,
) -> Result<Json<Feed>, Problem> {
    let timing = FeedTiming {
        cron: change.cron.unwrap_or_default(),
        zone: change.zone.unwrap_or_else(|| FeedTiming::default().zone),
        hours: change.hours.unwrap_or_default(),
        grace_seconds: change.grace,
    };
    service.set_feed_timing(&actor, id, timing).await?;
    Ok(Json(service.feed(&actor, id).await?.into()))
}

/// Make a new token
///
/// The one before is worth nothing from then on. The token is in this answer and nowhere else.
#[utoipa::path(
    post, path = "/checks/{id}/feed/token", tag = "feeds", params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 201, body = Heartbeat), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)
    )
)]
pub(super) async fn renew(
    Bearer(actor): Bearer,
    Segments(id): Segments<CheckId>,
    State(service): State<Service>,
) -> Result<impl IntoResponse, Problem> {
    let made = service.renew_feed_token(&actor, id).await?;
    Ok((StatusCode::CREATED, [(CACHE_CONTROL, "no-store")], Json(Heartbeat::from(made))))
}
