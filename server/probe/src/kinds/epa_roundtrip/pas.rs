//! The response of Da Vinci PAS: a Bundle that begins with a `ClaimResponse`, or one alone.

use serde_json::Value;

use super::{Response, decision_of};
use crate::failure::{Failure, Layer};
use crate::kinds::{fhir, json};

/// The members that R4 requires of a `ClaimResponse` beside `outcome`.
const REQUIRED: [&str; 6] = ["status", "type", "use", "patient", "created", "insurer"];
const OUTCOMES: [&str; 4] = ["queued", "complete", "error", "partial"];

pub(super) fn response(resource: &Value) -> Result<Response, Failure> {
    let found = match json::text(resource, "resourceType") {
        Some("ClaimResponse") => Some(resource),
        Some("Bundle") => json::items(resource, "entry")
            .iter()
            .map(|entry| &entry["resource"])
            .find(|entry| json::text(entry, "resourceType") == Some("ClaimResponse")),
        _ => None,
    };
    let Some(claim) = found else {
        let seen = json::text(resource, "resourceType").unwrap_or_default();
        let said = fhir::outcome_text(resource).map(|text| format!(": {text}")).unwrap_or_default();
        let text = format!("expected a ClaimResponse, got {seen} without one{said}");
        return Err(Failure::answered(Layer::Rule, text));
    };
    let outcome = json::text(claim, "outcome").unwrap_or("none");
    if !OUTCOMES.contains(&outcome) {
        let text = format!("expected ClaimResponse.outcome as one of {}, got {outcome}", OUTCOMES.join(", "));
        return Err(Failure::answered(Layer::Rule, text));
    }
    let mut remarks = Vec::new();
    let missing: Vec<_> = REQUIRED.iter().filter(|name| claim[**name].is_null()).copied().collect();
    if !missing.is_empty() {
        remarks.push(format!("the ClaimResponse lacks {}, which R4 requires", missing.join(", ")));
    }
    if let Some(used) = json::text(claim, "use").filter(|used| *used != "preauthorization") {
        remarks.push(format!("expected ClaimResponse.use as preauthorization, got {used}"));
    }
    for error in json::items(claim, "error").iter().take(5) {
        remarks.push(format!("the payer reports an error: {}", words(&error["code"])));
    }
    Ok(Response { decision: decision(claim, outcome), remarks })
}

/// The review action of the items; without one, a queued response is pended and a reference is a certification.
fn decision(claim: &Value, outcome: &str) -> Option<String> {
    let mut actions = Vec::new();
    for place in ["item", "addItem", "adjudication"] {
        review_actions(&claim[place], &mut actions);
    }
    if let Some((action, decided)) = actions.iter().find_map(|action| Some((action, decision_of(action)?))) {
        return Some(format!("{decided} ({action})"));
    }
    if !actions.is_empty() || outcome == "error" {
        return None;
    }
    if outcome == "queued" {
        return Some("pended (outcome queued)".to_owned());
    }
    json::text(claim, "preAuthRef").map(|_| "certified (a reference number was given)".to_owned())
}

/// The codes of every `reviewActionCode` extension below a value.
fn review_actions(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| review_actions(item, found)),
        Value::Object(members) => {
            let is_action = json::text(value, "url").is_some_and(|url| url.ends_with("reviewActionCode"));
            if is_action {
                let codings = json::items(&value["valueCodeableConcept"], "coding");
                found.extend(
                    codings.iter().filter_map(|coding| json::text(coding, "code")).map(str::to_owned),
                );
            }
            members.values().for_each(|member| review_actions(member, found));
        }
        _ => {}
    }
}

/// A `CodeableConcept` in words.
fn words(concept: &Value) -> String {
    let coding = json::items(concept, "coding").first();
    let display = coding.and_then(|coding| json::text(coding, "display").or(json::text(coding, "code")));
    json::text(concept, "text").or(display).unwrap_or("without a code").chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn claim(outcome: &str, code: Option<&str>) -> Value {
        let action = code.map(|code| {
            json!([{ "adjudication": [{ "extension": [{ "url": "http://hl7.org/fhir/us/davinci-pas/StructureDefinition/extension-reviewAction",
                "extension": [{ "url": "http://hl7.org/fhir/us/davinci-pas/StructureDefinition/extension-reviewActionCode",
                    "valueCodeableConcept": { "coding": [{ "code": code }] } }] }] }] }])
        });
        json!({ "resourceType": "ClaimResponse", "outcome": outcome, "item": action })
    }

    fn decided(claim: &Value) -> Option<String> {
        response(claim).unwrap().decision
    }

    #[test]
    fn the_review_action_decides() {
        assert_eq!(decided(&claim("complete", Some("A1"))).as_deref(), Some("certified in total (A1)"));
        assert_eq!(decided(&claim("queued", Some("A4"))).as_deref(), Some("pended (A4)"));
        assert_eq!(decided(&claim("complete", Some("CT"))), None);
    }

    #[test]
    fn without_a_review_action_the_outcome_decides() {
        assert_eq!(decided(&claim("queued", None)).as_deref(), Some("pended (outcome queued)"));
        assert_eq!(decided(&claim("complete", None)), None);
        let mut certified = claim("complete", None);
        certified["preAuthRef"] = "X1".into();
        assert!(decided(&certified).is_some());
        certified["outcome"] = "error".into();
        assert_eq!(decided(&certified), None);
    }

    #[test]
    fn something_else_is_no_response() {
        assert!(response(&json!({ "resourceType": "Bundle" })).is_err());
        assert!(response(&json!({ "resourceType": "ClaimResponse" })).unwrap_err().text.contains("got none"));
    }
}
