//! The next assessment by a newer version of the framework.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use domain::framework::Fate;
use serde::{Deserialize, Serialize};
use service::succession::{NewSuccessor, Succession, suggested_title};
use service::{AssessmentId, Service};
use utoipa::{IntoParams, ToSchema};

use super::assessment::Assessment;
use super::changes::Changes;
use super::extract::{Bearer, MaybeBody, Queried, Segments};
use super::organization::created;
use super::problem::Problem;

/// What the next assessment would begin with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = NextAssessment)]
pub(super) struct Next {
    #[schema(example = "B7")]
    framework: String,
    #[schema(example = "1.1.0")]
    version: String,
    /// What it is called where nobody says otherwise.
    title: String,
    /// Between the two versions.
    changes: Changes,
    /// Every criterion of the newer version.
    criteria: Vec<Carried>,
    /// Criteria that the newer version no longer has.
    gone: Vec<String>,
    /// Answers that are copied.
    answers: usize,
    evidence: Vec<CarriedItem>,
    /// Titles of items that stay behind.
    evidence_left: Vec<String>,
    /// Ties set by hand that go over.
    ties: usize,
    /// Those that do not.
    ties_left: usize,
    /// Attestations in force against checks' failures that go over: anchors and binding are unchanged.
    attestations: usize,
    /// The bindings of those that do not.
    attestations_left: Vec<String>,
}

/// What becomes of the answer to a criterion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = CarriedAnswer)]
struct Carried {
    #[schema(example = "PAT-1")]
    criterion: String,
    /// `copied`, `anchors_changed` or `new`.
    #[schema(example = "copied")]
    fate: &'static str,
    answered: bool,
}

/// An item of evidence that goes over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = CarriedEvidence)]
struct CarriedItem {
    title: String,
    criteria: Vec<String>,
    /// Otherwise it has to be reviewed again.
    keeps_review: bool,
}

const fn word(fate: Fate) -> &'static str {
    match fate {
        Fate::Copied => "copied",
        Fate::AnchorsChanged => "anchors_changed",
        Fate::New => "new",
    }
}

impl From<&Succession> for Next {
    fn from(succession: &Succession) -> Self {
        let (older, next) = (&succession.assessed.bundle.assessment, &succession.next);
        let answered = |code: &domain::CriterionCode| {
            next.answers.iter().chain(&next.left).any(|answer| answer.criterion == *code)
        };
        let criteria = next.carrying.criteria.iter().map(|(code, fate)| Carried {
            criterion: code.to_string(),
            fate: word(*fate),
            answered: answered(code),
        });
        let evidence = next.evidence.iter().map(|carried| CarriedItem {
            title: carried.item.title.clone(),
            criteria: carried.criteria.iter().map(ToString::to_string).collect(),
            keeps_review: carried.keeps_review,
        });
        Self {
            framework: next.entry.code.to_string(),
            version: next.entry.version.clone(),
            title: suggested_title(older, &next.entry),
            changes: Changes::of(&older.framework_version, &next.entry.version, &next.changes),
            criteria: criteria.collect(),
            gone: next.carrying.gone.iter().map(ToString::to_string).collect(),
            answers: next.answers.len(),
            evidence: evidence.collect(),
            evidence_left: next.evidence_left.clone(),
            ties: next.ties.len(),
            ties_left: next.ties_left,
            attestations: next.attestations.len(),
            attestations_left: next.attestations_left.iter().map(|left| left.binding.to_string()).collect(),
        }
    }
}

/// Which version the next assessment is by.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct NextQuery {
    /// The newest when absent.
    #[param(example = "1.1.0")]
    version: Option<String>,
}

/// The next assessment as it is to be started.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewNext {
    /// The newest when absent.
    #[schema(example = "1.1.0")]
    version: Option<String>,
    /// The old one's with the version when absent.
    title: Option<String>,
}

/// What the next assessment by a newer framework version would begin with
///
/// Nothing is done. 409 where there is no newer version.
#[utoipa::path(
    get, path = "/assessments/{id}/next", tag = "assessments",
    params(("id" = String, Path, format = "uuid"), NextQuery),
    responses(
        (status = 200, body = Next), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)
    )
)]
pub(super) async fn get(
    Bearer(actor): Bearer,
    Segments(id): Segments<AssessmentId>,
    Queried(query): Queried<NextQuery>,
    State(service): State<Service>,
) -> Result<Json<Next>, Problem> {
    let succession = service.succession(&actor, id, query.version.as_deref()).await?;
    Ok(Json(Next::from(&succession)))
}

/// Start the next assessment by a newer framework version
///
/// The organization's own answers are copied where code and anchors are unchanged; evidence and ties by hand go over
/// where their criterion and their binding are still there, attestations in force where both are unchanged. The assessment
/// itself stays as it is.
#[utoipa::path(
    post, path = "/assessments/{id}/next", tag = "assessments",
    params(("id" = String, Path, format = "uuid")), request_body = NewNext,
    responses(
        (status = 201, body = Assessment), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)
    )
)]
pub(super) async fn start(
    Bearer(actor): Bearer,
    Segments(id): Segments<AssessmentId>,
    State(service): State<Service>,
    MaybeBody(new): MaybeBody<NewNext>,
) -> Result<Response, Problem> {
    let new = NewSuccessor { version: new.version, title: new.title.unwrap_or_default() };
    let assessment = service.start_successor(&actor, id, new).await?;
    let at = format!("/api/v1/assessments/{}", assessment.id);
    Ok(created(at, Assessment::from(assessment)).into_response())
}
