//! Which checks are due, and who runs them: a lease with a fence, so that a worker that was given up writes nothing.

use crate::checks::check_columns;
use crate::column::from_row;
use crate::db::{Store, row, rows, run, statements};
use crate::error::StoreError;
use crate::ids::{CheckId, UnixMillis};
use crate::record::Check;

macro_rules! claim {
    ($lock:literal) => {
        concat!(
            "UPDATE checks SET lease_owner = $1, lease_until = $2, lease_epoch = lease_epoch + 1 WHERE id IN \
             (SELECT id FROM checks WHERE enabled AND next_due_at <= $3 AND lease_until <= $3 \
             ORDER BY next_due_at, id LIMIT $4",
            $lock,
            ") RETURNING ",
            check_columns!(),
            ", lease_epoch"
        )
    };
}

statements! {
    Both ANY_DUE = "SELECT id FROM checks WHERE enabled AND next_due_at <= $1 AND lease_until <= $1 LIMIT 1";
    Sqlite CLAIM_SQLITE = claim!("");
    Postgres CLAIM_POSTGRES = claim!(" FOR UPDATE SKIP LOCKED");
    Both COMPLETE = "UPDATE checks SET next_due_at = $3, lease_owner = NULL, lease_until = 0 \
        WHERE id = $1 AND lease_epoch = $2 AND lease_until > 0";
}

from_row! {
    Claimed { check: flat, lease_epoch }
}

struct Claimed {
    check: Check,
    lease_epoch: i64,
}

impl Store {
    /// Takes up to `limit` checks that are due and that nobody holds, the longest due first, until `lease_ms` from
    /// now. Each comes with the epoch that [`Store::complete`] wants.
    pub async fn claim_due(
        &self,
        owner: &str,
        now: UnixMillis,
        lease_ms: i64,
        limit: u32,
    ) -> Result<Vec<(Check, i64)>, StoreError> {
        // Most of the time nothing is due, and then nothing is written.
        if row!(&mut self.read().await?.link(), (CheckId,), ANY_DUE, now)?.is_none() {
            return Ok(Vec::new());
        }
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        let claim = link.dialect(CLAIM_SQLITE, CLAIM_POSTGRES);
        let mut claimed =
            rows!(link, Claimed, claim, owner, UnixMillis(now.0 + lease_ms), now, i64::from(limit))?;
        writing.commit().await?;
        claimed.sort_by_key(|claimed| (claimed.check.next_due_at, claimed.check.id));
        Ok(claimed.into_iter().map(|claimed| (claimed.check, claimed.lease_epoch)).collect())
    }

    /// Gives a claimed check back and says when it is due next. `false`, and nothing changes, when the lease was
    /// completed already or somebody else claimed the check since.
    pub async fn complete(
        &self,
        check: CheckId,
        epoch: i64,
        next_due_at: UnixMillis,
    ) -> Result<bool, StoreError> {
        let mut writing = self.write().await?;
        let completed = run!(&mut writing.link(), COMPLETE, check, epoch, next_due_at)?;
        writing.commit().await?;
        Ok(completed > 0)
    }
}
