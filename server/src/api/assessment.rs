//! Assessments.

mod beside;

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use service::assessment::NewAssessment;
use service::record;
use service::{AssessmentId, OrgId, Service};
use utoipa::ToSchema;

use super::answer::Answer;
use super::extract::{Bearer, Body, Queried, Segments, lasting};
use super::finding;
use super::organization::{Created, created};
use super::paging::{Page, PageQuery, Paging};
use super::problem::Problem;
use super::review::Submission;
use super::time;
use beside::{Beside, Include, IncludeQuery, Part};

/// An organization's answers to one version of a framework.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(super) struct Assessment {
    #[schema(format = "uuid")]
    id: String,
    #[schema(format = "uuid")]
    organization: String,
    #[schema(example = "B7")]
    framework: String,
    #[schema(example = "1.0.0")]
    framework_version: String,
    #[schema(example = "Spring 2027")]
    title: String,
    state: Stage,
    /// Whether an assessor from outside signed it.
    independent_signoff: bool,
    /// The rung aimed at.
    #[schema(example = "8.1")]
    target: Option<String>,
    /// The level aimed at for every criterion without a target of its own.
    target_level: u8,
    #[schema(format = DateTime)]
    created_at: String,
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AssessmentState)]
pub(super) enum Stage {
    Draft,
    Submitted,
    InReview,
    ChangesRequested,
    Final,
}

/// An assessment with the latest answer of each rater to each criterion.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(super) struct WithAnswers {
    #[serde(flatten)]
    assessment: Assessment,
    answers: Vec<Answer>,
    /// The levels aimed at for single criteria, by code.
    #[schema(example = json!({ "PAT-1": 4 }))]
    criterion_targets: BTreeMap<String, u8>,
    /// What it stands for since it was submitted; null while it is with the organization.
    submission: Option<Submission>,
    #[serde(flatten)]
    beside: Beside,
}

impl From<record::AssessmentState> for Stage {
    fn from(state: record::AssessmentState) -> Self {
        use record::AssessmentState as Kept;
        match state {
            Kept::Draft => Self::Draft,
            Kept::Submitted => Self::Submitted,
            Kept::InReview => Self::InReview,
            Kept::ChangesRequested => Self::ChangesRequested,
            Kept::Final => Self::Final,
        }
    }
}

impl From<record::Assessment> for Assessment {
    fn from(assessment: record::Assessment) -> Self {
        Self {
            id: assessment.id.to_string(),
            organization: assessment.org.to_string(),
            framework: assessment.framework_code.to_string(),
            framework_version: assessment.framework_version,
            title: assessment.title,
            state: assessment.state.into(),
            independent_signoff: assessment.independent_signoff,
            target: assessment.target.map(|rung| rung.to_string()),
            target_level: assessment.target_level.get(),
            created_at: time::shown(assessment.created_at),
        }
    }
}

/// A new assessment.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "framework": "B7", "title": "Spring 2027", "target": "8.1" }))]
pub(super) struct NewAssessmentBody {
    /// A framework's code.
    framework: String,
    /// The newest when absent.
    version: Option<String>,
    title: String,
    /// The rung aimed at.
    target: Option<String>,
}

/// What an assessment is from now on; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AssessmentChange, example = json!({ "title": "Autumn 2027" }))]
pub(super) struct ChangeBody {
    #[serde(default, deserialize_with = "lasting")]
    #[schema(nullable = false)]
    title: Option<String>,
}

/// The assessments of an organization
#[utoipa::path(
    get, path = "/organizations/{id}/assessments", tag = "assessments",
    params(("id" = String, Path, format = "uuid"), PageQuery),
    responses((status = 200, body = Page<Assessment>), (status = 401, body = Problem), (status = 404, body = Problem))
)]
pub(super) async fn list(
    Bearer(actor): Bearer,
    Segments(id): Segments<OrgId>,
    paging: Paging<AssessmentId>,
    State(service): State<Service>,
) -> Result<Json<Page<Assessment>>, Problem> {
    let found = service.assessments(&actor, id, paging.after, paging.wanted()).await?;
    Ok(Json(paging.page(found, |assessment| assessment.id.to_string(), Assessment::from)))
}

/// Start an assessment
#[utoipa::path(
    post, path = "/organizations/{id}/assessments", tag = "assessments",
    params(("id" = String, Path, format = "uuid")), request_body = NewAssessmentBody,
    responses(
        (status = 201, body = Assessment), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)
    )
)]
pub(super) async fn create(
    Bearer(actor): Bearer,
    Segments(id): Segments<OrgId>,
    State(service): State<Service>,
    Body(body): Body<NewAssessmentBody>,
) -> Result<Created<Assessment>, Problem> {
    let new = NewAssessment {
        framework: body.framework.into(),
        version: body.version,
        title: body.title,
        target: body.target.map(Into::into),
    };
    let assessment = service.start_assessment(&actor, id, new).await?;
    Ok(created(format!("/api/v1/assessments/{}", assessment.id), assessment.into()))
}

/// An assessment with its answers, and with what else is asked for
#[utoipa::path(
    get, path = "/assessments/{id}", tag = "assessments",
    params(("id" = String, Path, format = "uuid"), IncludeQuery),
    responses(
        (status = 200, body = WithAnswers), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 404, body = Problem)
    )
)]
pub(super) async fn get(
    Bearer(actor): Bearer,
    Segments(id): Segments<AssessmentId>,
    Queried(query): Queried<IncludeQuery>,
    State(service): State<Service>,
) -> Result<Json<WithAnswers>, Problem> {
    let include = Include::understood(&query)?;
    let (assessed, findings) = if include.has(Part::Findings) {
        let mut page = service.findings(&actor, id).await?;
        let findings = finding::listed(&mut page);
        (page.assessed, Some(findings))
    } else {
        (service.assessed(&actor, id).await?, None)
    };
    let submission = service.submission_of(&actor, &assessed).await?;
    let submission = submission.map(|submission| Submission::of(submission, &assessed.framework));
    let beside = Beside::of(&include, &assessed, findings, &service);
    let bundle = assessed.bundle;
    let answers = bundle.answers.into_iter().map(Answer::from).collect();
    let targets = bundle.targets.into_iter().map(|(criterion, level)| (criterion.to_string(), level.get()));
    let criterion_targets = targets.collect();
    let assessment = bundle.assessment.into();
    Ok(Json(WithAnswers { assessment, answers, criterion_targets, submission, beside }))
}

/// Change the title of an assessment
///
/// Who may submit it does. What was submitted and signed keeps the title of then. 409 once it is final.
#[utoipa::path(
    patch, path = "/assessments/{id}", tag = "assessments", params(("id" = String, Path, format = "uuid")),
    request_body = ChangeBody,
    responses(
        (status = 200, body = Assessment), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)
    )
)]
pub(super) async fn update(
    Bearer(actor): Bearer,
    Segments(id): Segments<AssessmentId>,
    State(service): State<Service>,
    Body(body): Body<ChangeBody>,
) -> Result<Json<Assessment>, Problem> {
    Ok(Json(service.rename_assessment(&actor, id, body.title.as_deref()).await?.into()))
}
