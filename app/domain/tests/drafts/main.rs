//! Drafts of frameworks: their file, their problems, what nobody can reach, and what changed.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use domain::builtin;
use domain::framework::diff::{Diff, Edit, Subject, What};
use domain::framework::draft::{Criterion, Draft, Figure, Gate, Part};
use domain::framework::{Carrying, Fate};
use proptest::prelude::*;
use rstest::rstest;

mod typed;

use typed::draft;

fn baseline() -> Draft {
    Draft::from(&builtin::frameworks()[1])
}

/// Every problem as part, field and words.
fn problems(draft: &Draft) -> Vec<(String, String, String)> {
    let problems = draft.check(builtin::check_kinds(), builtin::citations()).err().unwrap_or_default();
    problems
        .into_iter()
        .map(|problem| (problem.spot.part.to_string(), problem.spot.field, problem.problem))
        .collect()
}

#[test]
fn the_template_is_valid_and_so_is_a_draft_of_every_built_in_framework() {
    assert_eq!(problems(&Draft::blank()), []);
    for framework in builtin::frameworks() {
        let draft = Draft::from(framework);
        assert_eq!(draft.check(builtin::check_kinds(), builtin::citations()).as_ref(), Ok(framework));
        let json = serde_json::to_string(&draft).unwrap();
        assert_eq!(serde_json::from_str::<Draft>(&json).unwrap(), draft);
    }
}

#[test]
fn the_built_in_files_read_as_drafts_of_themselves() {
    for ((_, source), framework) in builtin::FRAMEWORK_SOURCES.iter().zip(builtin::frameworks()) {
        assert_eq!(Draft::read(source).unwrap(), Draft::from(framework));
    }
}

#[rstest]
#[case::a_word_for_a_number(|draft: &mut Draft| draft.domains[1].weight = Figure::new("much"),
    "domain-2", "weight", "must be a whole number between 1 and 100")]
#[case::a_missing_number(|draft: &mut Draft| draft.domains[0].criteria[1].weight = Figure::default(),
    "criterion-1-2", "weight", "is missing")]
#[case::an_empty_anchor(|draft: &mut Draft| draft.domains[0].criteria[1].anchors[3].clear(),
    "criterion-1-2", "anchors.3", "holds an empty text")]
#[case::a_condition(|draft: &mut Draft| draft.domains[0].criteria[0].bindings[1].expect.push("seen == 1".into()),
    "criterion-1-1", "checks.1.expect", "does not observe `seen`")]
#[case::a_fail_cap(|draft: &mut Draft| draft.domains[0].criteria[0].bindings[1].fail_cap = Figure::default(),
    "criterion-1-1", "checks.1.fail_cap", "is missing")]
#[case::a_falling_gate(|draft: &mut Draft| draft.domains[0].criteria[0].gates[0].least = Figure::from(4),
    "criterion-1-1", "gates.B.2", "must not fall along the ladder")]
#[case::a_gate_on_no_rung(|draft: &mut Draft| draft.domains[0].criteria[0].gates[1].rung = "B.7".into(),
    "criterion-1-1", "gates.B.7", "is not a sub-level")]
#[case::a_code_used_twice(|draft: &mut Draft| draft.domains[1].code = draft.domains[0].code.clone(),
    "domain-2", "code", "is used twice")]
#[case::a_rung_code_used_twice(|draft: &mut Draft| draft.sublevels[1].code = draft.sublevels[0].code.clone(),
    "rung-2", "code", "is used twice")]
#[case::a_rung_called_as_the_floor(|draft: &mut Draft| draft.sublevels[1].code = draft.floor.code.clone(),
    "rung-2", "code", "is the floor's code already")]
#[case::an_unknown_source(|draft: &mut Draft| draft.domains[0].criteria[0].citations.push("NOWHERE".into()),
    "criterion-1-1", "citations", "`NOWHERE` is not a known citation")]
#[case::weights(|draft: &mut Draft| draft.domains[1].weight = Figure::from(1),
    "head", "domains", "must sum to 100")]
#[case::no_rungs(|draft: &mut Draft| draft.sublevels.clear(), "head", "rungs", "at least one sub-level")]
#[case::no_criteria(|draft: &mut Draft| draft.domains[2].criteria.clear(),
    "domain-3", "criteria", "needs at least one criterion")]
#[case::a_percentage(|draft: &mut Draft| draft.sublevels[1].min_overall = Figure::from(101),
    "rung-2", "min_overall", "between 0 and 100, not 101")]
#[case::a_profile(|draft: &mut Draft| draft.profiles[1].code = "AB".into(),
    "head", "profiles", "a single letter")]
#[case::no_profiles(|draft: &mut Draft| draft.profiles.clear(), "head", "profiles", "between 1 and 64")]
#[case::a_class(|draft: &mut Draft| draft.evidence_classes[2].confidence = Figure::from(3),
    "head", "evidence_classes.2.confidence", "must not be below that of E1")]
#[case::a_nul(|draft: &mut Draft| draft.title = "a\0b".into(), "head", "title", "NUL")]
#[case::a_gate_twice(|draft: &mut Draft| { let gate = draft.domains[0].criteria[0].gates[0].clone();
    draft.domains[0].criteria[0].gates.push(gate); }, "criterion-1-1", "gates", "`B.1` is listed twice")]
fn a_problem_is_at_the_field_that_it_concerns(
    #[case] spoil: impl Fn(&mut Draft),
    #[case] part: &str,
    #[case] field: &str,
    #[case] words: &str,
) {
    let mut draft = baseline();
    spoil(&mut draft);
    let found = problems(&draft);
    let here = found.iter().any(|(at, name, problem)| at == part && name == field && problem.contains(words));
    assert!(here, "{found:#?}");
}

#[test]
fn a_gate_above_what_its_criterion_can_count_for_is_refused() {
    let mut draft = baseline();
    // Reviewed evidence carries a 3; only what verifies carries a 4, and an attested document verifies nothing.
    draft.evidence_classes[2].level_cap = Figure::from(3);
    let criterion = &mut draft.domains[0].criteria[0];
    criterion.gates = vec![Gate { rung: "B.3".into(), least: Figure::from(4) }];
    assert_eq!(problems(&draft), []);
    let criterion = &mut draft.domains[0].criteria[0];
    criterion.bindings.truncate(1);
    criterion.bindings[0].kind = "doc.attestation".into();
    criterion.bindings[0].expect = vec!["present == true".into()];
    let words =
        "nobody can reach level 4: with accepted evidence and passing checks BL-1 counts for 3 at most";
    let rung = "nobody can reach this rung: it asks 4 of BL-1, which counts for 3 at most";
    let found = problems(&draft);
    assert_eq!(
        found,
        [
            ("rung-3".to_owned(), "code".to_owned(), rung.to_owned()),
            ("criterion-1-1".to_owned(), "gates.B.3".to_owned(), words.to_owned())
        ]
    );
}

#[test]
fn a_rung_that_asks_more_than_there_can_be_is_refused_and_those_above_it() {
    let mut draft = baseline();
    draft.evidence_classes[3].confidence = Figure::from(90);
    draft.sublevels[1].min_confidence = Figure::from(95);
    let found = problems(&draft);
    let words: Vec<_> = found.iter().map(|(part, _, words)| (part.as_str(), words.as_str())).collect();
    assert_eq!(
        words,
        [
            (
                "rung-2",
                "nobody can reach this rung: it asks a confidence of 95, and the most there can be is 89.4"
            ),
            ("rung-3", "nobody can reach this rung: it stands above B.2, which nobody can reach"),
        ]
    );
}

#[test]
fn a_file_that_no_form_could_show_is_refused() {
    for (source, line, words) in [
        ("code = = 1", 1, ""),
        ("\ncolour = \"red\"", 2, "is not a key"),
        ("[[domain]]\nweight = [1]", 2, "must be a number"),
        ("[[domain]]\nweight = \"25\"", 2, "without quotes"),
        ("title = 5", 1, "must be a text"),
        ("[[sublevel]]\nindependent_assessor = \"yes\"", 2, "true or false"),
        ("profiles = { H = 1 }", 1, "must be a text"),
    ] {
        let error = Draft::read(source).unwrap_err().0.remove(0);
        assert_eq!(error.line, line, "{source}: {error}");
        assert!(error.problem.contains(words), "{error}");
    }
    assert_eq!(Draft::read("").unwrap(), Draft::default());
}

#[test]
fn a_part_is_written_and_read() {
    for part in [Part::Head, Part::Rung(0), Part::Domain(11), Part::Criterion(2, 0)] {
        assert_eq!(part.to_string().parse(), Ok(part));
    }
    for wrong in ["", "rung", "rung-0", "rung-x", "criterion-1", "head-1", "domain-1-2"] {
        assert!(wrong.parse::<Part>().is_err(), "{wrong}");
    }
}

#[test]
fn a_diff_names_each_part_before_and_after() {
    let before = baseline();
    let mut after = before.clone();
    after.version = "1.1.0".into();
    after.domains[0].weight = Figure::from(30);
    after.sublevels[1].min_overall = Figure::from(60);
    let criterion = &mut after.domains[0].criteria[0];
    criterion.anchors[2] = "Other words.".into();
    criterion.gates.remove(0);
    criterion.bindings[0].fail_cap = Figure::from(2);
    let gone = after.domains[1].criteria.remove(0);
    after.domains[2].criteria.push(Criterion { code: "BL-99".into(), ..gone.clone() });
    let diff = Diff::between(&before, &after);
    let edit = |part: &str, before: &str, after: &str| Edit {
        part: part.to_owned(),
        before: before.to_owned(),
        after: after.to_owned(),
    };
    let of = |subject, code: &str| {
        let change = diff.changes.iter().find(|change| change.subject == subject && change.code == code);
        change.unwrap_or_else(|| panic!("{code} in {diff:#?}")).what.clone()
    };
    assert_eq!(of(Subject::Framework, ""), What::Changed(vec![edit("version", "1.0.0", "1.1.0")]));
    assert_eq!(of(Subject::Domain, "HIE"), What::Changed(vec![edit("weight", "25", "30")]));
    assert_eq!(of(Subject::Rung, "B.2"), What::Changed(vec![edit("overall at least", "58", "60")]));
    let old = &before.domains[0].criteria[0].anchors[2];
    let edits = vec![
        edit("anchor 2", old, "Other words."),
        edit("gate B.1", "2", ""),
        edit("check BL-1.1, fail cap", "1", "2"),
    ];
    assert_eq!(of(Subject::Criterion, "BL-1"), What::Changed(edits));
    assert_eq!(of(Subject::Criterion, "BL-99"), What::Added);
    assert_eq!(of(Subject::Criterion, &gone.code), What::Removed);
    assert_eq!(diff.changes.len(), 6, "{diff:#?}");
    let counts = diff.counts(Subject::Criterion);
    assert_eq!((counts.added, counts.removed, counts.changed), (1, 1, 1));
}

#[test]
fn an_answer_goes_over_where_code_and_anchors_are_the_same() {
    let older = &builtin::frameworks()[1];
    let mut newer = older.clone();
    newer.domains[0].criteria[0].title = "Another title".into();
    newer.domains[0].criteria[1].anchors[4] = "Something else.".into();
    newer.domains[1].criteria[0].code = "BL-99".into();
    let carrying = Carrying::between(older, &newer);
    let fate = |code: &str| carrying.fate(&code.into());
    assert_eq!((fate("BL-1"), fate("BL-2")), (Some(Fate::Copied), Some(Fate::AnchorsChanged)));
    assert_eq!((fate("BL-99"), fate("NOPE")), (Some(Fate::New), None));
    assert_eq!(carrying.gone, [older.domains[1].criteria[0].code.clone()]);
    let copied = carrying.criteria.iter().filter(|(_, fate)| *fate == Fate::Copied).count();
    assert_eq!(copied, older.criteria().count() - 2);
}

/// Added is removed and after is before.
fn mirrored(diff: Diff) -> Vec<(Subject, String, What)> {
    let turned = diff.changes.into_iter().map(|change| {
        let what = match change.what {
            What::Added => What::Removed,
            What::Removed => What::Added,
            What::Changed(edits) => {
                let mut edits: Vec<_> = edits
                    .into_iter()
                    .map(|edit| Edit { before: edit.after, after: edit.before, ..edit })
                    .collect();
                edits.sort();
                What::Changed(edits)
            }
        };
        (change.subject, change.code, what)
    });
    let mut turned: Vec<_> = turned.collect();
    turned.sort_by_key(|(subject, code, what)| (*subject, code.clone(), format!("{what:?}")));
    turned
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_was_typed_is_written_and_read_back_equal(draft in draft()) {
        let file = draft.write();
        prop_assert_eq!(Draft::read(&file), Ok(draft.clone()), "{}", file);
        let json = serde_json::to_string(&draft).unwrap();
        prop_assert_eq!(serde_json::from_str::<Draft>(&json).unwrap(), draft);
    }

    #[test]
    fn every_problem_of_whatever_was_typed_is_at_a_part_that_there_is(draft in draft()) {
        for problem in draft.check(builtin::check_kinds(), builtin::citations()).unwrap_err() {
            let there = match problem.spot.part {
                Part::Head => true,
                Part::Rung(rung) => rung < draft.sublevels.len(),
                Part::Domain(domain) => domain < draft.domains.len(),
                Part::Criterion(domain, criterion) => {
                    draft.domains.get(domain).is_some_and(|domain| criterion < domain.criteria.len())
                }
            };
            prop_assert!(there && !problem.spot.field.is_empty(), "{problem:?}");
        }
    }

    #[test]
    fn a_diff_is_empty_exactly_when_nothing_changed(one in draft(), other in draft()) {
        prop_assert!(Diff::between(&one, &one).is_empty());
        prop_assert_eq!(Diff::between(&one, &other).is_empty(), one == other);
    }

    #[test]
    fn a_diff_backwards_is_the_same_diff_mirrored(one in draft(), other in draft()) {
        let forth = Diff::between(&one, &other);
        let back = Diff::between(&other, &one);
        let plain = |diff: Diff| {
            let turned = mirrored(diff).into_iter();
            turned.collect::<Vec<_>>()
        };
        let twice = Diff { changes: forth.changes.clone() };
        let straight: Vec<_> = {
            let mut changes: Vec<_> = twice.changes.into_iter().map(|change| {
                let what = match change.what {
                    What::Changed(mut edits) => { edits.sort(); What::Changed(edits) }
                    other => other,
                };
                (change.subject, change.code, what)
            }).collect();
            changes.sort_by_key(|(subject, code, what)| (*subject, code.clone(), format!("{what:?}")));
            changes
        };
        prop_assert_eq!(plain(back), straight);
    }

    /// One small edit of a real framework is always seen, and nothing else is.
    #[test]
    fn moving_criteria_is_seen(position in 0_usize..5, step in 1_usize..3) {
        let before = baseline();
        let mut after = before.clone();
        let criteria = &mut after.domains[position].criteria;
        let count = criteria.len();
        criteria.rotate_left(step % count.max(1));
        let diff = Diff::between(&before, &after);
        prop_assert_eq!(diff.is_empty(), before == after);
        prop_assert!(diff.changes.iter().all(|change| change.subject == Subject::Domain), "{diff:?}");
    }
}
