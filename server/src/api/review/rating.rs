//! The assessor's ratings, and settled differences.

use axum::Json;
use axum::extract::State;
use domain::CriterionCode;
use serde::{Deserialize, Serialize};
use service::review::SeenDifference;
use service::{AssessmentId, Service};
use utoipa::ToSchema;

use super::super::answer::{Answer, AnswerBody};
use super::super::extract::{Bearer, Body, MaybeBody, Segments};
use super::super::problem::Problem;
use super::Settled;

/// How many were touched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(in super::super) struct Count {
    count: usize,
}

/// Which claims to take over.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "domain": "PAT" }))]
pub(in super::super) struct Agree {
    /// All domains when absent.
    domain: Option<String>,
}

/// How a difference is closed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "note": "Seen together on 12 May: the scope differs, the level of the assessor stands.", "own_revision": 2,
    "assessor_revision": 1
}))]
pub(in super::super) struct Settle {
    /// 10 to 4,000 characters.
    note: String,
    /// The revision of the organization's answer that you saw.
    #[schema(minimum = 1)]
    own_revision: i64,
    /// The revision of the assessor's rating that you saw.
    #[schema(minimum = 1)]
    assessor_revision: i64,
}

/// Rate a criterion beside the organization
///
/// In the review only, by a consultant. A level is the official answer; `not_applicable` approves the organization's. The
/// `revision` is that of the rating, not of the answer.
#[utoipa::path(
    put, path = "/assessments/{id}/ratings/{criterion}", tag = "review",
    params(("id" = String, Path, format = "uuid"), ("criterion" = String, Path, example = "PAT-1")),
    request_body = AnswerBody,
    responses(
        (status = 200, body = Answer), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)
    )
)]
pub(in super::super) async fn put(
    Bearer(actor): Bearer,
    Segments((id, criterion)): Segments<(AssessmentId, CriterionCode)>,
    State(service): State<Service>,
    Body(body): Body<AnswerBody>,
) -> Result<Json<Answer>, Problem> {
    let (input, reason_at) = body.understood()?;
    let saved = service.rate(&actor, id, &criterion, input).await;
    let saved = saved.map_err(|error| Problem::from(error).with_pointer("/reason", reason_at))?;
    Ok(Json(saved.into()))
}

/// Agree with every claim that is not rated yet
///
/// Claims of *not applicable* are left out: each is a decision of its own.
#[utoipa::path(
    post, path = "/assessments/{id}/ratings", tag = "review", params(("id" = String, Path, format = "uuid")),
    request_body(content = Option<Agree>),
    responses(
        (status = 200, body = Count), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)
    )
)]
pub(in super::super) async fn agree(
    Bearer(actor): Bearer,
    Segments(id): Segments<AssessmentId>,
    State(service): State<Service>,
    MaybeBody(body): MaybeBody<Agree>,
) -> Result<Json<Count>, Problem> {
    let domain = body.domain.map(domain::DomainCode::from);
    Ok(Json(Count { count: service.agree(&actor, id, domain.as_ref()).await? }))
}

/// Close a difference between the raters with a note
///
/// It opens again when one of the two changes and they still differ. Where one changed since you saw it, nothing is
/// closed: 409.
#[utoipa::path(
    post, path = "/assessments/{id}/differences/{criterion}", tag = "review",
    params(("id" = String, Path, format = "uuid"), ("criterion" = String, Path, example = "PAT-1")),
    request_body = Settle,
    responses(
        (status = 200, body = Settled), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)
    )
)]
pub(in super::super) async fn settle(
    Bearer(actor): Bearer,
    Segments((id, criterion)): Segments<(AssessmentId, CriterionCode)>,
    State(service): State<Service>,
    Body(body): Body<Settle>,
) -> Result<Json<Settled>, Problem> {
    let seen = SeenDifference { own: body.own_revision, assessor: body.assessor_revision };
    Ok(Json(service.settle_difference(&actor, id, &criterion, seen, &body.note).await?.into()))
}
