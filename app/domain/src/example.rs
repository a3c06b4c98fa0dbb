//! An invented assessment by any framework, to show on real numbers how the rule works: claims that are proven and claims
//! that are not, an open question, a check that verifies an answer, and one that contradicts an answer.

use jiff::civil::{Date, date};

use crate::check::{CheckKinds, ProbeRecord, Status};
use crate::framework::{Criterion, Framework, Profile};
use crate::level::Level;
use crate::scoring::{Answer, EvidenceDuration, EvidenceItem, EvidenceState, Input, ProbeInput, Rating};

/// The day of the invented assessment.
const AS_OF: Date = date(2026, 11, 20);

/// Levels that are claimed, in turn.
const CLAIMS: [usize; 6] = [3, 3, 2, 4, 3, 1];

/// One question in so many stays open.
const OPEN: usize = 8;

/// The assessment of an organization of the profile that is asked most.
pub fn assessment(framework: &Framework, kinds: &CheckKinds) -> Input {
    let asked_of = |profile: &Profile| -> Vec<&Criterion> {
        framework.criteria().filter(|criterion| criterion.profiles.contains(&profile.code)).collect()
    };
    // The first of those that are asked alike.
    let profile = framework.profiles.iter().rev().max_by_key(|profile| asked_of(profile).len());
    let asked = profile.map(asked_of).unwrap_or_default();
    let profile = profile.map(|profile| profile.code.clone());
    let mut input = Input { profiles: profile.into_iter().collect(), as_of: AS_OF, ..Input::default() };
    let mut proven = false;
    let mut contradicted = false;
    for (position, criterion) in asked.iter().enumerate() {
        if position % OPEN == OPEN - 1 {
            continue;
        }
        let claim = Level::ALL[CLAIMS[position % CLAIMS.len()]];
        let own = Some(Rating::Level(claim));
        input.answers.insert(criterion.code.clone(), Answer { own, assessor: None });
        let documented = position % 4 != 2;
        if documented {
            input.evidence.push(item(criterion, position % 4 == 1));
        }
        // The first answer that a check can verify is verified, the next that one can contradict is contradicted.
        let mut bindings = criterion.bindings.iter();
        let verifies = |kind| kinds.get(kind).is_some_and(|kind| kind.verifies);
        if !proven {
            if documented && let Some(binding) = bindings.find(|binding| verifies(&binding.kind)) {
                input.probes.push(probe(binding.id.clone(), Status::Pass));
                proven = true;
            }
        } else if !contradicted && let Some(binding) = bindings.find(|binding| binding.fail_cap < claim) {
            input.probes.push(probe(binding.id.clone(), Status::Fail));
            contradicted = true;
        }
    }
    input
}

fn item(criterion: &Criterion, accepted: bool) -> EvidenceItem {
    EvidenceItem {
        criterion: criterion.code.clone(),
        duration: EvidenceDuration::Standard,
        dated: date(2026, 9, 1),
        expires: None,
        author: "author".to_owned(),
        state: if accepted { EvidenceState::Accepted } else { EvidenceState::Submitted },
        reviewer: accepted.then(|| "reviewer".to_owned()),
    }
}

fn probe(binding: crate::code::BindingId, status: Status) -> ProbeInput {
    // More failures running than any kind asks for.
    let consecutive_fails = if status == Status::Fail { 100 } else { 0 };
    let record = ProbeRecord { status, consecutive_fails, age_seconds: Some(60) };
    ProbeInput { binding, record, overridden: false }
}
