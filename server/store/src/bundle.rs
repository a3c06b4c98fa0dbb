//! Everything of an assessment at once: what its pages and its score are made from, on every request.
//!
//! A statement costs SQLite more for the way to its thread and back than for the reading. So all of them go there
//! together, and the rows come back in one stream.

use std::sync::LazyLock;

use futures_util::TryStreamExt as _;
use sqlx::{Either, Executor as _, FromRow, Row};

use crate::answers::Listed;
use crate::assessments::assessment_columns;
use crate::assignments::Beside;
use crate::column::from_row;
use crate::db::{Link, Store, statements};
use crate::error::StoreError;
use crate::ids::{AssessmentId, UserId};
use crate::organizations::organization_columns;
use crate::record::{
    Assessment, AssessmentBundle, Check, Integration, ManualTie, Organization, Override, Role,
};
use crate::{answers, assignments, checks, evidence, integrations, overrides, standings, ties};

statements! {
    Both HEAD = concat!(
        "SELECT ", assessment_columns!(), ", ", organization_columns!(), ", m.role \
        FROM assessments a JOIN frameworks f ON f.id = a.framework_id JOIN organizations o ON o.id = a.org_id \
        LEFT JOIN memberships m ON m.org_id = a.org_id AND m.user_id = $2 WHERE a.id = $1"
    );
}

/// The statements of a bundle after [`HEAD`], each by the assessment's id, in the order that [`Parts::take`] knows.
/// The lists in JSON are written differently for each database.
const fn statements(
    answers: &'static str,
    beside: &'static str,
    evidence: &'static str,
    standings: &'static str,
) -> [&'static str; 8] {
    [
        answers,
        beside,
        evidence,
        checks::BESIDE_ASSESSMENT,
        integrations::BESIDE_ASSESSMENT,
        standings,
        ties::BESIDE_ASSESSMENT,
        overrides::BESIDE_ASSESSMENT,
    ]
}

/// All of them for SQLite, made once.
static TOGETHER: LazyLock<&'static str> = LazyLock::new(|| {
    let lists = statements(
        answers::LIST_SQLITE,
        assignments::BESIDE_SQLITE,
        evidence::LIST_SQLITE,
        standings::BESIDE_SQLITE,
    );
    format!("{HEAD};\n{}", lists.join(";\n")).leak()
});

from_row! {
    Head { assessment: flat, organization: flat, role: maybe_text }
}

struct Head {
    assessment: Assessment,
    organization: Organization,
    role: Option<Role>,
}

#[derive(Default)]
struct Parts {
    head: Option<Head>,
    answers: Listed,
    beside: Beside,
    evidence: evidence::Listed,
    checks: Vec<Check>,
    integrations: Vec<Integration>,
    standings: standings::Listed,
    ties: Vec<ManualTie>,
    overrides: Vec<Override>,
}

impl Parts {
    /// Takes a row of the statement at `part`: 0 is [`HEAD`], the others are [`statements`].
    fn take<'r, R: Row>(&mut self, part: usize, row: &'r R) -> Result<(), sqlx::Error>
    where
        Head: FromRow<'r, R>,
        Listed: FromRow<'r, R>,
        Beside: FromRow<'r, R>,
        evidence::Listed: FromRow<'r, R>,
        Check: FromRow<'r, R>,
        Integration: FromRow<'r, R>,
        standings::Listed: FromRow<'r, R>,
        ManualTie: FromRow<'r, R>,
        Override: FromRow<'r, R>,
    {
        match part {
            0 => self.head = Some(Head::from_row(row)?),
            1 => self.answers = Listed::from_row(row)?,
            2 => self.beside = Beside::from_row(row)?,
            3 => self.evidence = evidence::Listed::from_row(row)?,
            4 => self.checks.push(Check::from_row(row)?),
            5 => self.integrations.push(Integration::from_row(row)?),
            6 => self.standings = standings::Listed::from_row(row)?,
            7 => self.ties.push(ManualTie::from_row(row)?),
            _ => self.overrides.push(Override::from_row(row)?),
        }
        Ok(())
    }

    async fn read(
        link: &mut Link<'_>,
        assessment: AssessmentId,
        reader: Option<UserId>,
    ) -> Result<Self, sqlx::Error> {
        let mut parts = Self::default();
        match link {
            Link::Sqlite(connection) => {
                let mut steps = connection.fetch_many(sqlx::query(*TOGETHER).bind(assessment).bind(reader));
                let mut part = 0;
                while let Some(step) = steps.try_next().await? {
                    match step {
                        // The end of a statement.
                        Either::Left(_) => part += 1,
                        Either::Right(row) => parts.take(part, &row)?,
                    }
                }
            }
            Link::Postgres(connection) => {
                let head = sqlx::query(HEAD).bind(assessment).bind(reader);
                for row in head.fetch_all(&mut **connection).await? {
                    parts.take(0, &row)?;
                }
                let together = statements(
                    answers::LIST_POSTGRES,
                    assignments::BESIDE_POSTGRES,
                    evidence::LIST_POSTGRES,
                    standings::BESIDE_POSTGRES,
                );
                for (part, statement) in (1..).zip(together) {
                    for row in sqlx::query(statement).bind(assessment).fetch_all(&mut **connection).await? {
                        parts.take(part, &row)?;
                    }
                }
            }
        }
        Ok(parts)
    }
}

impl Store {
    /// The assessment with its organization, answers, evidence and checks, and the reader's role, read over one
    /// connection.
    pub async fn bundle(
        &self,
        assessment: AssessmentId,
        reader: Option<UserId>,
    ) -> Result<Option<AssessmentBundle>, StoreError> {
        read(&mut self.read().await?.link(), assessment, reader).await
    }
}

/// The same over a connection that is at hand.
pub(crate) async fn read(
    link: &mut Link<'_>,
    assessment: AssessmentId,
    reader: Option<UserId>,
) -> Result<Option<AssessmentBundle>, StoreError> {
    let parts = Parts::read(link, assessment, reader).await?;
    Ok(parts.head.map(|head| AssessmentBundle {
        standings: parts.standings.of(head.assessment.framework),
        assessment: head.assessment,
        organization: head.organization,
        reader: head.role,
        answers: parts.answers.answers,
        evidence: parts.evidence.evidence,
        checks: parts.checks,
        integrations: parts.integrations,
        ties: parts.ties,
        overrides: parts.overrides,
        assignments: parts.beside.assignments,
        comments: parts.beside.comments,
        targets: parts.beside.targets.into_iter().collect(),
    }))
}
