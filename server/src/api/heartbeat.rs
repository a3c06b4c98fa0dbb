//! Feeds report in, by the token in the address alone.

use std::collections::BTreeMap;

use app::web::ClientAddress;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest, Request, State};
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use serde::Deserialize;
use serde_json::Value;
use service::Service;
use utoipa::ToSchema;

use super::extract::{Segments, read};
use super::problem::Problem;

/// What a report may hold, in bytes: far above what any kind observes.
const LIMIT: usize = 64 << 10;

/// What a feed says.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "observations": { "messages_24h": 1840, "nack_pct": 0.2, "p95_lag_minutes": 3 } }))]
pub(super) struct ReportIn {
    /// Figures by the names of the kind's observations.
    #[serde(default)]
    #[schema(value_type = Option<BTreeMap<String, Value>>)]
    observations: Option<BTreeMap<String, Value>>,
}

/// The body of a report: JSON, whatever it calls itself, or nothing.
pub(super) struct Report(ReportIn);

impl FromRequest<Service> for Report {
    type Rejection = Problem;

    async fn from_request(mut request: Request, service: &Service) -> Result<Self, Problem> {
        DefaultBodyLimit::max(LIMIT).apply(&mut request);
        let bytes = Bytes::from_request(request, service).await.map_err(|rejection| {
            match rejection.into_response().status() {
                StatusCode::PAYLOAD_TOO_LARGE => {
                    let detail = format!("The report is larger than {} kB.", LIMIT >> 10);
                    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail)
                }
                _ => Problem::new(StatusCode::BAD_REQUEST, "The report did not arrive whole. Send it again."),
            }
        })?;
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Ok(Self(ReportIn::default()));
        }
        read(&bytes).map(Self)
    }
}

/// A feed reports in
///
/// For checks of the group *feed*. No other authentication than the token, which is shown once when it is made. The body
/// may be empty: the feed is alive. The report is on the disk when the answer comes, and is looked at soon after.
#[utoipa::path(
    post, path = "/heartbeats/{token}", tag = "feeds", params(("token" = String, Path)), security(()),
    request_body(content = Option<ReportIn>),
    responses(
        (status = 202, description = "Kept."), (status = 400, body = Problem), (status = 404, body = Problem),
        (status = 413, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)
    )
)]
pub(super) async fn create(
    Segments(token): Segments<String>,
    ClientAddress(from): ClientAddress,
    State(service): State<Service>,
    Report(report): Report,
) -> Result<StatusCode, Problem> {
    service.heartbeat(&token, &from, report.observations.as_ref()).await?;
    Ok(StatusCode::ACCEPTED)
}
