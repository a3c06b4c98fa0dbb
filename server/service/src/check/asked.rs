//! The runs that people asked for and that are under way: one of a check at a time, and few of an organization.
//!
//! Each goes on when whoever asked has gone, so without a bound a page that is reloaded would pile them up at the target.
//! A node counts its own.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use store::record::Check;
use store::{CheckId, OrgId};

use crate::Error;

/// Runs under way of one organization.
const PER_ORG: usize = 8;
/// When to ask again, in seconds: most runs have ended by then.
const AGAIN: u64 = 10;

type UnderWay = Arc<Mutex<HashMap<CheckId, OrgId>>>;

#[derive(Default)]
pub(crate) struct Asked(UnderWay);

/// A run under way, until it is dropped.
pub(super) struct Turn {
    check: CheckId,
    under_way: UnderWay,
}

impl Drop for Turn {
    fn drop(&mut self) {
        lock(&self.under_way).remove(&self.check);
    }
}

impl Asked {
    /// Refused while the check runs, or while as many of its organization do as may.
    pub(super) fn begin(&self, check: &Check) -> Result<Turn, Error> {
        let mut under_way = lock(&self.0);
        let busy = |problem: &str| Error::Busy { problem: problem.to_owned(), retry_after_seconds: AGAIN };
        if under_way.contains_key(&check.id) {
            return Err(busy("The check is running already. Look again in a moment."));
        }
        if under_way.values().filter(|org| **org == check.org).count() >= PER_ORG {
            return Err(busy(
                "Eight checks of the organization are running already. Wait until one has ended.",
            ));
        }
        under_way.insert(check.id, check.org);
        Ok(Turn { check: check.id, under_way: Arc::clone(&self.0) })
    }
}

fn lock(under_way: &UnderWay) -> MutexGuard<'_, HashMap<CheckId, OrgId>> {
    // A map of identifiers is whole whatever a thread did with it.
    under_way.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use store::{IntegrationId, UnixMillis};

    use super::*;

    fn check(org: OrgId) -> Check {
        Check {
            id: CheckId::new(),
            org,
            integration: IntegrationId::new(),
            kind: "tls.certificate".into(),
            parameters: "{}".to_owned(),
            interval_seconds: 60,
            enabled: true,
            created_at: UnixMillis(0),
            next_due_at: UnixMillis(0),
        }
    }

    #[test]
    fn a_check_runs_once_at_a_time_and_an_organization_no_more_than_its_share() {
        let (asked, org) = (Asked::default(), OrgId::new());
        let first = check(org);
        let turn = asked.begin(&first).unwrap();
        assert!(matches!(asked.begin(&first), Err(Error::Busy { .. })), "it runs");
        let others: Vec<_> = (1..PER_ORG).map(|_| asked.begin(&check(org)).unwrap()).collect();
        assert!(
            matches!(asked.begin(&check(org)), Err(Error::Busy { .. })),
            "enough of this organization run"
        );
        assert!(asked.begin(&check(OrgId::new())).is_ok(), "another organization has its own share");
        drop(turn);
        assert!(asked.begin(&first).is_ok());
        drop(others);
    }
}
