//! The sections, each from its part of the report.

use super::body::Body;
use super::table::Column::{Number, Small, Text};
use super::table::{Cell, Column, Table};
use super::text::{Look, Paragraph, Style};
use crate::print::model::{
    AttestedRow, CONTRADICTED, CheckRow, Content, Criteria, CriteriaOfDomain, Domains, FindingRow, Heat,
    HeatCell, Listing, Method, Numbers, StepRow, Sum, Summary, Trend, TrendRow,
};
use crate::words::capitalized;

/// The grounds of the levels 0 to 4, and how many of them are so light that ink is read on them.
const LEVELS: [&str; 5] = ["F4F4F0", "D0E7E5", "A6D1CF", "147475", "003B3F"];
const LIGHT_LEVELS: usize = 3;

/// All of them, in the order of the report.
pub(super) fn sections(content: &Content, body: &mut Body) {
    summary(&content.summary, body);
    numbers(&content.numbers, body);
    if let Some(part) = &content.domains {
        domains(part, body);
    }
    if let Some(part) = &content.criteria {
        criteria(part, body);
    }
    if let Some(part) = &content.findings {
        let columns = [Text(9), Text(18), Text(30), Text(10), Number(9)];
        listing(part, &columns, body, finding);
    }
    if let Some(part) = &content.attested {
        listing(part, &[Text(16), Text(25), Text(12), Number(11), Number(11)], body, attested);
    }
    if let Some(part) = &content.roadmap {
        let columns = [Number(5), Text(29), Text(11), Number(8), Number(7), Number(11), Number(9), Number(8)];
        listing(part, &columns, body, step);
    }
    if let Some(part) = &content.checks {
        listing(part, &[Text(15), Text(13), Text(13), Number(11), Text(14)], body, check);
    }
    if let Some(part) = &content.trend {
        trend(part, body);
    }
    method(&content.method, body);
}

fn notes(notes: &[String], body: &mut Body) {
    for note in notes {
        body.paragraph(&Paragraph::of(Style::Note, note));
    }
}

/// A section that lists.
fn listing<R>(part: &Listing<R>, columns: &[Column], body: &mut Body, row: fn(&R, &Body) -> Vec<Cell>) {
    body.section(&part.title, part.aside.as_deref());
    notes(&part.notes, body);
    rows(part, columns, body, row);
}

fn rows<R>(part: &Listing<R>, columns: &[Column], body: &mut Body, row: fn(&R, &Body) -> Vec<Cell>) {
    if part.rows.is_empty() {
        return;
    }
    let mut table = Table::new(&part.title, columns, part.heads);
    for one in &part.rows {
        table.row(&row(one, body));
    }
    body.table(table);
}

fn summary(part: &Summary, body: &mut Body) {
    body.section(part.title, Some(part.aside));
    for (topic, says) in &part.points {
        body.paragraph(&Paragraph::new(Style::Pair).strong(topic).tab().plain(says));
    }
}

fn numbers(part: &Numbers, body: &mut Body) {
    body.section(part.title, None);
    notes(&part.notes, body);
    if part.rows.is_empty() {
        return;
    }
    let labels: Vec<_> = part.rows.iter().map(|number| number.label).collect();
    let mut table = Table::new(part.title, &vec![Text(1); labels.len()], &labels);
    let cells = part.rows.iter().map(|number| {
        Cell::from(Paragraph::new(Style::Cell).say(Look::Figure, &number.value)).sub(&number.under)
    });
    table.row(&cells.collect::<Vec<_>>());
    body.table(table);
}

fn domains(part: &Domains, body: &mut Body) {
    let aside = part.threshold.as_ref().map(|threshold| format!("Threshold: {}", threshold.words));
    body.section(part.title, aside.as_deref());
    let mut table = Table::new(part.title, &[Text(6), Number(1), Number(1)], part.heads);
    for row in &part.rows {
        let named = Paragraph::new(Style::Cell).strong(&row.code).plain(&format!(" {}", row.title));
        let proven = Paragraph::new(Style::Number).strong(&row.proven);
        let without = row.without.unwrap_or_default();
        table.row(&[Cell::from(named).sub(without), proven.into(), Cell::number(&row.claimed)]);
    }
    body.table(table);
}

fn criteria(part: &Criteria, body: &mut Body) {
    body.section(part.title, None);
    heat(&part.heat, body);
    for domain in &part.domains {
        body.paragraph(&Paragraph::of(Style::Heading2, &format!("{} {}", domain.code, domain.title)));
        listed(domain, part.heads, body);
    }
}

fn heat(heat: &Heat, body: &mut Body) {
    let columns: Vec<_> = std::iter::once(Text(3)).chain(vec![Small(2); heat.columns]).collect();
    let numbers: Vec<String> = (1..=heat.columns).map(|number| number.to_string()).collect();
    let heads: Vec<_> = std::iter::once(heat.head).chain(numbers.iter().map(String::as_str)).collect();
    let mut table = Table::new(heat.under, &columns, &heads);
    for row in &heat.rows {
        let cells = row.cells.iter().map(|cell| cell.as_ref().map_or_else(|| Cell::text(""), heat_cell));
        let cells: Vec<_> = std::iter::once(Cell::strong(&row.code)).chain(cells).collect();
        table.row(&cells);
    }
    body.table(table);
    let under = format!("{} A cross marks an answer that a check contradicts.", heat.under);
    body.paragraph(&Paragraph::of(Style::Aside, &under));
}

fn heat_cell(cell: &HeatCell) -> Cell {
    let words = if cell.contradicted { format!("{} ✕", cell.words) } else { cell.words.clone() };
    let Some(level) = cell.level.map(usize::from).filter(|level| *level < LEVELS.len()) else {
        return Paragraph::new(Style::Small).quiet(&words).into();
    };
    let look = if level < LIGHT_LEVELS { Look::Plain } else { Look::Light };
    Cell::from(Paragraph::new(Style::Small).say(look, &words)).on(LEVELS[level])
}

fn listed(domain: &CriteriaOfDomain, heads: &[&str], body: &mut Body) {
    let mut table = Table::new(&domain.title, &[Text(12), Number(2), Number(3), Text(5)], heads);
    for row in &domain.rows {
        let named = Paragraph::new(Style::Cell).strong(&row.code).plain(&format!(" {}", row.title));
        let named = body.of_criterion(&row.code, named);
        let counts = Cell::from(Paragraph::new(Style::Number).strong(&row.counts));
        let counts = if row.contradicted { counts.number_sub(CONTRADICTED) } else { counts };
        let evidence = match &row.evidence {
            Some(evidence) => Cell::text(&evidence.words),
            None => Paragraph::new(Style::Cell).quiet(row.standing).into(),
        };
        table.row(&[Cell::from(named).sub(&row.note), Cell::number(&row.claimed), counts, evidence]);
    }
    body.table(table);
}

fn finding(row: &FindingRow, body: &Body) -> Vec<Cell> {
    let subject = body.to_criterion(&row.subject, Paragraph::new(Style::Cell));
    let subject = Cell::from(subject.quiet(&format!(" {}", row.kind))).sub(&row.title);
    let cause =
        row.checks.iter().fold(Cell::text(&row.cause), |cell, check| cell.sub(check)).sub(&row.remedy);
    vec![Cell::strong(&row.severity), subject, cause, Cell::text(&row.owner), Cell::number(&row.due)]
}

fn attested(row: &AttestedRow, _: &Body) -> Vec<Cell> {
    let check = Cell::strong(&row.binding).sub(&row.check);
    let (reason, by) = (Cell::text(&row.reason), Cell::text(&row.by));
    vec![check, reason, by, Cell::number(&row.at), Cell::number(&row.until)]
}

fn step(row: &StepRow, body: &Body) -> Vec<Cell> {
    let criterion = body.to_criterion(&row.criterion, Paragraph::new(Style::Cell));
    let criterion = Cell::from(criterion.plain(&format!(" {}", row.title)));
    vec![
        Cell::number(&row.step),
        row.what.iter().fold(criterion, |cell, line| cell.sub(line)),
        Cell::text(row.action).sub(&row.owner),
        Cell::number(&row.level),
        Cell::number(&row.effort),
        Cell::number(&row.due),
        Cell::number(&row.overall),
        Paragraph::new(Style::Number).strong(&row.rung).into(),
    ]
}

fn check(row: &CheckRow, _: &Body) -> Vec<Cell> {
    vec![
        Cell::strong(&row.integration),
        Cell::text(&row.kind),
        Cell::text(&capitalized(row.status)).sub(&row.latest),
        Cell::number(&row.share),
        Cell::text(&row.bears).sub(row.worst.as_deref().unwrap_or_default()),
    ]
}

fn trend(part: &Trend, body: &mut Body) {
    let lines = &part.lines;
    body.section(&lines.title, lines.aside.as_deref());
    if let Some(plot) = &part.plot {
        body.paragraph(&Paragraph::of(Style::Text, &format!("{}.", plot.alt)));
    }
    notes(&lines.notes, body);
    rows(lines, &[Text(3), Text(2), Number(2), Number(2), Number(2)], body, trend_row);
}

fn trend_row(row: &TrendRow, _: &Body) -> Vec<Cell> {
    let proven = Paragraph::new(Style::Number).strong(&row.proven);
    let (claimed, rung) = (Cell::number(&row.claimed), Cell::number(&row.rung));
    vec![Cell::text(&row.at), Cell::text(row.what), proven.into(), claimed, rung]
}

fn method(part: &Method, body: &mut Body) {
    body.section(part.title, None);
    for paragraph in &part.paragraphs {
        body.paragraph(&Paragraph::of(Style::Text, paragraph));
    }
    if let Some(methods) = &part.methods {
        let paragraph = body.link(Paragraph::new(Style::Text), methods);
        body.paragraph(&paragraph);
    }
    if let Some(part) = &part.sum {
        sum(part, body);
    }
}

fn sum(part: &Sum, body: &mut Body) {
    body.paragraph(&Paragraph::of(Style::Heading2, &part.title));
    let mut table = Table::new(&part.title, &[Text(5), Number(2), Number(2), Number(2)], part.heads);
    for row in &part.rows {
        let [weight, score, product] = [&row.weight, &row.score, &row.product].map(|text| Cell::number(text));
        table.row(&[Cell::strong(&row.domain), weight, score, product]);
    }
    body.table(table);
    body.paragraph(&Paragraph::of(Style::Text, &part.line));
    body.paragraph(&Paragraph::of(Style::Aside, &part.under));
}
