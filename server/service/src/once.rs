//! What a page shows once, while the browser of whoever is to see it is on its way there. It is sealed: whoever reads the
//! database can open none. What was made while another key sealed, and what nobody came for in time, is not shown.

use store::record::ShownOnce;
use store::{OnceId, StoreError, UnixMillis};

use crate::{Actor, Error, Service};

/// How long it waits: longer than any browser takes to a page.
const WAITS_MS: i64 = 10 * 60 * 1000;

impl Service {
    /// Keeps what the page at `place` shows the actor once, in the session of this key.
    pub async fn keep_once(
        &self,
        actor: &Actor,
        session: &str,
        place: &str,
        text: &str,
    ) -> Result<(), Error> {
        let now = UnixMillis::now();
        let sealed = self.secret_keys().seal(text, &bound(actor, place));
        let value = ShownOnce { id: OnceId::new(), sealed, until: UnixMillis(now.0 + WAITS_MS) };
        match self.store().keep_shown_once(session, place, &value, now).await {
            // A session that ended meanwhile shows nothing any more.
            Err(StoreError::NotFound { .. }) => Ok(()),
            kept => Ok(kept?),
        }
    }

    /// What the page at `place` is to show the actor, oldest first; nothing where it was kept for somebody else.
    pub async fn waiting_once(
        &self,
        actor: &Actor,
        session: &str,
        place: &str,
    ) -> Result<Vec<(OnceId, String)>, Error> {
        let waiting = self.store().waiting_shown_once(session, place, UnixMillis::now()).await?;
        let bound = bound(actor, place);
        let opened = waiting.into_iter().filter_map(|value| {
            let text = self.secret_keys().open(&value.sealed, &bound).ok()?;
            Some((value.id, text))
        });
        Ok(opened.collect())
    }

    /// Forgets what a page has shown.
    pub async fn forget_once(&self, session: &str, shown: &[OnceId]) -> Result<(), Error> {
        Ok(self.store().forget_shown_once(session, shown).await?)
    }
}

fn bound(actor: &Actor, place: &str) -> String {
    format!("once/{}{place}", actor.user())
}
