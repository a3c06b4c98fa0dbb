//! What a validator found, one `OperationOutcome` a resource.

use std::collections::BTreeMap;

use serde_json::Value;

use super::share;
use crate::check::{Message, Observations, Severity};

/// Different problems that are said, the most frequent first.
const MOST_SAID: usize = 10;
/// The longest path that is said.
const LONGEST: usize = 120;

/// Where the HL7 validator names the file that an outcome is about.
const FILE: &str = "http://hl7.org/fhir/StructureDefinition/operationoutcome-file";

/// Counts of outcomes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcomes {
    resources: u64,
    with_errors: u64,
    documents: u64,
    documents_with_errors: u64,
    /// Where errors are, with how often. Paths only: what a validator says of a value may hold the value.
    places: BTreeMap<String, u64>,
}

impl Outcomes {
    /// Takes an `OperationOutcome`, or a Bundle of them; how many were in it.
    pub fn add(&mut self, json: &Value) -> usize {
        match json["resourceType"].as_str() {
            Some("OperationOutcome") => {
                self.outcome(json);
                1
            }
            Some("Bundle") => {
                let entries = json["entry"].as_array().map(Vec::as_slice).unwrap_or_default();
                entries.iter().map(|entry| self.add_outcome(&entry["resource"])).sum()
            }
            _ => 0,
        }
    }

    fn add_outcome(&mut self, json: &Value) -> usize {
        if json["resourceType"] != "OperationOutcome" {
            return 0;
        }
        self.outcome(json);
        1
    }

    fn outcome(&mut self, json: &Value) {
        let issues = json["issue"].as_array().map(Vec::as_slice).unwrap_or_default();
        let errors =
            issues.iter().filter(|issue| matches!(issue["severity"].as_str(), Some("error" | "fatal")));
        let mut failed = false;
        for error in errors {
            failed = true;
            let place = [&error["expression"][0], &error["location"][0]].into_iter().find_map(Value::as_str);
            let place: String = place.map(generalized).unwrap_or_default().chars().take(LONGEST).collect();
            *self.places.entry(place).or_default() += 1;
        }
        if is_document(json) {
            self.documents += 1;
            self.documents_with_errors += u64::from(failed);
        } else {
            self.resources += 1;
            self.with_errors += u64::from(failed);
        }
    }

    pub fn observed(&self) -> Observations {
        let mut seen = Observations::new();
        let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        for (counted, name, total, share_name, part) in [
            (self.resources > 0, "resources_checked", self.resources, "error_pct", self.with_errors),
            (
                self.documents > 0,
                "documents_checked",
                self.documents,
                "document_error_pct",
                self.documents_with_errors,
            ),
        ] {
            if counted {
                seen.set(name, count(total));
                if let Some(share) = share(part, total) {
                    seen.set(share_name, share);
                }
            }
        }
        seen
    }

    pub fn messages(&self) -> Vec<Message> {
        let mut places: Vec<(&String, &u64)> = self.places.iter().collect();
        places.sort_by_key(|(place, count)| (std::cmp::Reverse(**count), (*place).clone()));
        let said = places.into_iter().take(MOST_SAID).map(|(place, count)| {
            let times = if *count == 1 { "once".to_owned() } else { format!("{count} times") };
            let message =
                Message::new(Severity::Warning, format!("The validator found an error here {times}."));
            if place.is_empty() { message } else { message.at(place.clone()) }
        });
        said.collect()
    }
}

/// A C-CDA document, by the name of its file.
fn is_document(json: &Value) -> bool {
    let extensions = json["extension"].as_array().map(Vec::as_slice).unwrap_or_default();
    let file = extensions.iter().find(|extension| extension["url"] == FILE);
    let name = file.and_then(|file| file["valueString"].as_str()).unwrap_or_default().to_lowercase();
    let path = std::path::Path::new(&name);
    path.extension().is_some_and(|extension| extension == "xml" || extension == "cda" || extension == "ccda")
}

/// `Patient.name[3].family` as `Patient.name.family`; of a note in brackets and of an id nothing is left.
fn generalized(path: &str) -> String {
    let path = path.split(" (").next().unwrap_or_default();
    let (mut plain, mut depth) = (String::with_capacity(path.len()), 0_u32);
    for letter in path.chars() {
        match letter {
            '[' | '(' => depth += 1,
            ']' | ')' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            letter if letter.is_ascii_alphanumeric() || letter == '.' => plain.push(letter),
            // A slice's name or a comment in the path of the HL7 validator.
            _ => break,
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::check::Value as Seen;

    fn outcome(severity: &str, path: &str, file: &str) -> Value {
        json!({
            "resourceType": "OperationOutcome",
            "extension": [{ "url": FILE, "valueString": file }],
            "issue": [{ "severity": severity, "code": "structure", "expression": [path], "details": { "text": "Miller" } }]
        })
    }

    #[test]
    fn a_bundle_of_outcomes_is_counted_by_resource_and_by_document() {
        let mut counts = Outcomes::default();
        let entries: Vec<Value> = [
            outcome("error", "Patient.name[0].family", "a.json"),
            outcome("warning", "Patient", "b.json"),
            outcome("information", "Patient", "c.json"),
            outcome("fatal", "Patient.name[7].family", "d.json"),
            outcome("error", "ClinicalDocument.author", "one.XML"),
        ]
        .into_iter()
        .map(|resource| json!({ "resource": resource }))
        .collect();
        let bundle = json!({ "resourceType": "Bundle", "entry": entries });
        assert_eq!(counts.add(&bundle), 5);
        assert_eq!(counts.add(&json!({ "resourceType": "Patient" })), 0);
        let seen = counts.observed();
        assert_eq!(seen.get("resources_checked"), Some(&Seen::Integer(4)));
        assert_eq!(seen.get("error_pct"), Some(&Seen::Number(50.into())));
        assert_eq!(seen.get("documents_checked"), Some(&Seen::Integer(1)));
        assert_eq!(seen.get("document_error_pct"), Some(&Seen::Number(100.into())));
        let messages = counts.messages();
        assert_eq!(messages[0].at.as_deref(), Some("Patient.name.family"));
        assert!(messages[0].text.contains("2 times"));
        assert!(!format!("{messages:?}").contains("Miller"), "no word of a resource comes out");
    }

    #[test]
    fn of_no_outcome_nothing_is_observed() {
        assert_eq!(Outcomes::default().observed(), Observations::new());
        let mut clean = Outcomes::default();
        clean.add(&json!({ "resourceType": "OperationOutcome" }));
        assert_eq!(clean.observed().get("error_pct"), Some(&Seen::Number(0.into())));
    }

    #[test]
    fn a_path_is_said_without_positions_and_values() {
        assert_eq!(generalized("Bundle.entry[12].resource.name[0]"), "Bundle.entry.resource.name");
        assert_eq!(
            generalized("Patient.extension.where(url = 'Miller').value"),
            "Patient.extension.where.value"
        );
        assert_eq!(generalized("Patient.name (line 3, col 4)"), "Patient.name");
        assert_eq!(generalized("Bundle.entry[0].resource/*Patient/17*/.name"), "Bundle.entry.resource");
    }
}
