//! "Why this score", line by line.

#![allow(clippy::unwrap_used, reason = "a test's helper may panic")]

use domain::builtin;
use domain::check::{ProbeRecord, Status};
use domain::explain;
use domain::level::Level;
use domain::scoring::{
    Answer, EvidenceDuration, EvidenceItem, EvidenceState, Input, ProbeInput, Rating, Score, score,
};

/// PAT-1 at level 4, documented, with its certificate check failing and its availability check passing.
fn input() -> Input {
    let mut input =
        Input { profiles: vec!["H".into()], as_of: "2026-11-20".parse().unwrap(), ..Input::default() };
    let own = Some(Rating::Level(Level::ALL[4]));
    input.answers.insert("PAT-1".into(), Answer { own, assessor: None });
    input.evidence.push(EvidenceItem {
        criterion: "PAT-1".into(),
        duration: EvidenceDuration::Standard,
        dated: "2026-06-01".parse().unwrap(),
        expires: None,
        author: "a".to_owned(),
        state: EvidenceState::Submitted,
        reviewer: None,
    });
    for (binding, status) in [("PAT-1.4", Status::Fail), ("PAT-1.5", Status::Pass), ("PAT-1.6", Status::Warn)]
    {
        let record = ProbeRecord { status, consecutive_fails: 3, age_seconds: Some(60) };
        input.probes.push(ProbeInput { binding: binding.into(), record, overridden: false });
    }
    input
}

fn lines(input: &Input, score: &Score, code: &str) -> Vec<String> {
    let framework = &builtin::frameworks()[0];
    let code = code.into();
    let answer = input.answers.get(&code).copied().unwrap_or_default();
    let criterion = framework.criterion(&code).unwrap();
    let scored = score.criteria.iter().find(|score| score.code == code).unwrap();
    explain::criterion(framework, builtin::check_kinds(), criterion, answer, scored).lines()
}

fn scored(input: &Input) -> Score {
    score(&builtin::frameworks()[0], builtin::check_kinds(), input).unwrap()
}

#[test]
fn a_contradicted_answer_is_explained_line_by_line() {
    let input = input();
    assert_eq!(
        lines(&input, &scored(&input), "PAT-1"),
        [
            "Claimed: level 4, self-rated.",
            "Evidence E3, verified (documented or reviewed, and a linked health check passes inside its freshness \
             time): allows up to level 4.",
            "Check PAT-1.4 (tls.certificate) is FAIL: contradicts the answer and caps it at level 1.",
            "Check PAT-1.5 (fhir.capability) is PASS: verifies the answer.",
            "Check PAT-1.6 (fhir.capability) is WARN: lowers the confidence to at most 65%.",
            "Counts for level 1: a failing check contradicts more.",
            "Confidence 20%: a contradicted answer is trusted 20%.",
        ]
    );
}

#[test]
fn an_unproven_answer_says_that_the_evidence_caps_it() {
    let mut input = input();
    input.evidence.clear();
    input.probes.clear();
    let shown = lines(&input, &scored(&input), "PAT-1");
    assert_eq!(shown[1], "Evidence E0, attested (no valid evidence item is attached): caps it at level 2.");
    assert_eq!(shown[2], "Counts for level 2: the evidence does not prove more.");
    assert_eq!(shown[3], "Confidence 40%: as evidence E0, attested, is trusted.");
}

#[test]
fn a_criterion_without_a_level_says_how_it_counts() {
    let mut input = input();
    let na = Some(Rating::NotApplicable);
    input.answers.insert("PAT-2".into(), Answer { own: na, assessor: None });
    input.answers.insert("PAT-3".into(), Answer { own: na, assessor: na });
    let score = scored(&input);
    let only = |code| lines(&input, &score, code).join("|");
    assert_eq!(
        only("PAT-2"),
        "Not applicable, not yet confirmed by the assessor: it counts as unanswered, level 0."
    );
    assert_eq!(only("PAT-3"), "Not applicable, confirmed by the assessor: it counts nowhere.");
    assert_eq!(only("PAT-4"), "Unanswered: it counts as level 0.");
}

#[test]
fn a_domain_shows_its_sum() {
    let framework = &builtin::frameworks()[0];
    let score = scored(&input());
    let sum = explain::domain(&framework.domains[0], &score);
    let lines = sum.lines();
    assert_eq!(lines[0], "PAT-1: weight 3 × level 1 = 3");
    assert_eq!((sum.weight, sum.points, sum.score), (12, 3, score.domains[0].score));
    assert_eq!(lines.last().unwrap(), "PAT: 25 × 3 ÷ 12 = 6.3");
    let overall = explain::overall(framework, &score).lines();
    assert_eq!(overall[0], "PAT: weight 10 of 100 × 6.3 = 0.6");
    assert_eq!(overall.last().unwrap(), "Overall: 0.6");
}
