//! A client out of a file: everything is read and checked, then the files of evidence are kept, then all records in one
//! transaction. What fails leaves nothing behind. One client comes after the other, from whichever server or command: the
//! files that a failed import takes back are nobody else's.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use domain::Framework;
use domain::framework::{Citation, Citations};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::client::{Cell, ClientRows, EXPORTED, ImportTurn, KeptClient, LATER, NewClient, Rows};
use store::record::Logo;
use store::{EvidenceId, OrgId, UnixMillis};

use super::archive::{Archive, file_entry, is_hash, refused};
use super::bodies::{FoundFile, Told, proven};
use super::{CITATIONS, CitedSource, LOGO, PEOPLE, People, table_entry};
use crate::evidence::sniff;
use crate::service::{hash_of, hash_of_bytes, org_audit};
use crate::{Actor, Error, Service};

/// What was imported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportedClient {
    pub name: String,
    /// Its address here; another one than where it comes from, if that was taken.
    pub slug: String,
    pub rows: usize,
    pub files: usize,
    /// Titles of evidence whose file was gone already where it comes from.
    pub missing_files: Vec<String>,
    /// Titles of evidence whose file would not be taken here; it is kept under a name that opens nothing.
    pub untaken_files: Vec<String>,
    pub snapshots: usize,
    /// Whether somebody whom the records name is known by name alone, and could not be found again here.
    pub unmarked: bool,
    /// Framework versions that were missing here.
    pub frameworks: Vec<String>,
    /// Who belonged to it there, with the role; nobody of them has access here.
    pub members: Vec<(String, String)>,
}

impl ImportedClient {
    /// What is to be known of those who answered and attached evidence where it comes from.
    pub const fn same_people(&self) -> &'static str {
        if self.unmarked {
            "Whoever answered or attached evidence there is a name here. Of some of them the file says nothing by which they \
             could be found again: see to it that nobody reviews here what they answered there."
        } else {
            "Whoever answered or attached evidence there is a name here. An account with the same e-mail address is that \
             person, and reviews nothing of their own; where somebody has another address here, see to it yourself."
        }
    }
}

/// All of a file but the content of evidence, checked.
struct Unpacked {
    archive: Archive,
    org: OrgId,
    rows: ClientRows,
    frameworks: Vec<Framework>,
    citations: Vec<Citation>,
    files: BTreeMap<(EvidenceId, String), FoundFile>,
    /// Evidence whose file is worth a word.
    told: Told,
    logo: Option<Logo>,
}

impl Service {
    /// Imports a client for whoever administers the installation; they own it from now on. A file brings frameworks along,
    /// and a history that nobody here saw: no less is asked for it than for writing frameworks.
    pub async fn import_client(&self, actor: &Actor, path: &Path) -> Result<ImportedClient, Error> {
        if !actor.is_admin() {
            return Err(Error::NotFound("The page"));
        }
        self.imported(actor, path).await
    }

    /// The same from the command line; the account with this e-mail address owns it from now on.
    pub async fn import_client_as_operator(&self, path: &Path, owner: &str) -> Result<ImportedClient, Error> {
        let owner = self.store().user_by_email(&owner.trim().to_lowercase()).await?;
        let owner: Actor =
            owner.ok_or_else(|| Error::invalid("owner", "No account has this e-mail."))?.into();
        self.imported(&owner, path).await
    }

    async fn imported(&self, owner: &Actor, path: &Path) -> Result<ImportedClient, Error> {
        let known = self.store().citations().await?;
        let (service, path) = (self.clone(), path.to_owned());
        let unpacking = tokio::task::spawn_blocking(move || unpack(&service, &path, known));
        let mut unpacked = unpacking.await.map_err(Error::internal)??;
        let turn = self.store().import_turn().await?;
        // What the file says of days is read below the day that is reached here: no hour of the file moves that.
        self.store().gather_days(UnixMillis::now()).await?;
        if self.store().organization_exists(unpacked.org).await? {
            return Err(here_already(&unpacked.archive.manifest.organization.name));
        }
        let frameworks = self.missing_frameworks(std::mem::take(&mut unpacked.frameworks)).await?;
        let (unpacked, _turn) = self.keep_files(unpacked, turn).await?;
        let Unpacked { archive, org, rows, citations, files, told, logo, .. } = unpacked;
        let manifest = &archive.manifest;
        let mut imported = ImportedClient {
            name: manifest.organization.name.clone(),
            slug: String::new(),
            rows: 0,
            files: files.len(),
            missing_files: told.missing,
            untaken_files: told.untaken,
            snapshots: rows.tables.get("snapshots").map_or(0, |table| table.rows.len()),
            unmarked: rows.people.iter().any(|person| person.mark.is_none()),
            frameworks: frameworks.iter().map(|(one, _)| format!("{} {}", one.code, one.version)).collect(),
            members: rows.members.iter().map(|one| (one.name.clone(), one.role.clone())).collect(),
        };
        let slug = crate::organization::slug(&manifest.organization.name);
        let new = NewClient { rows, frameworks, citations, logo, owner: owner.user(), slug };
        let entry = |slug: &str| {
            let details = json!({
                "slug": slug, "made_at": manifest.made_at, "made_by": manifest.made_by,
                "manifest": archive.manifest_sha256,
            });
            org_audit(owner, org, "client.imported", org, details)
        };
        let kept = self.store().keep_client(&new, entry).await;
        let words = match kept {
            Ok(KeptClient::Done { slug, rows }) => {
                // Frameworks may have come along.
                self.know_bindings(None);
                imported.slug = slug;
                imported.rows = rows;
                return Ok(imported);
            }
            Ok(KeptClient::HereAlready) => Ok(here_already(&imported.name)),
            Ok(KeptClient::OtherFramework(other)) => Ok(other_framework(&other)),
            Ok(KeptClient::Refused(bad)) => Ok(refused(format!("The file cannot be kept: {bad}."))),
            Err(error) => Err(error),
        };
        self.drop_files(org, &files).await;
        Err(words?)
    }

    /// The framework versions that are not here yet. A version that is here must be the same.
    async fn missing_frameworks(&self, brought: Vec<Framework>) -> Result<Vec<(Framework, String)>, Error> {
        let mut missing = Vec::new();
        for framework in brought {
            let entry = self.store().framework_by_code(&framework.code, Some(&framework.version)).await?;
            match entry {
                None => {
                    let hash = hash_of(&framework.write());
                    missing.push((framework, hash));
                }
                Some(entry) if *self.prepared(entry.id).await?.framework == framework => {}
                Some(entry) => return Err(other_framework(&format!("{} {}", entry.code, entry.version))),
            }
        }
        Ok(missing)
    }

    /// Puts the files of evidence where this installation keeps them. The turn stays with whoever does it: that goes on
    /// where nobody waits for it any more.
    async fn keep_files(
        &self,
        mut unpacked: Unpacked,
        turn: ImportTurn,
    ) -> Result<(Unpacked, ImportTurn), Error> {
        if unpacked.files.is_empty() {
            return Ok((unpacked, turn));
        }
        let Some(files) = self.files().cloned() else {
            return Err(refused(
                "The client has files of evidence, and no files can be kept here: say where with RUNG_EVIDENCE_URL.",
            ));
        };
        let (org, service) = (unpacked.org, self.clone());
        let runtime = tokio::runtime::Handle::current();
        let keeping = tokio::task::spawn_blocking(move || {
            let names: Vec<_> = unpacked.files.keys().cloned().collect();
            for (evidence, sha256) in names {
                let done = unpacked
                    .archive
                    .read(&format!("files/{evidence}/{sha256}"))
                    .and_then(|content| Ok(runtime.block_on(files.keep(org, evidence, &sha256, content))?));
                if let Err(error) = done {
                    runtime.block_on(service.drop_files(org, &unpacked.files));
                    return Err(error);
                }
            }
            Ok((unpacked, turn))
        });
        keeping.await.map_err(Error::internal)?
    }

    /// Takes back what was kept of an import that failed, while it has its turn, where the organization is nowhere: whoever
    /// brought it before has the same files in the same places.
    async fn drop_files(&self, org: OrgId, kept: &BTreeMap<(EvidenceId, String), FoundFile>) {
        let Some(files) = self.files() else { return };
        match self.store().organization_exists(org).await {
            Ok(false) => {}
            Ok(true) => return,
            Err(error) => {
                tracing::warn!(%org, ?error, "the files of an import that failed were left where they are");
                return;
            }
        }
        let items: BTreeSet<EvidenceId> = kept.keys().map(|(item, _)| *item).collect();
        for item in items {
            if let Err(error) = files.remove(org, item).await {
                tracing::warn!(%org, %item, %error, "a file of an import that failed could not be removed");
            }
        }
    }
}

fn here_already(name: &str) -> Error {
    refused(format!("{name} is here already: the same client, or part of its records, was imported before."))
}

fn other_framework(name: &str) -> Error {
    refused(format!(
        "The client follows {name}, which is published here with other content. A published version never changes: \
         give one of the two a version of its own."
    ))
}

/// Reads and checks all of a file.
fn unpack(service: &Service, path: &Path, known: Vec<Citation>) -> Result<Unpacked, Error> {
    let mut archive = Archive::open(path)?;
    let org = &archive.manifest.organization.id;
    let org: OrgId = org.parse().map_err(|_| refused("The manifest names no organization."))?;
    let People { people, members } = archive.json(PEOPLE)?;
    if people.iter().any(|person| person.name.is_empty() || person.name.contains('\0')) {
        return Err(refused("The file names somebody without a name."));
    }
    if !people.iter().filter_map(|person| person.mark.as_deref()).all(is_hash) {
        return Err(refused("The file knows somebody by a mark that is none."));
    }
    let cited: Vec<CitedSource> = archive.json(CITATIONS)?;
    let citations: Vec<Citation> = cited.into_iter().map(Citation::from).collect();
    let all = Citations::new(known.into_iter().chain(citations.iter().cloned()).collect());
    let mut frameworks = Vec::new();
    for name in archive.names("frameworks/") {
        let text =
            String::from_utf8(archive.read(&name)?).map_err(|_| refused(format!("{name} is no text.")))?;
        let framework = Framework::read(&text, service.kinds(), &all).map_err(|errors| {
            let first = errors.0.first().map(ToString::to_string).unwrap_or_default();
            refused(format!("A framework of the file is not understood here: {first}."))
        })?;
        frameworks.push(framework);
    }
    let mut tables = BTreeMap::new();
    let version = archive.manifest.version;
    let later = |table: &str| LATER.iter().any(|(later, first)| *later == table && version < *first);
    for table in EXPORTED.iter().filter(|table| !later(table)) {
        tables.insert((*table).to_owned(), archive.json::<Rows>(&table_entry(table))?);
    }
    if archive.names("tables/").len() != tables.len() {
        return Err(refused("The file holds a table that this program does not know."));
    }
    chained(&tables, org)?;
    let mut files = BTreeMap::new();
    for name in archive.names("files/") {
        let (item, sha256) = file_entry(&name)?;
        let content = archive.read(&name)?;
        if hash_of_bytes(&content) != sha256 {
            return Err(refused(format!("{name} is not the file that it is named after.")));
        }
        let bytes = u64::try_from(content.len()).unwrap_or(u64::MAX);
        files.insert((item, sha256), FoundFile { kind: sniff(&content).ok(), bytes });
    }
    let logo = if archive.names(LOGO).is_empty() {
        None
    } else {
        Some(crate::logo::made_anew(&archive.read(LOGO)?).map_err(refused)?)
    };
    let gone = archive.manifest.missing.iter().map(|file| (file.evidence, file.sha256.clone())).collect();
    let told = proven(&mut tables, "evidence", "id", &files, &gone)?;
    proven(&mut tables, "evidence_revisions", "evidence_id", &files, &gone)?;
    let rows = ClientRows { tables, people, members };
    Ok(Unpacked { archive, org, rows, frameworks, citations, files, told, logo })
}

/// Each snapshot is what its hash says, and follows the one before it.
fn chained(tables: &BTreeMap<String, Rows>, org: OrgId) -> Result<(), Error> {
    let Some(table) = tables.get("snapshots") else { return Ok(()) };
    let place = |name: &str| table.columns.iter().position(|column| column == name);
    let [Some(number), Some(sha256), Some(previous), Some(file)] =
        ["number", "sha256", "previous", "file"].map(place)
    else {
        return Err(refused("The snapshots of the file have other columns than this program knows."));
    };
    let mut before: Option<String> = None;
    for (row, expected) in table.rows.iter().zip(1_i64..) {
        let bad = |why: &str| refused(format!("Snapshot {expected} of the file {why}."));
        let (Some(Cell::Number(number)), Some(Cell::Text(sha256)), Some(Cell::Text(file))) =
            (row.get(number), row.get(sha256), row.get(file))
        else {
            return Err(bad("is not understood"));
        };
        let (document, hash) = crate::snapshot::read(file.as_bytes())
            .map_err(|error| bad(&format!("is not what was signed: {error}")))?;
        let kept = match row.get(previous) {
            Some(Cell::Text(previous)) => Some(previous.clone()),
            _ => None,
        };
        if *number != expected || document.number != expected || *sha256 != hash {
            return Err(bad("is not the one that its place in the chain names"));
        }
        if kept != before || document.previous != before {
            return Err(bad("does not follow the one before it"));
        }
        if document.organization.id != org.to_string() {
            return Err(bad("is of another organization"));
        }
        before = Some(hash);
    }
    Ok(())
}
