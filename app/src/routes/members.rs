//! Members of an organization: add, change the role, remove; invite and take back.

mod invitations;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use leptos::prelude::*;
use service::record::{Organization, Role};
use service::{Actor, Error, FieldError, Permission, UnixMillis, UserId};

use crate::pages::members::{Filled, MembersPage, MembersSheet, ROLES};
use crate::web::{
    AppState, CurrentActor, Fields, Frame, Once, PageError, Posted, Refusal, Segments, Tab,
    client_attachment, kept_nowhere, see_other, shown_once,
};

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/orgs/{slug}/members", get(list).post(add))
        .route("/orgs/{slug}/members/role", post(set_role))
        .route("/orgs/{slug}/members/remove", post(remove))
        .route("/orgs/{slug}/export", post(export))
        .merge(invitations::router())
}

/// Where an organization's members are shown.
fn place(slug: &str) -> String {
    format!("/orgs/{slug}/members")
}

async fn list(
    State(state): State<AppState>,
    once: Once,
    CurrentActor(actor): CurrentActor,
    Segments(slug): Segments<String>,
) -> Result<Response, PageError> {
    let (organization, role) = state.service.organization_by_slug(&actor, &slug).await?;
    let made = shown_once(&state, &once, &actor, &place(&slug)).await?;
    page(&state, &actor, &organization, role, Filled { made, ..Filled::default() }).await
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

/// The whole organization as a file.
async fn export(
    State(state): State<AppState>,
    Segments(slug): Segments<String>,
    Posted { actor, .. }: Posted,
) -> Result<Response, PageError> {
    let (organization, _) = state.service.organization_by_slug(&actor, &slug).await?;
    Ok(client_attachment(state.service.export_client(&actor, organization.id).await?))
}

fn role_of(fields: &Fields) -> Result<Role, Error> {
    role_named(fields.get("role"))
}

fn role_named(chosen: &str) -> Result<Role, Error> {
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
        Ok(()) => Ok(see_other(&place(&organization.slug))),
        Err(error) => {
            let filled = Filled { add: fields, refusal: Some(Refusal::of(error)?), ..Filled::default() };
            page(state, actor, organization, role, filled).await
        }
    }
}

async fn page(
    state: &AppState,
    actor: &Actor,
    organization: &Organization,
    role: Role,
    filled: Filled,
) -> Result<Response, PageError> {
    let members = state.service.members(actor, organization.id).await?;
    let invitations = if Permission::Own.allows(role) {
        Some(state.service.invitations(actor, organization.id).await?)
    } else {
        None
    };
    let status = Refusal::status_of(filled.refusal.as_ref());
    let holds_secret = !filled.made.is_empty();
    let sheet = MembersSheet {
        slug: organization.slug.clone(),
        demo: organization.demo,
        members,
        invitations,
        reader: actor.user(),
        now: UnixMillis::now(),
        filled,
    };
    let frame = Frame::of(state, actor, organization, Tab::Members, "members");
    let response = frame.respond(status, || view! { <MembersPage sheet/> }.into_any());
    Ok(if holds_secret { kept_nowhere(response) } else { response })
}
