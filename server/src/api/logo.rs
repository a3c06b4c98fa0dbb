//! The logo that an organization's reports bear.

use app::web::{FileForm, UploadError, made_attachment};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use service::{Error, OrgId, Service};
use utoipa::ToSchema;

use super::extract::{Bearer, Segments};
use super::problem::Problem;

/// A form with the picture.
#[derive(ToSchema)]
#[allow(dead_code, reason = "describes a form that is read part by part")]
pub(super) struct LogoForm {
    /// PNG or JPEG, at most 2 MB, 16 to 4096 pixels on each side.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// The logo, as it is kept: a PNG
#[utoipa::path(
    get, path = "/organizations/{id}/logo", tag = "organizations",
    params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 200, body = Vec<u8>, content_type = "image/png"), (status = 401, body = Problem),
        (status = 404, body = Problem)
    )
)]
pub(super) async fn get(
    Bearer(actor): Bearer,
    Segments(id): Segments<OrgId>,
    State(service): State<Service>,
) -> Result<Response, Problem> {
    let logo = service.logo(&actor, id).await?.ok_or(Error::NotFound("The logo"))?;
    Ok(made_attachment("logo.png", "image/png", logo.png))
}

/// Set the logo
///
/// The picture is made anew: only its pixels are kept, as many as paper needs.
#[utoipa::path(
    put, path = "/organizations/{id}/logo", tag = "organizations",
    params(("id" = String, Path, format = "uuid")),
    request_body(content = LogoForm, content_type = "multipart/form-data"),
    responses(
        (status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem),
        (status = 422, body = Problem)
    )
)]
pub(super) async fn put(
    Bearer(actor): Bearer,
    Segments(id): Segments<OrgId>,
    State(service): State<Service>,
    request: Request,
) -> Result<StatusCode, Problem> {
    let file = FileForm::read(request, &service, &actor).await?.file.map_err(UploadError::from)?;
    let sent = file.map(|file| file.content).unwrap_or_default();
    service.set_logo(&actor, id, sent).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Remove the logo
#[utoipa::path(
    delete, path = "/organizations/{id}/logo", tag = "organizations",
    params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)
    )
)]
pub(super) async fn remove(
    Bearer(actor): Bearer,
    Segments(id): Segments<OrgId>,
    State(service): State<Service>,
) -> Result<StatusCode, Problem> {
    service.remove_logo(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
