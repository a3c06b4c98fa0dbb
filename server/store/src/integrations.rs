//! The inventory of integrations.
//!
//! No write brings a name that another integration of the organization has, in whatever case: a table knows them by it.
//! Two of one name that were there before stay as they are until one is renamed.

use std::collections::BTreeMap;

use crate::column::{Json, Text, from_row};
use crate::db::{Link, Store, row, rows, run, statements};
use crate::error::{Naming, StoreError};
use crate::ids::{IntegrationId, OrgId};
use crate::organizations::HOLD as HOLD_ORGANIZATION;
use crate::record::{Audit, Integration, IntegrationDetails, IntegrationRemoval};
use crate::{audit, page};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, org_id, name, partner, system, standard, direction, data, contract, use_case, owner, \
             last_review, environment, serves, created_at, technical_owner, criticality, contract_expires, \
             review_months, runbook_exercised, brief_signed, unowned_since FROM integrations ",
            $rest
        )
    };
}

statements! {
    Both INSERT = "INSERT INTO integrations (id, org_id, created_at, name, partner, system, standard, direction, data, \
        contract, use_case, owner, last_review, environment, serves, technical_owner, criticality, contract_expires, \
        review_months, runbook_exercised, brief_signed, unowned_since) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, \
        $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)";
    Both UPDATE = "UPDATE integrations SET name = $4, partner = $5, system = $6, standard = $7, direction = $8, \
        data = $9, contract = $10, use_case = $11, owner = $12, last_review = $13, environment = $14, serves = $15, \
        technical_owner = $16, criticality = $17, contract_expires = $18, review_months = $19, \
        runbook_exercised = $20, brief_signed = $21, unowned_since = $22 \
        WHERE id = $1 AND org_id = $2 AND created_at = $3";
    Both DELETE = "DELETE FROM integrations WHERE id = $1 \
        AND NOT EXISTS (SELECT c.id FROM checks c WHERE c.integration_id = $1)";
    // Whoever adds a check to it waits, or is waited for.
    Postgres HOLD = "SELECT id FROM integrations WHERE id = $1 FOR UPDATE";
    Both NAMES = "SELECT id, name FROM integrations WHERE org_id = $1";
    Both BY_ID = select!("WHERE id = $1");
    Both OF_ORGANIZATION = select!("WHERE org_id = $1 AND id > $2 ORDER BY id LIMIT $3");
    Both BESIDE_ASSESSMENT = select!(
        "WHERE org_id = (SELECT org_id FROM assessments WHERE id = $1) ORDER BY id"
    );
}

from_row! {
    IntegrationDetails {
        name, partner, system, standard, direction, data, contract, use_case, owner, last_review: maybe_text,
        environment, serves: json, technical_owner, criticality, contract_expires: maybe_text, review_months,
        runbook_exercised: maybe_text, brief_signed: maybe_text,
    }
    Integration { id, org = "org_id", details: flat, created_at, unowned_since }
}

async fn keep(
    link: &mut Link<'_>,
    statement: &'static str,
    integration: &Integration,
) -> Result<u64, StoreError> {
    let details = &integration.details;
    run!(
        link,
        statement,
        integration.id,
        integration.org,
        integration.created_at,
        &*details.name,
        &*details.partner,
        &*details.system,
        &*details.standard,
        &*details.direction,
        &*details.data,
        &*details.contract,
        &*details.use_case,
        &*details.owner,
        details.last_review.map(Text),
        &*details.environment,
        Json(&details.serves),
        &*details.technical_owner,
        &*details.criticality,
        details.contract_expires.map(Text),
        details.review_months,
        details.runbook_exercised.map(Text),
        details.brief_signed.map(Text),
        integration.unowned_since
    )
    .or_missing("organization")
}

/// What the integrations of an organization are called, in small letters.
type Names = BTreeMap<IntegrationId, String>;

/// Databases do not agree on what a small letter is.
async fn names(link: &mut Link<'_>, org: OrgId) -> Result<Names, StoreError> {
    let found = rows!(link, (IntegrationId, String), NAMES, org)?;
    Ok(found.into_iter().map(|(id, name)| (id, name.to_lowercase())).collect())
}

/// The names before a write, held until it ends: of two who bring the same, the second sees the first.
async fn held_names(link: &mut Link<'_>, org: OrgId) -> Result<Names, StoreError> {
    run!(link, HOLD_ORGANIZATION, org)?;
    names(link, org).await
}

/// [`StoreError::Duplicate`] where the write brought a name that another integration has.
async fn must_differ(link: &mut Link<'_>, org: OrgId, before: &Names) -> Result<(), StoreError> {
    let after = names(link, org).await?;
    let mut having: BTreeMap<&str, usize> = BTreeMap::new();
    for name in after.values() {
        *having.entry(name).or_default() += 1;
    }
    let twice = |(id, name): (&IntegrationId, &String)| {
        before.get(id) != Some(name) && having.get(name.as_str()).is_some_and(|count| *count > 1)
    };
    if after.iter().any(twice) {
        return Err(StoreError::Duplicate { what: "an integration of this name" });
    }
    Ok(())
}

impl Store {
    /// [`StoreError::Duplicate`] where another integration of the organization has the name.
    pub async fn create_integration(&self, integration: Integration, audit: Audit) -> Result<(), StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        let before = held_names(link, integration.org).await?;
        keep(link, INSERT, &integration).await?;
        must_differ(link, integration.org, &before).await?;
        audit::append(link, &audit).await?;
        writing.commit().await
    }

    /// Writes the details anew; whether there is such an integration. Its organization never changes.
    /// [`StoreError::Duplicate`] where another one has the new name.
    pub async fn update_integration(
        &self,
        integration: Integration,
        audit: Audit,
    ) -> Result<bool, StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        let before = held_names(link, integration.org).await?;
        let changed = keep(link, UPDATE, &integration).await?;
        must_differ(link, integration.org, &before).await?;
        audit::commit_change(writing, changed, &audit).await
    }

    /// Deletes an integration without checks, with the maintenance windows that are its own.
    pub async fn delete_integration(
        &self,
        id: IntegrationId,
        audit: Audit,
    ) -> Result<IntegrationRemoval, StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        // A check that is just being added would go with it unseen. SQLite has one writer.
        if matches!(link, Link::Postgres(_)) {
            row!(link, (IntegrationId,), HOLD, id)?;
        }
        if run!(link, DELETE, id)? == 0 {
            return Ok(match row!(link, Integration, BY_ID, id)? {
                Some(_) => IntegrationRemoval::HasChecks,
                None => IntegrationRemoval::NoSuchIntegration,
            });
        }
        audit::append(link, &audit).await?;
        writing.commit().await?;
        Ok(IntegrationRemoval::Done)
    }

    /// Adds some and writes the details of others anew, all or none. [`StoreError::Duplicate`] where two would have one
    /// name.
    pub async fn import_integrations(
        &self,
        org: OrgId,
        added: Vec<Integration>,
        changed: Vec<Integration>,
        audit: Audit,
    ) -> Result<(), StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        let before = held_names(link, org).await?;
        for integration in &added {
            keep(link, INSERT, integration).await?;
        }
        for integration in &changed {
            if keep(link, UPDATE, integration).await? == 0 {
                return Err(StoreError::NotFound { what: "integration" });
            }
        }
        must_differ(link, org, &before).await?;
        audit::append(link, &audit).await?;
        writing.commit().await
    }

    pub async fn integration(&self, id: IntegrationId) -> Result<Option<Integration>, StoreError> {
        let mut lease = self.read().await?;
        Ok(row!(&mut lease.link(), Integration, BY_ID, id)?)
    }

    /// Oldest first, from the one after `after`.
    pub async fn integrations_of(
        &self,
        org: OrgId,
        after: Option<IntegrationId>,
        limit: u32,
    ) -> Result<Vec<Integration>, StoreError> {
        let mut lease = self.read().await?;
        Ok(rows!(&mut lease.link(), Integration, OF_ORGANIZATION, org, page::after(after), i64::from(limit))?)
    }
}
