//! Assessments, and the read model that every page, report and the score share.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use domain::check::ProbeRecord;
use domain::scoring::{Answer as Ratings, CriterionScore, EvidenceItem, Input, ProbeInput, Rating, Score};
use domain::{BindingId, CriterionCode, Framework, FrameworkCode, Level, RungCode};
use jiff::civil::Date;
use serde_json::json;
use store::record::{
    Answer, Assessment, AssessmentBundle, AssessmentState, Audit, Check, Claim, Evidence, Integration,
    Override, Rater, Role, Standing,
};
use store::{AssessmentId, CheckId, FrameworkId, IntegrationId, OrgId, UnixMillis};

use crate::review::not_in;
use crate::service::{Prepared, org_audit};
use crate::tie::is_tied;
use crate::{Actor, Error, FieldError, Permission, Service};

/// So many that wait are named.
const MOST_WAITING: u32 = 5;

/// What a new assessment needs.
#[derive(Debug, Clone)]
pub struct NewAssessment {
    pub framework: FrameworkCode,
    /// The newest when absent.
    pub version: Option<String>,
    pub title: String,
    /// The rung aimed at.
    pub target: Option<RungCode>,
}

/// An assessment in which nobody answered yet, beside one that says more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    pub assessment: Assessment,
    /// The day of the campaign that started it.
    pub due: Option<Date>,
}

/// An assessment with everything in it and what it is worth at this instant.
#[derive(Clone)]
pub struct Assessed {
    pub bundle: AssessmentBundle,
    pub framework: Arc<Framework>,
    pub score: Score,
    /// Of the actor who reads it.
    pub role: Role,
    pub computed_at: UnixMillis,
}

/// A check tied to a binding, with its standing when it has run.
#[derive(Clone, Copy)]
pub struct TiedCheck<'a> {
    pub check: &'a Check,
    pub integration: &'a Integration,
    pub standing: Option<&'a Standing>,
    /// The attestation in force that its failure says nothing against the answer.
    pub overridden: Option<&'a Override>,
}

impl Service {
    /// Starts an assessment.
    pub async fn start_assessment(
        &self,
        actor: &Actor,
        org: OrgId,
        new: NewAssessment,
    ) -> Result<Assessment, Error> {
        let (assessment, entry) = self.prepare_assessment(actor, org, new).await?;
        self.store().create_assessment(assessment.clone(), entry).await?;
        self.touch(assessment.id);
        Ok(assessment)
    }

    /// An assessment that the actor may start, and its audit line.
    pub(crate) async fn prepare_assessment(
        &self,
        actor: &Actor,
        org: OrgId,
        new: NewAssessment,
    ) -> Result<(Assessment, Audit), Error> {
        self.authorize(actor, org, Permission::Assess, "The organization").await?;
        let title = new.title.trim().to_owned();
        let mut problems: Vec<_> = crate::name::title_problem(&title).into_iter().collect();
        let found = self.store().framework_by_code(&new.framework, new.version.as_deref()).await?;
        match &found {
            None => problems.push(FieldError::new("framework", "Choose one of the frameworks.")),
            Some(entry) => {
                let framework = self.prepared(entry.id).await?.framework;
                let known =
                    |rung: &RungCode| framework.sublevels.iter().any(|sublevel| sublevel.code == *rung);
                if new.target.as_ref().is_some_and(|target| !known(target)) {
                    problems.push(FieldError::new("target", "Choose a rung of the framework as target."));
                }
            }
        }
        let Some(entry) = found.filter(|_| problems.is_empty()) else { return Err(Error::Invalid(problems)) };
        let assessment = Assessment {
            id: AssessmentId::new(),
            org,
            framework: entry.id,
            framework_code: entry.code,
            framework_version: entry.version,
            title,
            state: AssessmentState::Draft,
            target: new.target,
            target_level: Input::DEFAULT_TARGET,
            independent_signoff: false,
            created_by: actor.user(),
            created_at: UnixMillis::now(),
        };
        let details = json!({ "framework": assessment.framework_code, "title": assessment.title });
        let entry = org_audit(actor, org, "assessment.started", assessment.id, details);
        Ok((assessment, entry))
    }

    /// Gives the assessment another title, where there is one, until it is final. What was submitted keeps the one of then.
    pub async fn rename_assessment(
        &self,
        actor: &Actor,
        id: AssessmentId,
        title: Option<&str>,
    ) -> Result<Assessment, Error> {
        let found = self.assessment_for(actor, id, Permission::Submit).await?;
        if found.state == AssessmentState::Final {
            return Err(Error::Conflict(not_in(found.state).to_owned()));
        }
        let title = title.map_or_else(|| found.title.clone(), |title| title.trim().to_owned());
        if let Some(problem) = crate::name::title_problem(&title) {
            return Err(Error::Invalid(vec![problem]));
        }
        if title == found.title {
            return Ok(found);
        }
        let details = json!({ "title": title, "before": found.title });
        let entry = org_audit(actor, found.org, "assessment.renamed", id, details);
        self.store().rename_assessment(id, &title, entry).await?;
        Ok(Assessment { title, ..found })
    }

    /// The organization's assessments, oldest first, after the one given.
    pub async fn assessments(
        &self,
        actor: &Actor,
        org: OrgId,
        after: Option<AssessmentId>,
        limit: u32,
    ) -> Result<Vec<Assessment>, Error> {
        self.authorize(actor, org, Permission::Read, "The organization").await?;
        Ok(self.store().assessments_of(org, after, limit).await?)
    }

    /// The assessment by which the organization stands, and which its pages are about where they name none: the latest that
    /// somebody answered in, or else the latest.
    pub async fn current_assessment(&self, actor: &Actor, org: OrgId) -> Result<Option<AssessmentId>, Error> {
        self.authorize(actor, org, Permission::Read, "The organization").await?;
        Ok(self.store().current_assessment(org).await?)
    }

    /// The assessment of the organization that is asked for, or the current one where none is; `None` where the organization
    /// has no such.
    pub async fn assessment_asked_for(
        &self,
        actor: &Actor,
        org: OrgId,
        asked: Option<AssessmentId>,
    ) -> Result<Option<AssessmentId>, Error> {
        let Some(asked) = asked else { return self.current_assessment(actor, org).await };
        self.authorize(actor, org, Permission::Read, "The organization").await?;
        let found = self.store().assessment_org(asked).await?;
        Ok(found.filter(|found| *found == org).map(|_| asked))
    }

    /// The current one for each version of a framework that the organization is assessed against.
    pub async fn current_by_framework(
        &self,
        actor: &Actor,
        org: OrgId,
    ) -> Result<Vec<(FrameworkId, AssessmentId)>, Error> {
        self.authorize(actor, org, Permission::Read, "The organization").await?;
        Ok(self.store().current_by_framework(org).await?)
    }

    /// Those of the organization's assessments that were begun after the current one and wait for a first answer.
    pub async fn waiting(
        &self,
        actor: &Actor,
        org: OrgId,
        current: AssessmentId,
    ) -> Result<Vec<Waiting>, Error> {
        let later = self.assessments(actor, org, Some(current), MOST_WAITING).await?;
        let mut waiting = Vec::new();
        for assessment in later.into_iter().filter(|assessment| assessment.state.is_open()) {
            let due = self.store().asked_until(assessment.id).await?;
            waiting.push(Waiting { assessment, due });
        }
        Ok(waiting)
    }

    /// The version of a framework that the assessment is held against.
    pub async fn framework_of(&self, actor: &Actor, id: AssessmentId) -> Result<Arc<Framework>, Error> {
        let found = self.assessment_for(actor, id, Permission::Read).await?;
        Ok(self.prepared(found.framework).await?.framework)
    }

    /// The assessment, scored now from what the database holds.
    pub async fn assessed(&self, actor: &Actor, id: AssessmentId) -> Result<Assessed, Error> {
        let missing = || Error::NotFound("The assessment");
        let bundle = self.store().bundle(id, Some(actor.user())).await?.ok_or_else(missing)?;
        let role = bundle.reader.ok_or_else(missing)?;
        self.assess(bundle, role).await
    }

    pub(crate) async fn assess(&self, bundle: AssessmentBundle, role: Role) -> Result<Assessed, Error> {
        let Prepared { framework, scorer } = self.prepared(bundle.assessment.framework).await?;
        let computed_at = UnixMillis::now();
        let score = scorer.score(&input(&bundle, &framework, computed_at));
        Ok(Assessed { bundle, framework, score, role, computed_at })
    }
}

impl Assessed {
    pub fn may(&self, permission: Permission) -> bool {
        permission.allows(self.role)
    }

    /// Whether the reader's role may accept and reject evidence in the state that the assessment is in. Who attached an
    /// item, or acted for the organization, is refused all the same.
    pub fn may_review_evidence(&self) -> bool {
        match self.bundle.assessment.state {
            AssessmentState::Draft | AssessmentState::ChangesRequested => self.may(Permission::Review),
            AssessmentState::Submitted | AssessmentState::InReview => self.may(Permission::Judge),
            AssessmentState::Final => false,
        }
    }

    /// The organization's own answer.
    pub fn own_answer(&self, criterion: &CriterionCode) -> Option<&Answer> {
        self.answer(criterion, Rater::Own)
    }

    /// The level that the organization aims at for a criterion: its own, or that of the assessment.
    pub fn target_of(&self, criterion: &CriterionCode) -> Level {
        let own = self.bundle.targets.get(criterion).copied();
        own.unwrap_or(self.bundle.assessment.target_level)
    }

    pub fn assessor_answer(&self, criterion: &CriterionCode) -> Option<&Answer> {
        self.answer(criterion, Rater::Assessor)
    }

    pub fn evidence_on(&self, criterion: &CriterionCode) -> Vec<&Evidence> {
        self.bundle.evidence.iter().filter(|item| item.criteria.contains(criterion)).collect()
    }

    pub fn criterion_score(&self, criterion: &CriterionCode) -> Option<&CriterionScore> {
        self.score.criteria.iter().find(|score| score.code == *criterion)
    }

    /// The checks tied to a binding, by rule or by hand.
    pub fn probes_of(&self, binding: &BindingId) -> Vec<TiedCheck<'_>> {
        let Some((domain, binding)) = self.framework.domains.iter().find_map(|domain| {
            let mut bindings = domain.criteria.iter().flat_map(|criterion| &criterion.bindings);
            bindings.find(|candidate| candidate.id == *binding).map(|binding| (domain, binding))
        }) else {
            return Vec::new();
        };
        // Looked up, not searched for: an organization may have thousands of checks.
        let of_binding = self.bundle.standings.iter().filter(|standing| standing.binding == binding.id);
        let standings: HashMap<CheckId, &Standing> =
            of_binding.map(|standing| (standing.check, standing)).collect();
        let tied = self.bundle.checks.iter().filter(|check| check.kind == binding.kind).filter_map(|check| {
            let integration = self.bundle.integrations.iter().find(|entry| entry.id == check.integration)?;
            let by_hand =
                self.bundle.ties.iter().find(|tie| tie.check == check.id && tie.binding == binding.id);
            is_tied(&domain.code, integration, by_hand).then(|| TiedCheck {
                check,
                integration,
                standing: standings.get(&check.id).copied(),
                overridden: overridden(&self.bundle, check.id, &binding.id, self.computed_at),
            })
        });
        tied.collect()
    }

    fn answer(&self, criterion: &CriterionCode, rater: Rater) -> Option<&Answer> {
        self.bundle.answers.iter().find(|answer| answer.rater == rater && answer.criterion == *criterion)
    }
}

/// The two raters' entries side by side, as the scoring rule wants them.
pub(crate) fn ratings(answers: &[Answer]) -> BTreeMap<CriterionCode, Ratings> {
    let mut rated: BTreeMap<CriterionCode, Ratings> = BTreeMap::new();
    for answer in answers {
        let ratings = rated.entry(answer.criterion.clone()).or_default();
        let rating = Some(match &answer.claim {
            Claim::Level(level) => Rating::Level(*level),
            Claim::NotApplicable { .. } => Rating::NotApplicable,
        });
        match answer.rater {
            Rater::Own => ratings.own = rating,
            Rater::Assessor => ratings.assessor = rating,
        }
    }
    rated
}

/// What the scoring rule needs, from the records.
pub(crate) fn input(bundle: &AssessmentBundle, framework: &Framework, now: UnixMillis) -> Input {
    let evidence = bundle.evidence.iter().flat_map(|item| {
        item.criteria.iter().map(|criterion| EvidenceItem {
            criterion: criterion.clone(),
            duration: item.duration,
            dated: item.dated,
            expires: item.expires,
            author: item.author.to_string(),
            state: item.state,
            reviewer: item.reviewer.map(|reviewer| reviewer.to_string()),
        })
    });
    Input {
        profiles: bundle.organization.profiles.clone(),
        as_of: now.date(),
        target_level: bundle.assessment.target_level,
        own_targets: bundle.targets.clone(),
        independent_signoff: bundle.assessment.independent_signoff,
        answers: ratings(&bundle.answers),
        evidence: evidence.collect(),
        probes: probes(bundle, framework, now),
    }
}

/// The standings of the checks that are tied, as the rule wants them.
fn probes(bundle: &AssessmentBundle, framework: &Framework, now: UnixMillis) -> Vec<ProbeInput> {
    let probes = tied_standings(bundle, framework).into_iter().map(|standing| ProbeInput {
        binding: standing.binding.clone(),
        record: record(standing, now),
        overridden: overridden(bundle, standing.check, &standing.binding, now).is_some(),
    });
    probes.collect()
}

/// The standings of the checks that are tied.
pub(crate) fn tied_standings<'a>(bundle: &'a AssessmentBundle, framework: &Framework) -> Vec<&'a Standing> {
    if bundle.standings.is_empty() {
        return Vec::new();
    }
    let domains: BTreeMap<&BindingId, _> = framework
        .domains
        .iter()
        .flat_map(|domain| {
            let bindings = domain.criteria.iter().flat_map(|criterion| &criterion.bindings);
            bindings.map(move |binding| (&binding.id, &domain.code))
        })
        .collect();
    // Looked up, not searched for: an organization may have thousands of checks.
    let integrations: HashMap<IntegrationId, &Integration> =
        bundle.integrations.iter().map(|integration| (integration.id, integration)).collect();
    let integration_of: HashMap<CheckId, &Integration> = bundle
        .checks
        .iter()
        .filter_map(|check| Some((check.id, *integrations.get(&check.integration)?)))
        .collect();
    let tied = |standing: &&Standing| {
        let Some(domain) = domains.get(&standing.binding) else { return false };
        let Some(&integration) = integration_of.get(&standing.check) else { return false };
        let by_hand =
            bundle.ties.iter().find(|tie| tie.check == standing.check && tie.binding == standing.binding);
        is_tied(domain, integration, by_hand)
    };
    bundle.standings.iter().filter(tied).collect()
}

/// The attestation in force against a check's failure for a binding (section 6.2).
pub(crate) fn overridden<'a>(
    bundle: &'a AssessmentBundle,
    check: CheckId,
    binding: &BindingId,
    now: UnixMillis,
) -> Option<&'a Override> {
    let of = |one: &&Override| one.check == check && one.binding == *binding && one.in_force(now);
    bundle.overrides.iter().find(of)
}

pub(crate) fn record(standing: &Standing, now: UnixMillis) -> ProbeRecord {
    ProbeRecord {
        status: standing.status,
        consecutive_fails: standing.consecutive_fails,
        age_seconds: standing.concluded_at.map(|at| now.seconds_since(at)),
    }
}
