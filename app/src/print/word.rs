//! The report as a Word document (ISO 29500-1, section 17). It says what the PDF says, in the same
//! order, under headings that Word's navigation finds, in tables whose heads are repeated on every page. It has no
//! drawings: their numbers stand in tables.
//!
//! **Invariants.** What anybody wrote is text: no element, no field and no address comes of it. No status is told by a
//! colour alone. The same report is the same file, byte for byte, and its parts keep to the schemas of the standard, which
//! prescribe the order of elements. That is why no library writes them: docx-rs repeats no heads, names no language, drops
//! no control characters, and orders links at random.

mod body;
mod front;
mod package;
mod sections;
mod table;
mod text;

use body::Body;

use super::PrintError;
use super::model::Content;

/// The document; `logo` is a PNG.
pub(super) fn document(content: &Content, logo: Option<Vec<u8>>) -> Result<Vec<u8>, PrintError> {
    let mut body = Body::default();
    // The contents on the first page are known once the sections are written.
    sections::sections(content, &mut body);
    let sections = body.take();
    front::front(content, &mut body);
    body.element(&sections);
    package::packed(content, &body, logo.as_deref()).map_err(|error| PrintError(error.to_string()))
}

#[cfg(test)]
mod tests;
