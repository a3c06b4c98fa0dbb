//! The demonstration: which organization is the actor's, and who may break what its checks look at.

use serde_json::json;
use store::record::{Organization, Role};

use crate::service::org_audit;
use crate::{Actor, Error, Permission, Service};

/// More than anybody has organizations.
const ALL: u32 = 1000;

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
}
