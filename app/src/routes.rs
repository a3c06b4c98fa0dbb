//! Which address is answered by which handler. One module per area; each gives its routes.

mod account;
mod actions;
mod admin;
mod alerts;
mod assessments;
mod benchmark;
mod campaigns;
mod checks;
mod citations;
mod drafts;
mod evidence;
mod findings;
mod follow;
mod frameworks;
mod home;
mod incidents;
mod integrations;
mod invitations;
mod logo;
mod members;
mod organizations;
mod portfolio;
mod questionnaire;
mod registers;
mod report;
mod review;
mod roadmap;
mod sandbox;
mod sent;
mod settings;
mod shares;
mod succession;
mod together;
mod trend;

use axum::Router;
use axum::routing::post;
use service::assessment::Assessed;
use service::{Actor, AssessmentId};

use crate::web::{AppState, PageError, server_functions};

/// The form with a client's file, which bounds itself what is read of it, and may take hours to come. What is said of
/// [`router`] holds for it too.
pub fn large_router() -> Router<AppState> {
    admin::large_router()
}

/// The pages whose forms have a file, of which up to [`UPLOAD_LIMIT`](crate::web::UPLOAD_LIMIT) bytes are read. What is said
/// of [`router`] holds for them too.
pub fn upload_router() -> Router<AppState> {
    Router::new()
        .merge(drafts::upload_router())
        .merge(evidence::upload_router())
        .merge(logo::upload_router())
        .merge(questionnaire::upload_router())
        .method_not_allowed_fallback(sent::not_a_page)
}

/// Every other page and form, and the server functions below `/api/ui`. Needs [`draw_errors`](crate::web::draw_errors) and a
/// session layer around it, and connection information or a [`ClientAddress`](crate::web::ClientAddress) for throttling.
pub fn router() -> Router<AppState> {
    Router::new()
        .merge(account::router())
        .merge(actions::router())
        .merge(admin::router())
        .merge(alerts::router())
        .merge(assessments::router())
        .merge(campaigns::router())
        .merge(benchmark::router())
        .merge(checks::router())
        .merge(citations::router())
        .merge(drafts::router())
        .merge(evidence::router())
        .merge(findings::router())
        .merge(follow::router())
        .merge(frameworks::router())
        .merge(home::router())
        .merge(incidents::router())
        .merge(integrations::router())
        .merge(invitations::router())
        .merge(logo::router())
        .merge(members::router())
        .merge(organizations::router())
        .merge(portfolio::router())
        .merge(questionnaire::router())
        .merge(registers::router())
        .merge(report::router())
        .merge(review::router())
        .merge(roadmap::router())
        .merge(sandbox::router())
        .merge(settings::router())
        .merge(shares::router())
        .merge(together::router())
        .merge(succession::router())
        .merge(trend::router())
        .route("/api/ui/{*function}", post(server_functions))
        .fallback(|| async { PageError::not_found() })
        .method_not_allowed_fallback(sent::not_a_page)
}

/// The assessment that an address names; under the address of another organization it does not exist.
async fn assessed_at(
    state: &AppState,
    actor: &Actor,
    slug: &str,
    id: AssessmentId,
) -> Result<Assessed, PageError> {
    let assessed = state.service.assessed(actor, id).await?;
    if assessed.bundle.organization.slug == slug { Ok(assessed) } else { Err(PageError::not_found()) }
}
