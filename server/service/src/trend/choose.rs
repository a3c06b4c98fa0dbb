//! What is compared: some assessments by name, or all that fit, so that an address stays short however many they are.

use std::collections::BTreeSet;

use domain::FrameworkCode;
use store::record::{Choosable, FrameworkEntry};
use store::{AssessmentId, OrgId};

use crate::{Actor, Error, Permission, Service};

/// So many are compared at once: what one request may cost has an end.
pub const MOST_COMPARED: usize = 1_000;

/// Said where more fit.
const TOO_MANY: &str = "More than 1,000 assessments fit, and at most 1,000 are compared at once: name an organization, or \
                        choose another view.";

/// So many are read, the latest first: a thousand organizations with a yearly assessment since twenty years.
const READ: u32 = 20_000;
/// So many of them are offered one by one: as many as fit into an address that every proxy takes (8 kB).
const OFFERED: usize = 100;

/// Which assessments are compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// These, in this order: the first one is the base.
    These(Vec<AssessmentId>),
    /// All of an organization, by a framework or else by that of its current assessment.
    Organization { org: OrgId, framework: Option<FrameworkCode> },
    /// All by a framework, of the actor's organizations whose name holds a text, or of some of them.
    Organizations { framework: FrameworkCode, name: String, only: Option<BTreeSet<OrgId>> },
}

/// A choice, and what the others are held against: the first that is named, or the oldest of all that fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub choice: Choice,
    pub base: Option<AssessmentId>,
}

/// What is compared. Only [`Service::chosen`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// The base first; there is one.
    all: Vec<Choosable>,
}

impl Chosen {
    pub fn base(&self) -> &Choosable {
        &self.all[0]
    }

    /// In the order in which they were named, or the latest first.
    pub fn others(&self) -> &[Choosable] {
        &self.all[1..]
    }

    /// The base and the others.
    pub fn all(&self) -> &[Choosable] {
        &self.all
    }

    /// Whether they are of several versions of the framework.
    pub fn across_versions(&self) -> bool {
        self.all.iter().any(|one| one.framework_version != self.base().framework_version)
    }

    /// How many organizations they are of.
    pub fn organizations(&self) -> usize {
        self.all.iter().map(|one| one.org).collect::<BTreeSet<_>>().len()
    }
}

/// What may be compared.
#[derive(Debug, Clone)]
pub struct Offer {
    /// The framework that is chosen from; `None` where there is none.
    pub framework: Option<FrameworkCode>,
    /// Of each framework the newest version.
    pub frameworks: Vec<FrameworkEntry>,
    /// Latest first.
    pub assessments: Vec<Choosable>,
    /// How many more fit.
    pub left_out: usize,
}

fn refused(problem: impl Into<String>) -> Error {
    Error::invalid("assessment", problem)
}

impl Service {
    /// What a choice comes to, of the assessments that the actor may read.
    pub async fn chosen(&self, actor: &Actor, asked: &Asked) -> Result<Chosen, Error> {
        let mut all = match &asked.choice {
            Choice::These(ids) => self.these(actor, ids).await?,
            Choice::Organization { org, framework } => self.all_of(actor, *org, framework.as_ref()).await?,
            Choice::Organizations { framework, name, only } => {
                let mut found = self.named(actor, framework, name).await?;
                found.retain(|one| only.as_ref().is_none_or(|only| only.contains(&one.org)));
                found
            }
        };
        if all.is_empty() {
            return Err(refused("No assessment of yours fits this choice."));
        }
        if all.len() > MOST_COMPARED {
            return Err(refused(TOO_MANY));
        }
        let place = match (asked.base, &asked.choice) {
            (Some(base), _) => all.iter().position(|one| one.id == base).ok_or_else(|| {
                Error::invalid("base", "Hold the others against one of those that are compared.")
            })?,
            (None, Choice::These(_)) => 0,
            // The oldest: what the others came from.
            (None, _) => all.len() - 1,
        };
        let base = all.remove(place);
        all.insert(0, base);
        Ok(Chosen { all })
    }

    async fn these(&self, actor: &Actor, ids: &[AssessmentId]) -> Result<Vec<Choosable>, Error> {
        if ids.is_empty() {
            return Err(refused(
                "Choose at least one assessment: one alone shows its course over time, several stand side by side.",
            ));
        }
        let mut all: Vec<Choosable> = Vec::new();
        for id in ids.iter().take(MOST_COMPARED + 1) {
            if all.iter().any(|known| known.id == *id) {
                continue;
            }
            let found = self.store().chosen(actor.user(), *id).await?;
            all.push(found.ok_or(Error::NotFound("The assessment"))?);
        }
        let code = &all[0].framework_code;
        if let Some(other) = all.iter().find(|one| one.framework_code != *code) {
            return Err(refused(format!(
                "Choose assessments by one framework: {} is by {}, the first one by {code}.",
                other.title, other.framework_code
            )));
        }
        Ok(all)
    }

    /// Those of an organization, latest first.
    async fn all_of(
        &self,
        actor: &Actor,
        org: OrgId,
        framework: Option<&FrameworkCode>,
    ) -> Result<Vec<Choosable>, Error> {
        self.authorize(actor, org, Permission::Read, "The organization").await?;
        let code = match framework {
            Some(code) => Some(code.clone()),
            None => self.store().current_framework(org).await?,
        };
        let Some(code) = code else { return Ok(Vec::new()) };
        Ok(self.store().choosable_of(actor.user(), &code, org, READ).await?)
    }

    /// Those by a framework, of organizations whose name holds a text; latest first.
    async fn named(
        &self,
        actor: &Actor,
        framework: &FrameworkCode,
        name: &str,
    ) -> Result<Vec<Choosable>, Error> {
        let mut found = self.store().choosable(actor.user(), framework, READ).await?;
        let name = name.trim().to_lowercase();
        found.retain(|one| one.organization.to_lowercase().contains(&name));
        Ok(found)
    }

    /// The assessments that the actor may choose, by one framework, of organizations whose name holds `name`.
    pub async fn comparable(
        &self,
        actor: &Actor,
        framework: Option<&FrameworkCode>,
        name: &str,
    ) -> Result<Offer, Error> {
        let mut frameworks: Vec<FrameworkEntry> = Vec::new();
        for entry in self.frameworks().await? {
            match frameworks.iter_mut().find(|known| known.code == entry.code) {
                Some(known) if known.imported_at < entry.imported_at => *known = entry,
                Some(_) => {}
                None => frameworks.push(entry),
            }
        }
        let known = |code: &&FrameworkCode| frameworks.iter().any(|entry| entry.code == **code);
        let chosen = if let Some(code) = framework {
            Some(code).filter(known).cloned()
        } else {
            let used = self.store().frameworks_used(actor.user()).await?;
            let all = self.frameworks().await?;
            let used = used.first().and_then(|id| all.iter().find(|entry| entry.id == *id));
            used.or_else(|| all.first()).map(|entry| entry.code.clone())
        };
        let mut assessments = match &chosen {
            Some(code) => self.named(actor, code, name).await?,
            None => Vec::new(),
        };
        let left_out = assessments.len().saturating_sub(OFFERED);
        assessments.truncate(OFFERED);
        Ok(Offer { framework: chosen, frameworks, assessments, left_out })
    }
}
