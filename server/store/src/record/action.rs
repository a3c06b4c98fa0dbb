//! What an organization undertakes, and what is behind it.

use domain::scoring::FindingKind;
use domain::{CriterionCode, Level};
use jiff::civil::Date;

use crate::ids::{ActionId, AssessmentId, OrgId, UnixMillis, UserId};

/// What an action was made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActionSource {
    /// By the identity that a finding keeps when it clears and is raised again.
    Finding { kind: FindingKind, subject: String },
    /// A step of the roadmap, and the level that it is to reach.
    Step { criterion: CriterionCode, aim: Level },
}

/// How far an action is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ActionState {
    #[default]
    Open,
    InProgress,
    Done,
    Dropped {
        reason: String,
    },
}

impl ActionState {
    /// Whether there is still something to do.
    pub fn is_unfinished(&self) -> bool {
        matches!(self, Self::Open | Self::InProgress)
    }

    /// The name that it is kept by.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::InProgress => "in_progress",
            Self::Done => "done",
            Self::Dropped { .. } => "dropped",
        }
    }

    /// Why it was dropped.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Dropped { reason } => Some(reason),
            _ => None,
        }
    }
}

/// An amount of money in whole units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Money {
    /// 0 or more.
    pub amount: i64,
    /// Three capital letters, as ISO 4217 has them.
    pub currency: String,
}

/// What an action is expected to cost; what nobody estimated is absent, not 0.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cost {
    pub money: Option<Money>,
    /// Hours of the organization's own people.
    pub hours: Option<u32>,
}

/// What people decide about an action.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ActionContent {
    pub title: String,
    pub note: String,
    pub owner: Option<UserId>,
    pub due: Option<Date>,
    pub cost: Cost,
    pub state: ActionState,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    pub id: ActionId,
    pub org: OrgId,
    pub assessment: AssessmentId,
    pub source: ActionSource,
    pub content: ActionContent,
    /// 1 at first; one more with every change.
    pub revision: i64,
    pub created_by: UserId,
    pub created_at: UnixMillis,
    /// Since when it is in its state.
    pub since: UnixMillis,
}

/// An action with what a list says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedAction {
    pub action: Action,
    pub owner_name: Option<String>,
    /// Whether the owner still belongs to the organization.
    pub owner_belongs: bool,
    pub assessment_title: String,
    /// The finding as it is kept now; `None` for a step.
    pub finding: Option<FindingNow>,
}

/// How the finding behind an action stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FindingNow {
    Raised,
    Cleared { at: UnixMillis },
}

/// How a change of an action ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActionChange {
    Done,
    /// Somebody changed it since it was read; nothing was changed.
    Stale,
}
