//! A list as a FHIR Bundle: Endpoint resources, and Organization resources that point at them.
//!
//! Only what is needed is kept while reading: such a list can hold tens of thousands of entries.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::{List, Listed};
use crate::failure::{Failure, Layer};
use crate::kinds::json;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bundle {
    resource_type: Option<String>,
    timestamp: Option<String>,
    meta: Option<Meta>,
    entry: Option<Vec<Entry>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Meta {
    last_updated: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    full_url: Option<String>,
    resource: Option<Resource>,
}

/// The members of Endpoint and Organization that matter; whatever shape they have, they are read as far as they go.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Resource {
    #[serde(default, rename = "resourceType")]
    kind: Value,
    #[serde(default)]
    id: Value,
    #[serde(default)]
    address: Value,
    #[serde(default)]
    name: Value,
    #[serde(default)]
    managing_organization: Value,
    #[serde(default)]
    endpoint: Value,
}

pub(super) fn read(body: &[u8]) -> Result<List, Failure> {
    let bundle: Bundle = serde_json::from_slice(body).map_err(|error| {
        let text = format!(
            "the list is not readable as a FHIR Bundle ({error}, {} bytes in all); it begins with {}",
            body.len(),
            json::beginning(body)
        );
        Failure::answered(Layer::Parse, text)
    })?;
    if bundle.resource_type.as_deref() != Some("Bundle") {
        let seen = bundle.resource_type.unwrap_or_else(|| "a JSON object without resourceType".to_owned());
        return Err(Failure::answered(Layer::Rule, format!("expected a FHIR Bundle, got {seen}")));
    }
    let changed = bundle.meta.and_then(|meta| meta.last_updated).or(bundle.timestamp);
    let entries = bundle.entry.unwrap_or_default();
    Ok(List {
        endpoints: endpoints(&entries),
        changed: changed.and_then(|text| text.parse::<Timestamp>().ok()),
    })
}

fn endpoints(entries: &[Entry]) -> Vec<Listed> {
    let of = |kind: &'static str| {
        entries.iter().filter_map(move |entry| {
            let resource = entry.resource.as_ref()?;
            (resource.kind == kind).then_some((entry, resource))
        })
    };
    // By everything that a reference may say: `Organization/1`, `1`, `urn:uuid:…`, a whole address.
    let mut organizations: HashMap<String, String> = HashMap::new();
    let mut pointed: HashMap<String, Vec<String>> = HashMap::new();
    for (entry, resource) in of("Organization") {
        let Some(name) = resource.name.as_str() else { continue };
        for key in keys(entry, resource) {
            organizations.insert(key, name.to_owned());
        }
        for reference in resource.endpoint.as_array().into_iter().flatten() {
            if let Some(text) = reference["reference"].as_str() {
                pointed.entry(key_of(text)).or_default().push(name.to_owned());
            }
        }
    }
    let listed = of("Endpoint").filter_map(|(entry, resource)| {
        let address = resource.address.as_str()?.trim().to_owned();
        let mut names: Vec<String> = keys(entry, resource)
            .into_iter()
            .filter_map(|key| pointed.get(&key))
            .flatten()
            .cloned()
            .collect();
        let manager = &resource.managing_organization;
        let referred = manager["reference"].as_str().and_then(|text| organizations.get(&key_of(text)));
        names.extend(referred.cloned());
        names.extend(manager["display"].as_str().map(str::to_owned));
        names.extend(resource.name.as_str().map(str::to_owned));
        names.sort();
        names.dedup();
        Some(Listed { address, names })
    });
    listed.collect()
}

fn keys(entry: &Entry, resource: &Resource) -> Vec<String> {
    let own = resource.id.as_str().map(str::to_owned);
    let whole = entry.full_url.as_deref().map(key_of);
    let mut keys: Vec<_> = own.into_iter().chain(whole).collect();
    keys.dedup();
    keys
}

/// What identifies a resource at the end of a reference.
fn key_of(reference: &str) -> String {
    reference.rsplit(['/', ':', '#']).next().unwrap_or(reference).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_named_by_whoever_points_at_it() {
        let body = br#"{"resourceType":"Bundle","meta":{"lastUpdated":"2026-11-01T00:00:00Z"},"entry":[
            {"fullUrl":"https://dev.example/Endpoint/e1","resource":{"resourceType":"Endpoint","id":"e1",
             "address":"https://a.example/r4","managingOrganization":{"reference":"Organization/o2"}}},
            {"resource":{"resourceType":"Organization","id":"o1","name":"Alpha","endpoint":[{"reference":"Endpoint/e1"}]}},
            {"resource":{"resourceType":"Organization","id":"o2","name":"Beta"}},
            {"resource":{"resourceType":"Endpoint","address":7}}, {"resource":null}, {}]}"#;
        let list = read(body).unwrap();
        let names = vec!["Alpha".to_owned(), "Beta".to_owned()];
        assert_eq!(list.endpoints, [Listed { address: "https://a.example/r4".to_owned(), names }]);
        assert!(list.changed.is_some());
    }

    #[test]
    fn missing_arrays_are_empty() {
        assert!(read(br#"{"resourceType":"Bundle","entry":null}"#).unwrap().endpoints.is_empty());
        assert!(read(br#"{"resourceType":"Bundle"}"#).unwrap().endpoints.is_empty());
    }
}
