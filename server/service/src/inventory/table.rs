//! The inventory as a table: its columns, and what a line says of an integration.

use domain::DomainCode;
use jiff::civil::Date;
use store::record::{Integration, IntegrationDetails};

use crate::FieldError;
use crate::sheet::{self, Line, shortened};

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

/// The lines of a file; each names an integration.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Line>, Vec<FieldError>> {
    sheet::read(bytes, &COLUMNS, &["name"])
}

/// What a line says over what was known; what the file has no column for stays.
pub(super) fn over(line: &Line, known: IntegrationDetails) -> Result<IntegrationDetails, Vec<FieldError>> {
    let mut details = known;
    let mut problems = Vec::new();
    for (column, text) in &line.cells {
        if let Err(problem) = set(&mut details, column, text) {
            problems.push(FieldError::new(*column, problem).at_line(line.number));
        }
    }
    if problems.is_empty() { Ok(details) } else { Err(problems) }
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

/// The inventory as CSV.
pub fn write(integrations: &[Integration]) -> String {
    let rows = integrations
        .iter()
        .map(|integration| COLUMNS.map(|column| cell(&integration.details, column)).into());
    sheet::write(&COLUMNS, rows)
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

#[cfg(test)]
mod tests {
    use super::*;
    use store::{IntegrationId, OrgId, UnixMillis};

    #[test]
    fn a_cell_that_does_not_fit_names_line_and_column() {
        let lines = read(b"name,last_review,review_months\nA,last spring,soon\n").unwrap();
        let problems = over(&lines[0], IntegrationDetails::default()).unwrap_err();
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
        assert_eq!(over(&lines[0], IntegrationDetails::default()).unwrap(), entry.details);
    }
}
