//! What nobody can reach: a gate above the most that its criterion can count for, a rung that the best imaginable
//! organization does not climb to. The scoring rule itself says so.
//!
//! There is no cycle to look for: rungs are a list, in which each stands above the ones before it, and a gate names a rung
//! and a level. Nothing names a criterion, so nothing can lead back to itself.

use super::Framework;
use crate::check::{CheckKinds, ProbeRecord, Status};
use crate::code::{CriterionCode, ProfileCode, RungCode};
use crate::level::Level;
use crate::scoring::{
    Answer, ConditionStanding, EvidenceDuration, EvidenceItem, EvidenceState, Input, ProbeInput, Rating,
    RungCondition, RungStanding, Scorer, display,
};

/// Something that nobody can reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::framework) enum Unreachable {
    /// With accepted evidence and every check passing, the criterion counts for `most`.
    Gate { criterion: CriterionCode, rung: RungCode, least: Level, most: Level },
    /// The position of a rung, and what it asks that no organization has, as the end of a sentence.
    Rung { position: usize, why: String },
}

/// Everything that nobody can reach, by organizations of each profile and of all profiles at once, with nothing left out
/// as not applicable.
pub(in crate::framework) fn unreachable(framework: &Framework, kinds: &CheckKinds) -> Vec<Unreachable> {
    let Ok(scorer) = Scorer::new(framework, kinds) else { return Vec::new() };
    let all: Vec<ProfileCode> = framework.profiles.iter().map(|profile| profile.code.clone()).collect();
    let whole = scorer.score(&best(framework, all.clone()));
    let mut found = Vec::new();
    for (criterion, score) in framework.criteria().zip(&whole.criteria) {
        for gate in criterion.gates.iter().filter(|gate| gate.least > score.effective) {
            found.push(Unreachable::Gate {
                criterion: criterion.code.clone(),
                rung: gate.rung.clone(),
                least: gate.least,
                most: score.effective,
            });
        }
    }
    let single = all.into_iter().map(|profile| scorer.score(&best(framework, vec![profile])));
    // Where several get equally far, the one of all profiles gives the reason.
    let furthest =
        single.chain([whole]).max_by_key(|score| score.ladder.iter().filter(|rung| rung.reached).count());
    let ladder = furthest.map(|score| score.ladder).unwrap_or_default();
    let reached = ladder.iter().filter(|rung| rung.reached).count();
    for (position, rung) in ladder.iter().enumerate().skip(reached) {
        let why = if position == reached {
            reason(rung)
        } else {
            format!("it stands above {}, which nobody can reach", ladder[reached].code)
        };
        found.push(Unreachable::Rung { position, why });
    }
    found
}

/// Everything claimed, accepted and passing, on one day.
fn best(framework: &Framework, profiles: Vec<ProfileCode>) -> Input {
    let dated = jiff::civil::date(2000, 1, 1);
    let rating = Some(Rating::Level(Level::MOST));
    let record = ProbeRecord { status: Status::Pass, consecutive_fails: 0, age_seconds: Some(0) };
    Input {
        profiles,
        as_of: dated,
        independent_signoff: true,
        answers: framework
            .criteria()
            .map(|criterion| (criterion.code.clone(), Answer { own: rating, assessor: rating }))
            .collect(),
        evidence: framework
            .criteria()
            .map(|criterion| EvidenceItem {
                criterion: criterion.code.clone(),
                duration: EvidenceDuration::Standard,
                dated,
                expires: None,
                author: "author".to_owned(),
                state: EvidenceState::Accepted,
                reviewer: Some("reviewer".to_owned()),
            })
            .collect(),
        probes: framework
            .criteria()
            .flat_map(|criterion| &criterion.bindings)
            .map(|binding| ProbeInput { binding: binding.id.clone(), record, overridden: false })
            .collect(),
        ..Input::default()
    }
}

/// The first condition that does not hold.
fn reason(rung: &RungStanding) -> String {
    let open = rung.conditions.iter().find(|(_, standing)| *standing != ConditionStanding::Met);
    match open.map(|(condition, _)| condition) {
        Some(RungCondition::Overall { least, seen }) => {
            format!("it asks an overall score of {least}, and the most there can be is {}", display(seen))
        }
        Some(RungCondition::Domain { code, least, seen }) => {
            format!(
                "it asks {least} of every domain, and the most that {code} can score is {}",
                display(seen)
            )
        }
        Some(RungCondition::Confidence { least, seen }) => {
            format!("it asks a confidence of {least}, and the most there can be is {}", display(seen))
        }
        Some(RungCondition::Gate { criterion, least, seen }) => {
            let (least, seen) = (least.get(), seen.get());
            format!("it asks {least} of {criterion}, which counts for {seen} at most")
        }
        _ => "its conditions cannot hold together".to_owned(),
    }
}
