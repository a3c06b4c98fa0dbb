//! Invitations to an organization.

use serde::{Deserialize, Serialize};

use crate::ids::{InvitationId, OrgId, UnixMillis, UserId};
use crate::record::Role;

/// A link that lets one e-mail address join an organization. Its token is known only by a hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    pub id: InvitationId,
    pub org: OrgId,
    /// In lower case.
    pub email: String,
    pub role: Role,
    pub by: UserId,
    pub by_name: String,
    pub created_at: UnixMillis,
    pub expires_at: UnixMillis,
    pub revoked_at: Option<UnixMillis>,
    pub accepted_at: Option<UnixMillis>,
    pub mail: InvitationMail,
    /// Why the latest try to send the mail failed.
    pub mail_error: Option<String>,
}

/// How an invitation stands at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvitationState {
    Open,
    Accepted,
    Revoked,
    Expired,
}

impl Invitation {
    pub fn state(&self, now: UnixMillis) -> InvitationState {
        if self.accepted_at.is_some() {
            InvitationState::Accepted
        } else if self.revoked_at.is_some() {
            InvitationState::Revoked
        } else if self.expires_at <= now {
            InvitationState::Expired
        } else {
            InvitationState::Open
        }
    }
}

/// Whether the link went out by mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum InvitationMail {
    /// It is passed on by hand.
    None,
    Waiting,
    Sent,
    /// Given up.
    Dead,
}

/// An invitation whose mail is due, claimed with a fence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedInvitation {
    pub invitation: Invitation,
    pub organization: String,
    pub sealed_token: String,
    /// Tries before this one.
    pub attempts: u32,
    pub epoch: i64,
}

/// How the attempt to make an invitation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Invited {
    Done,
    /// An open invitation for the address is there already.
    OpenAlready,
    /// The organization made as many lately as it may.
    TooMany,
    /// Whoever makes it does not have the role any more.
    RoleChanged,
}

/// How the attempt to join ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joined {
    Done,
    /// The account was a member by then; the invitation is used up, the role stays.
    MemberAlready,
    /// It was used, revoked or had expired by then; nothing was changed.
    Ended,
}
