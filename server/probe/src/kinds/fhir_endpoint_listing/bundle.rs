//! A list as a FHIR Bundle: Endpoint resources, and Organization resources that point at them.
//!
//! Only what is needed is kept while reading: such a list can hold tens of thousands of entries. What has another shape
//! than FHIR gives it is passed over.

mod lenient;
mod references;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::Listed;
use crate::failure::{Failure, Layer};
use crate::kinds::json;
use lenient::{Lenient, Many};
use references::Index;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bundle {
    #[serde(default)]
    resource_type: Value,
    #[serde(default)]
    timestamp: Value,
    #[serde(default)]
    meta: Lenient<Meta>,
    #[serde(default)]
    link: Many<Link>,
    #[serde(default)]
    entry: Many<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Meta {
    #[serde(default)]
    last_updated: Value,
}

#[derive(Deserialize)]
struct Link {
    #[serde(default)]
    relation: Value,
    #[serde(default)]
    url: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Entry {
    #[serde(default)]
    full_url: Value,
    #[serde(default)]
    resource: Lenient<Resource>,
}

/// One page of a list.
pub(super) struct Page {
    pub(super) entries: Vec<Entry>,
    pub(super) changed: Option<Timestamp>,
    /// Where the list goes on, as it is written.
    pub(super) next: Option<String>,
    /// What had another shape than FHIR gives it.
    pub(super) remark: Option<&'static str>,
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

pub(super) fn read(body: &[u8]) -> Result<Page, Failure> {
    let unreadable = |problem: &dyn std::fmt::Display| {
        let text = format!(
            "the list is not readable as a FHIR Bundle ({problem}, {} bytes in all); it begins with {}",
            body.len(),
            json::beginning(body)
        );
        Failure::answered(Layer::Parse, text)
    };
    let Lenient(bundle) = serde_json::from_slice(body).map_err(|error| unreadable(&error))?;
    let bundle: Bundle = bundle.ok_or_else(|| unreadable(&"it is no object"))?;
    if bundle.resource_type != "Bundle" {
        let seen = bundle.resource_type.as_str().unwrap_or("a JSON object without resourceType");
        return Err(Failure::answered(Layer::Rule, format!("expected a FHIR Bundle, got {seen}")));
    }
    let instant = |value: &Value| value.as_str()?.trim().parse::<Timestamp>().ok();
    let updated = bundle.meta.0.and_then(|meta| instant(&meta.last_updated));
    let links = match bundle.link {
        Many::Array(links) => links,
        Many::Lone(link) => vec![link],
    };
    let next = links.iter().find(|link| link.relation == "next").and_then(|link| link.url.as_str());
    let (entries, remark) = match bundle.entry {
        Many::Array(entries) => (entries, None),
        Many::Lone(entry) => (vec![entry], Some("entry is an object; FHIR makes it an array")),
    };
    Ok(Page {
        changed: updated.or_else(|| instant(&bundle.timestamp)),
        next: next.map(|url| url.trim().to_owned()),
        entries,
        remark,
    })
}

/// The endpoints of all pages of a list.
pub(super) fn endpoints(entries: &[Entry]) -> Vec<Listed> {
    let of = |kind: &'static str| {
        entries.iter().enumerate().filter_map(move |(position, entry)| {
            let resource = entry.resource.0.as_ref()?;
            (resource.kind == kind).then_some((position, entry.full_url.as_str(), resource))
        })
    };
    let index = |kind: &'static str| {
        let mut index = Index::of(kind);
        for (position, full_url, resource) in of(kind) {
            index.add(position, full_url, resource.id.as_str());
        }
        index
    };
    let (organizations, endpoints) = (index("Organization"), index("Endpoint"));
    let mut names: Vec<Vec<String>> = vec![Vec::new(); entries.len()];
    for (_, full_url, resource) in of("Organization") {
        let Some(name) = resource.name.as_str() else { continue };
        for reference in resource.endpoint.as_array().into_iter().flatten() {
            let pointed = reference["reference"].as_str().and_then(|text| endpoints.find(text, full_url));
            if let Some(position) = pointed {
                names[position].push(name.to_owned());
            }
        }
    }
    let listed = of("Endpoint").filter_map(|(position, full_url, resource)| {
        let address = resource.address.as_str()?.trim().to_owned();
        let mut names = std::mem::take(&mut names[position]);
        let manager = &resource.managing_organization;
        let referred = manager["reference"].as_str().and_then(|text| organizations.find(text, full_url));
        let referred = referred.and_then(|position| entries[position].resource.0.as_ref()?.name.as_str());
        names.extend(referred.map(str::to_owned));
        names.extend(manager["display"].as_str().map(str::to_owned));
        names.extend(resource.name.as_str().map(str::to_owned));
        names.sort();
        names.dedup();
        Some(Listed { address, names })
    });
    listed.collect()
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
        let page = read(body).unwrap();
        let names = vec!["Alpha".to_owned(), "Beta".to_owned()];
        assert_eq!(endpoints(&page.entries), [Listed { address: "https://a.example/r4".to_owned(), names }]);
        assert!(page.changed.is_some());
    }

    #[test]
    fn missing_arrays_are_empty() {
        assert!(read(br#"{"resourceType":"Bundle","entry":null}"#).unwrap().entries.is_empty());
        assert!(read(br#"{"resourceType":"Bundle"}"#).unwrap().entries.is_empty());
    }

    #[test]
    fn what_has_another_shape_is_passed_over_and_the_rest_is_read() {
        let body = br#"{"resourceType":"Bundle","timestamp":7,"meta":"new","link":{"relation":"next","url":"?p=2"},
            "entry":{"fullUrl":["x"],"resource":{"resourceType":"Endpoint","id":1,"address":"https://a.example/r4"}}}"#;
        let page = read(body).unwrap();
        assert_eq!(endpoints(&page.entries).len(), 1);
        assert_eq!((page.changed, page.next.as_deref()), (None, Some("?p=2")));
        assert!(page.remark.unwrap().contains("entry is an object"));

        let body =
            br#"{"resourceType":"Bundle","meta":{"lastUpdated":true},"timestamp":"2026-11-01T00:00:00Z",
            "link":["next",{"relation":"self","url":7}],
            "entry":[1,"two",[3],true,{"fullUrl":5,"resource":"none"},{"resource":[{}]},
            {"fullUrl":null,"resource":{"resourceType":"Endpoint","address":"https://a.example/r4",
             "managingOrganization":"us","name":["x"]}}]}"#;
        let page = read(body).unwrap();
        let expected = Listed { address: "https://a.example/r4".to_owned(), names: Vec::new() };
        assert_eq!(endpoints(&page.entries), [expected]);
        assert_eq!((page.changed.is_some(), page.next), (true, None));
        for entry in ["7", "\"none\"", "false"] {
            let body = format!(r#"{{"resourceType":"Bundle","entry":{entry}}}"#);
            assert!(read(body.as_bytes()).unwrap().entries.is_empty(), "{entry}");
        }
    }
}
