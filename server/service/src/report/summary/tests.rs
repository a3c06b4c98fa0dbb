use domain::CriterionCode;
use domain::framework::Framework;
use domain::scoring::{Input, Limit, Score, Scorer};
use jiff::civil::date;

use super::*;

fn framework() -> &'static Framework {
    domain::builtin::frameworks().iter().find(|framework| framework.code.as_str() == "B7").expect("built in")
}

fn exact(numerator: i128, denominator: i128) -> Exact {
    Exact::new(numerator, denominator)
}

fn totals(rung: &str, next: Option<&str>, claimed: Exact, overall: Exact) -> Totals {
    Totals {
        claimed,
        overall,
        assurance_gap: claimed - overall,
        confidence: exact(50, 1),
        completeness: exact(100, 1),
        rung: rung.into(),
        next: next.map(Into::into),
    }
}

fn answered(code: &str, claimed: u8, effective: u8, contradicted: bool) -> CriterionScore {
    CriterionScore {
        code: CriterionCode::from(code),
        standing: Standing::Answered(domain::Level::ALL[usize::from(claimed)]),
        evidence_class: 0,
        fail_cap: None,
        contradicted,
        effective: domain::Level::ALL[usize::from(effective)],
        limit: Limit::None,
        confidence: 40,
        bindings: Vec::new(),
    }
}

fn unanswered(code: &str) -> CriterionScore {
    CriterionScore { standing: Standing::Unanswered, ..answered(code, 0, 0, false) }
}

fn domain(code: &str, claimed: Exact, score: Exact) -> DomainScore {
    DomainScore {
        code: code.into(),
        score: Some(score),
        claimed: Some(claimed),
        applicable: 3,
        answered: 3,
        insufficient_coverage: false,
    }
}

#[test]
fn without_a_score_there_is_no_rung_and_nothing_else_is_said_of_one() {
    assert!(rung(framework(), None).contains("no score and no rung"));
    assert_eq!(domains(&[]), None);
}

#[test]
fn the_rung_is_named_with_its_place_on_the_ladder() {
    let rungs = &framework().sublevels;
    let (first, top) = (&rungs[0], &rungs[rungs.len() - 1]);
    let said = |code: &str, next: Option<&str>| {
        rung(framework(), Some(&totals(code, next, exact(1, 1), exact(1, 1))))
    };
    let floor = said(framework().floor.code.as_str(), Some(first.code.as_str()));
    assert!(
        floor.contains(&format!("below the first of the ladder, {} {}", first.code, first.name)),
        "{floor}"
    );
    let between = said(first.code.as_str(), Some(rungs[1].code.as_str()));
    assert_eq!(between, format!("The live rung is {} {}.", first.code, first.name));
    let highest = said(top.code.as_str(), None);
    assert!(highest.ends_with("the highest of the ladder."), "{highest}");
    assert_eq!(next(framework(), &totals(top.code.as_str(), None, exact(1, 1), exact(1, 1)), &[]), None);
}

#[test]
fn every_condition_in_the_way_is_counted_and_named() {
    let next_rung = &framework().sublevels[0].code;
    let gate = |code: &str| RungCondition::Gate {
        criterion: code.into(),
        least: domain::Level::ALL[2],
        seen: domain::Level::ALL[0],
    };
    let ladder = [RungStanding {
        code: next_rung.clone(),
        reached: false,
        conditions: vec![
            (RungCondition::Overall { least: 40, seen: exact(75, 2) }, ConditionStanding::Open),
            (gate("PAT-1"), ConditionStanding::Contradicted),
            (gate("PAT-2"), ConditionStanding::Open),
            (gate("PAT-3"), ConditionStanding::Met),
            (RungCondition::IndependentAssessor, ConditionStanding::Open),
        ],
    }];
    let totals = totals("Pre-8", Some(next_rung.as_str()), exact(50, 1), exact(75, 2));
    let said = next(framework(), &totals, &ladder).expect("there is a next rung");
    assert!(said.starts_with("4 of 5 conditions are in the way of 8.0 "), "{said}");
    for part in
        ["2 gates (PAT-1 and PAT-2)", "the proven score is 37.5, 40 is asked", "no independent assessor"]
    {
        assert!(said.contains(part), "{part}: {said}");
    }
}

#[test]
fn proof_says_how_much_is_claimed_only_and_in_how_many_answers() {
    let all = [answered("A", 3, 3, false), answered("B", 2, 2, false)];
    let said = proof(&totals("8.0", None, exact(125, 2), exact(125, 2)), &all);
    assert_eq!(said, "All that is claimed is proven: 62.5 of 100. 2 of 2 criteria are answered.");
    let one = [answered("A", 3, 1, true), unanswered("B")];
    let said = proof(&totals("8.0", None, exact(75, 2), exact(25, 2)), &one);
    let wanted = "37.5 of 100 is claimed and 12.5 proven. The difference of 25.0 points lies in one answer that counts \
                  for less than claimed. 1 of 2 criteria are answered.";
    assert_eq!(said, wanted);
    let none = [unanswered("A"), unanswered("B")];
    let said = proof(&totals("8.0", None, exact(0, 1), exact(0, 1)), &none);
    assert_eq!(said, "Nothing is claimed yet: none of 2 criteria is answered.");
}

#[test]
fn a_difference_that_rounding_hides_is_not_said_to_be_nothing() {
    let two = [answered("A", 3, 2, false), answered("B", 2, 2, false)];
    let said = proof(&totals("8.0", None, exact(5003, 100), exact(50, 1)), &two);
    assert!(said.contains("less than 0.1 points"), "{said}");
}

#[test]
fn domains_of_the_same_score_are_named_together() {
    let alike = [domain("PAT", exact(50, 1), exact(50, 1)), domain("GOV", exact(50, 1), exact(50, 1))];
    assert_eq!(domains(&alike).as_deref(), Some("All 2 domains are proven alike: 50.0."));
    assert_eq!(domains(&alike[..1]).as_deref(), Some("PAT is the only domain: 50.0 proven."));
    let three = [
        domain("PAT", exact(80, 1), exact(60, 1)),
        domain("GOV", exact(60, 1), exact(60, 1)),
        domain("NET", exact(40, 1), exact(100, 3)),
    ];
    let said = domains(&three).expect("they have scores");
    assert_eq!(
        said,
        "Of 3 domains PAT and GOV are strongest with 60.0 proven, NET weakest with 33.3. Claim and proof are furthest \
         apart in PAT: 20.0 points."
    );
}

#[test]
fn contradictions_are_named_and_none_is_said_too() {
    assert_eq!(contradictions(&[answered("A", 3, 3, false)]), "No check contradicts an answer.");
    let one = [answered("PAT-1", 3, 1, true), answered("A", 3, 3, false)];
    assert_eq!(contradictions(&one), "Checks contradict one answer: PAT-1 (claimed 3, counts 1).");
    let many: Vec<_> = (1..=8).map(|number| answered(&format!("P-{number}"), 3, 1, true)).collect();
    let said = contradictions(&many);
    assert!(said.starts_with("Checks contradict 8 answers: P-1 ") && said.ends_with("and 2 more."), "{said}");
}

#[test]
fn checks_are_counted_by_their_latest_runs() {
    assert!(checks(&[], 0).starts_with("No health check is set up"));
    let statuses = [Status::Pass, Status::Fail, Status::Pass, Status::Unknown];
    let said = checks(&statuses, 1);
    assert!(
        said.starts_with("4 checks by the latest runs: 2 passing, 1 failing, 1 not concluded."),
        "{said}"
    );
    assert!(said.ends_with("One failure is attested and counts as a warning."), "{said}");
    assert_eq!(checks(&[Status::Pass], 0), "1 check by the latest runs: 1 passing.");
}

#[test]
fn what_is_overdue_comes_before_what_is_due_next() {
    let dated = |what: &str, due, owner: &str| Dated { due, what: what.to_owned(), owner: owner.to_owned() };
    let today = date(2026, 11, 20);
    assert_eq!(ahead::due(&[], today), None);
    let all = [
        dated("PAT-1 (contradiction)", date(2026, 11, 1), "Integration team"),
        dated("PAT-2 (gap)", date(2026, 11, 10), ""),
        dated("GOV-1 (prove)", date(2026, 11, 20), ""),
        dated("GOV-2 (prove)", date(2026, 12, 20), ""),
    ];
    let said = ahead::due(&all, today).expect("there are days");
    assert_eq!(
        said,
        "2 are overdue, longest PAT-1 (contradiction) by 1 Nov 2026, Integration team. Due next: GOV-1 (prove) by 20 \
         Nov 2026. One more has a later date."
    );
}

/// Every sentence about the score, for a whole assessment.
fn about(framework: &Framework, score: &Score) -> Vec<String> {
    let Some(totals) = &score.totals else { return vec![rung(framework, None)] };
    let mut said =
        vec![rung(framework, Some(totals)), proof(totals, &score.criteria), contradictions(&score.criteria)];
    said.extend(next(framework, totals, &score.ladder));
    said.extend(domains(&score.domains));
    said
}

#[test]
fn an_empty_assessment_of_every_framework_is_summed_up_without_a_claim() {
    for framework in domain::builtin::frameworks() {
        let scorer =
            Scorer::new(framework, domain::builtin::check_kinds()).expect("a built-in framework is sound");
        let input = |profiles: Vec<domain::ProfileCode>| Input {
            profiles,
            as_of: date(2026, 11, 20),
            ..Input::default()
        };
        let all = framework.profiles.iter().map(|profile| profile.code.clone()).collect();
        let said = about(framework, &scorer.score(&input(all))).join(" ");
        assert!(said.contains("Nothing is claimed yet") && said.contains("in the way of"), "{said}");
        let said = about(framework, &scorer.score(&input(Vec::new())));
        assert_eq!(said.len(), 1, "nothing applies: {said:?}");
    }
}
