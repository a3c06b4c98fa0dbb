//! What remains of the rows of one file.

use super::{Encoding, Plan};

/// Rows are spread over so many buckets by their key, so that joining works within the processor's cache.
pub const BUCKETS: usize = 256;

/// Words before the fields: the key's two halves and the row's number.
pub(super) const BEFORE_FIELDS: usize = 3;

/// The rows of one file: for each its key's hash, its number, and what its compared fields hold.
#[derive(Debug)]
pub struct SideTable {
    pub(super) rows: u64,
    pub(super) without_key: Lowest<u32>,
    pub(super) ragged: Lowest<u32>,
    pub(super) encoding: Encoding,
    pub(super) width: usize,
    pub(super) buckets: Vec<Vec<u64>>,
    /// The hashes of the members of all rows, sorted once the file is read; empty unless the plan names a member.
    pub(super) members: Vec<u64>,
}

impl SideTable {
    pub(super) fn new(plan: &Plan) -> Self {
        Self {
            rows: 0,
            without_key: Lowest::new(plan.samples),
            ragged: Lowest::new(plan.samples),
            encoding: Encoding::Utf8,
            width: BEFORE_FIELDS + plan.fields.len(),
            buckets: vec![Vec::new(); BUCKETS],
            members: Vec::new(),
        }
    }

    #[allow(clippy::cast_possible_truncation, reason = "the halves of the hash are what is wanted")]
    pub(super) fn push(&mut self, key: u128, row: u32, fields: impl Iterator<Item = i64>) {
        let (high, low) = ((key >> 64) as u64, key as u64);
        let bucket = &mut self.buckets[(high >> 56) as usize];
        if bucket.capacity() - bucket.len() < self.width {
            // A quarter more, not twice as much: many buckets grow at once.
            bucket.reserve_exact((bucket.len() / 4).max(64 * self.width));
        }
        bucket.extend([high, low, u64::from(row)]);
        bucket.extend(fields.map(i64::cast_unsigned));
    }

    /// The rows of the file, set aside or not.
    pub fn rows(&self) -> u64 {
        self.rows
    }
}

/// Counts things, and keeps the few that come first.
#[derive(Debug, Clone)]
pub(super) struct Lowest<T> {
    pub(super) count: u64,
    most: usize,
    first: Vec<T>,
}

impl<T: Ord + Copy> Lowest<T> {
    pub(super) fn new(most: usize) -> Self {
        Self { count: 0, most, first: Vec::new() }
    }

    pub(super) fn add(&mut self, thing: T) {
        self.count += 1;
        self.keep(thing);
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.count += other.count;
        for thing in other.first {
            self.keep(thing);
        }
    }

    pub(super) fn into_sorted(self) -> Vec<T> {
        self.first
    }

    fn keep(&mut self, thing: T) {
        if self.first.len() == self.most && self.first.last().is_none_or(|last| *last <= thing) {
            return;
        }
        let place = self.first.partition_point(|kept| *kept <= thing);
        self.first.insert(place, thing);
        self.first.truncate(self.most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_are_counted_and_the_first_few_kept_in_order() {
        let mut lowest = Lowest::new(3);
        for number in [9, 4, 7, 1, 8] {
            lowest.add(number);
        }
        let mut other = Lowest::new(3);
        for number in [2, 6] {
            other.add(number);
        }
        lowest.merge(other);
        assert_eq!((lowest.count, lowest.into_sorted()), (7, vec![1, 2, 4]));
        let mut none = Lowest::new(0);
        none.add(1);
        assert_eq!((none.count, none.into_sorted()), (1, vec![]));
    }
}
