//! Incidents, and how a check's alerts are set.

use axum::Router;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use http::StatusCode;
use leptos::prelude::*;
use serde::Deserialize;
use service::{CheckId, Error, FieldError, IncidentId, UnixMillis};

use super::checks::{check_page, page as check_again};
use crate::pages::incidents::{Incidents, IncidentsPage};
use crate::web::{
    AppState, CurrentActor, Fields, Frame, PageError, Posted, Refusal, Segments, Tab, see_other,
};

/// Closed incidents on one page.
const PER_PAGE: u32 = 100;

const HOUR: i64 = 3600 * 1000;

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/orgs/{slug}/incidents", get(list))
        .route("/orgs/{slug}/checks/{id}/thresholds", post(thresholds))
        .route("/orgs/{slug}/checks/{id}/snooze", post(snooze))
        .route("/orgs/{slug}/checks/{id}/snooze/end", post(end_snooze))
}

#[derive(Deserialize)]
struct Before {
    before: Option<IncidentId>,
}

async fn list(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Segments(slug): Segments<String>,
    query: Result<Query<Before>, QueryRejection>,
) -> Result<Response, PageError> {
    let (organization, _) = state.service.organization_by_slug(&actor, &slug).await?;
    let before = query.ok().and_then(|Query(query)| query.before);
    let open = match before {
        None => state.service.open_incidents(&actor, organization.id).await?,
        Some(_) => Vec::new(),
    };
    let all = state.service.incidents(&actor, organization.id, before, PER_PAGE).await?;
    let full = u32::try_from(all.len()).is_ok_and(|count| count == PER_PAGE);
    let at = format!("/orgs/{slug}");
    let earlier = all.last().filter(|_| full).map(|last| format!("{at}/incidents?before={}", last.id));
    let closed = all.into_iter().filter(|incident| !incident.is_open()).collect();
    let watched = !state.service.checks_at_a_glance(&actor, organization.id).await?.is_empty();
    let incidents = Incidents { at, open, closed, earlier, watched, now: UnixMillis::now() };
    let frame = Frame::of(&state, &actor, &organization, Tab::Incidents, "incidents");
    Ok(frame.respond(StatusCode::OK, || view! { <IncidentsPage incidents/> }.into_any()))
}

async fn thresholds(
    State(state): State<AppState>,
    Segments((slug, id)): Segments<(String, CheckId)>,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    check_page(&state, &actor, &slug, id).await?;
    let done = match (count(&fields, "open_after"), count(&fields, "close_after")) {
        (Ok(open), Ok(close)) => state.service.set_thresholds(&actor, id, open, close).await,
        (open, close) => Err(Error::Invalid([open.err(), close.err()].into_iter().flatten().collect())),
    };
    match done {
        Ok(()) => Ok(see_other(&format!("/orgs/{slug}/checks/{id}#incidents"))),
        Err(error) => check_again(&state, &actor, &slug, id, fields, Some(Refusal::of(error)?)).await,
    }
}

/// A whole number; nothing where the field is empty.
fn count(fields: &Fields, name: &str) -> Result<Option<u32>, FieldError> {
    match fields.trimmed(name) {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| FieldError::new(name, "Choose a number from 1 to 20.")),
    }
}

async fn snooze(
    State(state): State<AppState>,
    Segments((slug, id)): Segments<(String, CheckId)>,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    check_page(&state, &actor, &slug, id).await?;
    let hours: i64 =
        fields.trimmed("until").parse().ok().filter(|hours| (1..=720).contains(hours)).unwrap_or(0);
    let until = UnixMillis(UnixMillis::now().0 + hours * HOUR);
    match state.service.snooze(&actor, id, until, fields.get("snooze-reason")).await {
        Ok(()) => Ok(see_other(&format!("/orgs/{slug}/checks/{id}#incidents"))),
        Err(error) => {
            let refusal = Refusal::of(own_names(error))?;
            check_again(&state, &actor, &slug, id, fields, Some(refusal)).await
        }
    }
}

/// The page has another field of the name `reason`.
fn own_names(error: Error) -> Error {
    let Error::Invalid(mut errors) = error else { return error };
    for error in errors.iter_mut().filter(|error| error.field == "reason") {
        "snooze-reason".clone_into(&mut error.field);
    }
    Error::Invalid(errors)
}

async fn end_snooze(
    State(state): State<AppState>,
    Segments((slug, id)): Segments<(String, CheckId)>,
    Posted { actor, fields: _ }: Posted,
) -> Result<Response, PageError> {
    check_page(&state, &actor, &slug, id).await?;
    state.service.end_snooze(&actor, id).await?;
    Ok(see_other(&format!("/orgs/{slug}/checks/{id}#incidents")))
}
