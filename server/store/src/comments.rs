//! Comments on the criteria of an assessment. Nothing that was said is lost: a change keeps what was there before, and
//! what was withdrawn stays on record.

use domain::CriterionCode;

use crate::column::{Text, from_row};
use crate::db::{Store, row, rows, run, statements};
use crate::error::{Naming, StoreError};
use crate::ids::{AssessmentId, CommentId, UnixMillis, UserId};
use crate::organizations::HOLD_OF_ASSESSMENT;
use crate::record::{Audit, Comment, CommentRevision, Person};
use crate::{audit, room};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT c.id, c.assessment_id, c.criterion, c.thread_id, c.text, c.revision, c.by_id, u.name AS by_name, \
             c.at, c.edited_at, c.withdrawn_at, c.resolved_at, c.resolved_by, r.name AS resolved_by_name \
             FROM comments c JOIN users u ON u.id = c.by_id LEFT JOIN users r ON r.id = c.resolved_by ",
            $rest
        )
    };
}

statements! {
    Both INSERT = "INSERT INTO comments (id, assessment_id, framework_id, criterion, thread_id, text, revision, \
        by_id, at) SELECT $1, a.id, a.framework_id, $3, $4, $5, 1, $6, CAST($7 AS BIGINT) \
        FROM assessments a WHERE a.id = $2";
    Both BY_ID = select!("WHERE c.id = $1");
    // An id begins with the instant at which it was made.
    Both ON_CRITERION = select!("WHERE c.assessment_id = $1 AND c.criterion = $2 ORDER BY c.id");
    Both COUNT = "SELECT COUNT(*) FROM comments WHERE assessment_id = $1 AND criterion = $2";
    // Changes nothing, and makes whoever does the same wait until this transaction ends.
    Both HOLD = "UPDATE comments SET revision = revision WHERE id = $1 AND revision = $2 AND withdrawn_at IS NULL";
    Both REMEMBER = "INSERT INTO comment_revisions (comment_id, revision, text, at) \
        SELECT id, revision, text, COALESCE(edited_at, at) FROM comments WHERE id = $1";
    Both EDIT = "UPDATE comments SET text = $2, edited_at = $3, revision = revision + 1 WHERE id = $1";
    Both REVISIONS = "SELECT v.comment_id, v.revision, v.text, v.at FROM comment_revisions v \
        JOIN comments c ON c.id = v.comment_id WHERE c.assessment_id = $1 AND c.criterion = $2 \
        AND c.withdrawn_at IS NULL ORDER BY v.comment_id, v.revision DESC";
    Both WITHDRAW = "UPDATE comments SET withdrawn_at = $3, withdrawn_by = $2 WHERE id = $1 AND withdrawn_at IS NULL";
    Both RESOLVE = "UPDATE comments SET resolved_at = $3, resolved_by = $2 \
        WHERE id = $1 AND thread_id IS NULL AND resolved_at IS NULL";
    Both REOPEN = "UPDATE comments SET resolved_at = NULL, resolved_by = NULL \
        WHERE id = $1 AND thread_id IS NULL AND resolved_at IS NOT NULL";
}

from_row! {
    Kept {
        id, assessment = "assessment_id", criterion: text, thread = "thread_id", text, revision, by = "by_id", by_name,
        at, edited_at, withdrawn_at, resolved_at, resolved_by, resolved_by_name,
    }
    CommentRevision { comment = "comment_id", revision, text, at }
}

/// A comment's row.
struct Kept {
    id: CommentId,
    assessment: AssessmentId,
    criterion: CriterionCode,
    thread: Option<CommentId>,
    text: String,
    revision: i64,
    by: UserId,
    by_name: String,
    at: UnixMillis,
    edited_at: Option<UnixMillis>,
    withdrawn_at: Option<UnixMillis>,
    resolved_at: Option<UnixMillis>,
    resolved_by: Option<UserId>,
    resolved_by_name: Option<String>,
}

impl From<Kept> for Comment {
    fn from(kept: Kept) -> Self {
        let resolved_by = kept.resolved_by.zip(kept.resolved_by_name);
        Self {
            id: kept.id,
            assessment: kept.assessment,
            criterion: kept.criterion,
            thread: kept.thread,
            text: kept.text,
            revision: kept.revision,
            by: kept.by,
            by_name: kept.by_name,
            at: kept.at,
            edited_at: kept.edited_at,
            withdrawn_at: kept.withdrawn_at,
            resolved_by: resolved_by.map(|(id, name)| Person { id, name }),
            resolved_at: kept.resolved_at,
        }
    }
}

impl Store {
    /// An answer in a settled thread opens it again, in the same transaction. [`StoreError::NotFound`] for an
    /// assessment, a criterion of its framework or a thread that does not exist; [`StoreError::Full`] where the
    /// criterion has `most` already, those that were withdrawn with them.
    pub async fn add_comment(&self, comment: &Comment, most: u32, audit: Audit) -> Result<(), StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        run!(link, HOLD_OF_ASSESSMENT, comment.assessment)?;
        room::for_one(row!(link, (i64,), COUNT, comment.assessment, Text(&comment.criterion))?, most)?;
        let added = run!(
            link,
            INSERT,
            comment.id,
            comment.assessment,
            Text(&comment.criterion),
            comment.thread,
            &*comment.text,
            comment.by,
            comment.at
        )
        .or_missing("criterion or thread")?;
        if added == 0 {
            return Err(StoreError::NotFound { what: "assessment" });
        }
        audit::append(link, &audit).await?;
        if let Some(thread) = comment.thread
            && run!(link, REOPEN, thread)? > 0
        {
            let reopened = Audit { action: "thread.reopened", subject: thread.to_string(), ..audit };
            audit::append(link, &reopened).await?;
        }
        writing.commit().await
    }

    pub async fn comment(&self, id: CommentId) -> Result<Option<Comment>, StoreError> {
        let mut lease = self.read().await?;
        Ok(row!(&mut lease.link(), Kept, BY_ID, id)?.map(Into::into))
    }

    /// Oldest first, with those that were withdrawn.
    pub async fn comments_on(
        &self,
        assessment: AssessmentId,
        criterion: &CriterionCode,
    ) -> Result<Vec<Comment>, StoreError> {
        let mut lease = self.read().await?;
        let kept = rows!(&mut lease.link(), Kept, ON_CRITERION, assessment, Text(criterion))?;
        Ok(kept.into_iter().map(Into::into).collect())
    }

    /// What comments said before they were changed, the latest first for each; nothing of one that was withdrawn.
    pub async fn comment_revisions(
        &self,
        assessment: AssessmentId,
        criterion: &CriterionCode,
    ) -> Result<Vec<CommentRevision>, StoreError> {
        let mut lease = self.read().await?;
        Ok(rows!(&mut lease.link(), CommentRevision, REVISIONS, assessment, Text(criterion))?)
    }

    /// Changes what a comment says, if it is of that revision and was not withdrawn.
    pub async fn edit_comment(
        &self,
        id: CommentId,
        seen_revision: i64,
        text: &str,
        at: UnixMillis,
        audit: Audit,
    ) -> Result<bool, StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        if run!(link, HOLD, id, seen_revision)? == 0 {
            return Ok(false);
        }
        run!(link, REMEMBER, id)?;
        run!(link, EDIT, id, text, at)?;
        audit::append(link, &audit).await?;
        writing.commit().await?;
        Ok(true)
    }

    /// Whether it was there to be withdrawn.
    pub async fn withdraw_comment(
        &self,
        id: CommentId,
        by: UserId,
        at: UnixMillis,
        audit: Audit,
    ) -> Result<bool, StoreError> {
        self.mark(WITHDRAW, id, by, at, audit).await
    }

    /// Settles a thread, by its first comment; whether it was open.
    pub async fn resolve_thread(
        &self,
        id: CommentId,
        by: UserId,
        at: UnixMillis,
        audit: Audit,
    ) -> Result<bool, StoreError> {
        self.mark(RESOLVE, id, by, at, audit).await
    }

    async fn mark(
        &self,
        statement: &'static str,
        id: CommentId,
        by: UserId,
        at: UnixMillis,
        audit: Audit,
    ) -> Result<bool, StoreError> {
        let mut writing = self.write().await?;
        let changed = run!(&mut writing.link(), statement, id, by, at)?;
        audit::commit_change(writing, changed, &audit).await
    }

    /// Takes the settling of a thread back; whether it was settled.
    pub async fn reopen_thread(&self, id: CommentId, audit: Audit) -> Result<bool, StoreError> {
        let mut writing = self.write().await?;
        let changed = run!(&mut writing.link(), REOPEN, id)?;
        audit::commit_change(writing, changed, &audit).await
    }
}
