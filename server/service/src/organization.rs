//! Organizations.

use std::collections::BTreeMap;

use domain::ProfileCode;
use serde_json::json;
pub use store::record::OrganizationChange;
use store::record::{AuditEntry, Organization, OrganizationChanged, Role, SizeBand};
use store::{OrgId, StoreError, UnixMillis};
use tokio::task::JoinSet;

use crate::assessment::Assessed;
use crate::service::org_audit;
use crate::{Actor, Error, FieldError, Permission, Service};

/// What a new organization needs.
#[derive(Debug, Clone)]
pub struct NewOrganization {
    pub name: String,
    pub profiles: Vec<ProfileCode>,
    pub size_band: SizeBand,
    /// Demonstration data, labelled wherever it is shown.
    pub demo: bool,
}

/// The current assessment of an organization, scored.
pub struct Current {
    pub assessed: Assessed,
    /// It was submitted, and the live rung stays below the submitted one.
    pub at_risk: bool,
}

impl Service {
    /// Creates an organization; the actor becomes its owner.
    pub async fn create_organization(
        &self,
        actor: &Actor,
        new: NewOrganization,
    ) -> Result<Organization, Error> {
        let name = new.name.trim().to_owned();
        let profiles = self.profiles_of(&name, &new.profiles).await?;
        let mut organization = Organization {
            id: OrgId::new(),
            slug: String::new(),
            name,
            profiles,
            size_band: new.size_band,
            demo: new.demo,
            created_at: UnixMillis::now(),
        };
        let base = slug(&organization.name);
        for number in 1.. {
            organization.slug = if number == 1 { base.clone() } else { format!("{base}-{number}") };
            let details = json!({ "name": organization.name, "slug": organization.slug });
            let entry = org_audit(actor, organization.id, "organization.created", organization.id, details);
            match self.store().create_organization(organization.clone(), actor.user(), entry).await {
                Ok(()) => break,
                Err(StoreError::Duplicate { .. }) if number < 1000 => {}
                Err(other) => return Err(other.into()),
            }
        }
        Ok(organization)
    }

    /// Changes what an organization is; its address stays. While an assessment waits for its review or is in it, so do the
    /// profiles, which decide what was asked. A demonstration stays as its tour tells of it.
    pub async fn update_organization(
        &self,
        actor: &Actor,
        id: OrgId,
        change: OrganizationChange,
    ) -> Result<Organization, Error> {
        self.authorize(actor, id, Permission::Own, "The organization").await?;
        let known = self.store().organization(id).await?.ok_or(Error::NotFound("The organization"))?;
        if known.demo {
            return Err(Error::Conflict("This is a demonstration: it stays as it is.".to_owned()));
        }
        let name = change.name.map(|name| name.trim().to_owned());
        let chosen = change.profiles.as_ref().unwrap_or(&known.profiles);
        let profiles = self.profiles_of(name.as_deref().unwrap_or(&known.name), chosen).await?;
        let profiles = change.profiles.is_some().then_some(profiles);
        let change = OrganizationChange { name, profiles, size_band: change.size_band };
        let mut details = json!({});
        if let Some(name) = &change.name {
            details["name"] = json!(name);
        }
        if let Some(profiles) = &change.profiles {
            details["profiles"] = json!(profiles);
        }
        if let Some(size_band) = change.size_band {
            details["size_band"] = json!(size_band);
        }
        let entry = org_audit(actor, id, "organization.changed", id, details);
        match self.store().update_organization(id, &change, entry).await? {
            OrganizationChanged::Done(changed) => {
                self.catch_up_organization(id).await;
                Ok(changed)
            }
            OrganizationChanged::NoSuchOrganization => Err(Error::NotFound("The organization")),
            OrganizationChanged::UnderReview(title) => Err(Error::Conflict(format!(
                "{title} is submitted, and its questions follow from the profiles. Change them once it is signed, or \
                 after its submission was taken back."
            ))),
        }
    }

    /// The chosen profiles in the frameworks' order, or everything that is wrong with what an organization is to be.
    async fn profiles_of(&self, name: &str, chosen: &[ProfileCode]) -> Result<Vec<ProfileCode>, Error> {
        let problems = self.organization_problems(name, chosen).await?;
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        let known = self.profile_codes().await?;
        Ok(known.into_iter().filter(|profile| chosen.contains(profile)).collect())
    }

    /// Everything that is wrong with a name and profiles, for a form that has more to refuse.
    pub async fn organization_problems(
        &self,
        name: &str,
        chosen: &[ProfileCode],
    ) -> Result<Vec<FieldError>, Error> {
        let known = self.profile_codes().await?;
        let name = name.trim();
        let mut problems = Vec::new();
        problems.extend(crate::name::problem("name", name, "Enter the organization's name.", 160));
        if chosen.is_empty() {
            problems.push(FieldError::new(
                "profiles",
                "Choose at least one profile: it decides which criteria apply.",
            ));
        }
        for unknown in chosen.iter().filter(|profile| !known.contains(profile)) {
            problems
                .push(FieldError::new("profiles", format!("{unknown} is not a profile of any framework.")));
        }
        Ok(problems)
    }

    /// The organizations that the actor belongs to, oldest first, after the one given.
    pub async fn organizations(
        &self,
        actor: &Actor,
        after: Option<OrgId>,
        limit: u32,
    ) -> Result<Vec<(Organization, Role)>, Error> {
        Ok(self.store().organizations_of(actor.user(), after, limit).await?)
    }

    /// The same, each with its current assessment, scored now.
    pub async fn organizations_assessed(
        &self,
        actor: &Actor,
        after: Option<OrgId>,
        limit: u32,
    ) -> Result<Vec<(Organization, Role, Option<Current>)>, Error> {
        let organizations = self.organizations(actor, after, limit).await?;
        let current = self.store().current_assessments(actor.user()).await?;
        let mut scoring = JoinSet::new();
        for (organization, role) in &organizations {
            let (org, role, service, actor) = (organization.id, *role, self.clone(), actor.clone());
            let Some(assessment) = current.get(&org).copied() else { continue };
            scoring.spawn(async move {
                let Some(bundle) = service.store().bundle(assessment, None).await? else { return Ok(None) };
                let assessed = service.assess(bundle, role).await?;
                let submission = service.submission_of(&actor, &assessed).await?;
                let at_risk = submission.is_some_and(|submission| submission.at_risk);
                Ok::<_, Error>(Some((org, Current { assessed, at_risk })))
            });
        }
        let mut scored: BTreeMap<OrgId, Current> = BTreeMap::new();
        while let Some(done) = scoring.join_next().await {
            scored.extend(done.map_err(Error::internal)??);
        }
        let with_score = |(organization, role): (Organization, Role)| {
            let assessed = scored.remove(&organization.id);
            (organization, role, assessed)
        };
        Ok(organizations.into_iter().map(with_score).collect())
    }

    pub async fn organization(&self, actor: &Actor, id: OrgId) -> Result<Organization, Error> {
        self.role(actor, id, "The organization").await?;
        self.store().organization(id).await?.ok_or(Error::NotFound("The organization"))
    }

    pub async fn organization_by_slug(
        &self,
        actor: &Actor,
        slug: &str,
    ) -> Result<(Organization, Role), Error> {
        let found = self.store().organization_role_by_slug(slug, actor.user()).await?;
        found.ok_or(Error::NotFound("The organization"))
    }

    /// What was written in the organization, newest first.
    pub async fn audit(&self, actor: &Actor, org: OrgId, limit: u32) -> Result<Vec<AuditEntry>, Error> {
        self.authorize(actor, org, Permission::Read, "The organization").await?;
        Ok(self.store().audit_of(org, None, limit).await?)
    }

    /// Every profile letter that a framework knows, in the frameworks' order.
    async fn profile_codes(&self) -> Result<Vec<ProfileCode>, Error> {
        let mut codes = Vec::new();
        for entry in self.store().frameworks().await? {
            for profile in &self.prepared(entry.id).await?.framework.profiles {
                if !codes.contains(&profile.code) {
                    codes.push(profile.code.clone());
                }
            }
        }
        Ok(codes)
    }
}

/// The name in lower-case ASCII letters, digits and single hyphens, for addresses.
pub(crate) fn slug(name: &str) -> String {
    let mut slug = String::new();
    for c in name.chars().flat_map(char::to_lowercase) {
        if c.is_ascii_alphanumeric() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug = slug.trim_end_matches('-');
    match slug {
        "" => "organization".to_owned(),
        // The address of the form itself.
        "new" => "new-organization".to_owned(),
        _ => slug.chars().take(60).collect::<String>().trim_end_matches('-').to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::slug;

    #[test]
    fn a_slug_is_an_address_that_people_can_read() {
        assert_eq!(slug("Alder Regional Hospital"), "alder-regional-hospital");
        assert_eq!(slug("  St. Mary's (North) "), "st-mary-s-north");
        assert_eq!(slug("病院"), "organization");
        assert_eq!(slug("New"), "new-organization");
    }
}
