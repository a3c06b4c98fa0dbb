//! Tables that kinds of the group *reconciliation* are computed from without a join: counts of codes, overlays with their
//! days. They hold no row of a patient; of their lines nothing is kept but the figures.

use domain::KindCode;
use domain::check::{Message, Observations};
use domain::overlay::{self, Overlay};
use domain::terminology::{Recorded, Terminology};
use jiff::civil::Date;

use crate::FieldError;
use crate::sheet::{self, Line, shortened};

/// More lines than any of these tables has.
const MOST_LINES: usize = 200_000;

/// The table that a kind is computed from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableWanted {
    /// What it is called on a form.
    pub label: &'static str,
    pub help: &'static str,
    columns: &'static [&'static str],
    needed: &'static [&'static str],
}

const CODES: TableWanted = TableWanted {
    label: "Counts of codes",
    help: "CSV. Columns: domain, system, code, count, and for local codes standard_system, standard_code; or domain, total, valid where they were counted elsewhere.",
    columns: &["domain", "system", "code", "count", "standard_system", "standard_code", "total", "valid"],
    needed: &["domain"],
};
const OVERLAYS: TableWanted = TableWanted {
    label: "Suspected overlays",
    help: "CSV. Columns: opened and closed, the days; closed is empty while nobody investigated. No patient's number is needed.",
    columns: &["opened", "closed"],
    needed: &["opened", "closed"],
};

/// The table that a kind is computed from, if it is from one.
pub fn table_of(kind: &KindCode) -> Option<TableWanted> {
    match kind.as_str() {
        "terminology.coverage" => Some(CODES),
        "identity.match" => Some(OVERLAYS),
        _ => None,
    }
}

/// What a table tells.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tabled {
    pub observations: Observations,
    pub messages: Vec<Message>,
    /// What was looked at, in one line.
    pub checked: String,
}

/// Computes a kind's figures from its table. `domains` are those that a check of `terminology.coverage` measures, empty
/// for all. Every problem names its line and its column.
pub fn figures_of(
    kind: &KindCode,
    domains: &[String],
    file: &[u8],
    today: Date,
) -> Result<Tabled, Vec<FieldError>> {
    let Some(wanted) = table_of(kind) else {
        return Err(vec![FieldError::new("table", format!("{kind} is computed from no such table."))]);
    };
    let lines = sheet::read_up_to(file, wanted.columns, wanted.needed, MOST_LINES)?;
    if kind.as_str() == "identity.match" { overlays(&lines, today) } else { codes(&lines, domains) }
}

fn codes(lines: &[Line], domains: &[String]) -> Result<Tabled, Vec<FieldError>> {
    let (mut counts, mut problems) = (Terminology::new(), Vec::new());
    for line in lines {
        problems.extend(count_line(&mut counts, line).err().map(|problem| problem.at_line(line.number)));
    }
    problems.truncate(sheet::MOST_PROBLEMS);
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(Tabled {
        observations: counts.observed(domains),
        messages: counts.messages(domains),
        checked: counts.summary(),
    })
}

fn count_line(counts: &mut Terminology, line: &Line) -> Result<(), FieldError> {
    let number = |name: &str, otherwise: u64| match line.get(name) {
        "" => Ok(otherwise),
        text => text.parse::<u64>().map_err(|_| {
            let problem = format!("\"{}\" is no whole number, 0 or more.", shortened(text));
            FieldError::new(name, problem)
        }),
    };
    if line.get("domain").is_empty() {
        return Err(FieldError::new("domain", "Name the domain, for example results."));
    }
    if !line.get("total").is_empty() {
        let (total, valid) = (number("total", 0)?, number("valid", 0)?);
        let wrong = counts.add_totals(line.get("domain"), total, valid).err();
        return wrong.map_or(Ok(()), |wrong| Err(FieldError::new("valid", format!("{wrong}."))));
    }
    let recorded = Recorded {
        domain: line.get("domain"),
        system: line.get("system"),
        code: line.get("code"),
        count: number("count", 1)?,
        standard_system: line.get("standard_system"),
        standard_code: line.get("standard_code"),
    };
    counts.add(recorded);
    Ok(())
}

fn overlays(lines: &[Line], today: Date) -> Result<Tabled, Vec<FieldError>> {
    let (mut overlays, mut problems) = (Vec::new(), Vec::new());
    for line in lines {
        match overlay(line, today) {
            Ok(found) => overlays.push(found),
            Err(problem) => problems.push(problem.at_line(line.number)),
        }
    }
    problems.truncate(sheet::MOST_PROBLEMS);
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(Tabled {
        observations: overlay::observed(&overlays, today),
        messages: vec![overlay::message(&overlays, today)],
        checked: format!("{} suspected overlays", overlays.len()),
    })
}

fn overlay(line: &Line, today: Date) -> Result<Overlay, FieldError> {
    let day = |name: &str| {
        let text = line.get(name);
        let day = text.parse::<Date>().ok().filter(|day| *day <= today);
        day.ok_or_else(|| {
            let problem = format!(
                "\"{}\" is no day until today. Write year, month and day: 2026-11-20.",
                shortened(text)
            );
            FieldError::new(name, problem)
        })
    };
    let opened = day("opened")?;
    let closed = if line.get("closed").is_empty() { None } else { Some(day("closed")?) };
    if closed.is_some_and(|closed| closed < opened) {
        return Err(FieldError::new("closed", "This lies before it was opened."));
    }
    Ok(Overlay { opened, closed })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const TODAY: Date = date(2026, 11, 20);

    fn read(kind: &str, file: &str) -> Result<Tabled, Vec<FieldError>> {
        figures_of(&KindCode::from(kind), &[], file.as_bytes(), TODAY)
    }

    fn places(problems: &[FieldError]) -> Vec<(usize, &str)> {
        problems.iter().map(|problem| (problem.line.unwrap(), problem.field.as_str())).collect()
    }

    #[test]
    fn counts_of_codes_make_the_shares() {
        let file = "Domain,System,Code,Count\nresults,LOINC,2345-7,9\nresults,LAB,GLU,1\nproblems,ICD-10-CM,E11.9,5\n";
        let found = read("terminology.coverage", file).unwrap();
        let number =
            |name: &str| found.observations.get(name).unwrap().number().unwrap().normalize().to_string();
        assert_eq!((number("min_valid_pct"), number("domains_measured")), ("90".to_owned(), "2".to_owned()));
        assert_eq!(found.checked, "15 coded entries in 2 domains");
    }

    #[test]
    fn overlays_count_by_their_days_and_an_empty_list_is_good_news() {
        let found = read("identity.match", "opened,closed\n2026-11-02,2026-11-04\n2026-11-12,\n").unwrap();
        assert_eq!(found.observations.get("overlay_max_days").unwrap().number(), Some(6.into()));
        let none = read("identity.match", "opened,closed\n").unwrap();
        assert_eq!(none.observations.get("overlays_open").unwrap().number(), Some(0.into()));
    }

    #[test]
    fn a_line_that_cannot_be_names_its_column() {
        let file = "domain,code,count,total,valid\n,E11.9,1,,\nresults,2345-7,many,,\nresults,,,10,11\n";
        let problems = read("terminology.coverage", file).unwrap_err();
        assert_eq!(places(&problems), [(2, "domain"), (3, "count"), (4, "valid")]);
        let file = "opened,closed\nyesterday,\n2026-11-02,2026-11-01\n2026-11-21,\n";
        let problems = read("identity.match", file).unwrap_err();
        assert_eq!(places(&problems), [(2, "opened"), (3, "closed"), (4, "opened")]);
        assert!(read("recon.claims_clinical", "a\n").is_err());
    }
}
