//! Draws what [`PageError`] stands for: error pages, and the sign-in page that keeps an unsent form.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderName, StatusCode, header};
use leptos::prelude::*;
use tower_sessions::Session;

use super::actor::signed_in;
use super::error::{PageError, Problem};
use super::form::{Fields, LEFT_OUT, Refusal};
use super::frame::Frame;
use super::once::Shown;
use super::sessions::unkept;
use super::state::AppState;
use crate::pages::error::ErrorPage;
use crate::pages::sign_in::{Onward, SignInForm, sign_in_page};
use crate::ui::FormErrors;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Gives every refused request its page. A layer around all page routes, inside the session layer.
///
/// A changed session is written here, and what the page shows once is forgotten, where a failure still gets its page: the
/// layer around answers one without a word. What it writes after this is the same once more.
pub async fn draw_errors(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let id = request_id(request.headers());
    let session = request.extensions().get::<Session>().cloned();
    let shown = Shown::default();
    request.extensions_mut().insert(shown.clone());
    let response = next.run(request).await;
    let response = drawn(&state, session.clone(), id.clone(), response).await;
    // What stands in the page's place, an error or the way to another page, shows nothing of it.
    let shown = Some(shown).filter(|_| response.status().is_success());
    match session {
        Some(session) if !response.status().is_server_error() => {
            match settle(&state, &session, shown.as_ref()).await {
                Some(error) => drawn(&state, None, id, error.into_response()).await,
                None => response,
            }
        }
        _ => response,
    }
}

/// Writes what the answer that goes out changes. Why that failed, if it did.
async fn settle(state: &AppState, session: &Session, shown: Option<&Shown>) -> Option<PageError> {
    match (unkept(session).await, shown) {
        (None, Some(shown)) => shown.forget(state, session).await,
        (unkept, _) => unkept,
    }
}

/// With the page that it stands for, if for one.
async fn drawn(
    state: &AppState,
    session: Option<Session>,
    id: Option<String>,
    mut response: Response,
) -> Response {
    let Some(error) = response.extensions_mut().remove::<PageError>() else { return response };
    match error {
        PageError::Elsewhere(_) => response,
        PageError::SignIn { target, fields } => sign_in_again(state, target, fields).await,
        PageError::Problem(problem) => {
            // Who is signed in only decides what the header shows: without an answer, nobody. A database that does not
            // answer is not asked once more.
            let asked = session.filter(|_| problem.status != StatusCode::SERVICE_UNAVAILABLE);
            let actor = match asked {
                Some(session) => signed_in(&session, state).await.ok().flatten(),
                None => None,
            };
            let frame = Frame::new(state, actor.as_ref(), heading_for_browser(&problem)).narrow();
            let (status, retry_after) = (problem.status, problem.retry_after);
            let reference = status.is_server_error().then_some(id).flatten();
            let known = actor.is_some();
            let page = move || view! { <ErrorPage problem reference signed_in=known/> }.into_any();
            let mut response = frame.respond(status, page);
            if let Some(seconds) = retry_after {
                response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
            }
            response
        }
    }
}

async fn sign_in_again(state: &AppState, target: String, fields: Fields) -> Response {
    let words = if fields.has(LEFT_OUT) {
        "You were signed out in the meantime. Sign in, and what you typed is there again, but for secrets and files: you are asked for those before anything is saved."
    } else {
        "You were signed out in the meantime. Sign in, and what you typed is sent again."
    };
    let form = SignInForm { email: String::new(), onward: Onward { next: target, unsent: Some(fields) } };
    let refusal =
        Refusal { status: StatusCode::UNAUTHORIZED, errors: FormErrors::new(), note: Some(words.to_owned()) };
    sign_in_page(state, form, Some(refusal)).await
}

fn heading_for_browser(problem: &Problem) -> String {
    format!("{} {}", problem.status.as_u16(), problem.heading)
}

fn request_id(headers: &HeaderMap) -> Option<String> {
    headers.get(REQUEST_ID).and_then(|id| id.to_str().ok()).map(ToOwned::to_owned)
}
