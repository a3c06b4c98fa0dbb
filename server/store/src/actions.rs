//! Actions of an organization.

use domain::scoring::FindingKind;
use domain::{CriterionCode, Level};
use jiff::civil::Date;

use crate::audit;
use crate::column::{Int, Text, from_row};
use crate::db::{Store, row, rows, run, statements};
use crate::error::{Naming, StoreError};
use crate::ids::{ActionId, AssessmentId, OrgId, UnixMillis, UserId};
use crate::record::{
    Action, ActionChange, ActionContent, ActionSource, ActionState, Audit, Cost, FindingNow, ListedAction,
    Money,
};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT a.id, a.org_id, a.assessment_id, a.finding_kind, a.subject, a.aim, a.title, a.note, \
             a.owner_id, a.due, a.cost, a.currency, a.hours, a.state, a.dropped_because, a.revision, \
             a.created_by, a.created_at, a.since, u.name AS owner_name, m.user_id IS NOT NULL AS owner_belongs, \
             s.title AS assessment_title, f.is_open, f.cleared_at FROM actions a \
             JOIN assessments s ON s.id = a.assessment_id LEFT JOIN users u ON u.id = a.owner_id \
             LEFT JOIN memberships m ON m.org_id = a.org_id AND m.user_id = a.owner_id \
             LEFT JOIN findings f ON f.assessment_id = a.assessment_id AND f.kind = a.finding_kind \
             AND f.subject = a.subject ",
            $rest
        )
    };
}

statements! {
    Both INSERT = "INSERT INTO actions (id, org_id, assessment_id, finding_kind, subject, aim, title, note, owner_id, \
        due, cost, currency, hours, state, dropped_because, revision, created_by, created_at, since) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)";
    Both CHANGE = "UPDATE actions SET title = $3, note = $4, owner_id = $5, due = $6, cost = $7, currency = $8, \
        hours = $9, state = $10, dropped_because = $11, since = $12, revision = revision + 1 \
        WHERE id = $1 AND revision = $2";
    Both BY_ID = select!("WHERE a.id = $1");
    Both OF_ORG = select!("WHERE a.org_id = $1 ORDER BY a.id");
    Both OF_ASSESSMENT = select!("WHERE a.assessment_id = $1 ORDER BY a.id");
}

from_row! {
    Row {
        id, org = "org_id", assessment = "assessment_id", finding_kind: maybe_text, subject, aim: maybe_int, title, note,
        owner = "owner_id", due: maybe_text, cost, currency, hours: maybe_int, state, dropped_because, revision,
        created_by, created_at, since, owner_name, owner_belongs, assessment_title, is_open, cleared_at,
    }
}

struct Row {
    id: ActionId,
    org: OrgId,
    assessment: AssessmentId,
    finding_kind: Option<FindingKind>,
    subject: String,
    aim: Option<Level>,
    title: String,
    note: String,
    owner: Option<UserId>,
    due: Option<Date>,
    cost: Option<i64>,
    currency: Option<String>,
    hours: Option<u32>,
    state: String,
    dropped_because: Option<String>,
    revision: i64,
    created_by: UserId,
    created_at: UnixMillis,
    since: UnixMillis,
    owner_name: Option<String>,
    owner_belongs: bool,
    assessment_title: String,
    is_open: Option<bool>,
    cleared_at: Option<UnixMillis>,
}

impl TryFrom<Row> for ListedAction {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let unreadable =
            |reason: &str| StoreError::Unreadable { what: "action", reason: format!("{}: {reason}", row.id) };
        let source = match (row.finding_kind, row.aim) {
            (Some(kind), None) => ActionSource::Finding { kind, subject: row.subject },
            (None, Some(aim)) => ActionSource::Step { criterion: CriterionCode::from(row.subject), aim },
            _ => return Err(unreadable("it is from neither a finding nor a step")),
        };
        let state = match (row.state.as_str(), row.dropped_because) {
            ("open", None) => ActionState::Open,
            ("in_progress", None) => ActionState::InProgress,
            ("done", None) => ActionState::Done,
            ("dropped", Some(reason)) => ActionState::Dropped { reason },
            _ => return Err(unreadable("its state is not known here")),
        };
        let finding = match (&source, row.is_open, row.cleared_at) {
            (ActionSource::Finding { .. }, Some(false), Some(at)) => Some(FindingNow::Cleared { at }),
            (ActionSource::Finding { .. }, ..) => Some(FindingNow::Raised),
            (ActionSource::Step { .. }, ..) => None,
        };
        let money = row.cost.zip(row.currency).map(|(amount, currency)| Money { amount, currency });
        let content = ActionContent {
            title: row.title,
            note: row.note,
            owner: row.owner,
            due: row.due,
            cost: Cost { money, hours: row.hours },
            state,
        };
        let action = Action {
            id: row.id,
            org: row.org,
            assessment: row.assessment,
            source,
            content,
            revision: row.revision,
            created_by: row.created_by,
            created_at: row.created_at,
            since: row.since,
        };
        Ok(Self {
            action,
            owner_name: row.owner_name,
            owner_belongs: row.owner_belongs,
            assessment_title: row.assessment_title,
            finding,
        })
    }
}

impl Store {
    pub async fn create_action(&self, action: &Action, audit: Audit) -> Result<(), StoreError> {
        let (kind, subject, aim) = match &action.source {
            ActionSource::Finding { kind, subject } => (Some(Text(*kind)), subject.as_str(), None),
            ActionSource::Step { criterion, aim } => (None, criterion.as_str(), Some(Int(*aim))),
        };
        let ActionContent { title, note, owner, due, cost, state } = &action.content;
        let money = cost.money.as_ref();
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        run!(
            link,
            INSERT,
            action.id,
            action.org,
            action.assessment,
            kind,
            subject,
            aim,
            &**title,
            &**note,
            *owner,
            due.map(Text),
            money.map(|money| money.amount),
            money.map(|money| &*money.currency),
            cost.hours.map(Int),
            state.name(),
            state.reason(),
            action.revision,
            action.created_by,
            action.created_at,
            action.since
        )
        .or_missing("assessment or account")?;
        audit::append(link, &audit).await?;
        writing.commit().await
    }

    /// Puts the content in place of the one that was of `revision`.
    pub async fn change_action(
        &self,
        id: ActionId,
        revision: i64,
        content: &ActionContent,
        since: UnixMillis,
        audit: Audit,
    ) -> Result<ActionChange, StoreError> {
        let money = content.cost.money.as_ref();
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        let changed = run!(
            link,
            CHANGE,
            id,
            revision,
            &*content.title,
            &*content.note,
            content.owner,
            content.due.map(Text),
            money.map(|money| money.amount),
            money.map(|money| &*money.currency),
            content.cost.hours.map(Int),
            content.state.name(),
            content.state.reason(),
            since
        )
        .or_missing("account")?;
        if changed == 0 {
            return Ok(ActionChange::Stale);
        }
        audit::append(link, &audit).await?;
        writing.commit().await?;
        Ok(ActionChange::Done)
    }

    pub async fn action(&self, id: ActionId) -> Result<Option<ListedAction>, StoreError> {
        let mut lease = self.read().await?;
        row!(&mut lease.link(), Row, BY_ID, id)?.map(TryInto::try_into).transpose()
    }

    /// Oldest first.
    pub async fn actions_of(&self, org: OrgId) -> Result<Vec<ListedAction>, StoreError> {
        let mut lease = self.read().await?;
        rows!(&mut lease.link(), Row, OF_ORG, org)?.into_iter().map(TryInto::try_into).collect()
    }

    /// Those about an assessment, oldest first.
    pub async fn actions_on(&self, assessment: AssessmentId) -> Result<Vec<ListedAction>, StoreError> {
        let mut lease = self.read().await?;
        rows!(&mut lease.link(), Row, OF_ASSESSMENT, assessment)?.into_iter().map(TryInto::try_into).collect()
    }
}
