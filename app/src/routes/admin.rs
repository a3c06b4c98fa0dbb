//! The page of whoever administers the installation.

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::get;
use leptos::prelude::*;
use service::{Actor, Error};
use tower_sessions::Session;

use crate::pages::admin::{AdminPage, Brought};
use crate::web::{
    AppState, ClientSent, ClientUpload, CurrentActor, Frame, Once, PageError, Refusal, show_once, shown_once,
};

/// The page that says which client was brought.
const CLIENTS: &str = "/admin/clients";

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/admin", get(show))
}

/// The form whose file may be larger than those of all others.
pub(super) fn large_router() -> Router<AppState> {
    Router::new().route(CLIENTS, get(show).post(bring))
}

async fn show(
    State(state): State<AppState>,
    once: Once,
    CurrentActor(actor): CurrentActor,
) -> Result<Response, PageError> {
    let imported = shown_once(&state, &once, &actor, CLIENTS).await?.pop();
    page(&state, &actor, Brought { imported, refusal: None }).await
}

/// Brings a client from a file. Once the file is here it goes on to its end, although whoever sent it has gone.
async fn bring(
    State(state): State<AppState>,
    session: Session,
    CurrentActor(actor): CurrentActor,
    request: Request,
) -> Result<Response, PageError> {
    // Nobody else has a file kept.
    if !actor.is_admin() {
        return Err(PageError::not_found());
    }
    let problem = match ClientUpload::read(request).await? {
        ClientSent::File(upload) => return bring_from(&state, &session, &actor, upload).await,
        ClientSent::Nothing => "Choose the file of a client.",
        ClientSent::TooLarge => {
            "A client may hold at most 1 GB here. Larger ones are brought on the server, with rung client import."
        }
    };
    let refusal = Some(Refusal::of(Error::invalid("file", problem))?);
    page(&state, &actor, Brought { imported: None, refusal }).await
}

async fn bring_from(
    state: &AppState,
    session: &Session,
    actor: &Actor,
    upload: ClientUpload,
) -> Result<Response, PageError> {
    let (service, owner) = (state.service.clone(), actor.clone());
    let importing = tokio::spawn(async move { service.import_client(&owner, upload.path()).await });
    match importing.await.map_err(PageError::internal)? {
        Ok(imported) => show_once(state, session, actor, CLIENTS, &imported).await,
        Err(error) => {
            let refusal = Some(Refusal::of(error)?);
            page(state, actor, Brought { imported: None, refusal }).await
        }
    }
}

async fn page(state: &AppState, actor: &Actor, brought: Brought) -> Result<Response, PageError> {
    let scheduler = state.service.scheduler_status(actor).await?;
    let status = Refusal::status_of(brought.refusal.as_ref());
    let frame = Frame::new(state, Some(actor), "Administration").crumb("/admin", "Administration");
    Ok(frame.respond(status, || view! { <AdminPage scheduler brought/> }.into_any()))
}
