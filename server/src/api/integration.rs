//! Integrations: the organization's inventory.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use service::record::{self, IntegrationDetails};
use service::{IntegrationId, OrgId, Service};
use utoipa::ToSchema;

use super::extract::{Bearer, Body, Change, Segments, lasting};
use super::organization::{Created, created};
use super::paging::{Page, PageQuery, Paging};
use super::problem::Problem;
use super::time;

/// An entry of the inventory; empty text where nothing is known.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(super) struct Integration {
    #[schema(format = "uuid")]
    id: String,
    #[schema(format = "uuid")]
    organization: String,
    #[schema(example = "Patient access API")]
    name: String,
    partner: String,
    system: String,
    standard: String,
    direction: String,
    data: String,
    contract: String,
    use_case: String,
    owner: String,
    #[schema(format = Date)]
    last_review: Option<String>,
    environment: String,
    technical_owner: String,
    /// `critical`, `normal` or empty.
    criticality: String,
    #[schema(format = Date)]
    contract_expires: Option<String>,
    /// Months from one review to the next; null for 12.
    review_months: Option<i64>,
    #[schema(format = Date)]
    runbook_exercised: Option<String>,
    /// When the brief of its use case was signed.
    #[schema(format = Date)]
    brief_signed: Option<String>,
    /// Codes of the domains that it serves; empty for all.
    #[schema(example = json!(["PAT"]))]
    serves: Vec<String>,
    #[schema(format = DateTime)]
    created_at: String,
}

impl From<record::Integration> for Integration {
    fn from(integration: record::Integration) -> Self {
        let details = integration.details;
        Self {
            id: integration.id.to_string(),
            organization: integration.org.to_string(),
            name: details.name,
            partner: details.partner,
            system: details.system,
            standard: details.standard,
            direction: details.direction,
            data: details.data,
            contract: details.contract,
            use_case: details.use_case,
            owner: details.owner,
            last_review: details.last_review.map(|date| date.to_string()),
            environment: details.environment,
            technical_owner: details.technical_owner,
            criticality: details.criticality,
            contract_expires: details.contract_expires.map(|date| date.to_string()),
            review_months: details.review_months,
            runbook_exercised: details.runbook_exercised.map(|date| date.to_string()),
            brief_signed: details.brief_signed.map(|date| date.to_string()),
            serves: details.serves.iter().map(ToString::to_string).collect(),
            created_at: time::shown(integration.created_at),
        }
    }
}

/// A body that describes an integration: all its fields stand side by side, so that each is pointed to by its name.
macro_rules! body {
    ($(#[$about:meta])* $body:ident, $(#[$named:meta])* name: $($name:tt)+) => {
        #[derive(Debug, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        $(#[$about])*
        pub(super) struct $body {
            $(#[$named])*
            name: $($name)+,
            #[serde(default)]
            #[schema(value_type = Option<String>)]
            partner: Change<String>,
            #[serde(default)]
            #[schema(value_type = Option<String>)]
            system: Change<String>,
            #[serde(default)]
            #[schema(value_type = Option<String>)]
            standard: Change<String>,
            #[serde(default)]
            #[schema(value_type = Option<String>)]
            direction: Change<String>,
            #[serde(default)]
            #[schema(value_type = Option<String>)]
            data: Change<String>,
            #[serde(default)]
            #[schema(value_type = Option<String>)]
            contract: Change<String>,
            #[serde(default)]
            #[schema(value_type = Option<String>)]
            use_case: Change<String>,
            #[serde(default)]
            #[schema(value_type = Option<String>)]
            owner: Change<String>,
            /// Null for never.
            #[serde(default)]
            #[schema(value_type = Option<String>, format = Date)]
            last_review: Change<Date>,
            #[serde(default)]
            #[schema(value_type = Option<String>)]
            environment: Change<String>,
            #[serde(default)]
            #[schema(value_type = Option<String>)]
            technical_owner: Change<String>,
            /// `critical`, `normal` or empty.
            #[serde(default)]
            #[schema(value_type = Option<String>)]
            criticality: Change<String>,
            #[serde(default)]
            #[schema(value_type = Option<String>, format = Date)]
            contract_expires: Change<Date>,
            /// 1 to 60; null for 12.
            #[serde(default)]
            #[schema(value_type = Option<i64>)]
            review_months: Change<i64>,
            #[serde(default)]
            #[schema(value_type = Option<String>, format = Date)]
            runbook_exercised: Change<Date>,
            #[serde(default)]
            #[schema(value_type = Option<String>, format = Date)]
            brief_signed: Change<Date>,
            /// Codes of the domains that it serves; empty for all.
            #[serde(default)]
            #[schema(value_type = Option<Vec<String>>)]
            serves: Change<Vec<String>>,
        }

        impl $body {
            /// What was sent but for the name, over what was known.
            fn over(self, known: IntegrationDetails) -> IntegrationDetails {
                IntegrationDetails {
                    name: known.name,
                    partner: self.partner.over_empty(known.partner),
                    system: self.system.over_empty(known.system),
                    standard: self.standard.over_empty(known.standard),
                    direction: self.direction.over_empty(known.direction),
                    data: self.data.over_empty(known.data),
                    contract: self.contract.over_empty(known.contract),
                    use_case: self.use_case.over_empty(known.use_case),
                    owner: self.owner.over_empty(known.owner),
                    last_review: self.last_review.over(known.last_review),
                    environment: self.environment.over_empty(known.environment),
                    technical_owner: self.technical_owner.over_empty(known.technical_owner),
                    criticality: self.criticality.over_empty(known.criticality),
                    contract_expires: self.contract_expires.over(known.contract_expires),
                    review_months: self.review_months.over(known.review_months),
                    runbook_exercised: self.runbook_exercised.over(known.runbook_exercised),
                    brief_signed: self.brief_signed.over(known.brief_signed),
                    serves: match self.serves {
                        Change::Keep => known.serves,
                        Change::Clear => Vec::new(),
                        Change::Set(codes) => codes.into_iter().map(Into::into).collect(),
                    },
                }
            }
        }
    };
}

body! {
    /// A new integration.
    #[schema(example = json!({ "name": "Patient access API", "serves": ["PAT"] }))]
    NewIntegration, name: String
}

body! {
    /// A change; what is absent stays, and null clears.
    #[schema(example = json!({ "owner": "Integration team" }))]
    IntegrationChange,
    #[serde(default, deserialize_with = "lasting")]
    #[schema(nullable = false)]
    name: Option<String>
}

/// The integrations of an organization
#[utoipa::path(
    get, path = "/organizations/{id}/integrations", tag = "integrations",
    params(("id" = String, Path, format = "uuid"), PageQuery),
    responses((status = 200, body = Page<Integration>), (status = 401, body = Problem), (status = 404, body = Problem))
)]
pub(super) async fn list(
    Bearer(actor): Bearer,
    Segments(id): Segments<OrgId>,
    paging: Paging<IntegrationId>,
    State(service): State<Service>,
) -> Result<Json<Page<Integration>>, Problem> {
    let found = service.integrations(&actor, id, paging.after, paging.wanted()).await?;
    Ok(Json(paging.page(found, |integration| integration.id.to_string(), Integration::from)))
}

/// Register an integration
#[utoipa::path(
    post, path = "/organizations/{id}/integrations", tag = "integrations",
    params(("id" = String, Path, format = "uuid")), request_body = NewIntegration,
    responses(
        (status = 201, body = Integration), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)
    )
)]
pub(super) async fn create(
    Bearer(actor): Bearer,
    Segments(id): Segments<OrgId>,
    State(service): State<Service>,
    Body(body): Body<NewIntegration>,
) -> Result<Created<Integration>, Problem> {
    let named = IntegrationDetails { name: body.name.clone(), ..IntegrationDetails::default() };
    let details = body.over(named);
    let integration = service.create_integration(&actor, id, details).await?;
    Ok(created(format!("/api/v1/integrations/{}", integration.id), integration.into()))
}

/// An integration
#[utoipa::path(
    get, path = "/integrations/{id}", tag = "integrations", params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = Integration), (status = 401, body = Problem), (status = 404, body = Problem))
)]
pub(super) async fn get(
    Bearer(actor): Bearer,
    Segments(id): Segments<IntegrationId>,
    State(service): State<Service>,
) -> Result<Json<Integration>, Problem> {
    Ok(Json(service.integration_page(&actor, id, None, 0).await?.integration.into()))
}

/// Change an integration
#[utoipa::path(
    patch, path = "/integrations/{id}", tag = "integrations", params(("id" = String, Path, format = "uuid")),
    request_body = IntegrationChange,
    responses(
        (status = 200, body = Integration), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)
    )
)]
pub(super) async fn update(
    Bearer(actor): Bearer,
    Segments(id): Segments<IntegrationId>,
    State(service): State<Service>,
    Body(body): Body<IntegrationChange>,
) -> Result<Json<Integration>, Problem> {
    let mut known = service.integration_page(&actor, id, None, 0).await?.integration.details;
    if let Some(name) = &body.name {
        known.name.clone_from(name);
    }
    Ok(Json(service.update_integration(&actor, id, body.over(known)).await?.into()))
}

/// Remove an integration that has no checks
#[utoipa::path(
    delete, path = "/integrations/{id}", tag = "integrations", params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)
    )
)]
pub(super) async fn remove(
    Bearer(actor): Bearer,
    Segments(id): Segments<IntegrationId>,
    State(service): State<Service>,
) -> Result<StatusCode, Problem> {
    service.remove_integration(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
