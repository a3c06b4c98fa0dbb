//! The invented assessment shows what the rule can do.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use domain::builtin;
use domain::example::assessment;
use domain::scoring::{Limit, score};

#[test]
fn the_example_of_every_framework_shows_proof_the_lack_of_it_and_a_contradiction() {
    for framework in builtin::frameworks() {
        let input = assessment(framework, builtin::check_kinds());
        let score = score(framework, builtin::check_kinds(), &input).unwrap();
        let some = |holds: fn(&domain::scoring::CriterionScore) -> bool| score.criteria.iter().any(holds);
        assert!(some(|criterion| criterion.evidence_class == 3), "{}: none verified", framework.code);
        assert!(some(|criterion| criterion.contradicted), "{}: none contradicted", framework.code);
        assert!(some(|criterion| criterion.limit == Limit::Evidence), "{}: none unproven", framework.code);
        let totals = score.totals.unwrap();
        assert!(totals.completeness < domain::scoring::Exact::from_integer(100), "{}", framework.code);
        assert!(totals.next.is_some(), "{}", framework.code);
    }
}
