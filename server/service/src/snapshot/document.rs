//! What a snapshot says. Names and forms are for ever: a file that was signed years ago is still read.

use std::collections::BTreeMap;

use domain::check::{ProbeRecord, Status};
use domain::scoring::{
    Answer as Ratings, EvidenceDuration, EvidenceItem, EvidenceState, Input, ProbeInput, Rating,
};
use domain::{BindingId, CriterionCode, Level, ProfileCode};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::UnixMillis;
use store::record::{Before, Claim, EvidenceBody, Rater, SnapshotKind};

use super::output::output;
use crate::Actor;
use crate::assessment::{Assessed, overridden, record, tied_standings};

/// The form of the document; a later one has another number.
pub const FORMAT: &str = "rung-snapshot/1";

/// What was signed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Document {
    pub format: String,
    pub kind: SnapshotKind,
    /// Its place in the organization's chain, from 1.
    pub number: i64,
    /// The hash of the document before it.
    pub previous: Option<String>,
    /// RFC 3339 in UTC, to the millisecond.
    pub made_at: String,
    pub made_by: Person,
    pub organization: OrganizationPart,
    pub assessment: AssessmentPart,
    pub framework: FrameworkPart,
    pub input: InputPart,
    /// Scores are fractions in lowest terms.
    pub output: Value,
    /// Stands wherever a rung does.
    pub disclaimer: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub id: String,
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganizationPart {
    pub id: String,
    pub name: String,
    pub size_band: Value,
    /// Made-up data.
    pub demonstration: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssessmentPart {
    pub id: String,
    pub title: String,
    /// The rung aimed at.
    pub target: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrameworkPart {
    pub code: String,
    pub version: String,
    pub title: String,
    /// Of its file, as `rung framework export` prints it.
    pub sha256: String,
}

/// All that the score depends on besides the framework (`scoring.md` section 2).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InputPart {
    pub as_of: Date,
    pub profiles: Vec<ProfileCode>,
    pub target_level: Level,
    /// Of criteria with a target of their own.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub own_targets: BTreeMap<CriterionCode, Level>,
    pub independent_signoff: bool,
    pub answers: Vec<AnswerPart>,
    pub evidence: Vec<EvidencePart>,
    pub checks: Vec<CheckPart>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerPart {
    pub criterion: CriterionCode,
    pub rater: Rater,
    pub claim: Claim,
    pub rationale: String,
    pub revision: i64,
    pub by: Person,
    pub at: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidencePart {
    pub id: String,
    pub criteria: Vec<CriterionCode>,
    pub title: String,
    pub body: EvidenceBody,
    pub class: EvidenceDuration,
    pub dated: Date,
    pub expires: Option<Date>,
    pub author: Person,
    pub state: EvidenceState,
    /// The account that reviewed it.
    pub reviewer: Option<String>,
}

/// How a check stood for a binding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckPart {
    pub binding: BindingId,
    pub check: String,
    pub integration: String,
    pub kind: String,
    pub status: Status,
    pub consecutive_fails: u32,
    pub age_seconds: Option<u64>,
    /// The signed attestation against its failure.
    #[serde(rename = "override")]
    pub attested: Option<OverridePart>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OverridePart {
    pub by: Person,
    pub reason: String,
    pub until: String,
}

/// An instant as a snapshot says it.
fn instant(at: UnixMillis) -> String {
    format!("{:.3}", at.timestamp())
}

impl Person {
    fn new(id: impl ToString, name: &str) -> Self {
        Self { id: id.to_string(), name: name.to_owned() }
    }

    pub(crate) fn of(actor: &Actor) -> Self {
        Self::new(actor.user(), actor.name())
    }
}

impl Document {
    pub(super) fn of(
        assessed: &Assessed,
        input: &Input,
        kind: SnapshotKind,
        before: &Before,
        made_by: Person,
    ) -> Self {
        let (bundle, framework) = (&assessed.bundle, &assessed.framework);
        let (organization, assessment) = (&bundle.organization, &bundle.assessment);
        Self {
            format: FORMAT.to_owned(),
            kind,
            number: before.number + 1,
            previous: before.sha256.clone(),
            made_at: instant(assessed.computed_at),
            made_by,
            organization: OrganizationPart {
                id: organization.id.to_string(),
                name: organization.name.clone(),
                size_band: serde_json::to_value(organization.size_band).expect("a size band is JSON"),
                demonstration: organization.demo,
            },
            assessment: AssessmentPart {
                id: assessment.id.to_string(),
                title: assessment.title.clone(),
                target: assessment.target.as_ref().map(ToString::to_string),
            },
            framework: FrameworkPart {
                code: framework.code.to_string(),
                version: framework.version.clone(),
                title: framework.title.clone(),
                sha256: super::hash(&framework.write()),
            },
            input: InputPart {
                as_of: input.as_of,
                profiles: input.profiles.clone(),
                target_level: input.target_level,
                own_targets: input.own_targets.clone(),
                independent_signoff: input.independent_signoff,
                answers: answers(assessed),
                evidence: evidence(assessed),
                checks: checks(assessed),
            },
            output: output(&assessed.score),
            disclaimer: framework.disclaimer.clone(),
        }
    }
}

fn answers(assessed: &Assessed) -> Vec<AnswerPart> {
    let answers = assessed.bundle.answers.iter().map(|answer| AnswerPart {
        criterion: answer.criterion.clone(),
        rater: answer.rater,
        claim: answer.claim.clone(),
        rationale: answer.rationale.clone(),
        revision: answer.revision,
        by: Person::new(answer.by, &answer.by_name),
        at: instant(answer.at),
    });
    answers.collect()
}

fn evidence(assessed: &Assessed) -> Vec<EvidencePart> {
    let evidence = assessed.bundle.evidence.iter().map(|item| EvidencePart {
        id: item.id.to_string(),
        criteria: item.criteria.clone(),
        title: item.title.clone(),
        body: item.body.clone(),
        class: item.duration,
        dated: item.dated,
        expires: item.expires,
        author: Person::new(item.author, &item.author_name),
        state: item.state,
        reviewer: item.reviewer.map(|user| user.to_string()),
    });
    evidence.collect()
}

fn checks(assessed: &Assessed) -> Vec<CheckPart> {
    let (bundle, now) = (&assessed.bundle, assessed.computed_at);
    let standings = tied_standings(bundle, &assessed.framework).into_iter();
    let checks = standings.filter_map(|standing| {
        let check = bundle.checks.iter().find(|check| check.id == standing.check)?;
        let integration = bundle.integrations.iter().find(|entry| entry.id == check.integration)?;
        let attested = overridden(bundle, standing.check, &standing.binding, now);
        let ProbeRecord { status, consecutive_fails, age_seconds } = record(standing, now);
        Some(CheckPart {
            binding: standing.binding.clone(),
            check: check.id.to_string(),
            integration: integration.details.name.clone(),
            kind: check.kind.to_string(),
            status,
            consecutive_fails,
            age_seconds,
            attested: attested.map(|one| OverridePart {
                by: Person::new(one.by, &one.by_name),
                reason: one.reason.clone(),
                until: instant(one.until),
            }),
        })
    });
    checks.collect()
}

impl InputPart {
    /// What the scoring rule takes.
    pub(super) fn input(&self) -> Input {
        let mut answers: BTreeMap<CriterionCode, Ratings> = BTreeMap::new();
        for answer in &self.answers {
            let ratings = answers.entry(answer.criterion.clone()).or_default();
            let rating = Some(match &answer.claim {
                Claim::Level(level) => Rating::Level(*level),
                Claim::NotApplicable { .. } => Rating::NotApplicable,
            });
            match answer.rater {
                Rater::Own => ratings.own = rating,
                Rater::Assessor => ratings.assessor = rating,
            }
        }
        let evidence = self.evidence.iter().flat_map(|item| {
            item.criteria.iter().map(|criterion| EvidenceItem {
                criterion: criterion.clone(),
                duration: item.class,
                dated: item.dated,
                expires: item.expires,
                author: item.author.id.clone(),
                state: item.state,
                reviewer: item.reviewer.clone(),
            })
        });
        let probes = self.checks.iter().map(|check| ProbeInput {
            binding: check.binding.clone(),
            record: ProbeRecord {
                status: check.status,
                consecutive_fails: check.consecutive_fails,
                age_seconds: check.age_seconds,
            },
            overridden: check.attested.is_some(),
        });
        Input {
            profiles: self.profiles.clone(),
            as_of: self.as_of,
            target_level: self.target_level,
            own_targets: self.own_targets.clone(),
            independent_signoff: self.independent_signoff,
            answers,
            evidence: evidence.collect(),
            probes: probes.collect(),
        }
    }
}
