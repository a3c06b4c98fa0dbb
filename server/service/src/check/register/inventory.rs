//! `inventory.coverage`: the inventory of integrations.

use domain::check::{Outcome, Parameters, Status};
use store::UnixMillis;
use store::record::Check;

use super::{Figures, unknown};
use crate::inventory::{Scope, Share, coverage, monitored};
use crate::{Error, Service};

impl Service {
    /// Section `inventory.coverage` of `check-kinds.toml`. What no record says (unused credentials, feeds of contracts,
    /// days to a change) is not observed, so a condition on it stays undecided.
    pub(super) async fn inventory_coverage(
        &self,
        check: &Check,
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
        if found.connections == 0 {
            return Ok(unknown("The inventory holds no integration in scope.".to_owned(), "the inventory"));
        }
        let mut figures =
            Figures::of(format!("the inventory: {} integrations, scope {word}", found.connections));
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
        Ok(figures.outcome(Status::Pass))
    }
}
