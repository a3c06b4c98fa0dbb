//! The roadmap of an assessment.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use domain::{Level, RungCode};
use http::StatusCode;
use service::record::{RoadmapStep, StepChoice};
use service::roadmap::RoadmapPage;
use service::{Actor, AssessmentId, Error, FieldError};

use crate::pages::roadmap::{RoadmapSheet, roadmap_page};
use crate::web::{
    AppState, CurrentActor, Fields, Frame, PageError, Posted, Queried, Refusal, Segments, Tab, see_other,
};
use crate::words::{Paths, anchor};

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/orgs/{slug}/assessments/{id}/roadmap", get(show))
        .route("/orgs/{slug}/assessments/{id}/roadmap/target", post(aim))
        .route("/orgs/{slug}/assessments/{id}/roadmap/target-level", post(set_level))
        .route("/orgs/{slug}/assessments/{id}/roadmap/target-levels", post(set_criterion_level))
        .route("/orgs/{slug}/assessments/{id}/roadmap/steps/{criterion}", post(decide))
}

async fn read(
    state: &AppState,
    actor: &Actor,
    slug: &str,
    id: AssessmentId,
    target: Option<RungCode>,
) -> Result<(RoadmapPage, Paths), PageError> {
    let page = state.service.roadmap(actor, id, target).await?;
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
    let named = target_of(&query);
    let (page, paths) = read(&state, &actor, &slug, id, named.clone()).await?;
    let actions = state.service.actions_on(&actor, id).await?;
    let sheet = RoadmapSheet { assessed: page.assessed, way: page.way, actions, paths, named, typed: None };
    Ok(draw(&state, &actor, sheet))
}

async fn aim(
    State(state): State<AppState>,
    Segments((slug, id)): Segments<(String, AssessmentId)>,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    let (_, paths) = read(&state, &actor, &slug, id, None).await?;
    state.service.set_target(&actor, id, target_of(&fields)).await?;
    Ok(see_other(&paths.roadmap()))
}

async fn set_level(
    State(state): State<AppState>,
    Segments((slug, id)): Segments<(String, AssessmentId)>,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    let (_, paths) = read(&state, &actor, &slug, id, None).await?;
    let level = level_of(&fields)?.ok_or_else(no_level)?;
    state.service.set_target_level(&actor, id, level).await?;
    Ok(see_other(&format!("{}#targets", paths.roadmap())))
}

async fn set_criterion_level(
    State(state): State<AppState>,
    Segments((slug, id)): Segments<(String, AssessmentId)>,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    let (_, paths) = read(&state, &actor, &slug, id, None).await?;
    let (criterion, level) = (fields.trimmed("criterion"), level_of(&fields)?);
    state.service.set_criterion_target(&actor, id, &criterion.into(), level).await?;
    Ok(see_other(&format!("{}#targets", paths.roadmap())))
}

fn no_level() -> Error {
    Error::invalid("level", "Choose a level from 0 to 4.")
}

/// `None` where the field is empty.
fn level_of(fields: &Fields) -> Result<Option<Level>, Error> {
    match fields.trimmed("level") {
        "" => Ok(None),
        text => {
            let number: Option<i64> = text.parse().ok();
            number.and_then(|number| Level::try_from(number).ok()).map(Some).ok_or_else(no_level)
        }
    }
}

async fn decide(
    State(state): State<AppState>,
    Segments((slug, id, criterion)): Segments<(String, AssessmentId, String)>,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    // The way that was in view when the form was sent: it is the one that comes back.
    let named = target_of(&fields);
    let (page, paths) = read(&state, &actor, &slug, id, named.clone()).await?;
    let refusal = match understood(&criterion, &fields) {
        Err(refusal) => refusal,
        Ok(step) => {
            let place = anchor(&step.criterion);
            match state.service.decide_step(&actor, id, step).await {
                Ok(_) => {
                    let back = named.map(|named| format!("?target={named}")).unwrap_or_default();
                    return Ok(see_other(&format!("{}{back}#{place}", paths.roadmap())));
                }
                Err(error) => Refusal::of(error)?,
            }
        }
    };
    let actions = state.service.actions_on(&actor, id).await?;
    Ok(draw(
        &state,
        &actor,
        RoadmapSheet {
            assessed: page.assessed,
            way: page.way,
            actions,
            paths,
            named,
            typed: Some((criterion, fields, refusal)),
        },
    ))
}

fn target_of(fields: &Fields) -> Option<RungCode> {
    Some(fields.trimmed("target")).filter(|target| !target.is_empty()).map(RungCode::from)
}

fn understood(criterion: &str, fields: &Fields) -> Result<RoadmapStep, Refusal> {
    let mut problems = Vec::new();
    let choice = match fields.trimmed("choice") {
        "free" | "" => StepChoice::Free,
        "pinned" => StepChoice::Pinned,
        "excluded" => StepChoice::Excluded,
        _ => {
            problems.push(FieldError::new("choice", "Choose one of the three."));
            StepChoice::Free
        }
    };
    let due = fields.day("due").unwrap_or_else(|problem| {
        problems.push(problem);
        None
    });
    if !problems.is_empty() {
        return Err(Refusal::invalid(problems));
    }
    Ok(RoadmapStep { criterion: criterion.into(), choice, owner: fields.trimmed("owner").to_owned(), due })
}

fn draw(state: &AppState, actor: &Actor, sheet: RoadmapSheet) -> Response {
    let status = sheet.typed.as_ref().map_or(StatusCode::OK, |(.., refusal)| refusal.status);
    let bundle = &sheet.assessed.bundle;
    let title = format!("Cheapest climb, {}", bundle.organization.name);
    let frame = Frame::new(state, Some(actor), title)
        .assessment(bundle, Tab::Findings)
        .crumb(sheet.paths.findings(), "Findings");
    frame.respond(status, || roadmap_page(&sheet))
}
