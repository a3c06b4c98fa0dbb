//! The report on paper: a tagged PDF with contents, links and drawings, set by Typst; and a [Word document](word).
//!
//! What the pages say is put into words here as on the screen, and handed over as values ([`model`]); the templates beside
//! this file only give it its place. **Invariants.** Nothing that anybody wrote is ever read as markup or code. The
//! compiler sees four templates, one JSON document, one logo and [fonts], and no other file, no network and no clock. One
//! report is set at a time for every two processors.

mod content;
mod fonts;
mod model;
mod printable;
mod word;
mod world;

use std::fmt;
use std::sync::LazyLock;
use std::thread;

use model::Content;
use service::Service;
use tokio::sync::Semaphore;
use typst::diag::SourceDiagnostic;
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

pub use crate::pages::report::Reader;
use crate::pages::report::Report;
use crate::words::Paths;

/// Settings after which what Typst remembers of a document is dropped, unless it was of use again: the templates and the
/// fonts are, a report's own content is not.
const REMEMBERED: usize = 1;

/// Setting a document is dear: few at once.
static GATE: LazyLock<Semaphore> = LazyLock::new(|| {
    let processors = thread::available_parallelism().map_or(2, usize::from);
    Semaphore::new((processors / 2).max(1))
});

/// The file could not be made. Says why for the log; nobody's input can be the cause.
#[derive(Debug)]
pub struct PrintError(String);

impl fmt::Display for PrintError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the report could not be made: {}", self.0)
    }
}

impl std::error::Error for PrintError {}

/// Where people know the program: `https://rung.example`. Addresses in a file that leaves it begin so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site(Option<String>);

impl Site {
    /// The site of the service; none where the operator has named no address.
    pub fn of(service: &Service) -> Self {
        let origin = service.public_address("");
        Self((!origin.is_empty()).then_some(origin))
    }

    /// A page's whole address; `None` where only this machine knows the program.
    fn address(&self, path: &str) -> Option<String> {
        self.0.as_ref().map(|origin| format!("{origin}{path}"))
    }
}

/// The report as a PDF. For a guest it leads to nothing of the organization's.
pub async fn pdf(report: service::report::Report, reader: Reader, site: Site) -> Result<Vec<u8>, PrintError> {
    let _turn = GATE.acquire().await.map_err(|closed| PrintError(closed.to_string()))?;
    on_paper(report, reader, site, set).await
}

/// The report as a Word document. For a guest it leads to nothing of the organization's.
pub async fn docx(
    report: service::report::Report,
    reader: Reader,
    site: Site,
) -> Result<Vec<u8>, PrintError> {
    on_paper(report, reader, site, word::document).await
}

/// Makes a file of what the report says and of its logo, a PNG.
type Writer = fn(&Content, Option<Vec<u8>>) -> Result<Vec<u8>, PrintError>;

async fn on_paper(
    report: service::report::Report,
    reader: Reader,
    site: Site,
    file: Writer,
) -> Result<Vec<u8>, PrintError> {
    let making = tokio::task::spawn_blocking(move || {
        let bundle = &report.page.assessed.bundle;
        let paths = Paths::new(&bundle.organization.slug, bundle.assessment.id);
        let report = match reader {
            Reader::Member => Report::of_member(report, paths),
            Reader::Guest => Report::of_guest(report),
        };
        let content = content::content(&report, &site);
        file(&content, report.logo.map(|logo| logo.png))
    });
    making.await.map_err(|panicked| PrintError(panicked.to_string()))?
}

/// Typesets the content.
fn set(content: &Content, logo: Option<Vec<u8>>) -> Result<Vec<u8>, PrintError> {
    let world = world::Paper::new(content, logo);
    let compiled = typst::compile::<PagedDocument>(&world);
    for warning in &compiled.warnings {
        tracing::debug!(warning = %warning.message, "setting the report");
    }
    let document = compiled.output.map_err(|errors| PrintError(said(&errors)))?;
    let file = accessible(&document).or_else(|why| {
        // A sign that no font has. The file is tagged all the same; only the promise of the standard falls.
        tracing::debug!(%why, "the report is not PDF/UA-1");
        typst_pdf::pdf(&document, &PdfOptions::default()).map_err(|errors| PrintError(said(&errors)))
    });
    typst::comemo::evict(REMEMBERED);
    file
}

/// The document as PDF/UA-1 (ISO 14289-1).
fn accessible(document: &PagedDocument) -> Result<Vec<u8>, PrintError> {
    let standards =
        PdfStandards::new(&[PdfStandard::Ua_1]).map_err(|why| PrintError(why.message().to_string()))?;
    let options = PdfOptions { standards, ..PdfOptions::default() };
    typst_pdf::pdf(document, &options).map_err(|errors| PrintError(said(&errors)))
}

fn said(errors: &[SourceDiagnostic]) -> String {
    errors.iter().map(|error| error.message.as_str()).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests;
