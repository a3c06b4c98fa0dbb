//! Brings two tables together by key: a full outer join of which only counts remain.

use std::ops::Range;

use super::table::{BEFORE_FIELDS, Lowest};
use super::value::{Comparison, difference_pct};
use super::{Aggregate, FieldCounts, MemberCounts, Plan, Samples, SideCounts, SideTable};

pub use super::table::BUCKETS;

/// No row of this side has the key.
const NONE: u32 = u32::MAX;

/// A key and where it stands: the place of its first row on each side, within its bucket.
struct Entry {
    high: u64,
    low: u64,
    left: u32,
    right: u32,
    left_rows: u32,
    right_rows: u32,
}

/// What joining some of the buckets found.
#[derive(Debug)]
pub struct Joined {
    matched: u64,
    left: SideKeys,
    right: SideKeys,
    fields: Vec<Field>,
}

#[derive(Debug)]
struct SideKeys {
    keys: u64,
    duplicate_keys: u64,
    only: Lowest<u32>,
    duplicates: Lowest<u32>,
}

#[derive(Debug)]
struct Field {
    counts: FieldCounts,
    disagreeing: Lowest<(u32, u32)>,
}

/// Joins everything, on this thread.
pub fn join(plan: &Plan, left: &SideTable, right: &SideTable) -> Aggregate {
    join_buckets(plan, left, right, 0..BUCKETS).finish(plan, left, right)
}

/// Joins the buckets of a range; parts of `0..BUCKETS` may be joined on different threads and then merged.
pub fn join_buckets(plan: &Plan, left: &SideTable, right: &SideTable, range: Range<usize>) -> Joined {
    let mut joined = Joined::new(plan);
    let mut slots = Vec::new();
    let mut entries = Vec::new();
    for bucket in range {
        joined.bucket(plan, &left.buckets[bucket], &right.buckets[bucket], &mut slots, &mut entries);
    }
    joined
}

impl Joined {
    fn new(plan: &Plan) -> Self {
        let side = || SideKeys {
            keys: 0,
            duplicate_keys: 0,
            only: Lowest::new(plan.samples),
            duplicates: Lowest::new(plan.samples),
        };
        let fields = plan
            .fields
            .iter()
            .map(|field| Field { counts: FieldCounts::new(field), disagreeing: Lowest::new(plan.samples) });
        Self { matched: 0, left: side(), right: side(), fields: fields.collect() }
    }

    /// Adds what another range of buckets found.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.matched += other.matched;
        self.left.merge(other.left);
        self.right.merge(other.right);
        for (field, more) in self.fields.iter_mut().zip(other.fields) {
            field.merge(more);
        }
        self
    }

    /// The outcome, once every bucket is joined.
    pub fn finish(self, plan: &Plan, left: &SideTable, right: &SideTable) -> Aggregate {
        let fields = self
            .fields
            .into_iter()
            .map(|field| FieldCounts { samples: field.disagreeing.into_sorted(), ..field.counts });
        Aggregate {
            key: plan.key.clone(),
            left: self.left.counts(left),
            right: self.right.counts(right),
            matched: self.matched,
            member: plan.member.clone().map(|column| {
                let (left_members, left_rows_known) = known(&left.members, &right.members);
                let (right_members, right_rows_known) = known(&right.members, &left.members);
                MemberCounts { column, left_members, right_members, left_rows_known, right_rows_known }
            }),
            fields: fields.collect(),
        }
    }

    #[allow(
        clippy::cast_possible_truncation,
        reason = "a bucket holds fewer rows than a file, whose rows are u32"
    )]
    fn bucket(
        &mut self,
        plan: &Plan,
        left: &[u64],
        right: &[u64],
        slots: &mut Vec<u32>,
        entries: &mut Vec<Entry>,
    ) {
        let width = BEFORE_FIELDS + plan.fields.len();
        entries.clear();
        slots.clear();
        slots.resize(((left.len() + right.len()) / width * 2).next_power_of_two(), 0);
        for (place, row) in left.chunks_exact(width).enumerate() {
            let entry = find(slots, entries, row);
            if entry.left == NONE {
                entry.left = place as u32;
            } else {
                self.left.duplicates.add(row[2] as u32);
            }
            entry.left_rows += 1;
        }
        for (place, row) in right.chunks_exact(width).enumerate() {
            let entry = find(slots, entries, row);
            if entry.right == NONE {
                entry.right = place as u32;
            } else {
                self.right.duplicates.add(row[2] as u32);
            }
            entry.right_rows += 1;
        }
        let row = |side: &'_ [u64], place: u32| -> Range<usize> {
            let start = place as usize * width;
            debug_assert!(start < side.len());
            start..start + width
        };
        for entry in entries {
            self.left.count(entry.left_rows);
            self.right.count(entry.right_rows);
            match (entry.left, entry.right) {
                (left_place, NONE) => self.left.only.add(left[row(left, left_place)][2] as u32),
                (NONE, right_place) => self.right.only.add(right[row(right, right_place)][2] as u32),
                (left_place, right_place) => {
                    self.matched += 1;
                    self.compare(plan, &left[row(left, left_place)], &right[row(right, right_place)]);
                }
            }
        }
    }

    #[allow(clippy::cast_possible_truncation, reason = "the third word is the row's number, a u32")]
    fn compare(&mut self, plan: &Plan, left: &[u64], right: &[u64]) {
        let rows = (left[2] as u32, right[2] as u32);
        for (place, (field, compared)) in self.fields.iter_mut().zip(&plan.fields).enumerate() {
            let left = left[BEFORE_FIELDS + place].cast_signed();
            let right = right[BEFORE_FIELDS + place].cast_signed();
            field.count(compared.rule.compare(left, right), rows);
            if compared.rule.is_amount() {
                field.measure(left, right);
            }
        }
    }
}

/// The entry of a row's key, made where there is none. Slots hold the entry's place plus one.
#[allow(clippy::cast_possible_truncation, reason = "slots are addressed by the hash's lower bits")]
fn find<'a>(slots: &mut [u32], entries: &'a mut Vec<Entry>, row: &[u64]) -> &'a mut Entry {
    let (high, low) = (row[0], row[1]);
    let mask = slots.len() - 1;
    let mut slot = low as usize & mask;
    loop {
        match slots[slot] {
            0 => {
                entries.push(Entry { high, low, left: NONE, right: NONE, left_rows: 0, right_rows: 0 });
                slots[slot] = entries.len() as u32;
                return entries.last_mut().expect("one was just pushed");
            }
            found => {
                let place = found as usize - 1;
                if entries[place].high == high && entries[place].low == low {
                    return &mut entries[place];
                }
            }
        }
        slot = (slot + 1) & mask;
    }
}

/// Of sorted hashes: how many different ones, and how many in all stand among the others.
fn known(members: &[u64], others: &[u64]) -> (u64, u64) {
    let mut others = others.iter().peekable();
    let (mut different, mut known, mut last) = (0, 0, None);
    for member in members {
        while others.peek().is_some_and(|other| *other < member) {
            others.next();
        }
        different += u64::from(last != Some(member));
        known += u64::from(others.peek() == Some(&member));
        last = Some(member);
    }
    (different, known)
}

impl SideKeys {
    fn count(&mut self, rows: u32) {
        self.keys += u64::from(rows > 0);
        self.duplicate_keys += u64::from(rows > 1);
    }

    fn merge(&mut self, other: Self) {
        self.keys += other.keys;
        self.duplicate_keys += other.duplicate_keys;
        self.only.merge(other.only);
        self.duplicates.merge(other.duplicates);
    }

    fn counts(self, table: &SideTable) -> SideCounts {
        SideCounts {
            rows: table.rows,
            keys: self.keys,
            only: self.only.count,
            duplicate_keys: self.duplicate_keys,
            duplicate_rows: self.duplicates.count,
            without_key: table.without_key.count,
            ragged: table.ragged.count,
            encoding: table.encoding,
            samples: Samples {
                only: self.only.into_sorted(),
                duplicates: self.duplicates.into_sorted(),
                without_key: table.without_key.clone().into_sorted(),
                ragged: table.ragged.clone().into_sorted(),
            },
        }
    }
}

impl Field {
    fn count(&mut self, comparison: Comparison, rows: (u32, u32)) {
        let counts = &mut self.counts;
        counts.compared += 1;
        match comparison {
            Comparison::Same => counts.agreeing += 1,
            Comparison::EmptyBoth => {
                counts.agreeing += 1;
                counts.empty_both += 1;
            }
            Comparison::Within => {
                counts.agreeing += 1;
                counts.within_tolerance += 1;
            }
            Comparison::Different => counts.differing += 1,
            Comparison::EmptyLeft => counts.empty_left += 1,
            Comparison::EmptyRight => counts.empty_right += 1,
            Comparison::Unreadable => counts.unreadable += 1,
        }
        if !matches!(comparison, Comparison::Same | Comparison::EmptyBoth | Comparison::Within) {
            self.disagreeing.add(rows);
        }
    }

    /// Keeps the largest difference of two amounts that are there.
    fn measure(&mut self, left: i64, right: i64) {
        if let Some(share) = difference_pct(left, right) {
            let largest = self.counts.largest_difference_pct.unwrap_or(0.0).max(share);
            self.counts.largest_difference_pct = Some(largest);
        }
    }

    fn merge(&mut self, other: Self) {
        let (counts, more) = (&mut self.counts, other.counts);
        counts.compared += more.compared;
        counts.agreeing += more.agreeing;
        counts.within_tolerance += more.within_tolerance;
        counts.empty_both += more.empty_both;
        counts.differing += more.differing;
        counts.empty_left += more.empty_left;
        counts.empty_right += more.empty_right;
        counts.unreadable += more.unreadable;
        counts.largest_difference_pct = match (counts.largest_difference_pct, more.largest_difference_pct) {
            (Some(one), Some(other)) => Some(one.max(other)),
            (one, other) => one.or(other),
        };
        self.disagreeing.merge(other.disagreeing);
    }
}
