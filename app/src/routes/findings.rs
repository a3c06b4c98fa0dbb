//! Findings of an assessment.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use http::StatusCode;
use service::finding::FindingsPage;
use service::{Actor, AssessmentId, FindingId};

use crate::pages::findings::{FindingFilter, FindingsSheet, findings_page};
use crate::web::{
    AppState, CurrentActor, Frame, PageError, Posted, Queried, Refusal, Segments, Tab, see_other,
};
use crate::words::Paths;

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/orgs/{slug}/assessments/{id}/findings", get(show))
        .route("/orgs/{slug}/assessments/{id}/findings/{finding}", post(note))
}

async fn read(
    state: &AppState,
    actor: &Actor,
    slug: &str,
    id: AssessmentId,
) -> Result<(FindingsPage, Paths), PageError> {
    let page = state.service.findings(actor, id).await?;
    if page.assessed.bundle.organization.slug != slug {
        return Err(PageError::not_found());
    }
    Ok((page, Paths::new(slug, id)))
}

async fn show(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Segments((slug, id)): Segments<(String, AssessmentId)>,
    Queried(query): Queried,
) -> Result<Response, PageError> {
    let (page, paths) = read(&state, &actor, &slug, id).await?;
    let filter = FindingFilter::from(query);
    let actions = state.service.actions_on(&actor, id).await?;
    Ok(draw(&state, &actor, FindingsSheet { page, actions, paths, filter, typed: None }))
}

async fn note(
    State(state): State<AppState>,
    Segments((slug, id, finding)): Segments<(String, AssessmentId, FindingId)>,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    let (page, paths) = read(&state, &actor, &slug, id).await?;
    // A finding of another assessment does not exist here.
    if !page.findings.iter().any(|view| view.record.id == finding) {
        return Err(PageError::not_found());
    }
    let refusal = match fields.day("due") {
        Err(problem) => Refusal::invalid(vec![problem]),
        Ok(due) => {
            let owner = fields.trimmed("owner").to_owned();
            match state.service.update_finding(&actor, finding, owner, due).await {
                Ok(()) => return Ok(see_other(&format!("{}#f-{finding}", paths.findings()))),
                Err(error) => Refusal::of(error)?,
            }
        }
    };
    let filter = FindingFilter::default();
    let actions = state.service.actions_on(&actor, id).await?;
    Ok(draw(
        &state,
        &actor,
        FindingsSheet { page, actions, paths, filter, typed: Some((finding.to_string(), fields, refusal)) },
    ))
}

fn draw(state: &AppState, actor: &Actor, sheet: FindingsSheet) -> Response {
    let status = sheet.typed.as_ref().map_or(StatusCode::OK, |(.., refusal)| refusal.status);
    let bundle = &sheet.page.assessed.bundle;
    let title = format!("Findings, {}", bundle.organization.name);
    let frame = Frame::new(state, Some(actor), title).assessment(bundle, Tab::Findings);
    frame.respond(status, || findings_page(&sheet))
}
