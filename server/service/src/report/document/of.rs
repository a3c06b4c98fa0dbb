//! The document from what was read and scored.

use domain::Framework;
use domain::roadmap::{Obstacle, Plan};
use domain::scoring::{CriterionScore, Exact, Standing, display, fraction};
use store::record::{Answer, Claim, Override, StepChoice};

use super::{
    Assessment, Attestation, CheckLine, Climb, CriterionLine, Document, DomainLine, Figure, FindingLine,
    FrameworkName, Official, Organization, ResultFigures, Rung, Said, StepLine, TrendLine,
};
use crate::assessment::Assessed;
use crate::finding::FindingView;
use crate::integration::CheckRow;
use crate::report::{Report, Section};
use crate::roadmap::Way;
use crate::trend::CourseLine;

impl Figure {
    fn of(value: &Exact) -> Self {
        let shown = display(value).parse().expect("a decimal number is shown");
        Self { shown, exact: fraction(value) }
    }
}

impl Rung {
    fn of(framework: &Framework, code: &domain::RungCode) -> Self {
        let rung = framework.sublevels.iter().find(|rung| rung.code == *code);
        let name = rung.map_or_else(|| framework.floor.name.clone(), |rung| rung.name.clone());
        Self { code: code.to_string(), name }
    }
}

fn instant(at: store::UnixMillis) -> String {
    format!("{:.0}", at.timestamp())
}

impl Document {
    pub fn of(report: &Report) -> Self {
        let assessed = &report.page.assessed;
        let (bundle, framework) = (&assessed.bundle, &assessed.framework);
        let of_organization =
            framework.profiles.iter().filter(|profile| bundle.organization.profiles.contains(&profile.code));
        let chosen = |section| report.sections.has(section);
        Self {
            format: 1,
            disclaimer: framework.disclaimer.clone(),
            organization: Organization {
                name: bundle.organization.name.clone(),
                profiles: of_organization.map(|profile| profile.name.clone()).collect(),
                size_band: bundle.organization.size_band,
            },
            assessment: Assessment {
                id: bundle.assessment.id.to_string(),
                title: bundle.assessment.title.clone(),
                state: bundle.assessment.state,
                target: bundle.assessment.target.as_ref().map(ToString::to_string),
                target_level: bundle.assessment.target_level.get(),
            },
            framework: FrameworkName {
                code: framework.code.to_string(),
                version: framework.version.clone(),
                title: framework.title.clone(),
            },
            computed_at: instant(assessed.computed_at),
            summary: report.summary(),
            result: figures(assessed),
            domains: chosen(Section::Domains).then(|| domains(assessed)),
            criteria: chosen(Section::Criteria).then(|| criteria(assessed)),
            findings: chosen(Section::Findings)
                .then(|| report.page.findings.iter().map(|one| FindingLine::of(assessed, one)).collect()),
            roadmap: report.way.as_ref().map(|way| Climb::of(report, way)),
            checks: chosen(Section::Checks)
                .then(|| report.checks.iter().map(|row| CheckLine::of(report, row)).collect()),
            trend: report.course.as_ref().map(|course| course.lines().iter().map(TrendLine::of).collect()),
            attestations: report
                .sections
                .attested(assessed)
                .map(|in_force| attestations(assessed, &in_force)),
        }
    }
}

fn figures(assessed: &Assessed) -> Option<ResultFigures> {
    let totals = assessed.score.totals.as_ref()?;
    Some(ResultFigures {
        rung: Rung::of(&assessed.framework, &totals.rung),
        next: totals.next.as_ref().map(|next| Rung::of(&assessed.framework, next)),
        proven: Figure::of(&totals.overall),
        claimed: Figure::of(&totals.claimed),
        assurance_gap: Figure::of(&totals.assurance_gap),
        confidence: Figure::of(&totals.confidence),
        completeness: Figure::of(&totals.completeness),
    })
}

fn domains(assessed: &Assessed) -> Vec<DomainLine> {
    let domains = assessed.framework.domains.iter().zip(&assessed.score.domains);
    domains
        .map(|(domain, score)| DomainLine {
            code: domain.code.to_string(),
            title: domain.title.clone(),
            weight: domain.weight,
            proven: score.score.as_ref().map(Figure::of),
            claimed: score.claimed.as_ref().map(Figure::of),
            applicable: score.applicable,
            answered: score.answered,
        })
        .collect()
}

fn criteria(assessed: &Assessed) -> Vec<CriterionLine> {
    let framework = &assessed.framework;
    let asked = framework
        .domains
        .iter()
        .flat_map(|domain| domain.criteria.iter().map(move |criterion| (domain, criterion)));
    asked
        .zip(&assessed.score.criteria)
        .map(|((domain, criterion), score)| CriterionLine {
            domain: domain.code.to_string(),
            code: criterion.code.to_string(),
            title: criterion.title.clone(),
            weight: criterion.weight.get(),
            standing: standing(score),
            claimed: score.claimed().map(domain::Level::get),
            own: assessed.own_answer(&criterion.code).map(Said::of),
            assessor: assessed.assessor_answer(&criterion.code).map(Said::of),
            official: Official::of(assessed, score),
            counts: score.effective.get(),
            target: assessed.target_of(&criterion.code).get(),
            evidence_class: framework.evidence_classes[score.evidence_class].code.clone(),
            confidence: score.confidence,
            contradicted: score.contradicted,
            rationale: rationale(assessed, &criterion.code),
        })
        .collect()
}

impl Said {
    fn of(answer: &Answer) -> Self {
        match &answer.claim {
            Claim::Level(level) => Self { level: Some(level.get()), not_applicable: false },
            Claim::NotApplicable { .. } => Self { level: None, not_applicable: true },
        }
    }
}

impl Official {
    /// `None` where there is no official answer: nothing is asked or said, or *not applicable* is not confirmed.
    fn of(assessed: &Assessed, score: &CriterionScore) -> Option<Self> {
        match score.standing {
            Standing::OutOfProfile | Standing::PendingNotApplicable | Standing::Unanswered => None,
            Standing::Answered(_) | Standing::ApprovedNotApplicable => {
                let rated = assessed.assessor_answer(&score.code);
                Some(rated.map_or(Self::Own, |_| Self::Assessor))
            }
        }
    }
}

fn standing(score: &CriterionScore) -> &'static str {
    match score.standing {
        Standing::OutOfProfile => "not asked",
        Standing::ApprovedNotApplicable => "not applicable",
        Standing::PendingNotApplicable => "not applicable, not confirmed",
        Standing::Unanswered => "unanswered",
        Standing::Answered(_) => "answered",
    }
}

/// What the organization wrote; for a criterion left out, why.
fn rationale(assessed: &Assessed, criterion: &domain::CriterionCode) -> String {
    assessed.own_answer(criterion).map_or_else(String::new, |answer| match &answer.claim {
        Claim::NotApplicable { reason } if answer.rationale.is_empty() => reason.clone(),
        _ => answer.rationale.clone(),
    })
}

impl FindingLine {
    fn of(assessed: &Assessed, finding: &FindingView) -> Self {
        let score = finding.criterion.as_ref().and_then(|code| assessed.criterion_score(code));
        let mut addresses: Vec<String> = Vec::new();
        for address in finding.checks.iter().filter_map(|check| check.address.as_ref()) {
            if !addresses.contains(address) {
                addresses.push(address.clone());
            }
        }
        Self {
            severity: finding.record.severity,
            kind: finding.record.kind,
            subject: finding.record.subject.clone(),
            claimed: finding.claimed.map(domain::Level::get),
            official: score.and_then(|score| Official::of(assessed, score)),
            counts: finding.effective.get(),
            checks: finding.checks.iter().map(|check| check.binding.to_string()).collect(),
            addresses,
            owner: finding.record.owner.clone(),
            due: finding.record.due.map(|date| date.to_string()),
            open_since: finding.record.opened_at.date().to_string(),
        }
    }
}

impl Climb {
    fn of(report: &Report, way: &Way) -> Self {
        let framework = &report.page.assessed.framework;
        let target = Rung::of(framework, &way.target);
        match &way.plan {
            Plan::OutOfReach(obstacles) => Self {
                target,
                reachable: false,
                obstacles: obstacles.iter().map(Obstacle::sentence).collect(),
                steps: Vec::new(),
                total_effort: 0,
                needs_signature: false,
            },
            Plan::Climb(climb) => Self {
                target,
                reachable: true,
                obstacles: Vec::new(),
                steps: climb.steps.iter().map(|step| StepLine::of(report, way, step)).collect(),
                total_effort: climb.effort,
                needs_signature: climb.needs_signature,
            },
        }
    }
}

impl StepLine {
    fn of(report: &Report, way: &Way, step: &domain::roadmap::PlannedStep) -> Self {
        let criterion = report.page.assessed.framework.criterion(&step.criterion);
        let decision = way.decision(&step.criterion);
        Self {
            criterion: step.criterion.to_string(),
            action: step.action.word(),
            from: step.from.get(),
            to: step.to.get(),
            effort: step.effort,
            what: criterion.map(|criterion| step.lines(criterion)).unwrap_or_default(),
            pinned: decision.choice == StepChoice::Pinned,
            owner: decision.owner,
            due: decision.due.map(|date| date.to_string()),
            overall_then: Figure::of(&step.then.overall),
            rung_then: step.then.rung.to_string(),
        }
    }
}

impl CheckLine {
    fn of(report: &Report, row: &CheckRow) -> Self {
        let sum = |count: fn(&store::record::DaySummary) -> u64| row.days.iter().map(count).sum();
        Self {
            integration: row.integration.details.name.clone(),
            kind: row.check.kind.to_string(),
            address: report.addresses.get(&row.check.id).cloned(),
            status: row.status(),
            latest_run: row.latest.as_ref().map(|run| instant(run.started_at)),
            passed_90_days: sum(|day| u64::from(day.pass)),
            runs_90_days: sum(|day| u64::from(day.pass + day.warn + day.fail + day.unknown)),
            contradicts: row.contradicts.iter().map(ToString::to_string).collect(),
        }
    }
}

impl TrendLine {
    fn of(line: &CourseLine) -> Self {
        Self {
            at: instant(line.at),
            what: line.turn.word(),
            proven: line.proven.as_ref().map(Figure::of),
            claimed: line.claimed.as_ref().map(Figure::of),
            rung: line.rung.as_ref().map(ToString::to_string),
        }
    }
}

fn attestations(assessed: &Assessed, in_force: &[&Override]) -> Vec<Attestation> {
    let bundle = &assessed.bundle;
    in_force
        .iter()
        .filter_map(|one| {
            let check = bundle.checks.iter().find(|check| check.id == one.check)?;
            let integration = bundle.integrations.iter().find(|entry| entry.id == check.integration)?;
            Some(Attestation {
                integration: integration.details.name.clone(),
                kind: check.kind.to_string(),
                binding: one.binding.to_string(),
                reason: one.reason.clone(),
                by: one.by_name.clone(),
                at: instant(one.at),
                until: instant(one.until),
            })
        })
        .collect()
}
