//! What a score comes to, as a snapshot keeps it: exact, and in the framework's order.

use domain::scoring::{CriterionScore, Score, Standing, fraction};
use serde_json::{Value, json};

pub(super) fn output(score: &Score) -> Value {
    let totals = score.totals.as_ref().map(|totals| {
        json!({
            "rung": totals.rung, "next": totals.next,
            "overall": fraction(&totals.overall), "claimed": fraction(&totals.claimed),
            "assurance_gap": fraction(&totals.assurance_gap), "confidence": fraction(&totals.confidence),
            "completeness": fraction(&totals.completeness),
        })
    });
    let domains: Vec<Value> = score
        .domains
        .iter()
        .map(|domain| {
            json!({
                "code": domain.code,
                "score": domain.score.as_ref().map(fraction), "claimed": domain.claimed.as_ref().map(fraction),
                "applicable": domain.applicable, "answered": domain.answered,
                "insufficient_coverage": domain.insufficient_coverage,
            })
        })
        .collect();
    let criteria: Vec<Value> = score.criteria.iter().map(criterion).collect();
    let findings: Vec<Value> = score
        .findings
        .iter()
        .map(|finding| {
            json!({ "kind": finding.kind, "subject": finding.subject, "severity": finding.severity })
        })
        .collect();
    json!({
        "totals": totals, "domains": domains, "criteria": criteria, "findings": findings,
        "adjudications": score.adjudications,
    })
}

fn criterion(score: &CriterionScore) -> Value {
    let standing = match score.standing {
        Standing::OutOfProfile => "out_of_profile",
        Standing::ApprovedNotApplicable => "approved_not_applicable",
        Standing::PendingNotApplicable => "pending_not_applicable",
        Standing::Unanswered => "unanswered",
        Standing::Answered(_) => "answered",
    };
    let bindings: Vec<Value> =
        score.bindings.iter().map(|binding| json!({ "id": binding.id, "state": binding.state })).collect();
    json!({
        "code": score.code, "standing": standing, "level": score.claimed(), "effective": score.effective,
        "evidence_class": format!("E{}", score.evidence_class), "fail_cap": score.fail_cap,
        "contradicted": score.contradicted, "confidence": score.confidence, "bindings": bindings,
    })
}
