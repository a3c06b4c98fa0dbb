//! From statuses to a state (`scoring.md` section 6.2).

use serde::{Deserialize, Serialize};

use super::{CheckKind, Status};

/// What is remembered of one probe for one binding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProbeRecord {
    /// The latest conclusive status, or `Unknown` when there was none.
    pub status: Status,
    /// FAILs in a row; reset by PASS or WARN, not by UNKNOWN.
    pub consecutive_fails: u32,
    /// Age of the latest conclusive result in seconds; `None` when there was none.
    pub age_seconds: Option<u64>,
}

/// The state of a binding: the worst of its probes in the order FAIL, WARN, UNKNOWN, PASS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BindingState(pub Status);

impl BindingState {
    /// The state of one probe, by the table of section 6.2.
    pub fn of_probe(record: &ProbeRecord, kind: &CheckKind) -> Status {
        record.state(kind.freshness, kind.fail_after)
    }

    /// The worst of the given states; `Unknown` when there are none.
    pub fn worst(states: impl IntoIterator<Item = Status>) -> Self {
        Self(states.into_iter().reduce(Status::worse).unwrap_or(Status::Unknown))
    }
}

impl ProbeRecord {
    /// The state that this record gives a kind with such a freshness (seconds) and `fail_after`. A conclusive status
    /// of unknown age counts as stale.
    pub(crate) fn state(&self, freshness: u32, fail_after: u32) -> Status {
        let fresh = self.age_seconds.is_some_and(|age| age <= u64::from(freshness));
        match self.status {
            Status::Fail if self.consecutive_fails >= fail_after => Status::Fail,
            Status::Fail | Status::Warn if fresh => Status::Warn,
            Status::Pass if fresh => Status::Pass,
            _ => Status::Unknown,
        }
    }

    /// Whether there is a conclusive result and it is older than `freshness` seconds.
    pub(crate) fn is_stale(&self, freshness: u32) -> bool {
        self.status != Status::Unknown && self.age_seconds.is_some_and(|age| age > u64::from(freshness))
    }
}

impl Status {
    /// The worse of two states in the order FAIL, WARN, UNKNOWN, PASS.
    pub(crate) fn worse(self, other: Self) -> Self {
        if self.badness() >= other.badness() { self } else { other }
    }

    const fn badness(self) -> u8 {
        match self {
            Self::Fail => 3,
            Self::Warn => 2,
            Self::Unknown => 1,
            Self::Pass => 0,
        }
    }
}
