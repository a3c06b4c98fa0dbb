//! What can go wrong between Rung and its database.

use std::path::PathBuf;

use thiserror::Error;

use crate::record::AssessmentState;

/// Why a read or a write did not happen. Nothing was changed.
#[derive(Debug, Error)]
pub enum StoreError {
    /// A unique value is taken.
    #[error("there is already {what}")]
    Duplicate { what: &'static str },
    /// The record, or one that it refers to, does not exist.
    #[error("there is no such {what}")]
    NotFound { what: &'static str },
    /// There are as many already as may be.
    #[error("there is no room for one more")]
    Full,
    /// The state of the assessment does not allow the write.
    #[error("the assessment does not take this in its state")]
    Locked(AssessmentState),
    /// Others held the database for too long.
    #[error("the database is busy; try again in a moment")]
    Busy,
    #[error(
        "the database was written by a newer version of Rung (schema {applied}); run that version or restore a backup"
    )]
    NewerSchema { applied: i64 },
    #[error("the database address {url:?} is not understood: {reason}; write sqlite://FILE or postgres://…")]
    Address { url: String, reason: String },
    #[error("another Rung already serves {}; SQLite allows one node: stop it, or use PostgreSQL", path.display())]
    SecondNode { path: PathBuf },
    #[error("{}: {source}", path.display())]
    File { path: PathBuf, source: std::io::Error },
    /// A column holds what this version of Rung does not understand.
    #[error("the database holds an unreadable {what}: {reason}")]
    Unreadable { what: &'static str, reason: String },
    #[error("the schema could not be brought up to date: {0}")]
    Migration(sqlx::migrate::MigrateError),
    #[error("the database failed: {0}")]
    Database(sqlx::Error),
}

impl StoreError {
    /// The database did not answer, or not in time: the same may work in a while.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Busy => true,
            Self::Database(cause) => is_out_of_reach(cause),
            _ => false,
        }
    }
}

/// The connection failed, or PostgreSQL takes none for now: it starts, stops, or is short of something (classes 08, 53 and
/// 57P of its error codes, <https://www.postgresql.org/docs/current/errcodes-appendix.html>).
fn is_out_of_reach(cause: &sqlx::Error) -> bool {
    match cause {
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => {
            true
        }
        sqlx::Error::Database(cause) => cause.code().is_some_and(|code| {
            // SQLite's are numbers.
            code.len() == 5 && ["08", "53", "57P"].iter().any(|class| code.starts_with(class))
        }),
        _ => false,
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::error::ErrorKind;
        match &error {
            sqlx::Error::PoolTimedOut => Self::Busy,
            sqlx::Error::Database(cause) => match cause.kind() {
                ErrorKind::UniqueViolation => Self::Duplicate { what: "such a record" },
                ErrorKind::ForeignKeyViolation | ErrorKind::NotNullViolation => {
                    Self::NotFound { what: "record as this one refers to" }
                }
                _ if is_busy(cause.as_ref()) => Self::Busy,
                _ => Self::Database(error),
            },
            _ => Self::Database(error),
        }
    }
}

/// SQLite's BUSY and LOCKED in their extended forms; PostgreSQL's serialization failure and deadlock.
fn is_busy(cause: &dyn sqlx::error::DatabaseError) -> bool {
    let code = cause.code();
    matches!(code.as_deref(), Some("5" | "6" | "261" | "262" | "517" | "518" | "773" | "40001" | "40P01"))
}

impl From<sqlx::migrate::MigrateError> for StoreError {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        match error {
            sqlx::migrate::MigrateError::VersionMissing(applied) => Self::NewerSchema { applied },
            other => Self::Migration(other),
        }
    }
}

/// Names what a violated constraint was about.
pub(crate) trait Naming<T> {
    /// Says what is taken already when a unique value is.
    fn or_duplicate(self, what: &'static str) -> Result<T, StoreError>;
    /// Says what is missing when a record that this one refers to is.
    fn or_missing(self, what: &'static str) -> Result<T, StoreError>;
}

impl<T, E: Into<StoreError>> Naming<T> for Result<T, E> {
    fn or_duplicate(self, what: &'static str) -> Result<T, StoreError> {
        self.map_err(|error| match error.into() {
            StoreError::Duplicate { .. } => StoreError::Duplicate { what },
            other => other,
        })
    }

    fn or_missing(self, what: &'static str) -> Result<T, StoreError> {
        self.map_err(|error| match error.into() {
            StoreError::NotFound { .. } => StoreError::NotFound { what },
            other => other,
        })
    }
}
