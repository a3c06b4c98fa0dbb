//! The report as a file: PDF, JSON, CSV, XLSX.

use app::print::{self, Reader, Site};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use service::report::{Sections, TableName};
use service::{AssessmentId, Error, Service};
use utoipa::IntoParams;

use super::extract::{Bearer, Segments};
use super::problem::Problem;

/// What of the report is wanted.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ReportQuery {
    /// Names with commas: `domains`, `criteria`, `findings`, `roadmap`, `checks`, `trend`; all when absent. Result and
    /// disclaimer are always there.
    #[param(example = "domains,findings")]
    section: Option<String>,
}

/// The same with the table that a CSV file holds.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct TableQuery {
    /// `summary`, `domains`, `criteria` (when absent), `findings`, `roadmap`, `checks`, `trend` or `attestations`.
    #[param(example = "criteria")]
    table: Option<String>,
}

fn understood<T>(query: Result<Query<T>, QueryRejection>) -> Result<T, Problem> {
    let unreadable = |_| Problem::new(StatusCode::BAD_REQUEST, "The query could not be read.");
    query.map(|Query(query)| query).map_err(unreadable)
}

fn sections(query: &ReportQuery) -> Result<Sections, Problem> {
    Ok(Sections::named(query.section.as_deref())?)
}

fn file(name: &str, kind: &'static str, content: Vec<u8>) -> Response {
    let name = format!("attachment; filename=\"{name}\"");
    ([(CONTENT_TYPE, kind.to_owned()), (CONTENT_DISPOSITION, name)], content).into_response()
}

/// The report as JSON: figures rounded and exact
#[utoipa::path(
    get, path = "/assessments/{id}/report.json", tag = "reports",
    params(("id" = String, Path, format = "uuid"), ReportQuery),
    responses(
        (status = 200, body = serde_json::Value, content_type = "application/json"),
        (status = 401, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)
    )
)]
pub(super) async fn json(
    Bearer(actor): Bearer,
    Segments(id): Segments<AssessmentId>,
    query: Result<Query<ReportQuery>, QueryRejection>,
    State(service): State<Service>,
) -> Result<Response, Problem> {
    let report = service.report(&actor, id, sections(&understood(query)?)?).await?;
    let content = report.json()?;
    Ok(file(&report.file_name("json"), "application/json", content))
}

/// One table of the report as CSV
///
/// The last column of every line is the framework's disclaimer. A cell that a spreadsheet would take for a formula begins
/// with an apostrophe.
#[utoipa::path(
    get, path = "/assessments/{id}/report.csv", tag = "reports",
    params(("id" = String, Path, format = "uuid"), TableQuery),
    responses(
        (status = 200, body = String, content_type = "text/csv"), (status = 401, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)
    )
)]
pub(super) async fn csv(
    Bearer(actor): Bearer,
    Segments(id): Segments<AssessmentId>,
    query: Result<Query<TableQuery>, QueryRejection>,
    State(service): State<Service>,
) -> Result<Response, Problem> {
    let table = TableName::named(understood(query)?.table.as_deref().unwrap_or("criteria"))?;
    let report = service.report(&actor, id, Sections::default()).await?;
    let content = report.csv(table)?;
    Ok(file(&report.file_name("csv"), "text/csv; charset=utf-8; header=present", content))
}

/// The report as a workbook, a sheet for each table
///
/// Every text is written as a text: nothing in the file is a formula.
#[utoipa::path(
    get, path = "/assessments/{id}/report.xlsx", tag = "reports",
    params(("id" = String, Path, format = "uuid"), ReportQuery),
    responses(
        (
            status = 200, body = Vec<u8>,
            content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        ),
        (status = 401, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)
    )
)]
pub(super) async fn xlsx(
    Bearer(actor): Bearer,
    Segments(id): Segments<AssessmentId>,
    query: Result<Query<ReportQuery>, QueryRejection>,
    State(service): State<Service>,
) -> Result<Response, Problem> {
    let report = service.report(&actor, id, sections(&understood(query)?)?).await?;
    let content = report.xlsx()?;
    Ok(file(
        &report.file_name("xlsx"),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        content,
    ))
}

/// The report as a PDF: tagged, with contents, links and drawings
///
/// It is PDF/UA-1 unless a text in it has a sign that none of the fonts has.
#[utoipa::path(
    get, path = "/assessments/{id}/report.pdf", tag = "reports",
    params(("id" = String, Path, format = "uuid"), ReportQuery),
    responses(
        (status = 200, body = Vec<u8>, content_type = "application/pdf"), (status = 401, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)
    )
)]
pub(super) async fn pdf(
    Bearer(actor): Bearer,
    Segments(id): Segments<AssessmentId>,
    query: Result<Query<ReportQuery>, QueryRejection>,
    State(service): State<Service>,
) -> Result<Response, Problem> {
    let report = service.report(&actor, id, sections(&understood(query)?)?).await?;
    let name = report.file_name("pdf");
    let content = print::pdf(report, Reader::Member, Site::of(&service))
        .await
        .map_err(|error| Error::Internal(Box::new(error)))?;
    Ok(file(&name, "application/pdf", content))
}
