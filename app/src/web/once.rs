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
use super::sessions::session_failed;
use super::state::AppState;

/// The session's key for all that waits.
const KEY: &str = "once";

/// How long it waits: longer than any browser takes to a page.
const WAITS_MS: i64 = 10 * 60 * 1000;

/// How much may wait in a session. Where nobody comes for it, the oldest goes.
const MOST: usize = 20;

/// Oldest first; one for a page at most.
#[derive(Default, Serialize, Deserialize)]
struct Waiting(Vec<Kept>);

#[derive(Serialize, Deserialize)]
struct Kept {
    place: String,
    sealed: String,
    until: i64,
}

impl Waiting {
    /// In place of what waited for the same page, and of all that nobody came for in time.
    fn put(&mut self, place: &str, sealed: String, now: UnixMillis) {
        self.0.retain(|kept| kept.place != place && kept.until >= now.0);
        self.0.drain(..(self.0.len() + 1).saturating_sub(MOST));
        self.0.push(Kept { place: place.to_owned(), sealed, until: now.0 + WAITS_MS });
    }

    fn take(&mut self, place: &str) -> Option<Kept> {
        let at = self.0.iter().position(|kept| kept.place == place)?;
        Some(self.0.remove(at))
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

/// What the page at `place` is to show now; from here on it is forgotten.
pub(crate) async fn shown_once<T: DeserializeOwned>(
    state: &AppState,
    session: &Session,
    actor: &Actor,
    place: &str,
) -> Result<Option<T>, PageError> {
    let mut waiting = all(session).await?;
    // Without anything to take the session is not written.
    let Some(kept) = waiting.take(place) else { return Ok(None) };
    if waiting.0.is_empty() {
        session.remove_value(KEY).await.map_err(session_failed)?;
    } else {
        session.insert(KEY, waiting).await.map_err(session_failed)?;
    }
    if kept.until < UnixMillis::now().0 {
        return Ok(None);
    }
    let text = state.service.open_once(actor, place, &kept.sealed);
    text.map(|text| serde_json::from_str(&text)).transpose().map_err(PageError::internal)
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
    fn the_later_takes_the_place_of_the_earlier_at_the_same_page() {
        let mut waiting = Waiting::default();
        for (place, sealed) in [("/settings", "first"), ("/orgs/a", "other"), ("/settings", "second")] {
            waiting.put(place, sealed.to_owned(), UnixMillis(0));
        }
        assert_eq!(waiting.take("/settings").unwrap().sealed, "second");
        assert!(waiting.take("/settings").is_none());
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
