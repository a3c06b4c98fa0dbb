//! Tables as CSV (RFC 4180): read strictly, so that a broken file says where it is broken, and written so that a
//! spreadsheet computes nothing from what somebody typed.

use crate::FieldError;

/// More lines than any table of these has.
const MOST_LINES: usize = 5_000;
/// More problems than anybody reads at once.
pub(crate) const MOST_PROBLEMS: usize = 100;

/// A line of a file: what it says of each column that the file has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) number: usize,
    pub(crate) cells: Vec<(&'static str, String)>,
}

impl Line {
    /// What a column says; nothing where the file has none of that name.
    pub(crate) fn get(&self, column: &str) -> &str {
        self.cells.iter().find(|(name, _)| *name == column).map_or("", |(_, text)| text)
    }
}

/// What a cell holds, for a sentence.
pub(crate) fn shortened(text: &str) -> String {
    if text.chars().count() > 40 {
        format!("{}…", text.chars().take(40).collect::<String>())
    } else {
        text.to_owned()
    }
}

/// Reads a file with commas, semicolons or tabs between its cells, whose first line names some of the known columns and
/// all that are needed. Every problem names its line and, where there is one, its column.
pub(crate) fn read(
    bytes: &[u8],
    known: &[&'static str],
    needed: &[&'static str],
) -> Result<Vec<Line>, Vec<FieldError>> {
    read_up_to(bytes, known, needed, MOST_LINES)
}

/// The same for a file of at most so many lines.
pub(crate) fn read_up_to(
    bytes: &[u8],
    known: &[&'static str],
    needed: &[&'static str],
    most: usize,
) -> Result<Vec<Line>, Vec<FieldError>> {
    let whole = |problem: String, line| vec![FieldError::new("", problem).at_line(line)];
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let good = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
        let line = good.matches('\n').count() + 1;
        let problem = format!(
            "Line {line}: a character is not UTF-8; the file may be Latin-1. Save it as \"CSV UTF-8\" and send it again."
        );
        whole(problem, line)
    })?;
    // PostgreSQL keeps no text with one, so neither database is given it.
    if let Some((before, _)) = text.split_once('\0') {
        let line = before.matches('\n').count() + 1;
        let problem = format!(
            "Line {line}: a NUL character is in it; the file may be UTF-16. Save it as \"CSV UTF-8\" and send it again."
        );
        return Err(whole(problem, line));
    }
    let separator = separator_of(text);
    if let Some((line, problem)) = broken_quote(text, separator) {
        return Err(whole(format!("Line {line}: {problem}"), line));
    }
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .from_reader(text.as_bytes());
    let mut records = reader.records();
    let header = match records.next() {
        Some(Ok(header)) => columns(&header, known, needed)?,
        _ => return Err(whole("The file is empty. Its first line names the columns.".to_owned(), 1)),
    };
    let mut begins = Begins { text: text.as_bytes(), counted: 0, line: 1 };
    let mut lines = Vec::new();
    let mut problems = Vec::new();
    for record in records {
        let record = record.map_err(|error| whole(format!("The file could not be read: {error}"), 1))?;
        let number = begins.line_of(record.position().map_or(0, csv::Position::byte));
        if lines.len() >= most {
            problems.push(
                FieldError::new("", format!("Line {number}: a file may hold {most} lines. Split it."))
                    .at_line(number),
            );
            break;
        }
        if record.len() != header.len() {
            let problem = format!(
                "Line {number} has {} cells; the first line names {} columns.",
                record.len(),
                header.len()
            );
            problems.push(FieldError::new("", problem).at_line(number));
            continue;
        }
        let cells = header.iter().zip(&record).map(|(name, cell)| (*name, plain(cell.trim()))).collect();
        lines.push(Line { number, cells });
    }
    problems.truncate(MOST_PROBLEMS);
    if problems.is_empty() { Ok(lines) } else { Err(problems) }
}

/// Tells in which line a record begins. The reader's own count lags behind: it stands before what is passed over on the way
/// to the record, the second half of a `\r\n` and empty lines.
struct Begins<'a> {
    text: &'a [u8],
    /// How many bytes were looked at, up to the latest record.
    counted: usize,
    line: usize,
}

impl Begins<'_> {
    /// The line of the record that the reader found from this byte on; records come in their order.
    fn line_of(&mut self, byte: u64) -> usize {
        let from = usize::try_from(byte).unwrap_or(usize::MAX).clamp(self.counted, self.text.len());
        let passed = self.text[from..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let start = from + passed;
        self.line += self.text[self.counted..start].split(|byte| *byte == b'\n').count() - 1;
        self.counted = start;
        self.line
    }
}

/// The columns that the first line names, in whatever letter case, with spaces or hyphens for underscores.
fn columns(
    header: &csv::StringRecord,
    known: &[&'static str],
    needed: &[&'static str],
) -> Result<Vec<&'static str>, Vec<FieldError>> {
    let mut found: Vec<&'static str> = Vec::new();
    let mut problems = Vec::new();
    for cell in header {
        let wanted = cell.trim().to_lowercase().replace([' ', '-'], "_");
        match known.iter().copied().find(|name| *name == wanted) {
            Some(name) if found.contains(&name) => {
                problems.push(format!("Line 1 names the column \"{name}\" twice."));
            }
            Some(name) => found.push(name),
            None => problems.push(format!(
                "Line 1: \"{}\" is no column. There are: {}.",
                shortened(cell.trim()),
                known.join(", ")
            )),
        }
    }
    if problems.is_empty() {
        let missing = needed.iter().filter(|name| !found.contains(name));
        problems.extend(missing.map(|name| format!("Line 1 must name the column \"{name}\".")));
    }
    if problems.is_empty() {
        return Ok(found);
    }
    Err(problems.into_iter().map(|problem| FieldError::new("", problem).at_line(1)).collect())
}

/// What stands most often in the first line: a comma, a semicolon or a tab.
fn separator_of(text: &str) -> u8 {
    let first = text.lines().next().unwrap_or_default();
    let count = |separator: u8| first.bytes().filter(|byte| *byte == separator).count();
    [b';', b'\t']
        .into_iter()
        .filter(|other| count(*other) > count(b','))
        .max_by_key(|other| count(*other))
        .unwrap_or(b',')
}

/// The first place where quotes are not as RFC 4180 has them. Readers guess there, and would take lines for cells.
fn broken_quote(text: &str, separator: u8) -> Option<(usize, &'static str)> {
    let (mut line, mut opened) = (1, 0);
    let (mut quoted, mut begins) = (false, true);
    let mut bytes = text.bytes().peekable();
    while let Some(byte) = bytes.next() {
        if quoted {
            match byte {
                b'"' if bytes.peek() == Some(&b'"') => {
                    bytes.next();
                }
                b'"' => match bytes.peek() {
                    None | Some(b'\n' | b'\r') => quoted = false,
                    Some(next) if *next == separator => quoted = false,
                    Some(_) => {
                        return Some((line, "a quote inside a quoted cell must be written twice (\"\")."));
                    }
                },
                b'\n' => line += 1,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' if begins => (quoted, opened) = (true, line),
            b'"' => {
                return Some((
                    line,
                    "a cell with a quote in it must stand in quotes, the quote written twice (\"\").",
                ));
            }
            b'\n' => line += 1,
            _ => {}
        }
        begins = byte == separator || byte == b'\n' || byte == b'\r';
    }
    quoted.then_some((opened, "a quote is opened here and never closed."))
}

/// A table, lines ended as spreadsheets want them.
pub(crate) fn write(columns: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let mut record =
        |cells: Vec<String>| writer.write_record(cells).expect("memory takes every record of one length");
    record(columns.iter().map(|name| harmless((*name).to_owned())).collect());
    for row in rows {
        record(row.into_iter().map(harmless).collect());
    }
    let bytes = writer.into_inner().expect("memory is always flushed");
    String::from_utf8(bytes).expect("texts make a text")
}

/// What a spreadsheet would take for a formula begins with an apostrophe (OWASP, *CSV Injection*). So does what looks as
/// if it had got one already: [`plain`] takes one away.
fn harmless(cell: String) -> String {
    if is_formula(within(&cell)) { format!("'{cell}") } else { cell }
}

/// The cell as it was before [`harmless`].
fn plain(cell: &str) -> String {
    cell.strip_prefix('\'').filter(|rest| is_formula(within(rest))).unwrap_or(cell).to_owned()
}

/// Without apostrophes before it.
fn within(cell: &str) -> &str {
    cell.trim_start_matches('\'')
}

/// Whether a spreadsheet takes the text for a formula when it is typed; some do so of the wide signs too.
pub(crate) fn is_formula(cell: &str) -> bool {
    cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [&str; 4] = ["name", "owner", "last_review", "use_case"];

    fn read(bytes: &[u8]) -> Result<Vec<Line>, Vec<FieldError>> {
        super::read(bytes, &KNOWN, &["name"])
    }

    fn names(bytes: &[u8]) -> Vec<String> {
        read(bytes).unwrap().iter().map(|line| line.get("name").to_owned()).collect()
    }

    /// Line and words of the first problem.
    fn refused(bytes: &[u8]) -> (usize, String) {
        let problems = read(bytes).unwrap_err();
        (problems[0].line.unwrap(), problems[0].problem.clone())
    }

    #[test]
    fn a_file_is_read_as_spreadsheets_write_it() {
        assert_eq!(names(b"name,owner\nADT feed,Lab\nAPI,\n"), ["ADT feed", "API"]);
        assert_eq!(names("\u{FEFF}Name;Last review\r\nRöntgen;2026-11-20\r\n".as_bytes()), ["Röntgen"]);
        assert_eq!(names(b"name\tuse-case\n\"a, \"\"b\"\"\nc\"\tx\n"), ["a, \"b\"\nc"]);
        assert_eq!(names(b"name\n"), [""; 0]);
    }

    #[test]
    fn what_a_spreadsheet_would_run_is_a_text_and_comes_back_as_it_was() {
        for cell in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＠SUM(A1)"] {
            assert_eq!(harmless(cell.to_owned()), format!("'{cell}"), "{cell:?}");
            assert_eq!(plain(&harmless(cell.to_owned())), cell);
        }
        assert_eq!(harmless("a\n=1".to_owned()), "a\n=1");
        for cell in ["'=1", "''@x", "it's", "'", "'a'"] {
            assert_eq!(plain(&harmless(cell.to_owned())), cell, "an apostrophe of its own stays");
        }
    }

    #[test]
    fn a_broken_file_says_in_which_line() {
        assert_eq!(
            refused(b"name,owner\nA,B\nC\nD,E,F\n"),
            (3, "Line 3 has 1 cells; the first line names 2 columns.".to_owned())
        );
        let numbers =
            |file: &[u8]| -> Vec<usize> { read(file).unwrap().iter().map(|line| line.number).collect() };
        assert_eq!(numbers(b"name\nA\nB\n"), [2, 3]);
        assert_eq!(numbers(b"name\r\nA\r\nB\r\n"), [2, 3], "as spreadsheets end their lines");
        assert_eq!(numbers(b"name\n\n\nA\n\nB"), [4, 6], "empty lines are lines");
        assert_eq!(numbers(b"name\r\n\"A\r\nB\"\r\nC\r\n"), [2, 4], "a cell may hold several");
        assert_eq!(refused(b"name,owner\r\nA,B\r\nC\r\n").0, 3);
        for (file, line, words) in [
            (&b"name\nR\xF6ntgen\n"[..], 2, "UTF-8"),
            (b"name\nA\nB\0\n", 3, "NUL"),
            (b"n\0a\0m\0e\0\n\0A\0", 1, "UTF-16"),
            (b"name\nA\n\"B\nC\n", 3, "never closed"),
            (b"name\n\"A\"B\n", 2, "written twice"),
            (b"name\nA \"B\"\n", 2, "must stand in quotes"),
            (b"", 1, "empty"),
            (b"owner\nA\n", 1, "must name the column \"name\""),
            (b"name,colour\nA,red\n", 1, "\"colour\" is no column"),
            (b"name,Name\nA,B\n", 1, "twice"),
        ] {
            let (found, problem) = refused(file);
            assert_eq!(found, line, "{problem}");
            assert!(problem.contains(words), "{problem}");
        }
        let all = read(b"name,owner\nA\nB\n").unwrap_err();
        assert_eq!(all.len(), 2, "every line is named");
    }
}
