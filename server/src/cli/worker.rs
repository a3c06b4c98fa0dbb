//! `rung worker`: the health checks alone, beside any number of other processes on one PostgreSQL database.

use clap::Args;

use super::running::{Running, asked_to_stop};

/// What `rung worker` can be told.
#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    running: Running,
}

impl Options {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        self.running.start_logging()?;
        Ok(crate::startup::run_worker(self.running.config()?, asked_to_stop()?).await?)
    }
}
