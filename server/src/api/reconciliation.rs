//! Reports to checks that are computed from files which never come here, and of what a check cannot see.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::reconcile::Aggregate;
use serde::Deserialize;
use serde_json::Value;
use service::check::Reconciliation;
use service::{CheckId, Service};
use utoipa::ToSchema;

use super::extract::{Bearer, Body, Segments};
use super::problem::Problem;
use super::run::Run;
use super::time;

/// What came out of two files, as counts.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "observations": { "contracts_covered_pct": 100, "categories": ["encounters", "pharmacy"] },
    "computed_at": "2026-11-20T12:00:00Z"
}))]
pub(super) struct ReportBody {
    /// What `rung reconcile` printed, as it is.
    #[schema(value_type = Option<Object>)]
    aggregate: Option<Value>,
    /// The table that the kind is computed from, as CSV: of `terminology.coverage` counts of codes (`domain`, `system`,
    /// `code`, `count`, `standard_system`, `standard_code`; or `domain`, `total`, `valid`), of `identity.match` suspected
    /// overlays (`opened`, `closed`).
    #[serde(default)]
    table: String,
    /// Figures that the aggregate does not tell, by the names of the kind's observations.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, Value>)]
    observations: BTreeMap<String, Value>,
    /// When the figures were computed; now, where absent.
    #[schema(format = DateTime)]
    computed_at: Option<String>,
}

/// Report a reconciliation, or figures that a check cannot see
///
/// For checks of the group *reconciliation*. The aggregate holds counts, column names and row numbers; files with rows of
/// patients stay where they are. It is recorded and judged as a run. To `cdshooks.discovery` a system reports
/// `p95_latency_ms`, the 95th percentile of the hooks' answer times over 7 days: it counts for 7 days in every run beside
/// what the check sees, and the check runs at once with it.
#[utoipa::path(
    post, path = "/checks/{id}/reports", tag = "checks", params(("id" = String, Path, format = "uuid")),
    request_body = ReportBody,
    responses(
        (status = 201, body = Run), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem), (status = 429, body = Problem)
    )
)]
pub(super) async fn create(
    Bearer(actor): Bearer,
    Segments(id): Segments<CheckId>,
    State(service): State<Service>,
    Body(body): Body<ReportBody>,
) -> Result<(StatusCode, Json<Run>), Problem> {
    let aggregate = body.aggregate.map(serde_json::from_value::<Aggregate>).transpose();
    let aggregate = aggregate.map_err(|error| {
        Problem::field("/aggregate", format!("This is not what `rung reconcile` prints: {error}."))
    })?;
    let computed_at = body.computed_at.as_deref().map(|text| time::read("/computed_at", text)).transpose()?;
    let report = Reconciliation { aggregate, table: body.table, figures: body.observations, computed_at };
    Ok((StatusCode::CREATED, Json(service.report_reconciliation(&actor, id, report).await?.into())))
}
