//! Inviting somebody, and taking an invitation back.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use service::invitation::NewInvitation;
use service::record::InvitationMail;
use service::{Error, InvitationId};
use tower_sessions::Session;

use super::{page, place, role_named};
use crate::pages::members::{Filled, MadeLink};
use crate::web::{AppState, Fields, PageError, Posted, Refusal, Segments, see_other, show_once};

/// Begins the names of the form's fields: another form of the page has an e-mail and a role, too.
const PREFIX: &str = "invite-";

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/orgs/{slug}/members/invitations", post(invite))
        .route("/orgs/{slug}/members/invitations/{id}/revoke", post(revoke))
}

async fn invite(
    State(state): State<AppState>,
    session: Session,
    Segments(slug): Segments<String>,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    let (organization, role) = state.service.organization_by_slug(&actor, &slug).await?;
    let made = match understood(&fields) {
        Ok(new) => state.service.invite(&actor, organization.id, new).await,
        Err(error) => Err(error),
    };
    match made {
        Ok(link) => {
            let made = MadeLink {
                address: state.service.public_address(&format!("/invitations/{}", link.token)),
                email: link.invitation.email,
                mailed: link.invitation.mail != InvitationMail::None,
            };
            show_once(&state, &session, &actor, &place(&slug), &made).await
        }
        Err(error) => {
            let refusal = Some(Refusal::of(prefixed(error))?);
            let filled = Filled { invite: fields, refusal, ..Filled::default() };
            page(&state, &actor, &organization, role, filled).await
        }
    }
}

fn understood(fields: &Fields) -> Result<NewInvitation, Error> {
    let role = role_named(fields.get("invite-role"))?;
    let days = fields.trimmed("invite-days").parse().unwrap_or(0);
    Ok(NewInvitation { email: fields.get("invite-email").to_owned(), role, days })
}

fn prefixed(error: Error) -> Error {
    match error {
        Error::Invalid(mut errors) => {
            for error in &mut errors {
                error.field.insert_str(0, PREFIX);
            }
            Error::Invalid(errors)
        }
        other => other,
    }
}

async fn revoke(
    State(state): State<AppState>,
    Segments((slug, id)): Segments<(String, InvitationId)>,
    Posted { actor, .. }: Posted,
) -> Result<Response, PageError> {
    state.service.revoke_invitation(&actor, id).await?;
    Ok(see_other(&place(&slug)))
}
