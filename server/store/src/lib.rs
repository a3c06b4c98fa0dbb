//! Everything Rung keeps, in SQLite or PostgreSQL.
//!
//! **Invariants.** All SQL of the workspace is here. Every statement is a `&'static str` and is prepared on both
//! databases by a test. A write and its audit line share one transaction. Nothing here knows who may do what: that is
//! `service`'s.

mod actions;
mod alerts;
mod answers;
mod assessments;
mod assignments;
mod audit;
mod backup;
mod benchmark;
mod bundle;
mod campaigns;
mod checks;
pub mod client;
mod column;
mod comments;
mod connect;
mod db;
mod demonstration;
mod drafts;
mod error;
mod evidence;
mod feeds;
mod figures;
pub mod files;
mod finalized;
mod findings;
mod frameworks;
mod history;
pub mod ids;
mod incidents;
mod integrations;
mod invitations;
mod live;
mod logos;
mod once;
mod organizations;
mod outbox;
mod overrides;
mod page;
mod portfolio;
mod queue;
pub mod record;
mod recording;
mod registers;
mod retention;
mod review;
mod roadmap;
mod room;
mod runs;
mod schedule;
mod second_factors;
mod sessions;
mod shares;
mod snapshots;
mod standings;
mod successors;
#[cfg(feature = "test-support")]
pub mod testing;
mod throttle;
mod ties;
mod tokens;
mod trend;
mod users;
mod workers;

pub use backup::{Copied, CopyState, look_at_copy};
pub use connect::NodeLock;
pub use db::{Backend, Dialect, Statement, Store};
pub use error::StoreError;
pub use ids::{
    ActionId, AlertRuleId, AssessmentId, AuditId, CampaignId, ChannelId, CheckId, CommentId, DraftId,
    EditionId, EvidenceId, FindingId, FrameworkId, IncidentId, IntegrationId, InvitationId, LiveChangeId,
    MaintenanceId, MessageId, OnceId, OrgId, OverrideId, RegisterEntryId, RunId, ShareId, SnapshotId, StepId,
    TokenId, UnixMillis, UserId, ViewId,
};
pub use invitations::{InvitationLimit, KeptToken};

/// Every statement of this crate, for the test that prepares each one on both databases.
pub fn statements() -> impl Iterator<Item = &'static Statement> {
    [
        actions::STATEMENTS,
        alerts::STATEMENTS,
        answers::STATEMENTS,
        assessments::STATEMENTS,
        assignments::STATEMENTS,
        audit::STATEMENTS,
        benchmark::STATEMENTS,
        bundle::STATEMENTS,
        campaigns::STATEMENTS,
        checks::STATEMENTS,
        comments::STATEMENTS,
        client::STATEMENTS,
        client::KEEP_STATEMENTS,
        client::TABLE_STATEMENTS,
        client::TURN_STATEMENTS,
        demonstration::STATEMENTS,
        drafts::STATEMENTS,
        evidence::STATEMENTS,
        feeds::STATEMENTS,
        figures::STATEMENTS,
        findings::STATEMENTS,
        frameworks::STATEMENTS,
        history::STATEMENTS,
        incidents::STATEMENTS,
        integrations::STATEMENTS,
        invitations::STATEMENTS,
        live::STATEMENTS,
        finalized::STATEMENTS,
        logos::STATEMENTS,
        once::STATEMENTS,
        organizations::STATEMENTS,
        outbox::STATEMENTS,
        outbox::CLAIM_STATEMENTS,
        overrides::STATEMENTS,
        portfolio::STATEMENTS,
        recording::STATEMENTS,
        registers::STATEMENTS,
        retention::STATEMENTS,
        review::STATEMENTS,
        roadmap::STATEMENTS,
        runs::STATEMENTS,
        schedule::STATEMENTS,
        second_factors::STATEMENTS,
        sessions::STATEMENTS,
        snapshots::STATEMENTS,
        shares::STATEMENTS,
        standings::STATEMENTS,
        successors::STATEMENTS,
        throttle::STATEMENTS,
        ties::STATEMENTS,
        tokens::STATEMENTS,
        trend::STATEMENTS,
        users::STATEMENTS,
        workers::STATEMENTS,
    ]
    .into_iter()
    .chain(frameworks::BELOW.iter().copied())
    .flatten()
}
