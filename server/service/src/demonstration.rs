//! What only a demonstration has: a past that nobody lived, and a member whom nobody is. Refused everywhere else.

use serde_json::json;
use store::record::{MadeUpPast, Role};
use store::{CheckId, OrgId};

use crate::service::org_audit;
use crate::{Actor, Error, Permission, Service};

/// Who answers in a demonstration that somebody else reviews.
const STAND_IN: &str = "Demonstration member";

impl Service {
    /// Gives a check of a demonstration a past.
    pub async fn make_up_past(&self, actor: &Actor, id: CheckId, past: &MadeUpPast) -> Result<(), Error> {
        let check = self.check_for(actor, id, Permission::Operate).await?;
        self.is_demonstration(check.org).await?;
        let details = json!({ "hours": past.hours.len() });
        let entry = org_audit(actor, check.org, "check.past_made_up", id, details);
        Ok(self.store().keep_made_up_past(id, past, entry).await?)
    }

    /// The member who answers in a demonstration; made by an owner when there is none yet, and an owner too.
    pub async fn stand_in(&self, actor: &Actor, org: OrgId) -> Result<Actor, Error> {
        self.authorize(actor, org, Permission::Read, "The organization").await?;
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
