//! Who answers what of an assessment, and until when.

use domain::{CriterionCode, DomainCode, Level};
use jiff::civil::Date;
use serde::Deserialize;

use crate::audit;
use crate::column::{Text, from_row};
use crate::db::{Store, run, statements};
use crate::error::{Naming, StoreError};
use crate::ids::{AssessmentId, UnixMillis, UserId};
use crate::record::{Assignment, Audit, CommentCount, Part, Person};

/// What people arranged, said and aim at, in one row with lists in JSON: a row of its own for each costs far more.
macro_rules! beside {
    ($open:literal, $build:literal, $close:literal) => {
        concat!(
            "SELECT (SELECT ", $open, $build, "(g.scope, g.subject, m.user_id, u.name, g.due) \
             ORDER BY g.scope, g.subject)", $close, " \
             FROM assignments g JOIN assessments a ON a.id = g.assessment_id \
             LEFT JOIN memberships m ON m.org_id = a.org_id AND m.user_id = g.owner_id \
             LEFT JOIN users u ON u.id = m.user_id WHERE g.assessment_id = $1) AS assignments, \
             (SELECT ", $open, $build, "(c.criterion, c.comments, c.threads) ORDER BY c.criterion)", $close, " \
             FROM (SELECT criterion, COUNT(*) AS comments, \
             COUNT(CASE WHEN thread_id IS NULL AND resolved_at IS NULL THEN 1 END) AS threads \
             FROM comments WHERE assessment_id = $1 AND withdrawn_at IS NULL GROUP BY criterion) c) AS comments, \
             (SELECT ", $open, $build, "(t.criterion, t.level) ORDER BY t.criterion)", $close, " \
             FROM criterion_targets t WHERE t.assessment_id = $1) AS targets"
        )
    };
}

statements! {
    Sqlite BESIDE_SQLITE = beside!("json_group_array(", "json_array", "");
    Postgres BESIDE_POSTGRES = beside!("coalesce(json_agg(", "json_build_array", ", '[]')::text");
    Both KEEP = "INSERT INTO assignments (assessment_id, scope, subject, owner_id, due, changed_by, changed_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (assessment_id, scope, subject) DO UPDATE SET \
        owner_id = excluded.owner_id, due = excluded.due, changed_by = excluded.changed_by, \
        changed_at = excluded.changed_at";
    Both CLEAR = "DELETE FROM assignments WHERE assessment_id = $1 AND scope = $2 AND subject = $3";
}

from_row! {
    Beside { assignments: json, comments: json, targets: json }
}

/// What stands beside the answers of an assessment.
#[derive(Default)]
pub(crate) struct Beside {
    pub(crate) assignments: Vec<Assignment>,
    pub(crate) comments: Vec<CommentCount>,
    pub(crate) targets: Vec<(CriterionCode, Level)>,
}

/// How the columns `scope` and `subject` name a part.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Scope {
    Domain,
    Criterion,
}

impl Part {
    fn columns(&self) -> (&'static str, &str) {
        match self {
            Self::Domain(code) => ("domain", code.as_str()),
            Self::Criterion(code) => ("criterion", code.as_str()),
        }
    }
}

/// An assignment's columns as `beside!` names them.
#[derive(Deserialize)]
pub(crate) struct Columns(Scope, String, Option<UserId>, Option<String>, Option<Date>);

impl From<Columns> for Assignment {
    fn from(Columns(scope, subject, owner, name, due): Columns) -> Self {
        let part = match scope {
            Scope::Domain => Part::Domain(DomainCode::from(subject)),
            Scope::Criterion => Part::Criterion(CriterionCode::from(subject)),
        };
        Self { part, owner: owner.zip(name).map(|(id, name)| Person { id, name }), due }
    }
}

impl Store {
    /// Keeps who answers a part and until when, in place of what was before; nobody and no day takes it away.
    pub async fn assign(
        &self,
        assessment: AssessmentId,
        assignment: &Assignment,
        by: UserId,
        at: UnixMillis,
        audit: Audit,
    ) -> Result<(), StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        let (scope, subject) = assignment.part.columns();
        if assignment.owner.is_none() && assignment.due.is_none() {
            run!(link, CLEAR, assessment, scope, subject)?;
        } else {
            let owner = assignment.owner.as_ref().map(|owner| owner.id);
            run!(link, KEEP, assessment, scope, subject, owner, assignment.due.map(Text), by, at)
                .or_missing("assessment or account")?;
        }
        audit::append(link, &audit).await?;
        writing.commit().await
    }
}
