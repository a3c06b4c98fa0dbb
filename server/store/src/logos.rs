//! The logos of organizations.

use crate::audit;
use crate::column::from_row;
use crate::db::{Link, Store, row, run, statements};
use crate::error::{Naming, StoreError};
use crate::ids::{OrgId, UnixMillis, UserId};
use crate::record::{Audit, Logo};

statements! {
    Both OF_ORGANIZATION = "SELECT png, width, height FROM logos WHERE org_id = $1";
    Both KEEP = "INSERT INTO logos (org_id, png, width, height, by_id, at) VALUES ($1, $2, $3, $4, $5, $6) \
        ON CONFLICT (org_id) DO UPDATE SET png = excluded.png, width = excluded.width, height = excluded.height, \
        by_id = excluded.by_id, at = excluded.at";
    Both REMOVE = "DELETE FROM logos WHERE org_id = $1";
}

from_row! {
    Logo { png, width: int, height: int }
}

pub(crate) async fn keep(
    link: &mut Link<'_>,
    org: OrgId,
    logo: &Logo,
    by: UserId,
    at: UnixMillis,
) -> Result<(), StoreError> {
    let (width, height) = (i64::from(logo.width), i64::from(logo.height));
    run!(link, KEEP, org, &*logo.png, width, height, by, at).or_missing("organization")?;
    Ok(())
}

impl Store {
    pub async fn logo(&self, org: OrgId) -> Result<Option<Logo>, StoreError> {
        let mut lease = self.read().await?;
        Ok(row!(&mut lease.link(), Logo, OF_ORGANIZATION, org)?)
    }

    /// Keeps a logo in place of the one before.
    pub async fn keep_logo(
        &self,
        org: OrgId,
        logo: &Logo,
        by: UserId,
        at: UnixMillis,
        audit: Audit,
    ) -> Result<(), StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        keep(link, org, logo, by, at).await?;
        audit::append(link, &audit).await?;
        writing.commit().await
    }

    /// Whether there was one.
    pub async fn remove_logo(&self, org: OrgId, audit: Audit) -> Result<bool, StoreError> {
        let mut writing = self.write().await?;
        let changed = run!(&mut writing.link(), REMOVE, org)?;
        audit::commit_change(writing, changed, &audit).await
    }
}
