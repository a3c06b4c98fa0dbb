//! Frameworks: what is asked and how it counts.

mod shape;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use domain::framework::draft::Draft;
use serde::Serialize;
use service::Service;
use service::record::FrameworkEntry;
use utoipa::ToSchema;

use self::shape::Framework;
use super::extract::{Bearer, Segments, Toml};
use super::organization::created;
use super::paging::{Page, PageQuery, Paging};
use super::problem::Problem;
use super::time;

/// A framework version as a list shows it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(super) struct Listed {
    #[schema(example = "B7")]
    code: String,
    #[schema(example = "1.0.0")]
    version: String,
    title: String,
    criteria: u32,
    #[schema(format = DateTime)]
    imported_at: String,
}

impl From<FrameworkEntry> for Listed {
    fn from(entry: FrameworkEntry) -> Self {
        Self {
            code: entry.code.to_string(),
            version: entry.version,
            title: entry.title,
            criteria: entry.criteria,
            imported_at: time::shown(entry.imported_at),
        }
    }
}

/// The frameworks that can be assessed
#[utoipa::path(
    get, path = "/frameworks", tag = "frameworks", params(PageQuery),
    responses((status = 200, body = Page<Listed>), (status = 401, body = Problem))
)]
pub(super) async fn list(
    _bearer: Bearer,
    paging: Paging<String>,
    State(service): State<Service>,
) -> Result<Json<Page<Listed>>, Problem> {
    let key = |entry: &FrameworkEntry| format!("{}-{}", entry.code, entry.version);
    Ok(Json(paging.slice(service.frameworks().await?, key, Listed::from)?))
}

/// Import a framework from a TOML file
///
/// Only an administrator of the installation may. A published version never changes: the same file again answers 200,
/// another content under the same version 409. Each problem of a file names its line and its key.
#[utoipa::path(
    post, path = "/frameworks", tag = "frameworks",
    request_body(content = String, content_type = "application/toml", description = "A framework file"),
    responses(
        (status = 201, body = Listed), (status = 200, body = Listed), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 409, body = Problem),
        (status = 415, body = Problem), (status = 422, body = Problem)
    )
)]
pub(super) async fn create(
    Bearer(actor): Bearer,
    State(service): State<Service>,
    Toml(text): Toml,
) -> Result<Response, Problem> {
    let imported = service.import_framework(&actor, &text).await?;
    let at = format!("/api/v1/frameworks/{}/{}", imported.entry.code, imported.entry.version);
    let listed = Listed::from(imported.entry);
    Ok(if imported.created { created(at, listed).into_response() } else { Json(listed).into_response() })
}

/// A framework, whole
#[utoipa::path(
    get, path = "/frameworks/{code}/{version}", tag = "frameworks",
    params(
        ("code" = String, Path, example = "B7"),
        ("version" = String, Path, example = "1.0.0"),
    ),
    responses((status = 200, body = Framework), (status = 401, body = Problem), (status = 404, body = Problem))
)]
pub(super) async fn get(
    _bearer: Bearer,
    Segments((code, version)): Segments<(String, String)>,
    State(service): State<Service>,
) -> Result<Json<Draft>, Problem> {
    let framework = service.framework(&code.into(), Some(&version)).await?;
    Ok(Json(Draft::from(&*framework)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;

    /// Where a value and what describes it name other fields.
    fn differences(value: &Value, schema: &Value, schemas: &Value, at: &str, found: &mut Vec<String>) {
        let named = schema["$ref"].as_str().and_then(|target| target.rsplit('/').next());
        let schema = named.map_or(schema, |name| &schemas[name]);
        match value {
            Value::Object(fields) => {
                let keys = |value: &Value| -> BTreeSet<String> {
                    value.as_object().map(|fields| fields.keys().cloned().collect()).unwrap_or_default()
                };
                if keys(value) != keys(&schema["properties"]) {
                    found.push(at.to_owned());
                }
                for (name, field) in fields {
                    differences(field, &schema["properties"][name], schemas, &format!("{at}/{name}"), found);
                }
            }
            Value::Array(items) => {
                for item in items {
                    differences(item, &schema["items"], schemas, at, found);
                }
            }
            _ => {}
        }
    }

    #[test]
    fn a_framework_is_sent_as_it_is_described() {
        let document: Value = serde_json::from_str(super::super::openapi_json()).unwrap();
        let schemas = &document["components"]["schemas"];
        for framework in domain::builtin::frameworks() {
            let sent = serde_json::to_value(Draft::from(framework)).unwrap();
            let mut found = Vec::new();
            differences(&sent, &schemas["Framework"], schemas, "", &mut found);
            assert_eq!(found, Vec::<String>::new(), "{}", framework.code);
        }
    }
}
