//! What is asked for each test patient, and what an answer must hold.

use std::collections::BTreeSet;

use serde_json::Value;
use url::Url;

use crate::failure::{Failure, Layer};
use crate::kinds::{fhir, json};
use crate::prober::Context;

/// One query for one patient.
pub(super) struct Query {
    /// As it was entered, for messages: it names no patient.
    pub(super) template: String,
    /// Encoded for an address.
    pub(super) patient: String,
    pub(super) url: Url,
}

/// Every query for every patient, patient by patient.
pub(super) fn plan(context: &Context<'_>) -> Result<Vec<Query>, Failure> {
    let patients = context.parameters.list("patient_ids");
    let templates = context.parameters.list("queries");
    let missing = |name: &str| {
        Failure::inconclusive(
            Layer::Guard,
            format!("{name} is not configured: edit the check and fill it in"),
        )
    };
    if patients.is_empty() {
        return Err(missing("patient_ids"));
    }
    if templates.is_empty() {
        return Err(missing("queries"));
    }
    let mut plan = Vec::new();
    for patient in patients {
        // An identifier may be written as a reference.
        let bare = patient.trim().strip_prefix("Patient/").unwrap_or(patient.trim());
        let patient = fhir::encoded(bare);
        for template in templates {
            let url = fhir::below(context, &template.replace("{id}", &patient))?;
            plan.push(Query { template: template.clone(), patient: patient.clone(), url });
        }
    }
    Ok(plan)
}

pub(super) fn patients(plan: &[Query]) -> BTreeSet<&str> {
    plan.iter().map(|query| query.patient.as_str()).collect()
}

impl Query {
    /// The resource types that an answer holds. A read must bring the resource asked for, a search a Bundle.
    pub(super) fn judge(&self, resource: &Value) -> Result<BTreeSet<String>, Failure> {
        let kind = json::text(resource, "resourceType").unwrap_or_default();
        if kind == "OperationOutcome" {
            let said = fhir::outcome_text(resource).unwrap_or_else(|| "no reason".to_owned());
            return Err(Failure::answered(Layer::Rule, format!("got an OperationOutcome: {said}")));
        }
        let searched = self.url.query().is_some() || self.template.split('/').count() == 1;
        if kind == "Bundle" {
            let entries = json::items(resource, "entry");
            let resources =
                entries.iter().filter(|entry| json::text(&entry["search"], "mode") != Some("outcome"));
            let types = resources.filter_map(|entry| json::text(&entry["resource"], "resourceType"));
            return Ok(types.filter(|kind| *kind != "OperationOutcome").map(str::to_owned).collect());
        }
        let wanted = self.template.split(['/', '?']).next().unwrap_or_default();
        if searched {
            return Err(Failure::answered(Layer::Rule, format!("expected a Bundle, got {kind}")));
        }
        if !self.template.contains('$') && kind != wanted {
            return Err(Failure::answered(Layer::Rule, format!("expected {wanted}, got {kind}")));
        }
        let asked_for = self.template.trim_start_matches('/') == "Patient/{id}";
        if asked_for && json::text(resource, "id").map(fhir::encoded).as_deref() != Some(&self.patient) {
            return Err(Failure::answered(Layer::Rule, "expected the patient asked for, got another one"));
        }
        Ok(BTreeSet::from([kind.to_owned()]))
    }
}

/// What a summary operation brought: a document (International Patient Summary) or references to documents (US Core).
pub(super) fn summary_in(resource: &Value) -> Result<String, String> {
    let kind = json::text(resource, "resourceType").unwrap_or_default();
    let entries = json::items(resource, "entry");
    let first = entries.first().and_then(|entry| json::text(&entry["resource"], "resourceType"));
    match (kind, json::text(resource, "type"), first) {
        ("Bundle", Some("document"), Some("Composition")) => {
            Ok(format!("a document with {} entries", entries.len()))
        }
        ("Bundle", Some("document"), _) => Err("the document does not begin with a Composition".to_owned()),
        ("Bundle", _, Some("DocumentReference")) => Ok(format!("{} document references", entries.len())),
        ("Bundle", _, None) => Err("the Bundle is empty".to_owned()),
        (other, ..) => Err(format!("expected a document, got {other}")),
    }
}
