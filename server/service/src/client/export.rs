//! A client into a file, written while it is read: no more than a piece of it is in memory, but the records.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::json;
use store::client::{Cell, LeavingClient, Rows};
use store::record::{EvidenceBody, Logo, Organization};
use store::{EvidenceId, OrgId, UnixMillis};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::{
    CITATIONS, CitedSource, Entry, FORMAT, LOGO, MANIFEST, Manifest, MissingFile, Named, PEOPLE, People,
    VERSION, mark, table_entry,
};
use crate::service::{audit, hash_of_bytes, org_audit};
use crate::{Actor, Error, Permission, Service};

/// Bytes handed on at a time, and how many such pieces may wait.
const PIECE: usize = 64 << 10;
const WAITING: usize = 8;

/// A file that is being written.
pub struct ClientFile {
    /// What to call it on a disk.
    pub name: String,
    /// Its content, piece by piece. An error is the last thing that comes: what came before is no file.
    pub pieces: Receiver<io::Result<Vec<u8>>>,
}

impl Service {
    /// The organization as a file; only an owner may take it along.
    pub async fn export_client(&self, actor: &Actor, org: OrgId) -> Result<ClientFile, Error> {
        self.authorize(actor, org, Permission::Own, "The organization").await?;
        let organization =
            self.store().organization(org).await?.ok_or(Error::NotFound("The organization"))?;
        let details = json!({ "slug": organization.slug });
        self.store().record_audit(org_audit(actor, org, "client.exported", org, details)).await?;
        self.written_client(organization).await
    }

    /// The same from the command line, where the operator's hold on the machine is the authority.
    pub async fn export_client_as_operator(&self, slug: &str) -> Result<ClientFile, Error> {
        let organization = self.store().organization_by_slug(slug).await?;
        let organization = organization.ok_or(Error::NotFound("The organization"))?;
        let entry = audit(None, "client.exported", organization.id, json!({ "slug": organization.slug }));
        let entry = store::record::Audit { org: Some(organization.id), ..entry };
        self.store().record_audit(entry).await?;
        self.written_client(organization).await
    }

    async fn written_client(&self, organization: Organization) -> Result<ClientFile, Error> {
        // Runs travel as days, and as hours where these are not over; nobody may have gathered the latest: the server may
        // have been stopped for long.
        self.store().gather_days(UnixMillis::now()).await?;
        let leaving = self.store().client_rows(organization.id).await?;
        let mut leaving = leaving.ok_or(Error::NotFound("The organization"))?;
        for person in &mut leaving.rows.people {
            if let Some(address) = leaving.addresses.get(&person.id) {
                person.mark = Some(mark(organization.id, address));
            }
        }
        let mut frameworks = Vec::new();
        for id in &leaving.frameworks {
            frameworks.push(self.prepared(*id).await?.framework.write());
        }
        let logo = self.store().logo(organization.id).await?;
        let citations = self.store().citations().await?.into_iter().map(CitedSource::from).collect();
        let name = format!("{}-{}.rung.zip", organization.slug, UnixMillis::now().date());
        let (sender, pieces) = channel(WAITING);
        let work = Work { service: self.clone(), organization, leaving, frameworks, citations, logo };
        let runtime = tokio::runtime::Handle::current();
        tokio::task::spawn_blocking(move || {
            let failed = sender.clone();
            if let Err(error) = work.write(sender, &runtime) {
                tracing::error!(%error, "a client's file could not be written to its end");
                // Whoever went away needs no answer.
                let _ = failed.blocking_send(Err(error));
            }
        });
        Ok(ClientFile { name, pieces })
    }
}

struct Work {
    service: Service,
    organization: Organization,
    leaving: LeavingClient,
    frameworks: Vec<String>,
    citations: Vec<CitedSource>,
    logo: Option<Logo>,
}

impl Work {
    fn write(self, sender: Sender<io::Result<Vec<u8>>>, runtime: &tokio::runtime::Handle) -> io::Result<()> {
        let mut file = Packing::new(Pipe { sender, piece: Vec::with_capacity(PIECE) });
        let rows = self.leaving.rows;
        file.json(PEOPLE, &People { people: rows.people, members: rows.members })?;
        file.json(CITATIONS, &self.citations)?;
        for (text, number) in self.frameworks.iter().zip(1..) {
            file.add(&format!("frameworks/{number}.toml"), text.as_bytes())?;
        }
        if let Some(logo) = &self.logo {
            file.add(LOGO, &logo.png)?;
        }
        for (name, table) in &rows.tables {
            file.json(&table_entry(name), table)?;
        }
        let org = self.organization.id;
        let mut missing = Vec::new();
        for ((evidence, sha256), needed) in files_of(&rows.tables)? {
            let found = match self.service.files() {
                Some(files) => {
                    runtime.block_on(files.read_whole(org, evidence, &sha256)).map_err(io::Error::other)?
                }
                None if needed => {
                    let words = "nobody said where the files of evidence are: see RUNG_EVIDENCE_URL";
                    return Err(io::Error::other(words));
                }
                None => None,
            };
            match found {
                Some(content) if hash_of_bytes(&content) == sha256 => {
                    file.add(&format!("files/{evidence}/{sha256}"), &content)?;
                }
                // Of what was replaced or removed, the file may be gone.
                _ if !needed => {}
                // Gone, or not what was attached. The client travels all the same, and says so.
                _ => {
                    tracing::warn!(%org, %evidence, "the file of an item of evidence is missing; its client leaves without");
                    missing.push(MissingFile { evidence, sha256 });
                }
            }
        }
        file.finish(&self.organization, missing)
    }
}

/// Every file that the records name, and whether it has to be there: the present ones have.
fn files_of(tables: &BTreeMap<String, Rows>) -> io::Result<BTreeMap<(EvidenceId, String), bool>> {
    let mut files = BTreeMap::new();
    for (table, id, needed) in [("evidence_revisions", "evidence_id", false), ("evidence", "id", true)] {
        for (id, body) in super::bodies::bodies(tables, table, id) {
            let (id, body) = (id.parse().map_err(io::Error::other)?, serde_json::from_str(body)?);
            if let EvidenceBody::File(file) = body {
                files.insert((id, file.sha256), needed);
            }
        }
    }
    // A snapshot names the files that were there when it was made.
    for row in tables.get("snapshots").map(|table| table.rows.as_slice()).unwrap_or_default() {
        for cell in row {
            let Cell::Text(text) = cell else { continue };
            let Ok((document, _)) = crate::snapshot::read(text.as_bytes()) else { continue };
            for item in document.input.evidence {
                if let (EvidenceBody::File(file), Ok(id)) = (item.body, item.id.parse()) {
                    files.entry((id, file.sha256)).or_insert(false);
                }
            }
        }
    }
    Ok(files)
}

/// A zip under way, and what its manifest will say.
struct Packing {
    zip: ZipWriter<StreamWriter<Pipe>>,
    entries: Vec<Entry>,
}

impl Packing {
    fn new(pipe: Pipe) -> Self {
        Self { zip: ZipWriter::new_stream(pipe), entries: Vec::new() }
    }

    fn json(&mut self, name: &str, value: &impl Serialize) -> io::Result<()> {
        let text = serde_json_canonicalizer::to_string(value).map_err(io::Error::other)?;
        self.add(name, text.as_bytes())
    }

    fn add(&mut self, name: &str, content: &[u8]) -> io::Result<()> {
        self.put(name, content)?;
        let bytes = u64::try_from(content.len()).map_err(io::Error::other)?;
        self.entries.push(Entry { name: name.to_owned(), bytes, sha256: hash_of_bytes(content) });
        Ok(())
    }

    fn put(&mut self, name: &str, content: &[u8]) -> io::Result<()> {
        // Without the time of day, the same records make the same bytes.
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::default());
        self.zip.start_file(name, options).map_err(io::Error::other)?;
        self.zip.write_all(content)
    }

    fn finish(mut self, organization: &Organization, missing: Vec<MissingFile>) -> io::Result<()> {
        let manifest = Manifest {
            format: FORMAT.to_owned(),
            version: VERSION,
            made_by: format!("Rung {}", env!("CARGO_PKG_VERSION")),
            made_at: UnixMillis::now().timestamp().to_string(),
            organization: Named {
                id: organization.id.to_string(),
                slug: organization.slug.clone(),
                name: organization.name.clone(),
            },
            entries: std::mem::take(&mut self.entries),
            missing,
        };
        let text = serde_json_canonicalizer::to_string(&manifest).map_err(io::Error::other)?;
        self.put(MANIFEST, text.as_bytes())?;
        self.zip.finish().map_err(io::Error::other)?.into_inner().finish()
    }
}

/// The writing end of a file that somebody else reads.
struct Pipe {
    sender: Sender<io::Result<Vec<u8>>>,
    piece: Vec<u8>,
}

impl Pipe {
    fn send(&mut self) -> io::Result<()> {
        let piece = std::mem::replace(&mut self.piece, Vec::with_capacity(PIECE));
        // The reader went away: nobody wants the rest.
        self.sender.blocking_send(Ok(piece)).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }

    fn finish(mut self) -> io::Result<()> {
        if self.piece.is_empty() { Ok(()) } else { self.send() }
    }
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.piece.extend_from_slice(bytes);
        if self.piece.len() >= PIECE {
            self.send()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
