//! The cheapest climb: the least work that lifts an assessment to a rung, solved exactly.
//!
//! **What a step is.** Work on one criterion. It costs the criterion's effort once, S = 1, M = 2, L = 4, however many
//! levels it climbs, as the priority of `scoring.md` section 11 counts it. It may raise the claim, attach evidence and
//! have it accepted, mend the checks that stand against the answer, and have one pass that verifies it. Answering an
//! open question at level 0 costs nothing. A climb never lowers a claim and never makes a criterion not applicable.
//!
//! **Exact.** All of it is whole numbers, so that a value equal to a threshold meets it; no set of steps with less effort
//! reaches the rung. Steps then climb no higher, and ask for no more proof, than the rung needs. The result is proven by
//! the scoring rule itself: [`Roadmap::proof`] is the score of the input with every step done.

mod model;
mod order;
mod outcome;
mod settle;
mod solve;
mod words;

use std::collections::BTreeSet;

use thiserror::Error;

use crate::check::CheckKinds;
use crate::code::{BindingId, CriterionCode, DomainCode, RungCode};
use crate::framework::Framework;
use crate::level::Level;
use crate::scoring::{Exact, Input, Score, Scorer};

pub use outcome::done;

use model::Model;

/// Where to climb, and what must or must not be part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wishes {
    pub target: RungCode,
    /// Worked on in any case, where there is anything left to work on.
    pub pinned: BTreeSet<CriterionCode>,
    /// Not worked on, and not answered either.
    pub excluded: BTreeSet<CriterionCode>,
}

impl Wishes {
    /// The rung and nothing else.
    pub fn rung(target: RungCode) -> Self {
        Self { target, pinned: BTreeSet::new(), excluded: BTreeSet::new() }
    }
}

/// What came of looking for a climb.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Plan {
    Climb(Box<Roadmap>),
    /// Each of these alone keeps the rung out of reach.
    OutOfReach(Vec<Obstacle>),
}

/// The cheapest climb.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roadmap {
    pub target: RungCode,
    /// Most gained for the effort first.
    pub steps: Vec<PlannedStep>,
    /// Of all steps together.
    pub effort: u32,
    /// An assessor from outside the organization has to sign at the end.
    pub needs_signature: bool,
    pub start: Standpoint,
    /// The score with every step done and signed.
    pub proof: Score,
}

/// Work on one criterion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedStep {
    pub criterion: CriterionCode,
    /// The levels that count, before and after. Equal where only confidence, completeness, a contradiction or the age of
    /// evidence is at stake.
    pub from: Level,
    pub to: Level,
    /// 0 for an answer, else the criterion's.
    pub effort: u8,
    pub action: Action,
    /// The level to claim, where the answer says less.
    pub claim: Option<Level>,
    /// The evidence to bring.
    pub evidence: Option<EvidenceNeed>,
    /// The bound checks that have to pass because they contradict the answer or lower its confidence.
    pub repair: Vec<BindingId>,
    /// The bound check that has to pass to verify the answer.
    pub verify: Option<BindingId>,
    /// In points of overall score.
    pub gain: Exact,
    /// Where the assessment stands after this step and all before it.
    pub then: Standpoint,
}

/// What a step mainly is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// The question is open.
    Answer,
    /// A check stands against the answer.
    Repair,
    /// The claim stands; its proof is missing.
    Prove,
    Improve,
}

/// Evidence that a step asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EvidenceNeed {
    /// A valid item.
    Attached,
    /// A valid item that somebody else than its author accepted.
    Reviewed,
    /// A new item, because what is there is too old for the rung.
    Renewed,
    /// A new item, accepted.
    RenewedAndReviewed,
}

/// Where an assessment stands on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standpoint {
    pub overall: Exact,
    pub confidence: Exact,
    pub rung: RungCode,
}

/// Why a rung is out of reach, whatever is worked on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obstacle {
    /// No criterion applies: the assessment is unrated.
    NothingApplies,
    /// The rung cannot do without this criterion, and it is excluded.
    Excluded {
        criterion: CriterionCode,
        need: Need,
    },
    /// The gate asks for more than the best evidence lets the criterion count for.
    Gate {
        criterion: CriterionCode,
        least: Level,
        most: Level,
    },
    /// `most` is what the domain scores when everything that may be worked on is at its best.
    Domain {
        code: DomainCode,
        least: u8,
        most: Exact,
    },
    Overall {
        least: u8,
        most: Exact,
    },
    Confidence {
        least: u8,
        most: Exact,
    },
    Completeness {
        least: u8,
        most: Exact,
    },
    /// Too much of these domains was taken out as not applicable.
    Coverage {
        domains: Vec<DomainCode>,
    },
}

/// Why a rung cannot do without work on a criterion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// A gate asks for at least this level.
    Gate(Level),
    /// The rung bears no contradiction here.
    Contradiction,
    /// The rung asks for younger evidence.
    Evidence,
}

/// The framework has no such rung.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the framework has no rung {0}")]
pub struct UnknownRung(pub RungCode);

/// The cheapest climb from an input to a rung. `scorer` is the framework's.
pub fn plan(
    framework: &Framework,
    kinds: &CheckKinds,
    scorer: &Scorer,
    input: &Input,
    wishes: &Wishes,
) -> Result<Plan, UnknownRung> {
    let top = framework.sublevels.iter().position(|rung| rung.code == wishes.target);
    let top = top.ok_or_else(|| UnknownRung(wishes.target.clone()))?;
    let score = scorer.score(input);
    let Some(totals) = &score.totals else {
        return Ok(Plan::OutOfReach(vec![Obstacle::NothingApplies]));
    };
    let model = Model::new(framework, kinds, input, &score, wishes, top);
    let obstacles = model.obstacles();
    if !obstacles.is_empty() {
        return Ok(Plan::OutOfReach(obstacles));
    }
    let worked_on = solve::cheapest(&model.problem());
    let settled = settle::settle(&model, &worked_on);
    let start =
        Standpoint { overall: totals.overall, confidence: totals.confidence, rung: totals.rung.clone() };
    let steps = outcome::steps(&model, &settled);
    Ok(Plan::Climb(Box::new(order::roadmap(&model, scorer, input, wishes, start, steps))))
}
