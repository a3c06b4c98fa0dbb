//! The levels that an assessment aims at: for every criterion, and for single ones.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::Level;
use serde::Deserialize;
use service::{AssessmentId, Error, Service};
use utoipa::ToSchema;

use super::assessment::Assessment;
use super::extract::{Bearer, Body, Segments};
use super::problem::Problem;

/// A level to aim at for every criterion without one of its own.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "level": 3 }))]
pub(super) struct NewTargetLevel {
    /// 0 to 4.
    level: i64,
}

/// A level to aim at for one criterion.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "level": 4 }))]
pub(super) struct NewCriterionTarget {
    /// 0 to 4; null for that of the assessment.
    level: Option<i64>,
}

fn understood(level: i64) -> Result<Level, Error> {
    Level::try_from(level).map_err(|_| Error::invalid("level", "Choose a level from 0 to 4."))
}

/// Aim at a level for every criterion
#[utoipa::path(
    put, path = "/assessments/{id}/target-level", tag = "roadmap", params(("id" = String, Path, format = "uuid")),
    request_body = NewTargetLevel,
    responses(
        (status = 200, body = Assessment), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)
    )
)]
pub(super) async fn put(
    Bearer(actor): Bearer,
    Segments(id): Segments<AssessmentId>,
    State(service): State<Service>,
    Body(body): Body<NewTargetLevel>,
) -> Result<Json<Assessment>, Problem> {
    Ok(Json(service.set_target_level(&actor, id, understood(body.level)?).await?.into()))
}

/// Aim at a level for one criterion
#[utoipa::path(
    put, path = "/assessments/{id}/target-levels/{criterion}", tag = "roadmap",
    params(("id" = String, Path, format = "uuid"), ("criterion" = String, Path, example = "PAT-1")),
    request_body = NewCriterionTarget,
    responses(
        (status = 204), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)
    )
)]
pub(super) async fn put_criterion(
    Bearer(actor): Bearer,
    Segments((id, criterion)): Segments<(AssessmentId, String)>,
    State(service): State<Service>,
    Body(body): Body<NewCriterionTarget>,
) -> Result<StatusCode, Problem> {
    let level = body.level.map(understood).transpose()?;
    service.set_criterion_target(&actor, id, &criterion.as_str().into(), level).await?;
    Ok(StatusCode::NO_CONTENT)
}
