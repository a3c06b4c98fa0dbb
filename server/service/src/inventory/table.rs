//! The inventory as CSV (RFC 4180): read strictly, so that a broken file says where it is broken, and written so that a
//! spreadsheet computes nothing from what somebody typed.

use domain::DomainCode;
use jiff::civil::Date;
use store::record::{Integration, IntegrationDetails};

use crate::FieldError;

/// The columns, as the first line names them. `serves` holds codes with spaces between.
pub const COLUMNS: [&str; 18] = [
    "name",
    "partner",
    "system",
    "standard",
    "direction",
    "data",
    "contract",
    "contract_expires",
    "use_case",
    "owner",
    "technical_owner",
    "criticality",
    "last_review",
    "review_months",
    "runbook_exercised",
    "brief_signed",
    "environment",
    "serves",
];

/// More lines than any inventory has.
const MOST_LINES: usize = 5_000;
/// More problems than anybody reads at once.
pub(super) const MOST_PROBLEMS: usize = 100;

/// A line of a file: what it says of each column that the file has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) number: usize,
    pub(super) cells: Vec<(&'static str, String)>,
}

impl Line {
    pub(super) fn get(&self, column: &str) -> &str {
        self.cells.iter().find(|(name, _)| *name == column).map_or("", |(_, text)| text)
    }

    /// What is said here over what was known; what the file has no column for stays.
    pub(super) fn over(&self, known: IntegrationDetails) -> Result<IntegrationDetails, Vec<FieldError>> {
        let mut details = known;
        let mut problems = Vec::new();
        for (column, text) in &self.cells {
            if let Err(problem) = set(&mut details, column, text) {
                problems.push(FieldError::new(*column, problem).at_line(self.number));
            }
        }
        if problems.is_empty() { Ok(details) } else { Err(problems) }
    }
}

fn set(details: &mut IntegrationDetails, column: &str, text: &str) -> Result<(), String> {
    let day = |text: &str| match text {
        "" => Ok(None),
        text => text.parse::<Date>().map(Some).map_err(|_| {
            format!("\"{}\" is no day. Write year, month and day: 2026-11-20.", shortened(text))
        }),
    };
    let place = match column {
        "name" => &mut details.name,
        "partner" => &mut details.partner,
        "system" => &mut details.system,
        "standard" => &mut details.standard,
        "direction" => &mut details.direction,
        "data" => &mut details.data,
        "contract" => &mut details.contract,
        "use_case" => &mut details.use_case,
        "owner" => &mut details.owner,
        "technical_owner" => &mut details.technical_owner,
        "environment" => &mut details.environment,
        "criticality" => {
            details.criticality = text.to_lowercase();
            return Ok(());
        }
        "contract_expires" => return day(text).map(|day| details.contract_expires = day),
        "last_review" => return day(text).map(|day| details.last_review = day),
        "runbook_exercised" => return day(text).map(|day| details.runbook_exercised = day),
        "brief_signed" => return day(text).map(|day| details.brief_signed = day),
        "review_months" => {
            details.review_months = match text {
                "" => None,
                text => Some(text.parse().map_err(|_| {
                    format!(
                        "\"{}\" is no number of months. Write a whole number, for example 12.",
                        shortened(text)
                    )
                })?),
            };
            return Ok(());
        }
        _ => {
            let codes = text.split(|c: char| c.is_whitespace() || c == ',' || c == ';');
            details.serves = codes.filter(|code| !code.is_empty()).map(DomainCode::from).collect();
            return Ok(());
        }
    };
    text.clone_into(place);
    Ok(())
}

/// What a cell holds, for a sentence.
fn shortened(text: &str) -> String {
    if text.chars().count() > 40 {
        format!("{}…", text.chars().take(40).collect::<String>())
    } else {
        text.to_owned()
    }
}

/// Reads a file with commas, semicolons or tabs between its cells. Every problem names its line and, where there is
/// one, its column.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Line>, Vec<FieldError>> {
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
        Some(Ok(header)) => columns(&header)?,
        _ => return Err(whole("The file is empty. Its first line names the columns.".to_owned(), 1)),
    };
    let mut lines = Vec::new();
    let mut problems = Vec::new();
    for record in records {
        let record = record.map_err(|error| whole(format!("The file could not be read: {error}"), 1))?;
        let number = record.position().map_or(0, |place| usize::try_from(place.line()).unwrap_or(usize::MAX));
        if lines.len() >= MOST_LINES {
            problems.push(
                FieldError::new("", format!("Line {number}: a file may hold {MOST_LINES} lines. Split it."))
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

/// The columns that the first line names, in whatever letter case, with spaces or hyphens for underscores.
fn columns(header: &csv::StringRecord) -> Result<Vec<&'static str>, Vec<FieldError>> {
    let mut found: Vec<&'static str> = Vec::new();
    let mut problems = Vec::new();
    for cell in header {
        let wanted = cell.trim().to_lowercase().replace([' ', '-'], "_");
        match COLUMNS.into_iter().find(|name| *name == wanted) {
            Some(name) if found.contains(&name) => {
                problems.push(format!("Line 1 names the column \"{name}\" twice."));
            }
            Some(name) => found.push(name),
            None => problems.push(format!(
                "Line 1: \"{}\" is no column. There are: {}.",
                shortened(cell.trim()),
                COLUMNS.join(", ")
            )),
        }
    }
    if problems.is_empty() && !found.contains(&"name") {
        problems.push("Line 1 must name the column \"name\".".to_owned());
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

/// The table, lines ended as spreadsheets want them.
pub fn write(integrations: &[Integration]) -> String {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let mut record =
        |cells: Vec<String>| writer.write_record(cells).expect("memory takes every record of one length");
    record(COLUMNS.map(str::to_owned).into());
    for integration in integrations {
        record(COLUMNS.map(|column| harmless(cell(&integration.details, column))).into());
    }
    let bytes = writer.into_inner().expect("memory is always flushed");
    String::from_utf8(bytes).expect("texts make a text")
}

fn cell(details: &IntegrationDetails, column: &str) -> String {
    let day = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
    match column {
        "name" => details.name.clone(),
        "partner" => details.partner.clone(),
        "system" => details.system.clone(),
        "standard" => details.standard.clone(),
        "direction" => details.direction.clone(),
        "data" => details.data.clone(),
        "contract" => details.contract.clone(),
        "contract_expires" => day(details.contract_expires),
        "use_case" => details.use_case.clone(),
        "owner" => details.owner.clone(),
        "technical_owner" => details.technical_owner.clone(),
        "criticality" => details.criticality.clone(),
        "last_review" => day(details.last_review),
        "review_months" => details.review_months.map(|months| months.to_string()).unwrap_or_default(),
        "runbook_exercised" => day(details.runbook_exercised),
        "brief_signed" => day(details.brief_signed),
        "environment" => details.environment.clone(),
        _ => details.serves.iter().map(DomainCode::as_str).collect::<Vec<_>>().join(" "),
    }
}

/// What a spreadsheet would take for a formula begins with an apostrophe (OWASP, *CSV Injection*).
fn harmless(cell: String) -> String {
    if is_formula(&cell) { format!("'{cell}") } else { cell }
}

/// The cell as it was before [`harmless`].
fn plain(cell: &str) -> String {
    cell.strip_prefix('\'').filter(|rest| is_formula(rest)).unwrap_or(cell).to_owned()
}

fn is_formula(cell: &str) -> bool {
    cell.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use store::{IntegrationId, OrgId, UnixMillis};

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
    fn a_broken_file_says_in_which_line() {
        assert_eq!(
            refused(b"name,owner\nA,B\nC\nD,E,F\n"),
            (3, "Line 3 has 1 cells; the first line names 2 columns.".to_owned())
        );
        for (file, line, words) in [
            (&b"name\nR\xF6ntgen\n"[..], 2, "UTF-8"),
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

    #[test]
    fn a_cell_that_does_not_fit_names_line_and_column() {
        let lines = read(b"name,last_review,review_months\nA,last spring,soon\n").unwrap();
        let problems = lines[0].over(IntegrationDetails::default()).unwrap_err();
        let places: Vec<_> = problems.iter().map(|problem| (problem.line, problem.field.as_str())).collect();
        assert_eq!(places, [(Some(2), "last_review"), (Some(2), "review_months")]);
    }

    #[test]
    fn what_goes_out_computes_nothing_and_comes_back_as_it_was() {
        let details = IntegrationDetails {
            name: "=HYPERLINK(\"http://evil.example\")".to_owned(),
            partner: "+1 555".to_owned(),
            data: "line 1\nline \"2\"; comma,".to_owned(),
            owner: "'quoted'".to_owned(),
            criticality: "critical".to_owned(),
            last_review: Some(jiff::civil::date(2026, 11, 20)),
            review_months: Some(6),
            serves: vec!["PAT".into(), "SEM".into()],
            ..IntegrationDetails::default()
        };
        let (id, org) = (IntegrationId::new(), OrgId::new());
        let entry = Integration { id, org, details, created_at: UnixMillis(0), unowned_since: None };
        let written = write(std::slice::from_ref(&entry));
        assert!(written.contains("\"'=HYPERLINK") && written.contains(",'+1 555,"), "{written}");
        let lines = read(written.as_bytes()).unwrap();
        assert_eq!(lines[0].over(IntegrationDetails::default()).unwrap(), entry.details);
    }
}
