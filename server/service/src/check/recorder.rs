//! Keeps the runs that a worker brings back, many in one transaction, and has the findings that they touch brought up
//! to date.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use domain::check::Status;
use domain::incident::History;
use store::StoreError;
use store::record::{Check, Completion, Ended, Recorded};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::lease::{Lease, Leases};
use crate::incident::{Claims, may_deny};
use crate::{Error, Service};

/// The most runs in one transaction.
const BATCH: usize = 256;
/// Runs that wait to be kept; probes beyond wait with them.
pub(super) const WAITING: usize = 1024;
/// How long runs are gathered before they are kept together.
const GATHER: Duration = Duration::from_millis(50);
/// A check that runs no more often than this runs seldom.
const SELDOM_SECONDS: i64 = 900;
/// The waits before a batch is tried again that the database did not take.
const AGAIN: [Duration; 3] = [Duration::from_millis(200), Duration::from_secs(1), Duration::from_secs(4)];

/// A run that was due and has ended.
pub(super) struct Due {
    pub(super) check: Check,
    pub(super) ended: Ended,
    pub(super) completion: Completion,
}

pub(super) struct Recorder {
    service: Service,
    leases: Leases,
    /// Counts the runs that are kept.
    recorded: Arc<AtomicI64>,
}

impl Recorder {
    pub(super) fn new(service: Service, leases: Leases, recorded: Arc<AtomicI64>) -> Self {
        Self { service, leases, recorded }
    }

    /// Keeps what comes until nobody is left who sends.
    pub(super) async fn record_all(self, mut inbox: mpsc::Receiver<Due>) {
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
            self.keep(std::mem::take(&mut batch)).await;
        }
    }

    async fn keep(&self, mut batch: Vec<Due>) {
        batch.sort_by_key(|due| due.check.id);
        let (checks, ended): (Vec<_>, Vec<_>) =
            batch.into_iter().map(|due| (due.check, (due.ended, due.completion))).unzip();
        let ended: Arc<[(Ended, Completion)]> = ended.into();
        let store = self.service.store();
        let mut kept = store.complete_runs(Arc::clone(&ended)).await;
        for wait in AGAIN {
            // What one of them refers to is gone: waiting brings nothing back.
            if matches!(kept, Ok(_) | Err(StoreError::NotFound { .. })) {
                break;
            }
            tokio::time::sleep(wait).await;
            kept = store.complete_runs(Arc::clone(&ended)).await;
        }
        match kept {
            Ok(done) => self.follow(&checks, &ended, &done).await,
            Err(error) if ended.len() == 1 => self.give_up(&checks[0], &ended[0].1, &error.into()).await,
            Err(_) => {
                // One of them may be what the database does not take.
                for (check, one) in checks.iter().zip(ended.iter()) {
                    match store.complete_runs(Arc::from([one.clone()])).await {
                        Ok(done) => {
                            let (check, one) = (std::slice::from_ref(check), std::slice::from_ref(one));
                            self.follow(check, one, &done).await;
                        }
                        Err(error) => self.give_up(check, &one.1, &error.into()).await,
                    }
                }
            }
        }
    }

    /// A run that the database did not take: its check is given back and runs again soon.
    async fn give_up(&self, check: &Check, completion: &Completion, error: &Error) {
        tracing::error!(check = %check.id, ?error, "a run could not be kept; the check runs again");
        self.service.give_up(&self.leases, Lease::completed(check, completion)).await;
    }

    async fn follow(&self, checks: &[Check], ended: &[(Ended, Completion)], done: &[Recorded]) {
        for (check, (_, completion)) in checks.iter().zip(ended) {
            self.leases.end(check.id, completion.epoch);
        }
        // Together, so that what they keep shares transactions, and what they read is read once.
        let mut watching = JoinSet::new();
        let claims = Arc::new(Claims::default());
        for ((check, (ended, _)), done) in checks.iter().zip(ended).zip(done) {
            match done {
                Recorded::Stored { repeats } => {
                    self.recorded.fetch_add(1, Ordering::Relaxed);
                    if may_move_incidents(check, ended, *repeats) {
                        let (service, check) = (self.service.clone(), check.clone());
                        let (run, judged) = (ended.run.clone(), ended.judged.clone());
                        let claims = Arc::clone(&claims);
                        watching.spawn(async move {
                            service.hold_against_incidents(&check, &run, &judged, &claims).await;
                        });
                    }
                    if self.service.moves_findings(check, &ended.judged, *done) {
                        self.service.touch_organization(check.org);
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
///
/// A good run that does not hold for a criterion denies its answer as soon as somebody claims as much: that is weighed
/// when the answer changes (`incident/anew.rs`), and those of a check that runs seldom are all looked at besides. So is one
/// that found the latest report too old for a criterion, and nothing else.
fn may_move_incidents(check: &Check, ended: &Ended, repeats: u32) -> bool {
    let denies = || may_deny(&ended.run) && ended.judged.iter().any(|judged| judged.status == Status::Fail);
    match ended.run.status {
        Status::Unknown => denies(),
        Status::Fail => true,
        Status::Pass | Status::Warn => {
            repeats <= History::RESULTS
                || repeats.is_multiple_of(16)
                || (check.interval_seconds >= SELDOM_SECONDS && denies())
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::check::{Observations, Reach};
    use store::record::{Judged, Origin, Run};
    use store::{CheckId, FrameworkId, IntegrationId, OrgId, RunId, UnixMillis};

    use super::*;

    const DAY: i64 = 86_400;

    fn check(interval_seconds: i64) -> Check {
        Check {
            id: CheckId::new(),
            org: OrgId::new(),
            integration: IntegrationId::new(),
            kind: "recon.claims_clinical".into(),
            parameters: "{}".to_owned(),
            interval_seconds,
            enabled: true,
            created_at: UnixMillis(0),
            next_due_at: UnixMillis(0),
        }
    }

    fn ended((status, reach): (Status, Reach), judged: Status) -> Ended {
        let run = Run {
            id: RunId::new(),
            check: CheckId::new(),
            scheduled_for: None,
            started_at: UnixMillis(0),
            duration_ms: 0,
            status,
            reach,
            warned: false,
            observations: Observations::new(),
            messages: Vec::new(),
            checked: String::new(),
        };
        let judged = Judged {
            framework: FrameworkId::new(),
            binding: "CC-10.2".into(),
            status: judged,
            conditions: Vec::new(),
        };
        Ended {
            run,
            origin: Origin::Made,
            judged: vec![judged],
            latency_ms: None,
            gauge: None,
            fresh_since: UnixMillis(0),
            declared: None,
        }
    }

    #[test]
    fn a_look_that_finds_a_report_too_old_for_a_criterion_may_move_an_incident() {
        let moves = |run, judged| may_move_incidents(&check(DAY), &ended(run, judged), 0);
        let (looked, silent) = ((Status::Unknown, Reach::Answered), (Status::Unknown, Reach::Inconclusive));
        assert!(moves(looked, Status::Fail));
        assert!(!moves(looked, Status::Pass) && !moves(looked, Status::Unknown));
        assert!(!moves(silent, Status::Fail) && !moves(silent, Status::Unknown));
    }

    #[test]
    fn a_good_run_like_many_before_moves_none_unless_it_denies_and_comes_seldom() {
        let good = (Status::Pass, Reach::Answered);
        let moves =
            |interval, judged, repeats| may_move_incidents(&check(interval), &ended(good, judged), repeats);
        assert!(moves(60, Status::Pass, 3) && moves(60, Status::Pass, 32));
        assert!(!moves(60, Status::Fail, 33) && !moves(DAY, Status::Pass, 33));
        assert!(moves(DAY, Status::Fail, 33));
        let bad = ended((Status::Fail, Reach::NoAnswer), Status::Unknown);
        assert!(may_move_incidents(&check(60), &bad, 33));
    }
}
