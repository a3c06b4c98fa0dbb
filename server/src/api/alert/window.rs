//! Maintenance windows: times in which nobody is told.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use service::alert::NewWindow;
use service::record;
use service::{MaintenanceId, OrgId, Service};
use utoipa::ToSchema;

use crate::api::extract::{Bearer, Body, Segments};
use crate::api::organization::{Created, created};
use crate::api::paging::{Page, PageQuery, Paging};
use crate::api::problem::Problem;
use crate::api::time;

/// A time in which nobody is told; what checks see then is recorded all the same.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = MaintenanceWindow)]
pub(in crate::api) struct Window {
    #[schema(format = "uuid")]
    id: String,
    /// Null for every integration.
    #[schema(format = "uuid")]
    integration: Option<String>,
    reason: String,
    #[schema(format = DateTime)]
    starts_at: String,
    #[schema(format = DateTime)]
    ends_at: String,
}

impl From<record::MaintenanceWindow> for Window {
    fn from(window: record::MaintenanceWindow) -> Self {
        Self {
            id: window.id.to_string(),
            integration: window.integration.map(|id| id.to_string()),
            reason: window.reason,
            starts_at: time::shown(window.starts_at),
            ends_at: time::shown(window.ends_at),
        }
    }
}

/// A window to be planned.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewMaintenanceWindow, example = json!({
    "starts_at": "2026-11-21T22:00:00Z", "ends_at": "2026-11-22T04:00:00Z", "reason": "The partner moves its data centre"
}))]
pub(in crate::api) struct NewWindowBody {
    /// Absent for every integration.
    #[schema(format = "uuid")]
    integration: Option<String>,
    reason: String,
    #[schema(format = DateTime)]
    starts_at: String,
    #[schema(format = DateTime)]
    ends_at: String,
}

/// The maintenance windows of an organization that have not ended, the next first
#[utoipa::path(
    get, path = "/organizations/{id}/maintenance-windows", tag = "alerts",
    params(("id" = String, Path, format = "uuid"), PageQuery),
    responses((status = 200, body = Page<Window>), (status = 401, body = Problem), (status = 404, body = Problem))
)]
pub(in crate::api) async fn list(
    Bearer(actor): Bearer,
    Segments(id): Segments<OrgId>,
    paging: Paging<MaintenanceId>,
    State(service): State<Service>,
) -> Result<Json<Page<Window>>, Problem> {
    let found = service.alerts_page(&actor, id).await?.windows;
    Ok(Json(paging.slice(found, |window| window.id, Window::from)?))
}

/// Plan a maintenance window
#[utoipa::path(
    post, path = "/organizations/{id}/maintenance-windows", tag = "alerts",
    params(("id" = String, Path, format = "uuid")), request_body = NewWindowBody,
    responses(
        (status = 201, body = Window), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)
    )
)]
pub(in crate::api) async fn create(
    Bearer(actor): Bearer,
    Segments(id): Segments<OrgId>,
    State(service): State<Service>,
    Body(body): Body<NewWindowBody>,
) -> Result<Created<Window>, Problem> {
    let wrong = || Problem::field("/integration", "Choose one of the integrations by its id.");
    let integration = body.integration.map(|id| id.parse().map_err(|_| wrong())).transpose()?;
    let new = NewWindow {
        integration,
        reason: body.reason,
        starts_at: time::read("/starts_at", &body.starts_at)?,
        ends_at: time::read("/ends_at", &body.ends_at)?,
    };
    let window = service.create_window(&actor, id, new).await?;
    Ok(created(format!("/api/v1/maintenance-windows/{}", window.id), window.into()))
}

/// End a maintenance window now
#[utoipa::path(
    delete, path = "/maintenance-windows/{id}", tag = "alerts", params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)
    )
)]
pub(in crate::api) async fn end(
    Bearer(actor): Bearer,
    Segments(id): Segments<MaintenanceId>,
    State(service): State<Service>,
) -> Result<StatusCode, Problem> {
    service.end_window(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
