//! What people say to each other about a criterion.

use domain::CriterionCode;
use serde::Deserialize;

use super::Person;
use crate::ids::{AssessmentId, CommentId, UnixMillis, UserId};

/// A comment. It stays on record once it was withdrawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    pub id: CommentId,
    pub assessment: AssessmentId,
    pub criterion: CriterionCode,
    /// The first of the thread that it answers in; `None` for that first one.
    pub thread: Option<CommentId>,
    pub text: String,
    /// 1 for a new one; one more each time that its author changes it.
    pub revision: i64,
    pub by: UserId,
    pub by_name: String,
    pub at: UnixMillis,
    pub edited_at: Option<UnixMillis>,
    pub withdrawn_at: Option<UnixMillis>,
    /// For the first of a thread: who settled it and when.
    pub resolved_by: Option<Person>,
    pub resolved_at: Option<UnixMillis>,
}

impl Comment {
    /// It begins a thread that nobody settled.
    pub fn is_open(&self) -> bool {
        self.thread.is_none() && self.resolved_at.is_none()
    }
}

/// What a comment said before it was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommentRevision {
    pub comment: CommentId,
    pub revision: i64,
    pub text: String,
    pub at: UnixMillis,
}

/// How much was said about a criterion, without what was withdrawn.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "(CriterionCode, u32, u32)")]
pub struct CommentCount {
    pub criterion: CriterionCode,
    pub comments: u32,
    /// Threads that nobody settled.
    pub open: u32,
}

impl From<(CriterionCode, u32, u32)> for CommentCount {
    fn from((criterion, comments, open): (CriterionCode, u32, u32)) -> Self {
        Self { criterion, comments, open }
    }
}
