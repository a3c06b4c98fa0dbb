//! The inventory of integrations.

use std::collections::{BTreeMap, BTreeSet};

use axum::Router;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use http::StatusCode;
use leptos::prelude::*;
use serde::Deserialize;
use service::check::CheckGlance;
use service::integration::CheckRow;
use service::inventory::{Imported, coverage_of, exchanges};
use service::record::Organization;
use service::{Actor, CheckId, Error, FieldError, IntegrationId, Permission, UnixMillis};
use tower_sessions::Session;

use crate::pages::integration::form::{DomainGroup, fields_of, read_integration};
use crate::pages::integration::{IntegrationPage, NamedCheck, target_of};
use crate::pages::integrations::{ImportPage, IntegrationNewPage, IntegrationsPage, Row};
use crate::web::{
    AppState, CurrentActor, Fields, Frame, Once, PageError, Pasted, Posted, Refusal, Segments, Tab,
    made_attachment, see_other, show_once, shown_once,
};
use crate::words::import_place;

/// Checks of an integration on one page.
const CHECKS_PER_PAGE: u32 = 50;
/// Integrations on one page.
const PER_PAGE: u32 = 200;

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/orgs/{slug}/integrations", get(list))
        .route("/orgs/{slug}/integrations.csv", get(export))
        .route("/orgs/{slug}/integrations/new", get(form).post(create))
        .route("/orgs/{slug}/integrations/import", get(import_form).post(import))
        .route("/orgs/{slug}/integrations/{id}", get(show).post(update))
        .route("/orgs/{slug}/integrations/{id}/remove", post(remove))
}

#[derive(Deserialize)]
struct After {
    after: Option<IntegrationId>,
}

async fn list(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Segments(slug): Segments<String>,
    query: Result<Query<After>, QueryRejection>,
) -> Result<Response, PageError> {
    let (organization, role) = state.service.organization_by_slug(&actor, &slug).await?;
    let after = query.ok().and_then(|Query(query)| query.after);
    let all = state.service.integrations(&actor, organization.id, None, u32::MAX).await?;
    let glances = state.service.checks_at_a_glance(&actor, organization.id).await?;
    let now = UnixMillis::now();
    let coverage = coverage_of(&all, &glances, now);
    let exchanges = exchanges(&all, &glances);
    let from = all.partition_point(|integration| after.is_some_and(|after| integration.id <= after));
    let on_page = usize::try_from(PER_PAGE).unwrap_or(usize::MAX);
    let integrations: Vec<_> = all.into_iter().skip(from).take(on_page).collect();
    let mut checks: BTreeMap<IntegrationId, Vec<CheckGlance>> = BTreeMap::new();
    for glance in glances {
        checks.entry(glance.check.integration).or_default().push(glance);
    }
    let full = u32::try_from(integrations.len()).is_ok_and(|count| count == PER_PAGE);
    let more = integrations.last().filter(|_| full).map(|last| format!("?after={}", last.id));
    let rows = integrations
        .into_iter()
        .map(|integration| Row { checks: checks.remove(&integration.id).unwrap_or_default(), integration })
        .collect();
    let may_add = Permission::Operate.allows(role);
    let frame = Frame::of(&state, &actor, &organization, Tab::Integrations, "integrations");
    let (name, today) = (organization.name.clone(), now.date());
    let content = || {
        view! { <IntegrationsPage slug organization=name rows coverage exchanges today more may_add/> }
            .into_any()
    };
    Ok(frame.respond(StatusCode::OK, content))
}

/// The inventory as CSV.
async fn export(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Segments(slug): Segments<String>,
) -> Result<Response, PageError> {
    let (organization, _) = state.service.organization_by_slug(&actor, &slug).await?;
    let csv = state.service.export_integrations(&actor, organization.id).await?;
    Ok(table_file(&format!("{slug}-integrations.csv"), &csv))
}

/// CSV to take along. Spreadsheets take a file without the mark for Latin-1.
pub(super) fn table_file(name: &str, csv: &str) -> Response {
    made_attachment(name, "text/csv; charset=utf-8; header=present", format!("\u{FEFF}{csv}").into_bytes())
}

/// The address of the inventory.
fn place(slug: &str) -> String {
    format!("/orgs/{slug}/integrations")
}

async fn import_form(
    State(state): State<AppState>,
    once: Once,
    CurrentActor(actor): CurrentActor,
    Segments(slug): Segments<String>,
) -> Result<Response, PageError> {
    let (organization, role) = state.service.organization_by_slug(&actor, &slug).await?;
    may_operate(role)?;
    let done = shown_once(&state, &once, &actor, &import_place(&place(&slug))).await?.pop();
    Ok(import_page(&state, &actor, &organization, Fields::default(), done, None))
}

async fn import(
    State(state): State<AppState>,
    session: Session,
    Segments(slug): Segments<String>,
    Pasted { actor, fields }: Pasted,
) -> Result<Response, PageError> {
    let (organization, _) = state.service.organization_by_slug(&actor, &slug).await?;
    let Some(fields) = fields else {
        let refusal = Some(table_too_large());
        return Ok(import_page(&state, &actor, &organization, Fields::default(), None, refusal));
    };
    let table = fields.get("table").as_bytes();
    match state.service.import_integrations(&actor, organization.id, table).await {
        Ok(done) => show_once(&state, &session, &actor, &import_place(&place(&slug)), &done).await,
        Err(error) => {
            let refusal = Some(table_refused(error)?);
            Ok(import_page(&state, &actor, &organization, fields, None, refusal))
        }
    }
}

/// Why the form of a table comes back without it.
pub(super) fn table_too_large() -> Refusal {
    let problem =
        "A table may hold at most 8 MB; this one is too large to be shown here again. Import it in parts.";
    Refusal::invalid(vec![FieldError::new("table", problem)])
}

/// Why a table that was pasted comes back.
pub(super) fn table_refused(error: Error) -> Result<Refusal, PageError> {
    match error {
        Error::Invalid(problems) => Ok(Refusal::invalid(problems.into_iter().map(in_table).collect())),
        other => Refusal::of(other),
    }
}

/// A problem of a line, as one of the form's only field.
pub(super) fn in_table(problem: FieldError) -> FieldError {
    let words = match problem.line {
        Some(line) if !problem.field.is_empty() => {
            format!("Line {line}, {}: {}", problem.field, problem.problem)
        }
        _ => problem.problem,
    };
    FieldError::new("table", words)
}

fn import_page(
    state: &AppState,
    actor: &Actor,
    organization: &Organization,
    typed: Fields,
    done: Option<Imported>,
    refusal: Option<Refusal>,
) -> Response {
    let slug = organization.slug.clone();
    let status = Refusal::status_of(refusal.as_ref());
    let frame = Frame::of(state, actor, organization, Tab::Integrations, "import integrations");
    frame.respond(status, || view! { <ImportPage slug typed done refusal/> }.into_any())
}

async fn form(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Segments(slug): Segments<String>,
) -> Result<Response, PageError> {
    let (organization, role) = state.service.organization_by_slug(&actor, &slug).await?;
    may_operate(role)?;
    new_page(&state, &actor, &organization, Fields::default(), None).await
}

/// A form that cannot be sent is not shown.
pub(super) fn may_operate(role: service::record::Role) -> Result<(), PageError> {
    if Permission::Operate.allows(role) {
        return Ok(());
    }
    Err(PageError::forbidden("Your role here reads. Ask an owner of the organization for another one."))
}

async fn create(
    State(state): State<AppState>,
    Segments(slug): Segments<String>,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    let (organization, _) = state.service.organization_by_slug(&actor, &slug).await?;
    let made = match read_integration(&fields) {
        Ok(details) => state.service.create_integration(&actor, organization.id, details).await,
        Err(problems) => Err(Error::Invalid(problems)),
    };
    match made {
        Ok(made) => Ok(see_other(&format!("/orgs/{slug}/integrations/{}", made.id))),
        Err(error) => new_page(&state, &actor, &organization, fields, Some(Refusal::of(error)?)).await,
    }
}

async fn new_page(
    state: &AppState,
    actor: &Actor,
    organization: &Organization,
    typed: Fields,
    refusal: Option<Refusal>,
) -> Result<Response, PageError> {
    let domains = domain_groups(state).await?;
    let slug = organization.slug.clone();
    let status = Refusal::status_of(refusal.as_ref());
    let frame = Frame::of(state, actor, organization, Tab::Integrations, "new integration");
    Ok(frame.respond(status, || view! { <IntegrationNewPage slug domains typed refusal/> }.into_any()))
}

/// The domains of every framework; of a code that several have, the first counts.
async fn domain_groups(state: &AppState) -> Result<Vec<DomainGroup>, Error> {
    let mut known = BTreeSet::new();
    let mut groups = Vec::new();
    for entry in state.service.frameworks().await? {
        let framework = state.service.framework(&entry.code, Some(&entry.version)).await?;
        let domains = framework.domains.iter().filter(|domain| known.insert(domain.code.clone()));
        let domains: Vec<_> = domains.map(|domain| (domain.code.clone(), domain.title.clone())).collect();
        if !domains.is_empty() {
            groups.push(DomainGroup { framework: format!("{} {}", entry.code, entry.title), domains });
        }
    }
    Ok(groups)
}

#[derive(Deserialize)]
struct AfterCheck {
    after: Option<CheckId>,
}

async fn show(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Segments((slug, id)): Segments<(String, IntegrationId)>,
    query: Result<Query<AfterCheck>, QueryRejection>,
) -> Result<Response, PageError> {
    let after = query.ok().and_then(|Query(query)| query.after);
    page(&state, &actor, &slug, id, after, None, None).await
}

async fn update(
    State(state): State<AppState>,
    Segments((slug, id)): Segments<(String, IntegrationId)>,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    let changed = match read_integration(&fields) {
        Ok(details) => state.service.update_integration(&actor, id, details).await,
        Err(problems) => Err(Error::Invalid(problems)),
    };
    match changed {
        Ok(_) => Ok(see_other(&format!("/orgs/{slug}/integrations/{id}"))),
        Err(error) => page(&state, &actor, &slug, id, None, Some(fields), Some(Refusal::of(error)?)).await,
    }
}

async fn remove(
    State(state): State<AppState>,
    Segments((slug, id)): Segments<(String, IntegrationId)>,
    Posted { actor, fields: _ }: Posted,
) -> Result<Response, PageError> {
    match state.service.remove_integration(&actor, id).await {
        Ok(()) => Ok(see_other(&place(&slug))),
        Err(error) => page(&state, &actor, &slug, id, None, None, Some(Refusal::of(error)?)).await,
    }
}

async fn page(
    state: &AppState,
    actor: &Actor,
    slug: &str,
    id: IntegrationId,
    after: Option<CheckId>,
    typed: Option<Fields>,
    refusal: Option<Refusal>,
) -> Result<Response, PageError> {
    let found = state.service.integration_page(actor, id, after, CHECKS_PER_PAGE).await?;
    if found.organization.slug != slug {
        return Err(PageError::not_found());
    }
    let service::integration::IntegrationPage { organization, role, integration, checks, more } = found;
    let more = checks.last().filter(|_| more).map(|last| format!("?after={}#checks", last.check.id));
    let domains = domain_groups(state).await?;
    let checks = checks.into_iter().map(|row| named(state, row)).collect();
    let may_operate = Permission::Operate.allows(role);
    let typed = typed.unwrap_or_else(|| fields_of(&integration.details));
    let (slug, details) = (organization.slug.clone(), integration.details);
    let at = format!("/orgs/{slug}/integrations/{id}");
    let today = UnixMillis::now().date();
    let status = Refusal::status_of(refusal.as_ref());
    let frame = Frame::of(state, actor, &organization, Tab::Integrations, &details.name);
    let content = || {
        view! { <IntegrationPage at slug details checks more domains may_operate today typed refusal/> }
            .into_any()
    };
    Ok(frame.respond(status, content))
}

fn named(state: &AppState, row: CheckRow) -> NamedCheck {
    let kind = state.service.kind(&row.check.kind);
    let target = target_of(kind, &state.service.shown_parameters(&row.check));
    let title = kind.map_or_else(|| row.check.kind.to_string(), |kind| kind.title.clone());
    NamedCheck { row, title, target }
}
