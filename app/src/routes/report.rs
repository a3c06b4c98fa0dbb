//! The report of an assessment, and its summary.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use http::StatusCode;
use service::AssessmentId;

use crate::pages::assessment::assessment_page;
use crate::pages::report::{Report, report_page};
use crate::web::{AppState, CurrentActor, Frame, PageError, Segments, Tab};
use crate::words::Paths;

/// Changes of the live rung on the page of an assessment.
const CHANGES_SHOWN: u32 = 50;

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/orgs/{slug}/assessments/{id}", get(summary))
        .route("/orgs/{slug}/assessments/{id}/report", get(report))
}

async fn summary(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Segments((slug, id)): Segments<(String, AssessmentId)>,
) -> Result<Response, PageError> {
    let assessed = state.service.assessed(&actor, id).await?;
    let bundle = &assessed.bundle;
    if bundle.organization.slug != slug {
        return Err(PageError::not_found());
    }
    let timeline = state.service.timeline(&actor, id, None, CHANGES_SHOWN).await?;
    let paths = Paths::new(&slug, id);
    let title = format!("{}, {}", bundle.assessment.title, bundle.organization.name);
    let frame = Frame::new(&state, Some(&actor), title).assessment(bundle, Tab::Assessment);
    Ok(frame.respond(StatusCode::OK, || assessment_page(&assessed, &timeline, &paths)))
}

async fn report(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Segments((slug, id)): Segments<(String, AssessmentId)>,
) -> Result<Response, PageError> {
    let page = state.service.findings(&actor, id).await?;
    if page.assessed.bundle.organization.slug != slug {
        return Err(PageError::not_found());
    }
    let checks = state.service.check_rows(&actor, page.assessed.bundle.organization.id).await?;
    let report = Report { page, paths: Paths::new(&slug, id), checks };
    let bundle = &report.page.assessed.bundle;
    let title = format!("Report, {}", bundle.organization.name);
    let frame = Frame::new(&state, Some(&actor), title).assessment(bundle, Tab::Report);
    Ok(frame.respond(StatusCode::OK, || report_page(&report)))
}
