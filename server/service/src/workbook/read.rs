//! From a workbook to a draft. What is no framework's is refused with sheet, row and column; whether the framework is
//! valid is asked later, as of every draft.

use domain::framework::draft::{Binding, Class, Criterion, Domain, Draft, Figure, Gate, Profile, Rung};

use super::cells::{Cells, Row};
use super::{CHECKS, CLASSES, COMMA, CRITERIA, DOMAINS, FRAMEWORK, GATES, PROFILES, RUNGS};
use crate::sheet::shortened;
use crate::{Error, FieldError};

/// Reads a workbook that [`write`](super::write) made and somebody edited.
pub fn read(bytes: Vec<u8>) -> Result<Draft, Error> {
    read_cells(bytes).map_err(Error::Invalid)
}

fn read_cells(bytes: Vec<u8>) -> Result<Draft, Vec<FieldError>> {
    let mut cells = Cells::open(bytes)?;
    let mut draft = Draft { levels: vec![String::new(); 5], ..Draft::default() };
    for row in cells.rows(&FRAMEWORK) {
        if let Some(place) = head(&mut draft, row.get("name").trim()) {
            *place = row.text("value");
        } else {
            let name = shortened(row.get("name").trim());
            cells.report(row.problem("", &format!("\"{name}\" is nothing that a framework has.")));
        }
    }
    let profile = |row: Row| Profile { code: row.text("code"), name: row.text("name") };
    draft.profiles = cells.rows(&PROFILES).into_iter().map(profile).collect();
    draft.evidence_classes = cells.rows(&CLASSES).iter().map(class).collect();
    for row in cells.rows(&RUNGS) {
        let signed = truth(&row, "independent_assessor").unwrap_or_else(|problem| {
            cells.report(problem);
            false
        });
        draft.sublevels.push(rung(&row, signed));
    }
    // What a broken cell keeps from being read is missed by other sheets: that is no mistake of theirs.
    let before = cells.count();
    draft.domains = cells.rows(&DOMAINS).iter().map(domain).collect();
    let domains_read = cells.count() == before;
    for row in cells.rows(&CRITERIA) {
        let code = row.get("domain");
        match draft.domains.iter_mut().find(|domain| domain.code == code) {
            Some(domain) => domain.criteria.push(criterion(&row)),
            None if domains_read => {
                cells.report(row.problem("domain", &format!("there is no domain `{}`.", shortened(code))));
            }
            None => {}
        }
    }
    let criteria_read = cells.count() == before;
    for row in cells.rows(&GATES) {
        match criterion_of(&mut draft, &row) {
            Ok(criterion) => {
                criterion.gates.push(Gate { rung: row.text("rung"), least: figure(&row, "least") });
            }
            Err(problem) if criteria_read => cells.report(problem),
            Err(_) => {}
        }
    }
    for row in cells.rows(&CHECKS) {
        match criterion_of(&mut draft, &row) {
            Ok(criterion) => criterion.bindings.push(binding(&row)),
            Err(problem) if criteria_read => cells.report(problem),
            Err(_) => {}
        }
    }
    cells.finish(draft)
}

/// Where a line of the first sheet belongs.
fn head<'d>(draft: &'d mut Draft, name: &str) -> Option<&'d mut String> {
    Some(match name {
        "code" => &mut draft.code,
        "version" => &mut draft.version,
        "title" => &mut draft.title,
        "description" => &mut draft.description,
        "disclaimer" => &mut draft.disclaimer,
        "floor code" => &mut draft.floor.code,
        "floor name" => &mut draft.floor.name,
        _ => {
            let level: usize = name.strip_prefix("level ")?.parse().ok()?;
            draft.levels.get_mut(level)?
        }
    })
}

fn figure(row: &Row, column: &str) -> Figure {
    Figure::new(row.get(column))
}

fn truth(row: &Row, column: &str) -> Result<bool, FieldError> {
    match row.get(column).trim().to_lowercase().as_str() {
        "yes" | "true" => Ok(true),
        "no" | "false" | "" => Ok(false),
        _ => Err(row.problem(column, "write yes or no.")),
    }
}

/// The codes of a list in one cell.
fn list(row: &Row, column: &str) -> Vec<String> {
    let codes = row.get(column).split(COMMA.trim()).map(str::trim);
    codes.filter(|code| !code.is_empty()).map(str::to_owned).collect()
}

fn class(row: &Row) -> Class {
    Class {
        code: row.text("code"),
        name: row.text("name"),
        meaning: row.text("meaning"),
        level_cap: figure(row, "level_cap"),
        confidence: figure(row, "confidence"),
    }
}

fn rung(row: &Row, independent_assessor: bool) -> Rung {
    Rung {
        code: row.text("code"),
        name: row.text("name"),
        badge: row.text("badge"),
        min_overall: figure(row, "min_overall"),
        min_domain: figure(row, "min_domain"),
        min_confidence: figure(row, "min_confidence"),
        min_completeness: figure(row, "min_completeness"),
        no_open_contradiction_on_weight: figure(row, "no_open_contradiction_on_weight"),
        independent_assessor,
        gate_evidence_max_age_days: figure(row, "gate_evidence_max_age_days"),
    }
}

fn domain(row: &Row) -> Domain {
    Domain {
        code: row.text("code"),
        title: row.text("title"),
        weight: figure(row, "weight"),
        purpose: row.text("purpose"),
        criteria: Vec::new(),
    }
}

fn criterion(row: &Row) -> Criterion {
    Criterion {
        code: row.text("code"),
        title: row.text("title"),
        weight: figure(row, "weight"),
        profiles: list(row, "profiles"),
        question: row.text("question"),
        anchors: ["anchor_0", "anchor_1", "anchor_2", "anchor_3", "anchor_4"]
            .map(|column| row.text(column))
            .to_vec(),
        gates: Vec::new(),
        evidence: row.text("evidence"),
        citations: list(row, "citations"),
        remediation: row.text("remediation"),
        effort: row.text("effort"),
        bindings: Vec::new(),
    }
}

fn criterion_of<'d>(draft: &'d mut Draft, row: &Row) -> Result<&'d mut Criterion, FieldError> {
    let code = row.get("criterion");
    let mut criteria = draft.domains.iter_mut().flat_map(|domain| &mut domain.criteria);
    let found = criteria.find(|criterion| criterion.code == code);
    found.ok_or_else(|| row.problem("criterion", &format!("there is no criterion `{}`.", shortened(code))))
}

fn binding(row: &Row) -> Binding {
    let conditions = row.get("conditions").lines().filter(|line| !line.trim().is_empty());
    Binding {
        id: row.text("id"),
        kind: row.text("kind"),
        passes_when: row.text("passes_when"),
        expect: conditions.map(str::to_owned).collect(),
        fail_cap: figure(row, "fail_cap"),
    }
}
