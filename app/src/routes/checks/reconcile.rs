//! Reconciling for a check: the page, and what comes out of the files or a warehouse.

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use domain::check::Group;
use domain::reconcile::Aggregate;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use leptos::prelude::*;
use serde_json::Value;
use service::check::{CheckPage, Reconciliation};
use service::{CheckId, Error, FieldError, UnixMillis};

use super::check_page;
use crate::pages::reconcile::{ReconcilePage, ReconcileShown};
use crate::routes::integrations::{in_table, may_operate};
use crate::web::{
    AppState, CurrentActor, Fields, Frame, PageError, Posted, Refusal, Segments, Tab, see_other,
};

const DAY_MS: i64 = 24 * 3600 * 1000;

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/orgs/{slug}/checks/{id}/reconcile", get(form).post(send))
}

async fn form(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Segments((slug, id)): Segments<(String, CheckId)>,
) -> Result<Response, PageError> {
    let found = check_page(&state, &actor, &slug, id).await?;
    page(&state, Frame::new(&state, Some(&actor), title(&found)), found, Fields::default(), None)
}

async fn send(
    State(state): State<AppState>,
    Segments((slug, id)): Segments<(String, CheckId)>,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    let found = check_page(&state, &actor, &slug, id).await?;
    let done = match read(&fields) {
        Ok(report) => state.service.report_reconciliation(&actor, id, report).await.map(drop),
        Err(errors) => Err(Error::Invalid(errors)),
    };
    match done {
        Ok(()) => Ok(see_other(&format!("/orgs/{slug}/checks/{id}"))),
        Err(error) => {
            let refusal = Refusal::of(lines_in_table(error))?;
            page(&state, Frame::new(&state, Some(&actor), title(&found)), found, fields, Some(refusal))
        }
    }
}

/// A problem at a line is one of the table.
fn lines_in_table(error: Error) -> Error {
    let Error::Invalid(problems) = error else { return error };
    let of_table = |problem: FieldError| if problem.line.is_some() { in_table(problem) } else { problem };
    Error::Invalid(problems.into_iter().map(of_table).collect())
}

/// What the form says, or all that cannot be read of it.
fn read(fields: &Fields) -> Result<Reconciliation, Vec<FieldError>> {
    let mut errors = Vec::new();
    let mut aggregate = None;
    if !fields.trimmed("aggregate").is_empty() {
        match serde_json::from_str::<Aggregate>(fields.trimmed("aggregate")) {
            Ok(read) => aggregate = Some(read),
            Err(error) => {
                let problem = format!("This is not what the engine prints: {error}.");
                errors.push(FieldError::new("aggregate", problem));
            }
        }
    }
    let computed_at = start_of_day(fields.trimmed("computed_at"));
    if computed_at.is_none() && !fields.trimmed("computed_at").is_empty() {
        errors.push(FieldError::new("computed_at", "Write a date, for example 2026-11-20."));
    }
    let figures = fields.below("observations.");
    let figures: BTreeMap<_, _> =
        figures.map(|(name, value)| (name.to_owned(), Value::String(value.to_owned()))).collect();
    if errors.is_empty() {
        Ok(Reconciliation { aggregate, table: fields.get("table").to_owned(), figures, computed_at })
    } else {
        Err(errors)
    }
}

/// The day's beginning in UTC; where the reader's day has begun and UTC's has not, now.
fn start_of_day(text: &str) -> Option<UnixMillis> {
    let day = text.parse::<Date>().ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp().as_millisecond();
    let now = UnixMillis::now().0;
    Some(UnixMillis(if (now..now + DAY_MS).contains(&day) { now } else { day }))
}

fn title(found: &CheckPage) -> String {
    format!("{}, reconcile", found.integration.details.name)
}

fn page(
    state: &AppState,
    frame: Frame,
    found: CheckPage,
    typed: Fields,
    refusal: Option<Refusal>,
) -> Result<Response, PageError> {
    may_operate(found.role)?;
    if found.kind.group != Group::Reconciliation {
        return Err(PageError::not_found());
    }
    let CheckPage { organization, integration, check, kind, .. } = found;
    let shown = ReconcileShown {
        at: format!("/orgs/{}/checks/{}", organization.slug, check.id),
        integration: integration.details.name,
        kind,
        worker: format!("/pkg/{}-worker.js", state.leptos.output_name),
        id: check.id.to_string(),
    };
    let status = Refusal::status_of(refusal.as_ref());
    let frame = frame.organization(&organization, Tab::Integrations).with_islands();
    Ok(frame.respond(status, || view! { <ReconcilePage shown typed refusal/> }.into_any()))
}
