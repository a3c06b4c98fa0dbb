//! `rung framework`: content in and out.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Subcommand;
use domain::FrameworkCode;

use super::account::explained;
use super::{Database, print};

/// What can be done with frameworks.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Import a framework file; a published version never changes
    Import {
        #[command(flatten)]
        database: Database,
        /// The framework as TOML; its errors are told with line and key
        file: PathBuf,
    },
    /// List the frameworks in the database
    List {
        #[command(flatten)]
        database: Database,
    },
    /// Print a framework as a file
    Export {
        #[command(flatten)]
        database: Database,
        /// The framework's code, for example B7
        code: String,
        /// One of its versions, for example 1.0.0
        version: String,
    },
}

impl Command {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Import { database, file } => {
                let source = std::fs::read_to_string(&file).with_context(|| file.display().to_string())?;
                let service = database.service().await?;
                let imported = service.import_framework_as_operator(&source).await;
                let entry = imported.map_err(|error| refused(&file, error))?;
                println!("{} {} is in the database: {} criteria.", entry.code, entry.version, entry.criteria);
            }
            Self::List { database } => {
                let entries = database.service().await?.frameworks().await.map_err(explained)?;
                let lines = entries.iter().map(|entry| {
                    format!("{}\t{}\t{}\t{}", entry.code, entry.version, entry.criteria, entry.title)
                });
                print(&lines.collect::<Vec<_>>().join("\n"))?;
            }
            Self::Export { database, code, version } => {
                let service = database.service().await?;
                let code = FrameworkCode::new(code);
                let framework = service.framework(&code, Some(&version)).await.map_err(explained)?;
                print(framework.write().trim_end())?;
            }
        }
        Ok(())
    }
}

/// Every problem of a file, one a line; each names its line and key already.
fn refused(file: &Path, error: service::Error) -> anyhow::Error {
    match error {
        service::Error::Invalid(problems) => {
            let lines: Vec<String> =
                problems.iter().map(|problem| format!("{}: {}", file.display(), problem.problem)).collect();
            anyhow::anyhow!(lines.join("\n"))
        }
        other => explained(other).context(file.display().to_string()),
    }
}
