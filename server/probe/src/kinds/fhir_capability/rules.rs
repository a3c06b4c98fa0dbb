//! The rules of the federal endpoint monitor (ONC Lantern), by its ids.

use std::collections::HashSet;

use domain::check::Message;
use serde_json::Value;

use super::statement::Statement;
use crate::failure::Failure;
use crate::http::Answer;
use crate::kinds::json::{items, text};
use crate::tls;

const STATEMENT: &str = "https://hl7.org/fhir/R4/capabilitystatement.html";
const US_CORE: &str = "https://hl7.org/fhir/us/core/CapabilityStatement-us-core-server.html";
const US_CORE_SECURITY: &str = "https://hl7.org/fhir/us/core/security.html";
const SMART: &str = "https://hl7.org/fhir/smart-app-launch/conformance.html";
const VERSIONS: &str = "https://hl7.org/fhir/R4/capabilitystatement-operation-versions.html";

/// The resource types of US Core's server requirements besides Patient.
const US_CORE_TYPES: [&str; 25] = [
    "AllergyIntolerance",
    "CarePlan",
    "CareTeam",
    "Condition",
    "Coverage",
    "Device",
    "DiagnosticReport",
    "DocumentReference",
    "Encounter",
    "Goal",
    "Immunization",
    "Location",
    "Medication",
    "MedicationDispense",
    "MedicationRequest",
    "Observation",
    "Organization",
    "Practitioner",
    "PractitionerRole",
    "Procedure",
    "Provenance",
    "QuestionnaireResponse",
    "RelatedPerson",
    "ServiceRequest",
    "Specimen",
];

/// What a server serves beside its statement: status and document, or why there is none.
pub(super) struct Beside {
    pub(super) smart: Result<(u16, Value), Failure>,
    pub(super) versions: Result<(u16, Value), Failure>,
}

/// A rule that applies, and what breaks it.
pub(super) struct Rule {
    pub(super) id: &'static str,
    pub(super) at: &'static str,
    pub(super) problem: Option<String>,
}

/// Names the rule behind a message.
pub(super) fn requirement(message: Message, id: &str) -> Message {
    let link = match id {
        "tlsVersion" => US_CORE_SECURITY,
        "smartResponse" => SMART,
        "versionsResponseRule" => VERSIONS,
        "patResourceExists" | "otherResourceExists" => US_CORE,
        _ => STATEMENT,
    };
    message.requirement(id, link)
}

/// How a rule came out.
enum Verdict {
    Holds,
    Broken(String),
    NotApplicable,
}

/// The verdict of a rule that always applies.
fn broken_if(problem: Option<String>) -> Verdict {
    problem.map_or(Verdict::Holds, Verdict::Broken)
}

/// Judges every rule that applies.
pub(super) fn judge(statement: &Statement<'_>, answer: &Answer, beside: &Beside) -> Vec<Rule> {
    let rules = [
        ("capStatExist", "resourceType", Verdict::Holds),
        ("tlsVersion", "TLS", broken_if(tls_version(answer))),
        ("smartResponse", ".well-known/smart-configuration", smart_response(statement, beside)),
        ("kindRule", "kind", broken_if(kind_rule(statement))),
        ("instanceRule", "implementation", instance_rule(statement)),
        ("messagingEndptRule", "messaging.endpoint", messaging_rule(statement)),
        ("endpointFunctionRule", "rest", broken_if(function_rule(statement))),
        ("describeEndpointRule", "description", broken_if(describe_rule(statement))),
        ("documentValidRule", "document", document_rule(statement)),
        ("uniqueResourcesRule", "rest.resource.type", broken_if(unique_resources(statement))),
        ("searchParamsRule", "rest.resource.searchParam.name", broken_if(search_parameters(statement))),
        ("patResourceExists", "rest.resource", broken_if(patient(statement))),
        ("otherResourceExists", "rest.resource", broken_if(other_resource(statement))),
        ("versionsResponseRule", "$versions", versions(statement, beside)),
    ];
    let applying = rules.into_iter().filter_map(|(id, at, verdict)| match verdict {
        Verdict::Holds => Some(Rule { id, at, problem: None }),
        Verdict::Broken(problem) => Some(Rule { id, at, problem: Some(problem) }),
        Verdict::NotApplicable => None,
    });
    applying.collect()
}

fn tls_version(answer: &Answer) -> Option<String> {
    match answer.tls {
        None => Some("expected TLS 1.2 or higher, the endpoint is served without TLS".to_owned()),
        Some(version) if tls::version_text(version).is_some_and(|text| text >= "1.2") => None,
        Some(version) => Some(format!("expected TLS 1.2 or higher, got {version:?}")),
    }
}

/// Applies to servers that say that applications must be authorized.
fn smart_response(statement: &Statement<'_>, beside: &Beside) -> Verdict {
    if !statement.requires_authorization() {
        return Verdict::NotApplicable;
    }
    let expected = "the statement requires authorization, so a SMART configuration is expected";
    match &beside.smart {
        Ok((200, Value::Object(_))) => Verdict::Holds,
        Ok((200, _)) => Verdict::Broken(format!("{expected}; what came is not a JSON object")),
        Ok((status, _)) => Verdict::Broken(format!("{expected}; the answer was {status}")),
        Err(failure) => Verdict::Broken(format!("{expected}; {failure}")),
    }
}

fn kind_rule(statement: &Statement<'_>) -> Option<String> {
    match statement.kind() {
        Some("instance") => None,
        Some(other) => Some(format!("expected kind instance, since this is one running system, got {other}")),
        None => Some("expected kind instance, since this is one running system, got none".to_owned()),
    }
}

fn instance_rule(statement: &Statement<'_>) -> Verdict {
    if statement.kind() != Some("instance") {
        return Verdict::NotApplicable;
    }
    let there = statement.document()["implementation"].is_object();
    let problem = "kind is instance, so implementation is expected; it is missing";
    broken_if((!there).then(|| problem.to_owned()))
}

/// Messaging endpoints are required, and only allowed, in the statement of an instance (cpb-3).
fn messaging_rule(statement: &Statement<'_>) -> Verdict {
    let messaging = items(statement.document(), "messaging");
    if messaging.is_empty() {
        return Verdict::NotApplicable;
    }
    let instance = statement.kind() == Some("instance");
    let broken = messaging.iter().any(|entry| items(entry, "endpoint").is_empty() == instance);
    let problem = if instance {
        "kind is instance, so each messaging entry is expected to name its endpoint; one does not"
    } else {
        "a messaging endpoint is only expected where kind is instance"
    };
    broken_if(broken.then(|| problem.to_owned()))
}

fn function_rule(statement: &Statement<'_>) -> Option<String> {
    let document = statement.document();
    let none = ["rest", "messaging", "document"].iter().all(|name| items(document, name).is_empty());
    none.then(|| "expected at least one of rest, messaging and document; there is none".to_owned())
}

fn describe_rule(statement: &Statement<'_>) -> Option<String> {
    let document = statement.document();
    let described = text(document, "description").is_some()
        || document["software"].is_object()
        || document["implementation"].is_object();
    (!described).then(|| {
        "expected at least one of description, software and implementation; there is none".to_owned()
    })
}

fn document_rule(statement: &Statement<'_>) -> Verdict {
    let documents = items(statement.document(), "document");
    if documents.is_empty() {
        return Verdict::NotApplicable;
    }
    let keys =
        documents.iter().map(|document| (document["profile"].to_string(), document["mode"].to_string()));
    broken_if(
        repeated(keys).map(|(profile, mode)| format!("the document {profile} in mode {mode} is there twice")),
    )
}

fn unique_resources(statement: &Statement<'_>) -> Option<String> {
    statement.rest().iter().find_map(|rest| {
        let types = items(rest, "resource").iter().filter_map(|resource| text(resource, "type"));
        let mode = text(rest, "mode").unwrap_or("no mode");
        repeated(types).map(|kind| format!("{kind} is described more than once for {mode}"))
    })
}

fn search_parameters(statement: &Statement<'_>) -> Option<String> {
    statement.rest().iter().flat_map(|rest| items(rest, "resource")).find_map(|resource| {
        let names = items(resource, "searchParam").iter().filter_map(|parameter| text(parameter, "name"));
        let kind = text(resource, "type").unwrap_or("a resource without type");
        repeated(names).map(|name| format!("{kind} declares the search parameter {name} more than once"))
    })
}

fn patient(statement: &Statement<'_>) -> Option<String> {
    let there = statement.resource_types().iter().any(|kind| kind == "Patient");
    (!there).then(|| "US Core expects Patient among the resources; it is missing".to_owned())
}

fn other_resource(statement: &Statement<'_>) -> Option<String> {
    let there = statement.resource_types().iter().any(|kind| US_CORE_TYPES.contains(&kind.as_str()));
    (!there)
        .then(|| "US Core expects at least one of its resources besides Patient; there is none".to_owned())
}

/// Applies to servers that answer `$versions`: its default is the version that `/metadata` declares.
fn versions(statement: &Statement<'_>, beside: &Beside) -> Verdict {
    let Ok((200, document)) = &beside.versions else { return Verdict::NotApplicable };
    let value = |parameter: &Value| {
        ["valueCode", "valueString"].iter().find_map(|key| text(parameter, key).map(str::to_owned))
    };
    let mut parameters = items(document, "parameter").iter();
    let default = parameters.find(|parameter| text(parameter, "name") == Some("default")).and_then(value);
    // Some servers answer in plain JSON: {"versions": ["4.0"], "default": "4.0"}.
    let Some(default) = default.or_else(|| text(document, "default").map(str::to_owned)) else {
        return Verdict::NotApplicable;
    };
    let declared = statement.fhir_version().unwrap_or_default();
    let same = declared == default || declared.starts_with(&format!("{default}."));
    broken_if((!same).then(|| {
        format!("$versions names {default} as the default version, but the statement declares {declared}")
    }))
}

/// The first item that is there twice.
fn repeated<T: Eq + std::hash::Hash + Clone>(all: impl Iterator<Item = T>) -> Option<T> {
    let mut seen = HashSet::new();
    all.into_iter().find(|item| !seen.insert(item.clone()))
}
