//! A framework as a Questionnaire (<https://hl7.org/fhir/R4/questionnaire.html>).
//!
//! A domain is a group, a criterion a choice whose options carry the anchors. Below it stand what proves it, the reason
//! why it does not apply, and the rationale.

use domain::framework::{Criterion, Domain};
use domain::{Framework, FrameworkCode};
use serde_json::{Value, json};

use super::{LEVELS, NOT_APPLICABLE, canonical, coding};

const ITEM_CONTROL: &str = "http://hl7.org/fhir/StructureDefinition/questionnaire-itemControl";
const ITEM_CONTROLS: &str = "http://hl7.org/fhir/questionnaire-item-control";
const CHOICE_ORIENTATION: &str = "http://hl7.org/fhir/StructureDefinition/questionnaire-choiceOrientation";
const ORDINAL_VALUE: &str = "http://hl7.org/fhir/StructureDefinition/ordinalValue";

pub(super) fn questionnaire(framework: &Framework) -> Value {
    let disclaimer = json!({ "linkId": "disclaimer", "type": "display", "text": framework.disclaimer });
    let domains = framework.domains.iter().map(|domain| group(framework, domain));
    json!({
        "resourceType": "Questionnaire",
        "id": id(&framework.code, &framework.version),
        "url": canonical(framework),
        "version": framework.version,
        "name": name(framework),
        "title": framework.title,
        "status": "active",
        "subjectType": ["Organization"],
        "description": framework.description,
        "copyright": framework.disclaimer,
        "item": std::iter::once(disclaimer).chain(domains).collect::<Vec<_>>(),
    })
}

/// What the questionnaire of a framework version is called. A code may hold a `_`, and an id may not.
pub(super) fn id(code: &FrameworkCode, version: &str) -> String {
    format!("{code}-{version}").replace('_', ".")
}

/// For programs: begins with a capital, letters, digits and `_` only (invariant que-0).
fn name(framework: &Framework) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    format!("Framework_{}", framework.code.as_str().chars().map(plain).collect::<String>())
}

fn group(framework: &Framework, domain: &Domain) -> Value {
    let criteria: Vec<Value> = domain.criteria.iter().map(|one| question(framework, one)).collect();
    json!({
        "linkId": format!("domain-{}", domain.code),
        "prefix": domain.code,
        "type": "group",
        "text": domain.title,
        "item": criteria,
    })
}

fn question(framework: &Framework, criterion: &Criterion) -> Value {
    let options = (0..criterion.anchors.len()).map(|level| {
        let mut option = coding(framework, criterion, &level.to_string());
        option["extension"] = json!([{ "url": ORDINAL_VALUE, "valueDecimal": level }]);
        json!({ "valueCoding": option })
    });
    let left_out = json!({ "valueCoding": coding(framework, criterion, NOT_APPLICABLE) });
    let code = &criterion.code;
    let mut below = Vec::new();
    if !criterion.evidence.is_empty() {
        let text = format!("What proves it: {}", criterion.evidence);
        below.push(json!({ "linkId": format!("{code}.evidence"), "type": "display", "text": text }));
    }
    below.push(json!({
        "linkId": format!("{code}.reason"),
        "type": "text",
        "text": "Why it does not apply",
        "enableWhen": [{
            "question": code,
            "operator": "=",
            "answerCoding": { "system": LEVELS, "code": NOT_APPLICABLE },
        }],
    }));
    below.push(json!({ "linkId": format!("{code}.rationale"), "type": "text", "text": "Rationale" }));
    json!({
        "extension": [
            {
                "url": ITEM_CONTROL,
                "valueCodeableConcept": { "coding": [{ "system": ITEM_CONTROLS, "code": "radio-button" }] },
            },
            // An anchor is a sentence or two: one below the other they can be read.
            { "url": CHOICE_ORIENTATION, "valueCode": "vertical" },
        ],
        "linkId": code,
        "prefix": code,
        "type": "choice",
        "text": criterion.question,
        "required": false,
        "answerOption": options.chain([left_out]).collect::<Vec<_>>(),
        "item": below,
    })
}
