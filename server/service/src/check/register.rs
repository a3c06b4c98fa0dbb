//! Kinds of group *register*: they look at nothing but Rung's own records.
//!
//! To add one: a function here that reads the records and observes, and its code in [`observe`] and [`supports`].

use domain::KindCode;
use domain::check::{Message, Observations, Outcome, Parameters, Reach, Severity, Status};
use rust_decimal::Decimal;
use store::UnixMillis;
use store::record::Check;

use crate::inventory::{Scope, Share, coverage, monitored};
use crate::{Error, Service};

/// Whether a kind is one of these.
pub(crate) fn supports(kind: &KindCode) -> bool {
    matches!(kind.as_str(), "inventory.coverage")
}

impl Service {
    /// Runs a check of a register kind on the records of its organization.
    pub(super) async fn observe(&self, check: &Check, parameters: &Parameters) -> Result<Outcome, Error> {
        match check.kind.as_str() {
            "inventory.coverage" => self.inventory_coverage(check, parameters).await,
            _ => Err(Error::NotFound("The kind of the check")),
        }
    }

    /// Section `inventory.coverage` of `check-kinds.toml`. What no record says (unused credentials, feeds of contracts,
    /// days to a change) is not observed, so a condition on it stays undecided.
    async fn inventory_coverage(&self, check: &Check, parameters: &Parameters) -> Result<Outcome, Error> {
        let word = parameters.text("scope").unwrap_or("all");
        let Some(scope) = Scope::of(word) else {
            return Ok(unknown(format!("\"{word}\" is no scope: write all, critical or new.")));
        };
        let entries = self.store().integrations_of(check.org, None, u32::MAX).await?;
        let checks = self.store().checks_of(check.org).await?;
        let monitored = monitored(&checks);
        let seen = parameters.list("imports");
        let found = coverage(&entries, scope, &monitored, seen, UnixMillis::now());
        if found.connections == 0 {
            return Ok(unknown("The inventory holds no integration in scope.".to_owned()));
        }
        let mut observations = Observations::new();
        let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        observations.set("connections", count(found.connections));
        observations.set("unowned_over_30d", count(found.unowned_over_30d));
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
        for (name, share) in shares {
            let percent: Option<Decimal> = share.and_then(Share::percent);
            if let Some(percent) = percent {
                observations.set(name, percent);
            }
        }
        Ok(Outcome {
            reach: Reach::Answered,
            status: Status::Pass,
            warned: false,
            observations,
            messages: Vec::new(),
            checked: format!("the inventory: {} integrations, scope {word}", found.connections),
        })
    }
}

/// The records say nothing.
fn unknown(text: String) -> Outcome {
    Outcome {
        reach: Reach::Inconclusive,
        status: Status::Unknown,
        warned: false,
        observations: Observations::new(),
        messages: vec![Message::new(Severity::Warning, text)],
        checked: "the inventory".to_owned(),
    }
}
