//! Which checks bear on which criteria (`product.md`, *Ties*).

use domain::check::{BindingState, Status};
use domain::framework::Domain;
use domain::{BindingId, DomainCode};
use serde_json::json;
use store::record::{Check, CheckPage, Integration, ManualTie};
use store::{CheckId, FrameworkId, UnixMillis};

use crate::service::org_audit;
use crate::{Actor, Error, Permission, Service};

/// Domains in which every integration counts: who governs and who operates answers for all of them.
const ALWAYS: [&str; 2] = ["GOV", "OPS"];

/// Whether a check of the binding's kind is tied to it: as somebody decided by hand, else where its integration
/// serves the binding's domain (or names none), and always in the domains of [`ALWAYS`].
pub(crate) fn is_tied(domain: &DomainCode, integration: &Integration, by_hand: Option<&ManualTie>) -> bool {
    let serves = &integration.details.serves;
    by_hand.map_or_else(
        || serves.is_empty() || serves.contains(domain) || ALWAYS.contains(&domain.as_str()),
        |tie| tie.tied,
    )
}

/// A binding that a check fails for.
pub(crate) struct Failing {
    pub(crate) binding: BindingId,
    domain: DomainCode,
    by_hand: Option<ManualTie>,
}

impl Failing {
    /// Whether the check is tied to it while its integration is this one.
    pub(crate) fn is_tied(&self, integration: &Integration) -> bool {
        is_tied(&self.domain, integration, self.by_hand.as_ref())
    }
}

impl Service {
    /// Ties a check to a binding, or unties it, against the rule and with a reason.
    pub async fn set_tie(
        &self,
        actor: &Actor,
        check: CheckId,
        framework: FrameworkId,
        binding: &BindingId,
        tied: bool,
        reason: &str,
    ) -> Result<(), Error> {
        let check = self.check_for(actor, check, Permission::Review).await?;
        let reason = reason.trim();
        if reason.is_empty() || reason.chars().count() > 500 {
            return Err(Error::invalid(
                "reason",
                "Say in 1 to 500 characters why the tie differs from the rule.",
            ));
        }
        let prepared = self.prepared(framework).await?;
        let bindings = prepared.framework.criteria().flat_map(|criterion| &criterion.bindings);
        let fits =
            bindings.into_iter().any(|candidate| candidate.id == *binding && candidate.kind == check.kind);
        if !fits {
            return Err(Error::NotFound("The binding"));
        }
        let tie = ManualTie {
            check: check.id,
            framework,
            binding: binding.clone(),
            tied,
            reason: reason.to_owned(),
            by: actor.user(),
            at: UnixMillis::now(),
        };
        let details = json!({ "binding": binding, "tied": tied, "reason": reason });
        let entry = org_audit(actor, check.org, "tie.changed", check.id, details);
        self.store().set_tie(tie, entry).await?;
        self.look_again(&check).await;
        self.catch_up_organization(check.org).await;
        Ok(())
    }

    /// Taking a domain off an integration unties its checks there. That silences a confirmed failure as pausing the check
    /// does, and needs a reviewer as that does (`scoring.md` section 6.2). The bindings whose failure is silenced so.
    pub(crate) async fn may_serve(
        &self,
        actor: &Actor,
        before: &Integration,
        after: &Integration,
    ) -> Result<Vec<BindingId>, Error> {
        if before.details.serves == after.details.serves {
            return Ok(Vec::new());
        }
        let silenced = self.silenced(before, after).await?;
        let role = self.role(actor, before.org, "The integration").await?;
        if silenced.is_empty() || Permission::Review.allows(role) {
            return Ok(silenced);
        }
        let bindings: Vec<_> = silenced.iter().map(BindingId::as_str).collect();
        Err(Error::Forbidden(format!(
            "A check of \"{}\" fails, and would no longer count where it does ({}). {}",
            before.details.name,
            bindings.join(", "),
            Permission::Review.refusal(role)
        )))
    }

    /// The bindings that a check of the integration fails for now, and would be tied to no more.
    async fn silenced(&self, before: &Integration, after: &Integration) -> Result<Vec<BindingId>, Error> {
        let checks = self.store().checks_of_integration(before.id).await?;
        let (Some(first), Some(last)) = (checks.first(), checks.last()) else { return Ok(Vec::new()) };
        let all = CheckPage { integration: before.id, from: first.id, to: last.id };
        // Most of the time none fails, and then none is looked at by itself.
        if !self.store().any_fails(all).await? {
            return Ok(Vec::new());
        }
        let mut silenced = Vec::new();
        for check in checks {
            let failing = self.failing_of(&check).await?.into_iter();
            let untied = failing.filter(|one| one.is_tied(before) && !one.is_tied(after));
            silenced.extend(untied.map(|one| one.binding));
        }
        silenced.sort();
        silenced.dedup();
        Ok(silenced)
    }

    /// What a check fails for now, whether it is tied to it or not.
    pub(crate) async fn failing_of(&self, check: &Check) -> Result<Vec<Failing>, Error> {
        let (kind, now) = (self.kind_of(check)?, UnixMillis::now());
        let ties = self.store().ties_of(check.id).await?;
        let mut failing = Vec::new();
        for standing in self.store().standings_of(check.id).await? {
            let record = crate::assessment::record(&standing, now);
            if BindingState::of_probe(&record, kind) != Status::Fail {
                continue;
            }
            let framework = self.prepared(standing.framework).await?.framework;
            let holds = |domain: &&Domain| {
                let mut bindings = domain.criteria.iter().flat_map(|criterion| &criterion.bindings);
                bindings.any(|binding| binding.id == standing.binding)
            };
            let Some(domain) = framework.domains.iter().find(holds) else { continue };
            let by_hand = ties
                .iter()
                .find(|tie| tie.framework == standing.framework && tie.binding == standing.binding);
            let (domain, by_hand) = (domain.code.clone(), by_hand.cloned());
            failing.push(Failing { binding: standing.binding, domain, by_hand });
        }
        Ok(failing)
    }

    /// Lets the rule decide again.
    pub async fn clear_tie(
        &self,
        actor: &Actor,
        check: CheckId,
        framework: FrameworkId,
        binding: &BindingId,
    ) -> Result<(), Error> {
        let check = self.check_for(actor, check, Permission::Review).await?;
        let entry = org_audit(actor, check.org, "tie.cleared", check.id, json!({ "binding": binding }));
        self.store().clear_tie(check.id, framework, binding, entry).await?;
        self.look_again(&check).await;
        self.catch_up_organization(check.org).await;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use store::record::IntegrationDetails;
    use store::{IntegrationId, OrgId, UserId};

    fn serving(domains: &[&str]) -> Integration {
        let serves = domains.iter().map(|code| DomainCode::from(*code)).collect();
        Integration {
            id: IntegrationId::new(),
            org: OrgId::new(),
            details: IntegrationDetails { serves, ..IntegrationDetails::default() },
            created_at: UnixMillis(0),
            unowned_since: None,
        }
    }

    #[test]
    fn a_check_is_tied_where_its_integration_serves_and_in_governance_and_operations() {
        let patients = serving(&["PAT"]);
        for (domain, tied) in [("PAT", true), ("GOV", true), ("OPS", true), ("NET", false)] {
            assert_eq!(is_tied(&domain.into(), &patients, None), tied, "{domain}");
        }
        assert!(is_tied(&"NET".into(), &serving(&[]), None));
    }

    #[test]
    fn a_decision_by_hand_goes_before_the_rule() {
        let tie = |tied| ManualTie {
            check: CheckId::new(),
            framework: FrameworkId::new(),
            binding: "PAT-1.4".into(),
            tied,
            reason: "a test endpoint".to_owned(),
            by: UserId::new(),
            at: UnixMillis(0),
        };
        assert!(!is_tied(&"PAT".into(), &serving(&["PAT"]), Some(&tie(false))));
        assert!(is_tied(&"NET".into(), &serving(&["PAT"]), Some(&tie(true))));
    }
}
