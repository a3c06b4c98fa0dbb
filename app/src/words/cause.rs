//! Why an answer counts for less than it claims, and what to do about it.

use std::collections::BTreeMap;

use domain::check::{ConditionResult, Severity, Status};
use domain::framework::{Binding, Criterion, EvidenceClass};
use domain::scoring::{BindingScore, CriterionScore, Limit, Standing};
use domain::{BindingId, Level};
use service::assessment::{Assessed, TiedCheck};
use service::check::ConditionSeen;
use service::finding::FindingView;
use service::record;

use super::condition::{expected, phrase};
use super::{Paths, ordinal, override_words};
use crate::ui::moment;

/// What the checks saw for the conditions of contradicted bindings, as the findings keep it.
#[derive(Debug, Clone, Default)]
pub struct Seen(BTreeMap<BindingId, (Vec<ConditionSeen>, Option<String>)>);

impl Seen {
    /// Takes what is known from the findings of an assessment.
    pub fn of(findings: &[FindingView]) -> Self {
        let checks = findings.iter().flat_map(|finding| &finding.checks);
        let seen = checks.map(|check| {
            let error = check.messages.iter().find(|message| message.severity == Severity::Error);
            (check.binding.clone(), (check.conditions.clone(), error.map(|message| message.text.clone())))
        });
        Self(seen.collect())
    }

    /// What went wrong in the latest run of a binding's check, in the check's words.
    fn error(&self, binding: &BindingId) -> Option<&str> {
        self.0.get(binding).and_then(|(_, error)| error.as_deref())
    }

    /// The broken conditions of a binding with what was seen.
    fn broken(&self, binding: &BindingId) -> Vec<String> {
        let conditions = self.0.get(binding).map(|(conditions, _)| conditions.as_slice()).unwrap_or_default();
        conditions
            .iter()
            .filter(|condition| condition.result == ConditionResult::Broken)
            .map(expected)
            .collect()
    }
}

/// A sentence of a cause, with where to go about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    pub text: String,
    /// Address and words of a link at the end.
    pub link: Option<(String, String)>,
}

impl Remark {
    fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), link: None }
    }
}

/// Why a criterion counts as it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// `None` for information.
    pub status: Option<Status>,
    /// `Claimed 3, counts 1`.
    pub title: String,
    /// Why, then what to do.
    pub remarks: Vec<Remark>,
}

/// Why a criterion counts for less than it claims, or why it is left out; `None` where there is nothing to explain.
pub fn cause(
    assessed: &Assessed,
    criterion: &Criterion,
    score: &CriterionScore,
    seen: &Seen,
    paths: &Paths,
) -> Option<Cause> {
    match score.standing {
        Standing::OutOfProfile | Standing::Unanswered => None,
        Standing::PendingNotApplicable => Some(Cause {
            status: None,
            title: "Not applicable, waiting for an assessor".to_owned(),
            remarks: not_applicable(
                assessed,
                criterion,
                "Until an assessor agrees, it counts as unanswered.",
            ),
        }),
        Standing::ApprovedNotApplicable => Some(Cause {
            status: None,
            title: "Not applicable, approved".to_owned(),
            remarks: not_applicable(
                assessed,
                criterion,
                "An assessor agreed: it is left out of every sum. At most 20% of a domain's weight may be.",
            ),
        }),
        Standing::Answered(level) => answered(assessed, criterion, score, level, seen, paths),
    }
}

fn not_applicable(assessed: &Assessed, criterion: &Criterion, consequence: &str) -> Vec<Remark> {
    let reason = match assessed.own_answer(&criterion.code).map(|answer| &answer.claim) {
        Some(record::Claim::NotApplicable { reason }) => format!("“{reason}” "),
        _ => String::new(),
    };
    vec![Remark::text(format!("{reason}{consequence}"))]
}

fn answered(
    assessed: &Assessed,
    criterion: &Criterion,
    score: &CriterionScore,
    level: Level,
    seen: &Seen,
    paths: &Paths,
) -> Option<Cause> {
    let title = super::claim_and_count(level, score.effective);
    match score.limit {
        Limit::None => None,
        Limit::Evidence => {
            let class = &assessed.framework.evidence_classes[score.evidence_class.min(3)];
            let remarks = vec![Remark::text(evidence_remark(criterion, class, level, score.evidence_class))];
            Some(Cause { status: Some(Status::Warn), title, remarks })
        }
        Limit::Check => {
            let mut remarks: Vec<_> = contradicting(criterion, score)
                .map(|binding| contradiction(assessed, binding, seen, paths))
                .collect();
            remarks.push(Remark::text(format!(
                "Mend it and run the check again, or lower the answer to {}.",
                score.effective.get()
            )));
            Some(Cause { status: Some(Status::Fail), title, remarks })
        }
    }
}

fn evidence_remark(criterion: &Criterion, class: &EvidenceClass, level: Level, index: usize) -> String {
    let cap = class.level_cap.get();
    let why = if index == 0 {
        format!(
            "Nothing valid proves level {}. An answer without evidence counts for {cap} at most.",
            level.get()
        )
    } else {
        format!(
            "Evidence is on file, but nobody else has reviewed it and no check verifies it. Such an answer counts for \
             {cap} at most."
        )
    };
    let hint = criterion.evidence.trim_end_matches('.');
    let remedy = if index == 0 {
        format!("Attach evidence ({hint}), or lower the answer.")
    } else {
        "Have a reviewer accept an item, or let a tied check pass.".to_owned()
    };
    format!("{why} {remedy}")
}

/// The failing bindings that cap the answer.
fn contradicting<'a>(
    criterion: &'a Criterion,
    score: &'a CriterionScore,
) -> impl Iterator<Item = &'a Binding> {
    let failing = score.bindings.iter().filter(|binding| binding.bears && binding.state == Status::Fail);
    failing.filter_map(|failing| criterion.bindings.iter().find(|binding| binding.id == failing.id))
}

/// `Patient API, days to expiry: saw 4, needs ≥ 30 (PAT-1.4). 3rd failure running, seen 20 Nov 2026, 12:03.`
fn contradiction(assessed: &Assessed, binding: &Binding, seen: &Seen, paths: &Paths) -> Remark {
    let probes = assessed.probes_of(&binding.id);
    let failing =
        probes.iter().find(|probe| probe.standing.is_some_and(|standing| standing.status == Status::Fail));
    let Some(failing) = failing else {
        return Remark::text(format!("{} ({}) fails.", binding.id, binding.kind));
    };
    let broken = broken(binding, failing.standing, seen);
    let running = failing.standing.map(|standing| {
        let at = standing.concluded_at.map(|at| format!(", seen {}", moment(at.timestamp())));
        format!(" {} failure running{}.", ordinal(standing.consecutive_fails), at.unwrap_or_default())
    });
    let name = &failing.integration.details.name;
    let said =
        seen.error(&binding.id).map(|text| format!(" The check says: {}.", text.trim_end_matches('.')));
    let text = format!(
        "{name}, {broken} ({}).{}{}",
        binding.id,
        said.unwrap_or_default(),
        running.unwrap_or_default()
    );
    Remark { text, link: Some((paths.check(failing.check.id), "Open the check".to_owned())) }
}

/// What a failing binding expected, with what was seen where that is known.
fn broken(binding: &Binding, standing: Option<&record::Standing>, seen: &Seen) -> String {
    let known = seen.broken(&binding.id);
    if !known.is_empty() {
        return known.join("; ");
    }
    let results = standing.map(|standing| standing.conditions.as_slice()).unwrap_or_default();
    let broken: Vec<_> = binding
        .expect
        .iter()
        .zip(results)
        .filter(|(_, result)| **result == ConditionResult::Broken)
        .map(|(condition, _)| format!("needs {}", phrase(&condition.text)))
        .collect();
    if broken.is_empty() { "did not answer".to_owned() } else { broken.join("; ") }
}

/// With a capital letter at the beginning.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// One line about the checks tied to a binding: what they saw, and what it does to the answer.
pub fn check_line(
    binding: &Binding,
    score: &BindingScore,
    probes: &[TiedCheck<'_>],
    claimed: Option<Level>,
    seen: &Seen,
) -> String {
    if probes.is_empty() {
        return "No check is tied to it".to_owned();
    }
    let standings = || probes.iter().filter_map(|probe| probe.standing);
    let with = |status: Status| standings().find(|standing| standing.status == status);
    let overridden = probes.iter().find_map(|probe| probe.overridden);
    let line = match score.state {
        Status::Fail => {
            let failing = with(Status::Fail);
            let times = failing.map(|standing| standing.consecutive_fails).unwrap_or_default();
            format!("{}; {} failure running", sentence(&broken(binding, failing, seen)), ordinal(times))
        }
        Status::Warn => match with(Status::Fail) {
            Some(failing) if overridden.is_some() => format!(
                "{}; {} failure running, {}",
                sentence(&broken(binding, Some(failing), seen)),
                ordinal(failing.consecutive_fails),
                overridden.map(override_words).unwrap_or_default()
            ),
            Some(failing) => format!(
                "{}; failed {}, not often enough to count",
                sentence(&broken(binding, Some(failing), seen)),
                if failing.consecutive_fails == 1 {
                    "once".to_owned()
                } else {
                    format!("{} times", failing.consecutive_fails)
                }
            ),
            None => with(Status::Warn)
                .map_or_else(|| "Passes with a warning".to_owned(), |near| near_miss(binding, near)),
        },
        Status::Pass => format!("{0} of {0} conditions hold", binding.expect.len()),
        Status::Unknown => match standings().filter_map(|standing| standing.concluded_at).max() {
            Some(at) => format!("Nothing conclusive since {}", moment(at.timestamp())),
            None => "Never concluded".to_owned(),
        },
    };
    let cap = binding.fail_cap.get();
    match claimed {
        Some(_) if score.bears && score.state == Status::Fail => format!("{line}; caps this answer at {cap}"),
        Some(_) if !score.bears => format!("{line}; tests level {}, no effect here", cap + 1),
        _ => line,
    }
}

fn near_miss(binding: &Binding, standing: &record::Standing) -> String {
    let near: Vec<_> = binding
        .expect
        .iter()
        .zip(&standing.conditions)
        .filter(|(_, result)| **result == ConditionResult::NearMiss)
        .map(|(condition, _)| phrase(&condition.text))
        .collect();
    if near.is_empty() {
        "Passes with a warning".to_owned()
    } else {
        format!("Just misses {}", near.join("; "))
    }
}
