//! Tables: a head that is repeated on every page, and columns as wide as they need.

use super::text::{Paragraph, Style, line};

/// The width of a page without its margins, in twentieths of a point.
const WIDTH: usize = 9_978;

/// A row of fewer bytes, tags and all, is some lines at most and stays on one page.
const SHORT: usize = 4_000;

/// How wide a column is, in comparison with the others, and what stands in it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Column {
    Text(usize),
    /// Stands right.
    Number(usize),
    /// Stands in the middle.
    Small(usize),
}

impl Column {
    const fn share(self) -> usize {
        match self {
            Self::Text(share) | Self::Number(share) | Self::Small(share) => share,
        }
    }

    /// The style of its head.
    const fn head(self) -> Style {
        match self {
            Self::Text(_) => Style::Head,
            Self::Number(_) => Style::NumberHead,
            Self::Small(_) => Style::SmallHead,
        }
    }
}

/// A cell: paragraphs, and perhaps a ground.
#[derive(Debug, Clone)]
pub(super) struct Cell {
    paragraphs: Vec<Paragraph>,
    /// Red, green and blue, each in two hexadecimal digits.
    ground: Option<&'static str>,
}

impl Cell {
    pub(super) fn text(text: &str) -> Self {
        Self::from(Paragraph::of(Style::Cell, text))
    }

    pub(super) fn strong(text: &str) -> Self {
        Self::from(Paragraph::new(Style::Cell).strong(text))
    }

    pub(super) fn number(text: &str) -> Self {
        Self::from(Paragraph::of(Style::Number, text))
    }

    /// A quiet line below; none where there is nothing to say.
    pub(super) fn sub(self, text: &str) -> Self {
        self.below(Style::Sub, text)
    }

    /// The same below a number.
    pub(super) fn number_sub(self, text: &str) -> Self {
        self.below(Style::NumberSub, text)
    }

    fn below(mut self, style: Style, text: &str) -> Self {
        if !text.is_empty() {
            self.paragraphs.push(Paragraph::of(style, text));
        }
        self
    }

    pub(super) fn on(self, ground: &'static str) -> Self {
        Self { ground: Some(ground), ..self }
    }

    fn xml(&self, width: usize) -> String {
        let ground = self.ground.map_or_else(String::new, |ground| {
            format!("<w:shd w:val=\"clear\" w:color=\"auto\" w:fill=\"{ground}\"/>")
        });
        let paragraphs: String = self.paragraphs.iter().map(Paragraph::xml).collect();
        format!("<w:tc><w:tcPr><w:tcW w:w=\"{width}\" w:type=\"dxa\"/>{ground}</w:tcPr>{paragraphs}</w:tc>")
    }
}

impl From<Paragraph> for Cell {
    fn from(paragraph: Paragraph) -> Self {
        Self { paragraphs: vec![paragraph], ground: None }
    }
}

/// A table, row by row.
#[derive(Debug)]
pub(super) struct Table {
    widths: Vec<usize>,
    xml: String,
}

impl Table {
    /// With its head, and with what it is said to be where it is read aloud.
    pub(super) fn new(caption: &str, columns: &[Column], heads: &[&str]) -> Self {
        let shares: usize = columns.iter().map(|column| column.share()).sum();
        let widths: Vec<usize> =
            columns.iter().map(|column| WIDTH * column.share() / shares.max(1)).collect();
        let grid: Vec<_> = widths.iter().map(|width| format!("<w:gridCol w:w=\"{width}\"/>")).collect();
        let xml = format!(
            "<w:tbl><w:tblPr><w:tblStyle w:val=\"Sheet\"/><w:tblW w:w=\"{}\" w:type=\"dxa\"/>\
             <w:tblLayout w:type=\"fixed\"/><w:tblLook w:val=\"00A0\" w:firstRow=\"1\" w:lastRow=\"0\" \
             w:firstColumn=\"1\" w:lastColumn=\"0\" w:noHBand=\"0\" w:noVBand=\"0\"/><w:tblCaption w:val=\"{}\"/>\
             </w:tblPr><w:tblGrid>{}</w:tblGrid>",
            widths.iter().sum::<usize>(),
            line(caption),
            grid.concat(),
        );
        let mut table = Self { widths, xml };
        let heads = columns.iter().zip(heads);
        let heads: Vec<_> = heads.map(|(column, head)| Paragraph::of(column.head(), head).into()).collect();
        let heads = table.cells(&heads);
        table.push("<w:cantSplit/><w:tblHeader/>", &heads);
        table
    }

    pub(super) fn row(&mut self, cells: &[Cell]) {
        let cells = self.cells(cells);
        let properties = if cells.len() < SHORT { "<w:cantSplit/>" } else { "" };
        self.push(properties, &cells);
    }

    fn cells(&self, cells: &[Cell]) -> String {
        cells.iter().zip(&self.widths).map(|(cell, width)| cell.xml(*width)).collect()
    }

    fn push(&mut self, properties: &str, cells: &str) {
        self.xml.extend(["<w:tr><w:trPr>", properties, "</w:trPr>", cells, "</w:tr>"]);
    }

    pub(super) fn xml(self) -> String {
        self.xml + "</w:tbl>"
    }
}
