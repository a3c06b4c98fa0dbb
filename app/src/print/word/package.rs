//! The parts of a document, and how they are packed (ISO 29500-2).

use std::io::{self, Cursor, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::body::Body;
use super::text::{Paragraph, Style, line};
use crate::print::model::Content;

const CONTENT_TYPES: &str = include_str!("parts/content-types.xml");
const RELATIONS: &str = include_str!("parts/relations.xml");
const STYLES: &str = include_str!("parts/styles.xml");
const SETTINGS: &str = include_str!("parts/settings.xml");

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";

/// The names that the elements of a part begin with.
const SPACES: &str = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" \
                      xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\" \
                      xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\" \
                      xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" \
                      xmlns:pic=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"";

/// A4 with margins: no header on the first page, the disclaimer on all.
const PAGES: &str = "<w:sectPr><w:headerReference w:type=\"default\" r:id=\"rIdHeader\"/>\
                     <w:footerReference w:type=\"default\" r:id=\"rIdFooter\"/>\
                     <w:footerReference w:type=\"first\" r:id=\"rIdFirstFooter\"/>\
                     <w:pgSz w:w=\"11906\" w:h=\"16838\"/>\
                     <w:pgMar w:top=\"1021\" w:right=\"964\" w:bottom=\"1191\" w:left=\"964\" w:header=\"510\" \
                     w:footer=\"454\" w:gutter=\"0\"/><w:titlePg/></w:sectPr>";

/// The whole file.
pub(super) fn packed(content: &Content, body: &Body, logo: Option<&[u8]>) -> io::Result<Vec<u8>> {
    let document = part("document", &format!("<w:body>{}{PAGES}</w:body>", body.xml()));
    let (header, footer) = (header(content), footer(content));
    let (relations, properties) = (relations(body, logo.is_some()), properties(content));
    let parts = [
        ("[Content_Types].xml", CONTENT_TYPES.as_bytes()),
        ("_rels/.rels", RELATIONS.as_bytes()),
        ("docProps/core.xml", properties.as_bytes()),
        ("word/document.xml", document.as_bytes()),
        ("word/_rels/document.xml.rels", relations.as_bytes()),
        ("word/styles.xml", STYLES.as_bytes()),
        ("word/settings.xml", SETTINGS.as_bytes()),
        ("word/header.xml", header.as_bytes()),
        ("word/footer.xml", footer.as_bytes()),
        ("word/first-footer.xml", footer.as_bytes()),
    ];
    let logo = logo.map(|png| ("word/media/logo.png", png));
    // Without the time of day, the same report makes the same bytes.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default());
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts.into_iter().chain(logo) {
        zip.start_file(name, options).map_err(io::Error::other)?;
        zip.write_all(content)?;
    }
    Ok(zip.finish().map_err(io::Error::other)?.into_inner())
}

fn part(root: &str, inner: &str) -> String {
    format!("{DECLARATION}<w:{root} {SPACES}>{inner}</w:{root}>")
}

/// From the second page on: whose report it is.
fn header(content: &Content) -> String {
    let cover = &content.cover;
    let paragraph = Paragraph::of(Style::Header, &cover.organization).tab().plain(cover.kind);
    part("hdr", &paragraph.xml())
}

/// The disclaimer, and the number of the page.
fn footer(content: &Content) -> String {
    let field =
        |name: &str| format!("<w:fldSimple w:instr=\" {name} \"><w:r><w:t>1</w:t></w:r></w:fldSimple>");
    let disclaimer = Paragraph::of(Style::Footer, &content.disclaimer);
    let page = Paragraph::new(Style::PageNumber).element(&field("PAGE"));
    let page = page.plain(" of ").element(&field("NUMPAGES"));
    part("ftr", &(disclaimer.xml() + &page.xml()))
}

/// What the parts of the document are to it, and where its links lead.
fn relations(body: &Body, has_logo: bool) -> String {
    let parts = [
        ("rIdStyles", "styles", "styles.xml"),
        ("rIdSettings", "settings", "settings.xml"),
        ("rIdHeader", "header", "header.xml"),
        ("rIdFooter", "footer", "footer.xml"),
        ("rIdFirstFooter", "footer", "first-footer.xml"),
    ];
    let logo = has_logo.then_some(("rIdLogo", "image", "media/logo.png"));
    let mut relations: Vec<_> =
        parts.into_iter().chain(logo).map(|(id, kind, target)| relation(id, kind, target, "")).collect();
    relations.extend(
        body.addresses()
            .map(|(id, address)| relation(&id, "hyperlink", &line(address), " TargetMode=\"External\"")),
    );
    format!(
        "{DECLARATION}<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{}\
         </Relationships>",
        relations.concat()
    )
}

fn relation(id: &str, kind: &str, target: &str, mode: &str) -> String {
    format!(
        "<Relationship Id=\"{id}\" \
         Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}\" \
         Target=\"{target}\"{mode}/>"
    )
}

/// Title, author, language, and when it was computed.
fn properties(content: &Content) -> String {
    let made = content.made;
    let at = format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
        made.year, made.month, made.day, made.hour, made.minute, made.second
    );
    format!(
        "{DECLARATION}<cp:coreProperties \
         xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:dcterms=\"http://purl.org/dc/terms/\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><dc:title>{}</dc:title><dc:creator>{}</dc:creator>\
         <dc:description>{}</dc:description><dc:language>en-US</dc:language>\
         <cp:keywords>interoperability, maturity, {}</cp:keywords>\
         <dcterms:created xsi:type=\"dcterms:W3CDTF\">{at}</dcterms:created>\
         <dcterms:modified xsi:type=\"dcterms:W3CDTF\">{at}</dcterms:modified></cp:coreProperties>",
        line(&content.title),
        line(&content.cover.organization),
        line(&content.disclaimer),
        line(&content.framework),
    )
}
