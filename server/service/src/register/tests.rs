use super::*;

const NOW: UnixMillis = UnixMillis(1_795_132_800_000); // 20 Nov 2026

fn typed(cells: &[(&str, &str)]) -> Typed {
    cells.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

fn full(register: Register) -> Typed {
    typed(match register {
        Register::Incidents => &[
            ("title", "ADT feed silent"),
            ("integration", "ADT feed"),
            ("criticality", "critical"),
            ("cause", "certificate"),
            ("began_at", "2026-11-01T08:00"),
            ("detected_at", "2026-11-01T08:05:00Z"),
            ("reported_at", "2026-11-01T09:00:00+00:00"),
            ("restored_at", "2026-11-01T10:30:00Z"),
            ("objective_hours", "4"),
            ("notes", "Renewed."),
        ],
        Register::MeasureValidations => &[
            ("measure", "CBP"),
            ("contract", "MA 12"),
            ("version", "2026"),
            ("specification_dated", "2026-01-01"),
            ("logic_changed", "2026-02-01"),
            ("validator", "Quality team"),
            ("validated", "2026-03-01"),
            ("charts", "30"),
            ("agreeing", "29"),
            ("test_deck", "passed"),
            ("completeness_pct", "97.5"),
        ],
        Register::ConsentTests => &[
            ("suite", "42 CFR Part 2"),
            ("ran", "2026-10-01"),
            ("release", "2026.2"),
            ("permit_cases", "6"),
            ("permit_passed", "6"),
            ("deny_cases", "4"),
            ("deny_passed", "4"),
            ("tester", "Privacy office"),
        ],
        Register::Credentials => &[
            ("credential", "claims-loader"),
            ("kind", "file-account"),
            ("integration", "Claims feed"),
            ("issued", "2025-01-01"),
            ("last_used", "2026-11-01"),
            ("disabled", "2026-11-02"),
        ],
        Register::ContractFeeds => &[
            ("contract", "MA 12"),
            ("attribution", "yes"),
            ("attribution_feed", "Roster"),
            ("claims", "yes"),
            ("quality", "no"),
        ],
        Register::LogicChanges => &[
            ("change", "CBP 2027"),
            ("source", "specification"),
            ("dated", "2026-08-01"),
            ("in_production", "2026-09-15"),
        ],
    })
}

fn refused(register: Register, change: &[(&str, &str)]) -> Vec<String> {
    let mut cells = full(register);
    cells.extend(typed(change));
    let problems = read(register, &cells, NOW).unwrap_err();
    problems.into_iter().map(|problem| problem.field).collect()
}

#[test]
fn what_an_entry_shows_is_what_reads_as_it() {
    for register in Register::ALL {
        let content = read(register, &full(register), NOW).unwrap();
        assert_eq!(content.register(), register);
        let cells = shown(&content);
        assert_eq!(cells.len(), columns(register).len());
        let again: Typed = cells.into_iter().map(|(name, text)| (name.to_owned(), text)).collect();
        assert_eq!(read(register, &again, NOW).unwrap(), content);
        for (name, text) in full(register) {
            assert!(!again[&name].is_empty(), "{name} was lost: {text}");
        }
    }
}

#[test]
fn what_is_needed_or_unknown_or_cannot_be_is_named() {
    for register in Register::ALL {
        let needed: Vec<_> =
            columns(register).iter().filter(|column| column.needed).map(|column| column.name).collect();
        let problems = read(register, &Typed::new(), NOW).unwrap_err();
        assert!(
            needed.iter().all(|name| problems.iter().any(|problem| problem.field == *name)),
            "{problems:?}"
        );
        assert_eq!(refused(register, &[("colour", "red")]), ["colour"]);
    }
    let incidents = |change: &[(&str, &str)]| refused(Register::Incidents, change);
    assert_eq!(incidents(&[("began_at", "2026-11-21T08:00")])[0], "began_at");
    assert_eq!(incidents(&[("restored_at", "2026-11-01T07:00")]), ["restored_at"]);
    assert_eq!(incidents(&[("detected_at", ""), ("reported_at", "")]), ["detected_at"]);
    assert_eq!(incidents(&[("cause", "gremlins")]), ["cause"]);
    assert_eq!(incidents(&[("objective_hours", "-1")]), ["objective_hours"]);
    let measures = |change: &[(&str, &str)]| refused(Register::MeasureValidations, change);
    assert_eq!(measures(&[("agreeing", "31")]), ["agreeing"]);
    assert_eq!(measures(&[("validated", "spring")]), ["validated"]);
    assert_eq!(measures(&[("completeness_pct", "101")]), ["completeness_pct"]);
    let tests = |change: &[(&str, &str)]| refused(Register::ConsentTests, change);
    assert_eq!(tests(&[("deny_passed", "5")]), ["deny_passed"]);
    assert_eq!(tests(&[("ran", "2027-01-01")]), ["ran"]);
    let credentials = |change: &[(&str, &str)]| refused(Register::Credentials, change);
    assert_eq!(credentials(&[("last_used", "2024-12-31")]), ["last_used"]);
    assert_eq!(credentials(&[("kind", "key")]), ["kind"]);
    let feeds = |change: &[(&str, &str)]| refused(Register::ContractFeeds, change);
    assert_eq!(feeds(&[("quality_feed", "Gaps")]), ["quality"]);
    let none = [("attribution", "no"), ("attribution_feed", ""), ("claims", "no")];
    assert_eq!(feeds(&none), ["attribution"]);
    let changes = |change: &[(&str, &str)]| refused(Register::LogicChanges, change);
    assert_eq!(changes(&[("in_production", "2026-07-31")]), ["in_production"]);
}
