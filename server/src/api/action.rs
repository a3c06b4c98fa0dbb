//! Actions: what an organization undertakes about a finding or a step of the roadmap.

use axum::Json;
use axum::extract::State;
use domain::Level;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use service::action::{ActionFrom, ActionView, Behind};
use service::record::{self, ActionContent, ActionSource, FindingNow};
use service::{ActionId, AssessmentId, FindingId, OrgId, Service, UserId};
use utoipa::{IntoParams, ToSchema};

use super::extract::{Bearer, Body, Change, Queried, Segments, lasting};
use super::finding::KindName;
use super::organization::{Created, created};
use super::paging::{Page, PageQuery, Paging};
use super::problem::Problem;
use super::time;

/// What an organization undertakes. Finishing it changes no score: answers, evidence and checks do.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(super) struct Action {
    #[schema(format = "uuid")]
    id: String,
    #[schema(format = "uuid")]
    assessment: String,
    title: String,
    note: String,
    /// The member who promised it; null for nobody yet.
    #[schema(format = "uuid")]
    owner: Option<String>,
    owner_name: Option<String>,
    #[schema(format = Date)]
    due: Option<String>,
    state: StateName,
    /// Why it was dropped.
    reason: Option<String>,
    #[schema(format = DateTime)]
    state_since: String,
    cost: Cost,
    /// One more with every change; to be sent with the next one.
    revision: i64,
    behind: BehindShown,
    #[schema(format = DateTime)]
    created_at: String,
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ActionState)]
enum StateName {
    Open,
    InProgress,
    Done,
    Dropped,
}

/// What it is expected to cost; null for what nobody estimated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ActionCost, example = json!({ "amount": 12000, "currency": "USD", "hours": 40 }))]
struct Cost {
    /// In whole units of the currency.
    #[serde(default)]
    amount: Option<i64>,
    /// ISO 4217.
    #[serde(default)]
    currency: Option<String>,
    /// Work of the organization's own people.
    #[serde(default)]
    hours: Option<u32>,
}

/// What the action was made for, and how that stands now.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = BehindAction)]
struct BehindShown {
    /// The finding's kind; null for a step of the roadmap.
    finding: Option<KindName>,
    /// The criterion, or the domain of a coverage finding.
    #[schema(example = "PAT-1")]
    subject: String,
    /// Whether the finding has cleared, or the criterion counts the level that the step was to reach.
    settled: bool,
    /// When the finding cleared.
    #[schema(format = DateTime)]
    cleared_at: Option<String>,
    /// For a step: the level that counts now, absent while there is no answer, and the one that it was to reach.
    counts: Option<u8>,
    aim: Option<u8>,
}

impl From<ActionView> for Action {
    fn from(view: ActionView) -> Self {
        let behind = BehindShown::of(&view);
        let ActionView { listed, .. } = view;
        let record::Action { id, assessment, content, revision, created_at, since, .. } = listed.action;
        Self {
            id: id.to_string(),
            assessment: assessment.to_string(),
            title: content.title,
            note: content.note,
            owner: content.owner.map(|owner| owner.to_string()),
            owner_name: listed.owner_name,
            due: content.due.map(|due| due.to_string()),
            state: (&content.state).into(),
            reason: content.state.reason().map(str::to_owned),
            state_since: time::shown(since),
            cost: content.cost.into(),
            revision,
            behind,
            created_at: time::shown(created_at),
        }
    }
}

impl BehindShown {
    fn of(view: &ActionView) -> Self {
        let (finding, subject) = match &view.action().source {
            ActionSource::Finding { kind, subject } => (Some(KindName::from(*kind)), subject.clone()),
            ActionSource::Step { criterion, .. } => (None, criterion.to_string()),
        };
        let (cleared_at, counts, aim) = match view.behind {
            Behind::Finding(FindingNow::Cleared { at }) => (Some(time::shown(at)), None, None),
            Behind::Finding(FindingNow::Raised) => (None, None, None),
            Behind::Step { counts, aim } => (None, counts.map(Level::get), Some(aim.get())),
        };
        Self { finding, subject, settled: view.behind.is_settled(), cleared_at, counts, aim }
    }
}

impl From<&record::ActionState> for StateName {
    fn from(state: &record::ActionState) -> Self {
        match state {
            record::ActionState::Open => Self::Open,
            record::ActionState::InProgress => Self::InProgress,
            record::ActionState::Done => Self::Done,
            record::ActionState::Dropped { .. } => Self::Dropped,
        }
    }
}

impl StateName {
    fn with(self, reason: Option<String>) -> record::ActionState {
        match self {
            Self::Open => record::ActionState::Open,
            Self::InProgress => record::ActionState::InProgress,
            Self::Done => record::ActionState::Done,
            Self::Dropped => record::ActionState::Dropped { reason: reason.unwrap_or_default() },
        }
    }
}

impl From<record::Cost> for Cost {
    fn from(cost: record::Cost) -> Self {
        let (amount, currency) = cost.money.map(|money| (money.amount, money.currency)).unzip();
        Self { amount, currency, hours: cost.hours }
    }
}

impl TryFrom<Cost> for record::Cost {
    type Error = Problem;

    fn try_from(cost: Cost) -> Result<Self, Problem> {
        let money = match (cost.amount, cost.currency) {
            (Some(amount), Some(currency)) => Some(record::Money { amount, currency }),
            (None, None) => None,
            (Some(_), None) => {
                return Err(Problem::field("/cost/currency", "Name the currency of the amount."));
            }
            (None, Some(_)) => {
                return Err(Problem::field("/cost/amount", "Give the amount, or no currency."));
            }
        };
        Ok(Self { money, hours: cost.hours })
    }
}

/// An action to make: from a finding, or from a step of the roadmap.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "step": "PAT-1", "title": "Put the patient API into production", "due": "2027-01-31" }))]
pub(super) struct NewAction {
    /// The finding.
    #[schema(value_type = Option<String>, format = "uuid")]
    finding: Option<FindingId>,
    /// The criterion of the step.
    step: Option<String>,
    /// The rung that the climb with this step leads to; when absent the one aimed at, else the next one.
    target: Option<String>,
    title: String,
    #[serde(default)]
    note: String,
    #[schema(value_type = Option<String>, format = "uuid")]
    owner: Option<UserId>,
    #[schema(value_type = Option<String>, format = Date)]
    due: Option<Date>,
    cost: Option<Cost>,
}

impl NewAction {
    fn understood(self) -> Result<(ActionFrom, ActionContent), Problem> {
        let from = match (self.finding, self.step) {
            (Some(finding), None) => ActionFrom::Finding(finding),
            (None, Some(step)) => {
                ActionFrom::Step { criterion: step.into(), target: self.target.map(Into::into) }
            }
            _ => {
                let problem = "Name either a finding or a step of the roadmap.";
                return Err(Problem::field("/finding", problem));
            }
        };
        let cost = self.cost.map(record::Cost::try_from).transpose()?.unwrap_or_default();
        let state = record::ActionState::Open;
        Ok((
            from,
            ActionContent {
                title: self.title,
                note: self.note,
                owner: self.owner,
                due: self.due,
                cost,
                state,
            },
        ))
    }
}

/// A change of an action; what is absent stays, and null clears.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "revision": 1, "state": "done" }))]
pub(super) struct ActionChange {
    /// The one that was read. 409 where somebody changed the action since.
    revision: i64,
    #[serde(default, deserialize_with = "lasting")]
    #[schema(nullable = false)]
    title: Option<String>,
    /// Null or empty for none.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    note: Change<String>,
    /// Null for nobody.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = "uuid")]
    owner: Change<UserId>,
    /// Null for none.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    due: Change<Date>,
    #[serde(default, deserialize_with = "lasting")]
    #[schema(nullable = false)]
    state: Option<StateName>,
    /// Why it is dropped.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    reason: Change<String>,
    /// In place of what was estimated; null for nothing.
    #[serde(default)]
    #[schema(value_type = Option<Cost>)]
    cost: Change<Cost>,
}

impl ActionChange {
    fn over(self, known: ActionContent) -> Result<ActionContent, Problem> {
        let state = self.state.unwrap_or_else(|| StateName::from(&known.state));
        if state != StateName::Dropped && matches!(self.reason, Change::Set(_)) {
            return Err(Problem::field("/reason", "Only what is dropped has a reason."));
        }
        let reason = self.reason.over(known.state.reason().map(str::to_owned));
        let cost = self.cost.over(Some(known.cost.into())).map(record::Cost::try_from).transpose()?;
        Ok(ActionContent {
            title: self.title.unwrap_or(known.title),
            note: self.note.over_empty(known.note),
            owner: self.owner.over(known.owner),
            due: self.due.over(known.due),
            cost: cost.unwrap_or_default(),
            state: state.with(reason),
        })
    }
}

/// Which actions are listed.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ActionQuery {
    /// Only those in this state.
    state: Option<StateName>,
    /// Only those of this member.
    #[param(value_type = Option<String>, format = "uuid")]
    owner: Option<UserId>,
}

/// The actions of an organization, oldest first
#[utoipa::path(
    get, path = "/organizations/{id}/actions", tag = "actions",
    params(("id" = String, Path, format = "uuid"), ActionQuery, PageQuery),
    responses(
        (status = 200, body = Page<Action>), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 404, body = Problem)
    )
)]
pub(super) async fn list(
    Bearer(actor): Bearer,
    Segments(id): Segments<OrgId>,
    paging: Paging<String>,
    Queried(query): Queried<ActionQuery>,
    State(service): State<Service>,
) -> Result<Json<Page<Action>>, Problem> {
    let all = service.actions(&actor, id).await?.into_iter().filter(|view| {
        let content = &view.action().content;
        query.state.is_none_or(|state| state == StateName::from(&content.state))
            && query.owner.is_none_or(|owner| content.owner == Some(owner))
    });
    let all: Vec<Action> = all.map(Action::from).collect();
    Ok(Json(paging.slice(all, |action: &Action| action.id.clone(), |action| action)?))
}

/// Make an action from a finding or a step of the roadmap
#[utoipa::path(
    post, path = "/assessments/{id}/actions", tag = "actions", params(("id" = String, Path, format = "uuid")),
    request_body = NewAction,
    responses(
        (status = 201, body = Action), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)
    )
)]
pub(super) async fn create(
    Bearer(actor): Bearer,
    Segments(id): Segments<AssessmentId>,
    State(service): State<Service>,
    Body(body): Body<NewAction>,
) -> Result<Created<Action>, Problem> {
    let (from, content) = body.understood()?;
    let made = service.create_action(&actor, id, from, content).await?;
    Ok(created(format!("/api/v1/actions/{}", made.action().id), made.into()))
}

/// One action
#[utoipa::path(
    get, path = "/actions/{id}", tag = "actions", params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = Action), (status = 401, body = Problem), (status = 404, body = Problem))
)]
pub(super) async fn get(
    Bearer(actor): Bearer,
    Segments(id): Segments<ActionId>,
    State(service): State<Service>,
) -> Result<Json<Action>, Problem> {
    Ok(Json(service.action(&actor, id).await?.into()))
}

/// Change an action
#[utoipa::path(
    patch, path = "/actions/{id}", tag = "actions", params(("id" = String, Path, format = "uuid")),
    request_body = ActionChange,
    responses(
        (status = 200, body = Action), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)
    )
)]
pub(super) async fn update(
    Bearer(actor): Bearer,
    Segments(id): Segments<ActionId>,
    State(service): State<Service>,
    Body(body): Body<ActionChange>,
) -> Result<Json<Action>, Problem> {
    let known = service.action(&actor, id).await?;
    let revision = body.revision;
    let content = body.over(known.action().content.clone())?;
    Ok(Json(service.change_action(&actor, id, revision, content).await?.into()))
}
