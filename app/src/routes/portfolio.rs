//! The portfolio of whoever works for several organizations.

use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use domain::FrameworkCode;
use http::StatusCode;

use crate::pages::portfolio::{PortfolioFilter, portfolio_page};
use crate::web::{AppState, CurrentActor, Fields, Frame, PageError};

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/portfolio", get(show))
}

async fn show(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let filter = PortfolioFilter::from(query.into_iter().collect::<Fields>());
    let framework = filter.framework().map(|(code, version)| (FrameworkCode::from(code), version));
    let framework = framework.as_ref().map(|(code, version)| (code, *version));
    let portfolio = state.service.portfolio(&actor, framework).await?;
    let frame = Frame::new(&state, Some(&actor), "Portfolio").crumb("/portfolio", "Portfolio");
    Ok(frame.respond(StatusCode::OK, || portfolio_page(&portfolio, &filter)))
}
