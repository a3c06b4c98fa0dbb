//! Checks that wait for reports, and what is reported to them.

use domain::KindCode;
use domain::check::Observations;

use crate::ids::{CheckId, UnixMillis};
use crate::record::Audit;

/// When the reports of a feed are expected, as people wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedTiming {
    /// A cron line in place of the time between two reports; empty where there is none.
    pub cron: String,
    /// The IANA name of the zone of the cron line and of the business hours.
    pub zone: String,
    /// Business hours, for example `Mon-Fri 08:00-18:00`; empty for around the clock.
    pub hours: String,
    /// How long after the expected instant a report is late but not missing; `None` for the usual.
    pub grace_seconds: Option<i64>,
}

impl Default for FeedTiming {
    fn default() -> Self {
        Self { cron: String::new(), zone: "UTC".to_owned(), hours: String::new(), grace_seconds: None }
    }
}

/// What is known of a feed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Feed {
    pub timing: FeedTiming,
    /// When its token was made; `None` before.
    pub token_made_at: Option<UnixMillis>,
    /// Reports so far.
    pub reports: i64,
    /// The latest.
    pub reported_at: Option<UnixMillis>,
    /// The latest figures, and when they came: a report may bring none.
    pub observations: Observations,
    pub observed_at: Option<UnixMillis>,
    /// Whether the latest look found no report in time.
    pub missed: bool,
}

/// A token by which a system reports from now on.
#[derive(Debug, Clone)]
pub struct TokenMade {
    /// Never the token itself.
    pub hash: String,
    pub at: UnixMillis,
    pub audit: Audit,
}

/// Who reports by a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reporter {
    pub check: CheckId,
    pub kind: KindCode,
}

/// A report that came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedReport {
    pub check: CheckId,
    /// Of the token that it came with.
    pub token_hash: String,
    pub at: UnixMillis,
    /// `None`: the feed is alive, and says no more.
    pub observations: Option<Observations>,
    pub keeping: Keeping,
}

/// Which reports are put on file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeping {
    /// One that brings other figures than the one before.
    News,
    /// This one in any case: it stands for a file of its own, though that be as large as the one before.
    Each,
}

/// What a report was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// It brought other figures than the one before, or came after one was missed.
    News,
    Repeat,
    /// The token is another one by now, or the check is gone; nothing changed.
    Nobody,
}

/// A report on file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptReport {
    /// Counted over all reports of the feed, from 1.
    pub number: i64,
    pub reported_at: UnixMillis,
    pub observations: Observations,
}
