//! Accounts, their sessions and their tokens.

use crate::ids::{TokenId, UnixMillis, UserId};

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

/// A bearer token of the API; only its hash is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    pub id: TokenId,
    pub user: UserId,
    pub name: String,
    pub created_at: UnixMillis,
    pub last_used_at: Option<UnixMillis>,
}
