//! Who acts, and what a role may do.

use jiff::tz::TimeZone;
use store::UserId;
use store::record::{Role, User};

/// A signed-in person, by session or token. Made by [`Service`](crate::Service) only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    pub(crate) user: UserId,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) admin: bool,
    pub(crate) time_zone: TimeZone,
}

impl Actor {
    pub fn user(&self) -> UserId {
        self.user
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn email(&self) -> &str {
        &self.email
    }

    /// In which instants are shown to them.
    pub fn time_zone(&self) -> &TimeZone {
        &self.time_zone
    }

    /// May administer the installation; gives no access to an organization.
    pub fn is_admin(&self) -> bool {
        self.admin
    }
}

impl From<User> for Actor {
    fn from(user: User) -> Self {
        // One that this build's table of time zones no longer has is shown as UTC, which the footer names.
        let time_zone = TimeZone::get(&user.time_zone).unwrap_or(TimeZone::UTC);
        Self { user: user.id, name: user.name, email: user.email, admin: user.admin, time_zone }
    }
}

/// What a use case asks of a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// See everything of the organization.
    Read,
    /// Answer for the organization, attach evidence.
    Answer,
    /// Say who answers what, and until when.
    Assign,
    /// Comment on criteria.
    Comment,
    /// Register integrations, set up and run checks.
    Operate,
    /// Accept or reject evidence, change ties, silence a check that fails.
    Review,
    /// Say who is told of incidents, silence alerts.
    Alert,
    /// Start assessments.
    Assess,
    /// Submit an assessment, take a submission back, give an assessment another title.
    Submit,
    /// Rate beside the organization, ask for changes, sign: an assessor from outside.
    Judge,
    /// Members and the organization itself.
    Own,
}

impl Permission {
    /// The rule: who may do what.
    pub fn allows(self, role: Role) -> bool {
        match self {
            Self::Read => true,
            Self::Answer => matches!(role, Role::Owner | Role::Assessor | Role::Contributor),
            Self::Assign => matches!(role, Role::Owner | Role::Assessor),
            Self::Operate | Self::Comment => {
                matches!(role, Role::Owner | Role::Assessor | Role::Contributor | Role::Consultant)
            }
            Self::Review => matches!(role, Role::Owner | Role::Assessor | Role::Consultant),
            Self::Alert => matches!(role, Role::Owner | Role::Assessor),
            Self::Assess => matches!(role, Role::Owner | Role::Assessor | Role::Consultant),
            Self::Submit => matches!(role, Role::Owner | Role::Assessor),
            Self::Judge => matches!(role, Role::Consultant),
            Self::Own => matches!(role, Role::Owner),
        }
    }

    /// The sentence for somebody whose role does not allow it.
    pub(crate) fn refusal(self, role: Role) -> String {
        let role = match role {
            Role::Viewer => "viewer",
            Role::Contributor => "contributor",
            Role::Assessor => "assessor",
            Role::Consultant => "consultant",
            Role::Owner => "owner",
        };
        let deed = match self {
            Self::Read => "read this",
            Self::Answer => "answer or attach evidence",
            Self::Assign => "say who answers what",
            Self::Comment => "comment",
            Self::Operate => "change integrations or run checks",
            Self::Review => "review evidence, change ties or silence a check that fails",
            Self::Alert => "change or silence alerts",
            Self::Assess => "start an assessment",
            Self::Submit => "submit an assessment, take it back or rename it",
            Self::Judge => {
                return format!(
                    "Your role here is {role}, which may not review an assessment or sign it. A consultant does: \
                     somebody from outside, whom an owner adds as a member."
                );
            }
            Self::Own => "manage members or change the organization",
        };
        format!("Your role here is {role}, which may not {deed}. Ask an owner of the organization.")
    }
}
