//! What of an assessment goes over to one by another version of its framework (`scoring.md` section 12).

use super::Framework;
use crate::code::CriterionCode;

/// What becomes of the answer to a criterion of the newer version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// Code and anchors are the same: the answer is copied.
    Copied,
    /// The anchors say something else now: it is asked anew.
    AnchorsChanged,
    /// The criterion was not there before.
    New,
}

/// What becomes of the answers by one version in another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carrying {
    /// Every criterion of the newer version, in file order.
    pub criteria: Vec<(CriterionCode, Fate)>,
    /// Criteria that the newer version no longer has, in file order of the older one.
    pub gone: Vec<CriterionCode>,
}

impl Carrying {
    pub fn between(older: &Framework, newer: &Framework) -> Self {
        let fate = |code: &CriterionCode| match (older.criterion(code), newer.criterion(code)) {
            (Some(before), Some(after)) if before.anchors == after.anchors => Fate::Copied,
            (Some(_), _) => Fate::AnchorsChanged,
            (None, _) => Fate::New,
        };
        let criteria = newer.criteria().map(|criterion| (criterion.code.clone(), fate(&criterion.code)));
        let gone = older.criteria().filter(|criterion| newer.criterion(&criterion.code).is_none());
        Self { criteria: criteria.collect(), gone: gone.map(|criterion| criterion.code.clone()).collect() }
    }

    /// `None` where the newer version has no such criterion.
    pub fn fate(&self, criterion: &CriterionCode) -> Option<Fate> {
        self.criteria.iter().find(|(code, _)| code == criterion).map(|(_, fate)| *fate)
    }
}
