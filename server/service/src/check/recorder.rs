//! Keeps the runs that a worker brings back, many in one transaction, and has the findings that they touch brought up
//! to date.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use domain::check::Status;
use domain::incident::History;
use store::StoreError;
use store::record::{Check, Completion, Ended, Recorded, Run};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::{Error, Service};

/// The most runs in one transaction.
const BATCH: usize = 256;
/// Runs that wait to be kept; probes beyond wait with them.
pub(super) const WAITING: usize = 1024;
/// How long runs are gathered before they are kept together.
const GATHER: Duration = Duration::from_millis(50);
/// The waits before a batch is tried again that the database did not take.
const AGAIN: [Duration; 3] = [Duration::from_millis(200), Duration::from_secs(1), Duration::from_secs(4)];

/// A run that was due and has ended.
pub(super) struct Due {
    pub(super) check: Check,
    pub(super) ended: Ended,
    pub(super) completion: Completion,
}

/// Keeps what comes until nobody is left who sends, counting in `recorded`.
pub(super) async fn record_all(service: Service, mut inbox: mpsc::Receiver<Due>, recorded: Arc<AtomicI64>) {
    let mut batch = Vec::with_capacity(BATCH);
    while inbox.recv_many(&mut batch, BATCH).await > 0 {
        if batch.len() < BATCH {
            tokio::time::sleep(GATHER).await;
            while batch.len() < BATCH
                && let Ok(more) = inbox.try_recv()
            {
                batch.push(more);
            }
        }
        service.keep(std::mem::take(&mut batch), &recorded).await;
    }
}

impl Service {
    async fn keep(&self, mut batch: Vec<Due>, recorded: &AtomicI64) {
        batch.sort_by_key(|due| due.check.id);
        let (checks, ended): (Vec<_>, Vec<_>) =
            batch.into_iter().map(|due| (due.check, (due.ended, due.completion))).unzip();
        let ended: Arc<[(Ended, Completion)]> = ended.into();
        let mut kept = self.store().complete_runs(Arc::clone(&ended)).await;
        for wait in AGAIN {
            // What one of them refers to is gone: waiting brings nothing back.
            if matches!(kept, Ok(_) | Err(StoreError::NotFound { .. })) {
                break;
            }
            tokio::time::sleep(wait).await;
            kept = self.store().complete_runs(Arc::clone(&ended)).await;
        }
        match kept {
            Ok(done) => self.follow(&checks, &ended, &done, recorded).await,
            Err(error) if ended.len() == 1 => given_up(&checks[0], &error.into()),
            Err(_) => {
                // One of them may be what the database does not take.
                for (check, one) in checks.iter().zip(ended.iter()) {
                    match self.store().complete_runs(Arc::from([one.clone()])).await {
                        Ok(done) => {
                            let (check, one) = (std::slice::from_ref(check), std::slice::from_ref(one));
                            self.follow(check, one, &done, recorded).await;
                        }
                        Err(error) => given_up(check, &error.into()),
                    }
                }
            }
        }
    }

    async fn follow(
        &self,
        checks: &[Check],
        ended: &[(Ended, Completion)],
        done: &[Recorded],
        recorded: &AtomicI64,
    ) {
        // Together, so that what they keep shares transactions.
        let mut watching = JoinSet::new();
        for ((check, (ended, _)), done) in checks.iter().zip(ended).zip(done) {
            match done {
                Recorded::Stored { repeats } => {
                    recorded.fetch_add(1, Ordering::Relaxed);
                    if may_move_incidents(&ended.run, *repeats) {
                        let (service, check, run) = (self.clone(), check.clone(), ended.run.clone());
                        watching.spawn(async move {
                            if let Err(error) = service.watch_run(&check, &run).await {
                                tracing::error!(check = %check.id, ?error, "a run was not held against incidents");
                            }
                        });
                    }
                    if self.moves_findings(check, &ended.judged, *done) {
                        self.touch_organization(check.org);
                    }
                }
                Recorded::Duplicate => {}
                Recorded::Superseded => {
                    tracing::debug!(check = %check.id, "a run ended after its lease; it is not kept");
                }
            }
        }
        while let Some(watched) = watching.join_next().await {
            if let Err(error) = watched {
                tracing::error!(%error, "holding a run against incidents broke off");
            }
        }
    }
}

/// Whether a run may open, continue or close an incident. One that says nothing does not; neither does one that is
/// good like the `repeats` before it, once those are all that a watch remembers. Every so often it is looked at all
/// the same, in case a process was killed between keeping a run and watching it.
fn may_move_incidents(run: &Run, repeats: u32) -> bool {
    match run.status {
        Status::Unknown => false,
        Status::Fail => true,
        Status::Pass | Status::Warn => repeats <= History::RESULTS || repeats.is_multiple_of(16),
    }
}

/// The lease runs out by itself, and the check is claimed again.
fn given_up(check: &Check, error: &Error) {
    tracing::error!(check = %check.id, ?error, "a run could not be kept; the check runs again");
}
