//! Comments on the criteria of an assessment: threads of one level, each begun by a comment and settled or open.
//!
//! Members and consultants comment, viewers read. Nothing here changes a score, and an assessment takes comments in
//! every state.

use std::collections::HashMap;

use domain::CriterionCode;
use serde_json::json;
use store::record::{Assessment, Comment, CommentRevision};
use store::{AssessmentId, CommentId, UnixMillis};

use crate::error::OrFull as _;
use crate::service::org_audit;
use crate::{Actor, Error, Permission, Service};

/// The longest comment, in characters.
const LONGEST: usize = 4_000;
/// How many comments a criterion takes, withdrawn ones too: they are read and shown together.
const MOST: u32 = 500;
/// How long its author can change a comment, in milliseconds. Later, others have read and answered it.
const EDITABLE: i64 = 24 * 60 * 60 * 1000;

/// A comment with those that answer it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thread {
    pub first: Said,
    /// Oldest first.
    pub replies: Vec<Said>,
}

/// A comment as it may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Without its text where it was withdrawn.
    pub comment: Comment,
    /// What it said before, the latest first.
    pub earlier: Vec<CommentRevision>,
    /// Whether the reader may change it now.
    pub editable: bool,
    /// Whether the reader may withdraw it.
    pub withdrawable: bool,
}

/// Whether a thread is settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settling {
    Resolve,
    Reopen,
}

impl Service {
    /// What was said about a criterion, oldest thread first.
    pub async fn comments(
        &self,
        actor: &Actor,
        id: AssessmentId,
        criterion: &CriterionCode,
    ) -> Result<Vec<Thread>, Error> {
        let assessment = self.assessment_for(actor, id, Permission::Read).await?;
        self.must_ask(&assessment, criterion).await?;
        let role = self.role(actor, assessment.org, "The assessment").await?;
        let mut earlier: HashMap<CommentId, Vec<CommentRevision>> = HashMap::new();
        for revision in self.store().comment_revisions(id, criterion).await? {
            earlier.entry(revision.comment).or_default().push(revision);
        }
        let now = UnixMillis::now();
        let mut threads: Vec<Thread> = Vec::new();
        for comment in self.store().comments_on(id, criterion).await? {
            let there = comment.withdrawn_at.is_none();
            let own = comment.by == actor.user() && Permission::Comment.allows(role);
            let said = Said {
                editable: there && own && is_editable(&comment, now),
                withdrawable: there && (own || Permission::Own.allows(role)),
                earlier: earlier.remove(&comment.id).unwrap_or_default(),
                comment: shown(comment),
            };
            match said.comment.thread {
                None => threads.push(Thread { first: said, replies: Vec::new() }),
                Some(first) => {
                    if let Some(thread) = threads.iter_mut().find(|thread| thread.first.comment.id == first) {
                        thread.replies.push(said);
                    }
                }
            }
        }
        Ok(threads)
    }

    /// Comments on a criterion: begins a thread, or answers in one. An answer opens a settled thread again.
    pub async fn add_comment(
        &self,
        actor: &Actor,
        id: AssessmentId,
        criterion: &CriterionCode,
        thread: Option<CommentId>,
        text: &str,
    ) -> Result<Comment, Error> {
        let assessment = self.assessment_for(actor, id, Permission::Read).await?;
        self.authorize(actor, assessment.org, Permission::Comment, "The assessment").await?;
        self.must_ask(&assessment, criterion).await?;
        let text = checked(text)?;
        if let Some(thread) = thread {
            let first = self.store().comment(thread).await?;
            let here = |first: &Comment| {
                first.assessment == id && first.criterion == *criterion && first.thread.is_none()
            };
            first.filter(here).ok_or(Error::NotFound("The comment"))?;
        }
        let comment = Comment {
            id: CommentId::new(),
            assessment: id,
            criterion: criterion.clone(),
            thread,
            text,
            revision: 1,
            by: actor.user(),
            by_name: actor.name().to_owned(),
            at: UnixMillis::now(),
            edited_at: None,
            withdrawn_at: None,
            resolved_by: None,
            resolved_at: None,
        };
        let details = json!({ "criterion": criterion, "assessment": id });
        let entry = org_audit(actor, assessment.org, "comment.added", comment.id, details);
        let full = || Error::Conflict(format!("{criterion} has {MOST} comments, and takes no more."));
        self.store().add_comment(&comment, MOST, entry).await.or_full(full)?;
        Ok(comment)
    }

    /// Changes one's own comment, within a day. `seen` is the revision that was on the screen.
    pub async fn edit_comment(
        &self,
        actor: &Actor,
        id: CommentId,
        text: &str,
        seen: i64,
    ) -> Result<Comment, Error> {
        let (comment, assessment) = self.comment_for(actor, id).await?;
        self.authorize(actor, assessment.org, Permission::Comment, "The comment").await?;
        if comment.by != actor.user() {
            return Err(Error::Forbidden("Only its author changes a comment. Answer it instead.".to_owned()));
        }
        let now = UnixMillis::now();
        if comment.withdrawn_at.is_none() && !is_editable(&comment, now) {
            let words = "A comment can be changed for a day after it was written. Write another one.";
            return Err(Error::Conflict(words.to_owned()));
        }
        let text = checked(text)?;
        let details =
            json!({ "criterion": comment.criterion, "assessment": assessment.id, "revision": seen + 1 });
        let entry = org_audit(actor, assessment.org, "comment.changed", id, details);
        if !self.store().edit_comment(id, seen, &text, now, entry).await? {
            let words = "The comment was changed or withdrawn in the meantime. Read it again first.";
            return Err(Error::Conflict(words.to_owned()));
        }
        Ok(Comment { text, revision: seen + 1, edited_at: Some(now), ..comment })
    }

    /// Withdraws a comment: its author does, and an owner of the organization. It stays on record, and is shown no more.
    pub async fn withdraw_comment(&self, actor: &Actor, id: CommentId) -> Result<Comment, Error> {
        let (comment, assessment) = self.comment_for(actor, id).await?;
        let role = self.role(actor, assessment.org, "The comment").await?;
        let own = comment.by == actor.user() && Permission::Comment.allows(role);
        if !own && !Permission::Own.allows(role) {
            let words = "Its author or an owner of the organization withdraws a comment.";
            return Err(Error::Forbidden(words.to_owned()));
        }
        let now = UnixMillis::now();
        let details = json!({ "criterion": comment.criterion, "assessment": assessment.id });
        let entry = org_audit(actor, assessment.org, "comment.withdrawn", id, details);
        if !self.store().withdraw_comment(id, actor.user(), now, entry).await? {
            return Err(Error::NotFound("The comment"));
        }
        Ok(shown(Comment { withdrawn_at: Some(now), ..comment }))
    }

    /// Settles a thread or opens it again; `id` is its first comment. What is so already stays so.
    pub async fn settle_thread(
        &self,
        actor: &Actor,
        id: CommentId,
        settling: Settling,
    ) -> Result<Comment, Error> {
        let (first, assessment) = self.comment_for(actor, id).await?;
        self.authorize(actor, assessment.org, Permission::Comment, "The comment").await?;
        if first.thread.is_some() {
            let words = "Only a whole thread is settled: name its first comment.";
            return Err(Error::Conflict(words.to_owned()));
        }
        let details = json!({ "criterion": first.criterion, "assessment": assessment.id });
        match settling {
            Settling::Resolve => {
                let entry = org_audit(actor, assessment.org, "thread.resolved", id, details);
                self.store().resolve_thread(id, actor.user(), UnixMillis::now(), entry).await?;
            }
            Settling::Reopen => {
                let entry = org_audit(actor, assessment.org, "thread.reopened", id, details);
                self.store().reopen_thread(id, entry).await?;
            }
        }
        let (first, _) = self.comment_for(actor, id).await?;
        Ok(shown(first))
    }

    /// A comment and its assessment, for somebody who may read them.
    async fn comment_for(&self, actor: &Actor, id: CommentId) -> Result<(Comment, Assessment), Error> {
        let missing = || Error::NotFound("The comment");
        let comment = self.store().comment(id).await?.ok_or_else(missing)?;
        let assessment = self.store().assessment(comment.assessment).await?.ok_or_else(missing)?;
        self.authorize(actor, assessment.org, Permission::Read, "The comment").await?;
        Ok((comment, assessment))
    }

    /// The criterion is one of the assessment's framework.
    async fn must_ask(&self, assessment: &Assessment, criterion: &CriterionCode) -> Result<(), Error> {
        let framework = self.prepared(assessment.framework).await?.framework;
        framework.criterion(criterion).map(drop).ok_or(Error::NotFound("The criterion"))
    }
}

fn is_editable(comment: &Comment, now: UnixMillis) -> bool {
    comment.withdrawn_at.is_none() && now.0 - comment.at.0 < EDITABLE
}

/// What was withdrawn keeps its place in the thread and says nothing.
fn shown(comment: Comment) -> Comment {
    if comment.withdrawn_at.is_some() { Comment { text: String::new(), ..comment } } else { comment }
}

fn checked(text: &str) -> Result<String, Error> {
    let text = text.trim().to_owned();
    if text.is_empty() {
        return Err(Error::invalid("text", "Write what you want to say."));
    }
    if text.chars().count() > LONGEST {
        return Err(Error::invalid("text", "Use at most 4,000 characters. Attach longer texts as evidence."));
    }
    if text.contains('\0') {
        return Err(Error::invalid("text", "Leave the NUL character out of the comment."));
    }
    Ok(text)
}
