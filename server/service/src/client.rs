//! One client as a file, complete, out of one installation and into another.
//!
//! The file is a zip. Its last entry, `manifest.json`, says what form it has and names every other entry with its size
//! and SHA-256; all JSON in it is canonical (RFC 8785). `tables/*.json` are the organization's records,
//! `frameworks/*.toml` the framework versions that they follow, `files/ITEM/SHA256` the files of evidence, and
//! `people.json` the names of whoever the records name, and `logo.png` what the reports bear. Accounts, tokens and secrets
//! never travel; of an address only its mark does, by which the same person is found again and reviews nothing of their own.
//!
//! **Invariants.** Snapshots keep their hashes and their chain. An import reads and checks everything first, then keeps
//! all of it in one transaction, or nothing.

mod archive;
mod bodies;
mod export;
mod import;

use serde::{Deserialize, Serialize};
use store::client::{NamedMember, NamedPerson};
use store::{EvidenceId, OrgId, UserId};

use crate::service::hash_of;
use crate::{Actor, Error, Service};

pub use export::ClientFile;
pub use import::ImportedClient;

/// What the manifest calls the form, and the newest version of it that this program reads and writes.
const FORMAT: &str = "rung-client";
const VERSION: u32 = 5;

const MANIFEST: &str = "manifest.json";
const PEOPLE: &str = "people.json";
const CITATIONS: &str = "citations.json";
const LOGO: &str = "logo.png";

/// What an entry may hold when it is unpacked, in bytes: JSON and frameworks; files have their own limit.
const LARGEST_TEXT: u64 = 256 << 20;
/// What all entries together may hold.
const LARGEST_CLIENT: u64 = 32 << 30;
/// How many entries there may be.
const MOST_ENTRIES: usize = 200_000;

/// The form, and every entry but the manifest itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Manifest {
    format: String,
    version: u32,
    /// The program that wrote it.
    made_by: String,
    /// RFC 3339 in UTC.
    made_at: String,
    organization: Named,
    /// In the order of the file.
    entries: Vec<Entry>,
    /// Files of evidence that were gone already where the client comes from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    missing: Vec<MissingFile>,
}

/// A file that the records name and that nobody has any more.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct MissingFile {
    evidence: EvidenceId,
    sha256: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Named {
    id: String,
    slug: String,
    name: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    name: String,
    /// Unpacked.
    bytes: u64,
    /// In lower-case hexadecimal digits.
    sha256: String,
}

/// Whoever the records name, and who belonged to the organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct People {
    people: Vec<NamedPerson>,
    members: Vec<NamedMember>,
}

/// A source that a framework cites.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct CitedSource {
    key: domain::CitationKey,
    title: String,
    urls: Vec<String>,
    status: String,
    valid_from: Option<jiff::civil::Date>,
    valid_to: Option<jiff::civil::Date>,
    binds: Option<String>,
}

impl From<domain::framework::Citation> for CitedSource {
    fn from(citation: domain::framework::Citation) -> Self {
        let domain::framework::Citation { key, title, urls, status, valid_from, valid_to, binds } = citation;
        Self { key, title, urls, status, valid_from, valid_to, binds }
    }
}

impl From<CitedSource> for domain::framework::Citation {
    fn from(source: CitedSource) -> Self {
        let CitedSource { key, title, urls, status, valid_from, valid_to, binds } = source;
        Self { key, title, urls, status, valid_from, valid_to, binds }
    }
}

impl Service {
    /// Who the actor is in an organization's records: their account, and the name under which they came along with the
    /// records where these were made elsewhere and they had the same address there.
    pub(crate) async fn known_as(&self, actor: &Actor, org: OrgId) -> Result<Vec<UserId>, Error> {
        let name = self.store().marked_person(org, &mark(org, actor.email())).await?;
        Ok(std::iter::once(actor.user()).chain(name).collect())
    }
}

/// By what somebody with this address is found again in the records of this organization, and of no other.
fn mark(org: OrgId, email: &str) -> String {
    hash_of(&format!("{org} {}", email.trim().to_lowercase()))
}

fn table_entry(table: &str) -> String {
    format!("tables/{table}.json")
}
