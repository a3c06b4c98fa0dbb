//! Where in a draft something is: a part that has a form of its own, and a field of that form.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A part of a draft with a form of its own. Positions count from 0; written (`criterion-1-2`) they count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Part {
    /// Everything but the ladder and the domains.
    Head,
    Rung(usize),
    Domain(usize),
    /// A domain, and a criterion in it.
    Criterion(usize, usize),
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Head => f.write_str("head"),
            Self::Rung(rung) => write!(f, "rung-{}", rung + 1),
            Self::Domain(domain) => write!(f, "domain-{}", domain + 1),
            Self::Criterion(domain, criterion) => write!(f, "criterion-{}-{}", domain + 1, criterion + 1),
        }
    }
}

impl From<Part> for String {
    fn from(part: Part) -> Self {
        part.to_string()
    }
}

/// No part is written so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is no part of a framework: head, rung-1, domain-1, criterion-1-1")]
pub struct NoPart;

impl FromStr for Part {
    type Err = NoPart;

    fn from_str(text: &str) -> Result<Self, NoPart> {
        let mut words = text.split('-');
        let kind = words.next().unwrap_or_default();
        let numbers: Option<Vec<usize>> =
            words.map(|word| word.parse::<usize>().ok()?.checked_sub(1)).collect();
        match (kind, numbers.ok_or(NoPart)?.as_slice()) {
            ("head", []) => Ok(Self::Head),
            ("rung", [rung]) => Ok(Self::Rung(*rung)),
            ("domain", [domain]) => Ok(Self::Domain(*domain)),
            ("criterion", [domain, criterion]) => Ok(Self::Criterion(*domain, *criterion)),
            _ => Err(NoPart),
        }
    }
}

impl TryFrom<String> for Part {
    type Error = NoPart;

    fn try_from(text: String) -> Result<Self, NoPart> {
        text.parse()
    }
}

/// A field of a part: `title`, `anchors.2`, `gates.8.1`, `checks.0.expect`. Lists as a whole are fields of the head:
/// `rungs`, `domains`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Spot {
    pub part: Part,
    pub field: String,
}

/// Something that keeps a draft from being published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub spot: Spot,
    /// In the draft's own file ([`Draft::write`](super::Draft::write)), from 1.
    pub line: Option<usize>,
    /// A sentence without its subject, which is the field.
    pub problem: String,
}
