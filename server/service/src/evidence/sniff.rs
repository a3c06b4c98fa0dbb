//! What a file is, from its content alone: its name says nothing. Nothing of it is ever kept unpacked.

mod archive;

use std::fmt;

/// What evidence can be a file of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileKind {
    Pdf,
    Png,
    Jpeg,
    Gif,
    Webp,
    Docx,
    Xlsx,
    Pptx,
    Odt,
    Ods,
    Odp,
    /// Plain text, CSV among it.
    Text,
}

/// Why content is no evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotTaken {
    Empty,
    /// HTML, SVG, XML: a browser could run what is in it.
    Markup,
    Archive,
    /// A document that would unpack to far more than one of its size does.
    Bomb,
    /// A document with a part that would be written outside of where it is unpacked.
    Astray,
    /// A document with macros.
    Macros,
    /// Word, Excel and `PowerPoint` before 2007.
    OldOffice,
    /// Text, and markup perhaps, two bytes a character: what spreadsheets call Unicode text.
    Utf16,
    Unknown,
}

impl NotTaken {
    /// What to tell whoever sent it.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Empty => "The file is empty. Choose another one.",
            Self::Markup => {
                "The file holds markup (HTML, SVG or XML), which is not taken. Print it to PDF, or send an image of it."
            }
            Self::Archive => "The file is an archive. Send the files in it one by one.",
            Self::Bomb => {
                "The file would unpack to far more than a document holds. Save it anew, or print it to PDF and send that."
            }
            Self::Astray => {
                "The file names a part outside of itself, which no document does. Save it anew, or print it to PDF and send that."
            }
            Self::Macros => {
                "The file holds macros, which are not taken. Save it without them, or print it to PDF and send that."
            }
            Self::OldOffice => {
                "The file is in an office format from before 2007. Save it as .docx, .xlsx, .pptx or PDF and send that."
            }
            Self::Utf16 => "The file is text in UTF-16. Save it as UTF-8, or as CSV in UTF-8, and send that.",
            Self::Unknown => {
                "The file is none of PDF, PNG, JPEG, GIF, WebP, Word, Excel, PowerPoint, OpenDocument, CSV and text. Print it to PDF and send that."
            }
        }
    }
}

/// The media type, and the endings of a name that go with it, the usual one first.
const fn facts(kind: FileKind) -> (&'static str, &'static [&'static str]) {
    match kind {
        FileKind::Pdf => ("application/pdf", &["pdf"]),
        FileKind::Png => ("image/png", &["png"]),
        FileKind::Jpeg => ("image/jpeg", &["jpg", "jpeg"]),
        FileKind::Gif => ("image/gif", &["gif"]),
        FileKind::Webp => ("image/webp", &["webp"]),
        FileKind::Docx => {
            ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", &["docx"])
        }
        FileKind::Xlsx => ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", &["xlsx"]),
        FileKind::Pptx => {
            ("application/vnd.openxmlformats-officedocument.presentationml.presentation", &["pptx"])
        }
        FileKind::Odt => ("application/vnd.oasis.opendocument.text", &["odt"]),
        FileKind::Ods => ("application/vnd.oasis.opendocument.spreadsheet", &["ods"]),
        FileKind::Odp => ("application/vnd.oasis.opendocument.presentation", &["odp"]),
        FileKind::Text => {
            ("text/plain", &["txt", "csv", "tsv", "md", "log", "json", "ndjson", "hl7", "edi", "yaml", "yml"])
        }
    }
}

impl FileKind {
    pub(crate) const fn media_type(self) -> &'static str {
        facts(self).0
    }

    /// The endings that a name may have, the usual one first.
    pub(crate) const fn endings(self) -> &'static [&'static str] {
        facts(self).1
    }
}

impl fmt::Display for FileKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pdf => "a PDF document",
            Self::Png => "a PNG image",
            Self::Jpeg => "a JPEG image",
            Self::Gif => "a GIF image",
            Self::Webp => "a WebP image",
            Self::Docx => "a Word document",
            Self::Xlsx => "an Excel workbook",
            Self::Pptx => "a PowerPoint presentation",
            Self::Odt => "an OpenDocument text",
            Self::Ods => "an OpenDocument spreadsheet",
            Self::Odp => "an OpenDocument presentation",
            Self::Text => "plain text",
        })
    }
}

/// What the content is.
pub(crate) fn sniff(content: &[u8]) -> Result<FileKind, NotTaken> {
    let begins = |magic: &[u8]| content.starts_with(magic);
    if content.is_empty() {
        return Err(NotTaken::Empty);
    }
    if begins(b"%PDF-") {
        return Ok(FileKind::Pdf);
    }
    if begins(b"\x89PNG\r\n\x1a\n") {
        return Ok(FileKind::Png);
    }
    if begins(b"\xff\xd8\xff") {
        return Ok(FileKind::Jpeg);
    }
    if begins(b"GIF87a") || begins(b"GIF89a") {
        return Ok(FileKind::Gif);
    }
    if begins(b"RIFF") && content.get(8..12) == Some(b"WEBP") {
        return Ok(FileKind::Webp);
    }
    if begins(b"PK")
        && content.get(2..4).is_some_and(|more| [[3, 4], [5, 6], [7, 8]].iter().any(|known| more == known))
    {
        return archive::kind(content);
    }
    if begins(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        return Err(NotTaken::OldOffice);
    }
    if [&b"\x1f\x8b"[..], b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"BZh", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd"]
        .iter()
        .any(|magic| begins(magic))
    {
        return Err(NotTaken::Archive);
    }
    if begins(b"\xff\xfe") || begins(b"\xfe\xff") {
        return Err(NotTaken::Utf16);
    }
    of_text(content)
}

/// Text has no control characters but those that lay it out. In whichever encoding: Latin-1 from an old spreadsheet is
/// text too.
fn of_text(content: &[u8]) -> Result<FileKind, NotTaken> {
    let text = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
    // UTF-16 holds NUL in every ASCII character: it is not taken for text here, and markup cannot hide in it.
    let control =
        |byte: &u8| (*byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c)) || *byte == 0x7f;
    if text.iter().any(control) {
        return Err(NotTaken::Unknown);
    }
    match text.trim_ascii_start().first() {
        None => Err(NotTaken::Empty),
        Some(b'<') => Err(NotTaken::Markup),
        Some(_) => Ok(FileKind::Text),
    }
}

#[cfg(test)]
mod tests;
