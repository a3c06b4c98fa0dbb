//! Web sessions: who is signed in, where, and until when.

use crate::audit;
use crate::column::from_row;
use crate::db::{Link, Store, row, rows, run, statements};
use crate::error::StoreError;
use crate::ids::{UnixMillis, UserId};
use crate::record::{Audit, Session, User};
use crate::users::user_columns;

macro_rules! session_columns {
    () => {
        "s.id AS session_id, s.user_id AS session_user_id, s.data, s.created_at AS session_created_at, s.expires_at"
    };
}

statements! {
    Both BY_ID = concat!("SELECT ", session_columns!(), " FROM sessions s WHERE s.id = $1 AND s.expires_at > $2");
    Both WITH_USER = concat!(
        "SELECT ", session_columns!(), ", ", user_columns!(),
        " FROM sessions s LEFT JOIN users u ON u.id = s.user_id WHERE s.id = $1 AND s.expires_at > $2"
    );
    Both INSERT = "INSERT INTO sessions (id, user_id, data, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)";
    // One that was ended while a request was under way stays ended.
    Both SAVE = "UPDATE sessions SET user_id = $2, data = $3, expires_at = $4 WHERE id = $1";
    Both DELETE = "DELETE FROM sessions WHERE id = $1";
    Both DELETE_EXPIRED = "DELETE FROM sessions WHERE expires_at <= $1";
    Both OF_USER = concat!(
        "SELECT ", session_columns!(), " FROM sessions s WHERE s.user_id = $1 ORDER BY s.created_at DESC, s.id"
    );
    Both DELETE_ONE_OF_USER = "DELETE FROM sessions WHERE user_id = $1 AND id = $2";
    Both DELETE_OF_USER = "DELETE FROM sessions WHERE user_id = $1 AND id <> $2";
}

from_row! {
    Session {
        id = "session_id", user = "session_user_id", data, created_at = "session_created_at", expires_at,
    }
    Visit { session: flat, user: joined = "user_id" }
}

/// A session with whom it belongs to.
struct Visit {
    session: Session,
    user: Option<User>,
}

/// Ends every session of the account but `except`; how many.
pub(crate) async fn end_all(
    link: &mut Link<'_>,
    user: UserId,
    except: Option<&str>,
) -> Result<u64, StoreError> {
    Ok(run!(link, DELETE_OF_USER, user, except.unwrap_or_default())?)
}

impl Store {
    /// The session, unless it has expired.
    pub async fn session(&self, id: &str, now: UnixMillis) -> Result<Option<Session>, StoreError> {
        let mut lease = self.read().await?;
        Ok(row!(&mut lease.link(), Session, BY_ID, id, now)?)
    }

    /// The session and its account, unless it has expired: one query for every page that is asked for.
    pub async fn session_user(
        &self,
        id: &str,
        now: UnixMillis,
    ) -> Result<Option<(Session, Option<User>)>, StoreError> {
        let mut lease = self.read().await?;
        let visit = row!(&mut lease.link(), Visit, WITH_USER, id, now)?;
        Ok(visit.map(|visit| (visit.session, visit.user)))
    }

    pub async fn create_session(&self, session: Session) -> Result<(), StoreError> {
        let mut writing = self.write().await?;
        run!(
            &mut writing.link(),
            INSERT,
            &*session.id,
            session.user,
            &*session.data,
            session.created_at,
            session.expires_at
        )?;
        writing.commit().await
    }

    /// Writes the session anew, but for the time of its creation; whether it is still there.
    pub async fn save_session(&self, session: Session) -> Result<bool, StoreError> {
        let Session { id, user, data, expires_at, .. } = session;
        let mut writing = self.write().await?;
        let saved = run!(&mut writing.link(), SAVE, &*id, user, &*data, expires_at)?;
        writing.commit().await?;
        Ok(saved > 0)
    }

    pub async fn delete_session(&self, id: &str) -> Result<(), StoreError> {
        let mut writing = self.write().await?;
        run!(&mut writing.link(), DELETE, id)?;
        writing.commit().await
    }

    /// How many there were.
    pub async fn delete_expired_sessions(&self, now: UnixMillis) -> Result<u64, StoreError> {
        let mut writing = self.write().await?;
        let deleted = run!(&mut writing.link(), DELETE_EXPIRED, now)?;
        writing.commit().await?;
        Ok(deleted)
    }

    /// Newest first, expired ones that are not deleted yet included.
    pub async fn sessions_of(&self, user: UserId) -> Result<Vec<Session>, StoreError> {
        let mut lease = self.read().await?;
        Ok(rows!(&mut lease.link(), Session, OF_USER, user)?)
    }

    /// Signs the account out everywhere, but for the session `except`. How many sessions ended.
    pub async fn delete_sessions_of(
        &self,
        user: UserId,
        except: Option<&str>,
        audit: Audit,
    ) -> Result<u64, StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        let deleted = end_all(link, user, except).await?;
        audit::append(link, &audit).await?;
        writing.commit().await?;
        Ok(deleted)
    }

    /// Ends one session of the account; whether it has such a session.
    pub async fn delete_session_of(&self, user: UserId, id: &str, audit: Audit) -> Result<bool, StoreError> {
        let mut writing = self.write().await?;
        let changed = run!(&mut writing.link(), DELETE_ONE_OF_USER, user, id)?;
        audit::commit_change(writing, changed, &audit).await
    }
}
