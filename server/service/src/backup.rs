//! A whole installation on SQLite as one file, and back: a consistent copy of the live database with the files of
//! evidence that lie in a folder, in a zip whose manifest names each with its SHA-256.
//! The key of secrets is not in it: whoever finds a backup opens none of them.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use store::files::private_folder;
use store::{Copied, CopyState, EvidenceId, OrgId, Store, UnixMillis, look_at_copy};
use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use crate::Error;

const FORMAT: &str = "rung-backup";
const VERSION: u32 = 1;
const MANIFEST: &str = "manifest.json";
const DATABASE: &str = "rung.db";
/// What the manifest may hold, in bytes.
const LARGEST_MANIFEST: u64 = 256 << 20;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Manifest {
    format: String,
    version: u32,
    made_by: String,
    made_at: String,
    /// The number of the newest migration in the database.
    schema: i64,
    entries: Vec<Entry>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    name: String,
    bytes: u64,
    sha256: String,
}

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackedUp {
    pub made_at: String,
    pub schema: i64,
    /// Files of evidence.
    pub files: usize,
}

/// Where a backup comes from, or goes to.
#[derive(Debug, Clone)]
pub struct Places {
    /// The file of the database.
    pub database: PathBuf,
    /// The folder of evidence; `None` where it lies in a bucket or nowhere.
    pub evidence: Option<PathBuf>,
}

/// Writes a backup beside a running server; `file` must not be there yet. The database stays as it is, in its schema
/// too: what is backed up before an update is what was there before it.
pub async fn back_up(store: &Store, file: &Path, evidence: Option<&Path>) -> Result<BackedUp, Error> {
    if file.exists() {
        return Err(refused(format!("{} exists already.", file.display())));
    }
    let (copy, part) = (beside(file, ".db"), beside(file, ".part"));
    let _leftovers = Removed(vec![copy.clone(), part.clone()]);
    // What an earlier try left.
    for path in [&copy, &part] {
        let _ = fs::remove_file(path);
    }
    if store.copy_into(&copy).await? == Copied::NotHere {
        return Err(refused(
            "This is for SQLite. Back up PostgreSQL with its own pg_dump, and the bucket of evidence with the tools \
             of its store.",
        ));
    }
    let schema = good(look_at_copy(&copy).await?)?;
    let (evidence, out) = (evidence.map(Path::to_owned), file.to_owned());
    let packing = tokio::task::spawn_blocking(move || {
        let done = pack(&part, &copy, evidence.as_deref(), schema)?;
        fs::rename(&part, &out)?;
        Ok::<_, io::Error>(done)
    });
    packing.await.map_err(Error::internal)?.map_err(|error| failed(file, &error))
}

/// Brings a backup back, where nothing is yet: a database that is there is never overwritten.
pub async fn restore(file: &Path, to: &Places) -> Result<BackedUp, Error> {
    let evidence_there =
        |folder: &PathBuf| fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some());
    if to.database.exists() || beside(&to.database, "-wal").exists() {
        let database = to.database.display();
        return Err(refused(format!("{database} is there already. Move it away, or name another place.")));
    }
    if let Some(folder) = to.evidence.as_ref().filter(|folder| evidence_there(folder)) {
        return Err(refused(format!("{} holds files already. Move them away.", folder.display())));
    }
    let (database, evidence) =
        (beside(&to.database, ".part"), to.evidence.as_ref().map(|folder| beside(folder, ".part")));
    let _leftover = Removed(vec![database.clone()]);
    // What an earlier try left.
    let _ = fs::remove_file(&database);
    if let Some(part) = &evidence {
        let _ = fs::remove_dir_all(part);
    }
    let unpacked = unpack_apart(file, &database, evidence.as_deref()).await;
    let done = match unpacked {
        Ok(manifest) => good(look_at_copy(&database).await?).map(|schema| (manifest, schema)),
        Err(error) => Err(error),
    };
    let placed = done.and_then(|(manifest, schema)| {
        if let (Some(part), Some(folder)) = (&evidence, &to.evidence) {
            // An empty folder makes room.
            let _ = fs::remove_dir(folder);
            fs::rename(part, folder).map_err(|error| failed(folder, &error))?;
        }
        fs::rename(&database, &to.database).map_err(|error| failed(&to.database, &error))?;
        let files = manifest.entries.len().saturating_sub(1);
        Ok(BackedUp { made_at: manifest.made_at, schema, files })
    });
    if placed.is_err()
        && let Some(part) = &evidence
    {
        let _ = fs::remove_dir_all(part);
    }
    placed
}

async fn unpack_apart(file: &Path, database: &Path, evidence: Option<&Path>) -> Result<Manifest, Error> {
    let (file, database, evidence) = (file.to_owned(), database.to_owned(), evidence.map(Path::to_owned));
    let unpacking = tokio::task::spawn_blocking(move || unpack(&file, &database, evidence.as_deref()));
    unpacking.await.map_err(Error::internal)?
}

fn refused(words: impl Into<String>) -> Error {
    Error::Conflict(format!("{} Nothing was changed.", words.into()))
}

fn failed(path: &Path, error: &io::Error) -> Error {
    refused(format!("{}: {error}.", path.display()))
}

fn good(state: CopyState) -> Result<i64, Error> {
    match state {
        CopyState::Good { schema } => Ok(schema),
        CopyState::Newer { schema } => Err(refused(format!(
            "The database in it was written by a newer Rung (schema {schema}). Update Rung first."
        ))),
        CopyState::Broken(why) => Err(refused(format!("The database in it is damaged: {why}."))),
    }
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// Removes files at the end, however it comes.
struct Removed(Vec<PathBuf>);

impl Drop for Removed {
    fn drop(&mut self) {
        for path in &self.0 {
            let _ = fs::remove_file(path);
        }
    }
}

/// A new file for this account alone.
fn private(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn pack(part: &Path, database: &Path, evidence: Option<&Path>, schema: i64) -> io::Result<BackedUp> {
    let mut zip = ZipWriter::new(BufWriter::new(private(part)?));
    let mut entries = vec![added(&mut zip, DATABASE, database)?];
    for (name, path) in evidence.map(files_below).transpose()?.unwrap_or_default() {
        match added(&mut zip, &name, &path) {
            Ok(entry) => entries.push(entry),
            // Removed since the copy was made, with its item.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    let manifest = Manifest {
        format: FORMAT.to_owned(),
        version: VERSION,
        made_by: format!("Rung {}", env!("CARGO_PKG_VERSION")),
        made_at: UnixMillis::now().timestamp().to_string(),
        schema,
        entries,
    };
    zip.start_file(MANIFEST, options()).map_err(io::Error::other)?;
    zip.write_all(serde_json_canonicalizer::to_string(&manifest).map_err(io::Error::other)?.as_bytes())?;
    let out = zip.finish().map_err(io::Error::other)?;
    out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
    Ok(BackedUp { made_at: manifest.made_at, schema, files: manifest.entries.len() - 1 })
}

fn options() -> SimpleFileOptions {
    SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .large_file(true)
}

fn added(zip: &mut ZipWriter<BufWriter<File>>, name: &str, path: &Path) -> io::Result<Entry> {
    // Opened first: what is not there leaves no empty entry.
    let mut source = BufReader::new(File::open(path)?);
    zip.start_file(name, options()).map_err(io::Error::other)?;
    let (bytes, sha256) = copied(&mut source, zip)?;
    Ok(Entry { name: name.to_owned(), bytes, sha256 })
}

/// Copies in pieces; how much it was, and its hash.
fn copied(from: &mut impl Read, to: &mut impl Write) -> io::Result<(u64, String)> {
    let (mut piece, mut hash, mut bytes) = (vec![0; 64 << 10], Sha256::new(), 0_u64);
    loop {
        let read = from.read(&mut piece)?;
        if read == 0 {
            return Ok((bytes, crate::hexadecimal(&hash.finalize())));
        }
        hash.update(&piece[..read]);
        to.write_all(&piece[..read])?;
        bytes += u64::try_from(read).map_err(io::Error::other)?;
    }
}

/// The files of evidence with the names of their entries; nothing else that may lie in the folder.
fn files_below(folder: &Path) -> io::Result<Vec<(String, PathBuf)>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(place) = folders.pop() {
        let entries = match fs::read_dir(&place) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            other => other?,
        };
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if let Some(name) = path.strip_prefix(folder).ok().and_then(Path::to_str)
                && is_evidence(name)
            {
                found.push((format!("evidence/{name}"), path));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Organization, item, hash.
fn is_evidence(name: &str) -> bool {
    let parts: Vec<&str> = name.split('/').collect();
    let [org, item, sha256] = parts.as_slice() else { return false };
    let org = org.parse::<OrgId>().is_ok_and(|id| id.to_string() == *org);
    let item = item.parse::<EvidenceId>().is_ok_and(|id| id.to_string() == *item);
    org && item && sha256.len() == 64 && sha256.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

fn unpack(file: &Path, database: &Path, evidence: Option<&Path>) -> Result<Manifest, Error> {
    let damaged = |what: &dyn std::fmt::Display| refused(format!("The backup is damaged: {what}."));
    let source = File::open(file).map_err(|error| failed(file, &error))?;
    let zip = ZipArchive::new(BufReader::new(source));
    let mut zip = zip.map_err(|error| match error {
        ZipError::Io(error) if error.kind() != io::ErrorKind::UnexpectedEof => failed(file, &error),
        _ => refused("This is no backup, or not all of one."),
    })?;
    let manifest = manifest_of(&mut zip)?;
    let named: BTreeSet<&str> = manifest.entries.iter().map(|entry| entry.name.as_str()).collect();
    if named.len() != manifest.entries.len() || named.len() + 1 != zip.len() || !named.contains(DATABASE) {
        return Err(damaged(&"its manifest does not name what is in it"));
    }
    if evidence.is_none() && named.len() > 1 {
        return Err(refused(
            "The backup has files of evidence, and the place for evidence is no folder: name one with --evidence-url.",
        ));
    }
    if let Some(folder) = evidence {
        private_folder(folder).map_err(|error| failed(folder, &error))?;
    }
    if let Some(folder) = database.parent() {
        fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
    }
    for entry in &manifest.entries {
        let path = match (entry.name.strip_prefix("evidence/"), evidence) {
            (Some(name), Some(folder)) if is_evidence(name) => folder.join(name),
            _ if entry.name == DATABASE => database.to_owned(),
            _ => return Err(damaged(&format_args!("{:?} is no name of a file", entry.name))),
        };
        let unpacked = unpack_entry(&mut zip, entry, &path).map_err(|error| damaged(&error))?;
        if unpacked != (entry.bytes, entry.sha256.clone()) {
            return Err(damaged(&format_args!("{} is not what the manifest says", entry.name)));
        }
    }
    Ok(manifest)
}

fn manifest_of(zip: &mut ZipArchive<BufReader<File>>) -> Result<Manifest, Error> {
    let none = || refused("This is no backup: it has no readable manifest.");
    let mut text = String::new();
    let entry = zip.by_name(MANIFEST).map_err(|_| none())?;
    entry.take(LARGEST_MANIFEST).read_to_string(&mut text).map_err(|_| none())?;
    let value: serde_json::Value = serde_json::from_str(&text).map_err(|_| none())?;
    if value["format"] != FORMAT {
        return Err(none());
    }
    if value["version"].as_u64().is_some_and(|version| version > u64::from(VERSION)) {
        return Err(refused("The backup was made by a newer Rung. Update Rung, then restore it."));
    }
    serde_json::from_value(value).map_err(|_| none())
}

fn unpack_entry(
    zip: &mut ZipArchive<BufReader<File>>,
    entry: &Entry,
    path: &Path,
) -> io::Result<(u64, String)> {
    let source = zip.by_name(&entry.name).map_err(io::Error::other)?;
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut out = BufWriter::new(private(path)?);
    // One byte more than it says shows that it lies; all of it would fill the disk.
    let done = copied(&mut source.take(entry.bytes.saturating_add(1)), &mut out)?;
    out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
    Ok(done)
}

#[cfg(test)]
mod tests;
