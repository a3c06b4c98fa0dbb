//! Attested overrides: a confirmed failure that says nothing against the answer, because somebody signs that it does
//! not, for so long (`scoring.md` section 6.2).

use domain::BindingId;
use domain::check::{BindingState, Status};
use serde_json::json;
use store::record::Override;
use store::{CheckId, FrameworkId, OverrideId, StoreError, UnixMillis};

use crate::service::org_audit;
use crate::{Actor, Error, FieldError, Permission, Service};

/// The longest that an attestation can hold: 90 days.
pub const LONGEST_OVERRIDE: i64 = 90 * 24 * 3600 * 1000;

impl Service {
    /// Signs that a confirmed failure of a check says nothing against the answer that a binding tests. The answer then
    /// counts as far as documents carry it, until the attestation runs out.
    pub async fn override_failure(
        &self,
        actor: &Actor,
        check: CheckId,
        framework: FrameworkId,
        binding: &BindingId,
        reason: &str,
        until: UnixMillis,
    ) -> Result<Override, Error> {
        let check = self.check_for(actor, check, Permission::Review).await?;
        let now = UnixMillis::now();
        let mut problems = Vec::new();
        let reason = reason.trim();
        if !(10..=2000).contains(&reason.chars().count()) {
            problems.push(FieldError::new(
                "reason",
                "Say in 10 to 2,000 characters why the failure says nothing against the answer.",
            ));
        }
        if until <= now || until.0 - now.0 > LONGEST_OVERRIDE {
            problems.push(FieldError::new("until", "Choose a day within the next 90 days."));
        }
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        let standings = self.store().standings_of(check.id).await?;
        let standing = standings.iter().find(|one| one.framework == framework && one.binding == *binding);
        let standing = standing.ok_or(Error::NotFound("The binding"))?;
        let record = crate::assessment::record(standing, now);
        if BindingState::of_probe(&record, self.kind_of(&check)?) != Status::Fail {
            return Err(Error::Conflict(
                "Only a confirmed failure can be overridden, and this check has none there now.".to_owned(),
            ));
        }
        let attested = Override {
            id: OverrideId::new(),
            check: check.id,
            framework,
            binding: binding.clone(),
            reason: reason.to_owned(),
            by: actor.user(),
            by_name: actor.name().to_owned(),
            at: now,
            until,
            withdrawn_at: None,
        };
        let details = json!({ "binding": binding, "reason": reason, "until": until, "check": check.id });
        let entry = org_audit(actor, check.org, "failure.overridden", attested.id, details);
        match self.store().create_override(attested.clone(), entry).await {
            Ok(()) => {}
            Err(StoreError::Full) => return Err(self.signed_already(&attested).await?),
            Err(other) => return Err(other.into()),
        }
        self.catch_up_organization(check.org).await;
        Ok(attested)
    }

    /// Why another attestation for the same binding is refused.
    async fn signed_already(&self, refused: &Override) -> Result<Error, Error> {
        let same = |one: &&Override| {
            one.framework == refused.framework && one.binding == refused.binding && one.in_force(refused.at)
        };
        let known = self.store().overrides_of(refused.check).await?;
        let by = known.iter().find(same).map_or("Somebody", |one| one.by_name.as_str());
        Ok(Error::Conflict(format!("{by} has signed for this already. Withdraw it first.")))
    }

    /// Lets the failure count again.
    pub async fn withdraw_override(&self, actor: &Actor, id: OverrideId) -> Result<(), Error> {
        let found = self.store().get_override(id).await?.ok_or(Error::NotFound("The attestation"))?;
        let check = self.store().check(found.check).await?.ok_or(Error::NotFound("The attestation"))?;
        self.authorize(actor, check.org, Permission::Review, "The attestation").await?;
        let details = json!({ "binding": found.binding, "check": found.check });
        let entry = org_audit(actor, check.org, "override.withdrawn", id, details);
        if !self.store().withdraw_override(id, UnixMillis::now(), actor.user(), entry).await? {
            return Err(Error::Conflict("It was withdrawn already.".to_owned()));
        }
        self.catch_up_organization(check.org).await;
        Ok(())
    }

    /// Every attestation that was ever signed against a check's failures, the latest first.
    pub async fn overrides(&self, actor: &Actor, check: CheckId) -> Result<Vec<Override>, Error> {
        let check = self.check_for(actor, check, Permission::Read).await?;
        Ok(self.store().overrides_of(check.id).await?)
    }
}
