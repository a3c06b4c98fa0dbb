//! Signing that a failure of a check says nothing against an answer.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use domain::BindingId;
use jiff::tz::TimeZone;
use service::{CheckId, Error, FrameworkId, UnixMillis};

use super::{check_page, page};
use crate::web::{AppState, PageError, Posted, Refusal, Segments, see_other};

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/orgs/{slug}/checks/{id}/override", post(sign))
        .route("/orgs/{slug}/checks/{id}/override/withdraw", post(withdraw))
}

async fn sign(
    State(state): State<AppState>,
    Segments((slug, id)): Segments<(String, CheckId)>,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    check_page(&state, &actor, &slug, id).await?;
    let chosen: Option<(FrameworkId, BindingId)> = fields
        .get("override-binding")
        .split_once('/')
        .and_then(|(framework, binding)| Some((framework.parse().ok()?, BindingId::from(binding))));
    let done = match (chosen, end_of(fields.trimmed("override-until"))) {
        (None, _) => Err(Error::invalid("override-binding", "Choose a failure from the list.")),
        (_, None) => Err(Error::invalid("override-until", "Choose a day within the next 90 days.")),
        (Some((framework, binding)), Some(until)) => {
            let reason = fields.get("override-reason");
            let signed = state.service.override_failure(&actor, id, framework, &binding, reason, until).await;
            signed.map(drop).map_err(own_names)
        }
    };
    match done {
        Ok(()) => Ok(see_other(&format!("/orgs/{slug}/checks/{id}#attest"))),
        Err(error) => page(&state, &actor, &slug, id, fields, Some(Refusal::of(error)?)).await,
    }
}

/// The last second of a day in UTC.
pub(in crate::routes) fn end_of(day: &str) -> Option<UnixMillis> {
    let day: jiff::civil::Date = day.parse().ok()?;
    let end = day.at(23, 59, 59, 0).to_zoned(TimeZone::UTC).ok()?;
    Some(UnixMillis(end.timestamp().as_millisecond()))
}

/// The page has other fields of these names.
fn own_names(error: Error) -> Error {
    let Error::Invalid(mut errors) = error else { return error };
    for error in &mut errors {
        error.field = format!("override-{}", error.field);
    }
    Error::Invalid(errors)
}

async fn withdraw(
    State(state): State<AppState>,
    Segments((slug, id)): Segments<(String, CheckId)>,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    check_page(&state, &actor, &slug, id).await?;
    let attested = fields.get("override").parse().map_err(|_| PageError::not_found())?;
    match state.service.withdraw_override(&actor, attested).await {
        Ok(()) => Ok(see_other(&format!("/orgs/{slug}/checks/{id}#attest"))),
        Err(error) => page(&state, &actor, &slug, id, fields, Some(Refusal::of(error)?)).await,
    }
}
