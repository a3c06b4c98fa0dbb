//! Peers: the quartiles, and that nothing published tells one organization from the others.

#![allow(clippy::unwrap_used, reason = "a test's helper may panic")]

mod rule;
mod small;
mod summary;
