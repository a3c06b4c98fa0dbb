//! Peers: who takes part, and what was published.

use std::collections::BTreeSet;

use domain::{DomainCode, ProfileCode};

use super::{SizeBand, SnapshotResult};
use crate::ids::{EditionId, FrameworkId, OrgId, SnapshotId, UnixMillis, UserId};

/// The owner's decision that an organization contributes and reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BenchmarkMember {
    pub since: UnixMillis,
    pub decided_by: UserId,
    pub decided_by_name: String,
}

/// Organizations of a profile, of one size or of any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerGroup {
    pub profile: ProfileCode,
    pub size_band: Option<SizeBand>,
}

/// What was published of a group at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerEdition {
    pub id: EditionId,
    pub framework: FrameworkId,
    pub group: PeerGroup,
    pub made_at: UnixMillis,
    /// The domains whose figures were published beside overall.
    pub domains: BTreeSet<DomainCode>,
    pub results: BTreeSet<SnapshotId>,
}

/// The latest result of an organization that takes part, or one that was published once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contribution {
    pub org: OrgId,
    pub made_at: UnixMillis,
    pub result: SnapshotResult,
}

/// All that decides what is published next of a framework version.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PeerState {
    /// Of every organization that takes part, its latest.
    pub latest: Vec<Contribution>,
    /// Everything that any edition holds.
    pub published: Vec<Contribution>,
    /// Oldest first.
    pub editions: Vec<PeerEdition>,
    /// Who takes part.
    pub members: BTreeSet<OrgId>,
}
