//! `/healthz` and `/readyz`, for whatever watches over the process.

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};
use service::Service;

pub(super) fn router(service: Service) -> Router {
    Router::new().route("/healthz", get(healthy)).route("/readyz", get(ready)).with_state(service)
}

/// The process is up.
async fn healthy() -> Response {
    answer(StatusCode::OK, &json!({ "status": "ok" }))
}

/// The database answers, and its schema is this program's.
async fn ready(State(service): State<Service>) -> Response {
    match service.ready().await {
        Ok(()) => answer(StatusCode::OK, &json!({ "status": "ready" })),
        Err(error) => {
            if let Some(cause) = error.own_fault() {
                tracing::error!(%cause, "the database does not answer");
            }
            let body = json!({ "status": "not ready", "reason": error.to_string() });
            answer(StatusCode::SERVICE_UNAVAILABLE, &body)
        }
    }
}

fn answer(status: StatusCode, body: &Value) -> Response {
    (status, [(CACHE_CONTROL, "no-store")], Json(body)).into_response()
}
