//! Where somebody is signed in: the web sessions of an account, and ending them.

use serde_json::{Value, json};
use store::UnixMillis;
use store::record::Session;

use crate::service::{audit, hash_of};
use crate::{Actor, Error, Service};

/// Days after its last use at which a session ends.
pub const SESSION_DAYS: i64 = 14;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// The session's key for [`browser_words`], kept when it begins.
pub const BROWSER_KEY: &str = "browser";

/// What the database knows a session by: the SHA-256 of the cookie's value, in hexadecimal. Whoever reads the database
/// can open no session.
pub fn session_key(cookie: &str) -> String {
    hash_of(cookie)
}

/// Whoever opened a session that has not ended.
#[derive(Debug, Clone)]
pub struct Visitor {
    pub actor: Actor,
    /// The session was last written a day ago or more: write it again, or it ends while it is in use.
    pub renew: bool,
}

/// One place where an account is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// The session's key: it opens nothing.
    pub key: String,
    /// `Firefox on Linux`; empty where the browser said nothing of itself.
    pub browser: String,
    pub since: UnixMillis,
    /// To the day: that a session is in use is written down once a day.
    pub last_used: UnixMillis,
    /// The session that asks.
    pub current: bool,
}

impl Service {
    /// Who is signed in with the session of this key, in one read; `None` when it or the account is gone.
    pub async fn visitor(&self, key: &str) -> Result<Option<Visitor>, Error> {
        let now = UnixMillis::now();
        let Some((session, Some(user))) = self.store().session_user(key, now).await? else { return Ok(None) };
        Ok(Some(Visitor { actor: Actor::from(user), renew: is_renewed(session.expires_at, now) }))
    }

    /// Where the actor is signed in, newest first. `current` is the key of the session that asks.
    pub async fn sessions(&self, actor: &Actor, current: &str) -> Result<Vec<SignedIn>, Error> {
        let now = UnixMillis::now();
        let kept = self.store().sessions_of(actor.user()).await?;
        let alive = kept.into_iter().filter(|session| session.expires_at > now);
        Ok(alive.map(|session| signed_in(session, current)).collect())
    }

    /// Signs the actor out at the session that asks, `current`. A session that ended meanwhile is as good as signed out.
    pub async fn sign_out(&self, actor: &Actor, current: &str) -> Result<(), Error> {
        let entry = audit(Some(actor), "account.signed_out", actor.user(), json!({ "email": actor.email() }));
        self.store().delete_session_of(actor.user(), current, entry).await?;
        Ok(())
    }

    /// Signs the actor out at one place.
    pub async fn end_session(&self, actor: &Actor, key: &str) -> Result<(), Error> {
        let entry = audit(Some(actor), "session.ended", actor.user(), json!({}));
        if self.store().delete_session_of(actor.user(), key, entry).await? {
            Ok(())
        } else {
            Err(Error::NotFound("The session"))
        }
    }

    /// Signs the actor out everywhere but at the session `current`; at how many places.
    pub async fn end_other_sessions(&self, actor: &Actor, current: &str) -> Result<u64, Error> {
        let entry = audit(Some(actor), "session.others_ended", actor.user(), json!({}));
        Ok(self.store().delete_sessions_of(actor.user(), Some(current), entry).await?)
    }
}

fn is_renewed(expires_at: UnixMillis, now: UnixMillis) -> bool {
    expires_at.0 - now.0 < (SESSION_DAYS - 1) * DAY_MS
}

fn signed_in(session: Session, current: &str) -> SignedIn {
    let data: Value = serde_json::from_str(&session.data).unwrap_or_default();
    SignedIn {
        current: session.id == current,
        browser: data[BROWSER_KEY].as_str().unwrap_or_default().to_owned(),
        since: session.created_at,
        last_used: session.created_at.max(UnixMillis(session.expires_at.0 - SESSION_DAYS * DAY_MS)),
        key: session.id,
    }
}

/// A browser's `User-Agent` in words that its owner knows it by: `Firefox on Linux`. Nothing else of it is kept.
pub fn browser_words(user_agent: &str) -> String {
    // The order matters: most browsers also claim to be others.
    let named = |names: &[(&str, &'static str)]| {
        names.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, name)| *name)
    };
    let browser = named(&[
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("CriOS/", "Chrome"),
        ("FxiOS/", "Firefox"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ]);
    let system = named(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Macintosh", "macOS"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(browser), None) => browser.to_owned(),
        (None, Some(system)) => format!("A browser on {system}"),
        (None, None) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_named_as_its_owner_knows_it() {
        let chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36";
        assert_eq!(browser_words(chrome), "Chrome on Linux");
        assert_eq!(browser_words(&format!("{chrome} Edg/142.0")), "Edge on Linux");
        let firefox = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0";
        assert_eq!(browser_words(firefox), "Firefox on Windows");
        let phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Version/18.0 Safari/604.1";
        assert_eq!(browser_words(phone), "Safari on iPhone");
        assert_eq!(browser_words("curl/8.1"), "curl");
        assert_eq!(browser_words(""), "");
    }

    #[test]
    fn a_session_in_use_is_written_once_a_day() {
        let now = UnixMillis(1_000_000);
        let left = |ms: i64| UnixMillis(now.0 + ms);
        assert!(!is_renewed(left(SESSION_DAYS * DAY_MS), now));
        assert!(!is_renewed(left((SESSION_DAYS - 1) * DAY_MS), now));
        assert!(is_renewed(left((SESSION_DAYS - 1) * DAY_MS - 1), now));
    }

    #[test]
    fn a_session_in_use_says_when_and_whether_it_is_the_one_that_asks() {
        let session = Session {
            id: "here".to_owned(),
            user: None,
            data: r#"{"browser":"Firefox on Linux"}"#.to_owned(),
            created_at: UnixMillis(0),
            expires_at: UnixMillis(17 * DAY_MS),
        };
        let seen = signed_in(session.clone(), "here");
        assert_eq!(
            (seen.browser.as_str(), seen.last_used, seen.current),
            ("Firefox on Linux", UnixMillis(3 * DAY_MS), true)
        );
        assert!(!signed_in(session, "elsewhere").current);
    }
}
