//! Ties between checks and bindings that people set by hand.

use domain::BindingId;

use crate::audit;
use crate::column::{Text, from_row};
use crate::db::{Link, Store, rows, run, statements};
use crate::error::{Naming, StoreError};
use crate::ids::{CheckId, FrameworkId};
use crate::record::{Assessment, Audit, ManualTie};

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
    // From the version that the organization was assessed by last to another, by which it has no assessment yet: after that
    // the rule decides where nobody decides anew.
    Both CARRY = "INSERT INTO manual_ties (check_id, framework_id, binding, tied, reason, by_id, at) \
        SELECT t.check_id, n.framework_id, t.binding, t.tied, t.reason, t.by_id, t.at FROM manual_ties t \
        JOIN checks c ON c.id = t.check_id AND c.org_id = $1 \
        JOIN bindings o ON o.framework_id = t.framework_id AND o.id = t.binding \
        JOIN bindings n ON n.framework_id = $2 AND n.id = t.binding AND n.kind = o.kind \
        WHERE t.framework_id = (SELECT a.framework_id FROM assessments a JOIN frameworks f ON f.id = a.framework_id \
        WHERE a.org_id = $1 AND a.framework_id <> $2 AND f.code = (SELECT g.code FROM frameworks g WHERE g.id = $2) \
        ORDER BY a.id DESC LIMIT 1) \
        AND NOT EXISTS (SELECT 1 FROM assessments b WHERE b.org_id = $1 AND b.framework_id = $2) \
        ON CONFLICT (check_id, framework_id, binding) DO NOTHING";
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

/// Takes what was decided by hand over to the version of the framework by which an assessment is about to be started, the
/// first one by it in the organization; how much. A check that is no proof by one version is none by the next.
pub(crate) async fn carry(link: &mut Link<'_>, assessment: &Assessment) -> Result<u64, StoreError> {
    Ok(run!(link, CARRY, assessment.org, assessment.framework)?)
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
