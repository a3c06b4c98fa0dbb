//! What a page shows once after a form: a secret that was made, what was done. It waits in the session, sealed, while the
//! browser goes from the form to the page, so that reloading the page neither sends the form again nor shows it again.

use axum::response::Response;
use http::{HeaderValue, header};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use service::{Actor, UnixMillis};
use tower_sessions::Session;

use super::error::PageError;
use super::path::see_other;
use super::state::AppState;

/// How long it waits: longer than any browser takes to a page.
const WAITS_MS: i64 = 10 * 60 * 1000;

#[derive(Serialize, Deserialize)]
struct Waiting {
    sealed: String,
    until: i64,
}

/// The session's key for what the page at `place` shows.
fn key_at(place: &str) -> String {
    format!("once {place}")
}

/// Sends the browser on to `place`, an address without a fragment, which shows `what` to the actor once.
pub(crate) async fn show_once<T: Serialize>(
    state: &AppState,
    session: &Session,
    actor: &Actor,
    place: &str,
    what: &T,
) -> Result<Response, PageError> {
    let text = serde_json::to_string(what).map_err(PageError::internal)?;
    let sealed = state.service.seal_once(actor, place, &text);
    let waiting = Waiting { sealed, until: UnixMillis::now().0 + WAITS_MS };
    session.insert(&key_at(place), waiting).await.map_err(PageError::internal)?;
    Ok(see_other(place))
}

/// What the page at `place` is to show now; from here on it is forgotten.
pub(crate) async fn shown_once<T: DeserializeOwned>(
    state: &AppState,
    session: &Session,
    actor: &Actor,
    place: &str,
) -> Result<Option<T>, PageError> {
    let key = key_at(place);
    // Removing writes the session, even where there is nothing to remove.
    let Some(waiting) = session.get::<Waiting>(&key).await.map_err(PageError::internal)? else {
        return Ok(None);
    };
    session.remove_value(&key).await.map_err(PageError::internal)?;
    if waiting.until < UnixMillis::now().0 {
        return Ok(None);
    }
    let text = state.service.open_once(actor, place, &waiting.sealed);
    text.map(|text| serde_json::from_str(&text)).transpose().map_err(PageError::internal)
}

/// Neither the browser nor anybody between keeps a page that holds a secret.
pub(crate) fn kept_nowhere(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
