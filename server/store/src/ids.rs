//! Identifiers and instants as the database holds them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A new identifier, later than every earlier one (`UUIDv7`).
            #[must_use]
            #[allow(clippy::new_without_default)]
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                Uuid::parse_str(text).map(Self)
            }
        }
    )+};
}

ids! {
    UserId,
    TokenId,
    OrgId,
    /// One version of a framework.
    FrameworkId,
    AssessmentId,
    EvidenceId,
    IntegrationId,
    CheckId,
    RunId,
    FindingId,
    AuditId,
    IncidentId,
    /// Where alerts go.
    ChannelId,
    AlertRuleId,
    MaintenanceId,
    /// A message of the outbox.
    MessageId,
    OverrideId,
    LiveChangeId,
    RegisterEntryId,
    /// A change of an assessment's state.
    StepId,
    SnapshotId,
    /// A link to a report.
    ShareId,
    CommentId,
    /// A link to join an organization.
    InvitationId,
    CampaignId,
    /// A saved view of the portfolio.
    ViewId,
    /// A draft of a framework.
    DraftId,
    ActionId,
    /// What was published of a group of peers at once.
    EditionId,
    /// A value that a page shows once.
    OnceId,
}

macro_rules! earliest {
    ($($name:ident),+) => {$(
        impl $name {
            /// Not after any identifier made at that instant or later.
            pub(crate) fn earliest_at(at: UnixMillis) -> Self {
                // The first 48 bits of a UUIDv7 are the milliseconds since 1970 (RFC 9562, section 5.7).
                Self(Uuid::from_u128(u128::try_from(at.0).unwrap_or(0) << 80))
            }
        }
    )+};
}

earliest! { RunId, LiveChangeId }

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UnixMillis(pub i64);

impl UnixMillis {
    /// The present, from the system's clock.
    pub fn now() -> Self {
        Self(jiff::Timestamp::now().as_millisecond())
    }

    /// The instant as a `jiff` timestamp; one outside jiff's range becomes the nearest end of it.
    pub fn timestamp(self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.0).unwrap_or(if self.0 < 0 {
            jiff::Timestamp::MIN
        } else {
            jiff::Timestamp::MAX
        })
    }

    /// The calendar day in UTC.
    pub fn date(self) -> jiff::civil::Date {
        self.timestamp().to_zoned(jiff::tz::TimeZone::UTC).date()
    }

    /// Whole seconds from `earlier` to this instant; 0 when `earlier` is later.
    pub fn seconds_since(self, earlier: Self) -> u64 {
        u64::try_from((self.0 - earlier.0) / 1000).unwrap_or(0)
    }
}
