//! Registers: lists, entries, and tables that come in and go out.

use axum::Router;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use http::StatusCode;
use leptos::prelude::*;
use serde::Deserialize;
use service::inventory::Imported;
use service::record::{Organization, Register, RegisterEntry};
use service::{Actor, Permission, RegisterEntryId};
use tower_sessions::Session;

use super::integrations::{may_operate, table_file, table_refused, table_too_large};
use crate::pages::registers::{
    EntryPage, RegisterImportPage, RegisterShown, RegisterView, RegistersPage, SeenChoice, title, typed_of,
};
use crate::web::{
    AppState, CurrentActor, Fields, Frame, Once, PageError, Pasted, Posted, Refusal, Segments, Tab,
    see_other, show_once, shown_once,
};
use crate::words::import_place;

/// Entries on one page.
const PER_PAGE: u32 = 100;

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/orgs/{slug}/registers", get(index))
        .route("/orgs/{slug}/registers/{register}", get(list).post(add))
        .route("/orgs/{slug}/registers/{register}/table", get(export))
        .route("/orgs/{slug}/registers/{register}/import", get(import_form).post(import))
        .route("/orgs/{slug}/registers/{register}/{id}", get(show).post(change))
}

fn register_named(name: &str) -> Result<Register, PageError> {
    name.parse().map_err(|()| PageError::not_found())
}

async fn index(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Segments(slug): Segments<String>,
) -> Result<Response, PageError> {
    let (organization, _) = state.service.organization_by_slug(&actor, &slug).await?;
    let counts = state.service.register_counts(&actor, organization.id).await?;
    let at = format!("/orgs/{slug}/registers");
    let frame = frame(&state, &actor, &organization, "registers");
    Ok(frame.respond(StatusCode::OK, || view! { <RegistersPage at counts/> }.into_any()))
}

fn frame(state: &AppState, actor: &Actor, organization: &Organization, what: &str) -> Frame {
    Frame::of(state, actor, organization, Tab::Integrations, what)
}

#[derive(Deserialize)]
struct Before {
    before: Option<RegisterEntryId>,
}

async fn list(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Segments((slug, register)): Segments<(String, String)>,
    query: Result<Query<Before>, QueryRejection>,
) -> Result<Response, PageError> {
    let before = query.ok().and_then(|Query(query)| query.before);
    page(&state, &actor, &slug, register_named(&register)?, before, Fields::default(), None).await
}

async fn page(
    state: &AppState,
    actor: &Actor,
    slug: &str,
    register: Register,
    before: Option<RegisterEntryId>,
    typed: Fields,
    refusal: Option<Refusal>,
) -> Result<Response, PageError> {
    let (organization, _) = state.service.organization_by_slug(actor, slug).await?;
    let found = state.service.register_page(actor, organization.id, register, before, PER_PAGE).await?;
    let at = format!("/orgs/{slug}/registers");
    let full = u32::try_from(found.entries.len()).is_ok_and(|count| count == PER_PAGE);
    let earlier = found.entries.last().filter(|_| full);
    let earlier = earlier.map(|last| format!("{at}/{}?before={}", register.as_str(), last.id));
    let shown = RegisterShown {
        at,
        register,
        earlier,
        seen: found.seen.iter().map(SeenChoice::from).collect(),
        checked: found.checked,
        may_operate: Permission::Operate.allows(found.role),
        entries: found.entries,
    };
    let status = Refusal::status_of(refusal.as_ref());
    let frame = frame(state, actor, &organization, &title(register).to_lowercase());
    Ok(frame.respond(status, || view! { <RegisterView shown typed refusal/> }.into_any()))
}

async fn add(
    State(state): State<AppState>,
    Segments((slug, register)): Segments<(String, String)>,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    let register = register_named(&register)?;
    let (organization, _) = state.service.organization_by_slug(&actor, &slug).await?;
    let typed = typed_of(register, &fields);
    match state.service.add_to_register(&actor, organization.id, register, &typed).await {
        Ok(_) => Ok(see_other(&place(&slug, register))),
        Err(error) => page(&state, &actor, &slug, register, None, fields, Some(Refusal::of(error)?)).await,
    }
}

async fn show(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Segments((slug, register, id)): Segments<(String, String, RegisterEntryId)>,
) -> Result<Response, PageError> {
    entry_page(&state, &actor, &slug, register_named(&register)?, id, None, None).await
}

/// The entry, if it stands under this address.
async fn entry(
    state: &AppState,
    actor: &Actor,
    slug: &str,
    register: Register,
    id: RegisterEntryId,
) -> Result<(Organization, Permitted, RegisterEntry), PageError> {
    let (organization, role) = state.service.organization_by_slug(actor, slug).await?;
    let entry = state.service.register_entry(actor, id).await?;
    if entry.org != organization.id || entry.content.register() != register {
        return Err(PageError::not_found());
    }
    Ok((organization, Permitted(Permission::Operate.allows(role)), entry))
}

/// Whether the reader may change it.
struct Permitted(bool);

async fn entry_page(
    state: &AppState,
    actor: &Actor,
    slug: &str,
    register: Register,
    id: RegisterEntryId,
    typed: Option<Fields>,
    refusal: Option<Refusal>,
) -> Result<Response, PageError> {
    let (organization, Permitted(may_operate), entry) = entry(state, actor, slug, register, id).await?;
    let found = state.service.register_page(actor, organization.id, register, None, 1).await?;
    let seen = found.seen.iter().map(SeenChoice::from).collect();
    let at = format!("/orgs/{slug}/registers");
    let status = Refusal::status_of(refusal.as_ref());
    let frame = frame(state, actor, &organization, &title(register).to_lowercase());
    let content = || view! { <EntryPage at entry seen may_operate typed refusal/> }.into_any();
    Ok(frame.respond(status, content))
}

async fn change(
    State(state): State<AppState>,
    Segments((slug, register, id)): Segments<(String, String, RegisterEntryId)>,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    let register = register_named(&register)?;
    entry(&state, &actor, &slug, register, id).await?;
    let done = if fields.get("do") == "withdraw" {
        state.service.withdraw_from_register(&actor, id, fields.get("reason")).await
    } else {
        let revision = fields.get("revision").parse().unwrap_or(0);
        state.service.correct_in_register(&actor, id, revision, &typed_of(register, &fields)).await
    };
    match done {
        Ok(_) => Ok(see_other(&place(&slug, register))),
        Err(error) => {
            let refusal = Some(Refusal::of(error)?);
            entry_page(&state, &actor, &slug, register, id, Some(fields), refusal).await
        }
    }
}

/// The register as CSV.
async fn export(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Segments((slug, register)): Segments<(String, String)>,
) -> Result<Response, PageError> {
    let register = register_named(&register)?;
    let (organization, _) = state.service.organization_by_slug(&actor, &slug).await?;
    let csv = state.service.export_register(&actor, organization.id, register).await?;
    Ok(table_file(&format!("{slug}-{}.csv", register.as_str()), &csv))
}

/// The address of a register.
fn place(slug: &str, register: Register) -> String {
    format!("/orgs/{slug}/registers/{}", register.as_str())
}

async fn import_form(
    State(state): State<AppState>,
    once: Once,
    CurrentActor(actor): CurrentActor,
    Segments((slug, register)): Segments<(String, String)>,
) -> Result<Response, PageError> {
    let register = register_named(&register)?;
    let (organization, role) = state.service.organization_by_slug(&actor, &slug).await?;
    may_operate(role)?;
    let done = shown_once(&state, &once, &actor, &import_place(&place(&slug, register))).await?.pop();
    Ok(import_page(&state, &actor, &organization, register, Fields::default(), done, None))
}

async fn import(
    State(state): State<AppState>,
    session: Session,
    Segments((slug, register)): Segments<(String, String)>,
    Pasted { actor, fields }: Pasted,
) -> Result<Response, PageError> {
    let register = register_named(&register)?;
    let (organization, _) = state.service.organization_by_slug(&actor, &slug).await?;
    let Some(fields) = fields else {
        let refusal = Some(table_too_large());
        return Ok(import_page(&state, &actor, &organization, register, Fields::default(), None, refusal));
    };
    let table = fields.get("table").as_bytes();
    match state.service.import_register(&actor, organization.id, register, table).await {
        Ok(done) => show_once(&state, &session, &actor, &import_place(&place(&slug, register)), &done).await,
        Err(error) => {
            let refusal = Some(table_refused(error)?);
            Ok(import_page(&state, &actor, &organization, register, fields, None, refusal))
        }
    }
}

fn import_page(
    state: &AppState,
    actor: &Actor,
    organization: &Organization,
    register: Register,
    typed: Fields,
    done: Option<Imported>,
    refusal: Option<Refusal>,
) -> Response {
    let at = format!("/orgs/{}/registers", organization.slug);
    let status = Refusal::status_of(refusal.as_ref());
    let frame = frame(state, actor, organization, &title(register).to_lowercase());
    frame.respond(status, || view! { <RegisterImportPage at register typed done refusal/> }.into_any())
}
