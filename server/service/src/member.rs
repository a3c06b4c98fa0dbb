//! Who belongs to an organization, in which role.

use serde_json::json;
use store::record::{Made, Member, MemberChange, Role};
use store::{OrgId, StoreError, UnixMillis, UserId};

use crate::service::org_audit;
use crate::{Actor, Error, Permission, Service};

impl Service {
    pub async fn members(&self, actor: &Actor, org: OrgId) -> Result<Vec<Member>, Error> {
        self.authorize(actor, org, Permission::Read, "The organization").await?;
        Ok(self.store().members(org).await?)
    }

    /// Adds an existing account by its e-mail.
    pub async fn add_member(&self, actor: &Actor, org: OrgId, email: &str, role: Role) -> Result<(), Error> {
        self.authorize(actor, org, Permission::Own, "The organization").await?;
        let email = email.trim().to_lowercase();
        let user = self.store().user_by_email(&email).await?.ok_or_else(|| {
            Error::invalid("email", "No account has this e-mail. Invite the address instead.")
        })?;
        let entry = org_audit(actor, org, "member.added", user.id, json!({ "email": email, "role": role }));
        match self.store().add_member(org, user.id, role, UnixMillis::now(), entry).await {
            Ok(()) => Ok(()),
            Err(StoreError::Duplicate { .. }) => {
                Err(Error::invalid("email", "This account is a member already."))
            }
            Err(other) => Err(other.into()),
        }
    }

    /// Changes a member's role. The last owner stays owner. What the member opened to others, and may not open in the
    /// new role, ends: their invitations, their links to reports.
    pub async fn set_role(&self, actor: &Actor, org: OrgId, user: UserId, role: Role) -> Result<(), Error> {
        self.authorize(actor, org, Permission::Own, "The organization").await?;
        let entry = org_audit(actor, org, "member.role_changed", user, json!({ "role": role }));
        let makes = [(Permission::Own, Made::Invitations), (Permission::Assess, Made::Links)];
        let ends = makes.into_iter().filter(|(needed, _)| !needed.allows(role)).map(|(_, made)| made);
        done(self.store().set_role(org, user, role, &ends.collect::<Vec<_>>(), entry).await?)
    }

    /// Ends a membership. The last owner cannot leave.
    pub async fn remove_member(&self, actor: &Actor, org: OrgId, user: UserId) -> Result<(), Error> {
        self.authorize(actor, org, Permission::Own, "The organization").await?;
        let entry = org_audit(actor, org, "member.removed", user, json!({}));
        done(self.store().remove_member(org, user, entry).await?)
    }
}

/// For whoever lost a role while they did something in it.
pub(crate) fn role_changed() -> Error {
    Error::Conflict("Your role here changed in the meantime. Load the page again.".to_owned())
}

fn done(change: MemberChange) -> Result<(), Error> {
    match change {
        MemberChange::Done => Ok(()),
        MemberChange::NoSuchMember => Err(Error::NotFound("The member")),
        MemberChange::LastOwner => {
            Err(Error::Conflict("An organization needs an owner. Make somebody else owner first.".to_owned()))
        }
    }
}
