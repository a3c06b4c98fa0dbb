//! `rung client export` and `rung client import`: one organization as a file, complete.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Subcommand;
use tokio::fs::OpenOptions;
use tokio::io::AsyncWriteExt as _;

use super::Database;
use super::account::explained;
use super::place::EvidencePlace;

/// What can be done with one client.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Write an organization with all its records and files into a file; secrets and accounts stay
    Export {
        #[command(flatten)]
        database: Database,
        #[command(flatten)]
        evidence: EvidencePlace,
        /// The organization as its address names it: `/orgs/SLUG`
        slug: String,
        /// The file to write; one that exists is not overwritten
        file: PathBuf,
    },
    /// Bring an organization from such a file into this installation, all of it or nothing
    Import {
        #[command(flatten)]
        database: Database,
        #[command(flatten)]
        evidence: EvidencePlace,
        /// The account that owns the organization from now on
        #[arg(long, value_name = "EMAIL")]
        owner: String,
        /// The file that `rung client export` or the page of members wrote
        file: PathBuf,
    },
}

impl Command {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Export { database, evidence, slug, file } => {
                anyhow::ensure!(!file.exists(), "{}: it exists already; name another file", file.display());
                database.must_exist()?;
                let service = database.service_with(evidence).await?;
                let client = service.export_client_as_operator(&slug).await.map_err(explained)?;
                let written = write(&file, client.pieces).await;
                if written.is_err() {
                    // Half a file is worse than none.
                    let _ = tokio::fs::remove_file(part_of(&file)).await;
                }
                let bytes = written.with_context(|| file.display().to_string())?;
                println!("Wrote {} ({bytes} bytes).", file.display());
            }
            Self::Import { database, evidence, owner, file } => {
                let service = database.service_with(evidence).await?;
                let done = service.import_client_as_operator(&file, &owner).await;
                let done = done.map_err(explained).with_context(|| file.display().to_string())?;
                println!("Imported {} as /orgs/{}, owned by {owner}.", done.name, done.slug);
                println!(
                    "Records: {}. Files of evidence: {}. Snapshots, verified with their chain: {}.",
                    done.rows, done.files, done.snapshots
                );
                if !done.missing_files.is_empty() {
                    println!("Evidence whose file was missing already where it comes from:");
                    for title in &done.missing_files {
                        println!("  {title}");
                    }
                }
                if !done.untaken_files.is_empty() {
                    println!(
                        "Evidence whose file would not be taken here. It is kept, and handed out as .bin:"
                    );
                    for title in &done.untaken_files {
                        println!("  {title}");
                    }
                }
                for framework in &done.frameworks {
                    println!("{framework} was added to the frameworks.");
                }
                if !done.members.is_empty() {
                    println!("Members where it comes from, who have no access here until they are invited:");
                    for (name, role) in &done.members {
                        println!("  {name}, {role}");
                    }
                }
                println!("{}", done.same_people());
                println!("Checks that had secrets are paused until somebody enters them again.");
            }
        }
        Ok(())
    }
}

/// Where the file lies until it is whole.
fn part_of(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".part");
    PathBuf::from(name)
}

async fn write(
    file: &Path,
    mut pieces: tokio::sync::mpsc::Receiver<std::io::Result<Vec<u8>>>,
) -> anyhow::Result<u64> {
    let part = part_of(file);
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    // What is in it is the client's and nobody else's.
    #[cfg(unix)]
    options.mode(0o600);
    let mut out = options.open(&part).await?;
    let mut bytes = 0;
    while let Some(piece) = pieces.recv().await {
        let piece = piece?;
        out.write_all(&piece).await?;
        bytes += u64::try_from(piece.len())?;
    }
    out.sync_all().await?;
    tokio::fs::rename(&part, file).await?;
    Ok(bytes)
}
