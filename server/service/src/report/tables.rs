//! The report as tables, for spreadsheets: one definition for CSV and XLSX.

use serde::Serialize;

use super::document::{Document, Figure, Said};
use crate::Error;

/// A table of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableName {
    Summary,
    Domains,
    Criteria,
    Findings,
    Roadmap,
    Checks,
    Trend,
    Attestations,
}

impl TableName {
    pub const ALL: [Self; 8] = [
        Self::Summary,
        Self::Domains,
        Self::Criteria,
        Self::Findings,
        Self::Roadmap,
        Self::Checks,
        Self::Trend,
        Self::Attestations,
    ];

    /// `criteria`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Summary => "summary",
            Self::Domains => "domains",
            Self::Criteria => "criteria",
            Self::Findings => "findings",
            Self::Roadmap => "roadmap",
            Self::Checks => "checks",
            Self::Trend => "trend",
            Self::Attestations => "attestations",
        }
    }

    /// From its name.
    pub fn named(name: &str) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|table| table.name() == name).ok_or_else(|| {
            let known: Vec<&str> = Self::ALL.iter().map(|table| table.name()).collect();
            let problem = format!("There is no table `{name}`. Choose from {}.", known.join(", "));
            Error::invalid("table", problem)
        })
    }
}

/// What a cell holds. A text stays a text, whatever it begins with.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    Text(String),
    Number(f64),
    Empty,
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<u8> for Cell {
    fn from(number: u8) -> Self {
        Self::Number(f64::from(number))
    }
}

/// A level is a number, beside which `not applicable` is a text.
impl From<Said> for Cell {
    fn from(said: Said) -> Self {
        if said.not_applicable { "not applicable".into() } else { said.level.into() }
    }
}

impl From<&Figure> for Cell {
    fn from(figure: &Figure) -> Self {
        Self::Number(figure.shown)
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Empty, Into::into)
    }
}

fn count(number: impl TryInto<u32>) -> Cell {
    number.try_into().map_or(Cell::Empty, |number| Cell::Number(f64::from(number)))
}

/// The word that serde writes for a value of an enum.
fn word(value: &impl Serialize) -> Cell {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => Cell::Text(word),
        _ => Cell::Empty,
    }
}

pub(super) struct Table {
    pub(super) name: TableName,
    pub(super) columns: &'static [&'static str],
    pub(super) rows: Vec<Vec<Cell>>,
}

/// The tables that the document has, in order.
pub(super) fn tables(document: &Document) -> Vec<Table> {
    let tables = TableName::ALL.into_iter().filter_map(|name| table(document, name));
    tables.collect()
}

/// One table; `None` where its section was not chosen.
pub(super) fn table(document: &Document, name: TableName) -> Option<Table> {
    let (columns, rows): (&'static [&'static str], _) = match name {
        TableName::Summary => (&["name", "value"], summary(document)),
        TableName::Domains => (
            &["domain", "title", "weight", "proven", "claimed", "applicable", "answered"],
            domains(document)?,
        ),
        TableName::Criteria => (
            &[
                "domain",
                "criterion",
                "title",
                "weight",
                "standing",
                "claimed",
                "own_answer",
                "assessor_answer",
                "official_answer",
                "counts",
                "target",
                "evidence_class",
                "confidence",
                "contradicted",
                "rationale",
            ],
            criteria(document)?,
        ),
        TableName::Findings => (
            &[
                "severity",
                "kind",
                "subject",
                "claimed",
                "official_answer",
                "counts",
                "checks",
                "addresses",
                "owner",
                "due",
                "open_since",
            ],
            findings(document)?,
        ),
        TableName::Roadmap => (
            &[
                "step",
                "criterion",
                "action",
                "from",
                "to",
                "effort",
                "owner",
                "due",
                "overall_then",
                "rung_then",
                "what",
            ],
            roadmap(document)?,
        ),
        TableName::Checks => (
            &[
                "integration",
                "kind",
                "address",
                "status",
                "latest_run",
                "passed_90_days",
                "runs_90_days",
                "contradicts",
            ],
            checks(document)?,
        ),
        TableName::Trend => (&["at", "what", "proven", "claimed", "rung"], trend(document)?),
        TableName::Attestations => {
            (&["integration", "kind", "binding", "reason", "by", "at", "until"], attestations(document)?)
        }
    };
    Some(Table { name, columns, rows })
}

fn summary(document: &Document) -> Vec<Vec<Cell>> {
    let pair = |name: &str, value: Cell| vec![name.into(), value];
    let mut rows = vec![
        pair("organization", document.organization.name.as_str().into()),
        pair("profiles", document.organization.profiles.join(", ").into()),
        pair("physicians", word(&document.organization.size_band)),
        pair("assessment", document.assessment.title.as_str().into()),
        pair("state", word(&document.assessment.state)),
        pair("framework", format!("{} {}", document.framework.code, document.framework.version).into()),
        pair("computed_at", document.computed_at.as_str().into()),
    ];
    if let Some(result) = &document.result {
        rows.push(pair("rung", format!("{} {}", result.rung.code, result.rung.name).into()));
        rows.push(pair("proven", (&result.proven).into()));
        rows.push(pair("claimed", (&result.claimed).into()));
        rows.push(pair("assurance_gap", (&result.assurance_gap).into()));
        rows.push(pair("confidence", (&result.confidence).into()));
        rows.push(pair("completeness", (&result.completeness).into()));
    }
    rows.extend(document.summary.iter().map(|point| pair(point.topic.name(), point.says.as_str().into())));
    rows
}

fn domains(document: &Document) -> Option<Vec<Vec<Cell>>> {
    let lines = document.domains.as_ref()?.iter();
    let row = |line: &super::document::DomainLine| {
        vec![
            line.code.as_str().into(),
            line.title.as_str().into(),
            line.weight.into(),
            line.proven.as_ref().into(),
            line.claimed.as_ref().into(),
            count(line.applicable),
            count(line.answered),
        ]
    };
    Some(lines.map(row).collect())
}

fn criteria(document: &Document) -> Option<Vec<Vec<Cell>>> {
    let lines = document.criteria.as_ref()?.iter();
    let row = |line: &super::document::CriterionLine| {
        vec![
            line.domain.as_str().into(),
            line.code.as_str().into(),
            line.title.as_str().into(),
            line.weight.into(),
            line.standing.into(),
            line.claimed.into(),
            line.own.into(),
            line.assessor.into(),
            line.official.as_ref().map_or(Cell::Empty, word),
            line.counts.into(),
            line.target.into(),
            line.evidence_class.as_str().into(),
            line.confidence.into(),
            if line.contradicted { "yes" } else { "no" }.into(),
            line.rationale.as_str().into(),
        ]
    };
    Some(lines.map(row).collect())
}

fn findings(document: &Document) -> Option<Vec<Vec<Cell>>> {
    let lines = document.findings.as_ref()?.iter();
    let row = |line: &super::document::FindingLine| {
        vec![
            word(&line.severity),
            word(&line.kind),
            line.subject.as_str().into(),
            line.claimed.into(),
            line.official.as_ref().map_or(Cell::Empty, word),
            line.counts.into(),
            line.checks.join(", ").into(),
            line.addresses.join(", ").into(),
            line.owner.as_str().into(),
            line.due.as_deref().into(),
            line.open_since.as_str().into(),
        ]
    };
    Some(lines.map(row).collect())
}

fn roadmap(document: &Document) -> Option<Vec<Vec<Cell>>> {
    let lines = document.roadmap.as_ref()?.steps.iter().enumerate();
    let row = |(position, line): (usize, &super::document::StepLine)| {
        vec![
            count(position + 1),
            line.criterion.as_str().into(),
            line.action.into(),
            line.from.into(),
            line.to.into(),
            line.effort.into(),
            line.owner.as_str().into(),
            line.due.as_deref().into(),
            (&line.overall_then).into(),
            line.rung_then.as_str().into(),
            line.what.join(" ").into(),
        ]
    };
    Some(lines.map(row).collect())
}

fn checks(document: &Document) -> Option<Vec<Vec<Cell>>> {
    let lines = document.checks.as_ref()?.iter();
    let row = |line: &super::document::CheckLine| {
        vec![
            line.integration.as_str().into(),
            line.kind.as_str().into(),
            line.address.as_deref().into(),
            word(&line.status),
            line.latest_run.as_deref().into(),
            count(line.passed_90_days),
            count(line.runs_90_days),
            line.contradicts.join(", ").into(),
        ]
    };
    Some(lines.map(row).collect())
}

fn trend(document: &Document) -> Option<Vec<Vec<Cell>>> {
    let lines = document.trend.as_ref()?.iter();
    let row = |line: &super::document::TrendLine| {
        vec![
            line.at.as_str().into(),
            line.what.into(),
            line.proven.as_ref().into(),
            line.claimed.as_ref().into(),
            line.rung.as_deref().into(),
        ]
    };
    Some(lines.map(row).collect())
}

fn attestations(document: &Document) -> Option<Vec<Vec<Cell>>> {
    let row = |line: &super::document::Attestation| {
        [&line.integration, &line.kind, &line.binding, &line.reason, &line.by, &line.at, &line.until]
            .into_iter()
            .map(|text| text.as_str().into())
            .collect()
    };
    Some(document.attestations.as_ref()?.iter().map(row).collect())
}
