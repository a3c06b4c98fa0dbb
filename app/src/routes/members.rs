//! Members of an organization: add, change the role, remove.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use http::StatusCode;
use leptos::prelude::*;
use service::record::{Organization, Role};
use service::{Actor, Error, FieldError, Permission, UserId};

use crate::pages::members::{MembersPage, ROLES};
use crate::web::{
    AppState, CurrentActor, Fields, Frame, PageError, Posted, Refusal, Segments, Tab, see_other,
};

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/orgs/{slug}/members", get(list).post(add))
        .route("/orgs/{slug}/members/role", post(set_role))
        .route("/orgs/{slug}/members/remove", post(remove))
}

async fn list(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Segments(slug): Segments<String>,
) -> Result<Response, PageError> {
    let (organization, role) = state.service.organization_by_slug(&actor, &slug).await?;
    page(&state, &actor, &organization, role, Fields::default(), None).await
}

async fn add(
    State(state): State<AppState>,
    Segments(slug): Segments<String>,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    let (organization, own_role) = state.service.organization_by_slug(&actor, &slug).await?;
    let done = match role_of(&fields) {
        Ok(role) => state.service.add_member(&actor, organization.id, fields.get("email"), role).await,
        Err(error) => Err(error),
    };
    answer(&state, &actor, &organization, own_role, fields, done).await
}

async fn set_role(
    State(state): State<AppState>,
    Segments(slug): Segments<String>,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    let (organization, own_role) = state.service.organization_by_slug(&actor, &slug).await?;
    let member = member_of(&fields)?;
    let done = match role_of(&fields) {
        Ok(role) => state.service.set_role(&actor, organization.id, member, role).await,
        Err(error) => Err(error),
    };
    answer(&state, &actor, &organization, own_role, fields, done).await
}

async fn remove(
    State(state): State<AppState>,
    Segments(slug): Segments<String>,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    let (organization, own_role) = state.service.organization_by_slug(&actor, &slug).await?;
    let member = member_of(&fields)?;
    let done = state.service.remove_member(&actor, organization.id, member).await;
    if done.is_ok() && member == actor.user() {
        // Who has left an organization cannot see its members any more.
        return Ok(see_other("/"));
    }
    answer(&state, &actor, &organization, own_role, fields, done).await
}

fn role_of(fields: &Fields) -> Result<Role, Error> {
    let chosen = fields.get("role");
    let role = ROLES.into_iter().find(|(value, _)| *value == chosen).map(|(_, role)| role);
    role.ok_or_else(|| Error::Invalid(vec![FieldError::new("role", "Choose a role from the list.")]))
}

fn member_of(fields: &Fields) -> Result<UserId, PageError> {
    fields.get("user").parse().map_err(|_| PageError::not_found())
}

async fn answer(
    state: &AppState,
    actor: &Actor,
    organization: &Organization,
    role: Role,
    fields: Fields,
    done: Result<(), Error>,
) -> Result<Response, PageError> {
    match done {
        Ok(()) => Ok(see_other(&format!("/orgs/{}/members", organization.slug))),
        Err(error) => page(state, actor, organization, role, fields, Some(Refusal::of(error)?)).await,
    }
}

async fn page(
    state: &AppState,
    actor: &Actor,
    organization: &Organization,
    role: Role,
    typed: Fields,
    refusal: Option<Refusal>,
) -> Result<Response, PageError> {
    let members = state.service.members(actor, organization.id).await?;
    let status = refusal.as_ref().map_or(StatusCode::OK, |refusal| refusal.status);
    let (slug, reader, may_manage) = (organization.slug.clone(), actor.user(), Permission::Own.allows(role));
    let frame = Frame::new(state, Some(actor), format!("{}, members", organization.name))
        .organization(organization, Tab::Members);
    Ok(frame
        .respond(status, || view! { <MembersPage slug members reader may_manage typed refusal/> }.into_any()))
}
