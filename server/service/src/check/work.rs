//! The worker: runs what is due. Leases keep two workers apart; a lost one's checks come due again.

use std::sync::Arc;
use std::time::Duration;

use store::UnixMillis;
use store::record::Check;
use tokio::sync::Semaphore;

use crate::{Error, Service};

/// How often the worker looks for due checks.
const TICK: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_hours(1);
/// Checks claimed at a time, and probes under way at a time.
const BATCH: u32 = 32;
const AT_ONCE: usize = 32;
/// Longer than any run.
const LEASE_MS: i64 = 180_000;

impl Service {
    /// Runs due checks until the task is dropped.
    pub async fn work(&self) {
        let places = Arc::new(Semaphore::new(AT_ONCE));
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            if let Err(error) = self.run_due(&places).await {
                tracing::error!(?error, "due checks could not be claimed");
            }
        }
    }

    async fn run_due(&self, places: &Arc<Semaphore>) -> Result<(), Error> {
        loop {
            let free = u32::try_from(places.available_permits()).unwrap_or(BATCH).min(BATCH);
            if free == 0 {
                return Ok(());
            }
            let claimed = self.store().claim_due(self.node(), UnixMillis::now(), LEASE_MS, free).await?;
            if claimed.is_empty() {
                return Ok(());
            }
            for (check, epoch) in claimed {
                let place = Arc::clone(places).acquire_owned().await.expect("the places are never closed");
                let service = self.clone();
                tokio::spawn(async move {
                    service.run_scheduled(&check, epoch).await;
                    drop(place);
                });
            }
        }
    }

    async fn run_scheduled(&self, check: &Check, epoch: i64) {
        if let Err(error) = self.run_and_record(check, Some(check.next_due_at)).await {
            tracing::error!(check = %check.id, ?error, "a scheduled run could not be recorded");
        }
        let next = next_due(check, UnixMillis::now());
        if let Err(error) = self.store().complete(check.id, epoch, next).await {
            tracing::error!(check = %check.id, ?error, "a check's next run could not be scheduled");
        }
    }

    /// Tidies up what has expired, every hour until the task is dropped.
    pub async fn maintain(&self) {
        let mut ticks = tokio::time::interval(HOUR);
        loop {
            ticks.tick().await;
            if let Err(error) = self.store().delete_expired_sessions(UnixMillis::now()).await {
                tracing::error!(?error, "expired sessions could not be deleted");
            }
        }
    }
}

/// The next instant on the check's own grid that lies in the future: missed runs are not made up for.
fn next_due(check: &Check, now: UnixMillis) -> UnixMillis {
    let interval = check.interval_seconds * 1000;
    let missed = (now.0 - check.next_due_at.0).max(0) / interval;
    UnixMillis(check.next_due_at.0 + (missed + 1) * interval)
}

#[cfg(test)]
mod tests {
    use super::*;
    use store::{CheckId, IntegrationId, OrgId};

    #[test]
    fn missed_runs_are_skipped_and_the_grid_is_kept() {
        let check = Check {
            id: CheckId::new(),
            org: OrgId::new(),
            integration: IntegrationId::new(),
            kind: "tls.certificate".into(),
            parameters: "{}".to_owned(),
            interval_seconds: 60,
            enabled: true,
            created_at: UnixMillis(0),
            next_due_at: UnixMillis(60_000),
        };
        assert_eq!(next_due(&check, UnixMillis(61_000)), UnixMillis(120_000));
        assert_eq!(next_due(&check, UnixMillis(200_000)), UnixMillis(240_000));
        assert_eq!(next_due(&check, UnixMillis(10_000)), UnixMillis(120_000));
    }
}
