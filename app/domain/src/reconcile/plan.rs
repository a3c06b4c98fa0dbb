//! What to reconcile: the key, the fields to compare, and by which rule.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Rule;

/// One of the two files. Which is which is the check's matter: clinical and claims, sent and closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Left,
    Right,
}

/// A column of both files, by its name in each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    pub left: String,
    pub right: String,
}

/// A field to compare.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComparedField {
    #[serde(flatten)]
    pub column: Column,
    pub rule: Rule,
}

/// What to reconcile. Made by [`Plan::new`], so it has a key and bounded sizes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Parts")]
pub struct Plan {
    pub(super) key: Vec<Column>,
    pub(super) member: Option<Column>,
    pub(super) fields: Vec<ComparedField>,
    pub(super) samples: usize,
}

/// A plan as JSON says it.
#[derive(Deserialize)]
struct Parts {
    key: Vec<Column>,
    member: Option<Column>,
    fields: Vec<ComparedField>,
}

impl TryFrom<Parts> for Plan {
    type Error = PlanError;

    fn try_from(parts: Parts) -> Result<Self, PlanError> {
        Self::new(parts.key, parts.member, parts.fields, Self::SAMPLES)
    }
}

/// Why a plan makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PlanError {
    #[error("name at least one column as the key")]
    NoKey,
    #[error("a key has at most {} columns", Plan::MOST_KEYS)]
    TooManyKeys,
    #[error("at most {} fields are compared at a time", Plan::MOST_FIELDS)]
    TooManyFields,
    #[error("at most {} positions are listed of each sort", Plan::MOST_SAMPLES)]
    TooManySamples,
    #[error("`{0}` names no column: write a column, or LEFT=RIGHT where the files name it differently")]
    NoColumn(String),
    #[error("{0} is named twice")]
    Twice(String),
    #[error(transparent)]
    Rule(#[from] super::RuleError),
}

impl Column {
    /// Reads `name`, or `left=right` where the files name it differently.
    pub fn read(text: &str) -> Result<Self, PlanError> {
        let (left, right) = text.split_once('=').unwrap_or((text, text));
        let (left, right) = (left.trim(), right.trim());
        if left.is_empty() || right.is_empty() {
            return Err(PlanError::NoColumn(text.to_owned()));
        }
        Ok(Self { left: left.to_owned(), right: right.to_owned() })
    }

    /// Its name on a side.
    pub fn on(&self, side: Side) -> &str {
        match side {
            Side::Left => &self.left,
            Side::Right => &self.right,
        }
    }
}

/// As [`Column::read`] reads it.
impl std::fmt::Display for Column {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.left == self.right {
            f.write_str(&self.left)
        } else {
            write!(f, "{}={}", self.left, self.right)
        }
    }
}

impl ComparedField {
    /// Reads `column` or `column:rule`, for example `service_date:days=1` or `total=paid:cents=5`.
    pub fn read(text: &str) -> Result<Self, PlanError> {
        let (column, rule) = match text.rsplit_once(':') {
            Some((column, rule)) => (column, rule.parse()?),
            None => (text, Rule::Exact),
        };
        Ok(Self { column: Column::read(column)?, rule })
    }
}

impl Plan {
    pub const MOST_KEYS: usize = 8;
    pub const MOST_FIELDS: usize = 32;
    pub const MOST_SAMPLES: usize = 100;
    /// How many positions of each sort are listed unless somebody asks for another number.
    pub const SAMPLES: usize = 20;

    /// `member` names the person, where the key names something of that person's: whose rows are known by the member on
    /// the other side is counted too. `samples` is how many row numbers of each sort are listed.
    pub fn new(
        key: Vec<Column>,
        member: Option<Column>,
        fields: Vec<ComparedField>,
        samples: usize,
    ) -> Result<Self, PlanError> {
        if key.is_empty() {
            return Err(PlanError::NoKey);
        }
        if key.len() > Self::MOST_KEYS {
            return Err(PlanError::TooManyKeys);
        }
        if fields.len() > Self::MOST_FIELDS {
            return Err(PlanError::TooManyFields);
        }
        if samples > Self::MOST_SAMPLES {
            return Err(PlanError::TooManySamples);
        }
        let compared: Vec<&Column> = fields.iter().map(|field| &field.column).collect();
        for columns in [key.iter().collect::<Vec<_>>(), compared] {
            for (place, column) in columns.iter().enumerate() {
                if columns[..place].contains(column) {
                    return Err(PlanError::Twice(column.left.clone()));
                }
            }
        }
        Ok(Self { key, member, fields, samples })
    }

    pub fn key(&self) -> &[Column] {
        &self.key
    }

    pub fn member(&self) -> Option<&Column> {
        self.member.as_ref()
    }

    pub fn fields(&self) -> &[ComparedField] {
        &self.fields
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_a_column_of_both_files_and_a_rule() {
        let field = ComparedField::read("service_date=from_date:days=1").unwrap();
        assert_eq!(field.column.on(Side::Left), "service_date");
        assert_eq!(field.column.on(Side::Right), "from_date");
        assert_eq!(field.rule, Rule::Days(1));
        assert_eq!(ComparedField::read("diagnosis").unwrap().rule, Rule::Exact);
        for text in ["", "=b", "a=", "a:when", ":exact"] {
            assert!(ComparedField::read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_plan_needs_a_key_and_names_a_column_once() {
        let column = |name| Column::read(name).unwrap();
        assert_eq!(Plan::new(vec![], None, vec![], 0), Err(PlanError::NoKey));
        let twice = Plan::new(vec![column("a"), column("a")], None, vec![], 0);
        assert_eq!(twice, Err(PlanError::Twice("a".to_owned())));
    }
}
