//! Why a page is not shown. Handlers return it with `?`; [`draw_errors`](super::draw_errors) draws it.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use service::{DATABASE_RETRY_SECONDS, Error, with_causes};

use super::form::Fields;
use super::path::see_other;

/// What an error page says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub status: StatusCode,
    pub heading: String,
    /// What to do.
    pub text: String,
    /// The address of the page with the form that goes here.
    pub form: Option<String>,
    /// After how many seconds the same may work.
    pub retry_after: Option<u64>,
}

/// Why a request got no page of its own.
#[derive(Debug, Clone)]
pub enum PageError {
    /// To another page of this site.
    Elsewhere(String),
    /// A form came without a session: sign in, then it is posted again to `target`.
    SignIn { target: String, fields: Fields },
    /// An error page.
    Problem(Problem),
}

impl PageError {
    pub fn problem(status: StatusCode, heading: impl Into<String>, text: impl Into<String>) -> Self {
        let retry_after = (status == StatusCode::SERVICE_UNAVAILABLE).then_some(DATABASE_RETRY_SECONDS);
        Self::Problem(Problem { status, heading: heading.into(), text: text.into(), form: None, retry_after })
    }

    /// No such page, or not for this person: the two look alike.
    pub fn not_found() -> Self {
        Self::problem(
            StatusCode::NOT_FOUND,
            "This page does not exist, or is not yours to see",
            "The address may be old, or the thing may belong to an organization that you are not a member of.",
        )
    }

    /// The address exists, for another method. `form` is the page with the form that is sent there.
    pub fn method_not_allowed(form: Option<String>) -> Self {
        let text = match form {
            Some(_) => {
                "Opened by itself it shows nothing, and nothing was changed. The form is on a page of its own."
            }
            None => "Go back, reload the page with the form and send it again.",
        };
        Self::Problem(Problem {
            status: StatusCode::METHOD_NOT_ALLOWED,
            heading: "This address only takes a form".to_owned(),
            text: text.to_owned(),
            form,
            retry_after: None,
        })
    }

    pub(crate) fn forbidden(text: impl Into<String>) -> Self {
        Self::problem(StatusCode::FORBIDDEN, "You may read this, not change it", text)
    }

    pub(crate) fn conflict(text: impl Into<String>) -> Self {
        Self::problem(StatusCode::CONFLICT, "This cannot be done now", text)
    }

    pub(crate) fn too_large() -> Self {
        Self::problem(
            StatusCode::PAYLOAD_TOO_LARGE,
            "That is more than a form may hold",
            "Nothing was changed. Go back, shorten the text and send the form again.",
        )
    }

    pub(crate) fn too_large_file() -> Self {
        Self::problem(
            StatusCode::PAYLOAD_TOO_LARGE,
            "A file may hold at most 25 MB",
            "Nothing was changed. Go back and choose a smaller file, or give a link to it.",
        )
    }

    pub(crate) fn unreadable(text: impl Into<String>) -> Self {
        Self::problem(StatusCode::UNPROCESSABLE_ENTITY, "This form could not be read", text)
    }

    /// Logs the cause, once.
    pub(super) fn unavailable(cause: impl std::error::Error) -> Self {
        tracing::error!(error = %with_causes(&cause), "a page failed");
        Self::problem(
            StatusCode::SERVICE_UNAVAILABLE,
            "The database does not answer at the moment",
            "Load this page again in a minute. Where you sent a form, that sends it once more: see first, in another tab, whether what you sent is there.",
        )
    }

    /// Logs the cause, once; the page tells nothing of it.
    pub(crate) fn internal(cause: impl std::error::Error) -> Self {
        tracing::error!(error = %with_causes(&cause), "a page failed");
        Self::problem(
            StatusCode::INTERNAL_SERVER_ERROR,
            "Something broke on our side",
            "Nothing was lost. Try again in a moment.",
        )
    }

    pub fn status(&self) -> StatusCode {
        match self {
            Self::Elsewhere(_) => StatusCode::SEE_OTHER,
            Self::SignIn { .. } => StatusCode::UNAUTHORIZED,
            Self::Problem(problem) => problem.status,
        }
    }
}

impl From<Error> for PageError {
    fn from(error: Error) -> Self {
        let retry_after = error.retry_after_seconds();
        let page = match error {
            Error::NotFound(_) => Self::not_found(),
            Error::Forbidden(text) => Self::forbidden(text),
            Error::Unauthenticated(_) => Self::Elsewhere("/sign-in".to_owned()),
            Error::Conflict(text) => Self::conflict(text),
            stale @ Error::Stale(_) => Self::problem(
                StatusCode::CONFLICT,
                "Someone else changed this first",
                format!("{stale} Go back and look at both before you save again."),
            ),
            throttled @ Error::Throttled { .. } => {
                Self::problem(StatusCode::TOO_MANY_REQUESTS, "Too many tries", throttled.to_string())
            }
            Error::Busy { problem, .. } => {
                Self::problem(StatusCode::TOO_MANY_REQUESTS, "This cannot be done now", problem)
            }
            invalid @ Error::Invalid(_) => Self::unreadable(invalid.to_string()),
            unavailable @ Error::Unavailable(_) => Self::unavailable(unavailable),
            internal @ Error::Internal(_) => Self::internal(internal),
        };
        match page {
            Self::Problem(problem) => Self::Problem(Problem { retry_after, ..problem }),
            other => other,
        }
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        if let Self::Elsewhere(path) = self {
            return see_other(&path);
        }
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.status();
        response.extensions_mut().insert(self);
        response
    }
}
