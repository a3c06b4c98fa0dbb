//! Invitations to an organization.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use service::invitation::{NewInvitation, USUAL_INVITATION};
use service::record::{self, InvitationMail, InvitationState};
use service::{InvitationId, OrgId, Service, UnixMillis};
use utoipa::ToSchema;

use super::extract::{Bearer, Body, Segments};
use super::member::RoleName;
use super::paging::{Page, PageQuery, Paging};
use super::problem::Problem;
use super::time;

/// A link that lets one e-mail address join an organization.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(super) struct Invitation {
    #[schema(format = "uuid")]
    id: String,
    #[schema(example = "assessor@example.org")]
    email: String,
    role: RoleName,
    invited_by: String,
    state: StateName,
    mail: MailName,
    /// Why the latest try to send the mail failed.
    mail_error: Option<String>,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    expires_at: String,
}

/// How an invitation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = InvitationState)]
enum StateName {
    Open,
    Accepted,
    Revoked,
    Expired,
}

/// Whether a mail brings the link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = InvitationMail)]
enum MailName {
    /// Pass it on yourself.
    None,
    Waiting,
    Sent,
    /// Given up.
    Dead,
}

/// An invitation that was just made.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(super) struct MadeInvitation {
    #[serde(flatten)]
    invitation: Invitation,
    /// Shown this once.
    #[schema(example = "https://rung.example.org/invitations/…")]
    link: String,
}

impl From<record::Invitation> for Invitation {
    fn from(invitation: record::Invitation) -> Self {
        Self {
            state: match invitation.state(UnixMillis::now()) {
                InvitationState::Open => StateName::Open,
                InvitationState::Accepted => StateName::Accepted,
                InvitationState::Revoked => StateName::Revoked,
                InvitationState::Expired => StateName::Expired,
            },
            mail: match invitation.mail {
                InvitationMail::None => MailName::None,
                InvitationMail::Waiting => MailName::Waiting,
                InvitationMail::Sent => MailName::Sent,
                InvitationMail::Dead => MailName::Dead,
            },
            id: invitation.id.to_string(),
            email: invitation.email,
            role: invitation.role.into(),
            invited_by: invitation.by_name,
            mail_error: invitation.mail_error,
            created_at: time::shown(invitation.created_at),
            expires_at: time::shown(invitation.expires_at),
        }
    }
}

/// Whom to invite.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "email": "assessor@example.org", "role": "assessor", "days": 7 }))]
pub(super) struct Invite {
    email: String,
    role: RoleName,
    /// Days until it expires, 1 to 30; 7 when absent.
    days: Option<u32>,
}

/// The end of an invitation's link.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Accept {
    /// What follows `/invitations/` in the link.
    token: String,
}

/// Where the account belongs now.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Membership {
    #[schema(format = "uuid")]
    organization: String,
    name: String,
    slug: String,
    role: RoleName,
}

/// The invitations of an organization, the latest first
#[utoipa::path(
    get, path = "/organizations/{id}/invitations", tag = "members",
    params(("id" = String, Path, format = "uuid"), PageQuery),
    responses(
        (status = 200, body = Page<Invitation>), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)
    )
)]
pub(super) async fn list(
    Bearer(actor): Bearer,
    Segments(id): Segments<OrgId>,
    paging: Paging<InvitationId>,
    State(service): State<Service>,
) -> Result<Json<Page<Invitation>>, Problem> {
    let invitations = service.invitations(&actor, id).await?;
    Ok(Json(paging.slice(invitations, |invitation| invitation.id, Invitation::from)?))
}

/// Invite an e-mail address
///
/// The link works for this address only: whoever opens it signs in with it, or creates the account for it.
#[utoipa::path(
    post, path = "/organizations/{id}/invitations", tag = "members",
    params(("id" = String, Path, format = "uuid")), request_body = Invite,
    responses(
        (status = 201, body = MadeInvitation), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)
    )
)]
pub(super) async fn create(
    Bearer(actor): Bearer,
    Segments(id): Segments<OrgId>,
    State(service): State<Service>,
    Body(body): Body<Invite>,
) -> Result<(StatusCode, Json<MadeInvitation>), Problem> {
    let days = body.days.unwrap_or(USUAL_INVITATION);
    let new = NewInvitation { email: body.email, role: body.role.into(), days };
    let made = service.invite(&actor, id, new).await?;
    let link = service.public_address(&format!("/invitations/{}", made.token));
    Ok((StatusCode::CREATED, Json(MadeInvitation { invitation: made.invitation.into(), link })))
}

/// Take an invitation back
#[utoipa::path(
    delete, path = "/invitations/{id}", tag = "members", params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)
    )
)]
pub(super) async fn revoke(
    Bearer(actor): Bearer,
    Segments(id): Segments<InvitationId>,
    State(service): State<Service>,
) -> Result<StatusCode, Problem> {
    service.revoke_invitation(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Join an organization by invitation
///
/// The token acts as an account with the invited address.
#[utoipa::path(
    post, path = "/invitations/accept", tag = "members", request_body = Accept,
    responses(
        (status = 200, body = Membership), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem),
        (status = 429, body = Problem)
    )
)]
pub(super) async fn accept(
    Bearer(actor): Bearer,
    State(service): State<Service>,
    Body(body): Body<Accept>,
) -> Result<Json<Membership>, Problem> {
    // Whoever tries tokens needs a token first: misses count for the account, wherever it asks from.
    let client = format!("account:{}", actor.user());
    let (organization, role) = service.accept_invitation(&actor, &body.token, &client).await?;
    Ok(Json(Membership {
        organization: organization.id.to_string(),
        name: organization.name,
        slug: organization.slug,
        role: role.into(),
    }))
}
