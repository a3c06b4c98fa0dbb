//! The cells of an uploaded workbook, within limits: nothing of it is trusted.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read, copy, sink};

use calamine::{DataRef, Reader, Xlsx};

use super::{Sheet, heading};
use crate::FieldError;
use crate::sheet::{MOST_PROBLEMS, shortened};

/// What all files of a workbook may unpack to, in bytes.
const MOST_UNPACKED: u64 = 32 << 20;
/// The most files in a workbook.
const MOST_FILES: usize = 500;
/// The most rows that a sheet may have.
const MOST_ROWS: u32 = 5_000;
/// The most columns, and so the most cells a row.
const MOST_COLUMNS: u32 = 64;

/// A workbook that can be read, and what is wrong with it so far.
pub(super) struct Cells {
    workbook: Xlsx<Cursor<Vec<u8>>>,
    problems: Vec<FieldError>,
}

/// A row below the head of a sheet: what it says of each column that the sheet has.
pub(super) struct Row {
    sheet: &'static str,
    number: u32,
    cells: BTreeMap<&'static str, String>,
}

impl Row {
    /// What a column says; nothing where the cell is empty.
    pub(super) fn get(&self, column: &str) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }

    pub(super) fn text(&self, column: &str) -> String {
        self.get(column).to_owned()
    }

    /// Something wrong with one of its cells.
    pub(super) fn problem(&self, column: &str, problem: &str) -> FieldError {
        let (sheet, row) = (self.sheet, self.number);
        let place =
            if column.is_empty() { String::new() } else { format!(", column \"{}\"", heading(column)) };
        at(format!("Sheet \"{sheet}\", row {row}{place}: {problem}"), row)
    }
}

fn at(problem: String, row: u32) -> FieldError {
    FieldError::new("file", problem).at_line(usize::try_from(row).unwrap_or(usize::MAX))
}

fn whole(problem: impl Into<String>) -> Vec<FieldError> {
    vec![FieldError::new("file", problem)]
}

impl Cells {
    pub(super) fn open(bytes: Vec<u8>) -> Result<Self, Vec<FieldError>> {
        refuse_bombs(&bytes)?;
        let workbook = Xlsx::new(Cursor::new(bytes)).map_err(|_| whole(NO_WORKBOOK))?;
        Ok(Self { workbook, problems: Vec::new() })
    }

    pub(super) fn report(&mut self, problem: FieldError) {
        if self.problems.len() < MOST_PROBLEMS {
            self.problems.push(problem);
        }
    }

    /// How much is wrong so far.
    pub(super) fn count(&self) -> usize {
        self.problems.len()
    }

    pub(super) fn finish<T>(self, result: T) -> Result<T, Vec<FieldError>> {
        if self.problems.is_empty() { Ok(result) } else { Err(self.problems) }
    }

    /// The rows of a sheet that say something.
    pub(super) fn rows(&mut self, sheet: &Sheet) -> Vec<Row> {
        let mut odd = Vec::new();
        let raw = self.raw(sheet, &mut odd);
        for problem in odd {
            self.report(problem);
        }
        match raw {
            Ok(raw) => self.named(sheet, raw),
            Err(problem) => {
                self.report(problem);
                Vec::new()
            }
        }
    }

    /// Every filled cell by row and column, from 0. One that says nothing that a framework could is `odd`, and counts as
    /// empty: what stands beside it is read.
    fn raw(
        &mut self,
        sheet: &Sheet,
        odd: &mut Vec<FieldError>,
    ) -> Result<BTreeMap<u32, BTreeMap<u32, String>>, FieldError> {
        let name = sheet.name;
        let missing = |_| FieldError::new("file", format!("The workbook has no sheet \"{name}\"."));
        let broken = |_| FieldError::new("file", format!("Sheet \"{name}\" could not be read."));
        let mut reader = self.workbook.worksheet_cells_reader(name).map_err(missing)?;
        let mut rows: BTreeMap<u32, BTreeMap<u32, String>> = BTreeMap::new();
        while let Some(cell) = reader.next_cell().map_err(broken)? {
            let (row, column) = cell.get_position();
            let text = match text_of(cell.get_value()) {
                Ok(text) if text.is_empty() => continue,
                Ok(text) => text,
                Err(problem) => {
                    let place = format!("Sheet \"{name}\", row {}, column {}", row + 1, letters(column));
                    if odd.len() < MOST_PROBLEMS {
                        odd.push(at(format!("{place}: {problem}"), row + 1));
                    }
                    continue;
                }
            };
            if row >= MOST_ROWS {
                return Err(at(format!("Sheet \"{name}\" may have at most {MOST_ROWS} rows."), row + 1));
            }
            if column >= MOST_COLUMNS {
                let place = format!("Sheet \"{name}\", row {}, column {}", row + 1, letters(column));
                return Err(at(format!("{place}: there is no such column. Empty it."), row + 1));
            }
            rows.entry(row).or_default().insert(column, text);
        }
        Ok(rows)
    }

    /// The cells by the names of their columns, which the first row says.
    fn named(&mut self, sheet: &Sheet, mut raw: BTreeMap<u32, BTreeMap<u32, String>>) -> Vec<Row> {
        let mut columns: BTreeMap<u32, &'static str> = BTreeMap::new();
        // Said once each, not in every row.
        let mut unnamed: BTreeSet<u32> = BTreeSet::new();
        for (position, text) in raw.remove(&0).unwrap_or_default() {
            let wanted = text.trim().to_lowercase().replace([' ', '-'], "_");
            let place = format!("Sheet \"{}\", row 1, column {}", sheet.name, letters(position));
            match sheet.columns.iter().find(|name| **name == wanted) {
                Some(name) if columns.values().any(|known| known == name) => {
                    unnamed.insert(position);
                    self.report(at(format!("{place}: \"{}\" is there twice.", heading(name)), 1));
                }
                Some(name) => {
                    columns.insert(position, *name);
                }
                None => {
                    let known: Vec<String> = sheet.columns.iter().map(|name| heading(name)).collect();
                    unnamed.insert(position);
                    let (text, known) = (shortened(text.trim()), known.join(", "));
                    self.report(at(format!("{place}: \"{text}\" is no column. There are: {known}."), 1));
                }
            }
        }
        for missing in sheet.columns.iter().filter(|name| columns.values().all(|known| known != *name)) {
            let name = heading(missing);
            self.report(at(format!("Sheet \"{}\", row 1: the column \"{name}\" is missing.", sheet.name), 1));
        }
        let mut rows = Vec::with_capacity(raw.len());
        for (number, cells) in raw {
            let mut row = Row { sheet: sheet.name, number: number + 1, cells: BTreeMap::new() };
            for (position, text) in cells {
                if let Some(name) = columns.get(&position) {
                    row.cells.insert(*name, text);
                } else if unnamed.insert(position) {
                    let place = format!("column {} has no name in row 1. Empty it.", letters(position));
                    self.report(row.problem("", &place));
                }
            }
            rows.push(row);
        }
        rows
    }
}

const NO_WORKBOOK: &str =
    "The file is no workbook. Save it as \"Excel workbook (.xlsx)\" and choose it again.";

/// Unpacks everything once into nothing: what a workbook says of its own size is not believed.
fn refuse_bombs(bytes: &[u8]) -> Result<(), Vec<FieldError>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| whole(NO_WORKBOOK))?;
    if archive.len() > MOST_FILES {
        return Err(whole(NO_WORKBOOK));
    }
    let mut unpacked = 0;
    for index in 0..archive.len() {
        let file = archive.by_index(index).map_err(|_| whole(NO_WORKBOOK))?;
        let left = MOST_UNPACKED - unpacked + 1;
        unpacked += copy(&mut file.take(left), &mut sink()).map_err(|_| whole(NO_WORKBOOK))?;
        if unpacked > MOST_UNPACKED {
            let most = MOST_UNPACKED >> 20;
            return Err(whole(format!(
                "The workbook unpacks to more than {most} MB, which no framework needs."
            )));
        }
    }
    Ok(())
}

/// What a cell says. A number that a spreadsheet made of a text is a text again.
fn text_of(value: &DataRef<'_>) -> Result<String, &'static str> {
    match value {
        DataRef::Empty => Ok(String::new()),
        DataRef::String(text) => Ok(text.replace("\r\n", "\n")),
        DataRef::SharedString(text) => Ok(text.replace("\r\n", "\n")),
        DataRef::Int(number) => Ok(number.to_string()),
        // Writes 3 for 3.0.
        DataRef::Float(number) => Ok(number.to_string()),
        DataRef::Bool(truth) => Ok(if *truth { "yes" } else { "no" }.to_owned()),
        _ => Err("this is a date or an error. Write it as a text."),
    }
}

/// A column as a spreadsheet calls it: A, B, …, AA.
fn letters(column: u32) -> String {
    let last = char::from_u32(u32::from('A') + column % 26).unwrap_or('?');
    match column / 26 {
        0 => last.to_string(),
        rest => format!("{}{last}", letters(rest - 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::letters;

    #[test]
    fn columns_have_the_letters_of_a_spreadsheet() {
        assert_eq!([0, 25, 26, 701, 16_383].map(letters), ["A", "Z", "AA", "ZZ", "XFD"]);
    }
}
