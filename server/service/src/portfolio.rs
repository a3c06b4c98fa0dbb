//! The portfolio: every organization of somebody on one screen, against one framework.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use domain::live::LiveDomain;
use domain::scoring::{Exact, moved};
use domain::{DomainCode, Framework, FrameworkCode, RungCode};
use store::record::{AssessmentState, FrameworkEntry, Holding, Organization, Role};
use store::{AssessmentId, OrgId, UnixMillis};

use crate::{Actor, Error, Service};

/// How far back the drift looks.
pub const DRIFT_DAYS: i64 = 90;

const DAY_MS: i64 = 24 * 3600 * 1000;

/// All organizations of an actor, by name.
#[derive(Debug, Clone)]
pub struct Portfolio {
    /// What they are held against.
    pub framework: Arc<Framework>,
    /// Every framework that there is to choose from.
    pub frameworks: Vec<FrameworkEntry>,
    pub clients: Vec<Client>,
    pub at: UnixMillis,
}

/// One organization of a portfolio.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    pub organization: Organization,
    pub role: Role,
    /// The current assessment against the framework: the latest with an answer, or else the latest.
    pub assessment: Option<ClientAssessment>,
    /// Entries of the inventory whose review is overdue.
    pub overdue: u64,
    /// Health checks whose latest run failed.
    pub failing: u64,
    /// Handed in by the framework and the reader's to review, the oldest first: also what is not the current assessment any
    /// more, because the organization answers in the next one already.
    pub waiting: Vec<AssessmentId>,
}

/// How an assessment stands, as it was computed last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientAssessment {
    pub id: AssessmentId,
    pub title: String,
    pub state: AssessmentState,
    /// `None` while it is unrated.
    pub rung: Option<RungCode>,
    pub overall: Option<Exact>,
    /// The rung that was submitted or signed; `None` while the assessment is with the organization.
    pub submitted: Option<RungCode>,
    /// How far the score moved in [`DRIFT_DAYS`], in tenths; `None` where there was none then.
    pub drift: Option<i128>,
    /// Domains with something to score.
    pub domains: BTreeMap<DomainCode, LiveDomain>,
    /// Answers that a check contradicts.
    pub contradicted: u64,
}

impl Portfolio {
    /// Whether the live rung of an assessment is below the one that was submitted.
    pub fn has_fallen(&self, assessment: &ClientAssessment) -> bool {
        assessment
            .submitted
            .as_ref()
            .is_some_and(|submitted| self.place(assessment.rung.as_ref()) < self.place(Some(submitted)))
    }

    /// A rung's place on the ladder: 0 for the floor, and for an assessment that is unrated.
    pub fn place(&self, rung: Option<&RungCode>) -> usize {
        let sublevels = &self.framework.sublevels;
        let place = rung.and_then(|rung| sublevels.iter().position(|sublevel| sublevel.code == *rung));
        place.map_or(0, |place| place + 1)
    }
}

impl Service {
    /// The organizations that the actor belongs to, against the framework given, or the one that most of them use.
    pub async fn portfolio(
        &self,
        actor: &Actor,
        framework: Option<(&FrameworkCode, &str)>,
    ) -> Result<Portfolio, Error> {
        let frameworks = self.frameworks().await?;
        let entry = if let Some((code, version)) = framework {
            frameworks.iter().find(|entry| entry.code == *code && entry.version == version)
        } else {
            let used = self.store().frameworks_used(actor.user()).await?;
            let most_used = used.first().and_then(|id| frameworks.iter().find(|entry| entry.id == *id));
            most_used.or_else(|| frameworks.iter().find(|entry| entry.code.as_str() == "B7"))
        };
        let entry = entry.ok_or(Error::NotFound("The framework"))?;
        let framework = self.framework(&entry.code, Some(&entry.version)).await?;
        let at = UnixMillis::now();
        let then = UnixMillis(at.0 - DRIFT_DAYS * DAY_MS);
        let holdings = self.store().holdings(actor.user(), entry.id, at, then).await?;
        let mut waiting: HashMap<OrgId, Vec<AssessmentId>> = HashMap::new();
        for (org, assessment) in self.store().waiting_for_review(actor.user(), entry.id).await? {
            waiting.entry(org).or_default().push(assessment);
        }
        let clients = holdings.into_iter().map(|holding| {
            let waiting = waiting.remove(&holding.organization.id).unwrap_or_default();
            client(holding, waiting, then)
        });
        let clients = clients.collect();
        Ok(Portfolio { framework, frameworks, clients, at })
    }
}

fn client(holding: Holding, waiting: Vec<AssessmentId>, then: UnixMillis) -> Client {
    let Holding { organization, role, assessment, overdue, failing } = holding;
    let assessment = assessment.map(|kept| {
        let overall = kept.overall.and_then(|fraction| fraction.exact());
        let before = kept.overall_then.exact().filter(|_| kept.begun_at <= then);
        ClientAssessment {
            id: kept.id,
            title: kept.title,
            state: kept.state,
            rung: kept.rung,
            overall,
            submitted: kept.handed_in.filter(|_| !kept.state.is_open()),
            drift: overall.zip(before).map(|(now, before)| moved(&before, &now)),
            domains: kept.domains,
            contradicted: u64::try_from(kept.contradicted).unwrap_or(0),
        }
    });
    let count = |count: i64| u64::try_from(count).unwrap_or(0);
    Client { organization, role, assessment, overdue: count(overdue), failing: count(failing), waiting }
}
