//! Frameworks as rows. A published version never changes: importing it again is a no-op, other content is refused.

mod citations;
mod read;
pub(crate) mod write;

use domain::framework::compare_versions;
use domain::{Framework, FrameworkCode};

use crate::audit;
use crate::column::{Text, from_row};
use crate::db::{Link, Statement, Store, row, rows, statements};
use crate::error::StoreError;
use crate::ids::{FrameworkId, UnixMillis};
use crate::record::{Audit, FrameworkEntry, Import};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT f.id, f.code, f.version, f.title, f.imported_at, \
             (SELECT COUNT(*) FROM criteria c WHERE c.framework_id = f.id) AS criteria FROM frameworks f ",
            $rest
        )
    };
}

statements! {
    Both ALL = select!("ORDER BY f.code");
    Both VERSIONS = select!("WHERE f.code = $1");
    Both PUBLISHED = "SELECT id, hash FROM frameworks WHERE code = $1 AND version = $2";
}

/// The statements of the modules below.
pub(crate) const BELOW: &[&[Statement]] = &[citations::STATEMENTS, read::STATEMENTS, write::STATEMENTS];

from_row! {
    FrameworkEntry { id, code: text, version, title, criteria: int, imported_at }
}

/// Adds a version that is missing, in somebody else's transaction.
pub(crate) async fn add(
    link: &mut Link<'_>,
    framework: &Framework,
    hash: &str,
    at: UnixMillis,
) -> Result<(), StoreError> {
    write::framework(link, FrameworkId::new(), framework, hash, at).await
}

pub(crate) use citations::add_missing as add_missing_citations;

impl Store {
    /// Keeps a version of a framework. `hash` is that of its content: the same code and version with another hash
    /// is refused. The citations that it names are there already: see [`Store::import_citations`].
    pub async fn import_framework(
        &self,
        framework: &Framework,
        hash: &str,
        audit: Audit,
    ) -> Result<Import, StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        let published =
            row!(link, (FrameworkId, String), PUBLISHED, Text(&framework.code), &*framework.version)?;
        match published {
            Some((id, kept)) if kept == hash => return Ok(Import::Unchanged(id)),
            Some(_) => return Ok(Import::ConflictingContent),
            None => {}
        }
        let id = FrameworkId::new();
        write::framework(link, id, framework, hash, audit.at).await?;
        audit::append(link, &audit).await?;
        writing.commit().await?;
        Ok(Import::Created(id))
    }

    /// By code, then version, oldest first.
    pub async fn frameworks(&self) -> Result<Vec<FrameworkEntry>, StoreError> {
        let mut lease = self.read().await?;
        let mut entries = rows!(&mut lease.link(), FrameworkEntry, ALL)?;
        entries.sort_by(|one, other| {
            one.code.cmp(&other.code).then_with(|| compare_versions(&one.version, &other.version))
        });
        Ok(entries)
    }

    /// That version, or the latest when none is named.
    pub async fn framework_by_code(
        &self,
        code: &FrameworkCode,
        version: Option<&str>,
    ) -> Result<Option<FrameworkEntry>, StoreError> {
        let mut lease = self.read().await?;
        let versions = rows!(&mut lease.link(), FrameworkEntry, VERSIONS, Text(code))?;
        Ok(versions
            .into_iter()
            .filter(|entry| version.is_none_or(|version| entry.version == version))
            .max_by(|one, other| compare_versions(&one.version, &other.version)))
    }

    /// The whole framework, equal to what was imported.
    pub async fn framework(&self, id: FrameworkId) -> Result<Option<Framework>, StoreError> {
        read::framework(&mut self.read().await?.link(), id).await
    }
}
