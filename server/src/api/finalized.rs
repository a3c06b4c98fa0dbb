//! A source tells a check what it finalized, so that the check looks how soon a FHIR server shows it.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use service::check::ReportedItem;
use service::{CheckId, Service};
use utoipa::ToSchema;

use super::extract::{Bearer, Body, Segments};
use super::problem::Problem;
use super::time;

/// What a source finalized.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "source": "result release log",
    "items": [{ "reference": "DocumentReference/n17", "finalized_at": "2026-11-20T12:00:00Z" }]
}))]
pub(super) struct FinalizedBody {
    /// The check's `lag_source`.
    source: String,
    items: Vec<FinalizedItem>,
}

/// One item of a test patient.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct FinalizedItem {
    /// Type and id below the check's base address.
    reference: String,
    /// Of the last 30 days.
    #[schema(format = DateTime)]
    finalized_at: String,
}

/// How many items were kept.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FinalizedKept {
    items: usize,
}

/// Report what a source finalized
///
/// For checks with a `lag_source` (`fhir.read_search`): test patients' items and the instants at which the source finalized
/// them. The next runs read them, and observe the share that was visible within 24 hours. What was reported before with the
/// same instant stays as it was seen.
#[utoipa::path(
    post, path = "/checks/{id}/finalized", tag = "checks", params(("id" = String, Path, format = "uuid")),
    request_body = FinalizedBody,
    responses(
        (status = 200, body = FinalizedKept), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)
    )
)]
pub(super) async fn create(
    Bearer(actor): Bearer,
    Segments(id): Segments<CheckId>,
    State(service): State<Service>,
    Body(body): Body<FinalizedBody>,
) -> Result<(StatusCode, Json<FinalizedKept>), Problem> {
    let items = body.items.into_iter().enumerate().map(|(at, item)| {
        let finalized_at = time::read(&format!("/items/{at}/finalized_at"), &item.finalized_at)?;
        Ok(ReportedItem { reference: item.reference, finalized_at })
    });
    let items: Vec<_> = items.collect::<Result<_, Problem>>()?;
    let items = service.report_finalized(&actor, id, &body.source, items).await?;
    Ok((StatusCode::OK, Json(FinalizedKept { items })))
}
