//! The append-only audit log. The database itself refuses to change or cut it.

use crate::column::{Json, from_row};
use crate::db::{Link, Store, Writing, rows, run, statements};
use crate::error::StoreError;
use crate::ids::{AuditId, OrgId, UserId};
use crate::page;
use crate::record::{Audit, AuditEntry};

statements! {
    Both APPEND = "INSERT INTO audit_log (id, at, actor_id, org_id, action, subject, details) \
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    Both OF_ORGANIZATION = "SELECT a.id, a.at, a.actor_id, u.name AS actor_name, a.org_id, a.action, a.subject, \
        a.details FROM audit_log a LEFT JOIN users u ON u.id = a.actor_id \
        WHERE a.org_id = $1 AND a.id < $2 ORDER BY a.id DESC LIMIT $3";
}

from_row! {
    AuditEntry {
        id, at, actor = "actor_id", actor_name, org = "org_id", action, subject, details: json,
    }
}

/// Writes the audit line of a change, in the change's own transaction.
pub(crate) async fn append(link: &mut Link<'_>, audit: &Audit) -> Result<(), StoreError> {
    run!(
        link,
        APPEND,
        AuditId::new(),
        audit.at,
        audit.actor,
        audit.org,
        audit.action,
        &*audit.subject,
        Json(&audit.details)
    )?;
    Ok(())
}

/// Commits a write with its audit line, where it changed anything; whether it did. Where it did not, nothing is kept.
pub(crate) async fn commit_change(
    mut writing: Writing,
    changed: u64,
    audit: &Audit,
) -> Result<bool, StoreError> {
    if changed == 0 {
        return Ok(false);
    }
    append(&mut writing.link(), audit).await?;
    writing.commit().await?;
    Ok(true)
}

/// Ends what somebody made or was given in an organization, in the transaction that takes from them the right to it.
/// `statement` does so by organization, person, time and who did it, and returns what ended; each leaves a line of
/// `action` that follows from `why`'s.
pub(crate) async fn end_each(
    link: &mut Link<'_>,
    (statement, action): (&'static str, &'static str),
    (org, user): (OrgId, UserId),
    why: &Audit,
) -> Result<(), StoreError> {
    for (id,) in rows!(link, (String,), statement, org, user, why.at, why.actor)? {
        append(link, &why.following(action, id)).await?;
    }
    Ok(())
}

impl Store {
    /// Writes a line that belongs to no other write, for example a refused sign-in.
    pub async fn record_audit(&self, audit: Audit) -> Result<(), StoreError> {
        let mut writing = self.write().await?;
        append(&mut writing.link(), &audit).await?;
        writing.commit().await
    }

    /// The log of an organization, newest first, from the line before `before`.
    pub async fn audit_of(
        &self,
        org: OrgId,
        before: Option<AuditId>,
        limit: u32,
    ) -> Result<Vec<AuditEntry>, StoreError> {
        let before = page::before(before);
        let mut lease = self.read().await?;
        Ok(rows!(&mut lease.link(), AuditEntry, OF_ORGANIZATION, org, &*before, i64::from(limit))?)
    }
}
