//! Trend and comparison: any assessments that somebody may read, by any versions of one framework, side by side.
//!
//! The first one chosen is the base that the others are held against. Compared is what counts live; what was submitted
//! and signed stands in the same course of time beside it ([`Course`]).

mod course;

use std::sync::Arc;

use domain::compare::{Difference, Distance, Side, asks_the_same, differences};
use domain::scoring::Exact;
use domain::{CriterionCode, DomainCode, Framework, FrameworkCode};
use store::record::{Choosable, FrameworkEntry};
use store::{AssessmentId, OrgId};

use crate::assessment::Assessed;
use crate::{Actor, Error, Permission, Service};

pub use course::{Course, CourseLine, CoursePoint, Turn};

/// So many are compared at once: more would neither fit on a screen nor into an address.
pub const MOST_COMPARED: usize = 50;

/// So many are read, of which the latest that fit are offered.
const READ: u32 = 5_000;
const OFFERED: usize = 100;

/// Assessments side by side.
pub struct Comparison {
    /// In the order in which they were chosen; the first one is the base.
    pub compared: Vec<Compared>,
    /// Those of the base first.
    pub domains: Vec<ComparedDomain>,
    pub criteria: Vec<ComparedCriterion>,
}

/// One of them.
pub struct Compared {
    pub assessed: Assessed,
    pub course: Course,
}

/// A domain in each of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComparedDomain {
    pub code: DomainCode,
    pub title: String,
    pub scores: Vec<DomainSide>,
}

/// How a domain stands in one of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DomainSide {
    /// `None` where nothing of it applies, or the version has no such domain.
    pub proven: Option<Exact>,
    pub claimed: Option<Exact>,
    /// From the base's proven score to this one's.
    pub distance: Option<Distance>,
}

/// A criterion in each of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComparedCriterion {
    pub code: CriterionCode,
    pub title: String,
    pub sides: Vec<CriterionSide>,
}

/// How a criterion stands in one of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CriterionSide {
    pub side: Side,
    /// Against the base.
    pub differences: Vec<Difference>,
}

impl ComparedCriterion {
    pub fn differs(&self) -> bool {
        self.sides.iter().any(|side| !side.differences.is_empty())
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

impl Comparison {
    pub fn base(&self) -> &Framework {
        &self.compared[0].assessed.framework
    }

    /// Whether they are of several versions of the framework.
    pub fn across_versions(&self) -> bool {
        let version = &self.base().version;
        self.compared.iter().any(|one| one.assessed.framework.version != *version)
    }

    /// How the overall score of the one at this place stands against the base's.
    pub fn overall_distance(&self, place: usize) -> Option<Distance> {
        let overall = |one: &Compared| one.assessed.score.totals.as_ref().map(|totals| totals.overall);
        let (base, other) = (overall(self.compared.first()?)?, overall(self.compared.get(place)?)?);
        Distance::between(&base, &other)
    }
}

impl Service {
    /// Compares assessments, in the order given.
    pub async fn compare(&self, actor: &Actor, ids: &[AssessmentId]) -> Result<Comparison, Error> {
        let mut chosen: Vec<AssessmentId> = Vec::new();
        for id in ids {
            if !chosen.contains(id) {
                chosen.push(*id);
            }
        }
        if chosen.is_empty() {
            let problem = "Choose at least one assessment: one alone shows its course over time, several stand \
                           side by side.";
            return Err(Error::invalid("assessment", problem));
        }
        if chosen.len() > MOST_COMPARED {
            let problem = format!("Choose at most {MOST_COMPARED} assessments at once.");
            return Err(Error::invalid("assessment", problem));
        }
        let mut all: Vec<Assessed> = Vec::new();
        for id in chosen {
            all.push(self.assessed(actor, id).await?);
        }
        let code = &all[0].framework.code;
        if let Some(other) = all.iter().find(|one| one.framework.code != *code) {
            let problem = format!(
                "Choose assessments by one framework: {} is by {}, the first one by {code}.",
                other.bundle.assessment.title, other.framework.code
            );
            return Err(Error::invalid("assessment", problem));
        }
        self.read_submissions().await?;
        let (domains, criteria) = (domains(&all), criteria(&all));
        let mut compared = Vec::new();
        for assessed in all {
            let course = self.course(&assessed).await?;
            compared.push(Compared { assessed, course });
        }
        Ok(Comparison { compared, domains, criteria })
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
            Some(code) => self.store().choosable(actor.user(), code, READ).await?,
            None => Vec::new(),
        };
        let name = name.trim().to_lowercase();
        assessments.retain(|one| one.organization.to_lowercase().contains(&name));
        let left_out = assessments.len().saturating_sub(OFFERED);
        assessments.truncate(OFFERED);
        Ok(Offer { framework: chosen, frameworks, assessments, left_out })
    }

    /// The assessments of an organization by the framework of its current one, oldest first; at most the latest
    /// [`MOST_COMPARED`].
    pub async fn assessments_to_compare(
        &self,
        actor: &Actor,
        org: OrgId,
    ) -> Result<Vec<AssessmentId>, Error> {
        self.authorize(actor, org, Permission::Read, "The organization").await?;
        let mut all = self.store().comparable_of(org).await?;
        Ok(all.split_off(all.len().saturating_sub(MOST_COMPARED)))
    }
}

/// The frameworks' versions, that of the base first, each once.
fn versions(all: &[Assessed]) -> Vec<&Arc<Framework>> {
    let mut versions: Vec<&Arc<Framework>> = Vec::new();
    for assessed in all {
        if !versions.iter().any(|known| known.version == assessed.framework.version) {
            versions.push(&assessed.framework);
        }
    }
    versions
}

fn domains(all: &[Assessed]) -> Vec<ComparedDomain> {
    let mut found: Vec<ComparedDomain> = Vec::new();
    for domain in versions(all).into_iter().flat_map(|framework| &framework.domains) {
        if found.iter().any(|known| known.code == domain.code) {
            continue;
        }
        let score = |assessed: &Assessed| {
            let scored = assessed.score.domains.iter().find(|scored| scored.code == domain.code);
            scored.map_or((None, None), |scored| (scored.score, scored.claimed))
        };
        let base = all.first().and_then(|base| score(base).0);
        let scores = all.iter().map(|assessed| {
            let (proven, claimed) = score(assessed);
            let distance = base.zip(proven).and_then(|(base, proven)| Distance::between(&base, &proven));
            DomainSide { proven, claimed, distance }
        });
        found.push(ComparedDomain {
            code: domain.code.clone(),
            title: domain.title.clone(),
            scores: scores.collect(),
        });
    }
    found
}

fn criteria(all: &[Assessed]) -> Vec<ComparedCriterion> {
    let mut found: Vec<ComparedCriterion> = Vec::new();
    for criterion in versions(all).into_iter().flat_map(|framework| framework.criteria()) {
        if found.iter().any(|known| known.code == criterion.code) {
            continue;
        }
        let side =
            |assessed: &Assessed| assessed.criterion_score(&criterion.code).map_or(Side::Absent, Side::from);
        let base = all.first().map_or(Side::Absent, side);
        let base_asks = all.first().and_then(|base| base.framework.criterion(&criterion.code));
        let sides = all.iter().map(|assessed| {
            let side = side(assessed);
            let mut differences = differences(base, side);
            let asks = assessed.framework.criterion(&criterion.code);
            if base_asks.zip(asks).is_some_and(|(base, other)| !asks_the_same(base, other)) {
                differences.push(Difference::Reworded);
            }
            CriterionSide { side, differences }
        });
        found.push(ComparedCriterion {
            code: criterion.code.clone(),
            title: criterion.title.clone(),
            sides: sides.collect(),
        });
    }
    found
}
