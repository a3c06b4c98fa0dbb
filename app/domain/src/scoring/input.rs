//! What a score depends on (`scoring.md` section 2).

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::check::ProbeRecord;
use crate::code::{BindingId, CriterionCode, ProfileCode};
use crate::level::Level;

/// What a rater says of a criterion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rating {
    Level(Level),
    NotApplicable,
}

/// The two raters' entries, side by side (section 4).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Answer {
    pub own: Option<Rating>,
    pub assessor: Option<Rating>,
}

/// How long an evidence item is good for (section 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EvidenceDuration {
    /// 12 months.
    Standard,
    /// 6 months.
    Operational,
    /// 24 months.
    Charter,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EvidenceState {
    Submitted,
    Accepted,
    Rejected,
}

/// An evidence item on a criterion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceItem {
    pub criterion: CriterionCode,
    pub duration: EvidenceDuration,
    pub dated: Date,
    /// An earlier expiry than the class gives; a later one is ignored.
    pub expires: Option<Date>,
    pub author: String,
    pub state: EvidenceState,
    pub reviewer: Option<String>,
}

/// One probe's standing for one binding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProbeInput {
    pub binding: BindingId,
    pub record: ProbeRecord,
    /// An unexpired signed attestation stands against a confirmed FAIL: the state counts as WARN (section 6.2).
    pub overridden: bool,
}

/// Everything that a score depends on, besides the framework and the check kinds (section 2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    pub profiles: Vec<ProfileCode>,
    pub as_of: Date,
    pub target_level: Level,
    /// Criteria at which the organization aims at another level than at all others.
    pub own_targets: BTreeMap<CriterionCode, Level>,
    pub independent_signoff: bool,
    pub answers: BTreeMap<CriterionCode, Answer>,
    pub evidence: Vec<EvidenceItem>,
    pub probes: Vec<ProbeInput>,
}

/// Nothing answered, on the first day of the calendar's year 0, with the default target level 3.
impl Default for Input {
    fn default() -> Self {
        Self {
            profiles: Vec::new(),
            as_of: Date::ZERO,
            target_level: Self::DEFAULT_TARGET,
            own_targets: BTreeMap::new(),
            independent_signoff: false,
            answers: BTreeMap::new(),
            evidence: Vec::new(),
            probes: Vec::new(),
        }
    }
}

impl Input {
    /// The level that an organization aims at unless it says otherwise.
    pub const DEFAULT_TARGET: Level = Level::ALL[3];

    /// The level that the organization aims at for a criterion (section 2).
    pub fn target_of(&self, criterion: &CriterionCode) -> Level {
        self.own_targets.get(criterion).copied().unwrap_or(self.target_level)
    }
}
