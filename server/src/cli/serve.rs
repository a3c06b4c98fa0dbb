//! `rung serve`.

use std::net::{IpAddr, SocketAddr};

use clap::{ArgAction, Args};

use super::running::{Running, asked_to_stop, switch};
use crate::config::{Config, Demonstration, ListenConfig, TrustedProxies, Worker, WorkerConfig};
use crate::startup::Application;

/// What `rung serve` can be told.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// Where to listen; port 0 takes any free port
    #[arg(long, env = "RUNG_ADDR", default_value = "127.0.0.1:8080")]
    addr: SocketAddr,
    #[command(flatten)]
    running: Running,
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
    #[arg(long, env = "RUNG_DEMO", action = ArgAction::SetTrue, value_parser = switch)]
    demo: bool,
    /// The loopback address that the demonstration's sandbox listens on
    #[arg(long, env = "RUNG_SANDBOX_ADDRESS", value_name = "IP", default_value = "127.0.0.2")]
    sandbox_address: IpAddr,
    /// Do not run the health checks that are due, and send no alerts
    #[arg(long, env = "RUNG_NO_WORKER", action = ArgAction::SetTrue, value_parser = switch)]
    no_worker: bool,
}

impl Options {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        self.running.start_logging()?;
        let application = Application::build(self.config()?).await?;
        println!("Rung serves http://{}", application.addr());
        application.run_until(asked_to_stop()?).await?;
        Ok(())
    }

    fn config(self) -> anyhow::Result<Config> {
        let WorkerConfig { database, probes, secrets, evidence, mail, public_url, keep } =
            self.running.config()?;
        Ok(Config {
            database,
            listen: ListenConfig { addr: self.addr, public_url, trusted_proxies: self.trusted_proxies },
            probes,
            secrets,
            evidence,
            mail,
            keep,
            worker: if self.no_worker { Worker::Off } else { Worker::On },
            demonstration: if self.demo {
                Demonstration::On(self.sandbox_address)
            } else {
                Demonstration::Off
            },
        })
    }
}
