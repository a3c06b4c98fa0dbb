//! What a planned step means for people, and for the input that is scored.

use super::model::{Candidate, Model};
use super::settle::Planned;
use super::{Action, EvidenceNeed, PlannedStep, Standpoint};
use crate::check::{ProbeRecord, Status};
use crate::code::BindingId;
use crate::level::Level;
use crate::scoring::{
    EvidenceDuration, EvidenceItem, EvidenceState, Exact, Input, Limit, ProbeInput, Rating, WARNED_CONFIDENCE,
};

/// The steps in file order; what each gains and where it leads is not known yet.
pub(super) fn steps(model: &Model, planned: &[Planned]) -> Vec<PlannedStep> {
    let planned = model.candidates.iter().zip(planned);
    planned
        .filter_map(|(candidate, planned)| match *planned {
            Planned::Nothing => None,
            Planned::Answer => Some(answer(candidate)),
            Planned::Work { level, class } => Some(work(model, candidate, level, class)),
        })
        .collect()
}

fn answer(candidate: &Candidate) -> PlannedStep {
    PlannedStep {
        effort: 0,
        action: Action::Answer,
        claim: Some(Level::LEAST),
        ..unchanged(candidate, Level::LEAST)
    }
}

fn unchanged(candidate: &Candidate, to: Level) -> PlannedStep {
    PlannedStep {
        criterion: candidate.criterion.code.clone(),
        from: candidate.score.effective,
        to,
        effort: candidate.criterion.effort.points(),
        action: Action::Improve,
        claim: None,
        evidence: None,
        repair: Vec::new(),
        verify: None,
        gain: Exact::from_integer(0),
        then: Standpoint {
            overall: Exact::from_integer(0),
            confidence: Exact::from_integer(0),
            rung: "".into(),
        },
    }
}

fn work(model: &Model, candidate: &Candidate, to: Level, class: usize) -> PlannedStep {
    let score = candidate.score;
    let claimed = score.claimed();
    let claim = claimed.map_or(to, |claimed| claimed.max(to));
    // A warning lowers nothing that is not trusted further anyway.
    let trusted = model.class(class).confidence > WARNED_CONFIDENCE;
    let states: &[Status] = if trusted { &[Status::Fail, Status::Warn] } else { &[Status::Fail] };
    let repair = candidate.bearing(claim, states);
    let verify =
        (class == 3 && score.evidence_class < 3).then(|| verifying(model, candidate, &repair)).flatten();
    let evidence = evidence(candidate, class);
    let action = if claimed.is_none() {
        Action::Answer
    } else if score.limit == Limit::Check || (score.contradicted && claimed >= Some(to)) {
        Action::Repair
    } else if claimed >= Some(to) {
        if evidence.is_none() && verify.is_none() { Action::Repair } else { Action::Prove }
    } else {
        Action::Improve
    };
    PlannedStep {
        action,
        claim: (claimed != Some(claim)).then_some(claim),
        evidence,
        repair,
        verify,
        ..unchanged(candidate, to)
    }
}

fn evidence(candidate: &Candidate, class: usize) -> Option<EvidenceNeed> {
    let known = candidate.score.evidence_class;
    let reviewed = class == 2 && known < 2;
    match (candidate.evidence_too_old, reviewed) {
        (true, false) if known == 0 => Some(EvidenceNeed::Attached),
        (true, false) => Some(EvidenceNeed::Renewed),
        (true, true) if known > 0 => Some(EvidenceNeed::RenewedAndReviewed),
        (_, true) => Some(EvidenceNeed::Reviewed),
        (false, false) => (known == 0 && class > 0).then_some(EvidenceNeed::Attached),
    }
}

/// The check that verifies; `None` where one of those to be mended does.
fn verifying(model: &Model, candidate: &Candidate, repair: &[BindingId]) -> Option<BindingId> {
    let bindings = candidate.criterion.bindings.iter().zip(&candidate.score.bindings);
    let verifying =
        bindings.filter(|(binding, _)| model.kinds.get(&binding.kind).is_some_and(|kind| kind.verifies));
    let verifying: Vec<_> = verifying.collect();
    if verifying.iter().any(|(binding, _)| repair.contains(&binding.id)) {
        return None;
    }
    // One that passes already verifies as soon as there is evidence.
    if verifying.iter().any(|(_, score)| score.state == Status::Pass) {
        return None;
    }
    let healthy = verifying.iter().find(|(_, score)| score.state != Status::Fail);
    healthy.or(verifying.first()).map(|(binding, _)| binding.id.clone())
}

/// The input after these steps were done, on the day of the input; `signed` adds the signature of an independent
/// assessor. What the scoring rule makes of it is the proof of a climb.
pub fn done<'s>(input: &Input, steps: impl IntoIterator<Item = &'s PlannedStep>, signed: bool) -> Input {
    let mut input = input.clone();
    input.independent_signoff |= signed;
    for step in steps {
        do_step(&mut input, step);
    }
    input
}

fn do_step(input: &mut Input, step: &PlannedStep) {
    if let Some(claim) = step.claim {
        let answer = input.answers.entry(step.criterion.clone()).or_default();
        // The entry that counts; a not-applicable of one's own is taken back.
        let entry = if answer.assessor.is_some() { &mut answer.assessor } else { &mut answer.own };
        *entry = Some(Rating::Level(claim));
    }
    if let Some(evidence) = step.evidence {
        let reviewed = matches!(evidence, EvidenceNeed::Reviewed | EvidenceNeed::RenewedAndReviewed);
        input.evidence.push(EvidenceItem {
            criterion: step.criterion.clone(),
            duration: EvidenceDuration::Standard,
            dated: input.as_of,
            expires: None,
            author: "author".to_owned(),
            state: if reviewed { EvidenceState::Accepted } else { EvidenceState::Submitted },
            reviewer: reviewed.then(|| "reviewer".to_owned()),
        });
    }
    for binding in step.repair.iter().chain(&step.verify) {
        input.probes.retain(|probe| probe.binding != *binding);
        let record = ProbeRecord { status: Status::Pass, consecutive_fails: 0, age_seconds: Some(0) };
        input.probes.push(ProbeInput { binding: binding.clone(), record, overridden: false });
    }
}
