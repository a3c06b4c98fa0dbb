//! One log line for each request, and the id by which everything that it logs hangs together.

use std::time::Instant;

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use service::RunId;
use tracing::Instrument as _;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Gives the request an id (one that the client sent counts for nothing), runs it and logs it. The id is in the
/// answer's `x-request-id`, in every line logged meanwhile, and on the page that says that something broke.
pub(super) async fn log(mut request: Request, next: Next) -> Response {
    let id = new_id();
    let method = request.method().clone();
    // Without the query: what somebody searched for is no business of the log.
    let path = without_token(request.uri().path()).to_owned();
    request.headers_mut().insert(REQUEST_ID, id.clone());
    let span = tracing::error_span!("request", id = id.to_str().unwrap_or_default());
    let started = Instant::now();
    async move {
        let mut response = next.run(request).await;
        let micros = started.elapsed().as_micros();
        let status = response.status().as_u16();
        tracing::info!(%method, path, status, micros, "answered");
        response.headers_mut().insert(REQUEST_ID, id);
        response
    }
    .instrument(span)
    .await
}

/// Where the token of a feed stands in the address, the address ends for the log.
fn without_token(path: &str) -> &str {
    const HEARTBEATS: &str = "/api/v1/heartbeats/";
    if path.starts_with(HEARTBEATS) { HEARTBEATS } else { path }
}

/// A UUID of version 7: later ones sort later.
fn new_id() -> HeaderValue {
    HeaderValue::try_from(RunId::new().to_string()).expect("a UUID is ASCII")
}
