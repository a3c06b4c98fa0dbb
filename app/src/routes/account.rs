//! The first account, signing in and out.

use axum::Router;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use http::{HeaderName, HeaderValue};
use leptos::prelude::*;
use serde::Deserialize;
use service::account::{Entrance, SignUp};
use service::{Error, UnixMillis};
use tower_sessions::Session;

use crate::pages::sign_in::second_step::second_step_page;
use crate::pages::sign_in::{Onward, SignInForm, ladder_names, sign_in_page};
use crate::pages::sign_up::SignUpPage;
use crate::web::{
    AppState, Browser, ClientAddress, Fields, Frame, MaybeActor, PageError, Refusal, Submitted,
    begin_second_step, begin_session, forget_session, key_of, local_path, pending_step, percent_encoded,
    see_other, waits,
};

const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/sign-up", get(sign_up_form).post(sign_up))
        .route("/sign-in", get(sign_in_form).post(sign_in))
        .route("/sign-in/code", get(second_step_form).post(second_step))
        .route("/sign-out", post(sign_out))
}

async fn sign_up_form(
    State(state): State<AppState>,
    MaybeActor(actor): MaybeActor,
) -> Result<Response, PageError> {
    if actor.is_some() {
        return Ok(see_other("/"));
    }
    if !state.service.needs_first_account().await? {
        return Ok(see_other("/sign-in"));
    }
    Ok(sign_up_page(&state, Fields::default(), None).await)
}

async fn sign_up(
    State(state): State<AppState>,
    session: Session,
    browser: Browser,
    Submitted(fields): Submitted,
) -> Result<Response, PageError> {
    let sign_up = SignUp {
        name: fields.get("name").to_owned(),
        email: fields.get("email").to_owned(),
        password: fields.get("password").to_owned(),
    };
    match state.service.create_first_account(sign_up).await {
        Ok(actor) => {
            begin_session(&session, &actor, &browser).await?;
            if let Some(demo) = &state.demo
                && let Err(error) = demo.load(&state.service, &actor).await
            {
                // The account is there and counts; the demonstration can be loaded again from its own page.
                tracing::error!(%error, "the demonstration could not be loaded");
            }
            Ok(see_other("/"))
        }
        Err(error) => Ok(sign_up_page(&state, fields, Some(Refusal::of(error)?)).await),
    }
}

async fn sign_up_page(state: &AppState, typed: Fields, refusal: Option<Refusal>) -> Response {
    let status = Refusal::status_of(refusal.as_ref());
    let rungs = ladder_names(state).await;
    let frame = Frame::new(state, None, "Create the first account");
    frame.respond(status, || view! { <SignUpPage typed refusal rungs/> }.into_any())
}

#[derive(Deserialize)]
struct SignInQuery {
    #[serde(default)]
    next: String,
}

async fn sign_in_form(
    State(state): State<AppState>,
    MaybeActor(actor): MaybeActor,
    query: Result<Query<SignInQuery>, QueryRejection>,
) -> Result<Response, PageError> {
    let next = query.map(|Query(query)| query.next).unwrap_or_default();
    let next = local_path(&next).to_owned();
    if actor.is_some() {
        return Ok(see_other(&next));
    }
    if state.service.needs_first_account().await? {
        return Ok(see_other("/sign-up"));
    }
    let onward = Onward { next, unsent: None };
    Ok(sign_in_page(&state, SignInForm { onward, ..SignInForm::default() }, None).await)
}

async fn sign_in(
    State(state): State<AppState>,
    session: Session,
    ClientAddress(client): ClientAddress,
    browser: Browser,
    Submitted(fields): Submitted,
) -> Result<Response, PageError> {
    let email = fields.get("sign-in.email").to_owned();
    match state.service.sign_in(&email, fields.get("sign-in.password"), &client).await {
        Ok(Entrance::SignedIn(actor)) => {
            begin_session(&session, &actor, &browser).await?;
            Ok(go_on(&onward(fields)))
        }
        Ok(Entrance::SecondStep(pending)) => {
            begin_second_step(&session, &pending).await?;
            let onward = onward(fields);
            if onward.unsent.is_some() {
                // The form stays in the page: no address holds it.
                return Ok(second_step_page(&state, onward, None).await);
            }
            Ok(see_other(&format!("/sign-in/code?next={}", percent_encoded(&onward.next))))
        }
        Err(error) => {
            let refusal = Refusal::of(error)?;
            Ok(sign_in_page(&state, SignInForm { email, onward: onward(fields) }, Some(refusal)).await)
        }
    }
}

async fn second_step_form(
    State(state): State<AppState>,
    session: Session,
    MaybeActor(actor): MaybeActor,
    query: Result<Query<SignInQuery>, QueryRejection>,
) -> Result<Response, PageError> {
    let next = query.map(|Query(query)| query.next).unwrap_or_default();
    let next = local_path(&next).to_owned();
    if actor.is_some() {
        return Ok(see_other(&next));
    }
    let pending = pending_step(&session).await?;
    if pending.is_none_or(|pending| pending.has_ended(UnixMillis::now())) {
        return Ok(see_other(&format!("/sign-in?next={}", percent_encoded(&next))));
    }
    Ok(second_step_page(&state, Onward { next, unsent: None }, None).await)
}

async fn second_step(
    State(state): State<AppState>,
    session: Session,
    MaybeActor(actor): MaybeActor,
    ClientAddress(client): ClientAddress,
    browser: Browser,
    Submitted(fields): Submitted,
) -> Result<Response, PageError> {
    if actor.is_some() {
        return Ok(go_on(&onward(fields)));
    }
    let entered = match pending_step(&session).await? {
        Some(pending) => state.service.complete_sign_in(&pending, fields.get("sign-in.code"), &client).await,
        None => Ok(None),
    };
    match entered {
        Ok(Some(actor)) => {
            begin_session(&session, &actor, &browser).await?;
            Ok(go_on(&onward(fields)))
        }
        Ok(None) => {
            forget_session(&session).await?;
            let words = "The code has to come within five minutes of the password. Sign in again.";
            let refusal = Refusal::of(Error::Unauthenticated(words.to_owned()))?;
            let form = SignInForm { email: String::new(), onward: onward(fields) };
            Ok(sign_in_page(&state, form, Some(refusal)).await)
        }
        Err(error) => Ok(second_step_page(&state, onward(fields), Some(Refusal::of(error)?)).await),
    }
}

/// Where the fields of a sign-in form say that it leads.
fn onward(fields: Fields) -> Onward {
    let next = local_path(fields.get("sign-in.next")).to_owned();
    let repeat = fields.has("sign-in.repeat");
    Onward { next, unsent: repeat.then(|| fields.only(waits)) }
}

fn go_on(Onward { next, unsent }: &Onward) -> Response {
    match unsent {
        // 307 makes the browser post the very same form to where it was meant for.
        Some(_) => Redirect::temporary(next).into_response(),
        None => see_other(next),
    }
}

async fn sign_out(
    State(state): State<AppState>,
    session: Session,
    MaybeActor(actor): MaybeActor,
) -> Result<Response, PageError> {
    if let Some(actor) = actor {
        state.service.sign_out(&actor, &key_of(&session)).await?;
    }
    forget_session(&session).await?;
    let mut response = see_other("/sign-in");
    // Otherwise the next person at this browser would read the pages by going back.
    response.headers_mut().insert(CLEAR_SITE_DATA, HeaderValue::from_static("\"cache\""));
    Ok(response)
}
