//! `rung backup` and `rung restore`: a whole installation on SQLite, in one file.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use service::backup::{BackedUp, Places, back_up, restore};

use super::Database;
use super::account::explained;
use super::place::EvidencePlace;
use crate::config::EvidenceConfig;

/// Where from, where to.
#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    database: Database,
    #[command(flatten)]
    evidence: EvidencePlace,
    /// The file that holds the copy
    file: PathBuf,
}

/// The folder of evidence, where there is one.
fn folder(evidence: &EvidenceConfig) -> Option<PathBuf> {
    match evidence {
        EvidenceConfig::Folder(folder) => Some(folder.clone()),
        EvidenceConfig::Bucket(_) | EvidenceConfig::Nowhere => None,
    }
}

impl Options {
    pub(super) async fn back_up(self) -> anyhow::Result<()> {
        let config = self.database.config();
        self.database.must_exist()?;
        let evidence = self.evidence.config(&config)?;
        let store = self.database.open().await?;
        let done = back_up(&store, &self.file, folder(&evidence).as_deref()).await;
        store.close().await;
        let BackedUp { schema, files, .. } =
            done.map_err(explained).with_context(|| self.file.display().to_string())?;
        println!(
            "Wrote {}: the database (schema {schema}, checked). Files of evidence: {files}.",
            self.file.display()
        );
        if matches!(evidence, EvidenceConfig::Bucket(_)) {
            println!(
                "The evidence lies in a bucket and is not in it: back that up with the tools of its store."
            );
        }
        println!(
            "The key of secrets (rung.key, or RUNG_SECRET_KEY) is not in it: keep it apart, and keep it."
        );
        Ok(())
    }

    pub(super) async fn restore(self) -> anyhow::Result<()> {
        let config = self.database.config();
        let Some(database) = config.sqlite_file().map(Path::to_owned) else {
            anyhow::bail!("this is for SQLite; restore PostgreSQL with its own pg_restore");
        };
        let evidence = folder(&self.evidence.config(&config)?);
        let to = Places { database, evidence };
        let done = restore(&self.file, &to).await.map_err(explained);
        let BackedUp { made_at, schema, files } = done.with_context(|| self.file.display().to_string())?;
        println!(
            "Restored {} as of {made_at} (schema {schema}, checked). Files of evidence: {files}.",
            to.database.display()
        );
        println!("Put the key of secrets where it was before you start the server.");
        Ok(())
    }
}
