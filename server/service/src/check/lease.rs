//! The leases that a worker holds, from the claim until the run is kept or given up.
//!
//! **Invariant.** Only what is listed here is renewed. A check that was lost on the way, in whatever manner, is let go of
//! by the database when its lease has run out, and is claimed again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use store::record::{Check, Claimed, Completion, GivenBack};
use store::{CheckId, UnixMillis};

use super::grid;
use crate::Service;

/// Epochs by check.
#[derive(Clone, Default)]
pub(super) struct Leases(Arc<Mutex<HashMap<CheckId, i64>>>);

impl Leases {
    pub(super) fn hold(&self, claimed: &Claimed) {
        self.lock().insert(claimed.check.id, claimed.epoch);
    }

    /// Renewed no longer, unless the check was claimed anew since.
    pub(super) fn end(&self, check: CheckId, epoch: i64) {
        let mut held = self.lock();
        if held.get(&check) == Some(&epoch) {
            held.remove(&check);
        }
    }

    pub(super) fn held(&self) -> Vec<CheckId> {
        self.lock().keys().copied().collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<CheckId, i64>> {
        // A map of numbers is whole whatever a thread did with it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What it takes to give a check back.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lease {
    check: CheckId,
    epoch: i64,
    interval_seconds: i64,
    due: UnixMillis,
    /// Runs in a row that failed on this side.
    own_failures: u32,
}

impl Lease {
    pub(super) fn of(claimed: &Claimed) -> Self {
        let Claimed { check, epoch, own_failures } = claimed;
        Self::new(check, *epoch, *own_failures)
    }

    pub(super) fn completed(check: &Check, completion: &Completion) -> Self {
        Self::new(check, completion.epoch, completion.own_failures)
    }

    fn new(check: &Check, epoch: i64, own_failures: u32) -> Self {
        let (interval_seconds, due) = (check.interval_seconds, check.next_due_at);
        Self { check: check.id, epoch, interval_seconds, due, own_failures }
    }

    /// As due as it was.
    pub(super) fn as_it_was(self) -> GivenBack {
        let Self { check, epoch, due, own_failures, .. } = self;
        GivenBack { check, epoch, next_due_at: due, own_failures }
    }

    /// Due again soon, but less and less soon: the run was lost on this side.
    pub(super) fn after_failure(self, now: UnixMillis) -> GivenBack {
        let own_failures = self.own_failures.saturating_add(1);
        let after = now.max(self.due);
        let next_due_at = grid::next_due_after_own(own_failures, self.check, self.interval_seconds, after);
        GivenBack { check: self.check, epoch: self.epoch, next_due_at, own_failures }
    }
}

impl Service {
    /// Gives up a run that was lost on this side; the check runs again soon.
    pub(super) async fn give_up(&self, leases: &Leases, lease: Lease) {
        self.give_back(leases, &[lease.after_failure(UnixMillis::now())]).await;
    }

    /// Gives checks back. Where the database does not take that, their leases run out.
    pub(super) async fn give_back(&self, leases: &Leases, given: &[GivenBack]) {
        for one in given {
            leases.end(one.check, one.epoch);
            if let Err(error) = self.store().give_back(*one).await {
                tracing::error!(check = %one.check, ?error, "a check could not be given back; its lease runs out");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_that_ended_is_not_held_but_the_one_after_it_is() {
        let (leases, check) = (Leases::default(), CheckId::new());
        leases.lock().insert(check, 7);
        leases.end(check, 6);
        assert_eq!(leases.held(), [check], "the check was claimed anew");
        leases.end(check, 7);
        assert!(leases.held().is_empty());
    }
}
