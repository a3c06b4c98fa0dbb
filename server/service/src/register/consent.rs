//! Runs of scripted permit and deny cases.

use store::record::ConsentTest;

use super::reading::{Reading, day_text};

pub(super) fn read(reading: &mut Reading<'_>) -> ConsentTest {
    let test = ConsentTest {
        suite: reading.text("suite"),
        ran: reading.needed_day("ran"),
        release: reading.text("release"),
        production_release: reading.text("production_release"),
        permit_cases: reading.count("permit_cases"),
        permit_passed: reading.count("permit_passed"),
        deny_cases: reading.count("deny_cases"),
        deny_passed: reading.count("deny_passed"),
        tester: reading.text("tester"),
        notes: reading.text("notes"),
    };
    for (name, passed, cases) in [
        ("permit_passed", test.permit_passed, test.permit_cases),
        ("deny_passed", test.deny_passed, test.deny_cases),
    ] {
        if passed > cases {
            reading.problem(name, format!("There are only {cases} such cases."));
        }
    }
    if test.permit_cases == 0 && test.deny_cases == 0 {
        reading.problem("permit_cases", "A record has at least one case.");
    }
    test
}

pub(super) fn shown(test: &ConsentTest) -> Vec<String> {
    vec![
        test.suite.clone(),
        day_text(Some(test.ran)),
        test.release.clone(),
        test.production_release.clone(),
        test.permit_cases.to_string(),
        test.permit_passed.to_string(),
        test.deny_cases.to_string(),
        test.deny_passed.to_string(),
        test.tester.clone(),
        test.notes.clone(),
    ]
}
