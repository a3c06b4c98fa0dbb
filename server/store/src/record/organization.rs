//! Organizations and who belongs to them.

use std::fmt;

use domain::ProfileCode;
use serde::{Deserialize, Serialize};

use crate::ids::{OrgId, UnixMillis, UserId};

/// What a member may do, least first: see `service`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    Viewer,
    Contributor,
    Assessor,
    Consultant,
    Owner,
}

/// Number of physicians.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SizeBand {
    #[serde(rename = "1-6")]
    UpTo6,
    #[serde(rename = "7-20")]
    UpTo20,
    #[serde(rename = "21-150")]
    UpTo150,
    #[serde(rename = "151+")]
    Above150,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    pub id: OrgId,
    /// In addresses; unique.
    pub slug: String,
    pub name: String,
    pub profiles: Vec<ProfileCode>,
    pub size_band: SizeBand,
    /// Demonstration data, labelled wherever it is shown.
    pub demo: bool,
    pub created_at: UnixMillis,
}

/// What is to change of an organization; what is absent stays.
#[derive(Debug, Clone, Default)]
pub struct OrganizationChange {
    pub name: Option<String>,
    pub profiles: Option<Vec<ProfileCode>>,
    pub size_band: Option<SizeBand>,
}

/// How the change of an organization ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrganizationChanged {
    /// As it is from now on.
    Done(Organization),
    NoSuchOrganization,
    /// Nothing was changed: the assessment of this title waits for its review or is in it, and the profiles decide what was
    /// asked there.
    UnderReview(String),
}

/// How the change of a membership ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberChange {
    Done,
    NoSuchMember,
    /// Nothing was changed: the organization would be left without an owner.
    LastOwner,
}

/// What a member makes that lets others in or lets them read, and that is open until it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Made {
    /// Invitations to the organization.
    Invitations,
    /// Links to reports.
    Links,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub user: UserId,
    pub name: String,
    pub email: String,
    pub role: Role,
    pub since: UnixMillis,
}

/// The logo of an organization.
#[derive(Clone, PartialEq, Eq)]
pub struct Logo {
    pub png: Vec<u8>,
    /// In pixels.
    pub width: u32,
    pub height: u32,
}

/// Pixels are nothing to read.
impl fmt::Debug for Logo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { png, width, height } = self;
        write!(f, "Logo({width} × {height}, {} bytes)", png.len())
    }
}
