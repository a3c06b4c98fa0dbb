//! Campaigns: the same framework for many organizations of somebody until a day, and how far they are. Nobody else sees
//! them; what they start are assessments like any other. The day of one in which nobody answered yet is told to its
//! organization.

use std::sync::Arc;

use domain::scoring::Exact;
use domain::{Framework, FrameworkCode, RungCode};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::record::{AssessmentState, Campaign, CampaignFigures, CampaignPlace, Organization, Role};
use store::{AssessmentId, CampaignId, OrgId, StoreError, UnixMillis};
use tokio::task::JoinSet;

use crate::assessment::NewAssessment;
use crate::service::audit;
use crate::{Actor, Error, FieldError, Permission, Service};

/// Organizations of one campaign.
const MOST_ORGANIZATIONS: u32 = 500;

/// How far ahead a campaign may end, in days: five years.
const FARTHEST: i64 = 5 * 366;

/// Organizations that the form offers.
const OFFERED: u32 = 1000;

/// A campaign to be made.
#[derive(Debug, Clone)]
pub struct NewCampaign {
    pub title: String,
    pub framework: FrameworkCode,
    /// The latest when `None`.
    pub version: Option<String>,
    pub due: Option<Date>,
    pub organizations: Vec<OrgId>,
}

/// In how many organizations an assessment was started, and why in others not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartedIn {
    pub done: usize,
    /// The organization's name, or its identifier where there is none for this actor; and why.
    pub refused: Vec<(String, String)>,
}

/// A campaign and how far it is.
pub struct CampaignPage {
    pub campaign: Campaign,
    pub framework: Arc<Framework>,
    /// By the organization's name.
    pub lines: Vec<CampaignLine>,
    /// Organizations of the campaign that the actor does not belong to any more.
    pub out_of_sight: usize,
    /// Organizations that can be added.
    pub others: Vec<Organization>,
    pub today: Date,
}

/// How far one organization is.
pub struct CampaignLine {
    pub organization: Organization,
    pub role: Role,
    pub assessment: AssessmentId,
    pub state: AssessmentState,
    /// Percent; `None` while nothing applies.
    pub completeness: Option<Exact>,
    pub rung: Option<RungCode>,
    pub overall: Option<Exact>,
    /// Still with the organization after the day.
    pub overdue: bool,
}

impl Service {
    /// Organizations in which the actor may start an assessment, oldest first.
    pub async fn startable(&self, actor: &Actor) -> Result<Vec<Organization>, Error> {
        let all = self.store().organizations_of(actor.user(), None, OFFERED).await?;
        let may = all.into_iter().filter(|(_, role)| Permission::Assess.allows(*role));
        Ok(may.map(|(organization, _)| organization).collect())
    }

    /// Starts a campaign with an assessment in each organization where the actor may.
    pub async fn create_campaign(
        &self,
        actor: &Actor,
        new: NewCampaign,
    ) -> Result<(Campaign, StartedIn), Error> {
        let (title, due, mut problems) = understood(&new.title, new.due, None);
        let found = self.store().framework_by_code(&new.framework, new.version.as_deref()).await?;
        if found.is_none() {
            problems.push(FieldError::new("framework", "Choose one of the frameworks."));
        }
        problems.extend(how_many(0, &new.organizations));
        let (Some(entry), Some(due), true) = (found, due, problems.is_empty()) else {
            return Err(Error::Invalid(problems));
        };
        self.refuse_if_none(actor, &new.organizations).await?;
        let campaign = Campaign {
            id: CampaignId::new(),
            user: actor.user(),
            title,
            framework: entry.id,
            framework_code: entry.code,
            framework_version: entry.version,
            due,
            created_at: UnixMillis::now(),
        };
        let details = json!({
            "title": campaign.title, "framework": campaign.framework_code, "due": campaign.due,
        });
        let line = audit(Some(actor), "campaign.started", campaign.id, details);
        self.store().create_campaign(&campaign, line).await?;
        let started = self.start_in(actor, &campaign, new.organizations).await?;
        Ok((campaign, started))
    }

    /// Starts an assessment in more organizations.
    pub async fn extend_campaign(
        &self,
        actor: &Actor,
        id: CampaignId,
        organizations: Vec<OrgId>,
    ) -> Result<StartedIn, Error> {
        let campaign = self.own_campaign(actor, id).await?;
        let (_, all) = self.store().campaign_places(id, actor.user()).await?;
        if let Some(problem) = how_many(all, &organizations) {
            return Err(Error::Invalid(vec![problem]));
        }
        self.start_in(actor, &campaign, organizations).await
    }

    /// The actor's campaigns, the latest due first.
    pub async fn campaigns(&self, actor: &Actor) -> Result<Vec<CampaignFigures>, Error> {
        Ok(self.store().campaigns_of(actor.user()).await?)
    }

    /// A campaign with the progress of each organization, scored now.
    pub async fn campaign(&self, actor: &Actor, id: CampaignId) -> Result<CampaignPage, Error> {
        let campaign = self.own_campaign(actor, id).await?;
        let framework = self.prepared(campaign.framework).await?.framework;
        let today = UnixMillis::now().date();
        let (places, all) = self.store().campaign_places(id, actor.user()).await?;
        let (out_of_sight, mut others) = (all.saturating_sub(places.len()), self.startable(actor).await?);
        others.retain(|one| !places.iter().any(|place| place.organization.id == one.id));
        others.sort_by(|a, b| a.name.cmp(&b.name));
        let mut scoring = JoinSet::new();
        for (index, place) in places.into_iter().enumerate() {
            let (service, due) = (self.clone(), campaign.due);
            scoring.spawn(async move { Ok::<_, Error>((index, service.line(place, due, today).await?)) });
        }
        let mut lines = Vec::new();
        while let Some(done) = scoring.join_next().await {
            let (index, line) = done.map_err(Error::internal)??;
            lines.extend(line.map(|line| (index, line)));
        }
        lines.sort_by_key(|(index, _)| *index);
        let lines = lines.into_iter().map(|(_, line)| line).collect();
        Ok(CampaignPage { campaign, framework, lines, out_of_sight, others, today })
    }

    /// Another title or another day.
    pub async fn change_campaign(
        &self,
        actor: &Actor,
        id: CampaignId,
        title: &str,
        due: Option<Date>,
    ) -> Result<(), Error> {
        let campaign = self.own_campaign(actor, id).await?;
        let (title, due, problems) = understood(title, due, Some(campaign.due));
        let (Some(due), true) = (due, problems.is_empty()) else { return Err(Error::Invalid(problems)) };
        let line = audit(Some(actor), "campaign.changed", id, json!({ "title": title, "due": due }));
        if self.store().change_campaign(id, &title, due, line).await? {
            Ok(())
        } else {
            Err(Error::NotFound("The campaign"))
        }
    }

    /// Ends a campaign; its assessments stay.
    pub async fn remove_campaign(&self, actor: &Actor, id: CampaignId) -> Result<(), Error> {
        let campaign = self.own_campaign(actor, id).await?;
        let line = audit(Some(actor), "campaign.removed", id, json!({ "title": campaign.title }));
        if self.store().delete_campaign(id, line).await? {
            Ok(())
        } else {
            Err(Error::NotFound("The campaign"))
        }
    }

    async fn own_campaign(&self, actor: &Actor, id: CampaignId) -> Result<Campaign, Error> {
        let found = self.store().campaign(id).await?.filter(|campaign| campaign.user == actor.user());
        found.ok_or(Error::NotFound("The campaign"))
    }

    /// A campaign that would start nothing is not made.
    async fn refuse_if_none(&self, actor: &Actor, organizations: &[OrgId]) -> Result<(), Error> {
        for org in organizations {
            let role = self.store().role(*org, actor.user()).await?;
            if role.is_some_and(|role| Permission::Assess.allows(role)) {
                return Ok(());
            }
        }
        let problem = "In none of these you may start an assessment: owners, assessors and consultants do.";
        Err(Error::invalid("organizations", problem))
    }

    async fn start_in(
        &self,
        actor: &Actor,
        campaign: &Campaign,
        organizations: Vec<OrgId>,
    ) -> Result<StartedIn, Error> {
        let mut started = StartedIn::default();
        for org in organizations {
            match self.start_one(actor, campaign, org).await {
                Ok(()) => started.done += 1,
                Err(error) if error.own_fault().is_some() => return Err(error),
                Err(refused) => {
                    let known = self.organization(actor, org).await;
                    let name = known.map_or_else(|_| org.to_string(), |organization| organization.name);
                    started.refused.push((name, refused.to_string()));
                }
            }
        }
        Ok(started)
    }

    async fn start_one(&self, actor: &Actor, campaign: &Campaign, org: OrgId) -> Result<(), Error> {
        let new = NewAssessment {
            title: campaign.title.clone(),
            framework: campaign.framework_code.clone(),
            version: Some(campaign.framework_version.clone()),
            target: None,
        };
        let (assessment, line) = self.prepare_assessment(actor, org, new).await?;
        match self.store().start_in_campaign(campaign, &assessment, MOST_ORGANIZATIONS, line).await {
            Ok(()) => {
                self.touch(assessment.id);
                Ok(())
            }
            Err(StoreError::Duplicate { .. }) => {
                Err(Error::Conflict("It has an assessment of this campaign already.".to_owned()))
            }
            Err(StoreError::Full) => Err(Error::Conflict(too_many())),
            Err(other) => Err(other.into()),
        }
    }

    /// `None` where the assessment went away meanwhile.
    async fn line(
        &self,
        place: CampaignPlace,
        due: Date,
        today: Date,
    ) -> Result<Option<CampaignLine>, Error> {
        let CampaignPlace { organization, role, assessment, state, .. } = place;
        let Some(bundle) = self.store().bundle(assessment, None).await? else { return Ok(None) };
        let totals = self.assess(bundle, role).await?.score.totals;
        Ok(Some(CampaignLine {
            organization,
            role,
            assessment,
            state,
            completeness: totals.as_ref().map(|totals| totals.completeness),
            rung: totals.as_ref().map(|totals| totals.rung.clone()),
            overall: totals.as_ref().map(|totals| totals.overall),
            overdue: state.is_open() && due < today,
        }))
    }
}

/// Title and day as they are kept, and what is wrong with them. The day that a campaign has already, `kept`, may have
/// passed.
fn understood(title: &str, due: Option<Date>, kept: Option<Date>) -> (String, Option<Date>, Vec<FieldError>) {
    let title = title.trim().to_owned();
    let mut problems = Vec::new();
    if title.is_empty() || title.chars().count() > 160 {
        problems.push(FieldError::new("title", "Give the campaign a title of 1 to 160 characters."));
    }
    // What an assessment may not be called would start none.
    problems.extend(crate::name::unprintable("title", &title));
    let today = UnixMillis::now().date();
    let farthest = today.checked_add(jiff::Span::new().days(FARTHEST)).unwrap_or(today);
    let fits = |due: Date| Some(due) == kept || (due >= today && due <= farthest);
    if !due.is_some_and(fits) {
        problems.push(FieldError::new("due", "Choose a day from today on, at most five years ahead."));
    }
    (title, due, problems)
}

/// What is wrong with adding these to a campaign that has `already` so many.
fn how_many(already: usize, organizations: &[OrgId]) -> Option<FieldError> {
    let most = usize::try_from(MOST_ORGANIZATIONS).unwrap_or(usize::MAX);
    let problem = match organizations.len() {
        0 => "Choose at least one organization.".to_owned(),
        more if already + more > most => too_many(),
        _ => return None,
    };
    Some(FieldError::new("organizations", problem))
}

fn too_many() -> String {
    format!("A campaign has at most {MOST_ORGANIZATIONS} organizations.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_overdue_campaign_keeps_its_day_and_takes_no_other_that_has_passed() {
        let today = UnixMillis::now().date();
        let before = |days: i64| today.checked_sub(jiff::Span::new().days(days)).expect("a day");
        let (passed, earlier) = (before(9), before(10));
        let problems = |due, kept| understood("Renamed", Some(due), kept).2;
        assert_eq!(problems(passed, Some(passed)), []);
        for (due, kept) in [(earlier, Some(passed)), (passed, None)] {
            assert_eq!(problems(due, kept).len(), 1, "{due} {kept:?}");
        }
    }

    #[test]
    fn a_campaign_is_called_as_an_assessment_may_be() {
        let today = UnixMillis::now().date();
        let problems = |title: &str| understood(title, Some(today), None).2.len();
        assert_eq!(problems("Spring 2027"), 0);
        for title in ["", "Spring\u{202e}7202", "Spring\n2027", &"x".repeat(161)] {
            assert_eq!(problems(title), 1, "{title:?}");
        }
    }
}
