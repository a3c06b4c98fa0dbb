//! How the scheduler does, for whoever administers the installation.

use store::UnixMillis;
use store::record::{ScheduleFigures, WorkerState};

use crate::{Actor, Error, Service};

/// A worker that said nothing for so long has ended without signing off.
const SILENT_MS: i64 = 5 * 60 * 1000;

/// The workers and the schedule, over all organizations: counts and times, nothing of what is theirs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchedulerStatus {
    pub at: UnixMillis,
    /// The longest running first.
    pub workers: Vec<WorkerState>,
    pub figures: ScheduleFigures,
}

impl SchedulerStatus {
    /// Milliseconds that the check due longest has been waiting for a worker; 0 when none waits.
    pub fn behind_ms(&self) -> i64 {
        self.figures.next_due_at.map_or(0, |due| (self.at.0 - due.0).max(0))
    }
}

impl Service {
    /// For administrators; for everybody else there is no such thing.
    pub async fn scheduler_status(&self, actor: &Actor) -> Result<SchedulerStatus, Error> {
        if !actor.is_admin() {
            return Err(Error::NotFound("The page"));
        }
        let at = UnixMillis::now();
        Ok(SchedulerStatus {
            at,
            workers: self.store().workers(UnixMillis(at.0 - SILENT_MS)).await?,
            figures: self.store().schedule_figures(at).await?,
        })
    }
}
