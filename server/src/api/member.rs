//! Who belongs to an organization.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use service::record::{self, Role};
use service::{OrgId, Service, UserId};
use utoipa::ToSchema;

use super::extract::{Bearer, Body, Segments};
use super::paging::{Page, PageQuery, Paging};
use super::problem::Problem;
use super::time;

/// Somebody with a role in an organization.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(super) struct Member {
    /// The account.
    #[schema(format = "uuid")]
    user: String,
    name: String,
    #[schema(example = "assessor@example.org")]
    email: String,
    role: RoleName,
    #[schema(format = DateTime)]
    since: String,
}

/// What a member may do, least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum RoleName {
    Viewer,
    Contributor,
    Assessor,
    Consultant,
    Owner,
}

impl From<Role> for RoleName {
    fn from(role: Role) -> Self {
        match role {
            Role::Viewer => Self::Viewer,
            Role::Contributor => Self::Contributor,
            Role::Assessor => Self::Assessor,
            Role::Consultant => Self::Consultant,
            Role::Owner => Self::Owner,
        }
    }
}

impl From<RoleName> for Role {
    fn from(role: RoleName) -> Self {
        match role {
            RoleName::Viewer => Self::Viewer,
            RoleName::Contributor => Self::Contributor,
            RoleName::Assessor => Self::Assessor,
            RoleName::Consultant => Self::Consultant,
            RoleName::Owner => Self::Owner,
        }
    }
}

impl From<record::Member> for Member {
    fn from(member: record::Member) -> Self {
        Self {
            user: member.user.to_string(),
            name: member.name,
            email: member.email,
            role: member.role.into(),
            since: time::shown(member.since),
        }
    }
}

/// An account to add.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "email": "assessor@example.org", "role": "assessor" }))]
pub(super) struct NewMember {
    /// Of an account that exists.
    email: String,
    role: RoleName,
}

/// Another role.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "role": "viewer" }))]
pub(super) struct RoleChange {
    role: RoleName,
}

/// The members of an organization
#[utoipa::path(
    get, path = "/organizations/{id}/members", tag = "members",
    params(("id" = String, Path, format = "uuid"), PageQuery),
    responses((status = 200, body = Page<Member>), (status = 401, body = Problem), (status = 404, body = Problem))
)]
pub(super) async fn list(
    Bearer(actor): Bearer,
    Segments(id): Segments<OrgId>,
    paging: Paging<UserId>,
    State(service): State<Service>,
) -> Result<Json<Page<Member>>, Problem> {
    Ok(Json(paging.slice(service.members(&actor, id).await?, |member| member.user, Member::from)?))
}

/// Add an account to an organization
#[utoipa::path(
    post, path = "/organizations/{id}/members", tag = "members", params(("id" = String, Path, format = "uuid")),
    request_body = NewMember,
    responses(
        (status = 201, body = Member), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)
    )
)]
pub(super) async fn add(
    Bearer(actor): Bearer,
    Segments(id): Segments<OrgId>,
    State(service): State<Service>,
    Body(body): Body<NewMember>,
) -> Result<(StatusCode, Json<Member>), Problem> {
    service.add_member(&actor, id, &body.email, body.role.into()).await?;
    let email = body.email.trim().to_lowercase();
    let members = service.members(&actor, id).await?;
    let added = members.into_iter().find(|member| member.email == email);
    let added = added.ok_or_else(|| Problem::not_found("The member"))?;
    Ok((StatusCode::CREATED, Json(added.into())))
}

/// Give a member another role
#[utoipa::path(
    patch, path = "/organizations/{id}/members/{user}", tag = "members",
    params(("id" = String, Path, format = "uuid"), ("user" = String, Path, format = "uuid")),
    request_body = RoleChange,
    responses(
        (status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)
    )
)]
pub(super) async fn change(
    Bearer(actor): Bearer,
    Segments((id, user)): Segments<(OrgId, UserId)>,
    State(service): State<Service>,
    Body(body): Body<RoleChange>,
) -> Result<StatusCode, Problem> {
    service.set_role(&actor, id, user, body.role.into()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Remove a member
#[utoipa::path(
    delete, path = "/organizations/{id}/members/{user}", tag = "members",
    params(("id" = String, Path, format = "uuid"), ("user" = String, Path, format = "uuid")),
    responses(
        (status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)
    )
)]
pub(super) async fn remove(
    Bearer(actor): Bearer,
    Segments((id, user)): Segments<(OrgId, UserId)>,
    State(service): State<Service>,
) -> Result<StatusCode, Problem> {
    service.remove_member(&actor, id, user).await?;
    Ok(StatusCode::NO_CONTENT)
}
