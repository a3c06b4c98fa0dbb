//! The demonstration: labelled organizations whose answers are made up and whose checks really run, against the sandbox
//! that the same process offers.
//!
//! Loading looks for each part before it makes it. So a loading that broke off goes on where it stopped, and one that
//! is asked for twice makes nothing twice.

mod answers;
mod cases;
mod past;

use std::collections::{BTreeMap, BTreeSet};

use domain::scoring::EvidenceDuration;
use domain::{BindingId, CriterionCode, DomainCode, Level, ProfileCode};
use jiff::ToSpan as _;
use serde_json::Value;
use service::answer::AnswerInput;
use service::assessment::NewAssessment;
use service::check::{NewCheck, RawParameters};
use service::evidence::{NewBody, NewEvidence};
use service::organization::NewOrganization;
use service::record::{
    Assessment, AssessmentState, Check, Claim, Integration, IntegrationDetails, Organization, Role,
};
use service::{Actor, AssessmentId, CheckId, Error, FrameworkId, OrgId, Service, UnixMillis};

use self::cases::{Case, Entry, Probe, Stage, cases};
use crate::sandbox::Sandbox;

/// How often the demonstration's checks run by themselves.
const INTERVAL_SECONDS: i64 = 60;
const ASSESSMENT: &str = "Demonstration";
/// So that a failure is confirmed when the newcomer first looks.
const RUNS: usize = 2;
/// More than anybody has of anything here.
const ALL: u32 = 1000;

/// Gives the actor the demonstration, or what is missing of it; answers with the organization that the tour is about.
pub(crate) async fn load(service: &Service, actor: &Actor, sandbox: &Sandbox) -> Result<Organization, Error> {
    let mut first = None;
    for case in cases(sandbox) {
        let organization = organization(service, actor, &case).await?;
        let stand_in;
        let member = match case.stage {
            Stage::Answering => actor,
            Stage::InReview(_) => {
                stand_in = service.stand_in(actor, organization.id).await?;
                &stand_in
            }
        };
        let assessment = assessment(service, member, organization.id, &case).await?;
        answer(service, member, assessment.id, &case).await?;
        for entry in &case.inventory {
            integrate(service, member, organization.id, assessment.framework, entry).await?;
        }
        if let Stage::InReview(ratings) = case.stage {
            review(service, actor, member, &assessment, ratings).await?;
        }
        first.get_or_insert(organization);
    }
    Ok(first.expect("the demonstration has organizations"))
}

async fn organization(service: &Service, actor: &Actor, case: &Case) -> Result<Organization, Error> {
    let mine = service.organizations(actor, None, ALL).await?;
    let there = mine.into_iter().map(|(organization, _)| organization);
    if let Some(there) = there.into_iter().find(|known| known.demo && known.name == case.name) {
        return Ok(there);
    }
    let new = NewOrganization {
        name: case.name.to_owned(),
        profiles: case.profiles.iter().map(|code| ProfileCode::from(*code)).collect(),
        size_band: case.size_band,
        demo: true,
    };
    service.create_organization(actor, new).await
}

async fn assessment(service: &Service, actor: &Actor, org: OrgId, case: &Case) -> Result<Assessment, Error> {
    let known = service.assessments(actor, org, None, ALL).await?;
    if let Some(there) = known.into_iter().find(|assessment| assessment.title == ASSESSMENT) {
        return Ok(there);
    }
    let new = NewAssessment {
        framework: case.framework.into(),
        version: None,
        title: ASSESSMENT.to_owned(),
        target: Some(case.target.into()),
    };
    service.start_assessment(actor, org, new).await
}

async fn answer(
    service: &Service,
    actor: &Actor,
    assessment: AssessmentId,
    case: &Case,
) -> Result<(), Error> {
    let today = UnixMillis::now().date();
    let known = service.assessed(actor, assessment).await?.bundle;
    let answered: BTreeSet<_> = known.answers.iter().map(|answer| &answer.criterion).collect();
    let proven: BTreeSet<_> = known.evidence.iter().flat_map(|item| &item.criteria).collect();
    for (code, level, evidence_age) in case.claims {
        let criterion = CriterionCode::from(*code);
        if !answered.contains(&criterion) {
            let level = Level::try_from(*level).expect("the demonstration claims levels from 0 to 4");
            let input = AnswerInput {
                claim: Claim::Level(level),
                rationale: "Demonstration data.".to_owned(),
                revision: 0,
            };
            service.save_answer(actor, assessment, &criterion, input).await?;
        }
        let Some(days) = evidence_age.filter(|_| !proven.contains(&criterion)) else { continue };
        let note = "Stands in for a report that a real organization would attach.";
        let new = NewEvidence {
            criteria: vec![criterion],
            title: format!("Demonstration record for {code}"),
            body: NewBody::Note(note.to_owned()),
            duration: EvidenceDuration::Standard,
            dated: today.saturating_sub(days.days()),
            expires: None,
            reported_pct: None,
        };
        service.add_evidence(actor, assessment, new).await?;
    }
    Ok(())
}

async fn integrate(
    service: &Service,
    actor: &Actor,
    org: OrgId,
    framework: FrameworkId,
    entry: &Entry,
) -> Result<(), Error> {
    let integration = integration(service, actor, org, entry).await?;
    let known = service.integration_page(actor, integration.id, None, u32::MAX).await?.checks;
    for Probe(kind, parameters, past) in &entry.checks {
        let check = match known.iter().find(|row| row.check.kind.as_str() == *kind) {
            Some(row) => row.check.clone(),
            None => add_check(service, actor, &integration, kind, parameters).await?,
        };
        tie(service, actor, check.id, framework, entry.apart_from).await?;
        let runs = service.runs(actor, check.id, None, ALL).await?.len();
        if runs == 0 {
            service.make_up_past(actor, check.id, &past.until(UnixMillis::now())).await?;
        }
        for _ in runs..RUNS {
            service.run_check(actor, check.id).await?;
        }
    }
    Ok(())
}

async fn integration(
    service: &Service,
    actor: &Actor,
    org: OrgId,
    entry: &Entry,
) -> Result<Integration, Error> {
    let known = service.integrations(actor, org, None, ALL).await?;
    // No other may have the name, in whatever case.
    let same = |known: &Integration| known.details.name.to_lowercase() == entry.name.to_lowercase();
    if let Some(there) = known.into_iter().find(same) {
        return Ok(there);
    }
    let details = IntegrationDetails {
        name: entry.name.to_owned(),
        partner: entry.partner.to_owned(),
        standard: entry.standard.to_owned(),
        direction: entry.direction.to_owned(),
        data: entry.data.to_owned(),
        owner: "Integration owner".to_owned(),
        last_review: Some(UnixMillis::now().date().saturating_sub(entry.reviewed.days())),
        environment: "sandbox".to_owned(),
        serves: entry.serves.iter().map(|code| DomainCode::from(*code)).collect(),
        ..IntegrationDetails::default()
    };
    service.create_integration(actor, org, details).await
}

async fn add_check(
    service: &Service,
    actor: &Actor,
    integration: &Integration,
    kind: &str,
    parameters: &Value,
) -> Result<Check, Error> {
    let parameters = parameters.as_object().expect("parameters are written as an object");
    let parameters: BTreeMap<String, Value> = parameters.clone().into_iter().collect();
    let new = NewCheck {
        kind: kind.into(),
        parameters: RawParameters::Json(parameters),
        interval_seconds: Some(INTERVAL_SECONDS),
    };
    service.create_check(actor, integration.id, new).await
}

/// Hands the assessment in for the member, makes the newcomer the one who reviews it, and begins the review.
async fn review(
    service: &Service,
    newcomer: &Actor,
    member: &Actor,
    assessment: &Assessment,
    ratings: &[(&str, i64)],
) -> Result<(), Error> {
    let org = assessment.org;
    let members = service.members(member, org).await?;
    if members.iter().any(|one| one.user == newcomer.user() && one.role == Role::Owner) {
        service.set_role(member, org, newcomer.user(), Role::Consultant).await?;
    }
    let mut state = assessment.state;
    if state == AssessmentState::Draft {
        state = service.submit(member, assessment.id, "Demonstration data.").await?.assessment.state;
    }
    if state == AssessmentState::Submitted {
        state = service.begin_review(newcomer, assessment.id).await?.state;
    }
    if state != AssessmentState::InReview {
        return Ok(());
    }
    let reviewed = service.assessed(newcomer, assessment.id).await?;
    for (code, level) in ratings {
        let criterion = CriterionCode::from(*code);
        if reviewed.assessor_answer(&criterion).is_none() {
            let level = Level::try_from(*level).expect("the demonstration rates levels from 0 to 4");
            let rationale = "Demonstration data.".to_owned();
            let input = AnswerInput { claim: Claim::Level(level), rationale, revision: 0 };
            service.rate(newcomer, assessment.id, &criterion, input).await?;
        }
    }
    Ok(())
}

/// Unties the check from the bindings that it says nothing of. What somebody decided by hand since stays.
async fn tie(
    service: &Service,
    actor: &Actor,
    check: CheckId,
    framework: FrameworkId,
    apart_from: &[(&str, &str)],
) -> Result<(), Error> {
    if apart_from.is_empty() {
        return Ok(());
    }
    let known = service.check_page(actor, check).await?.bindings;
    for (binding, reason) in apart_from {
        let binding = BindingId::from(*binding);
        let decided = known.iter().any(|bound| {
            bound.framework == framework && bound.binding.id == binding && bound.by_hand.is_some()
        });
        if !decided {
            service.set_tie(actor, check, framework, &binding, false, reason).await?;
        }
    }
    Ok(())
}
