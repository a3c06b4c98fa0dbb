//! What a page shows once after a form: a secret that was made, what was done. It waits in the session, sealed, while the
//! browser goes from the form to the page, so that reloading the page neither sends the form again nor shows it again.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::response::Response;
use http::request::Parts;
use http::{HeaderValue, Method, header};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use service::{Actor, UnixMillis};
use tower_sessions::Session;

use super::error::PageError;
use super::path::see_other;
use super::sessions::session_failed;
use super::state::AppState;

/// The session's key for all that waits.
const KEY: &str = "once";

/// How long it waits: longer than any browser takes to a page.
const WAITS_MS: i64 = 10 * 60 * 1000;

/// How much may wait in a session. Where nobody comes for it, the oldest goes.
const MOST: usize = 20;

/// Oldest first. What two forms left for the same page waits side by side: else a secret would never be seen.
#[derive(Default, Serialize, Deserialize)]
struct Waiting(Vec<Kept>);

#[derive(Serialize, Deserialize)]
struct Kept {
    place: String,
    sealed: String,
    until: i64,
}

impl Waiting {
    /// In place of all that nobody came for in time.
    fn put(&mut self, place: &str, sealed: String, now: UnixMillis) {
        self.0.retain(|kept| kept.until >= now.0);
        self.0.drain(..(self.0.len() + 1).saturating_sub(MOST));
        self.0.push(Kept { place: place.to_owned(), sealed, until: now.0 + WAITS_MS });
    }

    /// All that waits for a page.
    fn take(&mut self, place: &str) -> Vec<Kept> {
        let (taken, left) = std::mem::take(&mut self.0).into_iter().partition(|kept| kept.place == place);
        self.0 = left;
        taken
    }
}

/// Whoever comes to a page, to be shown what waits there. A HEAD shows nobody anything, so that all of it goes on waiting.
pub(crate) struct Once(Option<Session>);

impl<S: Sync> FromRequestParts<S> for Once {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        let session = parts.extensions.get::<Session>().cloned();
        Ok(Self(session.filter(|_| parts.method != Method::HEAD)))
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
    let sealed = state.service.seal_once(actor, place, &text);
    let mut waiting = all(session).await?;
    waiting.put(place, sealed, UnixMillis::now());
    session.insert(KEY, waiting).await.map_err(session_failed)?;
    Ok(see_other(place))
}

/// What the page at `place` is to show now, oldest first; from here on it is forgotten. A page that tells of one thing only
/// takes the last.
pub(crate) async fn shown_once<T: DeserializeOwned>(
    state: &AppState,
    Once(session): &Once,
    actor: &Actor,
    place: &str,
) -> Result<Vec<T>, PageError> {
    let Some(session) = session else { return Ok(Vec::new()) };
    let mut waiting = all(session).await?;
    let taken = waiting.take(place);
    // Without anything to take the session is not written.
    if taken.is_empty() {
        return Ok(Vec::new());
    }
    if waiting.0.is_empty() {
        session.remove_value(KEY).await.map_err(session_failed)?;
    } else {
        session.insert(KEY, waiting).await.map_err(session_failed)?;
    }
    let now = UnixMillis::now();
    let in_time = taken.iter().filter(|kept| kept.until >= now.0);
    let texts = in_time.filter_map(|kept| state.service.open_once(actor, place, &kept.sealed));
    texts.map(|text| serde_json::from_str(&text).map_err(PageError::internal)).collect()
}

async fn all(session: &Session) -> Result<Waiting, PageError> {
    Ok(session.get(KEY).await.map_err(session_failed)?.unwrap_or_default())
}

/// Neither the browser nor anybody between keeps a page that holds a secret.
pub(crate) fn kept_nowhere(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(waiting: &Waiting) -> Vec<&str> {
        waiting.0.iter().map(|kept| kept.place.as_str()).collect()
    }

    #[test]
    fn what_two_forms_left_for_a_page_waits_in_its_order_and_is_taken_at_once() {
        let mut waiting = Waiting::default();
        for (place, sealed) in [("/settings", "first"), ("/orgs/a", "other"), ("/settings", "second")] {
            waiting.put(place, sealed.to_owned(), UnixMillis(0));
        }
        let taken: Vec<_> = waiting.take("/settings").into_iter().map(|kept| kept.sealed).collect();
        assert_eq!(taken, ["first", "second"]);
        assert!(waiting.take("/settings").is_empty());
        assert_eq!(places(&waiting), ["/orgs/a"]);
    }

    #[test]
    fn what_nobody_comes_for_does_not_pile_up() {
        let mut waiting = Waiting::default();
        waiting.put("/late", String::new(), UnixMillis(0));
        waiting.put("/in-time", String::new(), UnixMillis(1));
        waiting.put("/new", String::new(), UnixMillis(WAITS_MS + 1));
        assert_eq!(places(&waiting), ["/in-time", "/new"]);
        for number in 0..2 * MOST {
            waiting.put(&format!("/{number}"), String::new(), UnixMillis(WAITS_MS + 1));
        }
        assert_eq!((waiting.0.len(), waiting.0[0].place.as_str()), (MOST, "/20"));
    }
}
