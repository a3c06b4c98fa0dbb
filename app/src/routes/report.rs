//! The report of an assessment, and its summary.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{MethodRouter, get};
use http::StatusCode;
use service::report::{Sections, TableName};
use service::{Actor, AssessmentId};

use super::assessed_at;
use crate::pages::assessment::assessment_page;
use crate::pages::report::{Report, report_page};
use crate::print::Reader;
use crate::report_file::{ReportFile, ReportForm};
use crate::web::{AppState, CurrentActor, Fields, Frame, PageError, Queried, Segments, Tab};
use crate::words::Paths;

/// Changes of the live rung on the page of an assessment.
const CHANGES_SHOWN: u32 = 50;

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/orgs/{slug}/assessments/{id}", get(summary))
        .route("/orgs/{slug}/assessments/{id}/report", get(report))
        .route("/orgs/{slug}/assessments/{id}/report.json", in_form(ReportForm::Json))
        .route("/orgs/{slug}/assessments/{id}/report.csv", get(csv))
        .route("/orgs/{slug}/assessments/{id}/report.xlsx", in_form(ReportForm::Xlsx))
        .route("/orgs/{slug}/assessments/{id}/report.pdf", in_form(ReportForm::Pdf(Reader::Member)))
        .route("/orgs/{slug}/assessments/{id}/report.docx", in_form(ReportForm::Docx(Reader::Member)))
}

async fn summary(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Segments((slug, id)): Segments<(String, AssessmentId)>,
) -> Result<Response, PageError> {
    let assessed = assessed_at(&state, &actor, &slug, id).await?;
    let bundle = &assessed.bundle;
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
    Queried(query): Queried,
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
    query: &Fields,
) -> Result<service::report::Report, PageError> {
    let report = state.service.report(actor, id, Sections::named(query.all("section"))?).await?;
    if report.page.assessed.bundle.organization.slug != slug {
        return Err(PageError::not_found());
    }
    Ok(report)
}

/// The report in a form that holds all chosen sections.
fn in_form(form: ReportForm) -> MethodRouter<AppState> {
    get(
        move |State(state): State<AppState>,
              CurrentActor(actor): CurrentActor,
              Segments((slug, id)): Segments<(String, AssessmentId)>,
              Queried(query): Queried| async move {
            let report = read(&state, &actor, &slug, id, &query).await?;
            Ok::<_, PageError>(ReportFile::made(report, form, &state.service).await?)
        },
    )
}

async fn csv(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Segments((slug, id)): Segments<(String, AssessmentId)>,
    Queried(query): Queried,
) -> Result<ReportFile, PageError> {
    let report = read(&state, &actor, &slug, id, &query).await?;
    let table = match query.trimmed("table") {
        "" => TableName::Criteria,
        name => TableName::named(name)?,
    };
    Ok(ReportFile::csv(&report, table)?.marked())
}
