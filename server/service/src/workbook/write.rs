//! From a draft to a workbook.

use domain::framework::draft::{Criterion, Draft, Figure, Rung};
use rust_xlsxwriter::{DocProperties, Format, FormatAlign, Workbook, XlsxError};

use super::{
    CHECKS, CLASSES, COMMA, CRITERIA, DOMAINS, FRAMEWORK, GATES, PROFILES, RUNGS, Sheet, heading, read,
};
use crate::Error;
use crate::sheet::is_formula;

/// What a cell holds; a text stays a text, whatever it begins with.
enum Cell {
    Text(String),
    Number(i32),
    Empty,
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        if text.is_empty() { Self::Empty } else { Self::Text(text.to_owned()) }
    }
}

impl From<&String> for Cell {
    fn from(text: &String) -> Self {
        text.as_str().into()
    }
}

impl From<&Figure> for Cell {
    fn from(figure: &Figure) -> Self {
        let number = figure.whole().and_then(|number| i32::try_from(number).ok());
        number.map_or_else(|| figure.as_str().into(), Self::Number)
    }
}

/// A workbook that [`read`] reads back equal; what no sheet can say (a code used twice, a text longer than a cell) is
/// not written at all.
pub fn write(draft: &Draft) -> Result<Vec<u8>, Error> {
    let unsaid = || {
        let words = "A workbook cannot say all of this framework: a code is used twice or missing, or a text is longer \
                     than a cell. Take the TOML or the JSON file.";
        Error::Conflict(words.to_owned())
    };
    let bytes = match workbook(draft) {
        Ok(bytes) => bytes,
        Err(XlsxError::MaxStringLengthExceeded) => return Err(unsaid()),
        Err(other) => return Err(Error::internal(other)),
    };
    if read(bytes.clone()).is_ok_and(|back| back == *draft) { Ok(bytes) } else { Err(unsaid()) }
}

fn workbook(draft: &Draft) -> Result<Vec<u8>, XlsxError> {
    let body = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    let mut pages = Pages {
        workbook: Workbook::new(),
        head: Format::new().set_bold(),
        quoted: body.clone().set_quote_prefix(),
        body,
    };
    let title = format!("{} {}: {}", draft.code, draft.version, draft.title);
    // Properties hold fewer characters than a cell.
    let short = |text: &str| text.chars().take(200).collect::<String>();
    let properties = DocProperties::new().set_title(short(&title)).set_comment(short(&draft.disclaimer));
    pages.workbook.set_properties(&properties);
    pages.add(&FRAMEWORK, head(draft))?;
    let profiles = draft.profiles.iter();
    pages.add(
        &PROFILES,
        profiles.map(|profile| vec![(&profile.code).into(), (&profile.name).into()]).collect(),
    )?;
    let classes = draft.evidence_classes.iter().map(|class| {
        let texts = [&class.code, &class.name, &class.meaning].map(Cell::from);
        texts.into_iter().chain([(&class.level_cap).into(), (&class.confidence).into()]).collect()
    });
    pages.add(&CLASSES, classes.collect())?;
    pages.add(&RUNGS, draft.sublevels.iter().map(rung).collect())?;
    let domains = draft.domains.iter().map(|domain| {
        vec![(&domain.code).into(), (&domain.title).into(), (&domain.weight).into(), (&domain.purpose).into()]
    });
    pages.add(&DOMAINS, domains.collect())?;
    let criteria = draft
        .domains
        .iter()
        .flat_map(|domain| domain.criteria.iter().map(|criterion| self::criterion(&domain.code, criterion)));
    pages.add(&CRITERIA, criteria.collect())?;
    let gates = draft.criteria().flat_map(|criterion| {
        let gates = criterion.gates.iter();
        gates.map(|gate| vec![(&criterion.code).into(), (&gate.rung).into(), (&gate.least).into()])
    });
    pages.add(&GATES, gates.collect())?;
    let checks = draft.criteria().flat_map(|criterion| {
        criterion.bindings.iter().map(|binding| {
            let conditions = binding.expect.join("\n");
            vec![
                (&criterion.code).into(),
                (&binding.id).into(),
                (&binding.kind).into(),
                (&binding.passes_when).into(),
                (&conditions).into(),
                (&binding.fail_cap).into(),
            ]
        })
    });
    pages.add(&CHECKS, checks.collect())?;
    pages.workbook.save_to_buffer()
}

struct Pages {
    workbook: Workbook,
    head: Format,
    body: Format,
    /// Of a text that would be a formula if somebody typed it.
    quoted: Format,
}

impl Pages {
    fn add(&mut self, sheet: &Sheet, rows: Vec<Vec<Cell>>) -> Result<(), XlsxError> {
        let page = self.workbook.add_worksheet();
        page.set_name(sheet.name)?;
        for (column, name) in (0..).zip(sheet.columns) {
            page.write_string_with_format(0, column, heading(name), &self.head)?;
            page.set_column_width(column, width(name))?;
        }
        for (line, row) in (1..).zip(&rows) {
            for (column, cell) in (0..).zip(row) {
                match cell {
                    Cell::Text(text) => {
                        let look = if is_formula(text) { &self.quoted } else { &self.body };
                        page.write_string_with_format(line, column, text, look)?;
                    }
                    Cell::Number(number) => {
                        page.write_number_with_format(line, column, *number, &self.body)?;
                    }
                    Cell::Empty => {}
                }
            }
        }
        page.set_freeze_panes(1, 0)?;
        Ok(())
    }
}

/// In characters.
fn width(column: &str) -> f64 {
    match column {
        "value" | "question" | "meaning" | "purpose" | "passes_when" | "evidence" | "remediation" => 60.0,
        "title" | "conditions" | "name" => 30.0,
        text if text.starts_with("anchor") => 50.0,
        _ => 14.0,
    }
}

fn head(draft: &Draft) -> Vec<Vec<Cell>> {
    let line = |name: &str, value: &String| vec![Cell::from(name), Cell::from(value)];
    let mut rows = vec![
        line("code", &draft.code),
        line("version", &draft.version),
        line("title", &draft.title),
        line("description", &draft.description),
        line("disclaimer", &draft.disclaimer),
        line("floor code", &draft.floor.code),
        line("floor name", &draft.floor.name),
    ];
    rows.extend(draft.levels.iter().enumerate().map(|(level, name)| line(&format!("level {level}"), name)));
    rows
}

fn rung(rung: &Rung) -> Vec<Cell> {
    vec![
        (&rung.code).into(),
        (&rung.name).into(),
        (&rung.badge).into(),
        (&rung.min_overall).into(),
        (&rung.min_domain).into(),
        (&rung.min_confidence).into(),
        (&rung.min_completeness).into(),
        (&rung.no_open_contradiction_on_weight).into(),
        if rung.independent_assessor { "yes" } else { "no" }.into(),
        (&rung.gate_evidence_max_age_days).into(),
    ]
}

fn criterion(domain: &str, criterion: &Criterion) -> Vec<Cell> {
    let (profiles, citations) = (criterion.profiles.join(COMMA), criterion.citations.join(COMMA));
    let mut cells: Vec<Cell> = vec![
        domain.into(),
        (&criterion.code).into(),
        (&criterion.title).into(),
        (&criterion.weight).into(),
        (&profiles).into(),
        (&criterion.question).into(),
    ];
    let missing = 5_usize.saturating_sub(criterion.anchors.len());
    cells.extend(criterion.anchors.iter().take(5).map(Cell::from));
    cells.extend((0..missing).map(|_| Cell::Empty));
    let texts = [&criterion.evidence, &citations, &criterion.remediation, &criterion.effort];
    cells.extend(texts.map(Cell::from));
    cells
}
