//! The second factor of an account: setting it up, its recovery codes, turning it off, and what proves it.
//!
//! **Invariants.** It is on only after a right code. The secret is sealed at rest and shown only while it is being set up;
//! recovery codes are shown once and kept as hashes. A code is good once. Tokens of the API do without it.

use serde_json::json;
use store::record::{Audit, Proof, SecondFactor};
use store::{UnixMillis, UserId};
use tokio::sync::SemaphorePermit;

use super::throttle::Counted;
use super::totp::{RECOVERY_CODES, TotpSecret, Typed, recovery_code};
use crate::seals::{AT_ONCE, Tally};
use crate::service::{audit, hash_of};
use crate::{Actor, Error, Service};

pub(super) const NOT_RIGHT: &str = "This code is not right. Type the one that the authenticator shows now, or a recovery code that was not used yet.";

/// A proof that password and code were asked for. As long as it lives, it has one of the turns to guess.
struct Asked<'a> {
    proof: Proof,
    _turn: SemaphorePermit<'a>,
}

/// How the second factor of an account stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecondFactorState {
    Off,
    /// It is on once a code of this secret was typed.
    Begun(TotpSecret),
    On {
        since: UnixMillis,
        /// Recovery codes that were not used yet, of [`RECOVERY_CODES`](Self::RECOVERY_CODES).
        codes_left: u32,
    },
}

impl SecondFactorState {
    /// How many are made at a time.
    pub const RECOVERY_CODES: usize = RECOVERY_CODES;
}

impl Service {
    /// How the actor's second factor stands.
    pub async fn second_factor(&self, actor: &Actor) -> Result<SecondFactorState, Error> {
        let Some(factor) = self.store().second_factor(actor.user()).await? else {
            return Ok(SecondFactorState::Off);
        };
        if let Some(since) = factor.since {
            return Ok(SecondFactorState::On { since, codes_left: factor.codes_left });
        }
        Ok(match self.opened_second_factor(&factor) {
            Ok(secret) => SecondFactorState::Begun(secret),
            Err(error) => {
                tracing::warn!(user = %factor.user, ?error, "no key opens a second factor that was being set up");
                SecondFactorState::Off
            }
        })
    }

    /// Begins to set one up, with a new secret.
    pub async fn begin_second_factor(&self, actor: &Actor) -> Result<(), Error> {
        let sealed = self.secret_keys().seal(&TotpSecret::random().base32(), &place(actor.user()));
        let entry = of_actor(actor, "second_factor.begun");
        if self.store().begin_second_factor(actor.user(), &sealed, entry).await? {
            Ok(())
        } else {
            Err(Error::Conflict("Your second factor is on already. Turn it off first.".to_owned()))
        }
    }

    /// Forgets the one that is being set up; none is as good.
    pub async fn abandon_second_factor(&self, actor: &Actor) -> Result<(), Error> {
        let entry = of_actor(actor, "second_factor.abandoned");
        self.store().abandon_second_factor(actor.user(), entry).await?;
        Ok(())
    }

    /// Turns on the one that is being set up, for a code of its secret. The recovery codes are shown this once. Nothing is
    /// throttled: whoever may try sees the secret.
    pub async fn turn_on_second_factor(&self, actor: &Actor, code: &str) -> Result<Vec<String>, Error> {
        let changed =
            || Error::Conflict("This was changed meanwhile. Look at the settings again.".to_owned());
        let factor = self.store().second_factor(actor.user()).await?;
        let factor = factor.filter(|factor| factor.since.is_none()).ok_or_else(changed)?;
        let step = match Typed::read(code) {
            Some(Typed::Code(code)) => self.opened_second_factor(&factor)?.step_of(&code, UnixMillis::now()),
            _ => None,
        };
        let step = step.ok_or_else(|| {
            Error::invalid(
                "second-code",
                "This code is not right. Type the six digits that the authenticator shows now; where they never fit, set \
                 its clock.",
            )
        })?;
        let (codes, hashes) = new_codes();
        let entry = of_actor(actor, "second_factor.turned_on");
        if self.store().turn_on_second_factor(actor.user(), &factor.secret, step, &hashes, entry).await? {
            Ok(codes)
        } else {
            Err(changed())
        }
    }

    /// New recovery codes in place of what is left of the old ones, for password and code. They are shown this once.
    pub async fn renew_recovery_codes(
        &self,
        actor: &Actor,
        password: &str,
        code: &str,
    ) -> Result<Vec<String>, Error> {
        let asked = self.ask(actor, password, code).await?;
        let (codes, hashes) = new_codes();
        let entry = of_actor(actor, "second_factor.codes_renewed");
        let done = self.store().renew_recovery_codes(actor.user(), &asked.proof, &hashes, entry).await?;
        self.settle_proof(actor, &asked, done).await?;
        Ok(codes)
    }

    /// Turns it off, for password and code.
    pub async fn turn_off_second_factor(
        &self,
        actor: &Actor,
        password: &str,
        code: &str,
    ) -> Result<(), Error> {
        let asked = self.ask(actor, password, code).await?;
        let entry = of_actor(actor, "second_factor.turned_off");
        let done = self.store().turn_off_second_factor(actor.user(), &asked.proof, entry).await?;
        self.settle_proof(actor, &asked, done).await
    }

    /// Removes it from the command line, for somebody who has lost authenticator and recovery codes; the operator's hold
    /// on the machine is the authority.
    pub async fn reset_second_factor_as_operator(&self, email: &str) -> Result<Actor, Error> {
        let user = self.store().user_by_email(&email.trim().to_lowercase()).await?;
        let user = user.ok_or_else(|| Error::invalid("email", "No account has this e-mail."))?;
        let entry = audit(None, "second_factor.reset", user.id, json!({ "email": user.email }));
        if self.store().reset_second_factor(user.id, entry).await? {
            Ok(user.into())
        } else {
            Err(Error::Conflict("This account has no second factor.".to_owned()))
        }
    }

    /// What an open session has to show for what weakens the second factor: the password, and a code. Guessing is throttled
    /// as at the door, the two apart: whoever knows the password could otherwise have failures of the code forgotten by
    /// changing it.
    async fn ask(&self, actor: &Actor, password: &str, code: &str) -> Result<Asked<'_>, Error> {
        let counted = [Counted::account(actor.user()), Counted::second_factor(actor.user())];
        let turn = self.passwords().turn().await;
        self.refuse_guessing(&counted).await?;
        let user = self.store().user(actor.user()).await?.ok_or(Error::NotFound("The account"))?;
        if !self.passwords().verify(password.to_owned(), Some(user.password_hash)).await? {
            self.count_guess(&counted[..1]).await?;
            return Err(Error::invalid("second-password", "This is not your current password."));
        }
        self.forget_guesses(&counted[0]).await?;
        let factor = self.store().second_factor(actor.user()).await?.filter(is_on);
        let factor = factor.ok_or_else(|| {
            Error::Conflict(
                "Your account has no second factor that is on. Look at the settings again.".to_owned(),
            )
        })?;
        let Some(proof) = self.proof(&factor, code)? else {
            self.count_guess(&counted[1..]).await?;
            return Err(Error::invalid("second-code", NOT_RIGHT));
        };
        Ok(Asked { proof, _turn: turn })
    }

    /// After the proof was spent, or was not good any more.
    async fn settle_proof(&self, actor: &Actor, asked: &Asked<'_>, spent: bool) -> Result<(), Error> {
        let counted = Counted::second_factor(actor.user());
        if spent {
            return self.forget_guesses(&counted).await;
        }
        self.count_guess(&[counted]).await?;
        Err(Error::invalid("second-code", spent_before(&asked.proof)))
    }

    /// What a typed code proves, as long as nobody spent it; `None` where it is not right.
    pub(super) fn proof(&self, factor: &SecondFactor, code: &str) -> Result<Option<Proof>, Error> {
        Ok(match Typed::read(code) {
            None => None,
            Some(Typed::Recovery(code)) => Some(Proof::RecoveryCode { hash: hash_of(&code) }),
            Some(Typed::Code(code)) => {
                self.opened_second_factor(factor)?.step_of(&code, UnixMillis::now()).map(Proof::Step)
            }
        })
    }

    fn opened_second_factor(&self, factor: &SecondFactor) -> Result<TotpSecret, Error> {
        let opened = self.secret_keys().open(&factor.secret, &place(factor.user)).map_err(Error::internal)?;
        let secret = TotpSecret::from_base32(&opened);
        // What was sealed here is base32, and a seal vouches for what it holds.
        secret.ok_or_else(|| Error::internal(crate::SecretError::NotOpened))
    }

    /// Tries the keys on the secrets of second factors, as [`Service::try_seals`] says.
    pub(crate) async fn try_second_factors(&self) -> Result<Tally, Error> {
        let mut tally = Tally::default();
        let mut after = None;
        loop {
            let factors = self.store().second_factors_after(after, AT_ONCE).await?;
            let Some(last) = factors.last() else { return Ok(tally) };
            after = Some(last.user);
            for SecondFactor { user, secret: sealed, .. } in &factors {
                let Some(anew) = tally.renew(self.secret_keys(), sealed, &place(*user)) else { continue };
                // Somebody who set one up meanwhile sealed with the key in use.
                let done = self.store().replace_second_factor_secret(*user, sealed, &anew).await?;
                tally.resealed += u32::from(done);
            }
            if !tally.goes_on(self.secret_keys()) {
                return Ok(tally);
            }
        }
    }
}

/// Why a proof was not taken.
pub(super) fn spent_before(proof: &Proof) -> &'static str {
    match proof {
        Proof::Step(_) => "This code was used already. Wait until the authenticator shows the next one.",
        // Which recovery codes there were is not kept.
        Proof::RecoveryCode { .. } => NOT_RIGHT,
    }
}

pub(super) fn is_on(factor: &SecondFactor) -> bool {
    factor.since.is_some()
}

/// What a secret is sealed for.
fn place(user: UserId) -> String {
    format!("second-factor/{user}")
}

fn of_actor(actor: &Actor, action: &'static str) -> Audit {
    audit(Some(actor), action, actor.user(), json!({ "email": actor.email() }))
}

/// Recovery codes as people read them, and their hashes.
fn new_codes() -> (Vec<String>, Vec<String>) {
    (0..RECOVERY_CODES)
        .map(|_| {
            let code = recovery_code();
            let hash = hash_of(&code.replace('-', ""));
            (code, hash)
        })
        .unzip()
}
