//! The review of an assessment: its states, and what stands between them.

pub(super) mod decide;
pub(super) mod rating;

use axum::Json;
use axum::extract::State;
use domain::Framework;
use serde::{Deserialize, Serialize};
use service::record;
use service::review::{self, Concluded, OpenGate, ReviewPage};
use service::{AssessmentId, Service};
use utoipa::ToSchema;

use super::answer::Answer;
use super::assessment::{Assessment, Stage};
use super::extract::{Bearer, MaybeBody, Segments};
use super::problem::Problem;
use super::snapshot::Snapshot;
use super::time;

/// What an assessment stands for since it was submitted.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(super) struct Submission {
    snapshot: Snapshot,
    /// The live rung stayed below the submitted one for 14 days, and has not been back for one day since.
    at_risk: bool,
    /// Since when the live rung is below it.
    #[schema(format = DateTime)]
    below_since: Option<String>,
}

impl Submission {
    /// `framework` is that of its assessment.
    pub(super) fn of(submission: review::Submission, framework: &Framework) -> Self {
        Self {
            snapshot: Snapshot::of(submission.snapshot, framework),
            at_risk: submission.at_risk,
            below_since: submission.below_since.map(time::shown),
        }
    }
}

/// An assessment after its state changed.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = StateChange)]
pub(super) struct Changed {
    #[serde(flatten)]
    assessment: Assessment,
    /// The snapshot that was made: where it was submitted, and where it was signed.
    snapshot: Option<Snapshot>,
    /// Criteria that gate a rung aimed at and count 0, because nobody answered them.
    warnings: Vec<Warning>,
}

/// An unanswered gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = UnansweredGate)]
struct Warning {
    #[schema(example = "PAT-1")]
    criterion: String,
    /// The lowest rung that asks for it.
    #[schema(example = "8.0")]
    rung: String,
    /// The level that it asks for.
    least: u8,
    /// Called not applicable, and not approved yet.
    pending_not_applicable: bool,
    detail: String,
}

impl From<OpenGate> for Warning {
    fn from(gate: OpenGate) -> Self {
        let (criterion, rung, least) = (gate.criterion.to_string(), gate.rung.to_string(), gate.least.get());
        let why =
            if gate.pending { "waits for the approval that it does not apply" } else { "is not answered" };
        Self {
            detail: format!("{criterion} {why}, and {rung} needs level {least}."),
            criterion,
            rung,
            least,
            pending_not_applicable: gate.pending,
        }
    }
}

impl From<record::Assessment> for Changed {
    fn from(assessment: record::Assessment) -> Self {
        Self { assessment: assessment.into(), snapshot: None, warnings: Vec::new() }
    }
}

impl From<Concluded> for Changed {
    fn from(concluded: Concluded) -> Self {
        Self {
            assessment: concluded.assessment.into(),
            snapshot: Some(Snapshot::of(concluded.snapshot, &concluded.framework)),
            warnings: concluded.open_gates.into_iter().map(Into::into).collect(),
        }
    }
}

/// What is said with a change of the state.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "note": "PAT-3 needs the test report of this year." }))]
pub(super) struct Note {
    #[serde(default)]
    note: String,
}

/// How a review stands.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(super) struct Review {
    state: Stage,
    submission: Option<Submission>,
    /// Changes of the state, the latest first.
    steps: Vec<Step>,
    /// Criteria on which the raters differ by 2 levels or more, or that one of them calls not applicable; open ones
    /// first.
    differences: Vec<Difference>,
    /// Criteria that the organization calls not applicable and the assessor has not rated.
    pending_not_applicable: Vec<String>,
    /// Items of evidence that nobody reviewed.
    waiting_evidence: usize,
    warnings: Vec<Warning>,
}

/// A change of the state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = StateStep)]
struct Step {
    from: Stage,
    to: Stage,
    #[schema(format = DateTime)]
    at: String,
    #[schema(format = "uuid")]
    by: String,
    by_name: String,
    note: String,
}

/// A criterion on which the raters differ.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Difference)]
struct Difference {
    #[schema(example = "PAT-1")]
    criterion: String,
    own: Answer,
    assessor: Answer,
    settled: Option<Settled>,
}

/// How a difference was closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct Settled {
    note: String,
    #[schema(format = "uuid")]
    by: String,
    by_name: String,
    #[schema(format = DateTime)]
    at: String,
}

impl From<record::Step> for Step {
    fn from(step: record::Step) -> Self {
        Self {
            from: step.from.into(),
            to: step.to.into(),
            at: time::shown(step.at),
            by: step.by.to_string(),
            by_name: step.by_name,
            note: step.note,
        }
    }
}

impl From<record::Adjudication> for Settled {
    fn from(settled: record::Adjudication) -> Self {
        Self {
            note: settled.note,
            by: settled.by.to_string(),
            by_name: settled.by_name,
            at: time::shown(settled.at),
        }
    }
}

impl From<review::Difference> for Difference {
    fn from(difference: review::Difference) -> Self {
        Self {
            criterion: difference.criterion.to_string(),
            own: difference.own.into(),
            assessor: difference.assessor.into(),
            settled: difference.settled.map(Into::into),
        }
    }
}

impl From<ReviewPage> for Review {
    fn from(page: ReviewPage) -> Self {
        Self {
            state: page.assessed.bundle.assessment.state.into(),
            pending_not_applicable: page.pending_not_applicable().iter().map(ToString::to_string).collect(),
            waiting_evidence: page.waiting_evidence(),
            submission: page.submission.map(|found| Submission::of(found, &page.assessed.framework)),
            steps: page.steps.into_iter().map(Into::into).collect(),
            differences: page.differences.into_iter().map(Into::into).collect(),
            warnings: page.open_gates.into_iter().map(Into::into).collect(),
        }
    }
}

/// How the review stands
#[utoipa::path(
    get, path = "/assessments/{id}/review", tag = "review", params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = Review), (status = 401, body = Problem), (status = 404, body = Problem))
)]
pub(super) async fn get(
    Bearer(actor): Bearer,
    Segments(id): Segments<AssessmentId>,
    State(service): State<Service>,
) -> Result<Json<Review>, Problem> {
    Ok(Json(service.review(&actor, id).await?.into()))
}

/// Submit an assessment
///
/// A snapshot is made, and answers and evidence are locked for the organization. Unanswered gates are named as
/// `warnings` and do not keep it from being submitted. Owners and assessors submit.
#[utoipa::path(
    post, path = "/assessments/{id}/submit", tag = "review", params(("id" = String, Path, format = "uuid")),
    request_body(content = Option<Note>),
    responses(
        (status = 200, body = Changed), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)
    )
)]
pub(super) async fn submit(
    Bearer(actor): Bearer,
    Segments(id): Segments<AssessmentId>,
    State(service): State<Service>,
    MaybeBody(body): MaybeBody<Note>,
) -> Result<Json<Changed>, Problem> {
    Ok(Json(service.submit(&actor, id, &body.note).await?.into()))
}

/// Begin the review of what was submitted
///
/// Consultants review; who acted for the organization in this assessment (answered, attached evidence, submitted) does
/// not.
#[utoipa::path(
    post, path = "/assessments/{id}/review", tag = "review", params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 200, body = Changed), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)
    )
)]
pub(super) async fn begin(
    Bearer(actor): Bearer,
    Segments(id): Segments<AssessmentId>,
    State(service): State<Service>,
) -> Result<Json<Changed>, Problem> {
    Ok(Json(service.begin_review(&actor, id).await?.into()))
}

/// Sign a reviewed assessment
///
/// It becomes final and independently signed, and a snapshot is made. 409 while a difference between the raters is
/// open.
#[utoipa::path(
    post, path = "/assessments/{id}/finalize", tag = "review", params(("id" = String, Path, format = "uuid")),
    request_body(content = Option<Note>),
    responses(
        (status = 200, body = Changed), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)
    )
)]
pub(super) async fn finalize(
    Bearer(actor): Bearer,
    Segments(id): Segments<AssessmentId>,
    State(service): State<Service>,
    MaybeBody(body): MaybeBody<Note>,
) -> Result<Json<Changed>, Problem> {
    Ok(Json(service.finalize(&actor, id, &body.note).await?.into()))
}

/// Give an assessment back to the organization
///
/// Owners and assessors take back what nobody has begun to review: it is a draft again. A consultant asks for changes, of
/// what was submitted, is in review or was final. Snapshots stay.
#[utoipa::path(
    post, path = "/assessments/{id}/reopen", tag = "review", params(("id" = String, Path, format = "uuid")),
    request_body(content = Option<Note>),
    responses(
        (status = 200, body = Changed), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)
    )
)]
pub(super) async fn reopen(
    Bearer(actor): Bearer,
    Segments(id): Segments<AssessmentId>,
    State(service): State<Service>,
    MaybeBody(body): MaybeBody<Note>,
) -> Result<Json<Changed>, Problem> {
    Ok(Json(service.reopen(&actor, id, &body.note).await?.into()))
}
