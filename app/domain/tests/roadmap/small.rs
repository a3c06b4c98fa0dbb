//! Small frameworks and assessments of every sort.

use domain::builtin;
use domain::check::{ProbeRecord, Status};
use domain::framework::{Binding, Criterion, Domain, Effort, Framework, Gate, Sublevel};
use domain::level::{Level, Weight};
use domain::scoring::{Answer, EvidenceDuration, EvidenceItem, EvidenceState, Input, ProbeInput, Rating};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

/// `verifying` one in a framework, and one that looks at evidence only.
const KINDS: [&str; 2] = ["tls.certificate", "doc.attestation"];
const RUNGS: [&str; 2] = ["R.1", "R.2"];

fn sublevel(position: usize) -> impl Strategy<Value = Sublevel> {
    (
        (0_u8..90, 0_u8..80, 0_u8..90, 0_u8..=100),
        option::weighted(0.4, 1_i64..4),
        prop::bool::weighted(0.2),
        option::weighted(0.2, 10_u32..400),
    )
        .prop_map(move |((overall, domain, confidence, completeness), contradiction, signed, age)| {
            Sublevel {
                code: RUNGS[position].into(),
                name: String::new(),
                badge: String::new(),
                min_overall: Some(overall),
                min_domain: Some(domain),
                min_confidence: Some(confidence),
                min_completeness: Some(completeness),
                no_open_contradiction_on_weight: contradiction
                    .map(|weight| Weight::try_from(weight).unwrap()),
                independent_assessor: signed,
                gate_evidence_max_age_days: age,
            }
        })
}

fn criterion(code: String) -> impl Strategy<Value = Criterion> {
    let bindings = vec((0..KINDS.len(), 0_usize..4), 0..3);
    let gates = (option::weighted(0.3, 0_usize..5), option::weighted(0.4, 0_usize..5));
    (1_i64..4, select(vec![Effort::S, Effort::M, Effort::L]), gates, bindings).prop_map(
        move |(weight, effort, (first, second), bindings)| Criterion {
            code: code.as_str().into(),
            title: String::new(),
            weight: Weight::try_from(weight).unwrap(),
            profiles: vec!["H".into()],
            question: String::new(),
            anchors: std::array::from_fn(|_| String::new()),
            gates: [first, second.map(|second| second.max(first.unwrap_or(0)))]
                .into_iter()
                .zip(RUNGS)
                .filter_map(|(least, rung)| Some(Gate { rung: rung.into(), least: Level::ALL[least?] }))
                .collect(),
            evidence: String::new(),
            citations: Vec::new(),
            remediation: String::new(),
            effort,
            bindings: bindings
                .iter()
                .enumerate()
                .map(|(number, (kind, cap))| Binding {
                    id: format!("{code}.{number}").into(),
                    kind: KINDS[*kind].into(),
                    passes_when: String::new(),
                    expect: Vec::new(),
                    fail_cap: Level::ALL[*cap],
                })
                .collect(),
        },
    )
}

fn domain(code: &'static str) -> impl Strategy<Value = Vec<Criterion>> {
    (1_usize..4).prop_flat_map(move |count| {
        (0..count).map(|number| criterion(format!("{code}-{number}"))).collect::<Vec<_>>()
    })
}

/// Two or three domains of one to three criteria.
pub(super) fn framework() -> impl Strategy<Value = Framework> {
    let domains = (domain("A"), domain("B"), option::of(domain("C")));
    ((sublevel(0), sublevel(1)), domains, 1_u8..60).prop_map(|((first, second), (a, b, c), weight)| {
        let third = if c.is_some() { 30 } else { 0 };
        let content = [("A", weight, a), ("B", 100 - weight - third, b)];
        let content = content.into_iter().chain(c.map(|c| ("C", third, c)));
        Framework {
            code: "SMALL".into(),
            sublevels: vec![first, second],
            profiles: vec![domain::framework::Profile { code: "H".into(), name: String::new() }],
            domains: content
                .map(|(code, weight, criteria)| Domain {
                    code: code.into(),
                    title: String::new(),
                    weight,
                    purpose: String::new(),
                    criteria,
                })
                .collect(),
            ..builtin::frameworks()[0].clone()
        }
    })
}

fn rating() -> impl Strategy<Value = Rating> {
    prop_oneof![
        9 => (0_usize..5).prop_map(|level| Rating::Level(Level::ALL[level])),
        1 => Just(Rating::NotApplicable),
    ]
}

/// Any assessment by a framework.
pub(super) fn input(framework: &Framework, profiles: &[&str]) -> impl Strategy<Value = Input> + use<> {
    let codes: Vec<_> = framework.criteria().map(|criterion| criterion.code.clone()).collect();
    let bindings: Vec<_> =
        framework.criteria().flat_map(|one| &one.bindings).map(|binding| binding.id.clone()).collect();
    let profiles: Vec<_> = profiles.iter().map(|profile| (*profile).into()).collect();
    let answers = vec((option::weighted(0.8, rating()), option::weighted(0.2, rating())), codes.len());
    let states = select(vec![EvidenceState::Submitted, EvidenceState::Accepted, EvidenceState::Rejected]);
    let items = vec(option::weighted(0.5, (states, 1_i8..12)), codes.len());
    let outcome = select(vec![Status::Pass, Status::Warn, Status::Fail, Status::Unknown]);
    let probes = vec(option::weighted(0.5, outcome), bindings.len());
    (answers, items, probes, any::<bool>()).prop_map(move |(answers, items, probes, signed)| Input {
        profiles: profiles.clone(),
        as_of: jiff::civil::date(2026, 11, 20),
        independent_signoff: signed,
        answers: codes
            .iter()
            .cloned()
            .zip(answers.into_iter().map(|(own, assessor)| Answer { own, assessor }))
            .collect(),
        evidence: codes
            .iter()
            .zip(items)
            .filter_map(|(code, item)| {
                let (state, month) = item?;
                Some(EvidenceItem {
                    criterion: code.clone(),
                    duration: EvidenceDuration::Standard,
                    dated: jiff::civil::date(2026, month, 1),
                    expires: None,
                    author: "a".to_owned(),
                    state,
                    reviewer: Some("b".to_owned()),
                })
            })
            .collect(),
        probes: bindings
            .iter()
            .zip(probes)
            .filter_map(|(binding, status)| {
                let record = ProbeRecord { status: status?, consecutive_fails: 9, age_seconds: Some(0) };
                Some(ProbeInput { binding: binding.clone(), record, overridden: false })
            })
            .collect(),
        ..Input::default()
    })
}
