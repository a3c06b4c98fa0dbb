//! What is behind the link of an invitation: joining, with an account or with a new one.
//!
//! Opening the link changes nothing: mail servers open links to look at them.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use http::{HeaderName, HeaderValue, StatusCode, header};
use service::invitation::{OpenedInvitation, ended_words};
use service::{Actor, Error};
use tower_sessions::Session;

use crate::pages::invitation::{InvitationSheet, Way, invitation_page};
use crate::pages::sign_in::ladder_names;
use crate::web::{
    AppState, Browser, ClientAddress, Fields, Frame, MaybeActor, PageError, Posted, Refusal, Segments,
    Submitted, begin_session, see_other,
};

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/invitations/{token}", get(open).post(accept))
        .route("/invitations/{token}/account", post(create_account))
}

async fn open(
    State(state): State<AppState>,
    MaybeActor(actor): MaybeActor,
    Segments(token): Segments<String>,
    ClientAddress(client): ClientAddress,
) -> Result<Response, PageError> {
    let opened = opened(&state, &token, &client).await?;
    Ok(draw(&state, actor.as_ref(), &token, opened, Fields::default(), None).await)
}

async fn accept(
    State(state): State<AppState>,
    Segments(token): Segments<String>,
    ClientAddress(client): ClientAddress,
    Posted { actor, .. }: Posted,
) -> Result<Response, PageError> {
    match state.service.accept_invitation(&actor, &token, &client).await {
        Ok((organization, _)) => Ok(see_other(&format!("/orgs/{}", organization.slug))),
        Err(Error::NotFound(_)) => Err(unknown()),
        Err(Error::Forbidden(words)) => {
            let heading = "This invitation is not for this account";
            Err(PageError::problem(StatusCode::FORBIDDEN, heading, words))
        }
        Err(error) => Err(error.into()),
    }
}

async fn create_account(
    State(state): State<AppState>,
    session: Session,
    browser: Browser,
    Segments(token): Segments<String>,
    ClientAddress(client): ClientAddress,
    Submitted(fields): Submitted,
) -> Result<Response, PageError> {
    let (name, password) = (fields.get("name").to_owned(), fields.get("password").to_owned());
    match state.service.accept_invitation_with_account(&token, &client, name, password).await {
        Ok((actor, organization)) => {
            begin_session(&session, &actor, &browser).await?;
            Ok(see_other(&format!("/orgs/{}", organization.slug)))
        }
        Err(Error::NotFound(_)) => Err(unknown()),
        Err(error) => {
            let refusal = Refusal::of(error)?;
            let opened = opened(&state, &token, &client).await?;
            Ok(draw(&state, None, &token, opened, fields, Some(refusal)).await)
        }
    }
}

/// What the link leads to, while it leads anywhere.
async fn opened(state: &AppState, token: &str, client: &str) -> Result<OpenedInvitation, PageError> {
    let opened = match state.service.opened_invitation(token, client).await {
        Err(Error::NotFound(_)) => return Err(unknown()),
        other => other?,
    };
    match ended_words(opened.state) {
        None => Ok(opened),
        Some(words) => Err(PageError::problem(StatusCode::GONE, "This invitation has ended", words)),
    }
}

fn unknown() -> PageError {
    PageError::problem(
        StatusCode::NOT_FOUND,
        "There is no such invitation",
        "The link may have been cut off on its way: open all of it, or ask whoever sent it for a new one.",
    )
}

async fn draw(
    state: &AppState,
    actor: Option<&Actor>,
    token: &str,
    opened: OpenedInvitation,
    typed: Fields,
    refusal: Option<Refusal>,
) -> Response {
    let way = match actor {
        Some(actor) if actor.email() == opened.invitation.email => Way::Join,
        Some(actor) => Way::Foreign { signed_in_as: actor.email().to_owned() },
        None if opened.has_account => Way::SignIn,
        None => Way::CreateAccount,
    };
    let status = match (&way, &refusal) {
        (_, Some(refusal)) => refusal.status,
        (Way::Foreign { .. }, None) => StatusCode::FORBIDDEN,
        _ => StatusCode::OK,
    };
    let rungs = ladder_names(state).await;
    let sheet = InvitationSheet { at: format!("/invitations/{token}"), opened, way, typed, refusal, rungs };
    let frame = Frame::new(state, actor, "Invitation");
    let mut response = frame.respond(status, || invitation_page(sheet));
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}
