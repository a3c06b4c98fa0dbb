//! The sources that criteria name.

use axum::Json;
use axum::extract::State;
use domain::framework as source;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use service::Service;
use service::citation::is_built_in;
use utoipa::ToSchema;

use super::extract::{Bearer, Body, Segments};
use super::paging::{Page, PageQuery, Paging};
use super::problem::Problem;

/// A source that criteria name by its key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct Citation {
    #[schema(example = "USCDI")]
    key: String,
    title: String,
    /// Official pages first.
    urls: Vec<String>,
    /// `read` or `to verify`.
    #[schema(example = "read")]
    status: String,
    #[schema(format = Date)]
    valid_from: Option<String>,
    #[schema(format = Date)]
    valid_to: Option<String>,
    /// Whom it obliges: `payers`, `certified developers`, `hospitals`, `providers`, `voluntary`; null for nobody.
    binds: Option<String>,
    /// Comes with Rung, and stays as it is.
    built_in: bool,
}

impl From<source::Citation> for Citation {
    fn from(citation: source::Citation) -> Self {
        Self {
            built_in: is_built_in(&citation.key),
            key: citation.key.to_string(),
            title: citation.title,
            urls: citation.urls,
            status: citation.status,
            valid_from: citation.valid_from.map(|date| date.to_string()),
            valid_to: citation.valid_to.map(|date| date.to_string()),
            binds: citation.binds,
        }
    }
}

/// A source as it is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewCitation {
    title: String,
    #[serde(default)]
    urls: Vec<String>,
    #[schema(example = "to verify")]
    status: String,
    #[schema(value_type = Option<String>, format = Date)]
    valid_from: Option<Date>,
    #[schema(value_type = Option<String>, format = Date)]
    valid_to: Option<Date>,
    binds: Option<String>,
}

/// The sources that criteria can name
#[utoipa::path(
    get, path = "/citations", tag = "frameworks", params(PageQuery),
    responses((status = 200, body = Page<Citation>), (status = 401, body = Problem))
)]
pub(super) async fn list(
    _bearer: Bearer,
    paging: Paging<String>,
    State(service): State<Service>,
) -> Result<Json<Page<Citation>>, Problem> {
    let key = |citation: &source::Citation| citation.key.to_string();
    Ok(Json(paging.slice(service.citations().await?, key, Citation::from)?))
}

/// Add a source, or change one that was added
///
/// Only an administrator of the installation may. Those that come with Rung stay as they are: 409.
#[utoipa::path(
    put, path = "/citations/{key}", tag = "frameworks",
    params(("key" = String, Path, example = "LOCAL-1")), request_body = NewCitation,
    responses(
        (status = 200, body = Citation), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)
    )
)]
pub(super) async fn put(
    Bearer(actor): Bearer,
    Segments(key): Segments<String>,
    State(service): State<Service>,
    Body(new): Body<NewCitation>,
) -> Result<Json<Citation>, Problem> {
    let citation = source::Citation {
        key: key.into(),
        title: new.title,
        urls: new.urls,
        status: new.status,
        valid_from: new.valid_from,
        valid_to: new.valid_to,
        binds: new.binds,
    };
    Ok(Json(service.keep_citation(&actor, citation).await?.into()))
}
