//! Drafts that say whatever somebody could have typed.

use domain::framework::draft::{
    Binding, Class, Criterion, Domain, Draft, Figure, Floor, Gate, Profile, Rung,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

/// Codes of which some come twice.
fn code() -> impl Strategy<Value = String> {
    select(vec!["A", "B", "C", "D.1", "D.2", ""]).prop_map(str::to_owned)
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[a-z ]{0,6}",
        1 => any::<String>(),
        1 => select(vec!["\"", "\\", "a\nb", "\r\n", "\t", "=1+1", "\u{7f}", "ünï"]).prop_map(str::to_owned),
    ]
}

fn figure() -> impl Strategy<Value = Figure> {
    prop_oneof![
        3 => (-3_i64..110).prop_map(Figure::from),
        1 => select(vec!["", "much", "1.5", "9999999999999999999999", "+7"]).prop_map(Figure::new),
    ]
}

fn binding() -> impl Strategy<Value = Binding> {
    (code(), text(), text(), vec(text(), 0..3), figure()).prop_map(
        |(id, kind, passes_when, expect, fail_cap)| Binding { id, kind, passes_when, expect, fail_cap },
    )
}

fn criterion() -> impl Strategy<Value = Criterion> {
    let gates = subsequence(vec!["D.1", "D.2", "a b", "\""], 0..=4);
    let gates = (gates, vec(figure(), 4)).prop_map(|(rungs, least)| {
        let gates = rungs.into_iter().zip(least).map(|(rung, least)| Gate { rung: rung.to_owned(), least });
        gates.collect::<Vec<_>>()
    });
    (
        (code(), text(), figure(), vec(code(), 0..3), text(), vec(text(), 0..6), gates),
        (text(), vec(code(), 0..2), text(), select(vec!["S", "M", "XL"]), vec(binding(), 0..3)),
    )
        .prop_map(|(first, second)| {
            let (code, title, weight, profiles, question, anchors, gates) = first;
            let (evidence, citations, remediation, effort, bindings) = second;
            let effort = effort.to_owned();
            Criterion {
                code,
                title,
                weight,
                profiles,
                question,
                anchors,
                gates,
                evidence,
                citations,
                remediation,
                effort,
                bindings,
            }
        })
}

fn rung() -> impl Strategy<Value = Rung> {
    ((code(), text(), text()), (figure(), figure(), figure(), figure()), figure(), any::<bool>(), figure())
        .prop_map(
            |((code, name, badge), (overall, domain, confidence, completeness), weight, signed, age)| Rung {
                code,
                name,
                badge,
                min_overall: overall,
                min_domain: domain,
                min_confidence: confidence,
                min_completeness: completeness,
                no_open_contradiction_on_weight: weight,
                independent_assessor: signed,
                gate_evidence_max_age_days: age,
            },
        )
}

pub(super) fn draft() -> impl Strategy<Value = Draft> {
    let profiles = subsequence(vec!["H", "A", "AB", "", "é"], 0..=5);
    let profiles = (profiles, vec(text(), 5)).prop_map(|(codes, names)| {
        let pairs = codes.into_iter().zip(names);
        pairs.map(|(code, name)| Profile { code: code.to_owned(), name }).collect::<Vec<_>>()
    });
    let class = (code(), text(), text(), figure(), figure()).prop_map(
        |(code, name, meaning, level_cap, confidence)| Class { code, name, meaning, level_cap, confidence },
    );
    let domain = (code(), text(), figure(), text(), vec(criterion(), 0..3)).prop_map(
        |(code, title, weight, purpose, criteria)| Domain { code, title, weight, purpose, criteria },
    );
    (
        (code(), text(), text(), text(), vec(text(), 0..6), text()),
        (profiles, vec(class, 0..4), (code(), text()), vec(rung(), 0..3), vec(domain, 0..4)),
    )
        .prop_map(|((code, version, title, description, levels, disclaimer), rest)| {
            let (profiles, evidence_classes, (floor, name), sublevels, domains) = rest;
            let floor = Floor { code: floor, name };
            Draft {
                code,
                version,
                title,
                description,
                levels,
                disclaimer,
                profiles,
                evidence_classes,
                floor,
                sublevels,
                domains,
            }
        })
}
