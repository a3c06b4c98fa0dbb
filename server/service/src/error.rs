//! Why a use case did not do what was asked, in words that may be shown.

use domain::check::Fault;
use thiserror::Error;

/// What is wrong with one field of the input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The field's name on the wire and in the form, for example `email` or `parameters.base_url`.
    pub field: String,
    /// A sentence that names the problem and the fix.
    pub problem: String,
    /// The line of a file that was sent, from 1; `None` where the input is no file.
    pub line: Option<usize>,
    pub fault: Fault,
}

impl FieldError {
    pub fn new(field: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { field: field.into(), problem: problem.into(), line: None, fault: Fault::Unfit }
    }

    /// The same at a line of a file.
    #[must_use]
    pub fn at_line(self, line: usize) -> Self {
        Self { line: Some(line), ..self }
    }
}

impl From<store::files::FilesError> for Error {
    fn from(cause: store::files::FilesError) -> Self {
        Self::internal(cause)
    }
}

/// When to ask again where the database did not answer.
pub const DATABASE_RETRY_SECONDS: u64 = 30;

/// Nothing was changed, and this is why.
#[derive(Debug, Error)]
pub enum Error {
    /// It does not exist, or not for this actor.
    #[error("{0} was not found")]
    NotFound(&'static str),
    /// The actor belongs to the organization, but the role does not allow it.
    #[error("{0}")]
    Forbidden(String),
    /// Nobody is signed in, or the password or token is wrong.
    #[error("{0}")]
    Unauthenticated(String),
    #[error("{}", .0.first().map_or("The input is not valid.", |first| first.problem.as_str()))]
    Invalid(Vec<FieldError>),
    /// Somebody answered in between; the answer on file comes along.
    #[error("Somebody else answered in the meantime.")]
    Stale(Box<Option<store::record::Answer>>),
    /// The state does not allow it, for example an answer to a submitted assessment.
    #[error("{0}")]
    Conflict(String),
    /// Too many attempts.
    #[error("Too many attempts. Try again in {}.", waiting(*.retry_after_seconds))]
    Throttled { retry_after_seconds: u64 },
    /// As much of it is under way as may be at a time.
    #[error("{problem}")]
    Busy { problem: String, retry_after_seconds: u64 },
    /// The database does not answer, or not in time. Logged once with its cause.
    #[error(
        "The database does not answer at the moment. Try again in a minute, and see first whether what you sent is there."
    )]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Logged once with its cause, and never shown raw.
    #[error("Something went wrong on our side. Nothing was changed.")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    pub fn invalid(field: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError::new(field, problem)])
    }

    /// The cause of what is nobody's mistake and ours to mend: for the log, never for a reader.
    pub fn own_fault(&self) -> Option<&(dyn std::error::Error + Send + Sync + 'static)> {
        match self {
            Self::Internal(cause) | Self::Unavailable(cause) => Some(&**cause),
            _ => None,
        }
    }

    /// When to ask again, where the same may work then.
    pub fn retry_after_seconds(&self) -> Option<u64> {
        match self {
            Self::Throttled { retry_after_seconds } | Self::Busy { retry_after_seconds, .. } => {
                Some(*retry_after_seconds)
            }
            Self::Unavailable(_) => Some(DATABASE_RETRY_SECONDS),
            _ => None,
        }
    }

    pub(crate) fn internal(cause: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Internal(Box::new(cause))
    }
}

/// `1 minute`, `15 minutes`, `24 hours`: seconds, rounded up.
fn waiting(seconds: u64) -> String {
    match seconds.div_ceil(60) {
        0 | 1 => "1 minute".to_owned(),
        minutes @ 2..120 => format!("{minutes} minutes"),
        minutes => format!("{} hours", minutes.div_ceil(60)),
    }
}

impl From<store::StoreError> for Error {
    fn from(cause: store::StoreError) -> Self {
        match cause {
            store::StoreError::Locked(state) => Self::Conflict(crate::review::not_in(state).to_owned()),
            passing if passing.is_passing() => Self::Unavailable(Box::new(passing)),
            other => Self::internal(other),
        }
    }
}

/// An error with all its causes, for the log.
pub fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

/// Says in a case's own words that there are as many as may be.
pub(crate) trait OrFull<T> {
    fn or_full(self, said: impl FnOnce() -> Error) -> Result<T, Error>;
}

impl<T> OrFull<T> for Result<T, store::StoreError> {
    fn or_full(self, said: impl FnOnce() -> Error) -> Result<T, Error> {
        self.map_err(|cause| match cause {
            store::StoreError::Full => said(),
            other => other.into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Error;

    #[test]
    fn a_wait_is_said_as_people_say_it() {
        for (retry_after_seconds, words) in [
            (1, "in 1 minute."),
            (60, "in 1 minute."),
            (61, "in 2 minutes."),
            (7_140, "in 119 minutes."),
            (7_141, "in 2 hours."),
            (24 * 3600, "in 24 hours."),
        ] {
            let said = Error::Throttled { retry_after_seconds }.to_string();
            assert!(said.ends_with(words), "{said}");
        }
    }
}
