//! Reconciliation: two row-level CSV files, a key, and fields to compare (`health-checks.md`, "Reconciliation").
//!
//! Chunks of bytes go in through a [`SideReader`] for each file, counts come out as an [`Aggregate`]. The same code runs
//! in the browser and in the terminal, so that row-level files never leave the machine that they lie on.
//!
//! **No row is kept.** Of a row remain the 128-bit hash of its key, its number, and 64 bits for each compared field: a
//! date in days, an amount in hundredths of a cent, anything else as a hash. That is 24 + 8 × fields bytes a row.
//!
//! **No value comes out.** An [`Aggregate`] holds the names of columns, counts, and row numbers as a spreadsheet shows
//! them (the header is row 1); of values at most the largest difference of an amount in percent.
//!
//! **Collisions.** Two different keys count as one where their XXH3-128 hashes are equal: for *n* different keys the
//! probability is about *n*² / 2¹²⁹, below 10⁻²⁶ for a million and below 10⁻²⁰ for a billion. Two different values of a
//! compared field count as equal with probability 2⁻⁶⁴: below 10⁻¹² for any of a million rows with ten fields. The
//! hash is not keyed: whoever can choose the content of a file could make keys collide, and would spoil their own count.
//!
//! **Duplicates.** A key counts once a side, by its first row; further rows with it are counted as duplicates and compared
//! with nothing, so a million rows with one key cost no more than a million keys.

mod aggregate;
pub mod codes;
mod join;
mod observe;
mod plan;
mod quotes;
mod reader;
mod rule;
mod table;
mod value;

pub use aggregate::{Aggregate, Encoding, FieldCounts, MemberCounts, Rates, Samples, SideCounts};
pub use join::{BUCKETS, Joined, join, join_buckets};
pub use plan::{Column, ComparedField, Plan, PlanError, Side};
pub use reader::{ReadError, SideReader, columns};
pub use rule::{Rule, RuleError};
pub use table::SideTable;
