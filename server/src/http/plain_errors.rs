//! Words for the refusals that no page made: no such address, wrong method, too much, too slow.

use app::web::PageError;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Turns a bare refusal into one that is drawn as an error page. What a page or a server function said itself stays.
pub(super) async fn explain(request: Request, next: Next) -> Response {
    let of_an_island = request.uri().path().starts_with("/api/ui/");
    let response = next.run(request).await;
    if of_an_island || is_page(&response) || response.extensions().get::<PageError>().is_some() {
        return response;
    }
    words_for(response.status()).map_or(response, IntoResponse::into_response)
}

fn is_page(response: &Response) -> bool {
    let kind = response.headers().get(CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

fn words_for(status: StatusCode) -> Option<PageError> {
    let words = match status {
        StatusCode::NOT_FOUND => return Some(PageError::not_found()),
        StatusCode::METHOD_NOT_ALLOWED => return Some(PageError::method_not_allowed(None)),
        StatusCode::PAYLOAD_TOO_LARGE => (
            "That is more than a form may hold",
            "Nothing was changed. Go back, shorten the text or choose a smaller file, and send it again.",
        ),
        StatusCode::SERVICE_UNAVAILABLE => (
            "This took too long and was given up",
            "Try again in a moment. If it was a check, look at its runs first.",
        ),
        status if status.is_client_error() => (
            "This request could not be read",
            "Nothing was changed. Go back, reload the page and send the form again.",
        ),
        status if status.is_server_error() => {
            ("Something broke on our side", "Nothing was lost. Try again in a moment.")
        }
        _ => return None,
    };
    Some(PageError::problem(status, words.0, words.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_has_words_and_nothing_else_has() {
        for status in [400, 404, 405, 413, 415, 422, 500, 503] {
            let status = StatusCode::from_u16(status).unwrap();
            assert_eq!(words_for(status).map(|error| error.status()), Some(status));
        }
        for status in [200, 204, 303, 304] {
            assert!(words_for(StatusCode::from_u16(status).unwrap()).is_none(), "{status}");
        }
    }
}
