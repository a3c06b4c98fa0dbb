//! FHIR R4 below `/fhir/R4`: frameworks as Questionnaire, answers as `QuestionnaireResponse`, and the capability
//! statement that says so.
//!
//! Read only. Frameworks are public, as they are on the screen; an organization's answers take a bearer token like the
//! rest of the API. What goes wrong is an `OperationOutcome` (<https://hl7.org/fhir/R4/operationoutcome.html>).

mod capability;
mod questionnaire;
mod response;

use axum::Router;
use axum::extract::{OriginalUri, Path, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use domain::Framework;
use domain::framework::Criterion;
use serde_json::{Value, json};
use service::{AssessmentId, DATABASE_RETRY_SECONDS, Error, Service};

use crate::api::{Bearer, Problem};

const MEDIA_TYPE: &str = "application/fhir+json; fhirVersion=4.0";

/// The routes below `/fhir/R4`.
pub(crate) fn router(service: Service) -> Router {
    Router::new()
        .route("/metadata", get(metadata))
        .route("/Questionnaire/{id}", get(questionnaire))
        .route("/QuestionnaireResponse/{id}", get(response))
        .fallback(nothing)
        .method_not_allowed_fallback(read_only)
        .with_state(service)
}

/// A resource.
struct Resource(Value);

impl IntoResponse for Resource {
    fn into_response(self) -> Response {
        ([(CONTENT_TYPE, MEDIA_TYPE)], self.0.to_string()).into_response()
    }
}

/// Why there is no resource.
struct Refusal {
    status: StatusCode,
    /// Of <http://hl7.org/fhir/issue-type>.
    code: &'static str,
    text: String,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let outcome = json!({
            "resourceType": "OperationOutcome",
            "issue": [{ "severity": "error", "code": self.code, "diagnostics": self.text }],
        });
        let mut response = (self.status, Resource(outcome)).into_response();
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(RETRY_AFTER, DATABASE_RETRY_SECONDS.into());
        }
        response
    }
}

impl Refusal {
    fn not_found() -> Self {
        let text = "There is no such resource, or it is not yours to read.".to_owned();
        Self { status: StatusCode::NOT_FOUND, code: "not-found", text }
    }

    fn unavailable() -> Self {
        let text = "The database does not answer at the moment. Try again in a minute.".to_owned();
        Self { status: StatusCode::SERVICE_UNAVAILABLE, code: "transient", text }
    }

    fn broken() -> Self {
        let text = "Something went wrong on our side.".to_owned();
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, code: "exception", text }
    }
}

/// Why nobody is known by the request's token; what is our own fault is on the log already.
impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        match problem.status() {
            StatusCode::SERVICE_UNAVAILABLE => Self::unavailable(),
            status if status.is_server_error() => Self::broken(),
            _ => {
                let text = "Send the header `Authorization: Bearer TOKEN`.".to_owned();
                Self { status: StatusCode::UNAUTHORIZED, code: "login", text }
            }
        }
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        match &error {
            Error::NotFound(_) => Self::not_found(),
            Error::Forbidden(text) => {
                Self { status: StatusCode::FORBIDDEN, code: "forbidden", text: text.clone() }
            }
            Error::Unauthenticated(text) => {
                Self { status: StatusCode::UNAUTHORIZED, code: "login", text: text.clone() }
            }
            other => {
                tracing::error!(error = ?other, "a FHIR resource could not be made");
                if matches!(other, Error::Unavailable(_)) { Self::unavailable() } else { Self::broken() }
            }
        }
    }
}

async fn nothing(OriginalUri(uri): OriginalUri) -> Refusal {
    let text = format!("There is nothing at {}; see /fhir/R4/metadata.", uri.path());
    Refusal { status: StatusCode::NOT_FOUND, code: "not-found", text }
}

async fn read_only() -> Refusal {
    let text = "This server only reads: use GET.".to_owned();
    Refusal { status: StatusCode::METHOD_NOT_ALLOWED, code: "not-supported", text }
}

async fn metadata() -> Resource {
    Resource(capability::statement())
}

async fn questionnaire(State(service): State<Service>, Path(id): Path<String>) -> Result<Resource, Refusal> {
    if !is_id(&id) {
        return Err(Refusal::not_found());
    }
    // A code may hold a hyphen, and so may a version: the whole tells which framework is meant.
    let known = service.frameworks().await?;
    let found = known.into_iter().find(|entry| questionnaire::id(&entry.code, &entry.version) == id);
    let found = found.ok_or_else(Refusal::not_found)?;
    let framework = service.framework(&found.code, Some(&found.version)).await?;
    Ok(Resource(questionnaire::questionnaire(&framework)))
}

/// Whether a resource may be called so (<https://hl7.org/fhir/R4/datatypes.html#id>).
fn is_id(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    (1..=64).contains(&text.len()) && text.bytes().all(allowed)
}

async fn response(
    bearer: Result<Bearer, Problem>,
    State(service): State<Service>,
    Path(id): Path<String>,
) -> Result<Resource, Refusal> {
    let Bearer(actor) = bearer?;
    let id: AssessmentId = id.parse().map_err(|_| Refusal::not_found())?;
    let assessed = service.assessed(&actor, id).await?;
    Ok(Resource(response::response(&assessed)))
}

/// The canonical address of a framework's questionnaire, without its version. It stays the same on every installation.
fn canonical(framework: &Framework) -> String {
    format!("urn:rung:framework:{}", framework.code)
}

/// The system of the codes of answers: `0` to `4`, and [`NOT_APPLICABLE`].
const LEVELS: &str = "urn:rung:level";
const NOT_APPLICABLE: &str = "not-applicable";

/// An answer as a Coding, in the same words wherever it stands: renderers look for the option that is equal.
fn coding(framework: &Framework, criterion: &Criterion, code: &str) -> Value {
    let level = code.parse::<usize>().ok();
    let named = level.and_then(|level| Some((framework.levels.get(level)?, criterion.anchors.get(level)?)));
    let display = match named {
        Some((name, anchor)) => format!("{code} {name}: {anchor}"),
        None => "Not applicable".to_owned(),
    };
    json!({ "system": LEVELS, "code": code, "display": display })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_what_fhir_calls_one() {
        for id in ["B7-1.0.0", "a", "0193b0a2-7c11-7000-8000-000000000000", &"x".repeat(64)] {
            assert!(is_id(id), "{id}");
        }
        for id in ["", "B7_1", "B7-1.0.0\0", "Ü", "a b", &"-".repeat(65)] {
            assert!(!is_id(id), "{id}");
        }
    }

    #[test]
    fn a_database_that_does_not_answer_is_no_reason_to_sign_in() {
        let unavailable = || Error::Unavailable(Box::new(std::io::Error::other("connection refused")));
        for refusal in [Refusal::from(unavailable()), Problem::from(unavailable()).into()] {
            assert_eq!((refusal.status, refusal.code), (StatusCode::SERVICE_UNAVAILABLE, "transient"));
            assert_eq!(refusal.into_response().headers().get(RETRY_AFTER).unwrap(), "30");
        }
        let unknown = Problem::new(StatusCode::UNAUTHORIZED, "No such token.");
        assert_eq!(Refusal::from(unknown).code, "login");
    }
}
