//! The sources that criteria name; shared by all frameworks.

use domain::CitationKey;
use domain::framework::Citation;
use jiff::civil::Date;

use crate::audit;
use crate::column::{Json, Text, from_row};
use crate::db::{Link, Store, rows, run, statements};
use crate::error::StoreError;
use crate::record::Audit;

statements! {
    Both KEEP = "INSERT INTO citations (key, position, title, urls, status, valid_from, valid_to, binds) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (key) DO UPDATE SET position = excluded.position, \
        title = excluded.title, urls = excluded.urls, status = excluded.status, valid_from = excluded.valid_from, \
        valid_to = excluded.valid_to, binds = excluded.binds";
    Both ADD = "INSERT INTO citations (key, position, title, urls, status, valid_from, valid_to, binds) \
        SELECT $1, COALESCE(MAX(position), -1) + 1, $2, $3, $4, $5, $6, $7 FROM citations WHERE TRUE \
        ON CONFLICT (key) DO NOTHING";
    Both ADD_OR_CHANGE = "INSERT INTO citations (key, position, title, urls, status, valid_from, valid_to, binds) \
        VALUES ($1, (SELECT COALESCE(MAX(position), 0) + 1 FROM citations), $2, $3, $4, $5, $6, $7) \
        ON CONFLICT (key) DO UPDATE SET title = excluded.title, urls = excluded.urls, status = excluded.status, \
        valid_from = excluded.valid_from, valid_to = excluded.valid_to, binds = excluded.binds";
    Both ALL = "SELECT key, title, urls, status, valid_from, valid_to, binds FROM citations ORDER BY position, key";
}

from_row! {
    CitationRow { key: text, title, urls: json, status, valid_from: maybe_text, valid_to: maybe_text, binds }
}

struct CitationRow {
    key: CitationKey,
    title: String,
    urls: Vec<String>,
    status: String,
    valid_from: Option<Date>,
    valid_to: Option<Date>,
    binds: Option<String>,
}

impl From<CitationRow> for Citation {
    fn from(row: CitationRow) -> Self {
        let CitationRow { key, title, urls, status, valid_from, valid_to, binds } = row;
        Self { key, title, urls, status, valid_from, valid_to, binds }
    }
}

/// Adds those that are missing, behind the others; what is there stays as it is.
pub(crate) async fn add_missing(link: &mut Link<'_>, citations: &[Citation]) -> Result<(), StoreError> {
    for citation in citations {
        put(link, ADD, citation).await?;
    }
    Ok(())
}

/// Writes a citation by one of the statements that give it a place themselves.
async fn put(link: &mut Link<'_>, statement: &'static str, citation: &Citation) -> Result<(), StoreError> {
    run!(
        link,
        statement,
        Text(&citation.key),
        &*citation.title,
        Json(&citation.urls),
        &*citation.status,
        citation.valid_from.map(Text),
        citation.valid_to.map(Text),
        citation.binds.as_deref()
    )?;
    Ok(())
}

impl Store {
    /// Keeps the citations; those that are there already are brought up to date.
    pub async fn import_citations(&self, citations: &[Citation]) -> Result<(), StoreError> {
        if self.citations().await?.starts_with(citations) {
            return Ok(());
        }
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        for (citation, position) in citations.iter().zip(0_i64..) {
            run!(
                link,
                KEEP,
                Text(&citation.key),
                position,
                &*citation.title,
                Json(&citation.urls),
                &*citation.status,
                citation.valid_from.map(Text),
                citation.valid_to.map(Text),
                citation.binds.as_deref()
            )?;
        }
        writing.commit().await
    }

    /// Adds a citation behind all others, or changes the one with its key where it stands.
    pub async fn keep_citation(&self, citation: &Citation, audit: Audit) -> Result<(), StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        put(link, ADD_OR_CHANGE, citation).await?;
        audit::append(link, &audit).await?;
        writing.commit().await
    }

    /// In file order.
    pub async fn citations(&self) -> Result<Vec<Citation>, StoreError> {
        let mut lease = self.read().await?;
        let kept = rows!(&mut lease.link(), CitationRow, ALL)?;
        Ok(kept.into_iter().map(Into::into).collect())
    }
}
