//! Many decisions of a review in one request.

use axum::Json;
use axum::extract::State;
use domain::CriterionCode;
use serde::{Deserialize, Serialize};
use service::record::SeenEvidence;
use service::review::{self, Decisions};
use service::{AssessmentId, Service};
use utoipa::ToSchema;

use crate::api::extract::{Bearer, Body, Segments};
use crate::api::problem::Problem;

/// What is to be decided.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "approve_not_applicable": ["CAP-3", "CAP-4"] }))]
pub(in super::super) struct NewDecisions {
    /// Evidence to accept, in the revision that was read.
    #[serde(default)]
    accept: Vec<SeenItem>,
    /// Evidence to reject, in the revision that was read.
    #[serde(default)]
    reject: Vec<SeenItem>,
    /// Codes of criteria that the organization calls not applicable.
    #[serde(default)]
    approve_not_applicable: Vec<String>,
}

/// An item of evidence in the revision that you read.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SeenItem {
    #[schema(format = "uuid")]
    id: String,
    #[schema(minimum = 1, example = 1)]
    revision: i64,
}

/// What came of it.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct Decided {
    done: usize,
    refused: Vec<RefusedDecision>,
}

/// A decision that was not done; the others were.
#[derive(Debug, Serialize, ToSchema)]
struct RefusedDecision {
    /// A criterion's code, or an item's title.
    what: String,
    why: String,
}

impl From<review::Decided> for Decided {
    fn from(decided: review::Decided) -> Self {
        let refused = decided.refused.into_iter();
        let refused = refused.map(|line| RefusedDecision { what: line.what, why: line.why });
        Self { done: decided.done, refused: refused.collect() }
    }
}

/// Decide many things at once
///
/// Each as if it came singly: what cannot be done is named with its reason, the rest is done.
#[utoipa::path(
    post, path = "/assessments/{id}/decisions", tag = "review", params(("id" = String, Path, format = "uuid")),
    request_body = NewDecisions,
    responses(
        (status = 200, body = Decided), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)
    )
)]
pub(in super::super) async fn create(
    Bearer(actor): Bearer,
    Segments(id): Segments<AssessmentId>,
    State(service): State<Service>,
    Body(body): Body<NewDecisions>,
) -> Result<Json<Decided>, Problem> {
    let decisions = Decisions {
        accept: seen("accept", &body.accept)?,
        reject: seen("reject", &body.reject)?,
        approve: body.approve_not_applicable.iter().map(|code| CriterionCode::from(code.as_str())).collect(),
    };
    let decided = service.decide(&actor, id, decisions).await;
    Ok(Json(decided.map_err(|error| Problem::from(error).with_pointer("/items", ""))?.into()))
}

/// The items that a field of a body names.
fn seen(field: &str, items: &[SeenItem]) -> Result<Vec<SeenEvidence>, Problem> {
    let read = items.iter().enumerate().map(|(index, SeenItem { id, revision })| {
        let id = id.parse();
        let id =
            id.map_err(|_| Problem::field(&format!("/{field}/{index}/id"), "This is no id of evidence."))?;
        Ok(SeenEvidence { id, revision: *revision })
    });
    read.collect()
}
