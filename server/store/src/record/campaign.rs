//! Campaigns over several organizations, and saved views of a portfolio.

use domain::FrameworkCode;
use jiff::civil::Date;

use super::{AssessmentState, Organization, Role};
use crate::ids::{AssessmentId, CampaignId, FrameworkId, UnixMillis, UserId, ViewId};

/// The same framework for many organizations until a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Campaign {
    pub id: CampaignId,
    /// Whose it is: nobody else sees it.
    pub user: UserId,
    pub title: String,
    pub framework: FrameworkId,
    pub framework_code: FrameworkCode,
    pub framework_version: String,
    pub due: Date,
    pub created_at: UnixMillis,
}

/// How many organizations a campaign has, and how far they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CampaignFigures {
    pub campaign: Campaign,
    pub organizations: i64,
    /// Those whose assessment is not with the organization any more: submitted, in review or final.
    pub handed_in: i64,
}

/// One organization of a campaign that its owner still belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CampaignPlace {
    pub organization: Organization,
    pub role: Role,
    pub assessment: AssessmentId,
    pub title: String,
    pub state: AssessmentState,
}

/// A choice of the portfolio under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedView {
    pub id: ViewId,
    pub user: UserId,
    pub name: String,
    /// What stands in the address after the question mark.
    pub query: String,
    pub created_at: UnixMillis,
}
