//! Trend and comparison: any assessments that somebody may read, by any versions of one framework, side by side.
//!
//! What is compared is [chosen](Chosen) first; the first one is the base that the others are held against. Of many, a part at a
//! time stands beside the base; all of them are in a [`Spread`] over time, and in one [table](Service::comparison_table). Compared
//! is what counts live; what was submitted and signed stands in the same course of time beside it ([`Course`]).

mod choose;
mod course;
mod spread;
mod table;

use std::sync::Arc;

use domain::compare::{Difference, Distance, Side, asks_the_same, differences};
use domain::scoring::Exact;
use domain::{CriterionCode, DomainCode, Framework};
use store::record::Choosable;

use crate::assessment::Assessed;
use crate::{Actor, Error, Service};

pub use choose::{Asked, Choice, Chosen, MOST_COMPARED, Offer};
pub use course::{Course, CourseLine, CoursePoint, Turn};
pub use spread::{Spread, SpreadAt};

/// Assessments side by side.
pub struct Comparison {
    /// The base, and the part of the others.
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

impl Comparison {
    pub fn base(&self) -> &Framework {
        &self.compared[0].assessed.framework
    }

    /// How the overall score of the one at this place stands against the base's.
    pub fn overall_distance(&self, place: usize) -> Option<Distance> {
        let overall = |one: &Compared| one.assessed.score.totals.as_ref().map(|totals| totals.overall);
        let (base, other) = (overall(self.compared.first()?)?, overall(self.compared.get(place)?)?);
        Distance::between(&base, &other)
    }
}

impl Service {
    /// Holds a part of what was chosen against its base.
    pub async fn compare(
        &self,
        actor: &Actor,
        chosen: &Chosen,
        part: &[Choosable],
    ) -> Result<Comparison, Error> {
        let mut all: Vec<Assessed> = Vec::new();
        for one in std::iter::once(chosen.base()).chain(part) {
            all.push(self.assessed(actor, one.id).await?);
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
