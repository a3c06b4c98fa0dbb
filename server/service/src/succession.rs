//! The next assessment by a newer version of the framework (`scoring.md` section 12): answers go over where code and
//! anchors are unchanged, others become unanswered. What will go over is shown before anything is done.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::framework::diff::Diff;
use domain::framework::draft::Draft;
use domain::framework::{Binding, Carrying, Criterion, Fate, Framework, compare_versions};
use domain::scoring::EvidenceState;
use domain::{BindingId, CriterionCode, KindCode, Level};
use serde_json::json;
use store::record::{
    Answer, Assessment, AssessmentState, Audit, Evidence, EvidenceBody, FrameworkEntry, ManualTie, Override,
    Rater, SaveAnswer, Successor,
};
use store::{AssessmentId, EvidenceId, OverrideId, UnixMillis};

use crate::assessment::Assessed;
use crate::check::ON_EVIDENCE;
use crate::name::title_problem;
use crate::service::org_audit;
use crate::{Actor, Error, Permission, Service};

/// An assessment, and what its next one by a newer version would begin with.
pub struct Succession {
    pub assessed: Assessed,
    pub next: Next,
}

/// What an assessment by a newer version begins with.
pub struct Next {
    pub entry: FrameworkEntry,
    pub framework: Arc<Framework>,
    pub changes: Diff,
    pub carrying: Carrying,
    /// The organization's own answers that are copied.
    pub answers: Vec<Answer>,
    /// Those that are not, because their anchors changed or their criterion is gone.
    pub left: Vec<Answer>,
    pub evidence: Vec<CarriedEvidence>,
    /// Titles of items that stay behind: rejected, or on criteria that are gone.
    pub evidence_left: Vec<String>,
    /// Set by hand, on bindings that are still there.
    pub ties: Vec<ManualTie>,
    /// How many are not.
    pub ties_left: usize,
    /// In force against checks' failures, on bindings and anchors that are unchanged: what was signed holds there as well.
    pub attestations: Vec<Override>,
    /// In force, and signed for what is another thing now, or gone.
    pub attestations_left: Vec<Override>,
    /// Levels aimed at for single criteria that the newer version has.
    pub targets: BTreeMap<CriterionCode, Level>,
}

/// An item of evidence that goes over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarriedEvidence {
    pub item: Evidence,
    /// Those of its criteria that the newer version has.
    pub criteria: Vec<CriterionCode>,
    /// Where it speaks to anchors that changed, it has to be reviewed again.
    pub keeps_review: bool,
}

/// What the next assessment is called, and by which version it is: the latest where none is named.
#[derive(Debug, Clone, Default)]
pub struct NewSuccessor {
    pub version: Option<String>,
    /// Suggested where empty.
    pub title: String,
}

impl Service {
    /// The newest version of an assessment's framework, if it is newer than the assessment's.
    pub async fn newer_version(
        &self,
        actor: &Actor,
        assessment: &Assessment,
    ) -> Result<Option<FrameworkEntry>, Error> {
        self.authorize(actor, assessment.org, Permission::Read, "The assessment").await?;
        self.newer_than(assessment, None).await
    }

    async fn newer_than(
        &self,
        assessment: &Assessment,
        version: Option<&str>,
    ) -> Result<Option<FrameworkEntry>, Error> {
        let found = self.store().framework_by_code(&assessment.framework_code, version).await?;
        let newer =
            |entry: &FrameworkEntry| compare_versions(&entry.version, &assessment.framework_version).is_gt();
        Ok(found.filter(newer))
    }

    /// What the next assessment would begin with. Nothing is done.
    pub async fn succession(
        &self,
        actor: &Actor,
        id: AssessmentId,
        version: Option<&str>,
    ) -> Result<Succession, Error> {
        let assessed = self.assessed(actor, id).await?;
        let assessment = &assessed.bundle.assessment;
        let entry = self.newer_than(assessment, version).await?.ok_or_else(|| match version {
            Some(version) => Error::invalid(
                "version",
                format!("{} has no version {version} that is newer.", assessment.framework_code),
            ),
            None => Error::Conflict(format!(
                "{} {} is the newest version: there is nothing to follow it with.",
                assessment.framework_code, assessment.framework_version
            )),
        })?;
        let framework = self.prepared(entry.id).await?.framework;
        let next = next(&assessed, entry, framework);
        Ok(Succession { assessed, next })
    }

    /// Starts the next assessment with what goes over.
    pub async fn start_successor(
        &self,
        actor: &Actor,
        id: AssessmentId,
        new: NewSuccessor,
    ) -> Result<Assessment, Error> {
        let Succession { assessed, next } = self.succession(actor, id, new.version.as_deref()).await?;
        let older = &assessed.bundle.assessment;
        self.authorize(actor, older.org, Permission::Assess, "The assessment").await?;
        let title = match new.title.trim() {
            "" => suggested_title(older, &next.entry),
            title => title.to_owned(),
        };
        if let Some(problem) = title_problem(&title) {
            return Err(Error::Invalid(vec![problem]));
        }
        let now = UnixMillis::now();
        let has_rung =
            |code: &domain::RungCode| next.framework.sublevels.iter().any(|rung| rung.code == *code);
        let assessment = Assessment {
            id: AssessmentId::new(),
            org: older.org,
            framework: next.entry.id,
            framework_code: next.entry.code.clone(),
            framework_version: next.entry.version.clone(),
            title,
            state: AssessmentState::Draft,
            target: older.target.clone().filter(has_rung),
            target_level: older.target_level,
            independent_signoff: false,
            created_by: actor.user(),
            created_at: now,
        };
        let answers: Vec<SaveAnswer> =
            next.answers.iter().map(|answer| copied(answer, &assessment)).collect();
        let evidence: Vec<(EvidenceId, Evidence)> =
            next.evidence.iter().map(|carried| (carried.item.id, carried.copy(&assessment))).collect();
        let details = json!({
            "follows": id, "framework": assessment.framework_code, "version": assessment.framework_version,
            "title": assessment.title, "answers": answers.len(), "evidence": evidence.len(), "ties": next.ties.len(),
            "attestations": next.attestations.len(),
        });
        let entry = org_audit(actor, assessment.org, "assessment.followed", assessment.id, details);
        let successor = Successor {
            assessment: assessment.clone(),
            answers,
            evidence: evidence.iter().map(|(_, copy)| copy.clone()).collect(),
            ties: next.ties,
            attestations: next.attestations,
            targets: next.targets,
        };
        // In a task of its own: whoever asks may go away in between, and files without their items would stay for good.
        let service = self.clone();
        let starting = tokio::spawn(async move { service.keep_successor(successor, &evidence, entry).await });
        starting.await.map_err(Error::internal)??;
        Ok(assessment)
    }

    /// Writes the successor, its files first; where it is not written, they go again.
    async fn keep_successor(
        &self,
        successor: Successor,
        evidence: &[(EvidenceId, Evidence)],
        audit: Audit,
    ) -> Result<(), Error> {
        let org = successor.assessment.org;
        let kept = match self.copy_files(evidence).await {
            Ok(()) => self.store().start_successor(successor, audit).await.map_err(Error::from),
            Err(error) => Err(error),
        };
        if let Err(error) = kept {
            for (_, copy) in evidence {
                self.forget_files(copy).await;
            }
            return Err(error);
        }
        self.run_checks_on_records(org, &KindCode::from(ON_EVIDENCE)).await;
        // Ties and attestations belong to the version, and so to every assessment by it.
        self.touch_organization(org);
        Ok(())
    }

    /// Each item has its file to itself: taking one away leaves the other.
    async fn copy_files(&self, evidence: &[(EvidenceId, Evidence)]) -> Result<(), Error> {
        for (original, copy) in evidence {
            let EvidenceBody::File(file) = &copy.body else { continue };
            // What is not there any more was missing before; its record goes over all the same.
            let files = self.file_store()?;
            if let Some(content) = files.read_whole(copy.org, *original, &file.sha256).await? {
                files.keep(copy.org, copy.id, &file.sha256, content).await?;
            }
        }
        Ok(())
    }
}

/// `Readiness 2026, version 1.1.0`.
pub fn suggested_title(older: &Assessment, newer: &FrameworkEntry) -> String {
    let end = format!(", version {}", newer.version);
    let room = 160 - end.chars().count().min(160);
    format!("{}{end}", older.title.chars().take(room).collect::<String>())
}

fn next(assessed: &Assessed, entry: FrameworkEntry, framework: Arc<Framework>) -> Next {
    let older = &assessed.framework;
    let carrying = Carrying::between(older, &framework);
    let stays = |criterion: &CriterionCode| carrying.fate(criterion) == Some(Fate::Copied);
    let own = assessed.bundle.answers.iter().filter(|answer| answer.rater == Rater::Own).cloned();
    let (answers, left) = own.partition(|answer| stays(&answer.criterion));
    let mut evidence = Vec::new();
    let mut evidence_left = Vec::new();
    for item in &assessed.bundle.evidence {
        let known = item.criteria.iter().filter(|criterion| framework.criterion(criterion).is_some());
        let criteria: Vec<CriterionCode> = known.cloned().collect();
        if item.state == EvidenceState::Rejected || criteria.is_empty() {
            evidence_left.push(item.title.clone());
            continue;
        }
        let keeps_review = criteria.iter().all(stays);
        evidence.push(CarriedEvidence { item: item.clone(), criteria, keeps_review });
    }
    let same = |tie: &&ManualTie| {
        let kind =
            |framework: &Framework| bound(framework, &tie.binding).map(|(_, found)| found.kind.clone());
        kind(&framework).is_some_and(|newer| kind(older) == Some(newer))
    };
    // Who signed said it of these anchors and of what the check is held to.
    let unchanged = |attested: &Override| {
        let in_both = bound(older, &attested.binding).zip(bound(&framework, &attested.binding));
        in_both.is_some_and(|((before, first), (after, second))| {
            before.code == after.code && first == second && stays(&after.code)
        })
    };
    let in_force =
        assessed.bundle.overrides.iter().filter(|attested| attested.in_force(assessed.computed_at));
    let (attestations, attestations_left): (Vec<_>, Vec<_>) = in_force.cloned().partition(unchanged);
    let signed_anew =
        |attested: Override| Override { id: OverrideId::new(), framework: entry.id, ..attested };
    let targets = &assessed.bundle.targets;
    let targets = targets.iter().filter(|(criterion, _)| framework.criterion(criterion).is_some());
    let ties: Vec<ManualTie> = assessed.bundle.ties.iter().filter(same).cloned().collect();
    Next {
        changes: Diff::between(&Draft::from(&**older), &Draft::from(&*framework)),
        ties_left: assessed.bundle.ties.len() - ties.len(),
        ties: ties.into_iter().map(|tie| ManualTie { framework: entry.id, ..tie }).collect(),
        attestations: attestations.into_iter().map(signed_anew).collect(),
        attestations_left,
        targets: targets.map(|(criterion, level)| (criterion.clone(), *level)).collect(),
        entry,
        framework,
        carrying,
        answers,
        left,
        evidence,
        evidence_left,
    }
}

/// A binding with its criterion.
fn bound<'a>(framework: &'a Framework, id: &BindingId) -> Option<(&'a Criterion, &'a Binding)> {
    framework.criteria().find_map(|criterion| {
        let binding = criterion.bindings.iter().find(|binding| binding.id == *id)?;
        Some((criterion, binding))
    })
}

/// The same claim from the start on, by whoever made it: who merely starts the assessment has answered nothing in it,
/// and who did answer judges it no more than before.
fn copied(answer: &Answer, assessment: &Assessment) -> SaveAnswer {
    SaveAnswer {
        assessment: assessment.id,
        criterion: answer.criterion.clone(),
        rater: Rater::Own,
        claim: answer.claim.clone(),
        rationale: answer.rationale.clone(),
        seen_revision: 0,
        by: answer.by,
        at: assessment.created_at,
    }
}

impl CarriedEvidence {
    /// The item in the new assessment: its author, its dates and, where it keeps it, its review.
    fn copy(&self, assessment: &Assessment) -> Evidence {
        let (state, reviewer) = if self.keeps_review {
            (self.item.state, self.item.reviewer)
        } else {
            (EvidenceState::Submitted, None)
        };
        Evidence {
            id: EvidenceId::new(),
            assessment: assessment.id,
            criteria: self.criteria.clone(),
            state,
            reviewer,
            revision: 1,
            created_at: assessment.created_at,
            ..self.item.clone()
        }
    }
}
