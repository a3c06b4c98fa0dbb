//! The address at which islands call server functions, and what these get to know.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use leptos::prelude::*;
use service::{Actor, Service};

use super::actor::MaybeActor;
use super::error::{PageError, Problem};
use super::form::whole;
use super::state::AppState;
use crate::api::Unanswered;
use crate::ui::Zone;

/// What a server function finds with `expect_context`.
#[derive(Clone)]
pub struct UiContext {
    pub service: Service,
    /// `None`: nobody is signed in; the function answers so instead of redirecting. An error: nobody knows at the moment.
    pub actor: Result<Option<Actor>, Unanswered>,
}

/// Runs the server function that the path names. Its whole body is in memory, whoever sent it, so that no more is kept than a
/// form may hold.
pub async fn server_functions(
    State(state): State<AppState>,
    known: Result<MaybeActor, PageError>,
    request: Request,
) -> Result<Response, PageError> {
    let actor = match known {
        Ok(MaybeActor(actor)) => Ok(actor),
        Err(PageError::Problem(Problem { status, retry_after: Some(seconds), .. }))
            if status == StatusCode::SERVICE_UNAVAILABLE =>
        {
            Err(Unanswered::Later { seconds })
        }
        Err(other) => return Err(other),
    };
    let context = UiContext { service: state.service, actor };
    let provide = move || {
        if let Ok(Some(actor)) = &context.actor {
            provide_context(Zone(actor.time_zone().clone()));
        }
        provide_context(context.clone());
    };
    let (parts, body) = request.into_parts();
    let body = whole(body).await?.ok_or_else(PageError::too_large)?;
    let request = Request::from_parts(parts, Body::from(body));
    Ok(leptos_axum::handle_server_fns_with_context(provide, request).await.into_response())
}
