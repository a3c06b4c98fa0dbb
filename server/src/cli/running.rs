//! What `rung serve` and `rung worker` have in common: the database, what health checks may do, the log, and the end.

use std::io::IsTerminal as _;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::{ArgAction, Args, ValueEnum};
use probe::{AllowList, MailAddress, SmtpUrl};
use service::check::FeedConfig;
use service::record::Retention;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

use super::place::EvidencePlace;
use super::{Database, receiver};
use crate::config::{KeyBefore, MailConfig, OldKeys, ProbeConfig, PublicUrl, SecretConfig, WorkerConfig};

/// What a process that goes on can be told.
#[derive(Debug, Args)]
pub(super) struct Running {
    #[command(flatten)]
    database: Database,
    /// Networks, beyond public addresses, that health checks may connect to, for example `10.1.0.0/16,fd00:1::/32`
    #[arg(
        long,
        env = "RUNG_PROBE_ALLOW",
        value_name = "CIDRS",
        default_value = "",
        hide_default_value = true
    )]
    probe_allow: AllowList,
    #[command(flatten)]
    receiver: receiver::Receiving,
    /// The key by which secrets are kept: 32 bytes in base64. Without it, an SQLite database has one in a
    /// file beside it
    #[arg(long, env = "RUNG_SECRET_KEY", value_name = "KEY", hide_env_values = true)]
    secret_key: Option<String>,
    /// The file that holds the key, where none is given; it is made when it is missing and nothing is sealed yet. On
    /// PostgreSQL all servers must read the same
    #[arg(long, env = "RUNG_SECRET_KEY_FILE", value_name = "FILE")]
    secret_key_file: Option<PathBuf>,
    /// Keys before the one in use, with commas between: what they sealed is read, and sealed anew when the server starts
    #[arg(
        long,
        env = "RUNG_SECRET_KEY_OLD",
        value_name = "KEYS",
        default_value = "",
        hide_default_value = true,
        hide_env_values = true
    )]
    secret_key_old: OldKeys,
    /// The key that sealed the secrets of this database is lost: start all the same, so that they can be entered again
    #[arg(long, env = "RUNG_SECRET_KEY_LOST", action = ArgAction::SetTrue, value_parser = switch)]
    secret_key_lost: bool,
    #[command(flatten)]
    evidence: EvidencePlace,
    /// The address that browsers use, where it is another one, for example `https://rung.example.org` behind a proxy
    #[arg(long, env = "RUNG_PUBLIC_URL", value_name = "URL")]
    public_url: Option<PublicUrl>,
    /// The mail server for alerts: `smtps://user:password@host`, `smtp://…` for STARTTLS, `smtp://host?tls=none` for a
    /// relay nearby
    #[arg(long, env = "RUNG_SMTP_URL", value_name = "URL", hide_env_values = true, requires = "mail_from")]
    smtp_url: Option<SmtpUrl>,
    /// Whose name alerts are in, for example `Rung <rung@clinic.example>`
    #[arg(long, env = "RUNG_MAIL_FROM", value_name = "ADDRESS")]
    mail_from: Option<MailAddress>,
    /// Reports that one feed may send in a minute, at any pace within it
    #[arg(long, env = "RUNG_HEARTBEAT_LIMIT", value_name = "COUNT", default_value_t = FeedConfig::default().reports_per_minute,
        value_parser = clap::value_parser!(u32).range(1..=60_000_000))]
    heartbeat_limit: u32,
    /// The folder of this machine in which each organization has one of its own, named by its identifier, that
    /// `file.freshness` may list
    #[arg(long, env = "RUNG_FEED_ROOT", value_name = "FOLDER")]
    feed_root: Option<PathBuf>,
    #[command(flatten)]
    keep: Keep,
    /// What to log, for example `info` or `warn,server=debug`
    #[arg(
        long,
        env = "RUNG_LOG",
        value_name = "FILTER",
        default_value = "info,sqlx=warn,tower_sessions=error"
    )]
    log: String,
    /// How to log
    #[arg(long, env = "RUNG_LOG_FORMAT", value_enum, value_name = "FORMAT", default_value_t)]
    log_format: LogFormat,
}

/// How long the history of health checks is kept.
#[derive(Debug, Args)]
struct Keep {
    /// Days that each run of a health check is kept with all it saw
    #[arg(long = "keep-runs", env = "RUNG_KEEP_RUNS", value_name = "DAYS", default_value_t = 30,
        value_parser = clap::value_parser!(u32).range(1..=3650))]
    runs: u32,
    /// Days that the hourly sums of runs are kept
    #[arg(long = "keep-hours", env = "RUNG_KEEP_HOURS", value_name = "DAYS", default_value_t = 90,
        value_parser = clap::value_parser!(u32).range(8..=3650))]
    hours: u32,
    /// Days that the daily sums of runs, and outages, are kept
    #[arg(long = "keep-days", env = "RUNG_KEEP_DAYS", value_name = "DAYS", default_value_t = 1825,
        value_parser = clap::value_parser!(u32).range(100..=36500))]
    days: u32,
}

/// How a log line looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line, for machines.
    Json,
}

impl Running {
    pub(super) fn start_logging(&self) -> anyhow::Result<()> {
        let filter =
            EnvFilter::try_new(&self.log).with_context(|| format!("--log {:?} is not a filter", self.log))?;
        let colours = std::io::stderr().is_terminal();
        let lines =
            tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colours);
        let started = match self.log_format {
            LogFormat::Text => lines.compact().with_target(false).try_init(),
            LogFormat::Json => lines.json().flatten_event(true).try_init(),
        };
        started.map_err(|error| anyhow::anyhow!("logging could not start: {error}"))
    }

    pub(super) fn config(self) -> anyhow::Result<WorkerConfig> {
        let database = self.database.config();
        let evidence = self.evidence.config(&database)?;
        let before = if self.secret_key_lost { KeyBefore::Lost } else { KeyBefore::Kept };
        let secrets = SecretConfig::chosen(
            &database,
            self.secret_key,
            self.secret_key_file,
            self.secret_key_old,
            before,
        );
        let Keep { runs, hours, days } = self.keep;
        Ok(WorkerConfig {
            database,
            evidence,
            probes: ProbeConfig {
                allow: self.probe_allow,
                receiver: self.receiver.config(),
                feeds: FeedConfig { reports_per_minute: self.heartbeat_limit, root: self.feed_root },
                ..ProbeConfig::default()
            },
            secrets,
            mail: self.smtp_url.zip(self.mail_from).map(|(server, from)| MailConfig { server, from }),
            public_url: self.public_url,
            keep: Retention { runs_days: runs, hours_days: hours, days_days: days },
        })
    }
}

/// Completes on SIGINT or SIGTERM.
pub(super) fn asked_to_stop() -> anyhow::Result<impl Future<Output = ()> + Send + 'static> {
    let mut interrupt = signal(SignalKind::interrupt()).context("SIGINT cannot be received")?;
    let mut terminate = signal(SignalKind::terminate()).context("SIGTERM cannot be received")?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// A switch as a variable of the environment turns it; empty is off. Any other word is a mistake: the demonstration is
/// not for an installation that meant to do without.
pub(super) fn switch(text: &str) -> Result<bool, &'static str> {
    match text.trim().to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" | "t" | "y" => Ok(true),
        "" | "0" | "false" | "no" | "off" | "f" | "n" => Ok(false),
        _ => Err("write true or false"),
    }
}

#[cfg(test)]
mod tests {
    use super::switch;

    #[test]
    fn a_variable_turns_a_switch_by_a_word_that_says_so() {
        for on in ["1", "true", "Yes", " on "] {
            assert_eq!(switch(on), Ok(true), "{on}");
        }
        for off in ["", "0", "false", "No", "off"] {
            assert_eq!(switch(off), Ok(false), "{off}");
        }
        for neither in ["disabled", "maybe", "2"] {
            assert!(switch(neither).is_err(), "{neither}");
        }
    }
}
