//! Drafts of frameworks.

use domain::framework::Framework;

use crate::ids::{DraftId, FrameworkId, UnixMillis, UserId};

/// A framework as its author has it so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrameworkDraft {
    pub id: DraftId,
    /// TOML; nothing of it need be valid.
    pub text: String,
    /// The version that it is to follow.
    pub base: Option<FrameworkId>,
    /// 1 at first; one more with every save.
    pub revision: i64,
    pub created_by: UserId,
    pub created_at: UnixMillis,
    pub changed_by: UserId,
    pub changed_by_name: String,
    pub changed_at: UnixMillis,
    /// The version that came of it: the draft is closed.
    pub published: Option<FrameworkId>,
}

/// How the publication of a draft ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Publication {
    Published(FrameworkId),
    /// Somebody saved, published or discarded the draft in between.
    Stale,
    /// This or a later version is published already.
    NotNewer {
        published: String,
    },
}

/// What is to be published: the draft as its publisher saw it, and the framework that it is.
#[derive(Debug, Clone, Copy)]
pub struct Publishing<'a> {
    pub draft: DraftId,
    pub seen_revision: i64,
    pub framework: &'a Framework,
    /// Of the framework's file.
    pub hash: &'a str,
}
