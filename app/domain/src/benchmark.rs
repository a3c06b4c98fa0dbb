//! Peers: what is said of a group of organizations, and when nothing may be said (`scoring.md` section 13).
//!
//! **What is said** is a [`Summary`]: how many, the least, the quartiles and the most, of the overall score and of each
//! domain's, over the latest submitted results of one framework version.
//!
//! **What is never said** is the result of one organization that somebody can name. A group is only as quiet as the
//! differences between groups: whoever knows what is said of all hospitals and of all hospitals but the large ones, of a
//! group today and before somebody joined it, or of a group as two of its members see it, knows what is said of the
//! difference. So the rule is about differences, all of them at once ([`Published`]):
//!
//! 1. All that was ever published about one figure is a family of sets of results. Results that belong to the same of
//!    these sets cannot be told apart by any union, intersection or difference of them; they are an *atom*. Whatever can
//!    be worked out from the family is a union of atoms. **A set is published only if every atom of the family with it
//!    has at least [`LEAST_GROUP`] results**: the five that the rule asks for, and the reader's own.
//! 2. The family never forgets. What was withdrawn or replaced was seen all the same, so a new edition of a group, a wider
//!    group around it, and the same group after somebody joined, left or submitted again are sets like any other. A result
//!    that is submitted again is another result.
//! 3. What is published of a group is the same for all who may read it, their own results included: leaving out each
//!    reader's own would make a set for each reader, and their differences would be the readers. Instead **the own ones are
//!    not counted**: somebody sees a group only if every atom in it has, without all results of organizations that they
//!    belong to, none or at least [`LEAST_OTHERS`].
//! 4. Each figure is a family of its own, since a domain is not scored everywhere.
//!
//! Where a group as a whole would break rule 1, its results that no set held before are tried alone, so that one
//! organization which never submits again does not keep its group from being renewed.
//!
//! **What this does not keep from happening.** The members of a group who put their own results together can work out what
//! is left. A small group's values can be read off its quartiles, without names.

mod published;
mod summary;

pub use published::{Edition, History, PeerResult, Published};
pub use summary::Summary;

use serde::{Deserialize, Serialize};

use crate::code::DomainCode;

/// So many organizations have to be in whatever can be worked out, not counting one's own.
pub const LEAST_OTHERS: usize = 5;

/// The same with the own one of whoever reads.
pub const LEAST_GROUP: usize = LEAST_OTHERS + 1;

/// What is summed up.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    Overall,
    Domain(DomainCode),
}
