//! Who answers what of an assessment, and until when.

use axum::Json;
use axum::extract::State;
use domain::{CriterionCode, DomainCode};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use service::assignment::Task as Found;
use service::record::{self, Part};
use service::{AssessmentId, Service, UserId};
use utoipa::ToSchema;

use super::extract::{Bearer, Body, Segments};
use super::paging::{Page, PageQuery, Paging};
use super::problem::Problem;

/// Who answers a domain or a criterion. A domain's counts for its criteria that have none of their own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct Assignment {
    /// Null where it is one criterion's.
    #[schema(example = "PAT")]
    domain: Option<String>,
    /// Null where it is a whole domain's.
    #[schema(example = "PAT-1")]
    criterion: Option<String>,
    /// A member's account; null for nobody.
    #[schema(format = "uuid")]
    owner: Option<String>,
    owner_name: Option<String>,
    #[schema(format = Date)]
    due: Option<String>,
}

impl From<record::Assignment> for Assignment {
    fn from(assignment: record::Assignment) -> Self {
        let (domain, criterion) = match assignment.part {
            Part::Domain(code) => (Some(code.to_string()), None),
            Part::Criterion(code) => (None, Some(code.to_string())),
        };
        let (owner, owner_name) = assignment.owner.map(|owner| (owner.id.to_string(), owner.name)).unzip();
        Self { domain, criterion, owner, owner_name, due: assignment.due.map(|due| due.to_string()) }
    }
}

/// A criterion that the reader answers for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct Task {
    #[schema(example = "PAT")]
    domain: String,
    #[schema(example = "PAT-1")]
    criterion: String,
    title: String,
    #[schema(format = Date)]
    due: Option<String>,
    answered: bool,
    /// Unanswered after the day.
    overdue: bool,
    comments: u32,
    open_threads: u32,
}

impl From<Found> for Task {
    fn from(task: Found) -> Self {
        Self {
            domain: task.domain.to_string(),
            criterion: task.criterion.to_string(),
            title: task.title,
            due: task.due.map(|due| due.to_string()),
            answered: task.answered,
            overdue: task.overdue,
            comments: task.comments,
            open_threads: task.open_threads,
        }
    }
}

/// Who is to answer, and until when; nobody and no day takes the assignment away.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewAssignment, example = json!({ "owner": "01934d5e-7c1a-7000-8000-000000000000", "due": "2027-01-31" }))]
pub(super) struct AssignmentBody {
    /// The account of a member who may answer; null for nobody.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = "uuid")]
    owner: Option<UserId>,
    /// Null for no day.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    due: Option<Date>,
}

/// Who answers what
#[utoipa::path(
    get, path = "/assessments/{id}/owners", tag = "together",
    params(("id" = String, Path, format = "uuid"), PageQuery),
    responses((status = 200, body = Page<Assignment>), (status = 401, body = Problem), (status = 404, body = Problem))
)]
pub(super) async fn list(
    Bearer(actor): Bearer,
    Segments(id): Segments<AssessmentId>,
    paging: Paging<String>,
    State(service): State<Service>,
) -> Result<Json<Page<Assignment>>, Problem> {
    let found = service.assessed(&actor, id).await?.bundle.assignments;
    let key = |assignment: &record::Assignment| match &assignment.part {
        Part::Domain(code) => format!("domain-{code}"),
        Part::Criterion(code) => format!("criterion-{code}"),
    };
    Ok(Json(paging.slice(found, key, Assignment::from)?))
}

/// Say who answers a domain
#[utoipa::path(
    put, path = "/assessments/{id}/owners/domains/{domain}", tag = "together",
    params(("id" = String, Path, format = "uuid"), ("domain" = String, Path, example = "PAT")),
    request_body = AssignmentBody,
    responses(
        (status = 200, body = Assignment), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)
    )
)]
pub(super) async fn put_domain(
    Bearer(actor): Bearer,
    Segments((id, domain)): Segments<(AssessmentId, DomainCode)>,
    State(service): State<Service>,
    Body(body): Body<AssignmentBody>,
) -> Result<Json<Assignment>, Problem> {
    let assigned = service.assign(&actor, id, Part::Domain(domain), body.owner, body.due).await?;
    Ok(Json(assigned.into()))
}

/// Say who answers a criterion
#[utoipa::path(
    put, path = "/assessments/{id}/owners/criteria/{criterion}", tag = "together",
    params(("id" = String, Path, format = "uuid"), ("criterion" = String, Path, example = "PAT-1")),
    request_body = AssignmentBody,
    responses(
        (status = 200, body = Assignment), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)
    )
)]
pub(super) async fn put_criterion(
    Bearer(actor): Bearer,
    Segments((id, criterion)): Segments<(AssessmentId, CriterionCode)>,
    State(service): State<Service>,
    Body(body): Body<AssignmentBody>,
) -> Result<Json<Assignment>, Problem> {
    let assigned = service.assign(&actor, id, Part::Criterion(criterion), body.owner, body.due).await?;
    Ok(Json(assigned.into()))
}

/// The criteria that you answer for, what is overdue first
#[utoipa::path(
    get, path = "/assessments/{id}/mine", tag = "together",
    params(("id" = String, Path, format = "uuid"), PageQuery),
    responses((status = 200, body = Page<Task>), (status = 401, body = Problem), (status = 404, body = Problem))
)]
pub(super) async fn mine(
    Bearer(actor): Bearer,
    Segments(id): Segments<AssessmentId>,
    paging: Paging<String>,
    State(service): State<Service>,
) -> Result<Json<Page<Task>>, Problem> {
    let found = service.assessed(&actor, id).await?.tasks_of(actor.user());
    Ok(Json(paging.slice(found, |task| task.criterion.to_string(), Task::from)?))
}
