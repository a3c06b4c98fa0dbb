//! The page of whoever administers the installation.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use http::StatusCode;
use leptos::prelude::*;

use crate::pages::admin::AdminPage;
use crate::web::{AppState, CurrentActor, Frame, PageError};

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/admin", get(show))
}

async fn show(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
) -> Result<Response, PageError> {
    let scheduler = state.service.scheduler_status(&actor).await?;
    let frame = Frame::new(&state, Some(&actor), "Administration").crumb("/admin", "Administration");
    Ok(frame.respond(StatusCode::OK, || view! { <AdminPage scheduler/> }.into_any()))
}
