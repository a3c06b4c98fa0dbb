//! The second step of signing in, for an account whose second factor is on.
//!
//! **Invariant.** Until it is done nobody is signed in: a right password alone makes no actor.

use serde::{Deserialize, Serialize};
use store::record::User;
use store::{UnixMillis, UserId};

use super::account_audit;
use super::second_factor::{NOT_RIGHT, is_on, spent_before};
use super::throttle::Counted;
use crate::service::hash_of;
use crate::{Actor, Error, Service};

/// Minutes after the right password within which the code has to come.
pub const SECOND_STEP_MINUTES: i64 = 5;

const MINUTE_MS: i64 = 60_000;

/// What a right password leads to.
#[derive(Debug, Clone)]
pub enum Entrance {
    SignedIn(Actor),
    /// The account has a second factor: [`Service::complete_sign_in`] asks for it.
    SecondStep(PendingSignIn),
}

/// A right password that waits for its code. Made by [`Service::sign_in`]; a session keeps it on the server.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PendingSignIn {
    user: UserId,
    /// Of the account's password hash: another password ends the step.
    password: String,
    at: UnixMillis,
}

impl PendingSignIn {
    pub(super) fn of(user: &User) -> Self {
        Self { user: user.id, password: hash_of(&user.password_hash), at: UnixMillis::now() }
    }

    /// Whether it is too late for the code.
    pub fn has_ended(&self, now: UnixMillis) -> bool {
        now.0 - self.at.0 >= SECOND_STEP_MINUTES * MINUTE_MS
    }
}

impl Service {
    /// Signs in with the code of an authenticator or a recovery code. `None` when the step has ended, by time or because
    /// password or second factor changed: the password is asked for again.
    pub async fn complete_sign_in(
        &self,
        pending: &PendingSignIn,
        code: &str,
        client: &str,
    ) -> Result<Option<Actor>, Error> {
        if pending.has_ended(UnixMillis::now()) {
            return Ok(None);
        }
        let counted = [Counted::second_factor(pending.user), Counted::client(client)];
        // Held as for a password: a burst of guesses would be counted too late.
        let _turn = self.passwords().turn().await;
        self.refuse_guessing(&counted).await?;
        let user = self.store().user(pending.user).await?;
        let Some(user) = user.filter(|user| hash_of(&user.password_hash) == pending.password) else {
            return Ok(None);
        };
        let factor = self.store().second_factor(user.id).await?;
        let Some(factor) = factor.filter(is_on) else { return Ok(None) };
        let entry = account_audit(&user, "account.signed_in");
        let words = match self.proof(&factor, code)? {
            None => NOT_RIGHT,
            Some(proof) if !self.store().pass_second_factor(user.id, &proof, entry).await? => {
                spent_before(&proof)
            }
            Some(_) => {
                self.forget_guesses(&counted[0]).await?;
                return Ok(Some(user.into()));
            }
        };
        self.count_guess(&counted).await?;
        Err(Error::Unauthenticated(words.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_has_to_come_within_five_minutes() {
        let pending = PendingSignIn { user: UserId::new(), password: String::new(), at: UnixMillis(1000) };
        assert!(!pending.has_ended(UnixMillis(300_999)));
        assert!(pending.has_ended(UnixMillis(301_000)));
    }
}
