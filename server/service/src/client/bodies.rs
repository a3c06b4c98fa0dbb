//! Evidence in a client's file: what its records say of files is held against the files themselves.

use std::collections::{BTreeMap, BTreeSet};

use store::EvidenceId;
use store::client::{Cell, Rows};
use store::record::{EvidenceBody, EvidenceFile};

use super::archive::refused;
use crate::Error;
use crate::evidence::{FileKind, clean_name, opaque_name};

/// Of a file that nothing here opens.
const OPAQUE: &str = "application/octet-stream";

/// A file of the client, as its content says.
#[derive(Debug, Clone, Copy)]
pub(super) struct FoundFile {
    /// `None` where it is of no kind that evidence can be sent as.
    pub(super) kind: Option<FileKind>,
    pub(super) bytes: u64,
}

/// Titles of present items whose file is worth a word.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// Gone already where the client comes from.
    pub(super) missing: Vec<String>,
    /// Kept under a name that opens nothing.
    pub(super) untaken: Vec<String>,
}

/// The places of two columns of a table.
fn places(table: &Rows, names: [&str; 2]) -> Option<[usize; 2]> {
    let place = |name: &str| table.columns.iter().position(|column| column == name);
    Some([place(names[0])?, place(names[1])?])
}

/// The identifier and the body of each item of evidence in a table.
pub(super) fn bodies<'a>(
    tables: &'a BTreeMap<String, Rows>,
    table: &str,
    id: &str,
) -> impl Iterator<Item = (&'a str, &'a str)> {
    let found = tables.get(table).and_then(|table| Some((table, places(table, [id, "body"])?)));
    found.into_iter().flat_map(|(table, [id, body])| {
        table.rows.iter().filter_map(move |row| match (row.get(id), row.get(body)) {
            (Some(Cell::Text(id)), Some(Cell::Text(body))) => Some((id.as_str(), body.as_str())),
            _ => None,
        })
    })
}

/// Holds what rows say of files against the files themselves, and cleans the names that people gave. A file may be missing
/// only where the manifest says that it is `gone`.
pub(super) fn proven(
    tables: &mut BTreeMap<String, Rows>,
    name: &str,
    id: &str,
    files: &BTreeMap<(EvidenceId, String), FoundFile>,
    gone: &BTreeSet<(EvidenceId, String)>,
) -> Result<Told, Error> {
    let mut told = Told::default();
    let Some(table) = tables.get_mut(name) else { return Ok(told) };
    let Some([id, body]) = places(table, [id, "body"]) else { return Ok(told) };
    let title = table.columns.iter().position(|column| column == "title");
    for row in &mut table.rows {
        let (Some(Cell::Text(item)), Some(Cell::Text(text))) = (row.get(id), row.get(body)) else { continue };
        let bad = |problem: &str| refused(format!("The evidence {item} {problem}."));
        let read: EvidenceBody = serde_json::from_str(text).map_err(|_| bad("is not understood"))?;
        let item: EvidenceId = item.parse().map_err(|_| bad("has no identifier"))?;
        let called = match title.and_then(|title| row.get(title)) {
            Some(Cell::Text(title)) => title.clone(),
            _ => String::new(),
        };
        let proven = match read {
            EvidenceBody::Link(address) if !is_web(&address) => {
                return Err(bad("is a link to something that is not on the web"));
            }
            EvidenceBody::File(file) => match files.get(&(item, file.sha256.clone())) {
                Some(found) => {
                    let (file, taken) = as_found(file, *found);
                    if !taken {
                        told.untaken.push(called);
                    }
                    EvidenceBody::File(file)
                }
                None if name == "evidence" => {
                    if !gone.contains(&(item, file.sha256.clone())) {
                        return Err(bad("has a file that is missing"));
                    }
                    told.missing.push(called);
                    EvidenceBody::File(named(file))
                }
                // What was replaced may be gone.
                None => EvidenceBody::File(named(file)),
            },
            other => other,
        };
        let text = serde_json::to_string(&proven).map_err(Error::internal)?;
        row[body] = Cell::Text(text);
    }
    Ok(told)
}

fn is_web(address: &str) -> bool {
    ["https://", "http://"].iter().any(|scheme| address.starts_with(scheme))
        && !address.contains(char::is_control)
}

/// The file's description, as the content itself says, and whether it would be taken here. What is taken changes from one
/// version to the next, and a client is not refused for what it proved with once: such a file, or one that is not what
/// its description says, is kept as it came, and handed out as something that nothing opens.
fn as_found(file: EvidenceFile, found: FoundFile) -> (EvidenceFile, bool) {
    let bytes = found.bytes;
    let as_said = found.kind.filter(|kind| kind.media_type() == file.media_type);
    let Some(name) = as_said.and_then(|kind| clean_name(&file.name, kind).ok()) else {
        let name = opaque_name(&file.name);
        return (EvidenceFile { name, media_type: OPAQUE.to_owned(), bytes, ..file }, false);
    };
    (EvidenceFile { name, bytes, ..file }, true)
}

/// The description of a file that is gone: its name is only shown.
fn named(file: EvidenceFile) -> EvidenceFile {
    let name = file.name.chars().filter(|c| !c.is_control() && !matches!(c, '/' | '\\')).take(120).collect();
    EvidenceFile { name, ..file }
}
