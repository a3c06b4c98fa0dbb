//! The report as files: JSON, CSV and XLSX.

use rust_xlsxwriter::{DocProperties, Format, FormatAlign, Workbook, Worksheet, XlsxError};

use super::tables::{Cell, Table, TableName, table, tables};
use super::{Document, Report};
use crate::{Error, sheet};

/// The most characters that a spreadsheet's cell holds.
const CELL: usize = 32_767;

impl Report {
    /// The whole document.
    pub fn json(&self) -> Result<Vec<u8>, Error> {
        let mut text = serde_json::to_vec_pretty(&Document::of(self)).map_err(Error::internal)?;
        text.push(b'\n');
        Ok(text)
    }

    /// One table. The last column of every line is the framework's disclaimer; a cell that a spreadsheet would take for a
    /// formula begins with an apostrophe.
    pub fn csv(&self, name: TableName) -> Result<Vec<u8>, Error> {
        csv(&Document::of(self), name)
    }

    /// A workbook with a sheet for each table. Every text is written as a text, so nothing in it is a formula, nor becomes
    /// one when somebody edits the cell.
    pub fn xlsx(&self) -> Result<Vec<u8>, Error> {
        let document = Document::of(self);
        workbook(&document).map_err(Error::internal)
    }

    /// A name for the file: `rung-alder-regional-hospital-2026-11-20.pdf`.
    pub fn file_name(&self, ending: &str) -> String {
        let assessed = &self.page.assessed;
        format!("rung-{}-{}.{ending}", assessed.bundle.organization.slug, assessed.computed_at.date())
    }
}

fn csv(document: &Document, name: TableName) -> Result<Vec<u8>, Error> {
    let table = table(document, name).ok_or_else(|| {
        let problem = format!("The table `{}` belongs to a section that was not chosen.", name.name());
        Error::invalid("table", problem)
    })?;
    let columns: Vec<&str> = table.columns.iter().copied().chain(["disclaimer"]).collect();
    let rows = table.rows.iter().map(|row| {
        let cells = row.iter().map(|cell| match cell {
            Cell::Text(text) => text.clone(),
            Cell::Number(number) => number.to_string(),
            Cell::Empty => String::new(),
        });
        cells.chain([document.disclaimer.clone()]).collect()
    });
    Ok(sheet::write(&columns, rows).into_bytes())
}

fn workbook(document: &Document) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let title = format!("{}: {}", document.organization.name, document.assessment.title);
    workbook.set_properties(&DocProperties::new().set_title(title).set_comment(&document.disclaimer));
    let body = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    let looks = Looks { head: Format::new().set_bold(), quoted: body.clone().set_quote_prefix(), body };
    for table in tables(document) {
        let page = workbook.add_worksheet();
        page.set_name(capitalized(table.name.name()))?;
        fill(page, &table, &document.disclaimer, &looks)?;
    }
    workbook.save_to_buffer()
}

/// How the cells of a sheet look.
struct Looks {
    head: Format,
    body: Format,
    /// Of a text that would be a formula if somebody typed it.
    quoted: Format,
}

fn fill(page: &mut Worksheet, table: &Table, disclaimer: &str, looks: &Looks) -> Result<(), XlsxError> {
    for (column, name) in (0..).zip(table.columns) {
        let title = name.replace('_', " ");
        page.write_string_with_format(0, column, capitalized(&title), &looks.head)?;
        page.set_column_width(column, width(name))?;
    }
    let mut line = 1;
    for row in &table.rows {
        for (column, cell) in (0..).zip(row) {
            match cell {
                Cell::Text(text) => {
                    let text: String = text.chars().take(CELL).collect();
                    let look = if sheet::is_formula(&text) { &looks.quoted } else { &looks.body };
                    page.write_string_with_format(line, column, text, look)?;
                }
                Cell::Number(number) => {
                    page.write_number_with_format(line, column, *number, &looks.body)?;
                }
                Cell::Empty => {}
            }
        }
        line += 1;
    }
    page.write_string(line + 1, 0, disclaimer)?;
    page.set_freeze_panes(1, 0)?;
    Ok(())
}

/// In characters.
fn width(column: &str) -> f64 {
    match column {
        "title" | "what" | "rationale" | "reason" | "value" => 60.0,
        "integration" | "owner" | "name" | "standing" | "latest_run" | "at" | "until" | "address"
        | "addresses" => 22.0,
        "own_answer" | "assessor_answer" | "official_answer" => 16.0,
        _ => 13.0,
    }
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests;
