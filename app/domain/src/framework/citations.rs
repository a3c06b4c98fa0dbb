//! The sources that criteria name, and the reader of `frameworks/citations.toml`.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::code::CitationKey;
use crate::document::{Document, Fields, ReadErrors};

/// A source that criteria name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Citation {
    pub key: CitationKey,
    pub title: String,
    pub urls: Vec<String>,
    /// `read` or `to verify`.
    pub status: String,
    pub valid_from: Option<Date>,
    pub valid_to: Option<Date>,
    /// Whom the source obliges; empty where it obliges nobody.
    pub binds: Option<String>,
}

/// The sources, in the order of their file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Citations {
    citations: Vec<Citation>,
    positions: BTreeMap<CitationKey, usize>,
}

impl Citations {
    /// Collects citations; of two with one key the first counts.
    pub fn new(citations: Vec<Citation>) -> Self {
        let mut positions = BTreeMap::new();
        for (position, citation) in citations.iter().enumerate() {
            positions.entry(citation.key.clone()).or_insert(position);
        }
        Self { citations, positions }
    }

    /// Reads a citation file (`frameworks/README.md`, "Citations").
    pub fn read(source: &str) -> Result<Self, ReadErrors> {
        Document::read(source, |_, root| {
            let mut citations: Vec<Citation> = Vec::new();
            for mut fields in root.tables("citation") {
                let citation = read_citation(&mut fields);
                if citations.iter().any(|earlier| earlier.key == citation.key) {
                    fields.report("key", format!("`{}` is used twice", citation.key));
                }
                citations.push(citation);
            }
            Self::new(citations)
        })
    }

    pub fn get(&self, key: &CitationKey) -> Option<&Citation> {
        self.positions.get(key).map(|position| &self.citations[*position])
    }

    pub fn contains(&self, key: &str) -> bool {
        self.positions.contains_key(key)
    }

    /// In the order of the file.
    pub fn iter(&self) -> std::slice::Iter<'_, Citation> {
        self.citations.iter()
    }
}

impl<'a> IntoIterator for &'a Citations {
    type Item = &'a Citation;
    type IntoIter = std::slice::Iter<'a, Citation>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

fn read_citation(fields: &mut Fields<'_, '_>) -> Citation {
    let citation = Citation {
        key: CitationKey::new(fields.code("key")),
        title: fields.filled_text("title"),
        urls: fields.texts("urls").into_iter().map(|url| url.text).collect(),
        status: fields.filled_text("status"),
        valid_from: read_date(fields, "valid_from"),
        valid_to: read_date(fields, "valid_to"),
        binds: fields.optional_text("binds"),
    };
    if !matches!(citation.status.as_str(), "read" | "to verify" | "") {
        fields.report("status", "must be `read` or `to verify`");
    }
    fields.refuse_unknown();
    citation
}

/// A date, in quotes or as a TOML date.
fn read_date(fields: &mut Fields<'_, '_>, name: &'static str) -> Option<Date> {
    let value = fields.value(name)?;
    let text = value.as_str().map(str::to_owned).or_else(|| value.as_datetime().map(ToString::to_string));
    let date = text.and_then(|text| text.parse().ok());
    if date.is_none() {
        fields.report(name, "must be a date, for example \"2026-11-20\"");
    }
    date
}
