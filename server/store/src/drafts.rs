//! Drafts of frameworks: saved with a revision, so that nobody's work is overwritten in silence.

use domain::framework::compare_versions;

use crate::audit;
use crate::column::{Text, from_row};
use crate::db::{Store, row, rows, run, statements};
use crate::error::{Naming, StoreError};
use crate::frameworks;
use crate::ids::{DraftId, FrameworkId, UserId};
use crate::record::{Audit, FrameworkDraft, Publication, Publishing};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT d.id, d.text, d.base_id, d.revision, d.created_by, d.created_at, d.changed_by, \
             u.name AS changed_by_name, d.changed_at, d.published_id FROM framework_drafts d \
             JOIN users u ON u.id = d.changed_by ",
            $rest
        )
    };
}

statements! {
    Both INSERT = "INSERT INTO framework_drafts (id, text, base_id, revision, created_by, created_at, changed_by, \
        changed_at) VALUES ($1, $2, $3, 1, $4, $5, $4, $5)";
    Both BY_ID = select!("WHERE d.id = $1");
    Both ALL = select!("WHERE d.published_id IS NULL ORDER BY d.id DESC");
    Both SAVE = "UPDATE framework_drafts SET text = $3, changed_by = $4, changed_at = $5, revision = revision + 1 \
        WHERE id = $1 AND revision = $2 AND published_id IS NULL";
    Both CLOSE = "UPDATE framework_drafts SET published_id = $3, changed_by = $4, changed_at = $5 \
        WHERE id = $1 AND revision = $2 AND published_id IS NULL";
    Both DELETE = "DELETE FROM framework_drafts WHERE id = $1 AND published_id IS NULL";
    Both VERSIONS = "SELECT version FROM frameworks WHERE code = $1";
}

from_row! {
    FrameworkDraft {
        id, text, base = "base_id", revision, created_by, created_at, changed_by, changed_by_name, changed_at,
        published = "published_id",
    }
}

impl Store {
    /// Keeps a new draft, as its first revision.
    pub async fn create_draft(&self, draft: &FrameworkDraft, audit: Audit) -> Result<(), StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        run!(link, INSERT, draft.id, &*draft.text, draft.base, draft.created_by, draft.created_at)
            .or_missing("account or framework")?;
        audit::append(link, &audit).await?;
        writing.commit().await
    }

    pub async fn draft(&self, id: DraftId) -> Result<Option<FrameworkDraft>, StoreError> {
        let mut lease = self.read().await?;
        Ok(row!(&mut lease.link(), FrameworkDraft, BY_ID, id)?)
    }

    /// Those that are open, the newest first.
    pub async fn drafts(&self) -> Result<Vec<FrameworkDraft>, StoreError> {
        let mut lease = self.read().await?;
        Ok(rows!(&mut lease.link(), FrameworkDraft, ALL)?)
    }

    /// Saves a draft if nobody else did since its writer looked; whether it was.
    pub async fn save_draft(
        &self,
        id: DraftId,
        seen_revision: i64,
        text: &str,
        by: UserId,
        audit: Audit,
    ) -> Result<bool, StoreError> {
        let mut writing = self.write().await?;
        let changed =
            run!(&mut writing.link(), SAVE, id, seen_revision, text, by, audit.at).or_missing("account")?;
        audit::commit_change(writing, changed, &audit).await
    }

    /// Whether there was such a draft, not yet published.
    pub async fn discard_draft(&self, id: DraftId, audit: Audit) -> Result<bool, StoreError> {
        let mut writing = self.write().await?;
        let changed = run!(&mut writing.link(), DELETE, id)?;
        audit::commit_change(writing, changed, &audit).await
    }

    /// Makes a version of a draft and closes the draft, if nobody saved it since its publisher looked and no version as
    /// high is there.
    pub async fn publish_draft(
        &self,
        publishing: Publishing<'_>,
        by: UserId,
        audit: Audit,
    ) -> Result<Publication, StoreError> {
        let Publishing { draft, seen_revision, framework, hash } = publishing;
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        let versions = rows!(link, (String,), VERSIONS, Text(&framework.code))?;
        let latest = versions.into_iter().map(|(version,)| version).max_by(|a, b| compare_versions(a, b));
        if let Some(published) = latest.filter(|latest| compare_versions(&framework.version, latest).is_le())
        {
            return Ok(Publication::NotNewer { published });
        }
        let id = FrameworkId::new();
        match frameworks::write::framework(link, id, framework, hash, audit.at).await {
            // Somebody else published it between the question above and now.
            Err(StoreError::Duplicate { .. }) => {
                return Ok(Publication::NotNewer { published: framework.version.clone() });
            }
            written => written?,
        }
        if run!(link, CLOSE, draft, seen_revision, id, by, audit.at)? == 0 {
            return Ok(Publication::Stale);
        }
        audit::append(link, &audit).await?;
        writing.commit().await?;
        Ok(Publication::Published(id))
    }
}
