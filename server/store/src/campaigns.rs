//! Campaigns and saved views: each is somebody's own.

use jiff::civil::Date;

use crate::column::{Text, from_row};
use crate::db::{Store, row, rows, run, statements};
use crate::error::{Naming, StoreError};
use crate::ids::{AssessmentId, CampaignId, UserId, ViewId};
use crate::organizations::organization_columns;
use crate::record::{
    Assessment, AssessmentState, Audit, Campaign, CampaignFigures, CampaignPlace, SavedView,
};
use crate::users::HOLD;
use crate::{assessments, audit, room};

macro_rules! columns {
    () => {
        "c.id AS campaign_id, c.user_id AS campaign_user, c.title AS campaign_title, \
         c.framework_id AS campaign_framework, f.code AS framework_code, f.version AS framework_version, c.due, \
         c.created_at AS campaign_created_at"
    };
}

statements! {
    Both INSERT = "INSERT INTO campaigns (id, user_id, title, framework_id, due, created_at) \
        VALUES ($1, $2, $3, $4, $5, $6)";
    Both ATTACH = "INSERT INTO campaign_assessments (campaign_id, org_id, assessment_id) VALUES ($1, $2, $3)";
    Both BY_ID = concat!(
        "SELECT ", columns!(), " FROM campaigns c JOIN frameworks f ON f.id = c.framework_id WHERE c.id = $1"
    );
    Both OF_USER = concat!(
        "SELECT ", columns!(), ", COUNT(a.id) AS organizations, \
        COUNT(CASE WHEN a.state NOT IN ($2, $3) THEN 1 END) AS handed_in \
        FROM campaigns c JOIN frameworks f ON f.id = c.framework_id \
        LEFT JOIN (campaign_assessments x JOIN assessments a ON a.id = x.assessment_id \
            JOIN memberships m ON m.org_id = x.org_id AND m.user_id = $1) ON x.campaign_id = c.id \
        WHERE c.user_id = $1 GROUP BY c.id, f.code, f.version ORDER BY c.due DESC, c.id DESC"
    );
    Both PLACES = concat!(
        "SELECT ", organization_columns!(), ", m.role, a.id AS assessment_id, a.title, a.state \
        FROM campaign_assessments x JOIN assessments a ON a.id = x.assessment_id \
        JOIN organizations o ON o.id = x.org_id JOIN memberships m ON m.org_id = o.id AND m.user_id = $2 \
        WHERE x.campaign_id = $1 ORDER BY o.name, o.id"
    );
    Both OTHER_PLACES = "SELECT COUNT(*) FROM campaign_assessments WHERE campaign_id = $1 AND org_id <> $2";
    Both ALL_PLACES = "SELECT COUNT(*) FROM campaign_assessments WHERE campaign_id = $1";
    Both DUE = "SELECT c.due FROM campaign_assessments x JOIN campaigns c ON c.id = x.campaign_id \
        WHERE x.assessment_id = $1";
    Both CHANGE = "UPDATE campaigns SET title = $2, due = $3 WHERE id = $1";
    Both DELETE = "DELETE FROM campaigns WHERE id = $1";
    Both SAVE_VIEW = "INSERT INTO saved_views (id, user_id, name, query, created_at) VALUES ($1, $2, $3, $4, $5) \
        ON CONFLICT (user_id, name) DO UPDATE SET query = excluded.query";
    Both OTHER_VIEWS = "SELECT COUNT(*) FROM saved_views WHERE user_id = $1 AND name <> $2";
    Both VIEWS = "SELECT id, user_id, name, query, created_at FROM saved_views WHERE user_id = $1 ORDER BY name, id";
    Both REMOVE_VIEW = "DELETE FROM saved_views WHERE id = $1 AND user_id = $2";
}

from_row! {
    Campaign {
        id = "campaign_id", user = "campaign_user", title = "campaign_title", framework = "campaign_framework",
        framework_code: text, framework_version, due: text, created_at = "campaign_created_at",
    }
    CampaignFigures { campaign: flat, organizations, handed_in }
    CampaignPlace { organization: flat, role: text, assessment = "assessment_id", title, state: text }
    SavedView { id, user = "user_id", name, query, created_at }
}

impl Store {
    pub async fn create_campaign(&self, campaign: &Campaign, audit: Audit) -> Result<(), StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        run!(
            link,
            INSERT,
            campaign.id,
            campaign.user,
            &*campaign.title,
            campaign.framework,
            Text(campaign.due),
            campaign.created_at
        )
        .or_missing("framework")?;
        audit::append(link, &audit).await?;
        writing.commit().await
    }

    /// Starts an assessment as part of a campaign. [`StoreError::Duplicate`] where the organization has one of it,
    /// [`StoreError::Full`] where the campaign has `most` others.
    pub async fn start_in_campaign(
        &self,
        campaign: &Campaign,
        assessment: &Assessment,
        most: u32,
        audit: Audit,
    ) -> Result<(), StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        run!(link, HOLD, campaign.user)?;
        room::for_one(row!(link, (i64,), OTHER_PLACES, campaign.id, assessment.org)?, most)?;
        assessments::begin(link, assessment, &audit).await?;
        run!(link, ATTACH, campaign.id, assessment.org, assessment.id)
            .or_duplicate("an assessment of this campaign in the organization")
            .or_missing("campaign")?;
        writing.commit().await
    }

    pub async fn campaign(&self, id: CampaignId) -> Result<Option<Campaign>, StoreError> {
        let mut lease = self.read().await?;
        Ok(row!(&mut lease.link(), Campaign, BY_ID, id)?)
    }

    /// The latest due first. Organizations that `user` does not belong to any more are not counted.
    pub async fn campaigns_of(&self, user: UserId) -> Result<Vec<CampaignFigures>, StoreError> {
        let mut lease = self.read().await?;
        let [draft, asked] = AssessmentState::OPEN.map(Text);
        Ok(rows!(&mut lease.link(), CampaignFigures, OF_USER, user, draft, asked)?)
    }

    /// The organizations that `user` still belongs to, by name; and how many the campaign has in all.
    pub async fn campaign_places(
        &self,
        id: CampaignId,
        user: UserId,
    ) -> Result<(Vec<CampaignPlace>, usize), StoreError> {
        let mut lease = self.read().await?;
        let places = rows!(&mut lease.link(), CampaignPlace, PLACES, id, user)?;
        let all = row!(&mut lease.link(), (i64,), ALL_PLACES, id)?;
        Ok((places, all.and_then(|(count,)| usize::try_from(count).ok()).unwrap_or(0)))
    }

    /// Until when the campaign that started an assessment asks for it; `None` where none did.
    pub async fn asked_until(&self, assessment: AssessmentId) -> Result<Option<Date>, StoreError> {
        let mut lease = self.read().await?;
        Ok(row!(&mut lease.link(), (Text<Date>,), DUE, assessment)?.map(|(Text(due),)| due))
    }

    /// Whether there is such a campaign.
    pub async fn change_campaign(
        &self,
        id: CampaignId,
        title: &str,
        due: Date,
        audit: Audit,
    ) -> Result<bool, StoreError> {
        let mut writing = self.write().await?;
        let changed = run!(&mut writing.link(), CHANGE, id, title, Text(due))?;
        audit::commit_change(writing, changed, &audit).await
    }

    /// Its assessments stay; whether there was such a campaign.
    pub async fn delete_campaign(&self, id: CampaignId, audit: Audit) -> Result<bool, StoreError> {
        let mut writing = self.write().await?;
        let changed = run!(&mut writing.link(), DELETE, id)?;
        audit::commit_change(writing, changed, &audit).await
    }

    /// Keeps a view; one of the same name is replaced. [`StoreError::Full`] where the account has `most` others.
    pub async fn save_view(&self, view: &SavedView, most: u32, audit: Audit) -> Result<(), StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        run!(link, HOLD, view.user)?;
        room::for_one(row!(link, (i64,), OTHER_VIEWS, view.user, &*view.name)?, most)?;
        run!(link, SAVE_VIEW, view.id, view.user, &*view.name, &*view.query, view.created_at)
            .or_missing("account")?;
        audit::append(link, &audit).await?;
        writing.commit().await
    }

    /// By name.
    pub async fn views_of(&self, user: UserId) -> Result<Vec<SavedView>, StoreError> {
        let mut lease = self.read().await?;
        Ok(rows!(&mut lease.link(), SavedView, VIEWS, user)?)
    }

    /// Whether the user had it.
    pub async fn remove_view(&self, id: ViewId, user: UserId, audit: Audit) -> Result<bool, StoreError> {
        let mut writing = self.write().await?;
        let changed = run!(&mut writing.link(), REMOVE_VIEW, id, user)?;
        audit::commit_change(writing, changed, &audit).await
    }
}
