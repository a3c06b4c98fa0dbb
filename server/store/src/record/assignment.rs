//! Who answers what of an assessment, and until when.

use domain::{CriterionCode, DomainCode};
use jiff::civil::Date;
use serde::Deserialize;

use crate::ids::UserId;

/// What of an assessment somebody is named for. One for a domain counts for its criteria that have none of their own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    Domain(DomainCode),
    Criterion(CriterionCode),
}

/// An account by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub id: UserId,
    pub name: String,
}

/// Who answers a part, and until when; never neither.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "crate::assignments::Columns")]
pub struct Assignment {
    pub part: Part,
    /// `None` too where whoever was named belongs to the organization no more.
    pub owner: Option<Person>,
    pub due: Option<Date>,
}
