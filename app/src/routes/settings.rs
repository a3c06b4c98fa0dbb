//! The signed-in person's own things: password and API tokens.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use http::{HeaderValue, StatusCode, header};
use leptos::prelude::*;
use service::Actor;
use tower_sessions::Session;

use crate::pages::settings::{News, SettingsPage};
use crate::web::{
    AppState, CurrentActor, Fields, Frame, PageError, Posted, Refusal, begin_session, see_other,
};

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/settings", get(settings))
        .route("/settings/password", post(change_password))
        .route("/settings/tokens", post(create_token))
        .route("/settings/tokens/revoke", post(revoke_token))
}

async fn settings(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
) -> Result<Response, PageError> {
    page(&state, actor, Fields::default(), None, None).await
}

async fn change_password(
    State(state): State<AppState>,
    session: Session,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    match state.service.change_password(&actor, fields.get("current"), fields.get("password")).await {
        Ok(()) => {
            // A session id that somebody else may know ends with the old password.
            begin_session(&session, &actor).await?;
            page(&state, actor, Fields::default(), Some(News::PasswordChanged), None).await
        }
        Err(error) => page(&state, actor, fields, None, Some(Refusal::of(error)?)).await,
    }
}

async fn create_token(
    State(state): State<AppState>,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    match state.service.create_token(&actor, fields.get("name")).await {
        Ok(new) => {
            let news = News::TokenCreated { name: new.token.name, secret: new.secret };
            let mut response = page(&state, actor, Fields::default(), Some(news), None).await?;
            response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            Ok(response)
        }
        Err(error) => page(&state, actor, fields, None, Some(Refusal::of(error)?)).await,
    }
}

async fn revoke_token(
    State(state): State<AppState>,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    let token = fields.get("token").parse().map_err(|_| PageError::not_found())?;
    state.service.revoke_token(&actor, token).await?;
    Ok(see_other("/settings"))
}

async fn page(
    state: &AppState,
    actor: Actor,
    typed: Fields,
    news: Option<News>,
    refusal: Option<Refusal>,
) -> Result<Response, PageError> {
    let tokens = state.service.tokens(&actor).await?;
    let status = refusal.as_ref().map_or(StatusCode::OK, |refusal| refusal.status);
    let frame = Frame::new(state, Some(&actor), "Settings");
    Ok(frame.respond(status, || view! { <SettingsPage actor tokens typed news refusal/> }.into_any()))
}
