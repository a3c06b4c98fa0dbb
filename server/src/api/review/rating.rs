//! The assessor's ratings, settled differences, and evidence reviewed together.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use domain::CriterionCode;
use domain::scoring::EvidenceState;
use serde::{Deserialize, Serialize};
use service::record::SeenEvidence;
use service::{AssessmentId, Service};
use utoipa::ToSchema;

use super::super::answer::{Answer, AnswerBody};
use super::super::evidence::StateName;
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
#[schema(example = json!({ "domain": "PAT" }))]
pub(in super::super) struct Agree {
    /// All domains when absent.
    domain: Option<String>,
}

/// How a difference is closed.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({ "note": "Seen together on 12 May: the scope differs, the level of the assessor stands." }))]
pub(in super::super) struct Settle {
    /// 10 to 4,000 characters.
    note: String,
}

/// Items and a reviewer's word on all of them.
#[derive(Debug, Deserialize, ToSchema)]
pub(in super::super) struct ReviewItems {
    /// Evidence of this assessment.
    items: Vec<SeenItem>,
    state: StateName,
}

/// An item of evidence in the revision that you read.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct SeenItem {
    #[schema(format = "uuid")]
    id: String,
    #[schema(minimum = 1, example = 1)]
    revision: i64,
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
/// It opens again when one of the two changes and they still differ.
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
    Ok(Json(service.settle_difference(&actor, id, &criterion, &body.note).await?.into()))
}

/// Accept or reject several items at once
///
/// All of them or none: where one is unknown, was replaced since you read it, or was attached by you, nothing changes.
#[utoipa::path(
    post, path = "/assessments/{id}/evidence/review", tag = "review", params(("id" = String, Path, format = "uuid")),
    request_body = ReviewItems,
    responses(
        (status = 200, body = Count), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)
    )
)]
pub(in super::super) async fn review_evidence(
    Bearer(actor): Bearer,
    Segments(id): Segments<AssessmentId>,
    State(service): State<Service>,
    Body(body): Body<ReviewItems>,
) -> Result<Json<Count>, Problem> {
    let items = seen("items", &body.items)?.into_iter().collect::<BTreeSet<_>>();
    let state = EvidenceState::from(body.state);
    Ok(Json(Count { count: service.review_evidence_together(&actor, id, &items, state).await? }))
}

/// The items that a field of a body names.
pub(super) fn seen(field: &str, items: &[SeenItem]) -> Result<Vec<SeenEvidence>, Problem> {
    let read = items.iter().enumerate().map(|(index, SeenItem { id, revision })| {
        let id = id.parse();
        let id =
            id.map_err(|_| Problem::field(&format!("/{field}/{index}/id"), "This is no id of evidence."))?;
        Ok(SeenEvidence { id, revision: *revision })
    });
    read.collect()
}
