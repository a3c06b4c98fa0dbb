//! The signed-in person's own things: profile, password, second factor, where they are signed in, API tokens.

mod second_factor;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use leptos::prelude::*;
use service::Actor;
use service::account::SecondFactorState;
use tower_sessions::Session;

use crate::pages::settings::{News, SettingsPage};
use crate::web::{
    AppState, Browser, CurrentActor, Fields, Frame, Once, PageError, Posted, Refusal, begin_session,
    kept_nowhere, key_of, see_other, show_once, shown_once,
};

/// The page that every form here leads back to.
const PAGE: &str = "/settings";

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .merge(second_factor::router())
        .route("/settings", get(settings))
        .route("/settings/profile", post(change_profile))
        .route("/settings/password", post(change_password))
        .route("/settings/sessions/end", post(end_session))
        .route("/settings/sessions/end-others", post(end_other_sessions))
        .route("/settings/tokens", post(create_token))
        .route("/settings/tokens/revoke", post(revoke_token))
}

async fn settings(
    State(state): State<AppState>,
    session: Session,
    once: Once,
    CurrentActor(actor): CurrentActor,
) -> Result<Response, PageError> {
    let news = News::still_so(shown_once(&state, &once, &actor, PAGE).await?);
    page(&state, &session, actor, Fields::default(), news, None).await
}

async fn change_profile(
    State(state): State<AppState>,
    session: Session,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    let (name, zone) = (fields.get("your_name"), fields.get("time_zone"));
    match state.service.set_profile(&actor, name, zone).await {
        Ok(_) => show_once(&state, &session, &actor, PAGE, &News::ProfileChanged).await,
        Err(error) => page(&state, &session, actor, fields, Vec::new(), Some(Refusal::of(error)?)).await,
    }
}

async fn change_password(
    State(state): State<AppState>,
    session: Session,
    browser: Browser,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    match state.service.change_password(&actor, fields.get("current"), fields.get("password")).await {
        Ok(()) => {
            // Every session ended with the old password; this one begins anew.
            begin_session(&session, &actor, &browser).await?;
            show_once(&state, &session, &actor, PAGE, &News::PasswordChanged).await
        }
        Err(error) => page(&state, &session, actor, fields, Vec::new(), Some(Refusal::of(error)?)).await,
    }
}

async fn end_session(
    State(state): State<AppState>,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    state.service.end_session(&actor, fields.get("session")).await?;
    Ok(see_other("/settings#sessions"))
}

async fn end_other_sessions(
    State(state): State<AppState>,
    session: Session,
    Posted { actor, fields: _ }: Posted,
) -> Result<Response, PageError> {
    let ended = state.service.end_other_sessions(&actor, &key_of(&session)).await?;
    show_once(&state, &session, &actor, PAGE, &News::SignedOutElsewhere { ended }).await
}

async fn create_token(
    State(state): State<AppState>,
    session: Session,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    match state.service.create_token(&actor, fields.get("name")).await {
        Ok(new) => {
            let news = News::TokenCreated { name: new.token.name, secret: new.secret };
            show_once(&state, &session, &actor, PAGE, &news).await
        }
        Err(error) => page(&state, &session, actor, fields, Vec::new(), Some(Refusal::of(error)?)).await,
    }
}

async fn revoke_token(
    State(state): State<AppState>,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    let token = fields.get("token").parse().map_err(|_| PageError::not_found())?;
    state.service.revoke_token(&actor, token).await?;
    Ok(see_other(PAGE))
}

async fn page(
    state: &AppState,
    session: &Session,
    actor: Actor,
    typed: Fields,
    news: Vec<News>,
    refusal: Option<Refusal>,
) -> Result<Response, PageError> {
    let tokens = state.service.tokens(&actor).await?;
    let sessions = state.service.sessions(&actor, &key_of(session)).await?;
    let second_factor = state.service.second_factor(&actor).await?;
    let holds_secret =
        matches!(second_factor, SecondFactorState::Begun(_)) || news.iter().any(News::holds_secret);
    let status = Refusal::status_of(refusal.as_ref());
    let frame = Frame::new(state, Some(&actor), "Settings");
    let response = frame.respond(status, || {
        view! { <SettingsPage actor second_factor tokens sessions typed news refusal/> }.into_any()
    });
    Ok(if holds_secret { kept_nowhere(response) } else { response })
}
