//! Signed attestations against confirmed failures.

use crate::column::{Text, from_row};
use crate::db::{Link, Store, row, rows, run, statements};
use crate::error::{Naming, StoreError};
use crate::ids::{CheckId, OrgId, OverrideId, UnixMillis, UserId};
use crate::organizations::{HOLD, HOLD_OF_CHECK};
use crate::record::{Audit, Override};
use crate::{audit, room};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT v.id, v.check_id, v.framework_id, v.binding, v.reason, v.by_id, u.name AS by_name, v.at, \
             v.until_at, v.withdrawn_at FROM overrides v JOIN users u ON u.id = v.by_id ",
            $rest
        )
    };
}

statements! {
    Both INSERT = "INSERT INTO overrides (id, check_id, framework_id, binding, reason, by_id, at, until_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    Both IN_FORCE = "SELECT COUNT(*) FROM overrides WHERE check_id = $1 AND framework_id = $2 AND binding = $3 \
        AND withdrawn_at IS NULL AND until_at > $4";
    Both SIGNED = "SELECT COUNT(*) FROM overrides WHERE check_id = $1 AND framework_id = $2 AND binding = $3";
    Both WITHDRAW = "UPDATE overrides SET withdrawn_at = $2, withdrawn_by = $3 WHERE id = $1 AND withdrawn_at IS NULL";
    Both BY_ID = select!("WHERE v.id = $1");
    Both OF_CHECK = select!("WHERE v.check_id = $1 ORDER BY v.id DESC");
    Both BESIDE_ASSESSMENT = select!(
        "JOIN checks c ON c.id = v.check_id JOIN assessments a ON a.org_id = c.org_id \
         WHERE a.id = $1 AND v.framework_id = a.framework_id AND v.withdrawn_at IS NULL ORDER BY v.id"
    );
}

from_row! {
    Override {
        id, check = "check_id", framework = "framework_id", binding: text, reason, by = "by_id", by_name, at,
        until = "until_at", withdrawn_at,
    }
}

/// Attestations in force for one binding of a check.
const MOST: u32 = 1;

async fn insert(link: &mut Link<'_>, attested: &Override) -> Result<(), StoreError> {
    run!(
        link,
        INSERT,
        attested.id,
        attested.check,
        attested.framework,
        Text(&attested.binding),
        &*attested.reason,
        attested.by,
        attested.at,
        attested.until
    )
    .or_missing("check or binding")?;
    Ok(())
}

/// Writes what was signed for another version of the framework. What somebody signed for this one already is enough, and
/// what they withdrew there stays withdrawn.
pub(crate) async fn carry(
    link: &mut Link<'_>,
    org: OrgId,
    attestations: &[Override],
) -> Result<(), StoreError> {
    if attestations.is_empty() {
        return Ok(());
    }
    run!(link, HOLD, org)?;
    for attested in attestations {
        let (check, framework, binding) = (attested.check, attested.framework, Text(&attested.binding));
        let counted = row!(link, (i64,), SIGNED, check, framework, binding)?;
        match room::for_one(counted, MOST) {
            Ok(()) => insert(link, attested).await?,
            Err(StoreError::Full) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(())
}

impl Store {
    /// [`StoreError::Full`] where another one is in force for the binding.
    pub async fn create_override(&self, attested: Override, audit: Audit) -> Result<(), StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        run!(link, HOLD_OF_CHECK, attested.check)?;
        let (check, framework, binding) = (attested.check, attested.framework, Text(&attested.binding));
        room::for_one(row!(link, (i64,), IN_FORCE, check, framework, binding, attested.at)?, MOST)?;
        insert(link, &attested).await?;
        audit::append(link, &audit).await?;
        writing.commit().await
    }

    /// Whether it had not been withdrawn yet.
    pub async fn withdraw_override(
        &self,
        id: OverrideId,
        at: UnixMillis,
        by: UserId,
        audit: Audit,
    ) -> Result<bool, StoreError> {
        let mut writing = self.write().await?;
        let changed = run!(&mut writing.link(), WITHDRAW, id, at, by)?;
        audit::commit_change(writing, changed, &audit).await
    }

    pub async fn get_override(&self, id: OverrideId) -> Result<Option<Override>, StoreError> {
        let mut lease = self.read().await?;
        Ok(row!(&mut lease.link(), Override, BY_ID, id)?)
    }

    /// All that were ever signed, the latest first.
    pub async fn overrides_of(&self, check: CheckId) -> Result<Vec<Override>, StoreError> {
        let mut lease = self.read().await?;
        Ok(rows!(&mut lease.link(), Override, OF_CHECK, check)?)
    }
}
