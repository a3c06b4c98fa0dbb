//! Organizations and who belongs to them.

use domain::ProfileCode;

use crate::column::{Json, Text, from_row};
use crate::db::{Link, Store, row, rows, run, statements};
use crate::error::{Naming, StoreError};
use crate::ids::{OrgId, UnixMillis, UserId};
use crate::page;
use crate::record::{
    AssessmentState, Audit, Made, Member, MemberChange, Organization, OrganizationChange,
    OrganizationChanged, Role,
};
use crate::{audit, invitations, shares};

/// The columns of an organization, from `organizations o`, as [`Organization`] reads them.
macro_rules! organization_columns {
    () => {
        "o.id AS org_id, o.slug, o.name AS org_name, o.profiles, o.size_band, o.demo, \
         o.created_at AS org_created_at"
    };
}
pub(crate) use organization_columns;

statements! {
    Both INSERT = "INSERT INTO organizations (id, slug, name, profiles, size_band, demo, created_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    Both UPDATE = "UPDATE organizations SET name = COALESCE($2, name), profiles = COALESCE($3, profiles), \
        size_band = COALESCE($4, size_band) WHERE id = $1";
    Both UNDER_REVIEW = "SELECT title FROM assessments WHERE org_id = $1 AND state IN ($2, $3) ORDER BY id LIMIT 1";
    Both BY_ID = concat!("SELECT ", organization_columns!(), " FROM organizations o WHERE o.id = $1");
    Both BY_SLUG = concat!("SELECT ", organization_columns!(), " FROM organizations o WHERE o.slug = $1");
    Both OF_USER = concat!(
        "SELECT ", organization_columns!(), ", m.role FROM memberships m JOIN organizations o ON o.id = m.org_id \
        WHERE m.user_id = $1 AND o.id > $2 ORDER BY o.id LIMIT $3"
    );
    Both ROLE_BY_SLUG = concat!(
        "SELECT ", organization_columns!(), ", m.role FROM organizations o JOIN memberships m ON m.org_id = o.id \
        WHERE o.slug = $1 AND m.user_id = $2"
    );
    Both ROLE = "SELECT role FROM memberships WHERE org_id = $1 AND user_id = $2";
    Both ADD_MEMBER = "INSERT INTO memberships (org_id, user_id, role, since) VALUES ($1, $2, $3, $4)";
    Both SET_ROLE = "UPDATE memberships SET role = $3 WHERE org_id = $1 AND user_id = $2";
    // Changes nothing, and makes whoever does the same wait until this transaction ends.
    Both HOLD = "UPDATE organizations SET slug = slug WHERE id = $1";
    Both HOLD_OF_ASSESSMENT = "UPDATE organizations SET slug = slug \
        WHERE id = (SELECT org_id FROM assessments WHERE id = $1)";
    Both HOLD_OF_CHECK = "UPDATE organizations SET slug = slug WHERE id = (SELECT org_id FROM checks WHERE id = $1)";
    Both OTHERS_WITH = "SELECT COUNT(*) FROM memberships WHERE org_id = $1 AND user_id <> $2 AND role = $3";
    Both REMOVE_MEMBER = "DELETE FROM memberships WHERE org_id = $1 AND user_id = $2";
    Both MEMBERS = "SELECT m.user_id, u.name, u.email, m.role, m.since FROM memberships m \
        JOIN users u ON u.id = m.user_id WHERE m.org_id = $1 ORDER BY u.name, u.email";
}

from_row! {
    Organization {
        id = "org_id", slug, name = "org_name", profiles: json, size_band: text, demo,
        created_at = "org_created_at",
    }
    Belonging { organization: flat, role: text }
    Member { user = "user_id", name, email, role: text, since }
}

/// An organization with the role that somebody has in it.
struct Belonging {
    organization: Organization,
    role: Role,
}

impl From<Belonging> for (Organization, Role) {
    fn from(belonging: Belonging) -> Self {
        (belonging.organization, belonging.role)
    }
}

async fn insert_member(
    link: &mut Link<'_>,
    org: OrgId,
    user: UserId,
    role: Role,
    at: UnixMillis,
) -> Result<(), StoreError> {
    run!(link, ADD_MEMBER, org, user, Text(role), at)
        .or_duplicate("such a member")
        .or_missing("account or organization")?;
    Ok(())
}

/// Whether the member is the only owner. Of two owners who leave at once the second sees the first one gone.
async fn is_last_owner(link: &mut Link<'_>, org: OrgId, user: UserId) -> Result<bool, StoreError> {
    run!(link, HOLD, org)?;
    let role = row!(link, (Text<Role>,), ROLE, org, user)?;
    let others = row!(link, (i64,), OTHERS_WITH, org, user, Text(Role::Owner))?;
    Ok(role.is_some_and(|(role,)| role.0 == Role::Owner) && others.is_none_or(|(count,)| count == 0))
}

/// Whether somebody still has the role that they were let in by. Who takes it from them comes wholly before or wholly after:
/// what they open to others ends with it, or is not made.
pub(crate) async fn keeps_role(
    link: &mut Link<'_>,
    org: OrgId,
    user: UserId,
    role: Role,
) -> Result<bool, StoreError> {
    run!(link, HOLD, org)?;
    let now = row!(link, (Text<Role>,), ROLE, org, user)?;
    Ok(now.is_some_and(|(now,)| now.0 == role))
}

/// The title of an assessment that waits for its review or is in it.
async fn under_review(link: &mut Link<'_>, org: OrgId) -> Result<Option<String>, StoreError> {
    use AssessmentState::{InReview, Submitted};
    Ok(row!(link, (String,), UNDER_REVIEW, org, Text(Submitted), Text(InReview))?.map(|(title,)| title))
}

/// Whether both name the same, in whatever order.
fn same_profiles(chosen: &[ProfileCode], known: &[ProfileCode]) -> bool {
    chosen.iter().all(|one| known.contains(one)) && known.iter().all(|one| chosen.contains(one))
}

impl Store {
    /// Creates it with its first owner. [`StoreError::Duplicate`] when the slug is taken.
    pub async fn create_organization(
        &self,
        organization: Organization,
        owner: UserId,
        audit: Audit,
    ) -> Result<(), StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        run!(
            link,
            INSERT,
            organization.id,
            &*organization.slug,
            &*organization.name,
            Json(&organization.profiles),
            Text(organization.size_band),
            organization.demo,
            organization.created_at
        )
        .or_duplicate("an organization with this address")?;
        insert_member(link, organization.id, owner, Role::Owner, organization.created_at).await?;
        audit::append(link, &audit).await?;
        writing.commit().await
    }

    /// Writes what is given. Other profiles are refused while an assessment waits for its review or is in it: whoever
    /// submits holds the organization as this does, and comes wholly before or wholly after.
    pub async fn update_organization(
        &self,
        id: OrgId,
        change: &OrganizationChange,
        audit: Audit,
    ) -> Result<OrganizationChanged, StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        run!(link, HOLD, id)?;
        let Some(known) = row!(link, Organization, BY_ID, id)? else {
            return Ok(OrganizationChanged::NoSuchOrganization);
        };
        if change.profiles.as_ref().is_some_and(|chosen| !same_profiles(chosen, &known.profiles))
            && let Some(title) = under_review(link, id).await?
        {
            return Ok(OrganizationChanged::UnderReview(title));
        }
        run!(
            link,
            UPDATE,
            id,
            change.name.as_deref(),
            change.profiles.as_ref().map(Json),
            change.size_band.map(Text)
        )?;
        let changed = row!(link, Organization, BY_ID, id)?;
        let changed = changed.ok_or(StoreError::NotFound { what: "organization" })?;
        audit::append(link, &audit).await?;
        writing.commit().await?;
        Ok(OrganizationChanged::Done(changed))
    }

    pub async fn organization(&self, id: OrgId) -> Result<Option<Organization>, StoreError> {
        let mut lease = self.read().await?;
        Ok(row!(&mut lease.link(), Organization, BY_ID, id)?)
    }

    pub async fn organization_by_slug(&self, slug: &str) -> Result<Option<Organization>, StoreError> {
        let mut lease = self.read().await?;
        Ok(row!(&mut lease.link(), Organization, BY_SLUG, slug)?)
    }

    /// Oldest first, from the one after `after`.
    pub async fn organizations_of(
        &self,
        user: UserId,
        after: Option<OrgId>,
        limit: u32,
    ) -> Result<Vec<(Organization, Role)>, StoreError> {
        let mut lease = self.read().await?;
        let belongings =
            rows!(&mut lease.link(), Belonging, OF_USER, user, page::after(after), i64::from(limit))?;
        Ok(belongings.into_iter().map(Into::into).collect())
    }

    /// `None` when there is no such organization, and when the user does not belong to it.
    pub async fn organization_role_by_slug(
        &self,
        slug: &str,
        user: UserId,
    ) -> Result<Option<(Organization, Role)>, StoreError> {
        let mut lease = self.read().await?;
        Ok(row!(&mut lease.link(), Belonging, ROLE_BY_SLUG, slug, user)?.map(Into::into))
    }

    pub async fn role(&self, org: OrgId, user: UserId) -> Result<Option<Role>, StoreError> {
        let mut lease = self.read().await?;
        let role = row!(&mut lease.link(), (Text<Role>,), ROLE, org, user)?;
        Ok(role.map(|(role,)| role.0))
    }

    /// [`StoreError::Duplicate`] when the account is a member already.
    pub async fn add_member(
        &self,
        org: OrgId,
        user: UserId,
        role: Role,
        at: UnixMillis,
        audit: Audit,
    ) -> Result<(), StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        insert_member(link, org, user, role, at).await?;
        audit::append(link, &audit).await?;
        writing.commit().await
    }

    /// The last owner stays owner. What the member made and may not make in the new role, `ends`, is open no more.
    pub async fn set_role(
        &self,
        org: OrgId,
        user: UserId,
        role: Role,
        ends: &[Made],
        audit: Audit,
    ) -> Result<MemberChange, StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        if role != Role::Owner && is_last_owner(link, org, user).await? {
            return Ok(MemberChange::LastOwner);
        }
        if run!(link, SET_ROLE, org, user, Text(role))? == 0 {
            return Ok(MemberChange::NoSuchMember);
        }
        audit::append(link, &audit).await?;
        for made in ends {
            let open = match made {
                Made::Invitations => invitations::MADE_BY,
                Made::Links => shares::MADE_BY,
            };
            audit::end_each(link, open, (org, user), &audit).await?;
        }
        writing.commit().await?;
        Ok(MemberChange::Done)
    }

    /// The last owner stays. What would bring the member back, or lets others read on in their name, ends with the
    /// membership: open invitations that they made or that are for them, and open links to reports.
    pub async fn remove_member(
        &self,
        org: OrgId,
        user: UserId,
        audit: Audit,
    ) -> Result<MemberChange, StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        if is_last_owner(link, org, user).await? {
            return Ok(MemberChange::LastOwner);
        }
        if run!(link, REMOVE_MEMBER, org, user)? == 0 {
            return Ok(MemberChange::NoSuchMember);
        }
        audit::append(link, &audit).await?;
        for open in [invitations::MADE_BY, invitations::MADE_FOR, shares::MADE_BY] {
            audit::end_each(link, open, (org, user), &audit).await?;
        }
        writing.commit().await?;
        Ok(MemberChange::Done)
    }

    /// By name.
    pub async fn members(&self, org: OrgId) -> Result<Vec<Member>, StoreError> {
        let mut lease = self.read().await?;
        Ok(rows!(&mut lease.link(), Member, MEMBERS, org)?)
    }
}
