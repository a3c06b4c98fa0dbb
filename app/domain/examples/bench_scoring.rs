//! Nanoseconds for one score of a full Beyond-7 assessment: every criterion answered and with evidence, a probe on every
//! binding, all rules, with the server's allocator. Run with `cargo run --release -p domain --example bench_scoring`.

use std::hint::black_box;
use std::time::Instant;

use domain::builtin;
use domain::check::{ProbeRecord, Status};
use domain::level::Level;
use domain::scoring::{
    Answer, EvidenceDuration, EvidenceItem, EvidenceState, Input, ProbeInput, Rating, Scorer,
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Short rounds, so that most run without being interrupted.
const SCORES_PER_ROUND: u32 = 50;
const ROUNDS: usize = 1_001;

fn main() {
    let framework = &builtin::frameworks()[0];
    let scorer =
        Scorer::new(framework, builtin::check_kinds()).expect("the built-in framework can be scored");
    let input = full_assessment(framework);
    let mut rounds: Vec<u128> = (0..ROUNDS).map(|_| nanoseconds_per_score(&scorer, &input)).collect();
    rounds.sort_unstable();
    println!(
        "full {} score: {} ns (median of {ROUNDS} rounds, best {} ns; {} criteria, {} evidence items, {} probes)",
        framework.code,
        rounds[ROUNDS / 2],
        rounds[0],
        input.answers.len(),
        input.evidence.len(),
        input.probes.len(),
    );
}

fn nanoseconds_per_score(scorer: &Scorer, input: &Input) -> u128 {
    let start = Instant::now();
    for _ in 0..SCORES_PER_ROUND {
        black_box(scorer.score(black_box(input)));
    }
    start.elapsed().as_nanos() / u128::from(SCORES_PER_ROUND)
}

/// Levels, evidence and check results of every sort, in a fixed pattern.
fn full_assessment(framework: &domain::Framework) -> Input {
    let mut input = Input {
        profiles: framework.profiles.iter().map(|profile| profile.code.clone()).collect(),
        as_of: "2026-11-20".parse().expect("a date"),
        independent_signoff: true,
        ..Input::default()
    };
    for (position, criterion) in framework.criteria().enumerate() {
        let own = Some(Rating::Level(Level::ALL[2 + position % 3]));
        let assessor = (position % 2 == 0).then_some(Rating::Level(Level::ALL[3 + position % 2]));
        input.answers.insert(criterion.code.clone(), Answer { own, assessor });
        let durations =
            [EvidenceDuration::Standard, EvidenceDuration::Operational, EvidenceDuration::Charter];
        input.evidence.push(EvidenceItem {
            criterion: criterion.code.clone(),
            duration: durations[position % 3],
            dated: "2026-05-31".parse().expect("a date"),
            expires: None,
            author: "author".to_owned(),
            state: if position % 5 == 0 { EvidenceState::Submitted } else { EvidenceState::Accepted },
            reviewer: Some("reviewer".to_owned()),
        });
        for (number, binding) in criterion.bindings.iter().enumerate() {
            let status = match (position + number) % 8 {
                0 => Status::Fail,
                1 => Status::Warn,
                _ => Status::Pass,
            };
            let record = ProbeRecord { status, consecutive_fails: 3, age_seconds: Some(60) };
            input.probes.push(ProbeInput { binding: binding.id.clone(), record, overridden: false });
        }
    }
    input
}
