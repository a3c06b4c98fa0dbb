//! What a page shows once after a form: a secret that was made, what was done. It waits beside the session, sealed, while the
//! browser goes from the form to the page, so that reloading the page neither sends the form again nor shows it again.
//!
//! **Invariant.** It is forgotten only once a page that shows it goes out: where that page failed, the next one shows it.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use axum::extract::FromRequestParts;
use axum::response::Response;
use http::request::Parts;
use http::{HeaderValue, Method, header};
use serde::Serialize;
use serde::de::DeserializeOwned;
use service::{Actor, OnceId};
use tower_sessions::Session;

use super::actor::key_of;
use super::error::PageError;
use super::path::see_other;
use super::sessions::session_failed;
use super::state::AppState;

/// What the page of a request has shown. [`draw_errors`](super::draw_errors) hands it out, and has it forgotten.
#[derive(Clone, Default)]
pub(super) struct Shown(Arc<Mutex<Vec<OnceId>>>);

impl Shown {
    fn add(&self, shown: impl IntoIterator<Item = OnceId>) {
        self.0.lock().expect("no holder of the lock panics").extend(shown);
    }

    /// Forgets it, now that the page goes out. Why that failed, if it did.
    pub(super) async fn forget(&self, state: &AppState, session: &Session) -> Option<PageError> {
        let shown = std::mem::take(&mut *self.0.lock().expect("no holder of the lock panics"));
        if shown.is_empty() {
            return None;
        }
        state.service.forget_once(&key_of(session), &shown).await.err().map(PageError::from)
    }
}

/// Whoever comes to a page, to be shown what waits there. A HEAD shows nobody anything, so that all of it goes on waiting.
pub(crate) struct Once(Option<(String, Shown)>);

impl<S: Sync> FromRequestParts<S> for Once {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        let session = parts.extensions.get::<Session>().filter(|session| session.id().is_some());
        let shown = parts.extensions.get::<Shown>().filter(|_| parts.method != Method::HEAD);
        Ok(Self(session.map(key_of).zip(shown.cloned())))
    }
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
    if session.id().is_none() {
        // One that begins with this answer, as after a change of the password: it has to be there before what waits in it.
        session.save().await.map_err(session_failed)?;
    }
    state.service.keep_once(actor, &key_of(session), place, &text).await?;
    Ok(see_other(place))
}

/// What the page at `place` is to show now, oldest first; forgotten once it went out. A page that tells of one thing only
/// takes the last.
pub(crate) async fn shown_once<T: DeserializeOwned>(
    state: &AppState,
    Once(session): &Once,
    actor: &Actor,
    place: &str,
) -> Result<Vec<T>, PageError> {
    let Some((session, shown)) = session else { return Ok(Vec::new()) };
    let waiting = state.service.waiting_once(actor, session, place).await?;
    shown.add(waiting.iter().map(|(id, _)| *id));
    waiting.iter().map(|(_, text)| serde_json::from_str(text).map_err(PageError::internal)).collect()
}

/// Neither the browser nor anybody between keeps a page that holds a secret.
pub(crate) fn kept_nowhere(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
