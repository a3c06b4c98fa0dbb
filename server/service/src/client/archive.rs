//! A client's file as it is read: nothing is believed that the manifest does not name and its hash does not prove, and
//! no entry unpacks to more than it says.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufReader, ErrorKind, Read as _};
use std::path::Path;

use serde::de::DeserializeOwned;
use store::EvidenceId;
use zip::ZipArchive;
use zip::result::ZipError;

use super::{Entry, FORMAT, LARGEST_CLIENT, LARGEST_TEXT, MANIFEST, MOST_ENTRIES, Manifest, VERSION};
use crate::Error;
use crate::evidence::LARGEST_FILE;
use crate::service::hash_of_bytes;

/// The file is not one that can be imported.
pub(super) fn refused(words: impl Into<String>) -> Error {
    Error::Conflict(format!("{} Nothing was changed.", words.into()))
}

fn damaged(what: impl std::fmt::Display) -> Error {
    refused(format!("The file is damaged: {what}."))
}

/// An open file with its manifest.
pub(super) struct Archive {
    zip: ZipArchive<BufReader<File>>,
    pub(super) manifest: Manifest,
    pub(super) manifest_sha256: String,
    entries: BTreeMap<String, Entry>,
}

impl Archive {
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let file = File::open(path).map_err(|error| refused(format!("It cannot be read: {error}.")))?;
        let zip = ZipArchive::new(BufReader::new(file));
        let mut zip = zip.map_err(|error| match error {
            ZipError::Io(error) if error.kind() != ErrorKind::UnexpectedEof => {
                refused(format!("It cannot be read: {error}."))
            }
            _ => refused("This is no file of a client, or not all of one."),
        })?;
        if zip.len() > MOST_ENTRIES {
            return Err(refused("The file has more entries than any client."));
        }
        let bytes = unpacked(&mut zip, MANIFEST, LARGEST_TEXT)
            .map_err(|_| refused("This is no file of a client: it has no readable manifest."))?;
        let form: Form = read_json(&bytes, MANIFEST)?;
        if form.format != FORMAT {
            return Err(refused("This is no file of a client: its manifest is of something else."));
        }
        if form.version > VERSION {
            return Err(refused(format!(
                "The file was made by a newer Rung: its form is {}, and this one reads forms up to {VERSION}. Update \
                 Rung, then import the file.",
                form.version
            )));
        }
        let manifest: Manifest = read_json(&bytes, MANIFEST)?;
        let manifest_sha256 = hash_of_bytes(&bytes);
        let entries: BTreeMap<String, Entry> =
            manifest.entries.iter().map(|entry| (entry.name.clone(), entry.clone())).collect();
        if entries.len() != manifest.entries.len() {
            return Err(damaged("its manifest names an entry twice"));
        }
        let named: BTreeSet<String> = entries.keys().cloned().chain([MANIFEST.to_owned()]).collect();
        let held = zip.file_names().map(|name| name.map(Cow::into_owned));
        let held: BTreeSet<String> = held.collect::<Result<_, _>>().map_err(damaged)?;
        if let Some(missing) = named.difference(&held).next() {
            return Err(damaged(format_args!("{missing} is missing")));
        }
        if let Some(extra) = held.difference(&named).next() {
            return Err(damaged(format_args!("{extra:?} is not in its manifest")));
        }
        let sum = entries.values().try_fold(0_u64, |sum, entry| sum.checked_add(entry.bytes));
        if sum.is_none_or(|sum| sum > LARGEST_CLIENT) {
            return Err(refused("The file holds more than a client may: 32 GB unpacked."));
        }
        Ok(Self { zip, manifest, manifest_sha256, entries })
    }

    /// The names of the entries that begin so, in order.
    pub(super) fn names(&self, prefix: &str) -> Vec<String> {
        self.entries.keys().filter(|name| name.starts_with(prefix)).cloned().collect()
    }

    /// An entry's content, of the size and the hash that the manifest says.
    pub(super) fn read(&mut self, name: &str) -> Result<Vec<u8>, Error> {
        let entry = self.entries.get(name).ok_or_else(|| damaged(format_args!("{name} is missing")))?;
        let most = if name.starts_with("files/") {
            u64::try_from(LARGEST_FILE).unwrap_or(u64::MAX)
        } else {
            LARGEST_TEXT
        };
        if entry.bytes > most {
            return Err(refused(format!("{name} is larger than it may be.")));
        }
        let content = unpacked(&mut self.zip, name, entry.bytes)?;
        if u64::try_from(content.len()).ok() != Some(entry.bytes) || hash_of_bytes(&content) != entry.sha256 {
            return Err(damaged(format_args!("{name} is not what the manifest says")));
        }
        Ok(content)
    }

    pub(super) fn json<T: DeserializeOwned>(&mut self, name: &str) -> Result<T, Error> {
        let content = self.read(name)?;
        read_json(&content, name)
    }
}

/// What is read of a manifest before its version is known.
#[derive(serde::Deserialize)]
struct Form {
    format: String,
    version: u32,
}

fn read_json<T: DeserializeOwned>(content: &[u8], name: &str) -> Result<T, Error> {
    serde_json::from_slice(content).map_err(|error| damaged(format_args!("{name}: {error}")))
}

/// At most so many bytes of an entry: one that unpacks to more is refused when that shows, not afterwards.
fn unpacked(zip: &mut ZipArchive<BufReader<File>>, name: &str, most: u64) -> Result<Vec<u8>, Error> {
    let entry = zip.by_name(name).map_err(|error| damaged(format_args!("{name}: {error}")))?;
    let mut content = Vec::new();
    let read = entry.take(most.saturating_add(1)).read_to_end(&mut content);
    read.map_err(|error| damaged(format_args!("{name}: {error}")))?;
    if u64::try_from(content.len()).is_ok_and(|length| length > most) {
        return Err(refused(format!("{name} unpacks to more than it says.")));
    }
    Ok(content)
}

/// The item and the hash that an entry of `files/` is named after; nothing else of a name is ever used.
pub(super) fn file_entry(name: &str) -> Result<(EvidenceId, String), Error> {
    let bad = || damaged(format_args!("{name:?} is no name of a file of evidence"));
    let (id, sha256) = name.strip_prefix("files/").and_then(|rest| rest.split_once('/')).ok_or_else(bad)?;
    let item: EvidenceId = id.parse().map_err(|_| bad())?;
    if item.to_string() != id || !is_hash(sha256) {
        return Err(bad());
    }
    Ok((item, sha256.to_owned()))
}

/// Whether it is written as a SHA-256 is.
pub(super) fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_evidence_is_named_by_its_item_and_its_hash_and_nothing_else() {
        let item = EvidenceId::new();
        let sha256 = hash_of_bytes(b"a");
        assert_eq!(file_entry(&format!("files/{item}/{sha256}")).unwrap(), (item, sha256.clone()));
        for bad in [
            format!("files/../{item}/{sha256}"),
            format!("files/{item}/../{sha256}"),
            format!("files/{item}/{}", &sha256[..63]),
            format!("files/{item}/{}", sha256.to_uppercase()),
            format!("files/{}/{sha256}", item.to_string().to_uppercase()),
            "files/".to_owned(),
            "/etc/passwd".to_owned(),
        ] {
            assert!(file_entry(&bad).is_err(), "{bad}");
        }
    }
}
