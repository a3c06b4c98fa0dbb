//! Answer times of many runs in little room: a histogram whose buckets grow with the time, so that sketches of hours
//! add up to the sketch of a day.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// Times below this have a bucket each.
const EXACT: u32 = 64;
/// Buckets for each doubling above.
const STEPS: u32 = 32;

/// Times in whole milliseconds. A percentile is never below the true one, and above it by at most one part in 32;
/// below 64 ms it is exact.
///
/// As text it is a list of `bucket` or `bucket*count` with spaces between: two texts with a space between them are the
/// text of both together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LatencySketch(BTreeMap<u32, u64>);

/// Text that is no sketch.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("\"{0}\" is not a bucket of a sketch of times")]
pub struct LatencySketchError(String);

impl LatencySketch {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn add(&mut self, milliseconds: u32) {
        *self.0.entry(bucket(milliseconds)).or_default() += 1;
    }

    /// Takes in the times of another.
    pub fn merge(&mut self, other: &Self) {
        for (bucket, count) in &other.0 {
            *self.0.entry(*bucket).or_default() += count;
        }
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many times are in it.
    pub fn count(&self) -> u64 {
        self.0.values().sum()
    }

    /// The nearest-rank percentile in milliseconds: the least time that so many percent of the times do not exceed.
    /// `None` when there are none.
    pub fn percentile(&self, percent: u32) -> Option<u32> {
        let rank = (self.count() * u64::from(percent.min(100))).div_ceil(100).max(1);
        let mut seen = 0;
        self.0.iter().find_map(|(bucket, count)| {
            seen += count;
            (seen >= rank).then(|| highest(*bucket))
        })
    }
}

impl FromIterator<u32> for LatencySketch {
    fn from_iter<I: IntoIterator<Item = u32>>(times: I) -> Self {
        let mut sketch = Self::new();
        times.into_iter().for_each(|time| sketch.add(time));
        sketch
    }
}

fn bucket(time: u32) -> u32 {
    if time < EXACT {
        return time;
    }
    let doubling = time.ilog2() - EXACT.ilog2();
    EXACT + doubling * STEPS + ((time >> (doubling + 1)) - STEPS)
}

/// The longest time that falls into a bucket.
fn highest(bucket: u32) -> u32 {
    if bucket < EXACT {
        return bucket;
    }
    let (doubling, step) = ((bucket - EXACT) / STEPS, (bucket - EXACT) % STEPS);
    let next = u64::from(STEPS + step + 1) << (doubling + 1).min(32);
    u32::try_from(next - 1).unwrap_or(u32::MAX)
}

impl fmt::Display for LatencySketch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, (bucket, count)) in self.0.iter().enumerate() {
            let space = if position == 0 { "" } else { " " };
            match count {
                1 => write!(f, "{space}{bucket}")?,
                _ => write!(f, "{space}{bucket}*{count}")?,
            }
        }
        Ok(())
    }
}

impl FromStr for LatencySketch {
    type Err = LatencySketchError;

    fn from_str(text: &str) -> Result<Self, LatencySketchError> {
        let mut sketch = Self::new();
        for part in text.split_ascii_whitespace() {
            let (bucket, count) = part.split_once('*').unwrap_or((part, "1"));
            let (Ok(bucket), Ok(count)) = (bucket.parse(), count.parse::<u64>()) else {
                return Err(LatencySketchError(part.to_owned()));
            };
            *sketch.0.entry(bucket).or_default() += count;
        }
        Ok(sketch)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn exact(times: &[u32], percent: usize) -> u32 {
        let mut sorted = times.to_vec();
        sorted.sort_unstable();
        sorted[(sorted.len() * percent).div_ceil(100).max(1) - 1]
    }

    #[test]
    fn without_times_there_is_no_percentile() {
        assert_eq!(LatencySketch::new().percentile(50), None);
        assert_eq!("".parse(), Ok(LatencySketch::new()));
    }

    #[test]
    fn times_below_64_ms_are_exact() {
        let sketch: LatencySketch = (1..=50).collect();
        assert_eq!([50, 95, 99, 100].map(|percent| sketch.percentile(percent).unwrap()), [25, 48, 50, 50]);
    }

    #[test]
    fn what_is_no_sketch_is_named() {
        for text in ["fast", "3*", "*3", "3*many", "-1"] {
            assert!(text.parse::<LatencySketch>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_percentile_is_at_most_one_part_in_32_above_the_true_one(
            times in proptest::collection::vec(any::<u32>(), 1..300),
            percent in 0_usize..=100,
        ) {
            let truth = exact(&times, percent);
            let said = times.iter().copied().collect::<LatencySketch>().percentile(u32::try_from(percent).unwrap());
            let said = said.unwrap();
            prop_assert!(said >= truth && u64::from(said) <= u64::from(truth) + u64::from(truth) / 32, "{said} for {truth}");
        }

        #[test]
        fn sketches_add_up_whether_merged_or_written_side_by_side(
            left in proptest::collection::vec(any::<u32>(), 0..50),
            right in proptest::collection::vec(any::<u32>(), 0..50),
        ) {
            let sketch = |times: &[u32]| times.iter().copied().collect::<LatencySketch>();
            let whole = sketch(&[left.clone(), right.clone()].concat());
            let mut merged = sketch(&left);
            merged.merge(&sketch(&right));
            prop_assert_eq!(&merged, &whole);
            let beside = format!("{} {}", sketch(&left), sketch(&right));
            prop_assert_eq!(beside.parse::<LatencySketch>().unwrap(), whole);
        }
    }
}
