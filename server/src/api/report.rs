//! The report as a file: PDF, DOCX, JSON, CSV, XLSX.

use app::print::Reader;
use app::report_file::{ReportFile, ReportForm};
use axum::extract::State;
use serde::Deserialize;
use service::report::{Sections, TableName};
use service::{Actor, AssessmentId, Service};
use utoipa::IntoParams;

use super::extract::{Bearer, Queried, Segments};
use super::problem::Problem;

/// What of the report is wanted.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ReportQuery {
    /// Names with commas: `domains`, `criteria`, `findings`, `roadmap`, `checks` (with the attestations), `trend`; all when
    /// absent. Result and disclaimer are always there.
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

/// The chosen sections in one file.
async fn in_form(
    service: &Service,
    actor: &Actor,
    id: AssessmentId,
    query: &ReportQuery,
    form: ReportForm,
) -> Result<ReportFile, Problem> {
    let sections = Sections::named(query.section.as_deref())?;
    let report = service.report(actor, id, sections).await?;
    Ok(ReportFile::made(report, form, service).await?)
}

/// The report as JSON: figures rounded and exact
#[utoipa::path(
    get, path = "/assessments/{id}/report.json", tag = "reports",
    params(("id" = String, Path, format = "uuid"), ReportQuery),
    responses(
        (status = 200, body = serde_json::Value, content_type = "application/json"),
        (status = 400, body = Problem), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem)
    )
)]
pub(super) async fn json(
    Bearer(actor): Bearer,
    Segments(id): Segments<AssessmentId>,
    Queried(query): Queried<ReportQuery>,
    State(service): State<Service>,
) -> Result<ReportFile, Problem> {
    in_form(&service, &actor, id, &query, ReportForm::Json).await
}

/// One table of the report as CSV
///
/// The last column of every line is the framework's disclaimer. A cell that a spreadsheet would take for a formula begins
/// with an apostrophe.
#[utoipa::path(
    get, path = "/assessments/{id}/report.csv", tag = "reports",
    params(("id" = String, Path, format = "uuid"), TableQuery),
    responses(
        (status = 200, body = String, content_type = "text/csv"), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)
    )
)]
pub(super) async fn csv(
    Bearer(actor): Bearer,
    Segments(id): Segments<AssessmentId>,
    Queried(query): Queried<TableQuery>,
    State(service): State<Service>,
) -> Result<ReportFile, Problem> {
    let table = TableName::named(query.table.as_deref().unwrap_or("criteria"))?;
    let report = service.report(&actor, id, Sections::default()).await?;
    Ok(ReportFile::csv(&report, table)?)
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
        (status = 400, body = Problem), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem)
    )
)]
pub(super) async fn xlsx(
    Bearer(actor): Bearer,
    Segments(id): Segments<AssessmentId>,
    Queried(query): Queried<ReportQuery>,
    State(service): State<Service>,
) -> Result<ReportFile, Problem> {
    in_form(&service, &actor, id, &query, ReportForm::Xlsx).await
}

/// The report as a PDF: tagged, with contents, links and drawings
///
/// It is PDF/UA-1 unless a text in it has a sign that none of the fonts has.
#[utoipa::path(
    get, path = "/assessments/{id}/report.pdf", tag = "reports",
    params(("id" = String, Path, format = "uuid"), ReportQuery),
    responses(
        (status = 200, body = Vec<u8>, content_type = "application/pdf"), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)
    )
)]
pub(super) async fn pdf(
    Bearer(actor): Bearer,
    Segments(id): Segments<AssessmentId>,
    Queried(query): Queried<ReportQuery>,
    State(service): State<Service>,
) -> Result<ReportFile, Problem> {
    in_form(&service, &actor, id, &query, ReportForm::Pdf(Reader::Member)).await
}

/// The report as a Word document: headings, contents, tables whose heads are repeated
///
/// It says what the PDF says. Drawings are left out: their numbers stand in tables.
#[utoipa::path(
    get, path = "/assessments/{id}/report.docx", tag = "reports",
    params(("id" = String, Path, format = "uuid"), ReportQuery),
    responses(
        (
            status = 200, body = Vec<u8>,
            content_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
        ),
        (status = 400, body = Problem), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem)
    )
)]
pub(super) async fn docx(
    Bearer(actor): Bearer,
    Segments(id): Segments<AssessmentId>,
    Queried(query): Queried<ReportQuery>,
    State(service): State<Service>,
) -> Result<ReportFile, Problem> {
    in_form(&service, &actor, id, &query, ReportForm::Docx(Reader::Member)).await
}
