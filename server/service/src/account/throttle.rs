//! Failed guesses of a password or a code: by what they are counted, and when whoever guesses has to wait.

use jiff::SignedDuration;
use store::{UnixMillis, UserId};

use crate::{Error, Service};

/// How long a failure counts.
const WINDOW: SignedDuration = SignedDuration::from_mins(15);
/// Failures in the window after which an address, or an open session's account, has to wait; and a client.
const MOST_FOR_ONE: u32 = 10;
const MOST_FOR_A_CLIENT: u32 = 50;

/// What failures are counted by.
pub(super) struct Counted {
    key: String,
    most: u32,
}

impl Counted {
    /// By the address that somebody signs in with. It has to look like one: what else is typed may be of any length,
    /// and PostgreSQL's index takes no key above 2,704 bytes.
    pub(super) fn email(email: &str) -> Self {
        Self { key: format!("email:{email}"), most: MOST_FOR_ONE }
    }

    /// By where it comes from.
    pub(super) fn client(client: &str) -> Self {
        Self { key: format!("client:{client}"), most: MOST_FOR_A_CLIENT }
    }

    /// By the account whose open session asks. Apart from its address, so that failures at the door keep nobody inside
    /// from changing the password.
    pub(super) fn account(user: UserId) -> Self {
        Self { key: format!("account:{user}"), most: MOST_FOR_ONE }
    }

    /// By the account whose second factor is asked for, at the door and inside. A right password alone forgets nothing of it.
    pub(super) fn second_factor(user: UserId) -> Self {
        Self { key: format!("second-factor:{user}"), most: MOST_FOR_ONE }
    }
}

impl Service {
    /// [`Error::Throttled`] where one of them failed too often.
    pub(super) async fn refuse_guessing(&self, counted: &[Counted]) -> Result<(), Error> {
        let window = i64::try_from(WINDOW.as_millis()).expect("15 minutes fit");
        let since = UnixMillis(UnixMillis::now().0 - window);
        for Counted { key, most } in counted {
            if self.store().sign_in_failures(key, since).await? >= *most {
                let wait = u64::try_from(WINDOW.as_secs()).expect("15 minutes fit");
                return Err(Error::Throttled { retry_after_seconds: wait });
            }
        }
        Ok(())
    }

    /// Notes that a guess was wrong.
    pub(super) async fn count_guess(&self, counted: &[Counted]) -> Result<(), Error> {
        for Counted { key, .. } in counted {
            self.store().record_sign_in_failure(key, UnixMillis::now()).await?;
        }
        Ok(())
    }

    /// Forgets the failures, after a right password or code.
    pub(super) async fn forget_guesses(&self, counted: &Counted) -> Result<(), Error> {
        Ok(self.store().clear_sign_in_failures(&counted.key).await?)
    }
}
