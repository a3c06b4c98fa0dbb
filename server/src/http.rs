//! The router: pages, browser code, API and health, and the layers around them.
//!
//! From the outside in: request log and id › trusted proxies › security headers › (pages) session › drawn errors ›
//! cross-site guard › time limit › panics › size limit. The API has its own answers to all of that (`api`), and no session: it takes
//! bearer tokens only, so no other site can make a browser use it.

pub(crate) mod headers;
mod health;
mod plain_errors;
mod proxy;
mod request_log;

use std::sync::Arc;
use std::time::Duration;

use app::web::{AppState, FORM_READ_LIMIT, PageError, UPLOAD_LIMIT, draw_errors, session_layer};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use store::Store;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::csrf::{ConfigError, CsrfLayer, ProtectionError};
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;

use crate::config::{ListenConfig, Transport};
use crate::{api, assets, fhir};

/// A request that takes longer is given up. Longer than any check that "Run now" waits for.
const TIME_LIMIT: Duration = Duration::from_secs(150);

/// What a request of a program may hold, in bytes. Far above what any field accepts. A form with a file may hold as much
/// more as a file may.
pub(crate) const BODY_LIMIT: usize = 8 << 20;

/// Everything that is served.
pub(crate) fn router(state: AppState, store: &Store, listen: &ListenConfig) -> Result<Router, ConfigError> {
    let service = state.service.clone();
    Ok(pages(state, store, listen)?
        .merge(assets::router())
        .merge(health::router(service.clone()))
        .nest("/fhir/R4", around_api(fhir::router(service.clone())))
        .nest("/api/v1", around_api(api::router(service)))
        .layer(from_fn_with_state(Arc::new(headers::Headers::new(listen.transport())), headers::set))
        .layer(from_fn_with_state(Arc::new(listen.trusted_proxies.clone()), proxy::note))
        .layer(from_fn(request_log::log)))
}

fn pages(state: AppState, store: &Store, listen: &ListenConfig) -> Result<Router, ConfigError> {
    let mut guard = CsrfLayer::new();
    if let Some(url) = &listen.public_url {
        guard = guard.add_trusted_origin(url.as_str())?;
    }
    let guard = guard.with_rejection_response(|_: ProtectionError| from_elsewhere());
    // A large file takes the time that it takes; whoever reads it gives up when too much comes, or nothing any more.
    let large = app::large_router().layer(CatchPanicLayer::custom(page_panicked));
    let routes = within_limits(app::router(), FORM_READ_LIMIT)
        .merge(within_limits(app::upload_router(), UPLOAD_LIMIT))
        .merge(large)
        .layer(guard)
        .layer(from_fn(plain_errors::explain))
        .layer(from_fn_with_state(state.clone(), draw_errors))
        .layer(session_layer(store.clone(), listen.transport() == Transport::Encrypted));
    Ok(routes.with_state(state))
}

/// The limits of pages: how many bytes are read of a form, and how long all of it may take.
fn within_limits(routes: Router<AppState>, bytes: usize) -> Router<AppState> {
    // The last one named is the outermost.
    routes
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(RequestBodyLimitLayer::new(bytes))
        .layer(CatchPanicLayer::custom(page_panicked))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, TIME_LIMIT))
}

/// The limits of what answers programs.
fn around_api(routes: Router) -> Router {
    routes
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(CatchPanicLayer::custom(api::panicked))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, TIME_LIMIT))
        .layer(from_fn(api::explain_timeout))
}

/// The answer to a form that another site's page sent (Fetch Metadata, `Origin`).
fn from_elsewhere() -> Response {
    let text =
        "It was sent from a page of another site. Nothing was changed; open the page here and send it again.";
    PageError::problem(StatusCode::FORBIDDEN, "This form did not come from here", text).into_response()
}

/// The answer where a page's code broke. The panic itself is on the log, written by its hook.
fn page_panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    tracing::error!("a page panicked");
    let text = "Nothing was lost. Try again in a moment.";
    PageError::problem(StatusCode::INTERNAL_SERVER_ERROR, "Something broke on our side", text).into_response()
}
