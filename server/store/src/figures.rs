//! Figures that a system reports of a check's target beside what the check sees: the latest of each check.

use crate::audit;
use crate::column::{Json, from_row};
use crate::db::{Store, row, run, statements};
use crate::error::{Naming as _, StoreError};
use crate::ids::CheckId;
use crate::record::{Audit, ReportedFigures};

statements! {
    Both PUT = "INSERT INTO reported_figures (check_id, computed_at, observations) VALUES ($1, $2, $3) \
        ON CONFLICT (check_id) DO UPDATE SET computed_at = excluded.computed_at, \
        observations = excluded.observations WHERE reported_figures.computed_at <= excluded.computed_at";
    Both OF_CHECK = "SELECT computed_at, observations FROM reported_figures WHERE check_id = $1";
}

from_row! {
    ReportedFigures { computed_at, observations: json }
}

impl Store {
    /// Keeps what was reported of a check, unless something newer was reported before.
    pub async fn put_figures(
        &self,
        check: CheckId,
        figures: &ReportedFigures,
        audit: Audit,
    ) -> Result<(), StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        run!(link, PUT, check, figures.computed_at, Json(&figures.observations)).or_missing("check")?;
        audit::append(link, &audit).await?;
        writing.commit().await
    }

    /// What was reported last.
    pub async fn figures_of(&self, check: CheckId) -> Result<Option<ReportedFigures>, StoreError> {
        let mut lease = self.read().await?;
        Ok(row!(&mut lease.link(), ReportedFigures, OF_CHECK, check)?)
    }
}
