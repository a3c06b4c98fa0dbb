//! Milliseconds for the cheapest climb by Beyond-7, from assessments of many sorts to every rung. Run with
//! `cargo run --release -p domain --example bench_roadmap`.

use std::time::{Duration, Instant};

use domain::builtin;
use domain::check::{ProbeRecord, Status};
use domain::level::Level;
use domain::roadmap::{Plan, Wishes, plan};
use domain::scoring::{
    Answer, EvidenceDuration, EvidenceItem, EvidenceState, Input, ProbeInput, Rating, Scorer,
};

/// How many assessments.
const INPUTS: u64 = 300;

fn main() {
    let framework = &builtin::frameworks()[0];
    let kinds = builtin::check_kinds();
    let scorer = Scorer::new(framework, kinds).expect("the built-in framework can be scored");
    for rung in &framework.sublevels {
        let mut times = Vec::new();
        let (mut climbs, mut efforts) = (0_u32, 0_u32);
        for seed in 1..=INPUTS {
            let input = assessment(framework, seed);
            let start = Instant::now();
            let found = plan(framework, kinds, &scorer, &input, &Wishes::rung(rung.code.clone()));
            times.push(start.elapsed());
            if let Ok(Plan::Climb(roadmap)) = found {
                climbs += 1;
                efforts += roadmap.effort;
            }
        }
        times.sort_unstable();
        let ms = |time: Duration| time.as_secs_f64() * 1000.0;
        println!(
            "{}: median {:.2} ms, 99th percentile {:.2} ms, worst {:.2} ms; {climbs} of {INPUTS} in reach, mean effort {}",
            rung.code,
            ms(times[times.len() / 2]),
            ms(times[times.len() * 99 / 100]),
            ms(times[times.len() - 1]),
            efforts.checked_div(climbs).unwrap_or(0),
        );
    }
}

/// Levels, evidence and check results at random, the same for a seed: xorshift64.
fn assessment(framework: &domain::Framework, seed: u64) -> Input {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut next = |below: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) % below
    };
    // From newcomers to the nearly complete.
    let (answered, proven, checked) = (2 + next(9), next(11), next(11));
    let profile = framework.profiles[usize::try_from(seed % 5).expect("small")].code.clone();
    let mut input =
        Input { profiles: vec![profile], as_of: "2026-11-20".parse().expect("a date"), ..Input::default() };
    for criterion in framework.criteria() {
        if next(10) < answered {
            let level = Level::ALL[usize::try_from(next(5)).expect("small")];
            let own = Some(Rating::Level(level));
            input.answers.insert(criterion.code.clone(), Answer { own, assessor: None });
        }
        if next(10) < proven {
            input.evidence.push(EvidenceItem {
                criterion: criterion.code.clone(),
                duration: EvidenceDuration::Standard,
                dated: "2026-05-31".parse().expect("a date"),
                expires: None,
                author: "author".to_owned(),
                state: if next(2) == 0 { EvidenceState::Submitted } else { EvidenceState::Accepted },
                reviewer: Some("reviewer".to_owned()),
            });
        }
        for binding in &criterion.bindings {
            if next(10) < checked {
                let status = match next(6) {
                    0 => Status::Fail,
                    1 => Status::Warn,
                    _ => Status::Pass,
                };
                let record = ProbeRecord { status, consecutive_fails: 3, age_seconds: Some(60) };
                input.probes.push(ProbeInput { binding: binding.id.clone(), record, overridden: false });
            }
        }
    }
    input
}
