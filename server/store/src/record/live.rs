//! The live result of an assessment over time, and attestations against failures.

use domain::live::{Fraction, LiveResult};
use domain::{BindingId, RungCode};

use crate::ids::{AssessmentId, CheckId, FrameworkId, LiveChangeId, OverrideId, UnixMillis, UserId};

/// The live result as it was computed last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveRecord {
    pub assessment: AssessmentId,
    pub result: LiveResult,
    /// Since when the rung is this one.
    pub since: UnixMillis,
    pub computed_at: UnixMillis,
    /// One more with every change; 0 before anything was kept.
    pub revision: i64,
}

/// A change of the rung, of the overall score, or of what is contradicted. `causes` is JSON that `service` writes and reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveChangeRecord {
    pub id: LiveChangeId,
    pub assessment: AssessmentId,
    pub at: UnixMillis,
    pub from_rung: Option<RungCode>,
    pub to_rung: Option<RungCode>,
    pub from_overall: Option<Fraction>,
    pub to_overall: Option<Fraction>,
    pub causes: serde_json::Value,
}

/// A signed attestation against a confirmed FAIL (`scoring.md` section 6.2). It stays on record once it has expired or
/// was withdrawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    pub id: OverrideId,
    pub check: CheckId,
    pub framework: FrameworkId,
    pub binding: BindingId,
    /// Why the failure says nothing against the answer.
    pub reason: String,
    pub by: UserId,
    pub by_name: String,
    pub at: UnixMillis,
    pub until: UnixMillis,
    pub withdrawn_at: Option<UnixMillis>,
}

impl Override {
    pub fn in_force(&self, now: UnixMillis) -> bool {
        self.withdrawn_at.is_none() && now < self.until
    }
}
