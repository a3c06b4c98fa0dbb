//! Campaigns: the same framework for many organizations until a day.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::FrameworkCode;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use service::campaign::{self, CampaignLine, CampaignPage, StartedIn};
use service::{CampaignId, OrgId, Service};
use utoipa::ToSchema;

use super::assessment::Stage;
use super::extract::{Bearer, Body, Segments};
use super::paging::{Page, PageQuery, Paging};
use super::problem::Problem;
use super::score::rounded;

/// A campaign in a list; only its owner sees it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(super) struct Campaign {
    #[schema(format = "uuid")]
    id: String,
    title: String,
    #[schema(example = "B7")]
    framework: String,
    version: String,
    #[schema(format = Date)]
    due: String,
    organizations: i64,
    /// Those whose assessment is submitted, in review or final.
    handed_in: i64,
}

impl From<service::record::CampaignFigures> for Campaign {
    fn from(figures: service::record::CampaignFigures) -> Self {
        let campaign = figures.campaign;
        Self {
            id: campaign.id.to_string(),
            title: campaign.title,
            framework: campaign.framework_code.to_string(),
            version: campaign.framework_version,
            due: campaign.due.to_string(),
            organizations: figures.organizations,
            handed_in: figures.handed_in,
        }
    }
}

/// How far the organizations of a campaign are.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = CampaignProgress)]
pub(super) struct Progress {
    #[schema(format = "uuid")]
    id: String,
    title: String,
    #[schema(format = Date)]
    due: String,
    /// Stands wherever a rung does.
    disclaimer: String,
    /// By name.
    organizations: Vec<Line>,
    /// Organizations of the campaign that you do not belong to any more.
    out_of_sight: usize,
}

/// How far one organization is.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = CampaignLine)]
struct Line {
    #[schema(format = "uuid")]
    organization: String,
    name: String,
    #[schema(format = "uuid")]
    assessment: String,
    state: Stage,
    /// Percent, rounded to one decimal; null while nothing applies.
    completeness: Option<f64>,
    /// Null while the assessment is unrated.
    rung: Option<String>,
    /// Of 100, rounded to one decimal.
    overall: Option<f64>,
    /// Still with the organization after the day.
    overdue: bool,
}

impl From<CampaignLine> for Line {
    fn from(line: CampaignLine) -> Self {
        Self {
            organization: line.organization.id.to_string(),
            name: line.organization.name,
            assessment: line.assessment.to_string(),
            state: line.state.into(),
            completeness: line.completeness.as_ref().map(rounded),
            rung: line.rung.map(|rung| rung.to_string()),
            overall: line.overall.as_ref().map(rounded),
            overdue: line.overdue,
        }
    }
}

impl From<CampaignPage> for Progress {
    fn from(page: CampaignPage) -> Self {
        Self {
            id: page.campaign.id.to_string(),
            title: page.campaign.title,
            due: page.campaign.due.to_string(),
            disclaimer: page.framework.disclaimer.clone(),
            organizations: page.lines.into_iter().map(Line::from).collect(),
            out_of_sight: page.out_of_sight,
        }
    }
}

/// A campaign to start.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "title": "Readiness 2027", "framework": "B7", "due": "2027-03-31",
    "organizations": ["0193e2f0-5b7c-7c3e-8a51-2b1f0c9d7e10"]
}))]
pub(super) struct NewCampaign {
    title: String,
    framework: String,
    /// The latest when absent.
    version: Option<String>,
    #[schema(value_type = String, format = Date)]
    due: Date,
    #[schema(value_type = Vec<String>)]
    organizations: Vec<OrgId>,
}

/// Organizations to add.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MoreOrganizations {
    #[schema(value_type = Vec<String>)]
    organizations: Vec<OrgId>,
}

/// Another title, another day.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "title": "Readiness 2027", "due": "2027-04-30" }))]
pub(super) struct CampaignChange {
    title: String,
    #[schema(value_type = String, format = Date)]
    due: Date,
}

/// In how many organizations an assessment was started, and why in others not.
#[derive(Debug, Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "clients read the field by this name")]
#[schema(as = StartedInCampaign)]
pub(super) struct Started {
    #[schema(format = "uuid")]
    campaign: String,
    started: usize,
    refused: Vec<NotStarted>,
}

/// An organization in which no assessment was started.
#[derive(Debug, Serialize, ToSchema)]
struct NotStarted {
    organization: String,
    why: String,
}

impl Started {
    fn of(campaign: CampaignId, started: StartedIn) -> Self {
        let refused = started.refused.into_iter();
        let refused = refused.map(|(organization, why)| NotStarted { organization, why });
        Self { campaign: campaign.to_string(), started: started.done, refused: refused.collect() }
    }
}

/// Your campaigns, the latest due first
#[utoipa::path(
    get, path = "/campaigns", tag = "portfolio", params(PageQuery),
    responses((status = 200, body = Page<Campaign>), (status = 401, body = Problem))
)]
pub(super) async fn list(
    Bearer(actor): Bearer,
    paging: Paging<CampaignId>,
    State(service): State<Service>,
) -> Result<Json<Page<Campaign>>, Problem> {
    Ok(Json(paging.slice(service.campaigns(&actor).await?, |one| one.campaign.id, Campaign::from)?))
}

/// Start a campaign
///
/// An assessment is started in each organization where you may; what could not be is named with its reason.
#[utoipa::path(
    post, path = "/campaigns", tag = "portfolio", request_body = NewCampaign,
    responses(
        (status = 201, body = Started), (status = 401, body = Problem), (status = 422, body = Problem)
    )
)]
pub(super) async fn create(
    Bearer(actor): Bearer,
    State(service): State<Service>,
    Body(body): Body<NewCampaign>,
) -> Result<(StatusCode, Json<Started>), Problem> {
    let new = campaign::NewCampaign {
        title: body.title,
        framework: FrameworkCode::new(body.framework),
        version: body.version,
        due: Some(body.due),
        organizations: body.organizations,
    };
    let (campaign, started) = service.create_campaign(&actor, new).await?;
    Ok((StatusCode::CREATED, Json(Started::of(campaign.id, started))))
}

/// How far a campaign is
#[utoipa::path(
    get, path = "/campaigns/{id}", tag = "portfolio", params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = Progress), (status = 401, body = Problem), (status = 404, body = Problem))
)]
pub(super) async fn get(
    Bearer(actor): Bearer,
    Segments(id): Segments<CampaignId>,
    State(service): State<Service>,
) -> Result<Json<Progress>, Problem> {
    Ok(Json(service.campaign(&actor, id).await?.into()))
}

/// Start an assessment in more organizations
#[utoipa::path(
    post, path = "/campaigns/{id}/organizations", tag = "portfolio", params(("id" = String, Path, format = "uuid")),
    request_body = MoreOrganizations,
    responses(
        (status = 200, body = Started), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem)
    )
)]
pub(super) async fn extend(
    Bearer(actor): Bearer,
    Segments(id): Segments<CampaignId>,
    State(service): State<Service>,
    Body(body): Body<MoreOrganizations>,
) -> Result<Json<Started>, Problem> {
    Ok(Json(Started::of(id, service.extend_campaign(&actor, id, body.organizations).await?)))
}

/// Change a campaign's title and day
#[utoipa::path(
    put, path = "/campaigns/{id}", tag = "portfolio", params(("id" = String, Path, format = "uuid")),
    request_body = CampaignChange,
    responses(
        (status = 204), (status = 401, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)
    )
)]
pub(super) async fn change(
    Bearer(actor): Bearer,
    Segments(id): Segments<CampaignId>,
    State(service): State<Service>,
    Body(body): Body<CampaignChange>,
) -> Result<StatusCode, Problem> {
    service.change_campaign(&actor, id, &body.title, Some(body.due)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// End a campaign; its assessments stay
#[utoipa::path(
    delete, path = "/campaigns/{id}", tag = "portfolio", params(("id" = String, Path, format = "uuid")),
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem))
)]
pub(super) async fn remove(
    Bearer(actor): Bearer,
    Segments(id): Segments<CampaignId>,
    State(service): State<Service>,
) -> Result<StatusCode, Problem> {
    service.remove_campaign(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
