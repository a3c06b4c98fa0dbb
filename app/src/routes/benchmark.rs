//! Peers, and the owner's decision to be among them.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use domain::FrameworkCode;
use service::{Actor, Error, OrgId};

use crate::pages::benchmark::{BenchmarkSheet, benchmark_page};
use crate::web::{
    AppState, CurrentActor, Frame, PageError, Posted, Queried, Refusal, Segments, Tab, see_other,
};

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/orgs/{slug}/peers", get(show))
        .route("/orgs/{slug}/peers/join", post(join))
        .route("/orgs/{slug}/peers/leave", post(leave))
}

async fn show(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Segments(slug): Segments<String>,
    Queried(query): Queried,
) -> Result<Response, PageError> {
    let (organization, _) = state.service.organization_by_slug(&actor, &slug).await?;
    let version = query.trimmed("framework").split_once(' ');
    let version = version.map(|(code, version)| (FrameworkCode::from(code), version));
    let version = version.as_ref().map(|(code, version)| (code, *version));
    page(&state, &actor, organization.id, &slug, version, None).await
}

async fn join(
    State(state): State<AppState>,
    Segments(slug): Segments<String>,
    Posted { actor, .. }: Posted,
) -> Result<Response, PageError> {
    let (organization, _) = state.service.organization_by_slug(&actor, &slug).await?;
    let done = state.service.join_benchmark(&actor, organization.id).await;
    decided(&state, &actor, organization.id, &slug, done).await
}

async fn leave(
    State(state): State<AppState>,
    Segments(slug): Segments<String>,
    Posted { actor, .. }: Posted,
) -> Result<Response, PageError> {
    let (organization, _) = state.service.organization_by_slug(&actor, &slug).await?;
    let done = state.service.leave_benchmark(&actor, organization.id).await;
    decided(&state, &actor, organization.id, &slug, done).await
}

async fn decided(
    state: &AppState,
    actor: &Actor,
    org: OrgId,
    slug: &str,
    done: Result<(), Error>,
) -> Result<Response, PageError> {
    match done {
        Ok(()) => Ok(see_other(&format!("/orgs/{slug}/peers"))),
        Err(error) => page(state, actor, org, slug, None, Some(Refusal::of(error)?)).await,
    }
}

async fn page(
    state: &AppState,
    actor: &Actor,
    org: OrgId,
    slug: &str,
    version: Option<(&FrameworkCode, &str)>,
    refusal: Option<Refusal>,
) -> Result<Response, PageError> {
    let benchmark = state.service.benchmark(actor, org, version).await?;
    let status = Refusal::status_of(refusal.as_ref());
    let at = format!("/orgs/{slug}/peers");
    let frame =
        Frame::of(state, actor, &benchmark.organization, Tab::Overview, "peers").crumb(at.clone(), "Peers");
    let sheet = BenchmarkSheet { benchmark, at, refusal };
    Ok(frame.respond(status, || benchmark_page(&sheet)))
}
