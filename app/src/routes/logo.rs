//! The logo of an organization's reports: shown to its members, changed by its owners.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use leptos::prelude::*;
use service::logo::TOO_LARGE;
use service::{Actor, Error, Permission};

use crate::pages::logo::LogoPage;
use crate::web::{
    AppState, CurrentActor, FileTooLarge, Frame, PageError, Posted, Refusal, Segments, Tab, Uploaded,
    see_other,
};

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/orgs/{slug}/logo/remove", post(remove))
}

pub(super) fn upload_router() -> Router<AppState> {
    Router::new().route("/orgs/{slug}/logo", get(show).post(set))
}

async fn show(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Segments(slug): Segments<String>,
) -> Result<Response, PageError> {
    page(&state, &actor, &slug, None).await
}

async fn set(
    State(state): State<AppState>,
    Segments(slug): Segments<String>,
    Uploaded { actor, file, .. }: Uploaded,
) -> Result<Response, PageError> {
    let (organization, _) = state.service.organization_by_slug(&actor, &slug).await?;
    let set = match file {
        Ok(file) => {
            let sent = file.map(|file| file.content).unwrap_or_default();
            state.service.set_logo(&actor, organization.id, sent).await
        }
        Err(FileTooLarge) => Err(Error::invalid("file", TOO_LARGE)),
    };
    match set {
        Ok(_) => Ok(see_other(&format!("/orgs/{slug}/logo"))),
        Err(error) => page(&state, &actor, &slug, Some(Refusal::of(error)?)).await,
    }
}

async fn remove(
    State(state): State<AppState>,
    Segments(slug): Segments<String>,
    Posted { actor, .. }: Posted,
) -> Result<Response, PageError> {
    let (organization, _) = state.service.organization_by_slug(&actor, &slug).await?;
    state.service.remove_logo(&actor, organization.id).await?;
    Ok(see_other(&format!("/orgs/{slug}/logo")))
}

async fn page(
    state: &AppState,
    actor: &Actor,
    slug: &str,
    refusal: Option<Refusal>,
) -> Result<Response, PageError> {
    let (organization, role) = state.service.organization_by_slug(actor, slug).await?;
    let logo = state.service.logo(actor, organization.id).await?;
    let status = Refusal::status_of(refusal.as_ref());
    let frame = Frame::new(state, Some(actor), format!("Logo, {}", organization.name))
        .organization(&organization, Tab::Report)
        .crumb(format!("/orgs/{slug}/report"), "Report");
    let (slug, name, may_change) =
        (organization.slug.clone(), organization.name.clone(), Permission::Own.allows(role));
    Ok(frame
        .respond(status, || view! { <LogoPage slug organization=name logo may_change refusal/> }.into_any()))
}
