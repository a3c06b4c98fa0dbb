//! Campaigns of whoever works for several organizations.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use domain::FrameworkCode;
use service::campaign::{NewCampaign, StartedIn};
use service::{Actor, CampaignId, OrgId, UnixMillis};
use tower_sessions::Session;

use crate::pages::campaigns::{CampaignSheet, CampaignsSheet, campaign_page, campaigns_page};
use crate::web::{
    AppState, CurrentActor, Fields, Frame, Once, PageError, Posted, Refusal, Segments, see_other, show_once,
    shown_once,
};

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/portfolio/campaigns", get(list).post(create))
        .route("/portfolio/campaigns/{id}", get(show).post(change))
        .route("/portfolio/campaigns/{id}/organizations", post(extend))
        .route("/portfolio/campaigns/{id}/remove", post(remove))
}

async fn list(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
) -> Result<Response, PageError> {
    draw_list(&state, &actor, Fields::default(), None).await
}

async fn create(
    State(state): State<AppState>,
    session: Session,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    let (code, version) = fields.get("framework").split_once(' ').unwrap_or((fields.get("framework"), ""));
    let new = NewCampaign {
        title: fields.get("title").to_owned(),
        framework: FrameworkCode::from(code),
        version: Some(version.to_owned()).filter(|version| !version.is_empty()),
        due: fields.trimmed("due").parse().ok(),
        organizations: organizations(&fields),
    };
    match state.service.create_campaign(&actor, new).await {
        Ok((campaign, started)) => after_start(&state, &session, &actor, campaign.id, &started).await,
        Err(error) => draw_list(&state, &actor, fields, Some(Refusal::of(error)?)).await,
    }
}

async fn show(
    State(state): State<AppState>,
    once: Once,
    CurrentActor(actor): CurrentActor,
    Segments(id): Segments<CampaignId>,
) -> Result<Response, PageError> {
    let started = shown_once(&state, &once, &actor, &at(id)).await?.pop();
    draw(&state, &actor, id, started, Fields::default(), None).await
}

async fn change(
    State(state): State<AppState>,
    Segments(id): Segments<CampaignId>,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    let due = fields.trimmed("due").parse().ok();
    match state.service.change_campaign(&actor, id, fields.get("title"), due).await {
        Ok(()) => Ok(see_other(&at(id))),
        Err(error) => draw(&state, &actor, id, None, fields, Some(Refusal::of(error)?)).await,
    }
}

async fn extend(
    State(state): State<AppState>,
    session: Session,
    Segments(id): Segments<CampaignId>,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    match state.service.extend_campaign(&actor, id, organizations(&fields)).await {
        Ok(started) => after_start(&state, &session, &actor, id, &started).await,
        Err(error) => draw(&state, &actor, id, None, fields, Some(Refusal::of(error)?)).await,
    }
}

async fn remove(
    State(state): State<AppState>,
    Segments(id): Segments<CampaignId>,
    Posted { actor, .. }: Posted,
) -> Result<Response, PageError> {
    state.service.remove_campaign(&actor, id).await?;
    Ok(see_other("/portfolio/campaigns"))
}

fn at(id: CampaignId) -> String {
    format!("/portfolio/campaigns/{id}")
}

/// Those that were ticked; what is no identifier names nothing.
fn organizations(fields: &Fields) -> Vec<OrgId> {
    fields.all("organizations").filter_map(|id| id.parse().ok()).collect()
}

/// To the campaign; where an assessment could not be started, its page says so once. Reloading it starts nothing.
async fn after_start(
    state: &AppState,
    session: &Session,
    actor: &Actor,
    id: CampaignId,
    started: &StartedIn,
) -> Result<Response, PageError> {
    if started.refused.is_empty() {
        return Ok(see_other(&at(id)));
    }
    show_once(state, session, actor, &at(id), started).await
}

async fn draw_list(
    state: &AppState,
    actor: &Actor,
    typed: Fields,
    refusal: Option<Refusal>,
) -> Result<Response, PageError> {
    let mut organizations = state.service.startable(actor).await?;
    organizations.sort_by(|a, b| a.name.cmp(&b.name));
    let status = Refusal::status_of(refusal.as_ref());
    let sheet = CampaignsSheet {
        campaigns: state.service.campaigns(actor).await?,
        frameworks: state.service.frameworks().await?,
        organizations,
        today: UnixMillis::now().date(),
        typed,
        refusal,
    };
    let frame = Frame::new(state, Some(actor), "Campaigns").crumb("/portfolio", "Portfolio");
    Ok(frame.respond(status, || campaigns_page(&sheet)))
}

async fn draw(
    state: &AppState,
    actor: &Actor,
    id: CampaignId,
    started: Option<StartedIn>,
    typed: Fields,
    refusal: Option<Refusal>,
) -> Result<Response, PageError> {
    let page = state.service.campaign(actor, id).await?;
    let status = Refusal::status_of(refusal.as_ref());
    let title = format!("{}, campaign", page.campaign.title);
    let frame = Frame::new(state, Some(actor), title)
        .crumb("/portfolio", "Portfolio")
        .crumb("/portfolio/campaigns", "Campaigns");
    let sheet = CampaignSheet { page, started, typed, refusal };
    Ok(frame.respond(status, || campaign_page(&sheet)))
}
