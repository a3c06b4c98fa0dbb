//! Ties between checks and bindings that people set by hand.

use domain::BindingId;

use crate::audit;
use crate::column::{Text, from_row};
use crate::db::{Store, rows, run, statements};
use crate::error::{Naming, StoreError};
use crate::ids::{CheckId, FrameworkId};
use crate::record::{Audit, ManualTie};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT t.check_id, t.framework_id, t.binding, t.tied, t.reason, t.by_id, t.at FROM manual_ties t ",
            $rest
        )
    };
}

statements! {
    Both SET = "INSERT INTO manual_ties (check_id, framework_id, binding, tied, reason, by_id, at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (check_id, framework_id, binding) DO UPDATE \
        SET tied = excluded.tied, reason = excluded.reason, by_id = excluded.by_id, at = excluded.at";
    Both CLEAR = "DELETE FROM manual_ties WHERE check_id = $1 AND framework_id = $2 AND binding = $3";
    Both OF_CHECK = select!("WHERE t.check_id = $1 ORDER BY t.framework_id, t.binding");
    Both BESIDE_ASSESSMENT = select!(
        "JOIN checks c ON c.id = t.check_id JOIN assessments a ON a.org_id = c.org_id \
         WHERE a.id = $1 AND t.framework_id = a.framework_id ORDER BY t.check_id, t.binding"
    );
}

from_row! {
    ManualTie {
        check = "check_id", framework = "framework_id", binding: text, tied, reason, by = "by_id", at,
    }
}

impl Store {
    /// Ties or unties a check and a binding, in place of what was set before.
    pub async fn set_tie(&self, tie: ManualTie, audit: Audit) -> Result<(), StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        run!(link, SET, tie.check, tie.framework, Text(&tie.binding), tie.tied, &*tie.reason, tie.by, tie.at)
            .or_missing("check or binding")?;
        audit::append(link, &audit).await?;
        writing.commit().await
    }

    /// Lets the rule decide again; whether anything had been set.
    pub async fn clear_tie(
        &self,
        check: CheckId,
        framework: FrameworkId,
        binding: &BindingId,
        audit: Audit,
    ) -> Result<bool, StoreError> {
        let mut writing = self.write().await?;
        let changed = run!(&mut writing.link(), CLEAR, check, framework, Text(binding))?;
        audit::commit_change(writing, changed, &audit).await
    }

    /// In every framework.
    pub async fn ties_of(&self, check: CheckId) -> Result<Vec<ManualTie>, StoreError> {
        let mut lease = self.read().await?;
        Ok(rows!(&mut lease.link(), ManualTie, OF_CHECK, check)?)
    }
}
