//! Who is asking: extractors over the session, and where a session begins and ends.

use std::convert::Infallible;
use std::net::SocketAddr;

use axum::extract::{ConnectInfo, FromRequestParts};
use http::Method;
use http::header::USER_AGENT;
use http::request::Parts;
use service::account::{BROWSER_KEY, PendingSignIn, SECOND_STEP_MINUTES, browser_words, session_key};
use service::{Actor, UnixMillis};
use tower_sessions::{Expiry, Session};

use super::error::PageError;
use super::path::percent_encoded;
use super::sessions::session_failed;
use super::state::AppState;

/// The session's key for the signed-in account; the session store reads it too.
pub(super) const USER_KEY: &str = "user";
/// The session's key for when it was last written because it was in use.
const RENEWED_KEY: &str = "renewed";
/// The session's key for a sign-in that waits for its second step.
const PENDING_KEY: &str = "pending";

/// The signed-in person. Without one, a GET is sent to sign in and comes back afterwards.
///
/// For a POST take [`Posted`](super::Posted), which loses nothing of the form.
#[derive(Debug, Clone)]
pub struct CurrentActor(pub Actor);

/// The signed-in person, if there is one.
#[derive(Debug, Clone)]
pub struct MaybeActor(pub Option<Actor>);

impl FromRequestParts<AppState> for MaybeActor {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, PageError> {
        let Some(session) = parts.extensions.get::<Session>() else { return Ok(Self(None)) };
        signed_in(session, state).await.map(Self)
    }
}

impl FromRequestParts<AppState> for CurrentActor {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, PageError> {
        let MaybeActor(actor) = MaybeActor::from_request_parts(parts, state).await?;
        actor.map(Self).ok_or_else(|| {
            // Where a POST cannot be shown again by asking for its address, the first page is a safe place.
            let next = match (&parts.method, parts.uri.path_and_query()) {
                (&Method::GET, Some(path)) => percent_encoded(path.as_str()),
                _ => percent_encoded("/"),
            };
            PageError::Elsewhere(format!("/sign-in?next={next}"))
        })
    }
}

/// The actor of a session; `None` when nobody signed in or the account is gone. A session in use is written again once
/// a day, which also renews the cookie's age.
pub(super) async fn signed_in(session: &Session, state: &AppState) -> Result<Option<Actor>, PageError> {
    if session.id().is_none() {
        return Ok(None);
    }
    let Some(visitor) = state.service.visitor(&key_of(session)).await? else {
        // Looking for it has the cookie of a session that ended removed.
        session.get_value(USER_KEY).await.map_err(session_failed)?;
        return Ok(None);
    };
    if visitor.renew {
        session.insert(RENEWED_KEY, UnixMillis::now().0).await.map_err(session_failed)?;
    }
    Ok(Some(visitor.actor))
}

/// Signs the actor in, under a new session id so that an id known before is worth nothing. `browser` lets the person
/// recognize the session later.
pub(crate) async fn begin_session(
    session: &Session,
    actor: &Actor,
    Browser(browser): &Browser,
) -> Result<(), PageError> {
    session.cycle_id().await.map_err(session_failed)?;
    session.remove_value(PENDING_KEY).await.map_err(session_failed)?;
    session.insert(BROWSER_KEY, browser).await.map_err(session_failed)?;
    session.insert(USER_KEY, actor.user()).await.map_err(session_failed)
}

/// Has a session wait for the second step of signing in: nobody is signed in there, and it ends by itself.
pub(crate) async fn begin_second_step(session: &Session, pending: &PendingSignIn) -> Result<(), PageError> {
    session.cycle_id().await.map_err(session_failed)?;
    session.clear().await;
    session.set_expiry(Some(Expiry::OnInactivity(time::Duration::minutes(SECOND_STEP_MINUTES))));
    session.insert(PENDING_KEY, pending).await.map_err(session_failed)
}

/// The sign-in that waits for its second step here, if one does.
pub(crate) async fn pending_step(session: &Session) -> Result<Option<PendingSignIn>, PageError> {
    session.get(PENDING_KEY).await.map_err(session_failed)
}

/// What the database knows this session by; empty before it is kept.
pub(crate) fn key_of(session: &Session) -> String {
    session.id().map_or_else(String::new, |id| session_key(&id.to_string()))
}

/// The browser that asks, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Browser(String);

impl<S: Sync> FromRequestParts<S> for Browser {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        let agent = parts.headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok());
        Ok(Self(browser_words(agent.unwrap_or_default())))
    }
}

impl Browser {
    pub(crate) fn words(&self) -> &str {
        &self.0
    }
}

/// Has the browser forget its session, which ended.
pub(crate) async fn forget_session(session: &Session) -> Result<(), PageError> {
    session.flush().await.map_err(session_failed)
}

/// The address that asks, for throttling: set as an extension by the server where a proxy is trusted, else the
/// connection's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientAddress(pub String);

impl<S: Sync> FromRequestParts<S> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        if let Some(address) = parts.extensions.get::<Self>() {
            return Ok(address.clone());
        }
        let connection = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        Ok(Self(connection.map_or_else(|| "unknown".to_owned(), |peer| peer.0.ip().to_string())))
    }
}
