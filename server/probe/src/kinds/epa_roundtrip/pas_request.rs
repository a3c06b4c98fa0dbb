//! The synthetic request of Da Vinci PAS: a Bundle around a Claim, about nobody.
//!
//! <https://hl7.org/fhir/us/davinci-pas/STU2/StructureDefinition-profile-pas-request-bundle.html>

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

const PAS: &str = "http://hl7.org/fhir/us/davinci-pas/StructureDefinition";
/// Where the agreed test case stands: as the identifier of Bundle and Claim, and as the member's number.
const TEST_CASE: &str = "urn:rung:prior-authorization-test-case";

/// A request for eight visits of physical therapy for a patient who does not exist.
pub(super) fn bundle(test_case: &str, now: Timestamp) -> Value {
    let [claim, patient, insurer, provider, coverage] =
        std::array::from_fn(|_| format!("urn:uuid:{}", Uuid::new_v4()));
    let today = now.strftime("%F").to_string();
    let created = now.strftime("%FT%TZ").to_string();
    let identifier = json!({ "system": TEST_CASE, "value": test_case });
    let test = json!([{ "system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST" }]);
    let meta = |profile: &str| json!({ "profile": [format!("{PAS}/{profile}")], "tag": test });
    let coded = |system: &str, code: &str| json!({ "coding": [{ "system": system, "code": code }] });
    let reference = |to: &str| json!({ "reference": to });
    let organization = |name: &str, npi: &str, kind: &str, profile: &str| {
        json!({
            "resourceType": "Organization",
            "meta": meta(profile),
            "identifier": [{ "system": "http://hl7.org/fhir/sid/us-npi", "value": npi }],
            "active": true,
            "type": [coded("https://codesystem.x12.org/005010/98", kind)],
            "name": name,
        })
    };
    let item = json!({
        "extension": [
            {
                "url": format!("{PAS}/extension-serviceItemRequestType"),
                "valueCodeableConcept": coded("https://codesystem.x12.org/005010/1525", "HS"),
            },
            {
                "url": format!("{PAS}/extension-certificationType"),
                "valueCodeableConcept": coded("https://codesystem.x12.org/005010/1322", "I"),
            },
        ],
        "sequence": 1,
        "diagnosisSequence": [1],
        "category": coded("https://codesystem.x12.org/005010/1365", "1"),
        "productOrService": coded("http://www.ama-assn.org/go/cpt", "97110"),
        "servicedDate": today,
        "quantity": { "value": 8 },
    });
    let claim_resource = json!({
        "resourceType": "Claim",
        "meta": meta("profile-claim"),
        "identifier": [identifier],
        "status": "active",
        "type": coded("http://terminology.hl7.org/CodeSystem/claim-type", "professional"),
        "use": "preauthorization",
        "patient": reference(&patient),
        "created": created,
        "insurer": reference(&insurer),
        "provider": reference(&provider),
        "priority": coded("http://terminology.hl7.org/CodeSystem/processpriority", "normal"),
        "diagnosis": [{
            "sequence": 1,
            "diagnosisCodeableConcept": coded("http://hl7.org/fhir/sid/icd-10-cm", "M54.50"),
        }],
        "insurance": [{ "sequence": 1, "focal": true, "coverage": reference(&coverage) }],
        "item": [item],
    });
    let patient_resource = json!({
        "resourceType": "Patient",
        "meta": meta("profile-beneficiary"),
        "identifier": [{
            "type": coded("http://terminology.hl7.org/CodeSystem/v2-0203", "MB"),
            "system": TEST_CASE,
            "value": test_case,
        }],
        "name": [{ "family": "Test", "given": ["Synthetic"] }],
        "gender": "unknown",
        "birthDate": "1970-01-01",
    });
    let coverage_resource = json!({
        "resourceType": "Coverage",
        "meta": meta("profile-coverage"),
        "status": "active",
        "subscriberId": test_case,
        "beneficiary": reference(&patient),
        "relationship": coded("http://terminology.hl7.org/CodeSystem/subscriber-relationship", "self"),
        "payor": [reference(&insurer)],
    });
    let entries = [
        (&claim, claim_resource),
        (&patient, patient_resource),
        (&insurer, organization("Test payer", "1234567893", "PR", "profile-insurer")),
        (&provider, organization("Test provider", "1234567893", "1P", "profile-requestor")),
        (&coverage, coverage_resource),
    ];
    let entries = entries.map(|(url, resource)| json!({ "fullUrl": url, "resource": resource }));
    json!({
        "resourceType": "Bundle",
        "meta": meta("profile-pas-request-bundle"),
        "identifier": identifier,
        "type": "collection",
        "timestamp": created,
        "entry": entries,
    })
}
