//! Answers, evidence, checks and what they do to one criterion (sections 3 to 7).

use domain::check::Status;
use domain::level::Level;
use domain::scoring::{
    CriterionScore, EvidenceDuration, EvidenceItem, EvidenceState, FindingKind, FindingSeverity, Limit,
    Rating, RungCondition, Standing, expiry,
};
use rstest::rstest;

use crate::small::{Builder, criterion, exact, finding, item, level, verified};

#[test]
fn nothing_applicable_is_unrated() {
    let result = Builder::new().profiles(&[]).own("A-1", 3).score();
    assert!(result.totals.is_none());
    assert!(result.findings.is_empty() && result.priorities.is_empty());
    assert!(result.domains.iter().all(|domain| domain.score.is_none()));
    assert!(result.ladder.iter().all(|rung| !rung.reached && rung.conditions.is_empty()));
}

#[test]
fn when_everything_is_not_applicable_only_coverage_and_adjudications_remain() {
    let result = ["A-1", "A-2", "A-3", "B-1", "B-2"]
        .into_iter()
        .fold(Builder::new(), Builder::not_applicable)
        .own("A-1", 2)
        .score();
    assert!(result.totals.is_none());
    let kinds: Vec<_> =
        result.findings.iter().map(|finding| (finding.kind, finding.subject.as_str())).collect();
    assert_eq!(kinds, [(FindingKind::Coverage, "A"), (FindingKind::Coverage, "B")]);
    assert_eq!(result.adjudications, ["A-1".into()]);
}

#[test]
fn an_empty_domain_is_left_out_of_every_sum() {
    let result = Builder::new().profiles(&["C"]).own("A-3", 2).score();
    let totals = result.totals.unwrap();
    assert_eq!(result.domains[1].score, None);
    assert_eq!(totals.overall, exact(50, 1));
    assert_eq!(totals.completeness, exact(100, 1));
    let conditions = &result.ladder[0].conditions;
    let domains =
        conditions.iter().filter(|(condition, _)| matches!(condition, RungCondition::Domain { .. }));
    assert_eq!(domains.count(), 1);
}

#[test]
fn the_assessor_decides() {
    let answered = |answers: Builder| criterion(&answers.score(), "A-1").standing;
    assert_eq!(answered(Builder::new().own("A-1", 3).assessor("A-1", 1)), Standing::Answered(level(1)));
    assert_eq!(answered(Builder::new().own_na("A-1").assessor("A-1", 0)), Standing::Answered(level(0)));
    assert_eq!(answered(Builder::new().own("A-1", 3).not_applicable("A-1")), Standing::ApprovedNotApplicable);
    assert_eq!(answered(Builder::new().own_na("A-1")), Standing::PendingNotApplicable);
    assert_eq!(answered(Builder::new()), Standing::Unanswered);
    assert_eq!(answered(Builder::new().profiles(&["C"]).own("A-1", 3)), Standing::OutOfProfile);
}

#[test]
fn a_pending_not_applicable_counts_as_unanswered() {
    let result = Builder::new().own_na("A-1").score();
    assert_eq!(finding(&result, FindingKind::Unanswered, "A-1").unwrap().severity, FindingSeverity::Medium);
    assert_eq!(criterion(&result, "A-1").confidence, 0);
    assert_eq!(result.domains[0].answered, 0);
    assert_eq!(result.domains[0].applicable, 3);
}

#[rstest]
#[case(Some(2), Some(3), false)]
#[case(Some(1), Some(3), true)]
#[case(Some(4), Some(2), true)]
#[case(Some(4), None, true)]
#[case(None, Some(0), true)]
#[case(None, None, false)]
fn raters_apart_need_adjudication(
    #[case] own: Option<i64>,
    #[case] assessor: Option<i64>,
    #[case] needed: bool,
) {
    let rate = |level: Option<i64>| {
        level.map_or(Rating::NotApplicable, |whole| Rating::Level(Level::try_from(whole).unwrap()))
    };
    let result = Builder::new().answer("A-1", Some(rate(own)), Some(rate(assessor))).score();
    assert_eq!(result.adjudications.contains(&"A-1".into()), needed);
}

#[test]
fn a_rater_alone_needs_no_adjudication() {
    assert!(Builder::new().own_na("A-1").own("A-2", 4).score().adjudications.is_empty());
    let out_of_profile = Builder::new().profiles(&["C"]).own("A-1", 4).assessor("A-1", 0).score();
    assert!(out_of_profile.adjudications.is_empty());
}

#[test]
fn exactly_a_fifth_not_applicable_is_allowed() {
    // Domain B weighs 3 + 2; of a weight of 5, A-3 in domain A (3 + 1 + 1) is a fifth.
    let fifth = Builder::new().not_applicable("A-3").score();
    assert!(!fifth.domains[0].insufficient_coverage);
    let two_fifths = Builder::new().not_applicable("B-2").score();
    assert!(two_fifths.domains[1].insufficient_coverage);
    assert_eq!(finding(&two_fifths, FindingKind::Coverage, "B").unwrap().severity, FindingSeverity::High);
}

#[test]
fn criteria_out_of_profile_never_count_against_coverage() {
    // In profile F, domain A holds of weight 1 each.
    let result = Builder::new().profiles(&["F"]).not_applicable("A-3").score();
    assert!(result.domains[0].insufficient_coverage);
    let result = Builder::new().profiles(&["F"]).not_applicable("A-1").score();
    assert!(!result.domains[0].insufficient_coverage);
}

#[test]
fn insufficient_coverage_allows_the_first_rung_only() {
    let result = Builder::new().everything(4).not_applicable("B-2").signed().score();
    assert_eq!(result.totals.as_ref().unwrap().rung.as_str(), "R.1");
    assert_eq!(result.totals.unwrap().next.unwrap().as_str(), "R.2");
}

#[rstest]
#[case("2026-11-20", EvidenceDuration::Standard, "2027-11-20")]
#[case("2024-02-29", EvidenceDuration::Standard, "2025-02-28")]
#[case("2024-02-29", EvidenceDuration::Charter, "2026-02-28")]
#[case("2022-02-28", EvidenceDuration::Charter, "2024-02-28")]
#[case("2026-08-31", EvidenceDuration::Operational, "2027-02-28")]
#[case("2023-08-31", EvidenceDuration::Operational, "2024-02-29")]
#[case("2026-05-31", EvidenceDuration::Operational, "2026-11-30")]
#[case("2026-12-31", EvidenceDuration::Operational, "2027-06-30")]
#[case("9999-12-31", EvidenceDuration::Charter, "9999-12-31")]
fn evidence_expires_on_the_same_day_or_the_last(
    #[case] dated: &str,
    #[case] duration: EvidenceDuration,
    #[case] expires: &str,
) {
    let mut item = item("A-1", dated);
    item.duration = duration;
    assert_eq!(expiry(&item), expires.parse().unwrap());
}

#[test]
fn only_an_earlier_expiry_of_its_own_counts() {
    let mut item = item("A-1", "2026-01-31");
    item.expires = Some("2026-06-01".parse().unwrap());
    assert_eq!(expiry(&item), "2026-06-01".parse().unwrap());
    item.expires = Some("2030-06-01".parse().unwrap());
    assert_eq!(expiry(&item), "2027-01-31".parse().unwrap());
}

#[rstest]
#[case("2026-11-20", 1)]
#[case("2026-11-21", 0)]
#[case("2025-11-20", 1)]
#[case("2025-11-19", 0)]
fn evidence_is_valid_from_its_date_to_its_expiry(#[case] dated: &str, #[case] class: usize) {
    let result = Builder::new().own("A-1", 3).evidence(item("A-1", dated)).score();
    assert_eq!(criterion(&result, "A-1").evidence_class, class);
}

#[rstest]
#[case(EvidenceState::Submitted, Some("reviewer"), 1)]
#[case(EvidenceState::Accepted, Some("reviewer"), 2)]
#[case(EvidenceState::Accepted, Some("author"), 1)]
#[case(EvidenceState::Accepted, None, 1)]
#[case(EvidenceState::Rejected, Some("reviewer"), 0)]
fn only_another_person_reviews(
    #[case] state: EvidenceState,
    #[case] reviewer: Option<&str>,
    #[case] class: usize,
) {
    let reviewer = reviewer.map(str::to_owned);
    let item = EvidenceItem { state, reviewer, ..item("A-1", "2026-06-01") };
    let result = Builder::new().own("A-1", 4).evidence(item).score();
    assert_eq!(criterion(&result, "A-1").evidence_class, class);
}

#[test]
fn a_pass_verifies_only_beside_evidence_and_only_of_a_verifying_kind() {
    let class = |builder: Builder| criterion(&builder.own("A-1", 1).score(), "A-1").evidence_class;
    let item = || item("A-1", "2026-06-01");
    assert_eq!(class(Builder::new().check("A-1.1", Status::Pass)), 0);
    assert_eq!(class(Builder::new().evidence(item()).check("A-1.1", Status::Pass)), 3);
    assert_eq!(class(Builder::new().evidence(item()).check("A-1.3", Status::Pass)), 1, "doc.attestation");
    let worst = Builder::new().evidence(item()).check("A-1.1", Status::Pass).check("A-1.1", Status::Unknown);
    assert_eq!(class(worst), 1, "one of its probes is UNKNOWN");
}

fn counted(builder: Builder) -> CriterionScore {
    criterion(&builder.score(), "A-1").clone()
}

#[test]
fn a_failing_check_caps_the_answer() {
    let score = counted(verified().own("A-1", 4).check("A-1.1", Status::Fail));
    assert_eq!((score.effective, score.limit, score.confidence), (level(1), Limit::Check, 20));
    assert!(score.contradicted && score.fail_cap == Some(level(1)));
}

#[test]
fn a_check_that_tests_a_higher_level_does_not_bear() {
    let score = counted(verified().own("A-1", 1).check("A-1.1", Status::Fail));
    assert_eq!((score.effective, score.limit, score.contradicted), (level(1), Limit::None, false));
    assert_eq!(score.confidence, 100);
}

#[test]
fn the_lowest_failing_cap_counts() {
    let both = Builder::new().check("A-1.1", Status::Fail).check("A-1.2", Status::Fail).own("A-1", 4);
    assert_eq!(counted(both).fail_cap, Some(level(1)));
    let higher = Builder::new().check("A-1.2", Status::Fail).own("A-1", 4);
    assert_eq!(counted(higher).fail_cap, Some(level(3)));
}

#[test]
fn the_lower_of_evidence_and_check_limits() {
    // No evidence caps at 2; a failing check that caps at 3 limits nothing.
    let score = counted(Builder::new().own("A-1", 4).check("A-1.2", Status::Fail));
    assert_eq!((score.effective, score.limit, score.confidence), (level(2), Limit::Evidence, 20));
}

#[test]
fn when_both_caps_would_limit_the_check_is_named() {
    let documented = Builder::new().own("A-1", 4).evidence(item("A-1", "2026-06-01"));
    let score = counted(documented.check("A-1.2", Status::Fail));
    assert_eq!((score.evidence_class, score.effective, score.limit), (1, level(3), Limit::Check));
}

#[test]
fn a_first_fail_is_a_warning_that_lowers_the_confidence() {
    let warned = counted(verified().own("A-1", 4).probe("A-1.1", Status::Fail, 1, 60));
    assert_eq!((warned.effective, warned.confidence), (level(4), 65));
    let not_bearing = counted(verified().own("A-1", 1).probe("A-1.1", Status::Fail, 1, 60));
    assert_eq!(not_bearing.confidence, 100);
    let attested = counted(Builder::new().own("A-1", 4).check("A-1.1", Status::Warn));
    assert_eq!(attested.confidence, 40);
}

#[test]
fn an_overridden_fail_counts_as_a_warning() {
    let overridden = counted(verified().own("A-1", 4).overridden("A-1.1"));
    assert_eq!((overridden.effective, overridden.confidence), (level(4), 65));
    assert_eq!(overridden.bindings[0].state, Status::Warn);
    let second = counted(verified().own("A-1", 4).overridden("A-1.1").check("A-1.1", Status::Fail));
    assert_eq!(second.effective, level(1), "another probe still fails");
}

#[test]
fn an_old_confirmed_fail_still_counts() {
    let score = counted(verified().own("A-1", 4).probe("A-1.1", Status::Fail, 2, u64::MAX));
    assert!(score.contradicted);
}

#[test]
fn two_bindings_of_one_kind_are_judged_apart() {
    let score = counted(verified().own("A-1", 4).check("A-1.1", Status::Fail));
    let states: Vec<_> = score.bindings.iter().map(|binding| (binding.state, binding.bears)).collect();
    assert_eq!(states, [(Status::Fail, true), (Status::Pass, true), (Status::Unknown, true)]);
    assert_eq!(score.evidence_class, 3, "the passing binding still verifies");
}
