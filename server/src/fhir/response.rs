//! An assessment's answers as a `QuestionnaireResponse` (<https://hl7.org/fhir/R4/questionnaireresponse.html>), in the order
//! of the framework: the organization's own, and once it is final the official ones, which the report counts (`scoring.md`,
//! section 4). What is not answered is left out.

use domain::CriterionCode;
use domain::framework::{Criterion, Domain};
use serde_json::{Map, Value, json};
use service::assessment::Assessed;
use service::record::{Answer, AssessmentState, Claim};

use super::{NOT_APPLICABLE, canonical, coding};

pub(super) fn response(assessed: &Assessed) -> Value {
    let bundle = &assessed.bundle;
    let items: Vec<Value> =
        assessed.framework.domains.iter().filter_map(|domain| group(assessed, domain)).collect();
    let mut resource = Map::new();
    let mut put = |name: &str, value: Value| resource.insert(name.to_owned(), value);
    put("resourceType", json!("QuestionnaireResponse"));
    put("id", json!(bundle.assessment.id));
    put("questionnaire", json!(format!("{}|{}", canonical(&assessed.framework), assessed.framework.version)));
    put("status", json!(status(bundle.assessment.state)));
    put("subject", json!({ "type": "Organization", "display": bundle.organization.name }));
    if let Some(latest) = bundle.answers.iter().map(|answer| answer.at).max() {
        put("authored", json!(format!("{:.3}", latest.timestamp())));
    }
    // An empty list is not allowed in FHIR's JSON.
    if !items.is_empty() {
        put("item", json!(items));
    }
    Value::Object(resource)
}

/// What is locked for the organization is complete.
const fn status(state: AssessmentState) -> &'static str {
    match state {
        AssessmentState::Draft | AssessmentState::ChangesRequested => "in-progress",
        AssessmentState::Submitted | AssessmentState::InReview | AssessmentState::Final => "completed",
    }
}

fn group(assessed: &Assessed, domain: &Domain) -> Option<Value> {
    let answered = domain
        .criteria
        .iter()
        .filter_map(|criterion| Some(item(assessed, criterion, given(assessed, &criterion.code)?)));
    let items: Vec<Value> = answered.collect();
    let group =
        || json!({ "linkId": format!("domain-{}", domain.code), "text": domain.title, "item": items });
    (!items.is_empty()).then(group)
}

/// The answer that stands: in a final assessment the assessor's rating where there is one, and no *not applicable* that
/// nobody confirmed.
fn given<'a>(assessed: &'a Assessed, code: &CriterionCode) -> Option<&'a Answer> {
    let own = assessed.own_answer(code);
    if assessed.bundle.assessment.state != AssessmentState::Final {
        return own;
    }
    let confirmed = own.filter(|own| matches!(own.claim, Claim::Level(_)));
    assessed.assessor_answer(code).or(confirmed)
}

fn item(assessed: &Assessed, criterion: &Criterion, answer: &Answer) -> Value {
    let code = &criterion.code;
    let (level, reason) = match &answer.claim {
        Claim::Level(level) => (level.get().to_string(), None),
        Claim::NotApplicable { reason } => (NOT_APPLICABLE.to_owned(), Some(reason)),
    };
    let texts = [("reason", reason), ("rationale", Some(&answer.rationale))];
    let texts = texts.into_iter().filter_map(|(name, text)| {
        let text = text.filter(|text| !text.trim().is_empty())?;
        Some(json!({ "linkId": format!("{code}.{name}"), "answer": [{ "valueString": text }] }))
    });
    let below: Vec<Value> = texts.collect();
    let mut given = json!({ "valueCoding": coding(&assessed.framework, criterion, &level) });
    if !below.is_empty() {
        given["item"] = json!(below);
    }
    json!({ "linkId": code, "text": criterion.question, "answer": [given] })
}
