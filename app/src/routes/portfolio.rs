//! The portfolio of whoever works for several organizations.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use domain::FrameworkCode;
use service::{Actor, ViewId};

use crate::pages::portfolio::{PortfolioFilter, Views, portfolio_page};
use crate::web::{
    AppState, CurrentActor, Fields, Frame, PageError, Posted, Queried, Refusal, Segments, see_other,
};

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/portfolio", get(show))
        .route("/portfolio/views", post(save_view))
        .route("/portfolio/views/{id}/remove", post(remove_view))
}

async fn show(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Queried(query): Queried,
) -> Result<Response, PageError> {
    let filter = PortfolioFilter::from(query);
    draw(&state, &actor, &filter, Fields::default(), None).await
}

/// Keeps the choice that the form names, cleaned of what is no part of one.
async fn save_view(
    State(state): State<AppState>,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    let chosen = Fields::parse(fields.get("query").as_bytes()).ok_or_else(PageError::not_found)?;
    let filter = PortfolioFilter::from(chosen);
    match state.service.save_view(&actor, fields.get("view"), &filter.query()).await {
        Ok(view) => Ok(see_other(&format!("/portfolio?{}", view.query))),
        Err(error) => draw(&state, &actor, &filter, fields, Some(Refusal::of(error)?)).await,
    }
}

async fn remove_view(
    State(state): State<AppState>,
    Segments(id): Segments<ViewId>,
    Posted { actor, .. }: Posted,
) -> Result<Response, PageError> {
    state.service.remove_view(&actor, id).await?;
    Ok(see_other("/portfolio"))
}

async fn draw(
    state: &AppState,
    actor: &Actor,
    filter: &PortfolioFilter,
    typed: Fields,
    refusal: Option<Refusal>,
) -> Result<Response, PageError> {
    let framework = filter.framework().map(|(code, version)| (FrameworkCode::from(code), version));
    let framework = framework.as_ref().map(|(code, version)| (code, *version));
    let portfolio = state.service.portfolio(actor, framework).await?;
    let status = Refusal::status_of(refusal.as_ref());
    let views = Views { saved: state.service.saved_views(actor).await?, typed, refusal };
    let frame = Frame::new(state, Some(actor), "Portfolio").crumb("/portfolio", "Portfolio").fresh();
    Ok(frame.respond(status, || portfolio_page(&portfolio, filter, &views)))
}
