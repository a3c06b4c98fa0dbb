//! The scoring rule of `scoring.md`, in exact arithmetic: a pure function from [`Input`] to [`Score`].
//!
//! A [`Scorer`] is prepared once for a framework and then scores any number of inputs:
//!
//! ```
//! use domain::builtin;
//! use domain::scoring::{Input, Scorer};
//!
//! let framework = &builtin::frameworks()[0];
//! let scorer = Scorer::new(framework, builtin::check_kinds())?;
//! let input = Input {
//!     profiles: vec!["H".into()],
//!     as_of: "2026-11-20".parse()?,
//!     ..Input::default()
//! };
//! let totals = scorer.score(&input).totals.expect("criteria apply to a hospital");
//! assert_eq!(totals.rung.as_str(), "Pre-8");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The parts follow the order of computation of section 14: facts (what the input says of each criterion), criteria,
//! sums, ladder, findings and priorities.

mod criteria;
pub(crate) mod exact;
mod facts;
mod findings;
mod input;
mod ladder;
mod positions;
mod priorities;
mod result;
mod scorer;
mod sums;

pub use criteria::{CONTRADICTED_CONFIDENCE, WARNED_CONFIDENCE};
pub use exact::{Exact, at_least, display, fraction, moved, whole};
pub use facts::{expiry, valid_until};
pub use input::{Answer, EvidenceDuration, EvidenceItem, EvidenceState, Input, ProbeInput, Rating};
pub use result::{
    BindingScore, ConditionStanding, CriterionScore, DomainScore, Finding, FindingKind, FindingSeverity,
    Limit, Priority, RungCondition, RungStanding, Score, Standing, Step, Totals,
};
pub use scorer::{Scorer, ScorerError};

use crate::check::CheckKinds;
use crate::framework::Framework;

/// Scores one input. Whoever scores more than one prepares a [`Scorer`].
pub fn score(framework: &Framework, kinds: &CheckKinds, input: &Input) -> Result<Score, ScorerError> {
    Ok(Scorer::new(framework, kinds)?.score(input))
}
