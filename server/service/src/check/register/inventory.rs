//! `inventory.coverage`: the inventory of integrations.

use domain::check::{CheckKind, Observations, Outcome, Parameters};
use store::UnixMillis;
use store::record::{Check, Integration, Register, RegisterContent};

use super::{Figures, unknown};
use crate::inventory::{
    Scope, Share, contracts_with_feeds, coverage, days_to_change, monitored, unused_credentials,
};
use crate::{Error, Service};

impl Service {
    /// Section `inventory.coverage` of `check-kinds.toml`. What no record says is not observed, so a condition on it stays
    /// undecided.
    pub(super) async fn inventory_coverage(
        &self,
        check: &Check,
        kind: &CheckKind,
        parameters: &Parameters,
    ) -> Result<Outcome, Error> {
        let word = parameters.text("scope").unwrap_or("all");
        let Some(scope) = Scope::of(word) else {
            let text = format!("\"{word}\" is no scope: write all, critical or new.");
            return Ok(unknown(text, "the inventory"));
        };
        let entries = self.store().integrations_of(check.org, None, u32::MAX).await?;
        let checks = self.store().glances_of(check.org).await?;
        let monitored = monitored(&checks);
        let seen = parameters.list("imports");
        let found = coverage(&entries, scope, &monitored, seen, UnixMillis::now());
        let records = self.records(check, &entries).await?;
        if found.connections == 0 && records.iter().next().is_none() {
            return Ok(unknown("The inventory holds no integration in scope.".to_owned(), "the inventory"));
        }
        let mut figures =
            Figures::of(format!("the inventory: {} integrations, scope {word}", found.connections));
        figures.observations = records;
        figures.count("connections", found.connections);
        figures.count("unowned_over_30d", found.unowned_over_30d);
        let shares: [(&str, Option<Share>); 8] = [
            ("coverage_pct", found.seen),
            ("owner_pct", Some(found.owner)),
            ("attributes_pct", Some(found.attributes)),
            ("agreement_pct", Some(found.agreement)),
            ("reviewed_pct", Some(found.reviewed)),
            ("runbook_pct", Some(found.runbook)),
            ("brief_pct", Some(found.brief)),
            ("monitored_pct", Some(found.monitored)),
        ];
        for (name, share) in shares.into_iter().filter_map(|(name, share)| Some((name, share?))) {
            figures.share(name, share.have, share.of);
        }
        self.judged(kind, figures).await
    }

    /// What the registers of credentials, of contracts' feeds and of changes tell.
    async fn records(&self, check: &Check, inventory: &[Integration]) -> Result<Observations, Error> {
        let today = UnixMillis::now().date();
        let (mut credentials, mut contracts, mut changes) = (Vec::new(), Vec::new(), Vec::new());
        for register in [Register::Credentials, Register::ContractFeeds, Register::LogicChanges] {
            for entry in self.entries(check.org, register).await? {
                match entry {
                    RegisterContent::Credentials(credential) => credentials.push(credential),
                    RegisterContent::ContractFeeds(feeds) => contracts.push(feeds),
                    RegisterContent::LogicChanges(change) => changes.push(change),
                    _ => {}
                }
            }
        }
        let mut seen = Observations::new();
        if let Some(unused) = unused_credentials(&credentials, today) {
            seen.set("unused_credentials", i64::try_from(unused).unwrap_or(i64::MAX));
        }
        if let Some(share) = contracts_with_feeds(&contracts, inventory).percent() {
            seen.set("contract_feeds_pct", share);
        }
        if let Some(days) = days_to_change(&changes, today) {
            seen.set("change_median_days", days);
        }
        Ok(seen)
    }
}
