//! Accounts: the first one, signing in, passwords, second factors, API tokens.

mod password;
mod second_factor;
mod second_step;
mod session;
mod throttle;
mod token;
mod totp;

use jiff::tz::TimeZone;
use serde_json::json;
use store::record::{Audit, User};
use store::{StoreError, UnixMillis, UserId};

pub use second_factor::SecondFactorState;
pub use second_step::{Entrance, PendingSignIn, SECOND_STEP_MINUTES};
pub use session::{BROWSER_KEY, SESSION_DAYS, SignedIn, Visitor, browser_words, session_key};
pub use token::NewToken;
pub use totp::{TotpSecret, step_at};

use self::second_factor::is_on;
use self::throttle::Counted;
use crate::service::audit;
use crate::{Actor, Error, FieldError, Service};

/// What a new account needs.
pub struct SignUp {
    pub name: String,
    pub email: String,
    pub password: String,
}

impl Service {
    /// Whether nobody has an account yet: the first visitor creates it.
    pub async fn needs_first_account(&self) -> Result<bool, Error> {
        Ok(self.store().user_count().await? == 0)
    }

    /// Creates the first account, which administers the installation. Refused once an account exists.
    pub async fn create_first_account(&self, sign_up: SignUp) -> Result<Actor, Error> {
        if !self.needs_first_account().await? {
            return Err(already_set_up());
        }
        let user = self.prepare_user(sign_up, true).await?;
        let entry = account_audit(&user, "account.created");
        if self.store().create_first_user(user.clone(), entry).await? {
            Ok(user.into())
        } else {
            Err(already_set_up())
        }
    }

    /// Creates an account from the command line, where the operator's hold on the machine is the authority.
    pub async fn create_account_as_operator(&self, sign_up: SignUp, admin: bool) -> Result<Actor, Error> {
        let user = self.prepare_user(sign_up, admin).await?;
        let entry = account_audit(&user, "account.created");
        match self.store().create_user(user.clone(), entry).await {
            Ok(()) => Ok(user.into()),
            Err(StoreError::Duplicate { .. }) => {
                Err(Error::invalid("email", "An account with this e-mail exists already."))
            }
            Err(other) => Err(other.into()),
        }
    }

    /// Checks a password. An unknown address costs the same time as a wrong password, and reads the same; so does what
    /// is no address, which counts against the client alone. Where the account has a second factor, nobody is signed in yet.
    pub async fn sign_in(&self, email: &str, password: &str, client: &str) -> Result<Entrance, Error> {
        let email = Some(email.trim().to_lowercase()).filter(|email| looks_like_email(email));
        let counted: Vec<_> =
            email.as_deref().map(Counted::email).into_iter().chain([Counted::client(client)]).collect();
        let _turn = self.passwords().turn().await;
        self.refuse_guessing(&counted).await?;
        let user = match &email {
            Some(email) => self.store().user_by_email(email).await?,
            None => None,
        };
        let hash = user.as_ref().map(|user| user.password_hash.clone());
        if !self.passwords().verify(password.to_owned(), hash).await? {
            self.count_guess(&counted).await?;
            return Err(Error::Unauthenticated("E-mail and password do not match.".to_owned()));
        }
        let user = user.expect("an unknown user never verifies");
        self.forget_guesses(&Counted::email(&user.email)).await?;
        if self.store().second_factor(user.id).await?.is_some_and(|factor| is_on(&factor)) {
            return Ok(Entrance::SecondStep(PendingSignIn::of(&user)));
        }
        self.store().record_audit(account_audit(&user, "account.signed_in")).await?;
        Ok(Entrance::SignedIn(user.into()))
    }

    /// Changes the actor's own password; the old one must be known. Every session of the account ends with it: the
    /// one that asked has to begin anew. Guessing the old one is throttled as at the door, since the session may be
    /// one that somebody left open.
    pub async fn change_password(&self, actor: &Actor, current: &str, new: &str) -> Result<(), Error> {
        let counted = [Counted::account(actor.user())];
        let turn = self.passwords().turn().await;
        self.refuse_guessing(&counted).await?;
        let user = self.store().user(actor.user()).await?.ok_or(Error::NotFound("The account"))?;
        let hash = Some(user.password_hash.clone());
        if !self.passwords().verify(current.to_owned(), hash).await? {
            self.count_guess(&counted).await?;
            return Err(Error::invalid("current", "This is not your current password."));
        }
        drop(turn);
        self.forget_guesses(&counted[0]).await?;
        password::check_strength("password", new, &[&user.name, &user.email])
            .map_err(|problem| Error::Invalid(vec![problem]))?;
        let hash = self.passwords().hash(new.to_owned()).await?;
        let entry = account_audit(&user, "account.password_changed");
        self.store().set_password(user.id, &hash, entry).await?;
        Ok(())
    }

    /// Gives an account a new password from the command line, for somebody who has forgotten theirs; the operator's hold on
    /// the machine is the authority. Every session of the account ends, and guesses at the old one are forgotten.
    pub async fn reset_password_as_operator(&self, email: &str, new: &str) -> Result<Actor, Error> {
        let user = self.store().user_by_email(&email.trim().to_lowercase()).await?;
        let user = user.ok_or_else(|| Error::invalid("email", "No account has this e-mail."))?;
        password::check_strength("password", new, &[&user.name, &user.email])
            .map_err(|problem| Error::Invalid(vec![problem]))?;
        let hash = self.passwords().hash(new.to_owned()).await?;
        let entry = audit(None, "account.password_reset", user.id, json!({ "email": user.email }));
        self.store().set_password(user.id, &hash, entry).await?;
        self.forget_guesses(&Counted::email(&user.email)).await?;
        Ok(user.into())
    }

    pub(crate) async fn prepare_user(&self, sign_up: SignUp, admin: bool) -> Result<User, Error> {
        let name = sign_up.name.trim().to_owned();
        let email = sign_up.email.trim().to_lowercase();
        let mut problems = Vec::new();
        problems.extend(crate::name::problem("name", &name, "Enter your name.", 120));
        if !looks_like_email(&email) {
            problems.push(FieldError::new("email", "Enter an e-mail address such as name@example.org."));
        }
        problems.extend(password::check_strength("password", &sign_up.password, &[&name, &email]).err());
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        let password_hash = self.passwords().hash(sign_up.password).await?;
        Ok(User {
            id: UserId::new(),
            email,
            name,
            password_hash,
            admin,
            time_zone: "UTC".to_owned(),
            created_at: UnixMillis::now(),
        })
    }

    /// Changes the actor's own name, and the time zone in which instants are shown to them: a name of the IANA time zone
    /// database in any letter case. The actor as they are then.
    pub async fn set_profile(&self, actor: &Actor, name: &str, time_zone: &str) -> Result<Actor, Error> {
        let name = name.trim();
        let zone = TimeZone::get(time_zone.trim()).ok();
        let iana = zone.as_ref().and_then(TimeZone::iana_name).filter(|name| is_a_place(name));
        let mut problems = Vec::from_iter(crate::name::problem("your_name", name, "Enter your name.", 120));
        let (Some(iana), true) = (iana, problems.is_empty()) else {
            if iana.is_none() {
                let wanted = "Choose a time zone of the list, such as Europe/Berlin or UTC.";
                problems.push(FieldError::new("time_zone", wanted));
            }
            return Err(Error::Invalid(problems));
        };
        let mut user = self.store().user(actor.user()).await?.ok_or(Error::NotFound("The account"))?;
        let entry = account_audit(&user, "account.profile_changed");
        self.store().set_profile(user.id, name, iana, entry).await?;
        (user.name, user.time_zone) = (name.to_owned(), iana.to_owned());
        Ok(user.into())
    }
}

/// The names that [`Service::set_profile`] takes, in alphabetical order.
pub fn time_zones() -> Vec<String> {
    let mut names: Vec<_> = jiff::tz::db().available().map(|name| name.to_string()).collect();
    names.retain(|name| is_a_place(name));
    names.sort_unstable();
    names
}

/// Whether a name of the database says where somebody is: some stand for the machine's own zone, or for none.
fn is_a_place(name: &str) -> bool {
    !["Factory", "localtime", "posixrules"].contains(&name)
}

pub(crate) use password::Passwords;

fn already_set_up() -> Error {
    Error::Conflict("This installation has an account already. Sign in, or ask its owner for one.".to_owned())
}

fn account_audit(user: &User, action: &'static str) -> Audit {
    Audit { actor: Some(user.id), ..audit(None, action, user.id, json!({ "email": user.email })) }
}

/// One `@` with something before it and a dotted or local name after it; the rest is the mail server's business.
pub(crate) fn looks_like_email(text: &str) -> bool {
    let plain = text.len() <= 254 && !text.chars().any(|c| c.is_whitespace() || c.is_control());
    plain
        && text.split_once('@').is_some_and(|(local, host)| {
            !local.is_empty()
                && !host.contains('@')
                && !host.starts_with('.')
                && !host.ends_with('.')
                && !host.is_empty()
        })
}

#[cfg(test)]
mod tests {
    use super::{looks_like_email, time_zones};

    #[test]
    fn an_email_needs_a_name_and_a_host() {
        for good in ["a@b", "ana.li@clinic.example"] {
            assert!(looks_like_email(good), "{good}");
        }
        for bad in ["", "a", "@b", "a@", "a@b@c", "a b@c", "a@.c", "a@c."] {
            assert!(!looks_like_email(bad), "{bad}");
        }
    }

    #[test]
    fn the_time_zones_to_choose_from_say_where_somebody_is() {
        let names = time_zones();
        for good in ["Europe/Berlin", "America/New_York", "UTC"] {
            assert!(names.iter().any(|name| name == good), "{good}");
        }
        for bad in ["Factory", "localtime", "posixrules"] {
            assert!(names.iter().all(|name| name != bad), "{bad}");
        }
    }
}
