//! Accounts, their sessions and their tokens.

use crate::ids::{OnceId, TokenId, UnixMillis, UserId};

/// An account. `email` is kept in lower case; two that differ only in letter case are one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    pub id: UserId,
    pub email: String,
    pub name: String,
    /// In PHC string format.
    pub password_hash: String,
    pub admin: bool,
    /// In which instants are shown: a name of the IANA time zone database, `Europe/Berlin`.
    pub time_zone: String,
    pub created_at: UnixMillis,
}

/// A web session. `data` is what `tower-sessions` keeps, as JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// SHA-256 of the cookie's value, in hexadecimal: the database alone opens no session.
    pub id: String,
    pub user: Option<UserId>,
    pub data: String,
    pub created_at: UnixMillis,
    pub expires_at: UnixMillis,
}

/// What a page is to show a session once, sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownOnce {
    pub id: OnceId,
    pub sealed: String,
    /// From then on nobody is shown it any more.
    pub until: UnixMillis,
}

/// A bearer token of the API; only its hash is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    pub id: TokenId,
    pub user: UserId,
    pub name: String,
    pub created_at: UnixMillis,
    pub last_used_at: Option<UnixMillis>,
}

/// What an account shows beside its password.
#[derive(Clone, PartialEq, Eq)]
pub struct SecondFactor {
    pub user: UserId,
    /// Sealed; `service` says how.
    pub secret: String,
    /// When it was turned on; `None` while it is being set up.
    pub since: Option<UnixMillis>,
    /// Recovery codes that were not used yet.
    pub codes_left: u32,
}

/// The secret is not printed.
impl std::fmt::Debug for SecondFactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SecondFactor")
            .field("user", &self.user)
            .field("since", &self.since)
            .field("codes_left", &self.codes_left)
            .finish_non_exhaustive()
    }
}

/// What proves that somebody holds a second factor: good once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// The code of this step of 30 seconds since 1970.
    Step(i64),
    RecoveryCode {
        /// SHA-256 of the code, in hexadecimal.
        hash: String,
    },
}
