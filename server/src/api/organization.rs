//! Organizations.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{HeaderName, LOCATION};
use serde::{Deserialize, Serialize};
use service::organization::{NewOrganization, OrganizationChange};
use service::record::{self, SizeBand};
use service::{OrgId, Service};
use utoipa::ToSchema;

use super::extract::{Bearer, Body, Segments, lasting};
use super::paging::{Page, PageQuery, Paging};
use super::problem::Problem;
use super::time;

/// 201, where the new thing is, and the thing.
pub(super) type Created<T> = (StatusCode, [(HeaderName, String); 1], Json<T>);

/// The answer to a POST that made something.
pub(super) fn created<T>(at: String, what: T) -> Created<T> {
    (StatusCode::CREATED, [(LOCATION, at)], Json(what))
}

/// An organization that is assessed.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(super) struct Organization {
    #[schema(format = "uuid")]
    id: String,
    /// In addresses of pages.
    #[schema(example = "alder-regional-hospital")]
    slug: String,
    #[schema(example = "Alder Regional Hospital")]
    name: String,
    #[schema(example = json!(["H", "A"]))]
    profiles: Vec<String>,
    size_band: SizeBandName,
    /// Demonstration data.
    demo: bool,
    #[schema(format = DateTime)]
    created_at: String,
}

/// Number of physicians.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(super) enum SizeBandName {
    #[serde(rename = "1-6")]
    UpTo6,
    #[serde(rename = "7-20")]
    UpTo20,
    #[serde(rename = "21-150")]
    UpTo150,
    #[serde(rename = "151+")]
    Above150,
}

impl From<SizeBand> for SizeBandName {
    fn from(band: SizeBand) -> Self {
        match band {
            SizeBand::UpTo6 => Self::UpTo6,
            SizeBand::UpTo20 => Self::UpTo20,
            SizeBand::UpTo150 => Self::UpTo150,
            SizeBand::Above150 => Self::Above150,
        }
    }
}

impl From<SizeBandName> for SizeBand {
    fn from(band: SizeBandName) -> Self {
        match band {
            SizeBandName::UpTo6 => Self::UpTo6,
            SizeBandName::UpTo20 => Self::UpTo20,
            SizeBandName::UpTo150 => Self::UpTo150,
            SizeBandName::Above150 => Self::Above150,
        }
    }
}

impl From<record::Organization> for Organization {
    fn from(organization: record::Organization) -> Self {
        Self {
            id: organization.id.to_string(),
            slug: organization.slug,
            name: organization.name,
            profiles: organization.profiles.iter().map(ToString::to_string).collect(),
            size_band: organization.size_band.into(),
            demo: organization.demo,
            created_at: time::shown(organization.created_at),
        }
    }
}

/// A new organization; whoever makes it owns it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "name": "Alder Regional Hospital", "profiles": ["H"], "size_band": "21-150" }))]
pub(super) struct NewOrganizationBody {
    name: String,
    /// Letters of the framework's profiles.
    profiles: Vec<String>,
    size_band: SizeBandName,
}

/// What an organization is from now on; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OrganizationChange, example = json!({ "profiles": ["H", "A"] }))]
pub(super) struct ChangeBody {
    #[serde(default, deserialize_with = "lasting")]
    #[schema(nullable = false)]
    name: Option<String>,
    /// Letters of the framework's profiles.
    #[serde(default, deserialize_with = "lasting")]
    #[schema(nullable = false)]
    profiles: Option<Vec<String>>,
    #[serde(default, deserialize_with = "lasting")]
    #[schema(nullable = false)]
    size_band: Option<SizeBandName>,
}

/// The organizations that you belong to
#[utoipa::path(
    get, path = "/organizations", tag = "organizations", params(PageQuery),
    responses((status = 200, body = Page<Organization>), (status = 401, body = Problem))
)]
pub(super) async fn list(
    Bearer(actor): Bearer,
    paging: Paging<OrgId>,
    State(service): State<Service>,
) -> Result<Json<Page<Organization>>, Problem> {
    let found = service.organizations(&actor, paging.after, paging.wanted()).await?;
    Ok(Json(paging.page(
        found,
        |(organization, _)| organization.id.to_string(),
        |(organization, _)| organization.into(),
    )))
}

/// Create an organization
#[utoipa::path(
    post, path = "/organizations", tag = "organizations", request_body = NewOrganizationBody,
    responses(
        (status = 201, body = Organization), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 422, body = Problem)
    )
)]
pub(super) async fn create(
    Bearer(actor): Bearer,
    State(service): State<Service>,
    Body(body): Body<NewOrganizationBody>,
) -> Result<Created<Organization>, Problem> {
    let new = NewOrganization {
        name: body.name,
        profiles: body.profiles.into_iter().map(Into::into).collect(),
        size_band: body.size_band.into(),
        demo: false,
    };
    let organization = service.create_organization(&actor, new).await?;
    Ok(created(format!("/api/v1/organizations/{}", organization.id), organization.into()))
}

/// An organization
#[utoipa::path(
    get, path = "/organizations/{id}", tag = "organizations", params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = Organization), (status = 401, body = Problem), (status = 404, body = Problem))
)]
pub(super) async fn get(
    Bearer(actor): Bearer,
    Segments(id): Segments<OrgId>,
    State(service): State<Service>,
) -> Result<Json<Organization>, Problem> {
    Ok(Json(service.organization(&actor, id).await?.into()))
}

/// Change what an organization is
///
/// An owner's decision. The address of its pages stays. 409 for other profiles while an assessment waits for its review or
/// is in it, and for a demonstration.
#[utoipa::path(
    patch, path = "/organizations/{id}", tag = "organizations", params(("id" = String, Path, format = "uuid")),
    request_body = ChangeBody,
    responses(
        (status = 200, body = Organization), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)
    )
)]
pub(super) async fn update(
    Bearer(actor): Bearer,
    Segments(id): Segments<OrgId>,
    State(service): State<Service>,
    Body(body): Body<ChangeBody>,
) -> Result<Json<Organization>, Problem> {
    let change = OrganizationChange {
        name: body.name,
        profiles: body.profiles.map(|profiles| profiles.into_iter().map(Into::into).collect()),
        size_band: body.size_band.map(Into::into),
    };
    Ok(Json(service.update_organization(&actor, id, change).await?.into()))
}
