//! From the fields of a row to what is kept of it.

use std::borrow::Cow;

use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

use crate::decode;
use crate::reconcile::{Encoding, Plan, ReadError, SideTable};

use super::Fields;
use super::header::Header;

/// Reads the rows behind the header.
#[derive(Debug)]
pub(super) struct RowReader {
    columns: usize,
    key: Vec<usize>,
    member: Option<usize>,
    fields: Vec<usize>,
    table: SideTable,
    /// The number of the latest row as a spreadsheet shows it; the header is 1.
    row: u32,
    /// The parts of the key in one piece.
    whole: Vec<u8>,
    kept: Vec<i64>,
}

impl RowReader {
    pub(super) fn new(plan: &Plan, header: &Header) -> Self {
        Self {
            columns: header.columns,
            key: header.key.clone(),
            member: header.member,
            fields: header.fields.clone(),
            table: SideTable { encoding: header.encoding, ..SideTable::new(plan) },
            row: 1,
            whole: Vec::new(),
            kept: Vec::new(),
        }
    }

    pub(super) fn finish(mut self) -> SideTable {
        self.table.members.sort_unstable();
        self.table
    }

    /// Keeps what is needed of a row. One with more or fewer fields than the header, or with an empty part of the key, is
    /// set aside and counted.
    pub(super) fn read(&mut self, plan: &Plan, fields: &Fields<'_>) -> Result<(), ReadError> {
        self.row = self.row.checked_add(1).ok_or(ReadError::TooManyRows)?;
        self.table.rows += 1;
        if fields.count() != self.columns {
            self.table.ragged.add(self.row);
            return Ok(());
        }
        let ascii = fields.text.is_ascii();
        let encoding = &mut self.table.encoding;
        let mut value = |place: usize| -> Cow<'_, [u8]> {
            let bytes = fields.get(place);
            if ascii { Cow::Borrowed(bytes) } else { decoded(bytes, encoding) }
        };
        if let Some(place) = self.member {
            let member = value(place);
            if !member.is_empty() {
                self.table.members.push(xxh3_64(&member));
            }
        }
        self.whole.clear();
        let mut complete = true;
        for place in &self.key {
            let part = value(*place);
            complete &= !part.is_empty();
            // With its length, so that `ab` and `c` are another key than `a` and `bc`.
            self.whole.extend_from_slice(&(part.len() as u64).to_le_bytes());
            self.whole.extend_from_slice(&part);
        }
        self.kept.clear();
        for (place, field) in self.fields.iter().zip(&plan.fields) {
            self.kept.push(field.rule.keep(&value(*place)));
        }
        if complete {
            self.table.push(xxh3_128(&self.whole), self.row, self.kept.iter().copied());
        } else {
            self.table.without_key.add(self.row);
        }
        Ok(())
    }
}

fn decoded<'a>(bytes: &'a [u8], encoding: &mut Encoding) -> Cow<'a, [u8]> {
    match decode::text(bytes) {
        (Cow::Borrowed(text), _) => Cow::Borrowed(text.as_bytes()),
        (Cow::Owned(text), _) => {
            *encoding = Encoding::Latin1;
            Cow::Owned(text.into_bytes())
        }
    }
}
