//! The inventory in from CSV and out to it.

use std::collections::BTreeMap;

use domain::BindingId;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::record::{Integration, IntegrationDetails};
use store::{IntegrationId, OrgId, StoreError, UnixMillis};

use super::table;
use crate::integration::{details_checked, unowned_since};
use crate::service::org_audit;
use crate::sheet;
use crate::{Actor, Error, FieldError, Permission, Service};

/// What an import did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imported {
    pub added: usize,
    pub changed: usize,
    /// As they were already.
    pub unchanged: usize,
}

impl Service {
    /// Imports a CSV file, all of it or nothing. A line whose name is known changes that integration, in the columns
    /// that the file has; another adds one.
    pub async fn import_integrations(
        &self,
        actor: &Actor,
        org: OrgId,
        file: &[u8],
    ) -> Result<Imported, Error> {
        self.authorize(actor, org, Permission::Operate, "The organization").await?;
        let lines = table::read(file).map_err(Error::Invalid)?;
        let known = self.store().integrations_of(org, None, u32::MAX).await?;
        let mut by_name: BTreeMap<String, Vec<&Integration>> = BTreeMap::new();
        for entry in &known {
            by_name.entry(entry.details.name.to_lowercase()).or_default().push(entry);
        }
        let now = UnixMillis::now();
        let domains = self.domain_codes().await?;
        let mut done = Imported::default();
        let (mut added, mut changed) = (Vec::new(), Vec::new());
        let mut problems = Vec::new();
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for line in &lines {
            let name = line.get("name").to_lowercase();
            let at = |problem: String| FieldError::new("name", problem).at_line(line.number);
            if let Some(first) = seen.insert(name.clone(), line.number).filter(|_| !name.is_empty()) {
                problems.push(at(format!("Line {first} has the same name.")));
                continue;
            }
            let before = match by_name.get(&name).map(Vec::as_slice) {
                None => None,
                Some([one]) => Some(*one),
                Some(_) => {
                    problems.push(at("Several integrations have this name. Rename them first.".to_owned()));
                    continue;
                }
            };
            let base = before.map_or_else(IntegrationDetails::default, |entry| entry.details.clone());
            let read = table::over(line, base).and_then(|details| {
                let in_line = |problem: FieldError| problem.at_line(line.number);
                details_checked(details, &domains).map_err(|found| found.into_iter().map(in_line).collect())
            });
            match (read, before) {
                (Err(found), _) => problems.extend(found),
                (Ok(details), Some(before)) if details == before.details => done.unchanged += 1,
                (Ok(details), Some(before)) => {
                    let unowned_since = unowned_since(&details, before.unowned_since, now);
                    changed.push(Integration { details, unowned_since, ..before.clone() });
                }
                (Ok(details), None) => added.push(Integration {
                    id: IntegrationId::new(),
                    org,
                    unowned_since: unowned_since(&details, None, now),
                    details,
                    created_at: now,
                }),
            }
        }
        if !problems.is_empty() {
            problems.truncate(sheet::MOST_PROBLEMS);
            return Err(Error::Invalid(problems));
        }
        (done.added, done.changed) = (added.len(), changed.len());
        let mut silenced: BTreeMap<&str, Vec<BindingId>> = BTreeMap::new();
        for entry in &changed {
            let Some(before) = known.iter().find(|before| before.id == entry.id) else { continue };
            let bindings = self.may_serve(actor, before, entry).await?;
            if !bindings.is_empty() {
                silenced.insert(&before.details.name, bindings);
            }
        }
        if done.added + done.changed > 0 {
            let mut details = json!({ "added": done.added, "changed": done.changed });
            if !silenced.is_empty() {
                details["silenced"] = json!(silenced);
            }
            let entry = org_audit(actor, org, "integrations.imported", org, details);
            match self.store().import_integrations(org, added, changed, entry).await {
                Ok(()) => {}
                Err(StoreError::Duplicate { .. }) => {
                    let words = "Somebody else added an integration of one of these names in the meantime. Import the \
                                 table again.";
                    return Err(Error::Conflict(words.to_owned()));
                }
                Err(other) => return Err(other.into()),
            }
            self.catch_up_organization(org).await;
        }
        Ok(done)
    }

    /// The inventory as CSV.
    pub async fn export_integrations(&self, actor: &Actor, org: OrgId) -> Result<String, Error> {
        Ok(table::write(&self.integrations(actor, org, None, u32::MAX).await?))
    }
}
