//! Reconciliation: against a naive join on many inputs, and on the files that people really have.

#![allow(clippy::unwrap_used, reason = "a test's helper may panic")]

mod bad_input;
mod counts;
mod naive;

use domain::reconcile::{
    Aggregate, Column, ComparedField, Plan, ReadError, Side, SideReader, SideTable, join,
};

/// A plan as the command line spells it.
fn plan(key: &[&str], compare: &[&str]) -> Plan {
    let key = key.iter().map(|name| Column::read(name).unwrap()).collect();
    let fields = compare.iter().map(|field| ComparedField::read(field).unwrap()).collect();
    Plan::new(key, None, fields, 5).unwrap()
}

/// Reads a file in chunks of so many bytes.
fn read(plan: &Plan, side: Side, file: &[u8], chunk: usize) -> Result<SideTable, ReadError> {
    let mut reader = SideReader::new(plan, side);
    file.chunks(chunk).try_for_each(|chunk| reader.feed(chunk))?;
    reader.finish()
}

fn reconciled(plan: &Plan, left: &[u8], right: &[u8]) -> Aggregate {
    let [whole, in_bytes] = [usize::MAX, 1].map(|chunk| {
        let left = read(plan, Side::Left, left, chunk).unwrap();
        let right = read(plan, Side::Right, right, chunk).unwrap();
        join(plan, &left, &right)
    });
    assert_eq!(whole, in_bytes, "how the bytes are cut must not matter");
    whole.check().unwrap();
    whole
}
