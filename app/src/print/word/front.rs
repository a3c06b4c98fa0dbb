//! The first page: what it is and whose, the ladder, the disclaimer, and the contents.

use super::body::Body;
use super::table::{Cell, Column, Table};
use super::text::{Look, Paragraph, Style, line};
use crate::print::model::{Content, Cover, Ladder};
use crate::words::capitalized;

/// Of the standard's unit of drawings, in a millimetre.
const UNITS: f64 = 36_000.0;

pub(super) fn front(content: &Content, body: &mut Body) {
    let cover = &content.cover;
    if let Some(size) = cover.logo {
        body.paragraph(&Paragraph::new(Style::Text).element(&picture(cover, size)));
    }
    body.paragraph(&Paragraph::of(Style::Aside, &format!("{} · {}", cover.kind, cover.assessment)));
    body.paragraph(&Paragraph::of(Style::Title, &cover.organization));
    body.paragraph(&Paragraph::of(Style::Text, &cover.lede));
    for (name, value) in &cover.facts {
        body.paragraph(&Paragraph::new(Style::Pair).quiet(name).tab().plain(value));
    }
    ladder(&content.ladder, body);
    let mut disclaimer = Paragraph::new(Style::Note);
    if let Some(words) = cover.demonstration {
        disclaimer = disclaimer.strong(words).plain(" ");
    }
    disclaimer = disclaimer.plain(&content.disclaimer);
    if let Some(live) = &cover.live {
        disclaimer = body.link(disclaimer.plain(" "), live);
    }
    body.paragraph(&disclaimer);
    contents(cover.contents, body);
}

/// The logo, in its line.
fn picture(cover: &Cover, (width, height): (f64, f64)) -> String {
    let words = line(&cover.logo_alt);
    #[allow(clippy::cast_possible_truncation, reason = "a page is some ten million units wide")]
    let units = |millimetres: f64| (millimetres * UNITS).round() as i64;
    let extent = format!("cx=\"{}\" cy=\"{}\"", units(width), units(height));
    format!(
        "<w:r><w:drawing><wp:inline distT=\"0\" distB=\"0\" distL=\"0\" distR=\"0\"><wp:extent {extent}/>\
         <wp:docPr id=\"1\" name=\"Logo\" descr=\"{words}\"/><a:graphic>\
         <a:graphicData uri=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"><pic:pic><pic:nvPicPr>\
         <pic:cNvPr id=\"1\" name=\"Logo\" descr=\"{words}\"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill>\
         <a:blip r:embed=\"rIdLogo\"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm>\
         <a:off x=\"0\" y=\"0\"/><a:ext {extent}/></a:xfrm><a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom></pic:spPr>\
         </pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )
}

/// The ladder, highest rung first, with how many conditions of each are so.
fn ladder(ladder: &Ladder, body: &mut Body) {
    let columns = [Column::Text(4), Column::Number(1), Column::Number(2), Column::Number(1)];
    let standings = ladder.standings.map(capitalized);
    let [met, contradicted, open] = &standings;
    let mut table = Table::new(&ladder.alt, &columns, &["Rung", met, contradicted, open]);
    for rung in &ladder.rungs {
        let named = Paragraph::new(Style::Cell).strong(&rung.code).plain(&format!(" {}", rung.name));
        let counts = [rung.met, rung.contradicted, rung.open];
        let [met, contradicted, open] = counts.map(|count| Cell::number(&count.to_string()));
        let here = rung.here.as_deref().unwrap_or_default();
        table.row(&[Cell::from(named).sub(here), met, contradicted, open]);
    }
    body.table(table);
    body.paragraph(&Paragraph::of(Style::Aside, &ladder.floor.words));
}

/// The sections as links, in a field that Word makes anew with the numbers of pages when it is asked to.
fn contents(title: &str, body: &mut Body) {
    const BEGIN: &str = "<w:r><w:fldChar w:fldCharType=\"begin\"/></w:r>\
                         <w:r><w:instrText xml:space=\"preserve\"> TOC \\o \"1-1\" \\h \\z \\u </w:instrText></w:r>\
                         <w:r><w:fldChar w:fldCharType=\"separate\"/></w:r>";
    const END: &str = "<w:r><w:fldChar w:fldCharType=\"end\"/></w:r>";
    body.element(
        "<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val=\"Table of Contents\"/><w:docPartUnique/>\
         </w:docPartObj></w:sdtPr><w:sdtContent>",
    );
    body.paragraph(&Paragraph::of(Style::ContentsTitle, title));
    let sections = body.sections().to_vec();
    for (place, (title, bookmark)) in sections.iter().enumerate() {
        let mut entry = Paragraph::new(Style::Contents);
        if place == 0 {
            entry = entry.element(BEGIN);
        }
        entry = entry.inside(bookmark, Look::Plain, title);
        if place + 1 == sections.len() {
            entry = entry.element(END);
        }
        body.paragraph(&entry);
    }
    body.element("</w:sdtContent></w:sdt>");
}
