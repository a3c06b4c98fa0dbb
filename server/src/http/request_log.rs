//! One log line for each request, and the id by which everything that it logs hangs together.

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use service::RunId;
use tracing::Instrument as _;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What a route calls the part of its address that opens something to whoever knows it.
const TOKEN: &str = "{token}";
/// No token is shorter, of those that people may choose.
const SHORTEST_TOKEN: usize = 16;

/// Gives the request an id (one that the client sent counts for nothing), runs it and logs it. The id is in the
/// answer's `x-request-id`, in every line logged meanwhile, and on the page that says that something broke.
pub(super) async fn log(mut request: Request, next: Next) -> Response {
    let id = new_id();
    let method = request.method().clone();
    // Without the query: what somebody searched for is no business of the log.
    let route = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    let path = without_tokens(request.uri().path(), route);
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

/// The path as the log may have it. The part that its route calls a token is left out; where no route takes the address,
/// as with a slash too many, every part that is long enough for one.
fn without_tokens(path: &str, route: Option<&str>) -> String {
    let mut names = route.map(|route| route.split('/'));
    let parts = path.split('/').map(|part| {
        let secret = match &mut names {
            Some(names) => (names.next() == Some(TOKEN)).then_some(TOKEN),
            None => (part.len() >= SHORTEST_TOKEN).then_some("…"),
        };
        secret.unwrap_or(part)
    });
    parts.collect::<Vec<_>>().join("/")
}

/// A UUID of version 7: later ones sort later.
fn new_id() -> HeaderValue {
    HeaderValue::try_from(RunId::new().to_string()).expect("a UUID is ASCII")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_left_out_whatever_its_route_is() {
        let shared = Some("/shared/{token}");
        assert_eq!(without_tokens("/shared/dG9rZW4", shared), "/shared/{token}");
        let nested = Some("/api/v1/heartbeats/{token}");
        assert_eq!(without_tokens("/api/v1/heartbeats/a", nested), "/api/v1/heartbeats/{token}");
        let between = Some("/invitations/{token}/accept");
        assert_eq!(without_tokens("/invitations/a/accept", between), "/invitations/{token}/accept");
        let other = Some("/orgs/{slug}/assessments/{id}");
        let path = "/orgs/alder-regional-hospital/assessments/0193b0a2-7c11-7000-8000-000000000000";
        assert_eq!(without_tokens(path, other), path);
    }

    #[test]
    fn an_address_without_a_route_loses_what_may_be_a_token() {
        assert_eq!(without_tokens("/shared/0123456789abcdef/", None), "/shared/…/");
        assert_eq!(without_tokens("/api/v1/nothing", None), "/api/v1/nothing");
    }
}
