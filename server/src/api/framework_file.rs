//! A framework as a file that can be edited and begin a draft: TOML, JSON, XLSX.

use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use domain::framework::draft::Draft;
use domain::{Framework, FrameworkCode};
use service::{Service, workbook};

use super::extract::{Bearer, Segments};
use super::problem::Problem;

fn file(framework: &Framework, ending: &str, kind: &'static str, content: Vec<u8>) -> Response {
    // Codes and versions are letters, digits and `.-_`.
    let name = format!("attachment; filename=\"{}-{}.{ending}\"", framework.code, framework.version);
    ([(CONTENT_TYPE, kind.to_owned()), (CONTENT_DISPOSITION, name)], content).into_response()
}

/// A framework as a TOML file
#[utoipa::path(
    get, path = "/frameworks/{code}/{version}/framework.toml", tag = "frameworks",
    params(("code" = String, Path, example = "B7"), ("version" = String, Path, example = "1.0.0")),
    responses(
        (status = 200, body = String, content_type = "application/toml"), (status = 401, body = Problem),
        (status = 404, body = Problem)
    )
)]
pub(super) async fn toml(
    _bearer: Bearer,
    Segments((code, version)): Segments<(String, String)>,
    State(service): State<Service>,
) -> Result<Response, Problem> {
    let framework = service.framework(&FrameworkCode::from(code), Some(&version)).await?;
    Ok(file(&framework, "toml", "application/toml", framework.write().into_bytes()))
}

/// A framework as a JSON file
#[utoipa::path(
    get, path = "/frameworks/{code}/{version}/framework.json", tag = "frameworks",
    params(("code" = String, Path, example = "B7"), ("version" = String, Path, example = "1.0.0")),
    responses(
        (status = 200, body = serde_json::Value, content_type = "application/json"),
        (status = 401, body = Problem), (status = 404, body = Problem)
    )
)]
pub(super) async fn json(
    _bearer: Bearer,
    Segments((code, version)): Segments<(String, String)>,
    State(service): State<Service>,
) -> Result<Response, Problem> {
    let framework = service.framework(&FrameworkCode::from(code), Some(&version)).await?;
    let content = service::authoring::json_file(&Draft::from(&*framework))?;
    Ok(file(&framework, "json", "application/json", content))
}

/// A framework as a workbook, a sheet for each table
///
/// Edited in a spreadsheet, it begins a draft. Every text is written as a text: nothing in the file is a formula.
#[utoipa::path(
    get, path = "/frameworks/{code}/{version}/framework.xlsx", tag = "frameworks",
    params(("code" = String, Path, example = "B7"), ("version" = String, Path, example = "1.0.0")),
    responses(
        (
            status = 200, body = Vec<u8>,
            content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        ),
        (status = 401, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)
    )
)]
pub(super) async fn xlsx(
    _bearer: Bearer,
    Segments((code, version)): Segments<(String, String)>,
    State(service): State<Service>,
) -> Result<Response, Problem> {
    let framework = service.framework(&FrameworkCode::from(code), Some(&version)).await?;
    let content = workbook::write(&Draft::from(&*framework))?;
    Ok(file(&framework, "xlsx", workbook::MEDIA_TYPE, content))
}
