//! The address at which islands call server functions, and what these get to know.

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use leptos::prelude::*;
use service::{Actor, Service};

use super::actor::MaybeActor;
use super::error::PageError;
use super::state::AppState;
use crate::ui::Zone;

/// What a server function finds with `expect_context`.
#[derive(Clone)]
pub struct UiContext {
    pub service: Service,
    /// `None`: nobody is signed in; the function answers so instead of redirecting.
    pub actor: Option<Actor>,
}

/// Runs the server function that the path names.
pub async fn server_functions(
    State(state): State<AppState>,
    MaybeActor(actor): MaybeActor,
    request: Request,
) -> Result<Response, PageError> {
    let context = UiContext { service: state.service, actor };
    let provide = move || {
        if let Some(actor) = &context.actor {
            provide_context(Zone(actor.time_zone().clone()));
        }
        provide_context(context.clone());
    };
    Ok(leptos_axum::handle_server_fns_with_context(provide, request).await.into_response())
}
