//! Which checks are due, and who runs them: a lease with a fence, so that a worker that was given up writes nothing.
//!
//! A check is claimed a little before it is due, is held while it runs, and is given back when its run is recorded
//! (`recording.rs`). A lease that is not renewed runs out, and somebody else claims the check. One that reaches further
//! than any lease does is none: it was taken by a clock that was set back since, or by another one that is wrong.

use std::collections::BTreeSet;

use crate::checks::check_columns;
use crate::column::{Json, from_row};
use crate::db::{Link, Store, row, rows, run, statements};
use crate::error::StoreError;
use crate::ids::{CheckId, OrgId, UnixMillis};
use crate::queue::Job;
use crate::record::{Claimed, GivenBack, Wanted};

/// What of a schedule may lie ahead of an instant and be no sign of a clock that was set back, in milliseconds: clocks of
/// two nodes are never quite the same, and where thousands of runs end at once, a check's next instant is written a while
/// after the instant that it is compared with was read.
const APART_MS: i64 = 60_000;
/// Longer than any lease.
const LONGEST_LEASE_MS: i64 = 120_000;

/// `$orgs` and `$hosts` select from JSON lists.
macro_rules! claim {
    ($orgs:literal, $hosts:literal, $lock:literal) => {
        concat!(
            "UPDATE checks SET lease_owner = $1, lease_until = $2, lease_epoch = lease_epoch + 1 WHERE id IN \
             (SELECT id FROM checks WHERE enabled AND next_due_at <= $3 AND (lease_until <= $4 OR lease_until > $8) \
             AND org_id NOT IN (",
            $orgs,
            ") AND (host IS NULL OR org_id || ' ' || host NOT IN (",
            $hosts,
            ")) ORDER BY next_due_at, id LIMIT $7",
            $lock,
            ") RETURNING ",
            check_columns!(),
            ", lease_epoch, own_failures"
        )
    };
}

/// `$checks` selects from a JSON list.
macro_rules! renew {
    ($checks:literal) => {
        concat!(
            "UPDATE checks SET lease_until = $2 WHERE lease_owner = $1 AND lease_until > 0 AND id IN (",
            $checks,
            ")"
        )
    };
}

statements! {
    Both ANY_DUE = "SELECT id FROM checks WHERE enabled AND next_due_at <= $1 \
        AND (lease_until <= $2 OR lease_until > $3) LIMIT 1";
    Sqlite CLAIM_SQLITE = claim!("SELECT value FROM json_each($5)", "SELECT value FROM json_each($6)", "");
    Postgres CLAIM_POSTGRES = claim!(
        "SELECT json_array_elements_text($5::json)", "SELECT json_array_elements_text($6::json)",
        " FOR UPDATE SKIP LOCKED"
    );
    Sqlite RENEW_SQLITE = renew!("SELECT value FROM json_each($3)");
    Postgres RENEW_POSTGRES = renew!("SELECT json_array_elements_text($3::json)");
    Both GIVE_BACK = "UPDATE checks SET lease_owner = NULL, lease_until = 0, next_due_at = $3, own_failures = $4 \
        WHERE id = $1 AND lease_epoch = $2 AND lease_until > 0";
    Both RELEASE = "UPDATE checks SET lease_owner = NULL, lease_until = 0 WHERE lease_owner = $1";
    Both RELEASE_ALL = "UPDATE checks SET lease_owner = NULL, lease_until = 0 WHERE lease_until > 0";
    Both BRING_FORWARD = "UPDATE checks SET next_due_at = CASE WHEN next_due_at > $2 THEN $2 ELSE next_due_at END \
        WHERE id = $1 AND lease_until <= $3";
    Both BRING_BACK = "UPDATE checks SET next_due_at = $1 + (next_due_at - $1) % (interval_seconds * 1000) \
        WHERE enabled AND next_due_at > $2 + interval_seconds * 1000 AND (lease_until <= $1 OR lease_until > $3)";
}

from_row! {
    Claimed { check: flat, epoch = "lease_epoch", own_failures: int }
}

/// A statement about leases, with whose they are and until when, where it takes those.
enum Lease {
    Renew { owner: String, until: UnixMillis, checks: BTreeSet<String> },
    GiveBack(GivenBack),
    Release { owner: String },
    ReleaseAll,
    BringForward { check: CheckId, due: UnixMillis, now: UnixMillis },
    BringBack { now: UnixMillis },
}

impl Job for Lease {
    type Done = u64;

    async fn run(&self, link: &mut Link<'_>) -> Result<u64, StoreError> {
        Ok(match self {
            Self::Renew { owner, until, checks } => {
                let renew = link.dialect(RENEW_SQLITE, RENEW_POSTGRES);
                run!(link, renew, &**owner, *until, Json(checks))?
            }
            Self::GiveBack(GivenBack { check, epoch, next_due_at, own_failures }) => {
                run!(link, GIVE_BACK, *check, *epoch, *next_due_at, i64::from(*own_failures))?
            }
            Self::Release { owner } => run!(link, RELEASE, &**owner)?,
            Self::ReleaseAll => run!(link, RELEASE_ALL)?,
            Self::BringForward { check, due, now } => run!(link, BRING_FORWARD, *check, *due, *now)?,
            Self::BringBack { now } => {
                let apart = UnixMillis(now.0 + APART_MS);
                run!(link, BRING_BACK, *now, apart, longest_lease(*now))?
            }
        })
    }
}

/// Later than any lease that is taken at `now` ends.
fn longest_lease(now: UnixMillis) -> UnixMillis {
    UnixMillis(now.0 + LONGEST_LEASE_MS)
}

impl Store {
    /// Takes checks that are due and that nobody holds, the longest due first.
    pub async fn claim_due(&self, wanted: Wanted<'_>) -> Result<Vec<Claimed>, StoreError> {
        let Wanted { owner, now, horizon, lease_until, limit, orgs_apart, hosts_apart } = wanted;
        let longest = longest_lease(now);
        // Most of the time nothing is due, and then nothing is written.
        if row!(&mut self.read().await?.link(), (String,), ANY_DUE, horizon, now, longest)?.is_none() {
            return Ok(Vec::new());
        }
        let orgs: BTreeSet<String> = orgs_apart.iter().map(OrgId::to_string).collect();
        let hosts: BTreeSet<String> = hosts_apart.iter().map(|(org, host)| format!("{org} {host}")).collect();
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        let claim = link.dialect(CLAIM_SQLITE, CLAIM_POSTGRES);
        let limit = i64::from(limit);
        let mut claimed = rows!(
            link,
            Claimed,
            claim,
            owner,
            lease_until,
            horizon,
            now,
            Json(&orgs),
            Json(&hosts),
            limit,
            longest
        )?;
        writing.commit().await?;
        claimed.sort_by_key(|claimed| (claimed.check.next_due_at, claimed.check.id));
        Ok(claimed)
    }

    /// Extends a worker's leases of these checks; how many it holds. Any other lease of it runs out.
    pub async fn renew_leases(
        &self,
        owner: &str,
        until: UnixMillis,
        checks: &[CheckId],
    ) -> Result<u64, StoreError> {
        let checks = checks.iter().map(CheckId::to_string).collect();
        self.perform(Lease::Renew { owner: owner.to_owned(), until, checks }).await
    }

    /// Gives a check back without a run; whether it was held under that epoch.
    pub async fn give_back(&self, given: GivenBack) -> Result<bool, StoreError> {
        Ok(self.perform(Lease::GiveBack(given)).await? > 0)
    }

    /// Gives back every check that a worker holds, as due as it was.
    pub async fn release_leases(&self, owner: &str) -> Result<u64, StoreError> {
        self.perform(Lease::Release { owner: owner.to_owned() }).await
    }

    /// Gives back every check that anybody holds. Only for whoever knows that nobody else works on this database: the
    /// one node of an SQLite database, when it starts.
    pub async fn release_all_leases(&self) -> Result<u64, StoreError> {
        self.perform(Lease::ReleaseAll).await
    }

    /// Has a check run at an instant, where that is before it is due anyway. `false` where somebody holds it, who says when
    /// it is due next.
    pub async fn bring_forward(
        &self,
        check: CheckId,
        due: UnixMillis,
        now: UnixMillis,
    ) -> Result<bool, StoreError> {
        Ok(self.perform(Lease::BringForward { check, due, now }).await? > 0)
    }

    /// Brings back checks whose next run lies further ahead than their interval by more than clocks are apart, as after
    /// one was set back; how many.
    pub async fn bring_back(&self, now: UnixMillis) -> Result<u64, StoreError> {
        self.perform(Lease::BringBack { now }).await
    }
}
