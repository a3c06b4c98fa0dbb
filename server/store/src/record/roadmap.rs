//! What people decided about a roadmap.

use domain::CriterionCode;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Whether a criterion is part of the climb.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StepChoice {
    /// Where it is cheapest.
    #[default]
    Free,
    Pinned,
    Excluded,
}

/// What was decided about the step on one criterion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoadmapStep {
    pub criterion: CriterionCode,
    pub choice: StepChoice,
    /// Who does it; empty for nobody yet.
    pub owner: String,
    pub due: Option<Date>,
}
