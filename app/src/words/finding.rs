//! Findings in words: what is wrong in one line, and what clears it.

use std::collections::BTreeSet;

use domain::check::Status;
use domain::framework::Criterion;
use domain::scoring::{FindingKind, FindingSeverity, Standing, Step};
use service::assessment::Assessed;
use service::finding::{FindingCheck, FindingView};

use super::condition::expected;

/// `contradiction`.
pub fn finding_kind_word(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::Contradiction => "contradiction",
        FindingKind::Coverage => "coverage",
        FindingKind::Gap => "gap",
        FindingKind::Gate => "gate",
        FindingKind::Stale => "stale",
        FindingKind::Unanswered => "unanswered",
        FindingKind::Unsupported => "unsupported",
    }
}

/// `critical`.
pub fn severity_word(severity: FindingSeverity) -> &'static str {
    match severity {
        FindingSeverity::Low => "low",
        FindingSeverity::Medium => "medium",
        FindingSeverity::High => "high",
        FindingSeverity::Critical => "critical",
    }
}

/// `repair`, `prove` or `improve`.
pub fn step_word(step: Step) -> &'static str {
    match step {
        Step::RepairCheck => "repair",
        Step::Prove => "prove",
        Step::Improve => "improve",
    }
}

fn criterion_of<'a>(assessed: &'a Assessed, finding: &FindingView) -> Option<&'a Criterion> {
    finding.criterion.as_ref().and_then(|code| assessed.framework.criterion(code))
}

/// In the same order: checks of one kind often see the same.
fn each_once(mut causes: Vec<String>) -> Vec<String> {
    let mut told = BTreeSet::new();
    causes.retain(|cause| told.insert(cause.clone()));
    causes
}

/// Why a finding is raised, in one line: `Claimed 3, counts 1: days to expiry ≥ 30, seen 4 (PAT-1.4)`.
pub fn finding_cause(assessed: &Assessed, finding: &FindingView) -> String {
    let counts = finding.effective.get();
    match finding.record.kind {
        FindingKind::Contradiction => {
            let causes: Vec<_> = finding
                .checks
                .iter()
                .map(|check| {
                    let broken: Vec<_> = check
                        .conditions
                        .iter()
                        .filter(|condition| condition.result == domain::check::ConditionResult::Broken)
                        .map(expected)
                        .collect();
                    let broken = if broken.is_empty() { "no answer".to_owned() } else { broken.join("; ") };
                    format!("{broken} ({})", check.binding)
                })
                .collect();
            format!("{}, counts {counts}: {}", said(assessed, finding), each_once(causes).join("; "))
        }
        FindingKind::Gate => {
            let next = assessed.score.totals.as_ref().and_then(|totals| totals.next.as_ref());
            let gate = criterion_of(assessed, finding)
                .and_then(|criterion| criterion.gates.iter().find(|gate| Some(&gate.rung) == next));
            match gate {
                Some(gate) => format!("Counts {counts}, {} needs {}", gate.rung, gate.least.get()),
                None => format!("Counts {counts}, less than its gate"),
            }
        }
        FindingKind::Coverage => "More than 20% of its weight is left out as not applicable".to_owned(),
        FindingKind::Unanswered => {
            match finding.criterion.as_ref().and_then(|code| assessed.criterion_score(code)) {
                Some(score) if score.standing == Standing::PendingNotApplicable => {
                    "Not applicable, waiting for an assessor".to_owned()
                }
                _ => "No answer yet".to_owned(),
            }
        }
        FindingKind::Unsupported => unsupported(assessed, finding),
        FindingKind::Stale if finding.checks.is_empty() => "All evidence has expired".to_owned(),
        FindingKind::Stale => {
            let bindings: Vec<_> = finding.checks.iter().map(|check| check.binding.as_str()).collect();
            format!("A check is older than its freshness ({})", bindings.join(", "))
        }
        FindingKind::Gap => {
            let aimed = assessed.bundle.assessment.target_level;
            let target = finding.criterion.as_ref().map_or(aimed, |code| assessed.target_of(code));
            format!("Counts {counts}, target {}", target.get())
        }
    }
}

/// Whether an assessor's rating counts in place of another claim.
fn is_rated(assessed: &Assessed, finding: &FindingView) -> bool {
    finding.criterion.as_ref().and_then(|code| super::overruling(assessed, code)).is_some()
}

/// `Claimed 3`; `Rated 3` where an assessor's rating counts in place of another claim.
fn said(assessed: &Assessed, finding: &FindingView) -> String {
    let level = finding.claimed.map_or(0, domain::Level::get);
    format!("{} {level}", if is_rated(assessed, finding) { "Rated" } else { "Claimed" })
}

fn unsupported(assessed: &Assessed, finding: &FindingView) -> String {
    let said = said(assessed, finding);
    let class = finding
        .criterion
        .as_ref()
        .and_then(|code| assessed.criterion_score(code))
        .map(|score| &assessed.framework.evidence_classes[score.evidence_class.min(3)]);
    match class {
        Some(class) => {
            format!("{said}; {} answers count for {} at most", class.name, class.level_cap.get())
        }
        None => format!("{said}, more than its evidence carries"),
    }
}

/// How many places a finding names.
const PLACES: usize = 3;

/// Where a check looks: `Reference laboratory results (lab.example.org:2575)`, or the integration alone.
pub fn check_place(check: &FindingCheck) -> String {
    match &check.address {
        Some(address) => format!("{} ({address})", check.integration),
        None => check.integration.clone(),
    }
}

/// Where the checks behind a finding look: `Seen at Reference laboratory results (lab.example.org:2575)`. Nothing where it
/// is no check's.
pub fn finding_places(finding: &FindingView) -> Option<String> {
    let places = each_once(finding.checks.iter().map(check_place).collect());
    let seen = match finding.record.kind {
        FindingKind::Stale => "Last seen at",
        _ => "Seen at",
    };
    Some(format!("{seen} {}", listed(&places)?))
}

/// `A, B and C`, or `A, B, C and 2 more`.
fn listed(places: &[String]) -> Option<String> {
    let (shown, left) = places.split_at(places.len().min(PLACES));
    match (shown, left.len()) {
        ([], _) => None,
        ([one], 0) => Some(one.clone()),
        ([most @ .., last], 0) => Some(format!("{} and {last}", most.join(", "))),
        (_, more) => Some(format!("{} and {more} more", shown.join(", "))),
    }
}

/// What clears a finding.
pub fn finding_remedy(assessed: &Assessed, finding: &FindingView) -> String {
    let criterion = criterion_of(assessed, finding);
    let attach =
        || criterion.map_or_else(String::new, |c| format!("Attach: {}.", c.evidence.trim_end_matches('.')));
    match finding.record.kind {
        FindingKind::Contradiction => {
            let cap = finding.checks.iter().map(|check| check.fail_cap).min().unwrap_or(finding.effective);
            let said = if is_rated(assessed, finding) { "rating" } else { "answer" };
            format!("Mend what the check saw and run it again; or lower the {said} to {}.", cap.get())
        }
        FindingKind::Gate | FindingKind::Gap => match criterion {
            Some(criterion) => criterion.remediation.clone(),
            None => String::new(),
        },
        FindingKind::Coverage => "Answer some of what is left out as not applicable.".to_owned(),
        FindingKind::Unanswered => "Answer it, or give a reason why it does not apply.".to_owned(),
        FindingKind::Stale if finding.checks.iter().any(|check| check.status != Status::Unknown) => {
            "Run the check again.".to_owned()
        }
        FindingKind::Unsupported | FindingKind::Stale => attach(),
    }
}

#[cfg(test)]
mod tests {
    use super::{each_once, listed};

    #[test]
    fn what_several_checks_saw_alike_is_told_once() {
        let causes = ["chain (PAT-1.4)", "days (PAT-1.4)", "chain (PAT-1.4)"].map(ToOwned::to_owned).to_vec();
        assert_eq!(each_once(causes), ["chain (PAT-1.4)", "days (PAT-1.4)"]);
    }

    #[test]
    fn three_places_are_named_and_the_others_counted() {
        let said = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            listed(&names).unwrap_or_default()
        };
        assert_eq!(said(&[]), "");
        assert_eq!(said(&["A (a.example)"]), "A (a.example)");
        assert_eq!(said(&["A", "B", "C"]), "A, B and C");
        assert_eq!(said(&["A", "B", "C", "D", "E"]), "A, B, C and 2 more");
    }
}
