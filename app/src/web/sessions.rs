//! Web sessions: tower-sessions over our own database.
//!
//! The database knows a session by the SHA-256 of its cookie's value, so whoever reads the database can open none. A
//! session ends 14 days after it was last used; that it is used is written down once a day, not with every request.

use std::fmt;

use async_trait::async_trait;
use service::account::{SESSION_DAYS, session_key};
use service::{UnixMillis, UserId, with_causes};
use store::{Store, record};
use time::OffsetDateTime;
use tower_sessions::cookie::SameSite;
use tower_sessions::session::{self, Id, Record};
use tower_sessions::session_store::{Error, Result};
use tower_sessions::{Expiry, Session, SessionManagerLayer, SessionStore};

use super::actor::USER_KEY;
use super::error::PageError;

const COOKIE: &str = "rung";
/// How the words of a failure begin after which the same may work in a while: the library hands on words alone.
const PASSING: &str = "the database does not answer: ";
const LIFE: time::Duration = time::Duration::days(SESSION_DAYS);

/// The layer that gives a request its session, behind a cookie that only https carries where `secure`. It reads nothing
/// until a page asks who is there.
pub fn session_layer(store: Store, secure: bool) -> SessionManagerLayer<Sessions> {
    SessionManagerLayer::new(Sessions(store))
        .with_name(COOKIE)
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_secure(secure)
        .with_path("/")
        .with_expiry(Expiry::OnInactivity(LIFE))
}

/// The sessions in the database.
#[derive(Clone)]
pub struct Sessions(Store);

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sessions")
    }
}

#[async_trait]
impl SessionStore for Sessions {
    async fn create(&self, session: &mut Record) -> Result<()> {
        // 128 random bits do not meet again.
        self.0.create_session(kept(session)?).await.map_err(failed)
    }

    async fn save(&self, session: &Record) -> Result<()> {
        // One that was ended while the request was under way stays ended.
        self.0.save_session(kept(session)?).await.map(drop).map_err(failed)
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let Some(known) = self.0.session(&hashed(id), UnixMillis::now()).await.map_err(failed)? else {
            return Ok(None);
        };
        let data = serde_json::from_str(&known.data).map_err(|error| Error::Decode(error.to_string()))?;
        let seconds = known.expires_at.0.div_euclid(1000);
        let expiry_date =
            OffsetDateTime::from_unix_timestamp(seconds).map_err(|error| Error::Decode(error.to_string()))?;
        Ok(Some(Record { id: *id, data, expiry_date }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        self.0.delete_session(&hashed(id)).await.map_err(failed)
    }
}

fn kept(session: &Record) -> Result<record::Session> {
    let data = serde_json::to_string(&session.data).map_err(|error| Error::Encode(error.to_string()))?;
    let user = session.data.get(USER_KEY).and_then(|user| user.as_str()).and_then(|user| user.parse().ok());
    Ok(record::Session {
        id: hashed(&session.id),
        user: user as Option<UserId>,
        data,
        created_at: UnixMillis::now(),
        expires_at: UnixMillis(millis(session.expiry_date)),
    })
}

fn failed(error: store::StoreError) -> Error {
    let words = with_causes(&error);
    Error::Backend(if error.is_passing() { format!("{PASSING}{words}") } else { words })
}

/// The page that says why a session was neither read nor written.
pub(super) fn session_failed(error: session::Error) -> PageError {
    let passing =
        matches!(&error, session::Error::Store(Error::Backend(words)) if words.starts_with(PASSING));
    if passing { PageError::unavailable(error) } else { PageError::internal(error) }
}

/// Writes a session that was changed. Why that failed, if it did.
pub(super) async fn unkept(session: &Session) -> Option<PageError> {
    if !session.is_modified() || session.is_empty().await {
        return None;
    }
    session.save().await.err().map(session_failed)
}

fn millis(instant: OffsetDateTime) -> i64 {
    i64::try_from(instant.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
}

/// What the database knows a session by.
fn hashed(id: &Id) -> String {
    session_key(&id.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_database_never_sees_the_cookie_itself() {
        let id = Id(1);
        let known = hashed(&id);
        assert_eq!(known.len(), 64);
        assert!(!known.contains(&id.to_string()));
        assert_eq!(known, hashed(&id));
        assert_ne!(known, hashed(&Id(2)));
    }

    #[test]
    fn what_may_pass_is_told_from_what_is_broken() {
        for (cause, status) in [
            (store::StoreError::Busy, http::StatusCode::SERVICE_UNAVAILABLE),
            (store::StoreError::Full, http::StatusCode::INTERNAL_SERVER_ERROR),
        ] {
            assert_eq!(session_failed(session::Error::Store(failed(cause))).status(), status);
        }
    }
}
