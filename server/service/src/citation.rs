//! The sources that criteria name: those that Rung brings, and those that an installation adds.

use domain::CitationKey;
use domain::builtin;
use domain::framework::Citation;
use jiff::civil::Date;
use serde_json::json;

use crate::service::audit;
use crate::{Actor, Error, FieldError, Service};

/// Whom a source can oblige.
pub const BINDS: [&str; 5] = ["payers", "certified developers", "hospitals", "providers", "voluntary"];

/// How far a source was looked at.
pub const STATUSES: [&str; 2] = ["read", "to verify"];

/// Whether a source counts on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Validity {
    InForce,
    NotYet,
    Ended,
}

pub fn validity(citation: &Citation, on: Date) -> Validity {
    if citation.valid_to.is_some_and(|last| last < on) {
        Validity::Ended
    } else if citation.valid_from.is_some_and(|first| first > on) {
        Validity::NotYet
    } else {
        Validity::InForce
    }
}

/// Whether the source comes with Rung, so that nobody changes it here.
pub fn is_built_in(key: &CitationKey) -> bool {
    builtin::citations().contains(key.as_str())
}

impl Service {
    /// Adds a source, or changes one that was added.
    pub async fn keep_citation(&self, actor: &Actor, citation: Citation) -> Result<Citation, Error> {
        if !actor.is_admin() {
            let refusal = "Only an administrator of this installation adds sources.";
            return Err(Error::Forbidden(refusal.to_owned()));
        }
        if is_built_in(&citation.key) {
            let words =
                format!("{} comes with Rung and stays as it is. Give yours another key.", citation.key);
            return Err(Error::Conflict(words));
        }
        let citation = Citation {
            title: citation.title.trim().to_owned(),
            urls: citation
                .urls
                .iter()
                .map(|url| url.trim().to_owned())
                .filter(|url| !url.is_empty())
                .collect(),
            binds: citation.binds.filter(|binds| !binds.is_empty()),
            ..citation
        };
        let problems = problems_of(&citation);
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        let entry = audit(Some(actor), "citation.kept", &citation.key, json!({ "title": citation.title }));
        self.store().keep_citation(&citation, entry).await?;
        Ok(citation)
    }
}

fn problems_of(citation: &Citation) -> Vec<FieldError> {
    let mut problems = Vec::new();
    let mut wrong = |field: &str, problem: &str| problems.push(FieldError::new(field, problem));
    let key = citation.key.as_str();
    let letters = key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'));
    if key.is_empty() || key.len() > 64 || !letters {
        wrong("key", "Use 1 to 64 letters, digits, `.`, `-` and `_` for the key.");
    }
    if citation.title.is_empty() || citation.title.chars().count() > 500 {
        wrong("title", "Give the source a title of at most 500 characters.");
    }
    let web = |url: &String| {
        let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
        rest.is_some_and(|rest| !rest.is_empty())
            && url.len() <= 2000
            && !url.chars().any(|c| c.is_whitespace() || c.is_control())
    };
    if citation.urls.len() > 20 || !citation.urls.iter().all(web) {
        wrong("urls", "Write one address a line, at most 20, each beginning with https:// or http://.");
    }
    if !STATUSES.contains(&citation.status.as_str()) {
        wrong("status", "Choose `read` or `to verify`.");
    }
    if citation.binds.as_ref().is_some_and(|binds| !BINDS.contains(&binds.as_str())) {
        wrong("binds", "Choose whom the source obliges, or nobody.");
    }
    if citation.valid_from.zip(citation.valid_to).is_some_and(|(first, last)| last < first) {
        wrong("valid_to", "The source ends before it begins. Change one of the days.");
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn citation() -> Citation {
        Citation {
            key: "LOCAL-1".into(),
            title: "A local rule".to_owned(),
            urls: vec!["https://rules.example/1".to_owned()],
            status: "read".to_owned(),
            valid_from: Some(date(2026, 1, 1)),
            valid_to: Some(date(2026, 12, 31)),
            binds: None,
        }
    }

    #[test]
    fn a_source_counts_from_its_first_day_to_its_last() {
        let on = |year, month, day| validity(&citation(), date(year, month, day));
        assert_eq!(on(2025, 12, 31), Validity::NotYet);
        assert_eq!((on(2026, 1, 1), on(2026, 12, 31)), (Validity::InForce, Validity::InForce));
        assert_eq!(on(2027, 1, 1), Validity::Ended);
    }

    #[test]
    fn a_wrong_field_is_named() {
        let field = |citation: Citation| problems_of(&citation).first().map(|problem| problem.field.clone());
        assert_eq!(field(citation()), None);
        let good = citation;
        for (wrong, name) in [
            (Citation { key: "a b".into(), ..good() }, "key"),
            (Citation { title: String::new(), ..good() }, "title"),
            (Citation { urls: vec!["javascript:alert(1)".to_owned()], ..good() }, "urls"),
            (Citation { status: "seen".to_owned(), ..good() }, "status"),
            (Citation { binds: Some("everybody".to_owned()), ..good() }, "binds"),
            (Citation { valid_to: Some(date(2025, 1, 1)), ..good() }, "valid_to"),
        ] {
            assert_eq!(field(wrong).as_deref(), Some(name));
        }
    }
}
