//! Starting an assessment.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use domain::FrameworkCode;
use http::StatusCode;
use leptos::prelude::*;
use service::assessment::NewAssessment;
use service::record::{Organization, Role};
use service::{Actor, Permission, UnixMillis};

use crate::pages::assessment_new::AssessmentNewPage;
use crate::web::{
    AppState, CurrentActor, Fields, Frame, PageError, Posted, Refusal, Segments, Tab, see_other,
};

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/orgs/{slug}/assessments/new", get(form).post(start))
}

async fn form(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Segments(slug): Segments<String>,
) -> Result<Response, PageError> {
    let (organization, role) = state.service.organization_by_slug(&actor, &slug).await?;
    refuse_readers(&organization, role)?;
    page(&state, &actor, &organization, Fields::default(), None).await
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
        Err(error) => page(&state, &actor, &organization, fields, Some(Refusal::of(error)?)).await,
    }
}

/// Says at once what sending the form would say.
fn refuse_readers(organization: &Organization, role: Role) -> Result<(), PageError> {
    if Permission::Assess.allows(role) {
        return Ok(());
    }
    Err(PageError::problem(
        StatusCode::FORBIDDEN,
        format!("{} has no assessment that you could start", organization.name),
        "Assessors, consultants and owners start assessments. Ask an owner of the organization.",
    ))
}

async fn page(
    state: &AppState,
    actor: &Actor,
    organization: &Organization,
    typed: Fields,
    refusal: Option<Refusal>,
) -> Result<Response, PageError> {
    let mut frameworks = state.service.frameworks().await?;
    // Beyond-7 is what most come for.
    frameworks.sort_by_key(|entry| entry.code != FrameworkCode::from("B7"));
    let status = refusal.as_ref().map_or(StatusCode::OK, |refusal| refusal.status);
    let slug = organization.slug.clone();
    let year = UnixMillis::now().date().year();
    let frame = Frame::new(state, Some(actor), format!("{}, start an assessment", organization.name))
        .organization(organization, Tab::Assessment);
    Ok(frame.respond(status, || view! { <AssessmentNewPage slug frameworks typed year refusal/> }.into_any()))
}
