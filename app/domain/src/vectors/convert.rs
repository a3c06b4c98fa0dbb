//! Between the words of a vectors file and those of the scoring rule.

use std::collections::BTreeSet;

use super::{CaseAnswer, CaseCheck, CaseEvidence, CaseInput, CaseRating, CaseResult, Figures};
use crate::check::ProbeRecord;
use crate::code::BindingId;
use crate::framework::Framework;
use crate::scoring::{
    Answer, EvidenceItem, Exact, Input, ProbeInput, Rating, Score, Totals, display, fraction,
};

/// How many priorities a case lists.
const LISTED_PRIORITIES: usize = 10;

impl CaseInput {
    /// The input in the rule's words, or what in it the framework does not have.
    pub(super) fn to_scoring(&self, framework: &Framework) -> Result<Input, String> {
        let profiles = &framework.profiles;
        if let Some(code) =
            self.profiles.iter().find(|code| profiles.iter().all(|known| known.code != **code))
        {
            let known: Vec<&str> = profiles.iter().map(|known| known.code.as_str()).collect();
            return Err(format!("{} has no profile `{code}`; it has {}", framework.code, known.join(", ")));
        }
        let named = self.answers.keys().chain(self.own_targets.keys());
        let mut criteria = named.chain(self.evidence.iter().map(|item| &item.criterion));
        if let Some(code) = criteria.find(|code| framework.criterion(code).is_none()) {
            return Err(format!("{} has no criterion `{code}`", framework.code));
        }
        let bindings = framework.criteria().flat_map(|criterion| &criterion.bindings);
        let bindings: BTreeSet<&BindingId> = bindings.map(|binding| &binding.id).collect();
        if let Some(check) = self.checks.iter().find(|check| !bindings.contains(&check.check)) {
            return Err(format!("{} has no check `{}`", framework.code, check.check));
        }
        Ok(Input {
            profiles: self.profiles.clone(),
            as_of: self.as_of,
            target_level: self.target_level,
            own_targets: self.own_targets.clone(),
            independent_signoff: self.independent_signoff,
            answers: self.answers.iter().map(|(code, answer)| (code.clone(), answer.to_scoring())).collect(),
            evidence: self.evidence.iter().map(CaseEvidence::to_scoring).collect(),
            probes: self.checks.iter().map(CaseCheck::to_scoring).collect(),
        })
    }
}

impl CaseAnswer {
    fn to_scoring(&self) -> Answer {
        let rating = |rating| match rating {
            CaseRating::Level(level) => Rating::Level(level),
            CaseRating::NotApplicable(_) => Rating::NotApplicable,
        };
        Answer { own: self.own.map(rating), assessor: self.assessor.map(rating) }
    }
}

impl CaseEvidence {
    fn to_scoring(&self) -> EvidenceItem {
        EvidenceItem {
            criterion: self.criterion.clone(),
            duration: self.class,
            dated: self.dated,
            expires: self.expires,
            author: self.author.clone(),
            state: self.state,
            reviewer: self.reviewer.clone(),
        }
    }
}

impl CaseCheck {
    fn to_scoring(&self) -> ProbeInput {
        let record = ProbeRecord {
            status: self.status,
            consecutive_fails: self.consecutive_fails,
            age_seconds: self.age_seconds,
        };
        ProbeInput { binding: self.check.clone(), record, overridden: false }
    }
}

impl CaseResult {
    /// A score in the words of a vectors file.
    pub fn of(score: &Score) -> Self {
        Self {
            rated: score.totals.is_some(),
            display: score.totals.as_ref().map(|totals| figures(score, totals, rounded)),
            exact: score.totals.as_ref().map(|totals| figures(score, totals, fraction)),
            sublevel: score.totals.as_ref().map(|totals| totals.rung.clone()),
            findings: score
                .findings
                .iter()
                .map(|finding| (finding.kind, finding.subject.to_string()))
                .collect(),
            severities: score.findings.iter().map(|finding| finding.severity).collect(),
            adjudications: score.adjudications.clone(),
            priorities: score
                .priorities
                .iter()
                .take(LISTED_PRIORITIES)
                .map(|priority| (priority.criterion.clone(), fraction(&priority.priority)))
                .collect(),
        }
    }
}

fn figures<T>(score: &Score, totals: &Totals, show: impl Fn(&Exact) -> T) -> Figures<T> {
    Figures {
        claimed: show(&totals.claimed),
        overall: show(&totals.overall),
        assurance_gap: show(&totals.assurance_gap),
        confidence: show(&totals.confidence),
        completeness: show(&totals.completeness),
        domains: score
            .domains
            .iter()
            .filter_map(|domain| domain.score.as_ref().map(|exact| (domain.code.clone(), show(exact))))
            .collect(),
    }
}

/// The displayed text as JSON's number: nothing is computed with it.
fn rounded(value: &Exact) -> f64 {
    display(value).parse().expect("digits, a point and a digit are a number")
}
