//! Why an answer counts for less than it claims, and what to do about it.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use domain::check::{ConditionResult, Severity, Status};
use domain::framework::{Binding, Criterion, EvidenceClass};
use domain::scoring::{BindingScore, CriterionScore, Limit, Standing};
use domain::{BindingId, Level};
use service::assessment::{Assessed, TiedCheck};
use service::check::ConditionSeen;
use service::finding::FindingView;
use service::{CheckId, record};

use super::condition::{expected, phrase};
use super::{Paths, ordinal, override_words};
use crate::ui::moment;

/// What each check saw for the conditions of contradicted bindings, as the findings keep it: several checks may be tied to
/// one binding.
#[derive(Debug, Clone, Default)]
pub struct Seen(BTreeMap<(BindingId, CheckId), (Vec<ConditionSeen>, Option<String>)>);

impl Seen {
    /// Takes what is known from the findings of an assessment.
    pub fn of(findings: &[FindingView]) -> Self {
        let checks = findings.iter().flat_map(|finding| &finding.checks);
        let seen = checks.map(|check| {
            let error = check.messages.iter().find(|message| message.severity == Severity::Error);
            let seen = (check.conditions.clone(), error.map(|message| message.text.clone()));
            ((check.binding.clone(), check.check), seen)
        });
        Self(seen.collect())
    }

    /// What went wrong in the latest run of a check, in its own words.
    fn error(&self, binding: &BindingId, check: CheckId) -> Option<&str> {
        self.0.get(&(binding.clone(), check)).and_then(|(_, error)| error.as_deref())
    }

    /// The broken conditions of a binding with what the check saw.
    fn broken(&self, binding: &BindingId, check: CheckId) -> Vec<String> {
        let known = self.0.get(&(binding.clone(), check));
        let conditions = known.map(|(conditions, _)| conditions.as_slice()).unwrap_or_default();
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
        Standing::ApprovedNotApplicable => {
            let consequence = match super::overruling(assessed, &criterion.code) {
                Some(_) => {
                    "An assessor said so: it is left out of every sum. At most 20% of a domain's weight may be."
                }
                None => {
                    "An assessor agreed: it is left out of every sum. At most 20% of a domain's weight may be."
                }
            };
            Some(Cause {
                status: None,
                title: "Not applicable, approved".to_owned(),
                remarks: not_applicable(assessed, criterion, consequence),
            })
        }
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
    // What is claimed is the organization's word; another rating takes its place, and is what could be lowered.
    let (title, said) = match super::overruling(assessed, &criterion.code) {
        Some(_) => (format!("Rated {}, counts {}", level.get(), score.effective.get()), "rating"),
        None => (super::claim_and_count(level, score.effective), "answer"),
    };
    match score.limit {
        Limit::None => None,
        Limit::Evidence => {
            let class = &assessed.framework.evidence_classes[score.evidence_class.min(3)];
            let remark = evidence_remark(criterion, class, level, score.evidence_class, said);
            let remarks = vec![Remark::text(remark)];
            Some(Cause { status: Some(Status::Warn), title, remarks })
        }
        Limit::Check => {
            let mut remarks: Vec<_> = contradicting(criterion, score)
                .map(|binding| contradiction(assessed, binding, seen, paths))
                .collect();
            remarks.push(Remark::text(format!(
                "Mend it and run the check again, or lower the {said} to {}.",
                score.effective.get()
            )));
            Some(Cause { status: Some(Status::Fail), title, remarks })
        }
    }
}

/// `said`: what could be lowered, the answer or the rating.
fn evidence_remark(
    criterion: &Criterion,
    class: &EvidenceClass,
    level: Level,
    index: usize,
    said: &str,
) -> String {
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
        format!("Attach evidence ({hint}), or lower the {said}.")
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
    let Some((failing, standing)) = worst(&probes) else {
        return Remark::text(format!("{} ({}) fails.", binding.id, binding.kind));
    };
    let broken = broken(binding, standing, seen);
    let at = standing.concluded_at.map(|at| format!(", seen {}", moment(at.timestamp()))).unwrap_or_default();
    let running = format!(" {} failure running{at}.", ordinal(standing.consecutive_fails));
    let name = &failing.integration.details.name;
    let said = seen.error(&binding.id, failing.check.id);
    let said = said.map(|text| format!(" The check says: {}.", text.trim_end_matches('.')));
    let text = format!("{name}, {broken} ({}).{}{running}", binding.id, said.unwrap_or_default());
    Remark { text, link: Some((paths.check(failing.check.id), "Open the check".to_owned())) }
}

/// Of the checks tied to a binding the one that fails, and failed most often running: one that nobody attests against
/// first. What it saw is told, and how often it failed, never that of one with that of another.
fn worst<'p, 'a>(probes: &'p [TiedCheck<'a>]) -> Option<(&'p TiedCheck<'a>, &'a record::Standing)> {
    let standing = |probe: &'p TiedCheck<'a>| probe.standing.map(|standing| (probe, standing));
    let failing = probes.iter().filter_map(standing).filter(|(_, standing)| standing.status == Status::Fail);
    failing.min_by_key(|(probe, standing)| (probe.overridden.is_some(), Reverse(standing.consecutive_fails)))
}

/// What a failing binding expected, with what was seen where that is known.
fn broken(binding: &Binding, standing: &record::Standing, seen: &Seen) -> String {
    let known = seen.broken(&binding.id, standing.check);
    if !known.is_empty() {
        return known.join("; ");
    }
    let broken: Vec<_> = binding
        .expect
        .iter()
        .zip(&standing.conditions)
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
    let failing = worst(probes).map(|(_, standing)| standing);
    let overridden = probes.iter().find_map(|probe| probe.overridden);
    let line = match score.state {
        Status::Fail => failing.map_or_else(
            || "Fails".to_owned(),
            |failing| {
                let times = ordinal(failing.consecutive_fails);
                format!("{}; {times} failure running", sentence(&broken(binding, failing, seen)))
            },
        ),
        Status::Warn => match failing {
            Some(failing) if overridden.is_some() => format!(
                "{}; {} failure running, {}",
                sentence(&broken(binding, failing, seen)),
                ordinal(failing.consecutive_fails),
                overridden.map(override_words).unwrap_or_default()
            ),
            Some(failing) => format!(
                "{}; failed {}, not often enough to count",
                sentence(&broken(binding, failing, seen)),
                if failing.consecutive_fails == 1 {
                    "once".to_owned()
                } else {
                    format!("{} times", failing.consecutive_fails)
                }
            ),
            None => standings()
                .find(|standing| standing.status == Status::Warn)
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

#[cfg(test)]
mod tests {
    use service::record::{Check, Integration, IntegrationDetails};
    use service::{FrameworkId, IntegrationId, OrgId, RunId, UnixMillis};

    use super::*;

    fn pat_1_4() -> &'static Binding {
        let framework =
            domain::builtin::frameworks().iter().find(|framework| framework.code.as_str() == "B7");
        let criterion =
            framework.and_then(|framework| framework.criterion(&"PAT-1".into())).expect("built in");
        criterion.bindings.iter().find(|binding| binding.id.as_str() == "PAT-1.4").expect("built in")
    }

    fn check(integration: &Integration) -> Check {
        Check {
            id: CheckId::new(),
            org: integration.org,
            integration: integration.id,
            kind: "tls.certificate".into(),
            parameters: "{}".to_owned(),
            interval_seconds: 60,
            enabled: true,
            created_at: UnixMillis(0),
            next_due_at: UnixMillis(0),
        }
    }

    fn failed(check: &Check, times: u32) -> record::Standing {
        record::Standing {
            check: check.id,
            framework: FrameworkId::new(),
            binding: "PAT-1.4".into(),
            status: Status::Fail,
            consecutive_fails: times,
            concluded_at: None,
            last_status: Status::Fail,
            last_run: RunId::new(),
            conditions: Vec::new(),
        }
    }

    #[test]
    fn of_several_failing_checks_the_line_tells_one_that_counts_with_what_it_saw() {
        let details = IntegrationDetails { name: "Gateway".to_owned(), ..IntegrationDetails::default() };
        let (id, org) = (IntegrationId::new(), OrgId::new());
        let integration = Integration { id, org, details, created_at: UnixMillis(0), unowned_since: None };
        let checks = [check(&integration), check(&integration)];
        let standings = [failed(&checks[0], 1), failed(&checks[1], 3)];
        let tied = |at: usize| TiedCheck {
            check: &checks[at],
            integration: &integration,
            standing: Some(&standings[at]),
            overridden: None,
        };
        let saw = |days: &str| {
            let expected = "days_to_expiry >= 30".to_owned();
            vec![ConditionSeen { expected, seen: Some(days.to_owned()), result: ConditionResult::Broken }]
        };
        let key = |at: usize| (BindingId::from("PAT-1.4"), checks[at].id);
        let seen = Seen(BTreeMap::from([(key(0), (saw("2"), None)), (key(1), (saw("9"), None))]));
        let score = BindingScore { id: "PAT-1.4".into(), state: Status::Fail, bears: true };
        for probes in [[tied(0), tied(1)], [tied(1), tied(0)]] {
            let line = check_line(pat_1_4(), &score, &probes, Some(Level::ALL[4]), &seen);
            assert!(line.contains("saw 9") && line.contains("3rd failure running"), "{line}");
        }
    }
}
