//! Starting an assessment, and giving it another title.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use domain::FrameworkCode;
use http::StatusCode;
use leptos::prelude::*;
use service::assessment::{Assessed, NewAssessment};
use service::record::{AssessmentState, Organization, Role};
use service::{Actor, AssessmentId, Permission, UnixMillis};

use super::assessed_at;
use crate::pages::assessment_form::{AssessmentEditPage, AssessmentNewPage, Wanted};
use crate::web::{
    AppState, CurrentActor, Fields, Frame, PageError, Posted, Queried, Refusal, Segments, Tab, see_other,
};
use crate::words::Paths;

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/orgs/{slug}/assessments/new", get(form).post(start))
        .route("/orgs/{slug}/assessments/{id}/edit", get(edit_form).post(rename))
}

async fn form(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Segments(slug): Segments<String>,
    Queried(query): Queried,
) -> Result<Response, PageError> {
    let (organization, role) = state.service.organization_by_slug(&actor, &slug).await?;
    let wanted = Wanted::named(query.get("for"));
    refuse_readers(&organization, role, wanted)?;
    page(&state, &actor, &organization, (Fields::default(), wanted), None).await
}

async fn start(
    State(state): State<AppState>,
    Segments(slug): Segments<String>,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    let (organization, _) = state.service.organization_by_slug(&actor, &slug).await?;
    let (code, version) = fields.get("framework").split_once(' ').unwrap_or((fields.get("framework"), ""));
    let new = NewAssessment {
        framework: FrameworkCode::from(code),
        version: (!version.is_empty()).then(|| version.to_owned()),
        title: fields.get("title").to_owned(),
        target: None,
    };
    match state.service.start_assessment(&actor, organization.id, new).await {
        Ok(assessment) => Ok(see_other(&format!("/orgs/{slug}/assessments/{}", assessment.id))),
        Err(error) => page(&state, &actor, &organization, (fields, None), Some(Refusal::of(error)?)).await,
    }
}

/// Says at once what sending the form would say.
fn refuse_readers(organization: &Organization, role: Role, wanted: Option<Wanted>) -> Result<(), PageError> {
    if Permission::Assess.allows(role) {
        return Ok(());
    }
    let who = "Assessors, consultants and owners start assessments. Ask an owner of the organization.";
    Err(PageError::problem(
        StatusCode::FORBIDDEN,
        format!("{} has no assessment that you could start", organization.name),
        wanted.map_or_else(|| who.to_owned(), |wanted| format!("{} {who}", wanted.reason())),
    ))
}

async fn page(
    state: &AppState,
    actor: &Actor,
    organization: &Organization,
    (typed, wanted): (Fields, Option<Wanted>),
    refusal: Option<Refusal>,
) -> Result<Response, PageError> {
    let mut frameworks = state.service.frameworks().await?;
    // Beyond-7 is what most come for.
    frameworks.sort_by_key(|entry| entry.code != FrameworkCode::from("B7"));
    let status = Refusal::status_of(refusal.as_ref());
    let slug = organization.slug.clone();
    let year = UnixMillis::now().date().year();
    let frame = Frame::of(state, actor, organization, Tab::Assessment, "start an assessment");
    Ok(frame.respond(status, || {
        view! { <AssessmentNewPage slug frameworks typed year wanted refusal/> }.into_any()
    }))
}

async fn edit_form(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Segments((slug, id)): Segments<(String, AssessmentId)>,
) -> Result<Response, PageError> {
    let assessed = assessed_at(&state, &actor, &slug, id).await?;
    if !assessed.may(Permission::Submit) {
        return Err(PageError::forbidden("Owners and assessors give an assessment its title."));
    }
    if assessed.bundle.assessment.state == AssessmentState::Final {
        let words = "The assessment is final: it keeps its title with everything else that was signed.";
        return Err(PageError::conflict(words));
    }
    let title = assessed.bundle.assessment.title.clone();
    Ok(edit_page(&state, &actor, &assessed, title, None))
}

async fn rename(
    State(state): State<AppState>,
    Segments((slug, id)): Segments<(String, AssessmentId)>,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    let assessed = assessed_at(&state, &actor, &slug, id).await?;
    match state.service.rename_assessment(&actor, id, Some(fields.get("title"))).await {
        Ok(_) => Ok(see_other(Paths::new(&slug, id).assessment())),
        Err(error) => {
            let (title, refusal) = (fields.get("title").to_owned(), Refusal::of(error)?);
            Ok(edit_page(&state, &actor, &assessed, title, Some(refusal)))
        }
    }
}

fn edit_page(
    state: &AppState,
    actor: &Actor,
    assessed: &Assessed,
    title: String,
    refusal: Option<Refusal>,
) -> Response {
    let bundle = &assessed.bundle;
    let paths = Paths::new(&bundle.organization.slug, bundle.assessment.id);
    let status = Refusal::status_of(refusal.as_ref());
    let frame = Frame::new(state, Some(actor), format!("{}, rename an assessment", bundle.organization.name))
        .assessment(bundle, Tab::Assessment)
        .crumb(paths.assessment(), bundle.assessment.title.clone());
    frame.respond(status, || view! { <AssessmentEditPage paths title refusal/> }.into_any())
}
