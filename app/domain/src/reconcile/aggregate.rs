//! The outcome of a reconciliation: counts and positions, never values.

use serde::{Deserialize, Serialize};

use super::{Column, ComparedField, Plan};

/// What came out. Its JSON is what `rung reconcile` prints (beside the rates, [`Aggregate::rates`]) and all that a browser
/// sends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Aggregate {
    pub key: Vec<Column>,
    pub left: SideCounts,
    pub right: SideCounts,
    /// Keys that both files have.
    pub matched: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<MemberCounts>,
    pub fields: Vec<FieldCounts>,
}

/// How a file's bytes are to be read as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Encoding {
    #[serde(rename = "utf-8")]
    Utf8,
    /// Some field was not UTF-8, and was read as Windows-1252, of which Latin-1 is a part.
    #[serde(rename = "latin-1")]
    Latin1,
}

/// One of the files. `rows` = `keys` + `duplicate_rows` + `without_key` + `ragged`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SideCounts {
    /// Rows below the header; blank lines are none.
    pub rows: u64,
    /// Different keys.
    pub keys: u64,
    /// Keys that the other file does not have.
    pub only: u64,
    /// Keys that stand in several rows.
    pub duplicate_keys: u64,
    /// Rows whose key stood in an earlier row already.
    pub duplicate_rows: u64,
    /// Rows in which a part of the key is empty; they match nothing.
    pub without_key: u64,
    /// Rows with more or fewer fields than the header; they are set aside.
    pub ragged: u64,
    pub encoding: Encoding,
    pub samples: Samples,
}

/// Row numbers of the first of each sort, as a spreadsheet shows them: the header is row 1.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Samples {
    pub only: Vec<u32>,
    /// Of the repeated rows, not of the first with the key.
    pub duplicates: Vec<u32>,
    pub without_key: Vec<u32>,
    pub ragged: Vec<u32>,
}

/// Rows whose member the other file knows, under whatever key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberCounts {
    #[serde(flatten)]
    pub column: Column,
    /// Different members of the left file.
    pub left_members: u64,
    pub right_members: u64,
    /// Rows of the left file whose member the right file has.
    pub left_rows_known: u64,
    pub right_rows_known: u64,
}

/// One compared field over all matched keys. `compared` = `agreeing` + `differing` + `empty_left` + `empty_right` +
/// `unreadable`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldCounts {
    #[serde(flatten)]
    pub field: ComparedField,
    pub compared: u64,
    /// The same, or apart by no more than the rule allows.
    pub agreeing: u64,
    /// Of these, not the same.
    pub within_tolerance: u64,
    /// Of these, empty in both files.
    pub empty_both: u64,
    pub differing: u64,
    /// Empty in the left file only.
    pub empty_left: u64,
    pub empty_right: u64,
    /// In one of the files no date or no amount, as the rule wants it.
    pub unreadable: u64,
    /// The largest difference of an amount, in percent of the larger one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub largest_difference_pct: Option<f64>,
    /// Row numbers, left and right, where the field does not agree.
    pub samples: Vec<(u32, u32)>,
}

/// Shares in percent, rounded to four places; 0 where there is nothing to divide by.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rates {
    /// Matched keys of all keys of both files.
    pub match_pct: f64,
    /// Of the left file's keys.
    pub left_match_pct: f64,
    pub right_match_pct: f64,
    /// For each field by its left name: compared pairs that do not agree.
    pub variance_pct: std::collections::BTreeMap<String, f64>,
}

impl FieldCounts {
    pub(super) fn new(field: &ComparedField) -> Self {
        Self {
            field: field.clone(),
            compared: 0,
            agreeing: 0,
            within_tolerance: 0,
            empty_both: 0,
            differing: 0,
            empty_left: 0,
            empty_right: 0,
            unreadable: 0,
            largest_difference_pct: None,
            samples: Vec::new(),
        }
    }

    /// Pairs that do not agree, for whatever cause.
    pub fn variance(&self) -> u64 {
        self.compared.saturating_sub(self.agreeing)
    }
}

impl Aggregate {
    pub fn rates(&self) -> Rates {
        let name = |field: &FieldCounts| field.field.column.left.clone();
        Rates {
            match_pct: percent(self.matched, self.matched + self.left.only + self.right.only),
            left_match_pct: percent(self.matched, self.left.keys),
            right_match_pct: percent(self.matched, self.right.keys),
            variance_pct: self
                .fields
                .iter()
                .map(|field| (name(field), percent(field.variance(), field.compared)))
                .collect(),
        }
    }

    /// Whether the counts can have come from one reconciliation; if not, a sentence that says which do not add up.
    pub fn check(&self) -> Result<(), String> {
        for (name, side) in [("left", &self.left), ("right", &self.right)] {
            let parts = [side.keys, side.duplicate_rows, side.without_key, side.ragged];
            if sum(&parts) != Some(side.rows) {
                return Err(format!(
                    "{name}.rows is not the sum of keys, duplicate_rows, without_key and ragged."
                ));
            }
            if sum(&[self.matched, side.only]) != Some(side.keys) {
                return Err(format!("{name}.keys is not the sum of matched and {name}.only."));
            }
            if side.duplicate_keys > side.duplicate_rows || side.duplicate_keys > side.keys {
                return Err(format!("{name}.duplicate_keys is more than can be."));
            }
        }
        if let Some(member) = &self.member {
            let fits = member.left_members <= self.left.rows
                && member.right_members <= self.right.rows
                && member.left_rows_known <= self.left.rows
                && member.right_rows_known <= self.right.rows;
            if !fits {
                return Err("member counts more than there are rows.".to_owned());
            }
        }
        let plain = |column: &Column| [&column.left, &column.right].into_iter().all(|name| name.len() <= 200);
        let columns = self.key.iter().chain(self.fields.iter().map(|field| &field.field.column));
        if self.key.is_empty() || self.key.len() > Plan::MOST_KEYS || self.fields.len() > Plan::MOST_FIELDS {
            return Err("key or fields names no column, or too many.".to_owned());
        }
        if !columns.chain(self.member.iter().map(|member| &member.column)).all(plain) {
            return Err("the name of a column is longer than 200 bytes.".to_owned());
        }
        for field in &self.fields {
            let name = &field.field.column.left;
            let parts =
                [field.agreeing, field.differing, field.empty_left, field.empty_right, field.unreadable];
            if field.compared != self.matched || sum(&parts) != Some(field.compared) {
                return Err(format!("the counts of the field {name} do not add up to what was compared."));
            }
            if sum(&[field.within_tolerance, field.empty_both]).is_none_or(|part| part > field.agreeing) {
                return Err(format!(
                    "within_tolerance and empty_both of the field {name} are more than agreeing."
                ));
            }
            if !field.largest_difference_pct.is_none_or(|share| (0.0..=200.0).contains(&share)) {
                return Err(format!("largest_difference_pct of the field {name} is no such share."));
            }
        }
        Ok(())
    }
}

fn sum(parts: &[u64]) -> Option<u64> {
    parts.iter().try_fold(0_u64, |sum, part| sum.checked_add(*part))
}

fn percent(part: u64, whole: u64) -> f64 {
    #[allow(clippy::cast_precision_loss, reason = "a share needs no more than 53 bits")]
    let share = part as f64 / whole.max(1) as f64;
    (share * 1_000_000.0).round() / 10_000.0
}
