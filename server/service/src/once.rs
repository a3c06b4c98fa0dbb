//! What a page shows once: sealed for whoever is to see it, while their browser is on its way to that page.

use crate::{Actor, Service};

impl Service {
    /// Seals what the page at `place` shows the actor once, for the session to hold until it is asked for: whoever reads
    /// the database can open none.
    pub fn seal_once(&self, actor: &Actor, place: &str, text: &str) -> String {
        self.secret_keys().seal(text, &bound(actor, place))
    }

    /// Opens it again; `None` for anybody else, at any other place, or where it was sealed with a key that is gone.
    pub fn open_once(&self, actor: &Actor, place: &str, sealed: &str) -> Option<String> {
        self.secret_keys().open(sealed, &bound(actor, place)).ok()
    }
}

fn bound(actor: &Actor, place: &str) -> String {
    format!("once/{}{place}", actor.user())
}
