//! The corner cases of the scoring rule, on a framework small enough to reckon by hand.

#![allow(clippy::unwrap_used, reason = "a test's helper may panic")]

mod criteria;
mod findings;
mod ladder;
mod small;
