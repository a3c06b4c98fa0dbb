//! The report of an assessment, and its summary.

use axum::Router;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderValue, StatusCode, header};
use service::report::{Sections, TableName};
use service::{Actor, AssessmentId};

use crate::pages::assessment::assessment_page;
use crate::pages::report::{Report, report_page};
use crate::print::{self, Reader, Site};
use crate::web::{AppState, CurrentActor, Fields, Frame, PageError, Segments, Tab};
use crate::words::Paths;

/// Changes of the live rung on the page of an assessment.
const CHANGES_SHOWN: u32 = 50;

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/orgs/{slug}/assessments/{id}", get(summary))
        .route("/orgs/{slug}/assessments/{id}/report", get(report))
        .route("/orgs/{slug}/assessments/{id}/report.json", get(json))
        .route("/orgs/{slug}/assessments/{id}/report.csv", get(csv))
        .route("/orgs/{slug}/assessments/{id}/report.xlsx", get(xlsx))
        .route("/orgs/{slug}/assessments/{id}/report.pdf", get(pdf))
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
    let submission = state.service.submission_of(&actor, &assessed).await?;
    let newer = state.service.newer_version(&actor, &assessed.bundle.assessment).await?;
    let reader = actor.user();
    Ok(frame.respond(StatusCode::OK, || {
        assessment_page(&assessed, &timeline, submission.as_ref(), newer.as_ref(), &paths, reader)
    }))
}

async fn report(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Segments((slug, id)): Segments<(String, AssessmentId)>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let report = read(&state, &actor, &slug, id, &query).await?;
    let report = Report::of_member(report, Paths::new(&slug, id));
    let bundle = &report.page.assessed.bundle;
    let title = format!("Report, {}", bundle.organization.name);
    let frame = Frame::new(&state, Some(&actor), title).assessment(bundle, Tab::Report);
    Ok(frame.respond(StatusCode::OK, || report_page(&report)))
}

/// What the address asks for: an organization that the assessment does not belong to has no such report.
async fn read(
    state: &AppState,
    actor: &Actor,
    slug: &str,
    id: AssessmentId,
    query: &[(String, String)],
) -> Result<service::report::Report, PageError> {
    let chosen = query.iter().filter(|(name, _)| name == "section").map(|(_, value)| value.as_str());
    let report = state.service.report(actor, id, Sections::named(chosen)?).await?;
    if report.page.assessed.bundle.organization.slug != slug {
        return Err(PageError::not_found());
    }
    Ok(report)
}

pub(super) fn file(name: &str, kind: &'static str, content: Vec<u8>) -> Result<Response, PageError> {
    let name = format!("attachment; filename=\"{name}\"");
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, HeaderValue::try_from(name).map_err(PageError::internal)?),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache")),
    ];
    Ok((headers, content).into_response())
}

async fn json(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Segments((slug, id)): Segments<(String, AssessmentId)>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let report = read(&state, &actor, &slug, id, &query).await?;
    file(&report.file_name("json"), "application/json", report.json()?)
}

async fn csv(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Segments((slug, id)): Segments<(String, AssessmentId)>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let report = read(&state, &actor, &slug, id, &query).await?;
    let query: Fields = query.into_iter().collect();
    let table = match query.trimmed("table") {
        "" => TableName::Criteria,
        name => TableName::named(name)?,
    };
    // Spreadsheets take a file without the mark for Latin-1.
    let content = ["\u{FEFF}".as_bytes(), &report.csv(table)?].concat();
    file(&report.file_name("csv"), "text/csv; charset=utf-8; header=present", content)
}

async fn xlsx(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Segments((slug, id)): Segments<(String, AssessmentId)>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let report = read(&state, &actor, &slug, id, &query).await?;
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    file(&report.file_name("xlsx"), kind, report.xlsx()?)
}

async fn pdf(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Segments((slug, id)): Segments<(String, AssessmentId)>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let report = read(&state, &actor, &slug, id, &query).await?;
    let name = report.file_name("pdf");
    let content = print::pdf(report, Reader::Member, Site::of(&state.service)).await;
    file(&name, "application/pdf", content.map_err(PageError::internal)?)
}
