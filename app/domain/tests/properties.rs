//! What holds for every input, tried on many.

#![allow(clippy::unwrap_used, reason = "a test's helper may panic")]

use std::collections::BTreeMap;

use domain::builtin;
use domain::check::{ProbeRecord, Status};
use domain::explain;
use domain::level::Level;
use domain::scoring::{
    Answer, EvidenceDuration, EvidenceItem, EvidenceState, Exact, Input, ProbeInput, Rating, Score, Scorer,
};
use domain::{CriterionCode, Framework};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};

fn scorers() -> Vec<(&'static Framework, Scorer)> {
    let prepare = |framework| (framework, Scorer::new(framework, builtin::check_kinds()).unwrap());
    builtin::frameworks().iter().map(prepare).collect()
}

fn rating() -> impl Strategy<Value = Rating> {
    prop_oneof![
        9 => (0_usize..5).prop_map(|level| Rating::Level(Level::ALL[level])),
        1 => Just(Rating::NotApplicable),
    ]
}

fn answer() -> impl Strategy<Value = Answer> {
    (option::weighted(0.9, rating()), option::weighted(0.4, rating()))
        .prop_map(|(own, assessor)| Answer { own, assessor })
}

fn evidence(criteria: Vec<CriterionCode>) -> impl Strategy<Value = EvidenceItem> {
    let durations =
        vec![EvidenceDuration::Standard, EvidenceDuration::Operational, EvidenceDuration::Charter];
    let states = vec![EvidenceState::Submitted, EvidenceState::Accepted, EvidenceState::Rejected];
    let reviewers = option::of(select(vec!["a", "b"]));
    (select(criteria), select(durations), (2024_i16..2028, 1_i8..13, 1_i8..29), select(states), reviewers)
        .prop_map(|(criterion, duration, (year, month, day), state, reviewer)| EvidenceItem {
            criterion,
            duration,
            dated: jiff::civil::date(year, month, day),
            expires: None,
            author: "a".to_owned(),
            state,
            reviewer: reviewer.map(str::to_owned),
        })
}

fn probe(framework: &Framework) -> impl Strategy<Value = ProbeInput> + use<> {
    let bindings: Vec<_> = framework
        .criteria()
        .flat_map(|criterion| &criterion.bindings)
        .map(|binding| binding.id.clone())
        .collect();
    let statuses = vec![Status::Pass, Status::Pass, Status::Warn, Status::Fail, Status::Unknown];
    (select(bindings), select(statuses), 0_u32..4, 0_u64..10_000_000, any::<bool>()).prop_map(
        |(binding, status, consecutive_fails, age, overridden)| {
            let record = ProbeRecord { status, consecutive_fails, age_seconds: Some(age) };
            ProbeInput { binding, record, overridden }
        },
    )
}

/// The position of a framework and an input for it.
fn case() -> impl Strategy<Value = (usize, Input)> {
    (0..builtin::frameworks().len()).prop_flat_map(|position| {
        let framework = &builtin::frameworks()[position];
        let criteria: Vec<CriterionCode> =
            framework.criteria().map(|criterion| criterion.code.clone()).collect();
        let profiles: Vec<_> = framework.profiles.iter().map(|profile| profile.code.clone()).collect();
        let answers = vec(answer(), criteria.len());
        (
            proptest::sample::subsequence(profiles.clone(), 0..=profiles.len()),
            0_usize..5,
            any::<bool>(),
            answers,
            vec(evidence(criteria.clone()), 0..100),
            vec(probe(framework), 0..100),
        )
            .prop_map(move |(profiles, target, independent_signoff, answers, evidence, probes)| {
                let input = Input {
                    profiles,
                    as_of: jiff::civil::date(2026, 11, 20),
                    target_level: Level::ALL[target],
                    own_targets: BTreeMap::new(),
                    independent_signoff,
                    answers: criteria.iter().cloned().zip(answers).collect::<BTreeMap<_, _>>(),
                    evidence,
                    probes,
                };
                (position, input)
            })
    })
}

fn overall(score: &Score) -> Option<Exact> {
    score.totals.as_ref().map(|totals| totals.overall)
}

/// The overall score again, by the formula and nothing else.
fn reckoned(framework: &Framework, score: &Score) -> Option<Exact> {
    let mut sum = Exact::from_integer(0);
    let mut weights = 0;
    for domain in &framework.domains {
        let of_domain =
            |code: &CriterionCode| domain.criteria.iter().find(|criterion| criterion.code == *code);
        let applicable = score.criteria.iter().filter(|score| score.is_applicable());
        let terms: Vec<(i128, i128)> = applicable
            .filter_map(|score| Some((of_domain(&score.code)?, score)))
            .map(|(criterion, score)| (i128::from(criterion.weight.get()), i128::from(score.effective.get())))
            .collect();
        let weight: i128 = terms.iter().map(|(weight, _)| weight).sum();
        if weight > 0 {
            let points: i128 = terms.iter().map(|(weight, level)| weight * level).sum();
            sum += Exact::new(25 * points, weight) * i128::from(domain.weight);
            weights += i128::from(domain.weight);
        }
    }
    (weights > 0).then(|| sum / weights)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_counts_for_more_than_it_claims((position, input) in case()) {
        let score = scorers()[position].1.score(&input);
        for criterion in &score.criteria {
            prop_assert!(criterion.effective <= criterion.claimed().unwrap_or(Level::LEAST));
        }
        if let Some(totals) = &score.totals {
            prop_assert!(totals.overall <= totals.claimed);
            prop_assert_eq!(totals.assurance_gap, totals.claimed - totals.overall);
            let hundred = Exact::from_integer(100);
            prop_assert!(totals.claimed <= hundred && totals.confidence <= hundred);
            prop_assert!(totals.completeness <= hundred);
        }
    }

    #[test]
    fn the_overall_score_is_that_of_the_formula((position, input) in case()) {
        let (framework, scorer) = &scorers()[position];
        let score = scorer.score(&input);
        prop_assert_eq!(overall(&score), reckoned(framework, &score));
        let sum = explain::overall(framework, &score);
        let shares: Exact = sum.terms.iter().map(|term| term.share).sum();
        prop_assert_eq!(sum.score.unwrap_or_default(), shares);
    }

    #[test]
    fn the_order_of_evidence_and_probes_does_not_matter((position, mut input) in case(), turn in any::<Index>()) {
        let (_, scorer) = &scorers()[position];
        let before = scorer.score(&input);
        input.evidence.reverse();
        if !input.probes.is_empty() {
            let turn = turn.index(input.probes.len());
            input.probes.rotate_left(turn);
        }
        input.profiles.reverse();
        prop_assert_eq!(before, scorer.score(&input));
    }

    #[test]
    fn a_new_pass_never_lowers((position, mut input) in case(), pick in any::<Index>()) {
        let (framework, scorer) = &scorers()[position];
        let before = scorer.score(&input);
        let bindings: Vec<_> = framework.criteria().flat_map(|criterion| &criterion.bindings).collect();
        let binding = bindings[pick.index(bindings.len())].id.clone();
        let record = ProbeRecord { status: Status::Pass, consecutive_fails: 0, age_seconds: Some(0) };
        input.probes.push(ProbeInput { binding, record, overridden: false });
        let after = scorer.score(&input);
        prop_assert!(overall(&after) >= overall(&before));
        let reached = |score: &Score| score.ladder.iter().filter(|rung| rung.reached).count();
        prop_assert!(reached(&after) >= reached(&before));
    }

    #[test]
    fn new_reviewed_evidence_never_lowers((position, mut input) in case(), pick in any::<Index>()) {
        let (framework, scorer) = &scorers()[position];
        let before = scorer.score(&input);
        let criteria: Vec<_> = framework.criteria().collect();
        input.evidence.push(EvidenceItem {
            criterion: criteria[pick.index(criteria.len())].code.clone(),
            duration: EvidenceDuration::Standard,
            dated: input.as_of,
            expires: None,
            author: "a".to_owned(),
            state: EvidenceState::Accepted,
            reviewer: Some("b".to_owned()),
        });
        let after = scorer.score(&input);
        prop_assert!(overall(&after) >= overall(&before));
    }

    #[test]
    fn the_ladder_has_no_gaps_and_names_the_rung((position, input) in case()) {
        let (framework, scorer) = &scorers()[position];
        let score = scorer.score(&input);
        let reached: Vec<bool> = score.ladder.iter().map(|rung| rung.reached).collect();
        prop_assert!(reached.is_sorted_by(|lower, higher| lower >= higher));
        if let Some(totals) = &score.totals {
            let count = reached.iter().filter(|reached| **reached).count();
            let rung = count.checked_sub(1).map_or(&framework.floor.code, |top| &framework.sublevels[top].code);
            prop_assert_eq!(rung, &totals.rung);
            prop_assert_eq!(framework.sublevels.get(count).map(|next| &next.code), totals.next.as_ref());
        }
    }

    #[test]
    fn findings_and_priorities_are_in_order((position, input) in case()) {
        let score = scorers()[position].1.score(&input);
        let order = |pair: &domain::scoring::Finding| (pair.kind, pair.subject.clone());
        prop_assert!(score.findings.windows(2).all(|pair| order(&pair[0]) < order(&pair[1])));
        let rank = |one: &domain::scoring::Priority| (one.priority, one.gain);
        prop_assert!(score.priorities.windows(2).all(|pair| rank(&pair[0]) >= rank(&pair[1])));
        prop_assert!(score.adjudications.is_sorted());
    }
}
