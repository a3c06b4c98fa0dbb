//! A sample held against the required and must-support elements of a profile.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde_json::Value;
use thiserror::Error;

use super::share;
use crate::check::{Message, Observations, Severity};
use crate::reconcile::codes::CodeSystem;

/// Elements that are said, the most often absent first.
const MOST_SAID: usize = 10;
/// Where a resource has its main code.
const CODED: [&str; 3] = ["code", "medicationCodeableConcept", "vaccineCode"];

/// An element of the snapshot, its path split without the type's own name.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Element {
    path: Vec<String>,
    required: bool,
    must_support: bool,
}

/// What a profile asks of each resource of its type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    resource_type: String,
    elements: Vec<Element>,
}

/// Why a file is no profile that a sample can be held against.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ProfileError {
    #[error("this is no StructureDefinition")]
    NotAProfile,
    #[error(
        "the StructureDefinition has no snapshot: take it from the guide's package, or have the validator make one"
    )]
    NoSnapshot,
}

impl Profile {
    /// Reads a `StructureDefinition`. Slices and the insides of choices are left out.
    pub fn read(json: &Value) -> Result<Self, ProfileError> {
        if json["resourceType"] != "StructureDefinition" {
            return Err(ProfileError::NotAProfile);
        }
        let resource_type = json["type"].as_str().ok_or(ProfileError::NotAProfile)?.to_owned();
        let snapshot = json["snapshot"]["element"].as_array().ok_or(ProfileError::NoSnapshot)?;
        let elements = snapshot.iter().filter_map(|element| {
            if element["id"].as_str().is_some_and(|id| id.contains(':')) {
                return None;
            }
            let mut path = element["path"].as_str()?.split('.');
            if path.next() != Some(resource_type.as_str()) {
                return None;
            }
            let path: Vec<String> = path.map(str::to_owned).collect();
            let required = element["min"].as_u64().is_some_and(|least| least > 0);
            let must_support = element["mustSupport"].as_bool().unwrap_or(false);
            (!path.is_empty() && (required || must_support)).then_some(Element {
                path,
                required,
                must_support,
            })
        });
        let elements = elements.collect();
        Ok(Self { resource_type, elements })
    }

    /// The type of resource that it profiles.
    pub fn resource_type(&self) -> &str {
        &self.resource_type
    }
}

/// Counts of a sample.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sample {
    resources: u64,
    with_errors: u64,
    coded: u64,
    /// Resources that have an element for a code at all.
    codable: u64,
    /// How many of how many parents have it, by the path of what must be supported.
    filled: BTreeMap<String, (u64, u64)>,
    /// Where something required was absent, with in how many resources.
    absent: BTreeMap<String, u64>,
    /// Resources of another type than any of the profiles.
    others: u64,
}

impl Sample {
    /// Holds a resource against the profiles of its type.
    pub fn add(&mut self, profiles: &[Profile], resource: &Value) {
        let own = resource["resourceType"].as_str().unwrap_or_default();
        let mut of_type = profiles.iter().filter(|profile| profile.resource_type == own).peekable();
        if of_type.peek().is_none() {
            self.others += 1;
            return;
        }
        self.resources += 1;
        let mut failed = false;
        for profile in of_type {
            for element in &profile.elements {
                let (with, parents) = filled(resource, &element.path);
                let path = format!("{own}.{}", element.path.join("."));
                if element.required && with < parents {
                    failed = true;
                    *self.absent.entry(path.clone()).or_default() += 1;
                }
                if element.must_support && parents > 0 {
                    let known = self.filled.entry(path).or_default();
                    *known = (known.0 + with, known.1 + parents);
                }
            }
        }
        self.with_errors += u64::from(failed);
        if let Some(concept) = CODED.iter().map(|name| &resource[*name]).find(|found| found.is_object()) {
            self.codable += 1;
            self.coded += u64::from(has_standard_code(concept));
        }
    }

    pub fn observed(&self) -> Observations {
        let mut seen = Observations::new();
        if self.resources == 0 {
            return seen;
        }
        seen.set("resources_checked", i64::try_from(self.resources).unwrap_or(i64::MAX));
        let fills: Vec<Decimal> = self.filled.values().filter_map(|(with, of)| share(*with, *of)).collect();
        let mean = (!fills.is_empty()).then(|| fills.iter().sum::<Decimal>() / Decimal::from(fills.len()));
        for (name, value) in [
            ("error_pct", share(self.with_errors, self.resources)),
            ("coded_pct", share(self.coded, self.codable)),
            ("must_support_fill_pct", mean.map(|mean| mean.round_dp(4))),
        ] {
            if let Some(value) = value {
                seen.set(name, value);
            }
        }
        seen
    }

    pub fn messages(&self) -> Vec<Message> {
        let mut absent: Vec<(&String, &u64)> = self.absent.iter().collect();
        absent.sort_by_key(|(path, count)| (std::cmp::Reverse(**count), (*path).clone()));
        let said = absent.into_iter().take(MOST_SAID).map(|(path, count)| {
            let text = format!("{count} of {} resources lack what is required here.", self.resources);
            Message::new(Severity::Warning, text).at(path.clone())
        });
        let others = (self.others > 0).then(|| {
            let text =
                format!("{} resources are of a type without a profile here and were left out.", self.others);
            Message::new(Severity::Info, text)
        });
        said.chain(others).collect()
    }
}

/// In how many of the places where it could be an element is, and how many such places there are.
fn filled(parent: &Value, path: &[String]) -> (u64, u64) {
    let Some((name, rest)) = path.split_first() else { return (0, 0) };
    let found = child(parent, name);
    if rest.is_empty() {
        return (u64::from(found.is_some_and(has_something)), 1);
    }
    let inside: &[Value] = match found {
        Some(Value::Array(items)) => items,
        Some(one @ Value::Object(_)) => std::slice::from_ref(one),
        _ => &[],
    };
    inside.iter().map(|item| filled(item, rest)).fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
}

/// A child by its name; of a choice (`value[x]`) whichever type is there, of a primitive also its extension.
fn child<'v>(parent: &'v Value, name: &str) -> Option<&'v Value> {
    let object = parent.as_object()?;
    if let Some(stem) = name.strip_suffix("[x]") {
        let typed = object.iter().find(|(key, _)| {
            let key = key.strip_prefix('_').unwrap_or(key);
            key.strip_prefix(stem)
                .is_some_and(|rest| rest.starts_with(|letter: char| letter.is_ascii_uppercase()))
        });
        return typed.map(|(_, value)| value);
    }
    object.get(name).or_else(|| object.get(&format!("_{name}")))
}

fn has_something(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.trim().is_empty(),
        Value::Array(items) => items.iter().any(has_something),
        Value::Object(fields) => fields.values().any(has_something),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

/// Whether a coding of the concept is a well-formed code of a standard system.
fn has_standard_code(concept: &Value) -> bool {
    let codings = concept["coding"].as_array().map(Vec::as_slice).unwrap_or_default();
    codings.iter().any(|coding| {
        let system = coding["system"].as_str().and_then(CodeSystem::spelled);
        let code = coding["code"].as_str().unwrap_or_default();
        system.is_some_and(|system| system.well_formed(code))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn profile() -> Profile {
        let element = |path: &str, min: u64, must: bool| json!({ "id": path, "path": path, "min": min, "mustSupport": must });
        Profile::read(&json!({
            "resourceType": "StructureDefinition", "type": "Observation",
            "snapshot": { "element": [
                element("Observation", 0, false),
                element("Observation.status", 1, true),
                element("Observation.code", 1, true),
                element("Observation.value[x]", 0, true),
                element("Observation.component", 0, false),
                element("Observation.component.code", 1, false),
                { "id": "Observation.category:VSCat", "path": "Observation.category", "min": 1, "mustSupport": true }
            ] }
        }))
        .unwrap()
    }

    fn observation(change: impl FnOnce(&mut Value)) -> Value {
        let mut resource = json!({
            "resourceType": "Observation", "status": "final", "valueQuantity": { "value": 5 },
            "code": { "coding": [{ "system": "http://loinc.org", "code": "2345-7" }] }
        });
        change(&mut resource);
        resource
    }

    fn figures(resources: &[Value]) -> (Sample, BTreeMap<String, String>) {
        let mut sample = Sample::default();
        for resource in resources {
            sample.add(&[profile()], resource);
        }
        let seen = sample.observed();
        let seen = seen.iter().map(|(name, value)| (name.to_owned(), value.to_string())).collect();
        (sample, seen)
    }

    #[test]
    fn what_is_required_and_absent_is_an_error_of_its_resource() {
        let (sample, seen) = figures(&[
            observation(|_| {}),
            observation(|resource| resource["status"] = json!("")),
            observation(|resource| resource["component"] = json!([{ "code": { "text": "a" } }, {}])),
            observation(|resource| resource["component"] = json!([{ "code": { "text": "a" } }])),
        ]);
        assert_eq!((seen["resources_checked"].as_str(), seen["error_pct"].as_str()), ("4", "50"));
        let places: Vec<_> = sample.messages().into_iter().filter_map(|message| message.at).collect();
        assert_eq!(places, ["Observation.component.code", "Observation.status"]);
    }

    #[test]
    fn what_must_be_supported_is_counted_by_how_often_it_is_filled() {
        let without = observation(|resource| {
            resource.as_object_mut().unwrap().remove("valueQuantity");
        });
        let reason = observation(|resource| {
            resource.as_object_mut().unwrap().remove("valueQuantity");
            resource["_valueString"] = json!({ "extension": [{ "url": "absent", "valueCode": "unknown" }] });
        });
        // status and code in all, a value in two of three.
        let (_, seen) = figures(&[observation(|_| {}), without, reason]);
        assert_eq!(seen["must_support_fill_pct"], "88.8889");
    }

    #[test]
    fn a_code_counts_where_it_is_one_of_a_standard_system() {
        let local = observation(|resource| resource["code"]["coding"][0]["system"] = json!("urn:lab"));
        let wrong = observation(|resource| resource["code"]["coding"][0]["code"] = json!("2345-8"));
        let (_, seen) = figures(&[observation(|_| {}), local, wrong, observation(|_| {})]);
        assert_eq!(seen["coded_pct"], "50");
    }

    #[test]
    fn another_type_is_left_out_and_said() {
        let (sample, seen) = figures(&[json!({ "resourceType": "Patient" })]);
        assert!(seen.is_empty());
        assert!(sample.messages()[0].text.contains("1 resources are of a type without a profile"));
    }

    #[test]
    fn what_is_no_profile_says_why() {
        assert_eq!(Profile::read(&json!({ "resourceType": "Patient" })), Err(ProfileError::NotAProfile));
        let bare = json!({ "resourceType": "StructureDefinition", "type": "Patient", "differential": {} });
        assert_eq!(Profile::read(&bare), Err(ProfileError::NoSnapshot));
    }
}
