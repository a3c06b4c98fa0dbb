//! The demonstration: which organization is the actor's, who may break what its checks look at, and what only it has: a
//! past that nobody lived, and a member whom nobody is.

use serde_json::json;
use store::record::{MadeUpPast, Organization, Role};
use store::{CheckId, OrgId};

use crate::service::org_audit;
use crate::{Actor, Error, Permission, Service};

/// More than anybody has organizations.
const ALL: u32 = 1000;

/// Who answers in a demonstration that somebody else reviews.
const STAND_IN: &str = "Demonstration member";

/// What an endpoint of the sandbox is made to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    Sound,
    Broken,
}

impl Service {
    /// The actor's demonstration organization, with the role there; `None` where there is none.
    pub async fn demonstration(&self, actor: &Actor) -> Result<Option<(Organization, Role)>, Error> {
        let mine = self.organizations(actor, None, ALL).await?;
        Ok(mine.into_iter().find(|(organization, _)| organization.demo))
    }

    /// Allows the actor to break or mend an endpoint of the sandbox, and writes down that it happens. The endpoints are
    /// everybody's, so whoever does it needs a demonstration, and a say in it. Whoever asks throws the switch.
    pub async fn switch_endpoint(
        &self,
        actor: &Actor,
        endpoint: &str,
        condition: Condition,
    ) -> Result<(), Error> {
        let (organization, role) =
            self.demonstration(actor).await?.ok_or(Error::NotFound("The demonstration"))?;
        if !Permission::Operate.allows(role) {
            return Err(Error::Forbidden(Permission::Operate.refusal(role)));
        }
        let action = match condition {
            Condition::Sound => "sandbox.mended",
            Condition::Broken => "sandbox.broken",
        };
        let entry = org_audit(actor, organization.id, action, endpoint, json!({}));
        Ok(self.store().record_audit(entry).await?)
    }

    /// Gives a check of a demonstration a past.
    pub async fn make_up_past(&self, actor: &Actor, id: CheckId, past: &MadeUpPast) -> Result<(), Error> {
        let check = self.check_for(actor, id, Permission::Operate).await?;
        self.is_demonstration(check.org).await?;
        let details = json!({ "hours": past.hours.len() });
        let entry = org_audit(actor, check.org, "check.past_made_up", id, details);
        Ok(self.store().keep_made_up_past(id, past, entry).await?)
    }

    /// The member who answers in a demonstration, for whoever may start assessments there; made by an owner when there is
    /// none yet, and an owner too.
    pub async fn stand_in(&self, actor: &Actor, org: OrgId) -> Result<Actor, Error> {
        self.authorize(actor, org, Permission::Assess, "The organization").await?;
        self.is_demonstration(org).await?;
        if let Some(there) = self.store().stand_in(org).await? {
            return Ok(there.into());
        }
        self.authorize(actor, org, Permission::Own, "The organization").await?;
        let entry = org_audit(actor, org, "member.made_up", org, json!({ "name": STAND_IN }));
        Ok(self.store().add_stand_in(org, STAND_IN, Role::Owner, entry).await?.into())
    }

    async fn is_demonstration(&self, org: OrgId) -> Result<(), Error> {
        match self.store().organization(org).await? {
            Some(organization) if organization.demo => Ok(()),
            Some(_) => Err(Error::Conflict("Only a demonstration has what is made up.".to_owned())),
            None => Err(Error::NotFound("The organization")),
        }
    }
}
