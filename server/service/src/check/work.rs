//! The worker: claims what is about to be due, runs each check at its instant, has it recorded. Leases keep two
//! workers apart; a lost one's checks come due again.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use domain::check::{Group, LatencySketch};
use store::record::{Check, Claimed, Completion, Retention, Wanted, WorkerState};
use store::{StoreError, UnixMillis};
use tokio::sync::{mpsc, watch};
use tokio::task::{Id, JoinSet};
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::grid;
use super::hand::{Hand, Length, Place, WorkLimits};
use super::lease::{Lease, Leases};
use super::recorder::{self, Due, Recorder};
use super::run::Fault;
use crate::{Error, Service};

/// How often the worker looks for checks that are about to be due, and how far ahead.
const POLL: Duration = Duration::from_millis(250);
const AHEAD_MS: i64 = 750;
/// The most checks claimed at a time.
const BATCH: usize = 256;
/// How long a lease lasts, and how often it is renewed.
const LEASE_MS: i64 = 30_000;
const RENEW: Duration = Duration::from_secs(5);
/// How often the latest lags begin anew.
const LAGS: Duration = Duration::from_mins(1);
/// How long runs under way may take to end once the worker is asked to stop.
const PATIENCE: Duration = Duration::from_secs(8);
/// The longest wait before the worker asks a database again that failed.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
const HOUR: Duration = Duration::from_hours(1);
/// A probe that may take more seconds than these is a long one.
const LONG_SECONDS: u32 = 600;

impl Service {
    /// Runs due checks until `stopping` turns true; then what is under way ends or is given up, and everything else
    /// is given back.
    pub async fn work(&self, stopping: watch::Receiver<bool>) {
        Worker::new(self.clone()).run(stopping).await;
    }

    /// Gives back what a node held that was killed. Only where no other node can be: on SQLite.
    pub async fn take_over(&self) -> Result<(), Error> {
        let held = self.store().release_all_leases().await?;
        if held > 0 {
            tracing::info!(checks = held, "checks that were running when the last process ended run again");
        }
        Ok(())
    }

    /// Tidies up what has expired and gathers the history, every hour until the task is dropped. Each part is tried
    /// again the next time, so that one that fails holds up no other.
    pub async fn maintain(&self, keep: Retention) {
        let mut ticks = interval(HOUR);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let now = UnixMillis::now();
            if let Err(error) = self.store().delete_expired_sessions(now).await {
                tracing::error!(?error, "expired sessions could not be deleted");
            }
            if let Err(error) = self.store().gather_days(now).await {
                tracing::error!(?error, "the runs of past days could not be added up");
            }
            if let Err(error) = self.store().forget(keep, now).await {
                tracing::error!(?error, "old runs could not be forgotten");
            }
            // A feed has few reports on file, and one that reports once a month is known by those of years.
            let before = UnixMillis(now.0 - i64::from(keep.days_days) * 24 * 3600 * 1000);
            if let Err(error) = self.store().forget_feed_reports(before).await {
                tracing::error!(?error, "old reports could not be forgotten");
            }
        }
    }

    /// Runs a check that is due; `None` where it could not be, and it is given back.
    async fn run_due(&self, claimed: Claimed, host: Option<String>, leases: &Leases) -> Option<Due> {
        let lease = Lease::of(&claimed);
        let Claimed { check, epoch, own_failures } = claimed;
        let (ended, fault) = match self.run_to_end(&check, Some(check.next_due_at)).await {
            Ok(ended) => ended,
            Err(error) => {
                tracing::error!(check = %check.id, ?error, "a check that was due could not be run");
                self.give_up(leases, lease).await;
                return None;
            }
        };
        let after = UnixMillis::now().max(check.next_due_at);
        let (own_failures, next_due_at) = match fault {
            Fault::NotOurs => (0, self.next_due(&check, after).await),
            Fault::Ours => {
                let failures = own_failures.saturating_add(1);
                (failures, grid::next_due_after_own(failures, check.id, check.interval_seconds, after))
            }
        };
        let completion = Completion { epoch, next_due_at, own_failures, host };
        Some(Due { check, ended, completion })
    }

    /// The next instant of the check's grid; where a feed turns late or missing before, or a report too old, that one.
    pub(super) async fn next_due(&self, check: &Check, after: UnixMillis) -> UnixMillis {
        let grid = grid::next_due(check.id, check.interval_seconds, after);
        let change = if self.is_feed(check) {
            self.feed_changes_at(check, after).await
        } else {
            self.report_ages_at(check, after).await
        };
        match change {
            // Just after: at the instant itself it is still in time.
            Ok(Some(change)) => grid.min(UnixMillis(change.0 + 1)).max(UnixMillis(after.0 + 1)),
            Ok(None) => grid,
            Err(error) => {
                tracing::error!(check = %check.id, ?error, "when a report turns late or too old could not be read");
                grid
            }
        }
    }

    async fn keep_leases(&self, leases: Leases, state: WorkerState, minute: bool) {
        let (store, now) = (self.store(), state.seen_at);
        let until = UnixMillis(now.0 + LEASE_MS);
        if let Err(error) = store.renew_leases(self.node(), until, &leases.held()).await {
            if matches!(error, StoreError::Busy) {
                // They last for several rounds.
                tracing::warn!(?error, "leases could not be renewed yet");
            } else {
                tracing::error!(?error, "leases could not be renewed");
            }
        }
        if let Err(error) = store.report_worker(state).await {
            tracing::error!(?error, "the worker's state could not be kept");
        }
        if !minute {
            return;
        }
        // What was asked before may have waited for many others: it is later now.
        match store.bring_back(UnixMillis::now()).await {
            Ok(0) => {}
            Ok(checks) => {
                tracing::warn!(checks, "the clock was set back; checks due far ahead were brought back");
            }
            Err(error) => tracing::error!(?error, "checks due far ahead could not be brought back"),
        }
    }

    /// Where a check runs.
    fn place_of(&self, check: &Check) -> Place {
        let kind = self.kind(&check.kind);
        let host = self.aim_of(check).and_then(|aim| aim.host().map(ToOwned::to_owned));
        let long = kind.is_some_and(|kind| kind.group == Group::NetworkProbe && kind.timeout > LONG_SECONDS);
        Place::new(check.org, host, if long { Length::Long } else { Length::Short })
    }
}

struct Worker {
    service: Service,
    hand: Hand,
    /// One claim at a time.
    claims: JoinSet<Result<Vec<Claimed>, StoreError>>,
    /// Whether the last claim brought as much as was asked for.
    more: bool,
    failures: u32,
    claim_again: Instant,
    /// Renewing leases and reporting, one after the other.
    chores: JoinSet<()>,
    /// Checks on their way back without a run.
    returns: JoinSet<()>,
    runs: JoinSet<()>,
    under_way: HashMap<Id, (Place, Lease)>,
    leases: Leases,
    ended: mpsc::Sender<Due>,
    keeping: tokio::task::JoinHandle<()>,
    recorded: Arc<AtomicI64>,
    state: WorkerState,
    lags: [LatencySketch; 2],
    lags_since: Instant,
}

impl Worker {
    fn new(service: Service) -> Self {
        let (ended, inbox) = mpsc::channel(recorder::WAITING);
        let recorded = Arc::new(AtomicI64::new(0));
        let leases = Leases::default();
        let keeping = Recorder::new(service.clone(), leases.clone(), Arc::clone(&recorded));
        let keeping = tokio::spawn(keeping.record_all(inbox));
        Self {
            hand: Hand::new(WorkLimits::default()),
            state: WorkerState::new(service.node(), UnixMillis::now()),
            service,
            claims: JoinSet::new(),
            more: false,
            failures: 0,
            claim_again: Instant::now(),
            chores: JoinSet::new(),
            returns: JoinSet::new(),
            runs: JoinSet::new(),
            under_way: HashMap::new(),
            leases,
            ended,
            keeping,
            recorded,
            lags: [LatencySketch::new(), LatencySketch::new()],
            lags_since: Instant::now(),
        }
    }

    async fn run(mut self, mut stopping: watch::Receiver<bool>) {
        let mut polls = interval(POLL);
        polls.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut renewals = interval(RENEW);
        renewals.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            while let Some((claimed, place)) = self.hand.start(UnixMillis::now()) {
                self.start(claimed, place);
            }
            let due = self.hand.next_due();
            let wait = due.map_or(0, |due| (due.0 - UnixMillis::now().0).max(0));
            tokio::select! {
                // The sender gone means the same as being asked.
                _ = stopping.wait_for(|stopping| *stopping) => break,
                _ = polls.tick() => self.claim(),
                _ = renewals.tick() => self.renew(),
                Some(claimed) = self.claims.join_next() => self.take(claimed),
                Some(_) = self.chores.join_next() => {}
                Some(_) = self.returns.join_next() => {}
                Some(ended) = self.runs.join_next_with_id() => self.end(ended),
                () = tokio::time::sleep(Duration::from_millis(wait.unsigned_abs())), if due.is_some() => {}
            }
        }
        self.stop().await;
    }

    /// Asks for checks that are about to be due, unless that is being asked already.
    fn claim(&mut self) {
        let limit = self.hand.room().min(BATCH);
        if limit == 0 || !self.claims.is_empty() || Instant::now() < self.claim_again {
            return;
        }
        let service = self.service.clone();
        let (orgs, hosts) = (self.hand.orgs_apart(), self.hand.hosts_apart());
        self.claims.spawn(async move {
            let now = UnixMillis::now();
            let wanted = Wanted {
                owner: service.node(),
                now,
                horizon: UnixMillis(now.0 + AHEAD_MS),
                lease_until: UnixMillis(now.0 + LEASE_MS),
                limit: u32::try_from(limit).unwrap_or(u32::MAX),
                orgs_apart: &orgs,
                hosts_apart: &hosts,
            };
            service.store().claim_due(wanted).await
        });
        self.more = limit == BATCH;
    }

    fn take(&mut self, claimed: Result<Result<Vec<Claimed>, StoreError>, tokio::task::JoinError>) {
        match claimed {
            Ok(Ok(claimed)) => {
                self.failures = 0;
                let full = claimed.len() == BATCH;
                for claimed in claimed {
                    self.leases.hold(&claimed);
                    let place = self.service.place_of(&claimed.check);
                    self.hand.take(claimed, place);
                }
                if self.more && full {
                    self.claim();
                }
            }
            Ok(Err(error)) => {
                self.failures = self.failures.saturating_add(1);
                let wait = (POLL * (1 << self.failures.min(8))).min(LONGEST_WAIT);
                self.claim_again = Instant::now() + wait;
                tracing::error!(
                    ?error,
                    "due checks could not be claimed; asked again in {} s",
                    wait.as_secs()
                );
            }
            Err(error) => tracing::error!(%error, "claiming due checks broke off"),
        }
    }

    fn start(&mut self, claimed: Claimed, place: Place) {
        let lag = (UnixMillis::now().0 - claimed.check.next_due_at.0).max(0);
        self.lags[0].add(u32::try_from(lag).unwrap_or(u32::MAX));
        let lease = Lease::of(&claimed);
        let (service, ended, leases) = (self.service.clone(), self.ended.clone(), self.leases.clone());
        let host = place.host().map(ToOwned::to_owned);
        let run = self.runs.spawn(async move {
            if let Some(due) = service.run_due(claimed, host, &leases).await {
                // Without a recorder there is nobody left to keep it: the worker was given up.
                let _ = ended.send(due).await;
            }
        });
        self.under_way.insert(run.id(), (place, lease));
    }

    fn end(&mut self, ended: Result<(Id, ()), tokio::task::JoinError>) {
        let (id, broken_off) = match ended {
            Ok((id, ())) => (id, false),
            Err(error) => {
                tracing::error!(%error, "a run broke off");
                (error.id(), true)
            }
        };
        let Some((place, lease)) = self.under_way.remove(&id) else { return };
        self.hand.end(&place);
        if broken_off {
            let (service, leases) = (self.service.clone(), self.leases.clone());
            self.returns.spawn(async move { service.give_up(&leases, lease).await });
        }
    }

    /// Gives back what waits for an instant that is further ahead than anything that is claimed: the clock was set back
    /// since, and the database brings such checks back that nobody holds.
    fn give_back_far(&mut self, now: UnixMillis) {
        let far = self.hand.leave(UnixMillis(now.0 + 2 * AHEAD_MS));
        if far.is_empty() {
            return;
        }
        tracing::warn!(
            checks = far.len(),
            "the clock was set back; checks that wait for what was soon are given back"
        );
        let (service, leases) = (self.service.clone(), self.leases.clone());
        self.returns.spawn(async move {
            let given: Vec<_> = far.iter().map(|claimed| Lease::of(claimed).as_it_was()).collect();
            service.give_back(&leases, &given).await;
        });
    }

    /// Extends the leases, and says how the worker is, unless the last time still lasts.
    fn renew(&mut self) {
        let now = UnixMillis::now();
        self.give_back_far(now);
        if !self.chores.is_empty() {
            return;
        }
        let minute = self.lags_since.elapsed() >= LAGS;
        if minute {
            self.lags_since = Instant::now();
            let [latest, _] = std::mem::take(&mut self.lags);
            self.lags[1] = latest;
        }
        let mut lag = self.lags[0].clone();
        lag.merge(&self.lags[1]);
        let state = WorkerState {
            seen_at: now,
            running: u32::try_from(self.hand.running()).unwrap_or(u32::MAX),
            waiting: u32::try_from(self.hand.waiting()).unwrap_or(u32::MAX),
            recorded: self.recorded.load(Ordering::Relaxed),
            lag,
            ..self.state.clone()
        };
        let (service, leases) = (self.service.clone(), self.leases.clone());
        self.chores.spawn(async move { service.keep_leases(leases, state, minute).await });
    }

    /// Lets what is under way end, within limits; gives everything else back.
    async fn stop(mut self) {
        self.claims.shutdown().await;
        self.chores.shutdown().await;
        self.returns.shutdown().await;
        let all = async { while self.runs.join_next().await.is_some() {} };
        if tokio::time::timeout(PATIENCE, all).await.is_err() {
            tracing::warn!(
                runs = self.runs.len(),
                "runs were still under way after {} seconds",
                PATIENCE.as_secs()
            );
            self.runs.shutdown().await;
        }
        drop(self.ended);
        if let Err(error) = self.keeping.await {
            tracing::error!(%error, "the last runs could not be kept");
        }
        let (store, node) = (self.service.store(), self.service.node());
        if let Err(error) = store.release_leases(node).await {
            tracing::error!(?error, "checks could not be given back; their leases run out");
        }
        if let Err(error) = store.worker_left(node).await {
            tracing::error!(?error, "the worker could not sign off");
        }
    }
}
