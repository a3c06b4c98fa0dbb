//! What the sources of checks reported as finalized, and how soon it was seen.

use crate::audit;
use crate::column::{Text, from_row};
use crate::db::{Link, Store, row, rows, run, statements};
use crate::error::{Naming, StoreError};
use crate::ids::{CheckId, UnixMillis};
use crate::queue::Job;
use crate::record::{Audit, FinalizedItem, Sighting};

statements! {
    Both KEEP = "INSERT INTO finalized_items (check_id, reference, finalized_at, sighting) VALUES ($1, $2, $3, $4) \
        ON CONFLICT (check_id, reference) DO UPDATE SET finalized_at = excluded.finalized_at, \
        sighting = excluded.sighting WHERE finalized_items.finalized_at <> excluded.finalized_at";
    Both FORGET = "DELETE FROM finalized_items WHERE check_id = $1 AND finalized_at < $2";
    Both COUNT = "SELECT COUNT(*) FROM finalized_items WHERE check_id = $1";
    Both OF_CHECK = "SELECT reference, finalized_at, sighting FROM finalized_items \
        WHERE check_id = $1 AND finalized_at >= $2 ORDER BY finalized_at DESC, reference";
    Both NOTE = "UPDATE finalized_items SET sighting = $3 WHERE check_id = $1 AND reference = $2";
}

from_row! {
    FinalizedItem { reference, finalized_at, sighting: text }
}

struct Noting {
    check: CheckId,
    sightings: Vec<(String, Sighting)>,
}

impl Job for Noting {
    type Done = ();

    async fn run(&self, link: &mut Link<'_>) -> Result<(), StoreError> {
        for (reference, sighting) in &self.sightings {
            run!(link, NOTE, self.check, &**reference, Text(*sighting))?;
        }
        Ok(())
    }
}

impl Store {
    /// Keeps what a source finalized and forgets what it did before `since`; one that is known with the same instant stays
    /// as it was seen. `false`, and nothing changes, where that would be more than `most`.
    pub async fn keep_finalized(
        &self,
        check: CheckId,
        items: &[FinalizedItem],
        since: UnixMillis,
        most: u32,
        audit: Audit,
    ) -> Result<bool, StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        run!(link, FORGET, check, since)?;
        for FinalizedItem { reference, finalized_at, sighting } in items {
            run!(link, KEEP, check, &**reference, *finalized_at, Text(*sighting)).or_missing("check")?;
        }
        if row!(link, (i64,), COUNT, check)?.is_some_and(|(kept,)| kept > i64::from(most)) {
            return Ok(false);
        }
        audit::append(link, &audit).await?;
        writing.commit().await?;
        Ok(true)
    }

    /// What was finalized since an instant, latest first.
    pub async fn finalized_since(
        &self,
        check: CheckId,
        since: UnixMillis,
    ) -> Result<Vec<FinalizedItem>, StoreError> {
        let mut lease = self.read().await?;
        Ok(rows!(&mut lease.link(), FinalizedItem, OF_CHECK, check, since)?)
    }

    /// Notes how items stand, by reference.
    pub async fn note_sightings(
        &self,
        check: CheckId,
        sightings: Vec<(String, Sighting)>,
    ) -> Result<(), StoreError> {
        if sightings.is_empty() { Ok(()) } else { self.perform(Noting { check, sightings }).await }
    }
}
