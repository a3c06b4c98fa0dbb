//! The command line: what people and scripts type. Every option is also a variable `RUNG_*`.
//!
//! Exit codes: 0 done, 1 refused or different, 64 not understood, 74 not written (`sysexits.h`); `rung check` has its own
//! (see [`check`]). A command says what it did on standard output and what went wrong on standard error.

mod account;
mod backup;
mod check;
mod client;
mod figures;
mod framework;
mod place;
mod receiver;
mod reconcile;
mod report;
mod running;
mod score;
mod serve;
mod snapshot;
mod worker;

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Args, Parser, Subcommand};
use service::Service;
use service::alert::AlertConfig;
use store::Store;

use crate::config::{DatabaseConfig, EvidenceConfig, ProbeConfig, SecretConfig};

/// The command line was not understood (`EX_USAGE`).
const NOT_UNDERSTOOD: u8 = 64;

/// What was found could not be written (`EX_IOERR`).
const NOT_WRITTEN: u8 = 74;

/// Rung tells a health-care organization how far its interoperability reaches, and proves it.
#[derive(Debug, Parser)]
#[command(name = "rung", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the web application and its API
    Serve(Box<serve::Options>),
    /// Run the health checks that are due, apart from serving (PostgreSQL)
    Worker(Box<worker::Options>),
    /// Bring the database's schema up to date
    Migrate(Database),
    /// Manage accounts
    #[command(subcommand)]
    User(account::User),
    /// Manage tokens of the API
    #[command(subcommand)]
    Token(account::Token),
    /// Manage frameworks
    #[command(subcommand)]
    Framework(framework::Command),
    /// Take one organization along into another installation
    #[command(subcommand)]
    Client(client::Command),
    /// Write a consistent copy of a live SQLite database with its evidence into one file
    Backup(backup::Options),
    /// Bring such a file back, checked, where nothing is yet
    Restore(backup::Options),
    /// Score the cases of a file and compare them with what it expects
    Score(score::Options),
    /// Run one health check from here
    Check(check::Options),
    /// Reconcile two row-level files, on this machine and without keeping a row
    Reconcile(reconcile::Options),
    /// Check files of what was submitted and signed
    #[command(subcommand)]
    Snapshot(snapshot::Command),
    /// Compute what a health check observes from files that stay on this machine
    Figures(figures::Options),
    /// Print the `OpenAPI` document of the API
    Openapi,
}

/// The database that a command works on.
#[derive(Debug, Args)]
struct Database {
    /// `sqlite://FILE` or `postgres://USER:PASSWORD@HOST/NAME`
    #[arg(long, env = "RUNG_DATABASE_URL", hide_env_values = true, default_value = "sqlite://data/rung.db")]
    database_url: String,
}

impl Database {
    fn config(&self) -> DatabaseConfig {
        DatabaseConfig { url: self.database_url.clone() }
    }

    /// For a command that speaks of what is there: a mistyped address is said, and no new database made beside it.
    fn must_exist(&self) -> anyhow::Result<()> {
        anyhow::ensure!(
            self.config().sqlite_file().is_none_or(Path::exists),
            "there is no database at {}",
            self.database_url
        );
        Ok(())
    }

    async fn open(&self) -> anyhow::Result<Store> {
        Ok(Store::connect(&self.database_url).await?)
    }

    /// The use cases, for a command that works beside a running server and needs no secret of a check.
    async fn service(&self) -> anyhow::Result<Service> {
        self.service_over(&EvidenceConfig::Nowhere).await
    }

    /// The same, with the files of evidence at hand.
    async fn service_with(&self, evidence: place::EvidencePlace) -> anyhow::Result<Service> {
        self.service_over(&evidence.config(&self.config())?).await
    }

    async fn service_over(&self, evidence: &EvidenceConfig) -> anyhow::Result<Service> {
        let store = self.open().await?;
        crate::startup::prepare_schema(&store).await?;
        let service = crate::startup::service(
            store,
            &ProbeConfig::default(),
            &SecretConfig::unused(),
            "command".to_owned(),
            AlertConfig::default(),
            evidence,
        )?;
        service.bring_content().await?;
        Ok(service)
    }
}

/// Runs the command that the arguments name.
pub async fn run() -> ExitCode {
    match Cli::try_parse() {
        Ok(cli) => cli.command.run().await,
        Err(error) => {
            let code = match error.kind() {
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => ExitCode::SUCCESS,
                _ => ExitCode::from(NOT_UNDERSTOOD),
            };
            // Nothing is left to do when the terminal is gone.
            let _ = error.print();
            code
        }
    }
}

impl Command {
    async fn run(self) -> ExitCode {
        let done = match self {
            Self::Serve(options) => options.run().await,
            Self::Worker(options) => options.run().await,
            Self::Migrate(database) => migrate(&database).await,
            Self::User(command) => command.run().await,
            Self::Token(command) => command.run().await,
            Self::Framework(command) => command.run().await,
            Self::Client(command) => command.run().await,
            Self::Backup(options) => options.back_up().await,
            Self::Restore(options) => options.restore().await,
            Self::Score(options) => return options.run(),
            Self::Check(options) => return options.run().await,
            Self::Snapshot(command) => return command.run(),
            Self::Reconcile(options) => return options.run().await,
            Self::Figures(options) => return options.run().await,
            Self::Openapi => print(crate::api::openapi_json()).map_err(Into::into),
        };
        match done {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("error: {}", told(&error));
                ExitCode::FAILURE
            }
        }
    }
}

/// Prints a document. Whoever reads it may stop early, as `head` does: that is no failure.
fn print(text: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        done => done,
    }
}

/// The end of a command with exit codes of its own whose document could not be printed.
fn not_written(error: &std::io::Error) -> ExitCode {
    eprintln!("error: standard output cannot be written: {error}");
    ExitCode::from(NOT_WRITTEN)
}

/// An error and its causes in one line; a cause that the words before it end with is not told again.
fn told(error: &anyhow::Error) -> String {
    let mut told = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if told.is_empty() {
            told = cause;
        } else if !told.ends_with(&cause) {
            told = format!("{told}: {cause}");
        }
    }
    told
}

async fn migrate(database: &Database) -> anyhow::Result<()> {
    let store = database.open().await?;
    store.migrate().await?;
    println!("The schema is up to date.");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        <Cli as clap::CommandFactory>::command().debug_assert();
    }

    #[test]
    fn an_error_tells_each_cause_once() {
        let cause = std::io::Error::other("the disk is full");
        let file = store::StoreError::File { path: "data/rung.db".into(), source: cause };
        let error = anyhow::Error::from(file).context("the server could not start");
        assert_eq!(told(&error), "the server could not start: data/rung.db: the disk is full");
        assert_eq!(told(&anyhow::anyhow!("refused")), "refused");
    }

    #[test]
    fn every_option_of_serve_is_also_a_variable() {
        let command = <Cli as clap::CommandFactory>::command();
        let serve = command.find_subcommand("serve").unwrap();
        for argument in serve.get_arguments().filter(|argument| argument.get_id() != "help") {
            let name = argument.get_long().unwrap().replace('-', "_").to_uppercase();
            let variable = argument.get_env().map(|name| name.to_string_lossy().into_owned());
            assert_eq!(variable, Some(format!("RUNG_{name}")));
        }
    }
}
