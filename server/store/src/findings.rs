//! Findings as they are kept: identity, owner and history of what the score raises.

use std::collections::BTreeMap;

use domain::scoring::{FindingKind, FindingSeverity};
use jiff::civil::Date;
use serde::Deserialize;
use uuid::Uuid;

use crate::audit;
use crate::column::{Text, from_row};
use crate::db::{Link, Store, row, rows, run, statements};
use crate::error::{Naming, StoreError};
use crate::ids::{AssessmentId, FindingId, UnixMillis};
use crate::queue::Job;
use crate::record::{Audit, Finding, FindingChange, FindingChanges, FindingEvent};

/// All findings of an assessment in one row, as [`Columns`] in JSON: a row of its own for each costs far more.
macro_rules! list {
    ($open:literal, $is_open:literal, $close:literal) => {
        concat!(
            "SELECT ",
            $open,
            "id, assessment_id, kind, subject, severity, ",
            $is_open,
            ", owner, due, opened_at, cleared_at, times_opened) ORDER BY kind, subject)",
            $close,
            " AS findings FROM findings WHERE assessment_id = $1"
        )
    };
}

statements! {
    Postgres LOCK_ASSESSMENT = "SELECT id FROM assessments WHERE id = $1 FOR UPDATE";
    Both BY_ID = "SELECT id, assessment_id, kind, subject, severity, is_open, owner, due, opened_at, cleared_at, \
        times_opened FROM findings WHERE id = $1";
    Sqlite LIST_SQLITE = list!("json_group_array(json_array(", "json(iif(is_open, 'true', 'false'))", "");
    Postgres LIST_POSTGRES = list!("coalesce(json_agg(json_build_array(", "is_open", ", '[]')::text");
    Both INSERT = "INSERT INTO findings (id, assessment_id, kind, subject, severity, is_open, owner, due, opened_at, \
        cleared_at, times_opened) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    Both CHANGE = "UPDATE findings SET severity = $2, is_open = $3, opened_at = $4, cleared_at = $5, \
        times_opened = $6 WHERE id = $1";
    Both UPDATE = "UPDATE findings SET owner = $2, due = $3 WHERE id = $1";
    Both REMEMBER = "INSERT INTO finding_events (id, finding_id, assessment_id, event, severity, at) \
        VALUES ($1, $2, $3, $4, $5, $6)";
    Both EVENTS = "SELECT e.finding_id, f.kind, f.subject, e.event, e.severity, e.at FROM finding_events e \
        JOIN findings f ON f.id = e.finding_id WHERE e.assessment_id = $1 ORDER BY e.id DESC LIMIT $2";
}

from_row! {
    Finding {
        id, assessment = "assessment_id", kind: text, subject, severity: text, open = "is_open", owner,
        due: maybe_text, opened_at, cleared_at, times_opened: int,
    }
    FindingEvent { finding = "finding_id", kind: text, subject, change: text = "event", severity: text, at }
}

from_row! {
    Listed { findings: json }
}

/// The findings of one assessment, by kind and subject.
struct Listed {
    findings: Vec<Finding>,
}

/// A finding's columns as `list!` names them.
#[derive(Deserialize)]
pub(crate) struct Columns(
    FindingId,
    AssessmentId,
    FindingKind,
    String,
    FindingSeverity,
    bool,
    String,
    Option<Date>,
    UnixMillis,
    Option<UnixMillis>,
    u32,
);

impl From<Columns> for Finding {
    fn from(columns: Columns) -> Self {
        let Columns(
            id,
            assessment,
            kind,
            subject,
            severity,
            open,
            owner,
            due,
            opened_at,
            cleared_at,
            times_opened,
        ) = columns;
        Self {
            id,
            assessment,
            kind,
            subject,
            severity,
            open,
            owner,
            due,
            opened_at,
            cleared_at,
            times_opened,
        }
    }
}

/// What the score raises now.
type Raised = (FindingKind, String, FindingSeverity);

struct Sync {
    assessment: AssessmentId,
    raised: Vec<Raised>,
    at: UnixMillis,
}

/// What a sync makes of a finding; `None` for the change where only the severity differs.
type Step = (Finding, Option<FindingChange>);

impl Sync {
    /// The findings that differ from what is kept, as they have to be. Whatever is in order is left out.
    fn steps(&self, kept: Vec<Finding>) -> Vec<Step> {
        let mut kept: BTreeMap<(FindingKind, String), Finding> =
            kept.into_iter().map(|finding| ((finding.kind, finding.subject.clone()), finding)).collect();
        let mut steps = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        for (kind, subject, severity) in &self.raised {
            if !seen.insert((*kind, subject)) {
                continue;
            }
            match kept.remove(&(*kind, subject.clone())) {
                None => steps.push((self.opened(*kind, subject, *severity), Some(FindingChange::Opened))),
                Some(finding) if !finding.open => {
                    let times_opened = finding.times_opened + 1;
                    let reopened = Finding {
                        severity: *severity,
                        open: true,
                        opened_at: self.at,
                        cleared_at: None,
                        times_opened,
                        ..finding
                    };
                    steps.push((reopened, Some(FindingChange::Reopened)));
                }
                Some(finding) if finding.severity != *severity => {
                    steps.push((Finding { severity: *severity, ..finding }, None));
                }
                Some(_) => {}
            }
        }
        for finding in kept.into_values().filter(|finding| finding.open) {
            let cleared = Finding { open: false, cleared_at: Some(self.at), ..finding };
            steps.push((cleared, Some(FindingChange::Cleared)));
        }
        steps
    }

    fn opened(&self, kind: FindingKind, subject: &str, severity: FindingSeverity) -> Finding {
        Finding {
            id: FindingId::new(),
            assessment: self.assessment,
            kind,
            subject: subject.to_owned(),
            severity,
            open: true,
            owner: String::new(),
            due: None,
            opened_at: self.at,
            cleared_at: None,
            times_opened: 1,
        }
    }
}

impl Job for Sync {
    type Done = FindingChanges;

    async fn run(&self, link: &mut Link<'_>) -> Result<FindingChanges, StoreError> {
        if let Link::Postgres(_) = link {
            row!(link, (AssessmentId,), LOCK_ASSESSMENT, self.assessment)?;
        }
        let mut changes = FindingChanges::default();
        for (finding, change) in self.steps(all(link, self.assessment).await?) {
            if change == Some(FindingChange::Opened) {
                insert(link, &finding).await?;
            } else {
                run!(
                    link,
                    CHANGE,
                    finding.id,
                    Text(finding.severity),
                    finding.open,
                    finding.opened_at,
                    finding.cleared_at,
                    i64::from(finding.times_opened)
                )?;
            }
            let Some(change) = change else { continue };
            run!(
                link,
                REMEMBER,
                Uuid::now_v7().to_string(),
                finding.id,
                self.assessment,
                Text(change),
                Text(finding.severity),
                self.at
            )?;
            match change {
                FindingChange::Opened => changes.opened.push(finding),
                FindingChange::Reopened => changes.reopened.push(finding),
                FindingChange::Cleared => changes.cleared.push(finding),
            }
        }
        Ok(changes)
    }
}

async fn insert(link: &mut Link<'_>, finding: &Finding) -> Result<(), StoreError> {
    run!(
        link,
        INSERT,
        finding.id,
        finding.assessment,
        Text(finding.kind),
        &*finding.subject,
        Text(finding.severity),
        finding.open,
        &*finding.owner,
        finding.due.map(Text),
        finding.opened_at,
        finding.cleared_at,
        i64::from(finding.times_opened)
    )
    .or_missing("assessment")?;
    Ok(())
}

async fn all(link: &mut Link<'_>, assessment: AssessmentId) -> Result<Vec<Finding>, StoreError> {
    let statement = match link {
        Link::Sqlite(_) => LIST_SQLITE,
        Link::Postgres(_) => LIST_POSTGRES,
    };
    Ok(row!(link, Listed, statement, assessment)?.map(|listed| listed.findings).unwrap_or_default())
}

impl Store {
    /// Every finding that was ever raised, open and cleared, by kind and subject.
    pub async fn findings(&self, assessment: AssessmentId) -> Result<Vec<Finding>, StoreError> {
        all(&mut self.read().await?.link(), assessment).await
    }

    pub async fn finding(&self, id: FindingId) -> Result<Option<Finding>, StoreError> {
        let mut lease = self.read().await?;
        Ok(row!(&mut lease.link(), Finding, BY_ID, id)?)
    }

    /// Brings the kept findings in line with what the score raises now, in one transaction: new ones are opened,
    /// cleared ones reopened, those no longer raised cleared. When all is in order already nothing is written.
    pub async fn sync_findings(
        &self,
        assessment: AssessmentId,
        raised: Vec<(FindingKind, String, FindingSeverity)>,
        at: UnixMillis,
    ) -> Result<FindingChanges, StoreError> {
        let sync = Sync { assessment, raised, at };
        let kept = self.findings(assessment).await?;
        if sync.steps(kept).is_empty() {
            return Ok(FindingChanges::default());
        }
        self.perform(sync).await
    }

    /// Notes who mends the finding and until when; whether there is such a finding.
    pub async fn update_finding(
        &self,
        id: FindingId,
        owner: &str,
        due: Option<Date>,
        audit: Audit,
    ) -> Result<bool, StoreError> {
        let mut writing = self.write().await?;
        let changed = run!(&mut writing.link(), UPDATE, id, owner, due.map(Text))?;
        audit::commit_change(writing, changed, &audit).await
    }

    /// What happened to the findings, newest first.
    pub async fn finding_events(
        &self,
        assessment: AssessmentId,
        limit: u32,
    ) -> Result<Vec<FindingEvent>, StoreError> {
        let mut lease = self.read().await?;
        Ok(rows!(&mut lease.link(), FindingEvent, EVENTS, assessment, i64::from(limit))?)
    }
}
