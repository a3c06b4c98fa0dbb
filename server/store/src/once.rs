//! What a page shows once after a form, while the browser is on its way to that page: a row for each value, so that what
//! two forms of one session leave at the same instant waits side by side.

use crate::column::from_row;
use crate::db::{Store, rows, run, statements};
use crate::error::{Naming, StoreError};
use crate::ids::{OnceId, UnixMillis};
use crate::record::ShownOnce;

statements! {
    Both KEEP = "INSERT INTO shown_once (id, session_id, place, sealed, until_at) VALUES ($1, $2, $3, $4, $5)";
    Both FORGET_LATE = "DELETE FROM shown_once WHERE session_id = $1 AND until_at < $2";
    Both WAITING = "SELECT id, sealed, until_at FROM shown_once \
        WHERE session_id = $1 AND place = $2 AND until_at >= $3 ORDER BY id";
    Both FORGET = "DELETE FROM shown_once WHERE session_id = $1 AND id = $2";
}

from_row! {
    ShownOnce { id, sealed, until = "until_at" }
}

impl Store {
    /// Keeps what the page at `place` is to show a session, in place of all that nobody came for in time.
    pub async fn keep_shown_once(
        &self,
        session: &str,
        place: &str,
        value: &ShownOnce,
        now: UnixMillis,
    ) -> Result<(), StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        run!(link, FORGET_LATE, session, now)?;
        run!(link, KEEP, value.id, session, place, &*value.sealed, value.until).or_missing("session")?;
        writing.commit().await
    }

    /// What waits for a page, oldest first.
    pub async fn waiting_shown_once(
        &self,
        session: &str,
        place: &str,
        now: UnixMillis,
    ) -> Result<Vec<ShownOnce>, StoreError> {
        let mut lease = self.read().await?;
        Ok(rows!(&mut lease.link(), ShownOnce, WAITING, session, place, now)?)
    }

    /// Forgets what was shown.
    pub async fn forget_shown_once(&self, session: &str, shown: &[OnceId]) -> Result<(), StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        for id in shown {
            run!(link, FORGET, session, *id)?;
        }
        writing.commit().await
    }
}
