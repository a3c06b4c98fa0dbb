//! Saved views of the portfolio.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use service::record;
use service::{Service, ViewId};
use utoipa::ToSchema;

use super::extract::{Bearer, Body, Segments};
use super::paging::{Page, PageQuery, Paging};
use super::problem::Problem;

/// A choice of the portfolio under a name; only its owner sees it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(super) struct SavedView {
    #[schema(format = "uuid")]
    id: String,
    name: String,
    /// What stands in the address of the portfolio after the question mark.
    #[schema(example = "order=rung&state=Draft")]
    query: String,
}

impl From<record::SavedView> for SavedView {
    fn from(view: record::SavedView) -> Self {
        Self { id: view.id.to_string(), name: view.name, query: view.query }
    }
}

/// A view to save.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "name": "Lowest first", "query": "order=rung" }))]
pub(super) struct NewView {
    /// One of the same name is replaced.
    name: String,
    #[serde(default)]
    query: String,
}

/// Your saved views
#[utoipa::path(
    get, path = "/portfolio/views", tag = "portfolio", params(PageQuery),
    responses((status = 200, body = Page<SavedView>), (status = 401, body = Problem))
)]
pub(super) async fn list(
    Bearer(actor): Bearer,
    paging: Paging<ViewId>,
    State(service): State<Service>,
) -> Result<Json<Page<SavedView>>, Problem> {
    Ok(Json(paging.slice(service.saved_views(&actor).await?, |view| view.id, SavedView::from)?))
}

/// Save a view
#[utoipa::path(
    post, path = "/portfolio/views", tag = "portfolio", request_body = NewView,
    responses(
        (status = 201, body = SavedView), (status = 401, body = Problem), (status = 422, body = Problem)
    )
)]
pub(super) async fn create(
    Bearer(actor): Bearer,
    State(service): State<Service>,
    Body(body): Body<NewView>,
) -> Result<(StatusCode, Json<SavedView>), Problem> {
    let saved = service.save_view(&actor, &body.name, &body.query).await;
    let saved = saved.map_err(|error| Problem::from(error).with_pointer("/view", "/name"))?;
    Ok((StatusCode::CREATED, Json(saved.into())))
}

/// Remove a saved view
#[utoipa::path(
    delete, path = "/portfolio/views/{id}", tag = "portfolio", params(("id" = String, Path, format = "uuid")),
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem))
)]
pub(super) async fn remove(
    Bearer(actor): Bearer,
    Segments(id): Segments<ViewId>,
    State(service): State<Service>,
) -> Result<StatusCode, Problem> {
    service.remove_view(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
