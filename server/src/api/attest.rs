//! Attested overrides: failures that say nothing against an answer, signed, and for so long.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use service::record;
use service::{CheckId, OverrideId, Service, UnixMillis};
use utoipa::ToSchema;

use super::extract::{Bearer, Body, Segments};
use super::organization::{Created, created};
use super::paging::{Page, PageQuery, Paging};
use super::problem::Problem;
use super::time;

/// A signed attestation against a confirmed failure.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(super) struct Override {
    #[schema(format = "uuid")]
    id: String,
    #[schema(format = "uuid")]
    check: String,
    #[schema(example = "PAT-1.1")]
    binding: String,
    reason: String,
    /// Who signed it.
    by: String,
    #[schema(format = DateTime)]
    at: String,
    #[schema(format = DateTime)]
    until: String,
    /// Neither expired nor withdrawn.
    in_force: bool,
    #[schema(format = DateTime)]
    withdrawn_at: Option<String>,
}

impl From<record::Override> for Override {
    fn from(attested: record::Override) -> Self {
        Self {
            in_force: attested.in_force(UnixMillis::now()),
            id: attested.id.to_string(),
            check: attested.check.to_string(),
            binding: attested.binding.to_string(),
            reason: attested.reason,
            by: attested.by_name,
            at: time::shown(attested.at),
            until: time::shown(attested.until),
            withdrawn_at: attested.withdrawn_at.map(time::shown),
        }
    }
}

/// What is signed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "framework": "B7", "binding": "PAT-1.1", "until": "2027-01-31T00:00:00Z",
    "reason": "The endpoint is behind the partner's move until January; the contract is in the evidence."
}))]
pub(super) struct NewOverride {
    /// The framework's code.
    framework: String,
    /// The newest version where it is absent.
    version: Option<String>,
    binding: String,
    reason: String,
    /// At most 90 days ahead.
    #[schema(format = DateTime)]
    until: String,
}

/// Every attestation that was signed against a check's failures, the latest first
#[utoipa::path(
    get, path = "/checks/{id}/overrides", tag = "checks", params(("id" = String, Path, format = "uuid"), PageQuery),
    responses((status = 200, body = Page<Override>), (status = 401, body = Problem), (status = 404, body = Problem))
)]
pub(super) async fn list(
    Bearer(actor): Bearer,
    Segments(id): Segments<CheckId>,
    paging: Paging<OverrideId>,
    State(service): State<Service>,
) -> Result<Json<Page<Override>>, Problem> {
    let found = service.overrides(&actor, id).await?;
    Ok(Json(paging.slice(found, |attested| attested.id, Override::from)?))
}

/// Sign that a confirmed failure says nothing against an answer
#[utoipa::path(
    post, path = "/checks/{id}/overrides", tag = "checks", params(("id" = String, Path, format = "uuid")),
    request_body = NewOverride,
    responses(
        (status = 201, body = Override), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)
    )
)]
pub(super) async fn create(
    Bearer(actor): Bearer,
    Segments(id): Segments<CheckId>,
    State(service): State<Service>,
    Body(body): Body<NewOverride>,
) -> Result<Created<Override>, Problem> {
    let until = time::read("/until", &body.until)?;
    let page = service.check_page(&actor, id).await?;
    let mut bound = page.bindings.into_iter().filter(|bound| {
        bound.framework_code.as_str() == body.framework
            && bound.binding.id.as_str() == body.binding
            && body.version.as_ref().is_none_or(|version| *version == bound.framework_version)
    });
    let unknown = || Problem::field("/binding", "The framework has no such binding for this kind of check.");
    let framework = bound.next_back().ok_or_else(unknown)?.framework;
    let binding = body.binding.as_str().into();
    let signed = service.override_failure(&actor, id, framework, &binding, &body.reason, until).await?;
    Ok(created(format!("/api/v1/overrides/{}", signed.id), signed.into()))
}

/// Withdraw an attestation: the failure counts again
#[utoipa::path(
    delete, path = "/overrides/{id}", tag = "checks", params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)
    )
)]
pub(super) async fn withdraw(
    Bearer(actor): Bearer,
    Segments(id): Segments<OverrideId>,
    State(service): State<Service>,
) -> Result<StatusCode, Problem> {
    service.withdraw_override(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
