//! The report as a file to take along: the same from the pages, from the API and behind a shared link.

use axum::response::{IntoResponse, Response};
use http::header;
use service::report::{Report, TableName};
use service::{Error, Service};

use crate::print::{self, PrintError, Reader, Site};

/// A form that holds all chosen sections in one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportForm {
    Json,
    Xlsx,
    Pdf(Reader),
    Docx(Reader),
}

/// A file with its name and its media type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportFile {
    pub name: String,
    pub kind: &'static str,
    pub content: Vec<u8>,
}

impl ReportFile {
    pub async fn made(report: Report, form: ReportForm, service: &Service) -> Result<Self, Error> {
        let (ending, kind) = match form {
            ReportForm::Json => ("json", "application/json"),
            ReportForm::Xlsx => ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            ReportForm::Pdf(_) => ("pdf", "application/pdf"),
            ReportForm::Docx(_) => {
                ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document")
            }
        };
        let name = report.file_name(ending);
        let content = match form {
            ReportForm::Json => report.json()?,
            ReportForm::Xlsx => report.xlsx()?,
            ReportForm::Pdf(reader) => {
                print::pdf(report, reader, Site::of(service)).await.map_err(not_made)?
            }
            ReportForm::Docx(reader) => {
                print::docx(report, reader, Site::of(service)).await.map_err(not_made)?
            }
        };
        Ok(Self { name, kind, content })
    }

    /// One table.
    pub fn csv(report: &Report, table: TableName) -> Result<Self, Error> {
        let kind = "text/csv; charset=utf-8; header=present";
        Ok(Self { name: report.file_name("csv"), kind, content: report.csv(table)? })
    }

    /// With the mark without which spreadsheets take a text for Latin-1.
    #[must_use]
    pub fn marked(mut self) -> Self {
        self.content.splice(0..0, "\u{FEFF}".bytes());
        self
    }
}

fn not_made(error: PrintError) -> Error {
    Error::Internal(Box::new(error))
}

impl IntoResponse for ReportFile {
    fn into_response(self) -> Response {
        let headers = [
            (header::CONTENT_TYPE, self.kind.to_owned()),
            (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", self.name)),
            (header::CACHE_CONTROL, "private, no-cache".to_owned()),
        ];
        (headers, self.content).into_response()
    }
}
