//! Where notifications to health checks arrive.

use std::net::SocketAddr;

use clap::Args;

use crate::config::ReceiverConfig;

/// What commands that run checks can be told of it.
#[derive(Debug, Args)]
pub(super) struct Receiving {
    /// Where to take notifications of FHIR servers, for example `0.0.0.0:8090`; without it, checks that wait for them
    /// come to no conclusion
    #[arg(long, env = "RUNG_RECEIVER_LISTEN", value_name = "ADDR")]
    receiver_listen: Option<SocketAddr>,
    /// The address by which servers reach it, for example `https://rung.example.org/notify` behind a proxy
    #[arg(long, env = "RUNG_RECEIVER_URL", value_name = "URL", requires = "receiver_listen")]
    receiver_url: Option<String>,
}

impl Receiving {
    pub(super) fn config(self) -> Option<ReceiverConfig> {
        let url = self.receiver_url;
        self.receiver_listen.map(|addr| ReceiverConfig { addr, url })
    }
}
