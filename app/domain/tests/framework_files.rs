//! Reading and writing framework files.

#![allow(clippy::unwrap_used, reason = "a test's helper may panic")]

use domain::builtin;
use domain::framework::{Citations, Framework};
use domain::{Level, ReadErrors};
use rstest::rstest;

const BL7: &str = builtin::FRAMEWORK_SOURCES[1].1;

fn read(source: &str) -> Result<Framework, ReadErrors> {
    Framework::read(source, builtin::check_kinds(), builtin::citations())
}

/// The baseline framework with one text exchanged, and the line on which it stands.
fn changed(from: &str, to: &str) -> (String, usize) {
    let at = BL7.find(from).unwrap_or_else(|| panic!("the baseline holds {from}"));
    (BL7.replacen(from, to, 1), BL7[..at].matches('\n').count() + 1)
}

#[test]
fn the_built_in_frameworks_are_complete() {
    let sizes: Vec<_> = builtin::frameworks()
        .iter()
        .map(|framework| {
            let criteria = framework.criteria().count();
            (framework.code.as_str(), framework.domains.len(), criteria, framework.sublevels.len())
        })
        .collect();
    assert_eq!(sizes, [("B7", 10, 62, 4), ("BL7", 5, 14, 3), ("CCR", 5, 15, 3), ("VBR", 5, 17, 3)]);
    assert_eq!(builtin::citations().iter().count(), 73);
}

#[test]
fn profiles_and_gates_keep_their_order() {
    let framework = &builtin::frameworks()[0];
    let profiles: Vec<_> = framework.profiles.iter().map(|profile| profile.code.as_str()).collect();
    assert_eq!(profiles, ["H", "A", "C", "F", "G"]);
    let criterion = framework.criterion(&"PAT-1".into()).unwrap();
    let gates: Vec<_> = criterion.gates.iter().map(|gate| (gate.rung.as_str(), gate.least.get())).collect();
    assert_eq!(gates, [("8.0", 2), ("8.1", 3), ("8.2", 3), ("8.3", 4)]);
    assert_eq!(criterion.bindings[5].expect[0].text, "availability_90d_pct >= 99.5");
    assert_eq!(criterion.bindings[5].fail_cap, Level::ALL[3]);
}

#[test]
fn what_is_written_reads_back_equal() {
    for framework in builtin::frameworks() {
        assert_eq!(read(&framework.write()).as_ref(), Ok(framework));
    }
    let mut odd = builtin::frameworks()[1].clone();
    odd.title = "quotes \" and \\ and\nbreaks\r\tand \u{7} ünï".to_owned();
    odd.sublevels[0].min_overall = None;
    odd.sublevels[0].independent_assessor = true;
    odd.sublevels[0].gate_evidence_max_age_days = Some(0);
    assert_eq!(read(&odd.write()), Ok(odd));
}

#[rstest]
#[case("code = \"BL-2\"", "code = \"BL-1\"", "domain.criterion.code", "`BL-1` is used twice")]
#[case("id = \"BL-1.2\"", "id = \"BL-1.1\"", "domain.criterion.check.id", "`BL-1.1` is used twice")]
#[case(
    "id = \"BL-1.1\"",
    "id = \"BL-9.1\"",
    "domain.criterion.check.id",
    "`BL-9.1` must be the criterion's code, a dot and a number: `BL-1.1`"
)]
#[case(
    "fail_cap = 1",
    "fail_cap = 4",
    "domain.criterion.check.fail_cap",
    "must be a whole number between 0 and 3, not 4"
)]
#[case(
    "fail_cap = 1",
    "fail_cap = \"low\"",
    "domain.criterion.check.fail_cap",
    "must be a whole number between 0 and 3"
)]
#[case(
    "min_overall = 4",
    "min_overall = 104",
    "sublevel.min_overall",
    "must be a whole number between 0 and 100, not 1040"
)]
#[case(
    "code = \"HIE\"",
    "code = \"next\"",
    "domain.code",
    "`next` is the address of a page: choose another code"
)]
#[case(
    "code = \"HIE\"",
    "code = \"report.pdf\"",
    "domain.code",
    "`report.pdf` is the address of a page: choose another code"
)]
#[case("effort = \"S\"", "effort = \"XL\"", "domain.criterion.effort", "must be S, M or L, not `XL`")]
#[case("[floor]\n", "[floor]\ncolour = \"red\"\n", "floor.colour", "is not a key of this table")]
#[case("E1", "E2", "evidence_class.code", "must be E1: the classes are E0, E1, E2, E3 in this order")]
#[case("code = \"B.2\"", "code = \"B.1\"", "sublevel.code", "`B.1` is used twice")]
#[case(
    "code = \"B.0\"",
    "code = \"B 0\"",
    "floor.code",
    "`B 0` is not a code: use letters, digits, `.`, `-` and `_`"
)]
fn a_wrong_value_is_refused_with_line_and_key(
    #[case] from: &str,
    #[case] to: &str,
    #[case] key: &str,
    #[case] problem: &str,
) {
    let (source, line) = changed(from, to);
    let errors = read(&source).unwrap_err();
    let first = errors.0.iter().find(|error| error.key == key).unwrap_or_else(|| panic!("{errors}"));
    let line = if to.contains("colour") { line + 1 } else { line };
    assert_eq!((first.line, first.problem.as_str()), (line, problem));
}

#[test]
fn every_problem_of_a_file_is_named_at_once() {
    let source = BL7
        .replacen("citations = [", "citations = [\"NOWHERE\", ", 1)
        .replacen("kind = \"", "kind = \"no.", 1)
        .replacen("profiles = [", "profiles = [\"Z\", ", 1)
        .replacen("disclaimer", "disclaimed", 1);
    let errors = read(&source).unwrap_err();
    let shown: Vec<_> = errors.0.iter().map(|error| format!("{}: {}", error.key, error.problem)).collect();
    for wanted in [
        "disclaimer: is missing",
        "disclaimed: is not a key of this table",
        "domain.criterion.citations: `NOWHERE` is not a known citation; add it to the citations first",
        "domain.criterion.profiles: `Z` is not a profile of this framework",
    ] {
        assert!(shown.iter().any(|line| line == wanted), "{wanted} in {shown:#?}");
    }
    assert!(shown.iter().any(|line| line.ends_with("is not a kind of health check")), "{shown:#?}");
    assert!(errors.0.is_sorted_by_key(|error| error.line));
}

#[test]
fn gates_name_rungs_and_never_fall() {
    let line = BL7.lines().position(|line| line.starts_with("gates = ")).unwrap();
    let with = |gates: &str| {
        let lines: Vec<_> =
            BL7.lines().enumerate().map(|(number, text)| if number == line { gates } else { text }).collect();
        let error = read(&lines.join("\n")).unwrap_err().0.remove(0);
        (error.line - 1 == line, error.key, error.problem)
    };
    assert_eq!(
        with(r#"gates = { "B.9" = 2 }"#),
        (true, "domain.criterion.gates.B.9".into(), "`B.9` is not a sub-level of this framework".into())
    );
    assert_eq!(
        with(r#"gates = { "B.2" = 2, "B.1" = 3 }"#),
        (
            true,
            "domain.criterion.gates.B.2".into(),
            "a gate must not fall along the ladder: 2 here after 3 at B.1".into()
        )
    );
    assert_eq!(with(r#"gates = { "B.1" = 5 }"#).2, "must be a whole number between 0 and 4, not 5");
}

#[test]
fn weights_must_sum_to_one_hundred() {
    let at = BL7.find("[[domain]]").unwrap();
    let (head, tail) = BL7.split_at(at);
    let old = tail.lines().find(|line| line.starts_with("weight = ")).unwrap();
    let errors = read(&format!("{head}{}", tail.replacen(old, "weight = 1", 1))).unwrap_err();
    assert_eq!(errors.0.len(), 1, "{errors}");
    assert!(errors.0[0].problem.starts_with("the weights of the domains must sum to 100; they sum to "));
}

#[test]
fn a_condition_on_an_undeclared_observation_is_refused() {
    let (source, line) = changed("expect = [\"", "expect = [\"unseen == 1\", \"");
    let error = read(&source).unwrap_err().0.remove(0);
    assert_eq!((error.line, error.key.as_str()), (line, "domain.criterion.check.expect"));
    assert!(error.problem.contains("does not observe `unseen`"), "{}", error.problem);
}

#[test]
fn a_file_that_is_not_toml_names_the_line() {
    let error = read("code = \"X\"\nversion = = 1\n").unwrap_err().0.remove(0);
    assert_eq!((error.line, error.key.as_str()), (2, ""));
    let twice = read("code = \"X\"\ncode = \"Y\"\n").unwrap_err().0.remove(0);
    assert_eq!(twice.line, 2);
}

#[test]
fn an_empty_file_lists_what_is_missing() {
    let errors = read("").unwrap_err();
    let keys: Vec<_> = errors.0.iter().map(|error| error.key.as_str()).collect();
    for key in ["code", "version", "levels", "profiles", "evidence_class", "floor", "sublevel", "domain"] {
        assert!(keys.contains(&key), "{key} in {keys:?}");
    }
}

#[test]
fn a_framework_that_would_overflow_is_refused() {
    let mut framework = builtin::frameworks()[1].clone();
    let domain = framework.domains[0].clone();
    framework.domains = (0..100)
        .map(|number| {
            let mut domain = domain.clone();
            domain.code = format!("D{number}").into();
            domain.weight = 1;
            let criterion = domain.criteria[0].clone();
            domain.criteria = (0..50 + number)
                .map(|position| {
                    let mut criterion = criterion.clone();
                    criterion.code = format!("C{number}-{position}").into();
                    criterion.bindings.clear();
                    criterion
                })
                .collect();
            domain
        })
        .collect();
    let error = read(&framework.write()).unwrap_err().0.remove(0);
    assert_eq!(
        error.problem,
        "the framework is too large to be scored exactly: use fewer domains or fewer criteria"
    );
}

#[test]
fn a_citation_file_is_checked() {
    let errors = Citations::read(
        "[[citation]]\nkey = \"A\"\ntitle = \"A\"\nurls = []\nstatus = \"seen\"\nvalid_from = \"soon\"\n\
         [[citation]]\nkey = \"A\"\ntitle = \"B\"\nurls = []\nstatus = \"read\"\nvalid_to = 2026-01-31\n",
    )
    .unwrap_err();
    let shown: Vec<_> = errors.0.iter().map(|error| (error.line, error.key.as_str())).collect();
    assert_eq!(shown, [(5, "citation.status"), (6, "citation.valid_from"), (8, "citation.key")]);
}
