//! What people enter into the registers.

use crate::audit;
use crate::column::{Json, Text, from_row};
use crate::db::{Link, Store, row, rows, run, statements};
use crate::error::{Naming, StoreError};
use crate::ids::{OrgId, RegisterEntryId, UnixMillis};
use crate::page;
use crate::record::{Audit, Register, RegisterEntry};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT e.id, e.org_id, e.content, e.revision, e.by_id, u.name AS by_name, e.created_at, e.changed_at, \
             e.withdrawn_at, e.withdrawn_reason FROM register_entries e JOIN users u ON u.id = e.by_id ",
            $rest
        )
    };
}

statements! {
    Both INSERT = "INSERT INTO register_entries (id, org_id, register, content, revision, by_id, created_at, changed_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    Both CORRECT = "UPDATE register_entries SET content = $3, changed_at = $4, revision = revision + 1 \
        WHERE id = $1 AND revision = $2 AND withdrawn_at IS NULL";
    Both WITHDRAW = "UPDATE register_entries SET withdrawn_at = $2, withdrawn_reason = $3, changed_at = $2, \
        revision = revision + 1 WHERE id = $1 AND withdrawn_at IS NULL";
    Both BY_ID = select!("WHERE e.id = $1");
    Both COUNTS = "SELECT register, COUNT(*) FROM register_entries WHERE org_id = $1 AND withdrawn_at IS NULL \
        GROUP BY register";
    Both OF_ORGANIZATION = select!("WHERE e.org_id = $1 AND e.register = $2 AND e.id < $3 ORDER BY e.id DESC LIMIT $4");
}

from_row! {
    RegisterEntry {
        id, org = "org_id", content: json, revision, by = "by_id", by_name, created_at, changed_at, withdrawn_at,
        withdrawn_reason,
    }
}

async fn insert(link: &mut Link<'_>, entry: &RegisterEntry) -> Result<(), StoreError> {
    run!(
        link,
        INSERT,
        entry.id,
        entry.org,
        Text(entry.content.register()),
        Json(&entry.content),
        entry.revision,
        entry.by,
        entry.created_at,
        entry.changed_at
    )
    .or_missing("organization or account")?;
    Ok(())
}

impl Store {
    /// Adds entries, all or none.
    pub async fn add_register_entries(
        &self,
        entries: Vec<RegisterEntry>,
        audit: Audit,
    ) -> Result<(), StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        for entry in &entries {
            insert(link, entry).await?;
        }
        audit::append(link, &audit).await?;
        writing.commit().await
    }

    /// Writes the content anew; whether the entry still was at that revision and not withdrawn.
    pub async fn correct_register_entry(
        &self,
        entry: RegisterEntry,
        audit: Audit,
    ) -> Result<bool, StoreError> {
        let mut writing = self.write().await?;
        let changed = run!(
            &mut writing.link(),
            CORRECT,
            entry.id,
            entry.revision,
            Json(&entry.content),
            entry.changed_at
        )?;
        audit::commit_change(writing, changed, &audit).await
    }

    /// Whether it had not been withdrawn yet.
    pub async fn withdraw_register_entry(
        &self,
        id: RegisterEntryId,
        at: UnixMillis,
        reason: &str,
        audit: Audit,
    ) -> Result<bool, StoreError> {
        let mut writing = self.write().await?;
        let changed = run!(&mut writing.link(), WITHDRAW, id, at, reason)?;
        audit::commit_change(writing, changed, &audit).await
    }

    pub async fn register_entry(&self, id: RegisterEntryId) -> Result<Option<RegisterEntry>, StoreError> {
        let mut lease = self.read().await?;
        Ok(row!(&mut lease.link(), RegisterEntry, BY_ID, id)?)
    }

    /// How many entries count, by register; one without any is left out.
    pub async fn register_counts(&self, org: OrgId) -> Result<Vec<(Register, u64)>, StoreError> {
        let mut lease = self.read().await?;
        let counts = rows!(&mut lease.link(), (String, i64), COUNTS, org)?;
        let known = counts.into_iter().filter_map(|(register, count)| {
            Some((register.parse().ok()?, u64::try_from(count).unwrap_or(0)))
        });
        Ok(known.collect())
    }

    /// The latest entered first, from the one before `before`; those that were withdrawn too.
    pub async fn register_entries(
        &self,
        org: OrgId,
        register: Register,
        before: Option<RegisterEntryId>,
        limit: u32,
    ) -> Result<Vec<RegisterEntry>, StoreError> {
        let mut lease = self.read().await?;
        Ok(rows!(
            &mut lease.link(),
            RegisterEntry,
            OF_ORGANIZATION,
            org,
            Text(register),
            page::before(before),
            i64::from(limit)
        )?)
    }
}
