//! The scoring vectors that come with the rule: every case must come out equal.

#![allow(clippy::unwrap_used, reason = "a test's helper may panic")]

use domain::builtin;
use domain::vectors::{self, Vectors};

const SOURCE: &str = include_str!("scoring-vectors.json");

#[test]
fn every_case_comes_out_as_expected() {
    let vectors = Vectors::read(SOURCE).unwrap();
    assert_eq!(vectors.cases.len(), 69);
    let report = vectors::run(vectors, builtin::frameworks(), builtin::check_kinds());
    if let Some(case) = report.different().next() {
        let (expected, actual) = (&case.expected, &case.actual);
        panic!("{}: {:?}\nexpected {expected:#?}\nactual {actual:#?}", case.name, case.error);
    }
    assert!(report.cases.iter().all(|case| case.equal == Some(true)));
}

#[test]
fn a_case_that_differs_is_reported() {
    let mut vectors = Vectors::read(SOURCE).unwrap();
    vectors.cases.truncate(2);
    vectors.cases[1].expected.as_mut().unwrap().findings.pop();
    let report = vectors::run(vectors, builtin::frameworks(), builtin::check_kinds());
    let different: Vec<_> = report.different().map(|case| case.name.as_str()).collect();
    assert_eq!(different, [report.cases[1].name.as_str()]);
}

#[test]
fn a_case_that_the_framework_cannot_answer_says_why() {
    let mut vectors = Vectors::read(SOURCE).unwrap();
    vectors.cases.truncate(3);
    vectors.cases[0].input.framework = "NONE".into();
    vectors.cases[2].input.profiles = vec!["H".into(), "Z".into()];
    vectors.cases[1].input.answers.insert("ZZZ-1".into(), vectors::CaseAnswer::default());
    let report = vectors::run(vectors, builtin::frameworks(), builtin::check_kinds());
    let errors: Vec<_> = report.cases.iter().map(|case| case.error.clone().unwrap()).collect();
    assert_eq!(
        errors,
        [
            "there is no framework `NONE`; there are B7, BL7, CCR, VBR",
            "B7 has no criterion `ZZZ-1`",
            "B7 has no profile `Z`; it has H, A, C, F, G"
        ]
    );
}

#[test]
fn a_file_of_another_format_is_refused() {
    let error = Vectors::read(r#"{"format": 2, "about": "", "cases": []}"#).unwrap_err();
    assert_eq!(error.to_string(), "format 2 is not known; this version reads format 1");
}

#[test]
fn a_level_that_is_none_is_refused_in_words() {
    let vectors = |level: &str| {
        let input = format!(
            r#"{{"framework": "B7", "as_of": "2026-11-20", "profiles": ["H"], "answers": {{"PAT-1": {{"self": {level}}}}}}}"#
        );
        Vectors::read(&format!(r#"{{"format": 1, "cases": [{{"name": "one", "input": {input}}}]}}"#))
    };
    for level in ["0", "4", "\"na\"", "null"] {
        assert!(vectors(level).is_ok(), "{level}");
    }
    for level in ["5", "-1", "2.5", "\"3\"", "\"NA\"", "true"] {
        let said = vectors(level).unwrap_err().to_string();
        assert!(
            said.contains(&format!("level must be 0 to 4 as a whole number, or \"na\", not {level}")),
            "{said}"
        );
    }
}
