//! Comments on the criteria of an assessment.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::CriterionCode;
use serde::{Deserialize, Serialize};
use service::comment::{Said, Settling};
use service::record;
use service::{AssessmentId, CommentId, Service};
use utoipa::ToSchema;

use super::extract::{Bearer, Body, Segments};
use super::organization::{Created, created};
use super::paging::{Page, PageQuery, Paging};
use super::problem::Problem;
use super::time;

/// A comment on a criterion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct Comment {
    #[schema(format = "uuid")]
    id: String,
    #[schema(example = "PAT-1")]
    criterion: String,
    /// The first comment of the thread that this one answers in; null for that first one.
    #[schema(format = "uuid")]
    thread: Option<String>,
    /// Null once it was withdrawn.
    text: Option<String>,
    /// Send it with a change.
    revision: i64,
    /// The account that wrote it.
    #[schema(format = "uuid")]
    by: String,
    by_name: String,
    #[schema(format = DateTime)]
    at: String,
    #[schema(format = DateTime)]
    edited_at: Option<String>,
    #[schema(format = DateTime)]
    withdrawn_at: Option<String>,
    /// For the first of a thread: when it was settled, and by whom; null while it is open.
    #[schema(format = DateTime)]
    resolved_at: Option<String>,
    resolved_by_name: Option<String>,
    /// What it said before it was changed, the latest first.
    earlier: Vec<EarlierText>,
}

/// What a comment said before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
struct EarlierText {
    revision: i64,
    text: String,
    #[schema(format = DateTime)]
    at: String,
}

impl From<record::Comment> for Comment {
    fn from(comment: record::Comment) -> Self {
        Self {
            id: comment.id.to_string(),
            criterion: comment.criterion.to_string(),
            thread: comment.thread.map(|thread| thread.to_string()),
            text: comment.withdrawn_at.is_none().then_some(comment.text),
            revision: comment.revision,
            by: comment.by.to_string(),
            by_name: comment.by_name,
            at: time::shown(comment.at),
            edited_at: comment.edited_at.map(time::shown),
            withdrawn_at: comment.withdrawn_at.map(time::shown),
            resolved_at: comment.resolved_at.map(time::shown),
            resolved_by_name: comment.resolved_by.map(|by| by.name),
            earlier: Vec::new(),
        }
    }
}

impl From<Said> for Comment {
    fn from(said: Said) -> Self {
        let earlier = said.earlier.into_iter().map(|earlier| EarlierText {
            revision: earlier.revision,
            text: earlier.text,
            at: time::shown(earlier.at),
        });
        Self { earlier: earlier.collect(), ..said.comment.into() }
    }
}

/// What is said.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "text": "The vendor confirmed 14 resources on Tuesday." }))]
pub(super) struct NewComment {
    /// At most 4,000 characters.
    text: String,
    /// The first comment of the thread to answer in; absent for a thread of its own.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = "uuid")]
    thread: Option<CommentId>,
}

/// Another text.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "text": "The vendor confirmed 15 resources on Tuesday.", "revision": 1 }))]
pub(super) struct CommentChange {
    text: String,
    /// The revision that you saw.
    revision: i64,
}

/// What was said about a criterion: threads, oldest first, each with its answers
#[utoipa::path(
    get, path = "/assessments/{id}/comments/{criterion}", tag = "together",
    params(("id" = String, Path, format = "uuid"), ("criterion" = String, Path, example = "PAT-1"), PageQuery),
    responses((status = 200, body = Page<Comment>), (status = 401, body = Problem), (status = 404, body = Problem))
)]
pub(super) async fn list(
    Bearer(actor): Bearer,
    Segments((id, criterion)): Segments<(AssessmentId, CriterionCode)>,
    paging: Paging<String>,
    State(service): State<Service>,
) -> Result<Json<Page<Comment>>, Problem> {
    let threads = service.comments(&actor, id, &criterion).await?;
    let said = threads.into_iter().flat_map(|thread| std::iter::once(thread.first).chain(thread.replies));
    Ok(Json(paging.slice(said.collect(), |said: &Said| said.comment.id.to_string(), Comment::from)?))
}

/// Comment on a criterion
///
/// An answer in a settled thread opens it again.
#[utoipa::path(
    post, path = "/assessments/{id}/comments/{criterion}", tag = "together",
    params(("id" = String, Path, format = "uuid"), ("criterion" = String, Path, example = "PAT-1")),
    request_body = NewComment,
    responses(
        (status = 201, body = Comment), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)
    )
)]
pub(super) async fn create(
    Bearer(actor): Bearer,
    Segments((id, criterion)): Segments<(AssessmentId, CriterionCode)>,
    State(service): State<Service>,
    Body(body): Body<NewComment>,
) -> Result<Created<Comment>, Problem> {
    let made = service.add_comment(&actor, id, &criterion, body.thread, &body.text).await?;
    Ok(created(format!("/api/v1/comments/{}", made.id), made.into()))
}

/// Change your own comment, within a day
///
/// What it said before stays on record. A `revision` that was overtaken changes nothing: 409.
#[utoipa::path(
    patch, path = "/comments/{id}", tag = "together", params(("id" = String, Path, format = "uuid")),
    request_body = CommentChange,
    responses(
        (status = 200, body = Comment), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)
    )
)]
pub(super) async fn update(
    Bearer(actor): Bearer,
    Segments(id): Segments<CommentId>,
    State(service): State<Service>,
    Body(body): Body<CommentChange>,
) -> Result<Json<Comment>, Problem> {
    Ok(Json(service.edit_comment(&actor, id, &body.text, body.revision).await?.into()))
}

/// Withdraw a comment
///
/// It stays on record and is shown no more. Its author does it, or an owner of the organization.
#[utoipa::path(
    delete, path = "/comments/{id}", tag = "together", params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)
    )
)]
pub(super) async fn withdraw(
    Bearer(actor): Bearer,
    Segments(id): Segments<CommentId>,
    State(service): State<Service>,
) -> Result<StatusCode, Problem> {
    service.withdraw_comment(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Settle a thread, by its first comment
#[utoipa::path(
    post, path = "/comments/{id}/resolve", tag = "together", params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 200, body = Comment), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)
    )
)]
pub(super) async fn resolve(
    Bearer(actor): Bearer,
    Segments(id): Segments<CommentId>,
    State(service): State<Service>,
) -> Result<Json<Comment>, Problem> {
    Ok(Json(service.settle_thread(&actor, id, Settling::Resolve).await?.into()))
}

/// Open a settled thread again
#[utoipa::path(
    post, path = "/comments/{id}/reopen", tag = "together", params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 200, body = Comment), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)
    )
)]
pub(super) async fn reopen(
    Bearer(actor): Bearer,
    Segments(id): Segments<CommentId>,
    State(service): State<Service>,
) -> Result<Json<Comment>, Problem> {
    Ok(Json(service.settle_thread(&actor, id, Settling::Reopen).await?.into()))
}
