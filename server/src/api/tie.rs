//! Ties: which criteria a check bears on, and why that differs from the rule where somebody says so.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use service::check::BoundTo;
use service::{Actor, CheckId, Service};
use utoipa::ToSchema;

use super::check::Tie;
use super::extract::{Bearer, Body, Segments};
use super::paging::{Page, PageQuery, Paging};
use super::problem::Problem;

/// A decision by hand, against the rule or with it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "tied": false, "reason": "It looks at the test endpoint." }))]
pub(super) struct Decision {
    tied: bool,
    /// Why, in 1 to 500 characters; shown wherever the tie is.
    reason: String,
}

/// The check, and the binding as framework code, framework version and binding id.
type Address = Segments<(CheckId, String, String, String)>;

/// Every binding of the check's kind, tied or not
#[utoipa::path(
    get, path = "/checks/{id}/ties", tag = "checks", params(("id" = String, Path, format = "uuid"), PageQuery),
    responses((status = 200, body = Page<Tie>), (status = 401, body = Problem), (status = 404, body = Problem))
)]
pub(super) async fn list(
    Bearer(actor): Bearer,
    Segments(id): Segments<CheckId>,
    paging: Paging<String>,
    State(service): State<Service>,
) -> Result<Json<Page<Tie>>, Problem> {
    let bindings = service.check_page(&actor, id).await?.bindings;
    let key = |bound: &BoundTo| {
        format!("{} {} {}", bound.framework_code, bound.framework_version, bound.binding.id)
    };
    Ok(Json(paging.slice(bindings, key, Tie::from)?))
}

/// Tie a check to a criterion's binding, or untie it, by hand and with a reason
#[utoipa::path(
    put, path = "/checks/{id}/ties/{framework}/{version}/{binding}", tag = "checks",
    params(
        ("id" = String, Path, format = "uuid"),
        ("framework" = String, Path, example = "B7"),
        ("version" = String, Path, example = "1.0.0"),
        ("binding" = String, Path, example = "PAT-1.1"),
    ),
    request_body = Decision,
    responses(
        (status = 200, body = Tie), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)
    )
)]
pub(super) async fn put(
    Bearer(actor): Bearer,
    address: Address,
    State(service): State<Service>,
    Body(body): Body<Decision>,
) -> Result<Json<Tie>, Problem> {
    let bound = bound(&service, &actor, &address).await?;
    let check = address.0.0;
    service.set_tie(&actor, check, bound.framework, &bound.binding.id, body.tied, &body.reason).await?;
    Ok(Json(self::bound(&service, &actor, &address).await?.into()))
}

/// Let the rule decide again
#[utoipa::path(
    delete, path = "/checks/{id}/ties/{framework}/{version}/{binding}", tag = "checks",
    params(
        ("id" = String, Path, format = "uuid"),
        ("framework" = String, Path, example = "B7"),
        ("version" = String, Path, example = "1.0.0"),
        ("binding" = String, Path, example = "PAT-1.1"),
    ),
    responses(
        (status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)
    )
)]
pub(super) async fn clear(
    Bearer(actor): Bearer,
    address: Address,
    State(service): State<Service>,
) -> Result<StatusCode, Problem> {
    let bound = bound(&service, &actor, &address).await?;
    service.clear_tie(&actor, address.0.0, bound.framework, &bound.binding.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The binding that an address names, as the check stands for it.
async fn bound(service: &Service, actor: &Actor, address: &Address) -> Result<BoundTo, Problem> {
    let Segments((check, framework, version, binding)) = address;
    let bindings = service.check_page(actor, *check).await?.bindings;
    let named = |bound: &BoundTo| {
        bound.framework_code.as_str() == framework
            && bound.framework_version == *version
            && bound.binding.id.as_str() == binding
    };
    bindings.into_iter().find(named).ok_or_else(|| Problem::not_found("The binding of the check's kind"))
}
