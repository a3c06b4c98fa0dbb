//! The inventory as a table: CSV in and out.

use axum::Json;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use service::{OrgId, Service};
use utoipa::ToSchema;

use super::extract::{Bearer, Csv, Segments};
use super::problem::Problem;

/// What an import did.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(super) struct Imported {
    added: usize,
    changed: usize,
    /// As they were already.
    unchanged: usize,
}

impl From<service::inventory::Imported> for Imported {
    fn from(done: service::inventory::Imported) -> Self {
        Self { added: done.added, changed: done.changed, unchanged: done.unchanged }
    }
}

/// The inventory as CSV
///
/// A cell that a spreadsheet would take for a formula begins with an apostrophe; an import takes it off again.
#[utoipa::path(
    get, path = "/organizations/{id}/integrations.csv", tag = "integrations",
    params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 200, body = String, content_type = "text/csv"), (status = 401, body = Problem),
        (status = 404, body = Problem)
    )
)]
pub(super) async fn export(
    Bearer(actor): Bearer,
    Segments(id): Segments<OrgId>,
    State(service): State<Service>,
) -> Result<Response, Problem> {
    let csv = service.export_integrations(&actor, id).await?;
    Ok(([(CONTENT_TYPE, "text/csv; charset=utf-8; header=present")], csv).into_response())
}

/// Import the inventory from CSV, whole or not at all
///
/// The first line names the columns. A line whose name is known changes that integration, in the columns that the file
/// has; any other adds one. Each problem names its line and its column.
#[utoipa::path(
    post, path = "/organizations/{id}/integrations/import", tag = "integrations",
    params(("id" = String, Path, format = "uuid")),
    request_body(content = String, content_type = "text/csv", description = "A table with a line of column names"),
    responses(
        (status = 200, body = Imported), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 415, body = Problem),
        (status = 422, body = Problem)
    )
)]
pub(super) async fn import(
    Bearer(actor): Bearer,
    Segments(id): Segments<OrgId>,
    State(service): State<Service>,
    Csv(file): Csv,
) -> Result<Json<Imported>, Problem> {
    Ok(Json(service.import_integrations(&actor, id, &file).await?.into()))
}
