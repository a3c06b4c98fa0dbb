//! Health checks of an integration: what they saw, what that does to answers, running and tying them.

mod attest;
mod feed;
mod reconcile;
mod setup;

pub(super) use attest::end_of;

use axum::Router;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use domain::BindingId;
use http::StatusCode;
use leptos::prelude::*;
use serde::Deserialize;
use service::assessment::Assessed;
use service::check::{CheckPage, FeedToken, Period};
use service::{Actor, CheckId, Error, FrameworkId, Permission, RunId, UnixMillis};

use crate::pages::check::{Asked, CheckShown, CheckView, Earlier, RunsPage};
use crate::web::{
    AppState, CurrentActor, Fields, Frame, Once, PageError, Posted, Refusal, Segments, Tab, kept_nowhere,
    see_other, shown_once,
};

/// Runs on one page.
const PER_PAGE: u32 = 100;

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/orgs/{slug}/checks/{id}", get(show))
        .route("/orgs/{slug}/checks/{id}/run", post(run))
        .route("/orgs/{slug}/checks/{id}/runs", get(runs))
        .route("/orgs/{slug}/checks/{id}/tie", post(tie))
        .route("/orgs/{slug}/checks/{id}/tie/clear", post(clear_tie))
        .merge(attest::router())
        .merge(feed::router())
        .merge(reconcile::router())
        .merge(setup::router())
}

/// Where a check is shown.
fn place(slug: &str, id: CheckId) -> String {
    format!("/orgs/{slug}/checks/{id}")
}

/// The check, if it is one of the organization in the address.
pub(super) async fn check_page(
    state: &AppState,
    actor: &Actor,
    slug: &str,
    id: CheckId,
) -> Result<CheckPage, PageError> {
    let page = state.service.check_page(actor, id).await?;
    if page.organization.slug == slug { Ok(page) } else { Err(PageError::not_found()) }
}

/// A period whose uptime is asked for.
#[derive(Deserialize)]
struct Asking {
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
}

async fn show(
    State(state): State<AppState>,
    once: Once,
    CurrentActor(actor): CurrentActor,
    Segments((slug, id)): Segments<(String, CheckId)>,
    query: Result<Query<Asking>, QueryRejection>,
) -> Result<Response, PageError> {
    let asking = query.ok().map(|Query(asking)| asking);
    let asked = match asking.filter(|asking| !asking.from.is_empty() || !asking.to.is_empty()) {
        Some(asking) => Some(asked(&state, &actor, id, asking).await?),
        None => None,
    };
    // Of two, the later is the one that the feed answers to.
    let made = shown_once(&state, &once, &actor, &place(&slug, id)).await?.pop();
    page_with(&state, &actor, &slug, id, Fields::default(), None, More { made, asked }).await
}

async fn asked(
    state: &AppState,
    actor: &Actor,
    id: CheckId,
    Asking { from, to }: Asking,
) -> Result<Asked, PageError> {
    let found = match Period::read(&from, &to, UnixMillis::now()) {
        Ok(period) => Ok(state.service.check_period(actor, id, period).await?),
        Err(problems) => Err(Refusal::invalid(problems)),
    };
    Ok(Asked { from, to, found })
}

/// What a page shows this once.
#[derive(Default)]
struct More {
    made: Option<FeedToken>,
    asked: Option<Asked>,
}

async fn run(
    State(state): State<AppState>,
    Segments((slug, id)): Segments<(String, CheckId)>,
    Posted { actor, fields: _ }: Posted,
) -> Result<Response, PageError> {
    check_page(&state, &actor, &slug, id).await?;
    state.service.run_check(&actor, id).await?;
    Ok(see_other(&format!("/orgs/{slug}/checks/{id}")))
}

#[derive(Deserialize)]
struct Before {
    before: Option<RunId>,
}

async fn runs(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Segments((slug, id)): Segments<(String, CheckId)>,
    query: Result<Query<Before>, QueryRejection>,
) -> Result<Response, PageError> {
    let page = check_page(&state, &actor, &slug, id).await?;
    let before = query.ok().and_then(|Query(query)| query.before);
    let mut runs = state.service.runs(&actor, id, before, PER_PAGE + 1).await?;
    let wanted = usize::try_from(PER_PAGE).unwrap_or(usize::MAX);
    let more = runs.len() > wanted;
    runs.truncate(wanted);
    let name = format!("{}, {}", page.integration.details.name, page.kind.title);
    let frame = Frame::new(&state, Some(&actor), format!("{name}, earlier runs"))
        .organization(&page.organization, Tab::Integrations);
    let (at, aims) = (format!("/orgs/{slug}/checks/{id}"), page.history.aims);
    let earlier = Earlier { at, name, runs, more, aims };
    Ok(frame.respond(StatusCode::OK, || view! { <RunsPage earlier/> }.into_any()))
}

async fn tie(
    State(state): State<AppState>,
    Segments((slug, id)): Segments<(String, CheckId)>,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    let done = match (binding_of(&fields), tied_of(&fields)) {
        (Some((framework, binding)), Some(tied)) => {
            state.service.set_tie(&actor, id, framework, &binding, tied, fields.get("reason")).await
        }
        (None, _) => Err(Error::invalid("binding", "Choose a criterion from the list.")),
        (_, None) => Err(Error::invalid("tied", "Choose whether the check counts for it.")),
    };
    match done {
        Ok(()) => Ok(see_other(&format!("/orgs/{slug}/checks/{id}#effects"))),
        Err(error) => page(&state, &actor, &slug, id, fields, Some(Refusal::of(error)?)).await,
    }
}

async fn clear_tie(
    State(state): State<AppState>,
    Segments((slug, id)): Segments<(String, CheckId)>,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    let (framework, binding) = binding_of(&fields).ok_or_else(PageError::not_found)?;
    state.service.clear_tie(&actor, id, framework, &binding).await?;
    Ok(see_other(&format!("/orgs/{slug}/checks/{id}#effects")))
}

/// A binding as the forms name it: the framework's id, a slash, the binding's.
fn binding_of(fields: &Fields) -> Option<(FrameworkId, BindingId)> {
    let (framework, binding) = fields.get("binding").split_once('/')?;
    Some((framework.parse().ok()?, BindingId::from(binding)))
}

fn tied_of(fields: &Fields) -> Option<bool> {
    match fields.get("tied") {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}

pub(super) async fn page(
    state: &AppState,
    actor: &Actor,
    slug: &str,
    id: CheckId,
    typed: Fields,
    refusal: Option<Refusal>,
) -> Result<Response, PageError> {
    page_with(state, actor, slug, id, typed, refusal, More::default()).await
}

async fn page_with(
    state: &AppState,
    actor: &Actor,
    slug: &str,
    id: CheckId,
    typed: Fields,
    refusal: Option<Refusal>,
    More { made, asked }: More,
) -> Result<Response, PageError> {
    let page = check_page(state, actor, slug, id).await?;
    let feed =
        if state.service.is_feed(&page.check) { Some(state.service.feed(actor, id).await?) } else { None };
    let assessed = current_by_framework(state, actor, &page).await?;
    let parameters = state.service.shown_parameters(&page.check);
    let title = format!("{}, {}", page.integration.details.name, page.kind.title);
    let frame = Frame::new(state, Some(actor), title).organization(&page.organization, Tab::Integrations);
    let check = CheckShown {
        may_operate: Permission::Operate.allows(page.role),
        may_tie: Permission::Review.allows(page.role),
        may_alert: Permission::Alert.allows(page.role),
        incidents: state.service.check_incidents(actor, id).await?,
        overrides: state.service.overrides(actor, id).await?,
        feed,
        made,
        asked,
        page,
        assessed,
        parameters,
        now: UnixMillis::now(),
    };
    let asked_badly = check.asked.as_ref().and_then(|asked| asked.found.as_ref().err());
    let refused = refusal.as_ref().or(asked_badly);
    let status = Refusal::status_of(refused);
    let holds_secret = check.made.is_some();
    let response = frame.respond(status, || view! { <CheckView check typed refusal/> }.into_any());
    Ok(if holds_secret { kept_nowhere(response) } else { response })
}

/// The current assessment with each framework that asks for this kind of check.
async fn current_by_framework(
    state: &AppState,
    actor: &Actor,
    page: &CheckPage,
) -> Result<Vec<Assessed>, PageError> {
    let mut assessed = Vec::new();
    for (framework, current) in state.service.current_by_framework(actor, page.organization.id).await? {
        if page.bindings.iter().any(|bound| bound.framework == framework) {
            assessed.push(state.service.assessed(actor, current).await?);
        }
    }
    Ok(assessed)
}
