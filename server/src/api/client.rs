//! One organization as a file, to be imported into another installation.

use app::web::client_attachment;
use axum::extract::State;
use axum::response::Response;
use service::{OrgId, Service};

use super::extract::{Bearer, Segments};
use super::problem::Problem;

/// The organization as a file
///
/// All its records, evidence and snapshots as a zip with a manifest of hashes; `rung client import` takes it. Accounts and
/// secrets stay. Only an owner takes it along. An answer that breaks off is no file.
#[utoipa::path(
    post, path = "/organizations/{id}/export", tag = "organizations",
    params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 200, body = Vec<u8>, content_type = "application/zip"), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)
    )
)]
pub(super) async fn export(
    Bearer(actor): Bearer,
    Segments(id): Segments<OrgId>,
    State(service): State<Service>,
) -> Result<Response, Problem> {
    Ok(client_attachment(service.export_client(&actor, id).await?))
}
