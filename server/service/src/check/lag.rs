//! What a source finalized, for the checks that look how soon a FHIR server shows it (`fhir.read_search`, `lag_source`).
//!
//! Kept are references and instants, for a month. What they hold never comes here.

use domain::check::{Finalized, Sighting};
use serde_json::json;
use store::record::{Check, FinalizedItem};
use store::{CheckId, UnixMillis};

use crate::service::org_audit;
use crate::{Actor, Error, FieldError, Permission, Service};

/// The parameter that names the source.
const SOURCE: &str = "lag_source";
/// How long items count: 30 days.
const KEPT_MS: i64 = 30 * 24 * 3600 * 1000;
/// How far the source's clock may be ahead of this one.
const AHEAD_MS: i64 = 5 * 60 * 1000;
/// Items of one check within that time.
const MOST: u32 = 5000;

/// An item that a source says it finalized.
#[derive(Debug, Clone)]
pub struct ReportedItem {
    /// `Type/id`, as below the base address of the check.
    pub reference: String,
    pub finalized_at: UnixMillis,
}

impl Service {
    /// Keeps what a check's source finalized; the next runs look for it. How many items are kept of this report.
    pub async fn report_finalized(
        &self,
        actor: &Actor,
        id: CheckId,
        source: &str,
        items: Vec<ReportedItem>,
    ) -> Result<usize, Error> {
        let check = self.check_for(actor, id, Permission::Operate).await?;
        let Some(expected) = self.lag_source_of(&check)? else {
            let text = "This check names no source of finalized items. Fill in its lag source first.";
            return Err(Error::Conflict(text.to_owned()));
        };
        let now = UnixMillis::now();
        let since = UnixMillis(now.0 - KEPT_MS);
        let mut errors = Vec::new();
        if source.trim() != expected {
            errors.push(FieldError::new("source", format!("The check waits for {expected}.")));
        }
        if items.is_empty() {
            errors.push(FieldError::new("items", "Give at least one item."));
        }
        for (at, item) in items.iter().enumerate() {
            if !Finalized::is_reference(&item.reference) {
                let problem = "Write the type and the id of a resource, for example Observation/17.";
                errors.push(FieldError::new(format!("items.{at}.reference"), problem));
            }
            if !(since.0..=now.0 + AHEAD_MS).contains(&item.finalized_at.0) {
                let problem = "Give an instant of the last 30 days, not in the future.";
                errors.push(FieldError::new(format!("items.{at}.finalized_at"), problem));
            }
        }
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        let items: Vec<_> = items
            .into_iter()
            .map(|ReportedItem { reference, finalized_at }| FinalizedItem {
                reference,
                finalized_at,
                sighting: Sighting::Awaited,
            })
            .collect();
        let entry = org_audit(actor, check.org, "check.finalized", id, json!({ "items": items.len() }));
        if !self.store().keep_finalized(id, &items, since, MOST, entry).await? {
            let text = format!("More than {MOST} items in 30 days: a sample is enough.");
            return Err(Error::Conflict(text));
        }
        Ok(items.len())
    }

    /// What a run of the check has to look for.
    pub(super) async fn finalized(&self, check: &Check) -> Result<Vec<Finalized>, Error> {
        if self.lag_source_of(check)?.is_none() {
            return Ok(Vec::new());
        }
        let since = UnixMillis(UnixMillis::now().0 - KEPT_MS);
        let items = self.store().finalized_since(check.id, since).await?;
        Ok(items
            .into_iter()
            .map(|FinalizedItem { reference, finalized_at, sighting }| Finalized {
                reference,
                at: finalized_at.timestamp(),
                sighting,
            })
            .collect())
    }

    fn lag_source_of(&self, check: &Check) -> Result<Option<String>, Error> {
        if self.kind_of(check)?.parameters.iter().all(|spec| spec.name != SOURCE) {
            return Ok(None);
        }
        let parameters: domain::check::Parameters =
            serde_json::from_str(&check.parameters).map_err(Error::internal)?;
        Ok(parameters.text(SOURCE).map(str::trim).filter(|name| !name.is_empty()).map(ToOwned::to_owned))
    }
}
