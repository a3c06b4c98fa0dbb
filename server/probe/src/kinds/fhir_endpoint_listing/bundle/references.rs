//! To which entry of a Bundle a reference leads (FHIR R4, 3.1.6.2 "Resolving references in Bundles").
//!
//! A whole address or a URN is an entry's `fullUrl`; a relative reference belongs to the server of the entry that holds
//! it. Only where that leads nowhere does type and id decide, and only where one entry alone has them.

use std::collections::HashMap;

/// The entries of one resource type, by position.
pub(super) struct Index {
    kind: &'static str,
    by_url: HashMap<String, usize>,
    /// `None` where several entries have the id.
    by_id: HashMap<String, Option<usize>>,
}

impl Index {
    pub(super) fn of(kind: &'static str) -> Self {
        Self { kind, by_url: HashMap::new(), by_id: HashMap::new() }
    }

    /// Adds an entry by what identifies it; one `fullUrl` is one entry.
    pub(super) fn add(&mut self, position: usize, full_url: Option<&str>, id: Option<&str>) {
        let full_url = full_url.map(bare);
        if let Some(url) = full_url {
            self.by_url.entry(url.to_owned()).or_insert(position);
        }
        if let Some(id) = id.or_else(|| full_url.map(last)) {
            let known = self.by_id.entry(id.to_owned()).or_insert(Some(position));
            if *known != Some(position) {
                *known = None;
            }
        }
    }

    /// The entry that a reference means which stands in the entry with this `fullUrl`.
    pub(super) fn find(&self, reference: &str, from: Option<&str>) -> Option<usize> {
        let reference = bare(reference);
        if is_whole(reference) {
            if let Some(found) = self.by_url.get(reference) {
                return Some(*found);
            }
        } else if let Some(server) = from.and_then(server_of)
            && let Some(found) = self.by_url.get(&format!("{server}/{reference}"))
        {
            return Some(*found);
        }
        let (kind, id) = match reference.rsplit_once('/') {
            Some((before, id)) => (last(before), id),
            None => (self.kind, last(reference)),
        };
        if kind == self.kind { self.by_id.get(id).copied().flatten() } else { None }
    }
}

/// Without white space and without a version.
fn bare(reference: &str) -> &str {
    let trimmed = reference.trim();
    trimmed.split_once("/_history/").map_or(trimmed, |(before, _)| before)
}

fn is_whole(reference: &str) -> bool {
    reference.contains("://") || reference.starts_with("urn:")
}

fn last(text: &str) -> &str {
    text.rsplit(['/', ':', '#']).next().unwrap_or(text)
}

/// The base address of a `fullUrl` on a server: what stands before type and id.
fn server_of(full_url: &str) -> Option<&str> {
    let (before, _) = bare(full_url).rsplit_once('/')?;
    let (server, kind) = before.rsplit_once('/')?;
    (is_whole(server) && kind.starts_with(|first: char| first.is_ascii_uppercase())).then_some(server)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_id_on_two_servers_is_two_entries() {
        let mut index = Index::of("Organization");
        index.add(0, Some("https://a.example/r4/Organization/1"), Some("1"));
        index.add(1, Some("https://b.example/r4/Organization/1"), Some("1"));
        index.add(2, Some("urn:uuid:7b"), None);
        let from = |server: &str| format!("https://{server}.example/r4/Endpoint/1");
        assert_eq!(index.find("Organization/1", Some(&from("a"))), Some(0));
        assert_eq!(index.find("Organization/1", Some(&from("b"))), Some(1));
        assert_eq!(index.find("Organization/1", Some(&from("c"))), None, "nobody knows which");
        assert_eq!(index.find("Organization/1", None), None);
        assert_eq!(index.find("https://b.example/r4/Organization/1/_history/3", None), Some(1));
        assert_eq!(index.find("urn:uuid:7b", Some(&from("a"))), Some(2));
        assert_eq!(index.find("Organization/7b", None), Some(2), "the id alone, where it is one entry's");
        assert_eq!(index.find("Endpoint/7b", None), None, "another type");
    }
}
