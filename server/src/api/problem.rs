//! Why a request was refused, as `application/problem+json` (RFC 9457).

use axum::Json;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::Value;
use service::{Error, FieldError, with_causes};
use utoipa::ToSchema;

use super::answer::Answer;

pub(super) const MEDIA_TYPE: &str = "application/problem+json";

/// Nothing was changed, and this is why.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(example = json!({
    "type": "about:blank",
    "title": "Unprocessable Entity",
    "status": 422,
    "detail": "Give the organization a name.",
    "errors": [{ "pointer": "/name", "detail": "Give the organization a name." }]
}))]
pub(crate) struct Problem {
    /// `about:blank`: the status says what kind of problem it is.
    #[serde(rename = "type")]
    kind: &'static str,
    title: String,
    #[schema(value_type = u16)]
    #[serde(serialize_with = "as_number")]
    status: StatusCode,
    /// A sentence that says what is wrong and what to do.
    detail: String,
    /// One entry for each wrong part of the body.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldProblem>,
    /// What is on file, where `revision` is stale: the answer, null when there is none, or the draft.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Answer>)]
    current: Option<Value>,
    #[serde(skip)]
    retry_after_seconds: Option<u64>,
}

/// What is wrong with one part of the body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct FieldProblem {
    /// A JSON pointer (RFC 6901) into the body that was sent; absent where that was a file.
    #[schema(example = "/profiles/0")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pointer: Option<String>,
    /// The line of the file, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) line: Option<usize>,
    /// The key or column there.
    #[schema(example = "domain[0].weight")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) key: Option<String>,
    pub(crate) detail: String,
}

impl FieldProblem {
    /// At a place in a JSON body.
    pub(crate) fn at(pointer: &str, detail: impl Into<String>) -> Self {
        Self { pointer: Some(pointer.to_owned()), line: None, key: None, detail: detail.into() }
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
fn as_number<S: serde::Serializer>(status: &StatusCode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u16(status.as_u16())
}

impl Problem {
    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    pub(crate) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Problem").to_owned(),
            status,
            detail: detail.into(),
            errors: Vec::new(),
            current: None,
            retry_after_seconds: None,
        }
    }

    /// Something of the body is wrong; `detail` is the first of the errors.
    pub(crate) fn invalid(errors: Vec<FieldProblem>) -> Self {
        let detail =
            errors.first().map_or_else(|| "The input is not valid.".to_owned(), |error| error.detail.clone());
        Self { errors, ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, detail) }
    }

    /// The same with what is on file, where a revision is stale.
    #[must_use]
    pub(crate) fn with_current(self, current: Value) -> Self {
        Self { current: Some(current), ..self }
    }

    /// One part of the body is wrong.
    pub(crate) fn field(pointer: &str, detail: impl Into<String>) -> Self {
        Self::invalid(vec![FieldProblem::at(pointer, detail)])
    }

    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("{what} was not found."))
    }

    /// The cause is on the log.
    pub(crate) fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong on our side. Nothing was changed.")
    }

    /// The same problem with its errors' pointers renamed: a use case's field is not always the wire's.
    #[must_use]
    pub(crate) fn with_pointer(mut self, from: &str, to: &str) -> Self {
        for error in self.errors.iter_mut().filter(|error| error.pointer.as_deref() == Some(from)) {
            error.pointer = Some(to.to_owned());
        }
        self
    }
}

/// Whether an answer is one of these.
pub(super) fn is_problem(response: &Response) -> bool {
    response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind == MEDIA_TYPE)
}

/// `parameters.base_url` as `/parameters/base_url`.
fn pointer_to(field: &str) -> String {
    let steps = field.split('.').map(|step| step.replace('~', "~0").replace('/', "~1"));
    steps.fold(String::new(), |pointer, step| pointer + "/" + &step)
}

impl From<FieldError> for FieldProblem {
    fn from(error: FieldError) -> Self {
        if error.line.is_none() {
            return Self::at(&pointer_to(&error.field), error.problem);
        }
        let key = Some(error.field).filter(|key| !key.is_empty());
        Self { pointer: None, line: error.line, key, detail: error.problem }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let (said, retry_after_seconds) = (error.to_string(), error.retry_after_seconds());
        match error {
            Error::NotFound(what) => Self::not_found(what),
            Error::Forbidden(_) => Self::new(StatusCode::FORBIDDEN, said),
            Error::Unauthenticated(_) => Self::new(StatusCode::UNAUTHORIZED, said),
            Error::Invalid(fields) => Self::invalid(fields.into_iter().map(Into::into).collect()),
            Error::Stale(current) => {
                let current = (*current).map(Answer::from);
                let current = serde_json::to_value(current).expect("texts and whole numbers are JSON");
                Self { current: Some(current), ..Self::new(StatusCode::CONFLICT, said) }
            }
            Error::Conflict(_) => Self::new(StatusCode::CONFLICT, said),
            Error::Throttled { .. } | Error::Busy { .. } => {
                Self { retry_after_seconds, ..Self::new(StatusCode::TOO_MANY_REQUESTS, said) }
            }
            Error::Unavailable(cause) => {
                tracing::error!(cause = %with_causes(&*cause), "an API request failed");
                Self { retry_after_seconds, ..Self::new(StatusCode::SERVICE_UNAVAILABLE, said) }
            }
            Error::Internal(cause) => {
                tracing::error!(cause = %with_causes(&*cause), "an API request failed");
                Self::internal()
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, wait) = (self.status, self.retry_after_seconds);
        let mut response = (status, Json(self)).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(wait) = wait {
            headers.insert(RETRY_AFTER, wait.into());
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_pointed_to_in_the_body() {
        assert_eq!(pointer_to("name"), "/name");
        assert_eq!(pointer_to("parameters.base_url"), "/parameters/base_url");
        assert_eq!(pointer_to("a/b~c"), "/a~1b~0c");
    }

    #[test]
    fn a_stale_save_without_an_answer_on_file_still_names_current() {
        let problem = Problem::from(Error::Stale(Box::new(None)));
        let body = serde_json::to_value(&problem).unwrap();
        assert_eq!(body["status"], 409);
        assert_eq!(body.get("current"), Some(&Value::Null));
    }

    #[test]
    fn an_internal_cause_is_not_shown() {
        let cause = std::io::Error::other("disk /dev/sda is on fire");
        let problem = Problem::from(Error::Internal(Box::new(cause)));
        assert!(!serde_json::to_string(&problem).unwrap().contains("sda"));
    }

    #[test]
    fn a_database_that_does_not_answer_is_asked_again_later() {
        let cause = std::io::Error::other("connection refused by 10.1.2.3");
        let response = Problem::from(Error::Unavailable(Box::new(cause))).into_response();
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers().get(RETRY_AFTER).unwrap(), "30");
    }
}
