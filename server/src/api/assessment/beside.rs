//! What a reader takes along with an assessment, so that all of it is of one instant and comes in one answer.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::StatusCode;
use domain::BindingId;
use serde::{Deserialize, Serialize};
use service::assessment::{Assessed, TiedCheck};
use service::{CheckId, Service};
use utoipa::{IntoParams, ToSchema};

use super::super::check::Check;
use super::super::evidence::Evidence;
use super::super::finding::Finding;
use super::super::problem::Problem;
use super::super::score::{Score, StatusName};
use super::super::time;

/// What is taken along.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::api) struct IncludeQuery {
    /// Any of `score`, `evidence`, `checks` and `findings`, with commas between them: they come in the same answer, of the
    /// same instant, whole.
    #[param(example = "score,evidence,checks,findings")]
    include: Option<String>,
}

/// A part that may be taken along.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Score,
    Evidence,
    Checks,
    Findings,
}

/// The same, understood.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Include(BTreeSet<Part>);

impl Include {
    pub(super) fn understood(query: &IncludeQuery) -> Result<Self, Problem> {
        let words = query.include.as_deref().unwrap_or_default().split(',');
        let parts = words.map(str::trim).filter(|word| !word.is_empty()).map(|word| match word {
            "score" => Ok(Part::Score),
            "evidence" => Ok(Part::Evidence),
            "checks" => Ok(Part::Checks),
            "findings" => Ok(Part::Findings),
            _ => {
                let detail =
                    "`include` takes `score`, `evidence`, `checks` and `findings`, with commas between them.";
                Err(Problem::new(StatusCode::BAD_REQUEST, detail))
            }
        });
        Ok(Self(parts.collect::<Result<_, _>>()?))
    }

    pub(super) fn has(&self, part: Part) -> bool {
        self.0.contains(&part)
    }
}

/// What stands beside the answers: only what `include` names.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub(super) struct Beside {
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<Score>,
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<Vec<Evidence>>,
    /// Those that are tied to its criteria.
    #[serde(skip_serializing_if = "Option::is_none")]
    checks: Option<Vec<CheckBeside>>,
    /// The open ones by kind, then by criterion or domain; the cleared ones after them, latest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    findings: Option<Vec<Finding>>,
}

/// A check, and how it stands for each criterion that it is tied to.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = CheckOfAssessment)]
struct CheckBeside {
    #[serde(flatten)]
    check: Check,
    bindings: Vec<StandingBeside>,
}

/// How a check stands for a binding of a criterion.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = StandingOfCheck)]
struct StandingBeside {
    #[schema(example = "PAT-1.1")]
    binding: String,
    /// The latest conclusive status for this binding; null before the first run.
    status: Option<StatusName>,
    consecutive_fails: u32,
    /// When the latest conclusive run ended.
    #[schema(format = DateTime)]
    seen_at: Option<String>,
    /// Somebody signed that its failure says nothing against the answer.
    attested: bool,
}

impl StandingBeside {
    fn of(binding: &BindingId, tied: &TiedCheck<'_>) -> Self {
        Self {
            binding: binding.to_string(),
            status: tied.standing.map(|standing| standing.status.into()),
            consecutive_fails: tied.standing.map_or(0, |standing| standing.consecutive_fails),
            seen_at: tied.standing.and_then(|standing| standing.concluded_at).map(time::shown),
            attested: tied.overridden.is_some(),
        }
    }
}

impl Beside {
    /// `findings` where they were asked for.
    pub(super) fn of(
        include: &Include,
        assessed: &Assessed,
        findings: Option<Vec<Finding>>,
        service: &Service,
    ) -> Self {
        let evidence = || assessed.bundle.evidence.iter().cloned().map(Evidence::from).collect();
        Self {
            score: include.has(Part::Score).then(|| Score::of(assessed, service)),
            evidence: include.has(Part::Evidence).then(evidence),
            checks: include.has(Part::Checks).then(|| checks(assessed, service)),
            findings,
        }
    }
}

/// The checks that are tied to the assessment's criteria, in the order of their ids.
fn checks(assessed: &Assessed, service: &Service) -> Vec<CheckBeside> {
    let mut checks: BTreeMap<CheckId, CheckBeside> = BTreeMap::new();
    for binding in assessed.framework.criteria().flat_map(|criterion| &criterion.bindings) {
        for tied in assessed.probes_of(&binding.id) {
            let new = || CheckBeside { check: Check::of(tied.check, service), bindings: Vec::new() };
            let check = checks.entry(tied.check.id).or_insert_with(new);
            check.bindings.push(StandingBeside::of(&binding.id, &tied));
        }
    }
    checks.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn understood(include: &str) -> Result<Include, Problem> {
        Include::understood(&IncludeQuery { include: Some(include.to_owned()) })
    }

    #[test]
    fn parts_are_named_with_commas_and_others_are_refused() {
        assert_eq!(understood("").unwrap(), Include::default());
        let two = Include(BTreeSet::from([Part::Score, Part::Findings]));
        assert_eq!(understood("findings, score").unwrap(), two);
        for unknown in ["answers", "score;evidence", "Score"] {
            assert!(understood(unknown).is_err(), "{unknown}");
        }
    }
}
