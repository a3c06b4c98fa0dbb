//! `rung serve`.

use std::io::IsTerminal as _;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use anyhow::Context as _;
use clap::builder::FalseyValueParser;
use clap::{ArgAction, Args, ValueEnum};
use probe::{AllowList, MailAddress, SmtpUrl};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

use super::{Database, receiver};
use crate::config::{
    Config, Demonstration, ListenConfig, MailConfig, OldKeys, ProbeConfig, PublicUrl, SecretConfig,
    TrustedProxies, Worker,
};
use crate::startup::Application;

/// What `rung serve` can be told.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// Where to listen; port 0 takes any free port
    #[arg(long, env = "RUNG_ADDR", default_value = "127.0.0.1:8080")]
    addr: SocketAddr,
    #[command(flatten)]
    database: Database,
    /// The address that browsers use, where it is another one, for example `https://rung.example.org` behind a proxy
    #[arg(long, env = "RUNG_PUBLIC_URL", value_name = "URL")]
    public_url: Option<PublicUrl>,
    /// Reverse proxies whose `X-Forwarded-*` or `Forwarded` is believed, as networks, for example `10.0.0.0/8`. Without
    /// any, the headers count for nothing
    #[arg(
        long,
        env = "RUNG_TRUSTED_PROXIES",
        value_name = "CIDRS",
        default_value = "",
        hide_default_value = true
    )]
    trusted_proxies: TrustedProxies,
    /// Offer the demonstration, and a sandbox that its health checks run against
    #[arg(long, env = "RUNG_DEMO", action = ArgAction::SetTrue, value_parser = FalseyValueParser::new())]
    demo: bool,
    /// The loopback address that the demonstration's sandbox listens on
    #[arg(long, env = "RUNG_SANDBOX_ADDRESS", value_name = "IP", default_value = "127.0.0.2")]
    sandbox_address: IpAddr,
    /// Do not run the health checks that are due
    #[arg(long, env = "RUNG_NO_WORKER", action = ArgAction::SetTrue, value_parser = FalseyValueParser::new())]
    no_worker: bool,
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
    /// The key by which secrets of checks are kept: 32 bytes in base64. Without it, an SQLite database has one in a
    /// file beside it
    #[arg(long, env = "RUNG_SECRET_KEY", value_name = "KEY", hide_env_values = true)]
    secret_key: Option<String>,
    /// The file that holds the key, where none is given; it is made when it is missing. On PostgreSQL all servers must
    /// read the same
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
    /// The mail server for alerts: `smtps://user:password@host`, `smtp://…` for STARTTLS, `smtp://host?tls=none` for a
    /// relay nearby
    #[arg(long, env = "RUNG_SMTP_URL", value_name = "URL", hide_env_values = true, requires = "mail_from")]
    smtp_url: Option<SmtpUrl>,
    /// Whose name alerts are in, for example `Rung <rung@clinic.example>`
    #[arg(long, env = "RUNG_MAIL_FROM", value_name = "ADDRESS")]
    mail_from: Option<MailAddress>,
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

/// How a log line looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line, for machines.
    Json,
}

impl Options {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        start_logging(&self.log, self.log_format)?;
        let application = Application::build(self.config()).await?;
        println!("Rung serves http://{}", application.addr());
        application.run_until(asked_to_stop()?).await?;
        Ok(())
    }

    fn config(self) -> Config {
        let database = self.database.config();
        let secrets =
            SecretConfig::chosen(&database, self.secret_key, self.secret_key_file, self.secret_key_old);
        Config {
            database,
            listen: ListenConfig {
                addr: self.addr,
                public_url: self.public_url,
                trusted_proxies: self.trusted_proxies,
            },
            probes: ProbeConfig {
                allow: self.probe_allow,
                receiver: self.receiver.config(),
                ..ProbeConfig::default()
            },
            secrets,
            mail: self.smtp_url.zip(self.mail_from).map(|(server, from)| MailConfig { server, from }),
            worker: if self.no_worker { Worker::Off } else { Worker::On },
            demonstration: if self.demo {
                Demonstration::On(self.sandbox_address)
            } else {
                Demonstration::Off
            },
        }
    }
}

fn start_logging(filter: &str, format: LogFormat) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(filter).with_context(|| format!("--log {filter:?} is not a filter"))?;
    let colours = std::io::stderr().is_terminal();
    let lines =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colours);
    let started = match format {
        LogFormat::Text => lines.compact().with_target(false).try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
    started.map_err(|error| anyhow::anyhow!("logging could not start: {error}"))
}

/// Completes on SIGINT or SIGTERM.
fn asked_to_stop() -> anyhow::Result<impl Future<Output = ()> + Send + 'static> {
    let mut interrupt = signal(SignalKind::interrupt()).context("SIGINT cannot be received")?;
    let mut terminate = signal(SignalKind::terminate()).context("SIGTERM cannot be received")?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}
