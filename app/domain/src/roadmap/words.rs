//! Steps and obstacles as sentences, the same in the API and on the screen.

use super::{Action, EvidenceNeed, Need, Obstacle, PlannedStep};
use crate::code::BindingId;
use crate::framework::Criterion;
use crate::scoring::display;

impl Action {
    /// `repair`: a word for a tag.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Repair => "repair",
            Self::Prove => "prove",
            Self::Improve => "improve",
        }
    }
}

impl PlannedStep {
    /// `1 to 3`, or `stays 2` where the level that counts is not what is at stake.
    pub fn levels(&self) -> String {
        if self.from == self.to {
            return format!("stays {}", self.to.get());
        }
        format!("{} to {}", self.from.get(), self.to.get())
    }

    /// The same as the end of a sentence: `from level 1 to 3`.
    pub fn change(&self) -> String {
        if self.effort == 0 {
            return format!("level {} is enough", self.to.get());
        }
        if self.from == self.to {
            return format!("the level stays {}", self.to.get());
        }
        format!("from level {} to {}", self.from.get(), self.to.get())
    }

    /// What is to be done, one sentence for each thing. `criterion` is the step's.
    pub fn lines(&self, criterion: &Criterion) -> Vec<String> {
        let mut lines = Vec::new();
        if self.effort == 0 {
            lines.push("Answer the question; level 0 is enough for the rung.".to_owned());
            return lines;
        }
        if let Some(claim) = self.claim {
            let remedy = criterion.remediation.trim();
            let until = format!("Until level {} is true.", claim.get());
            lines.push(if remedy.is_empty() { until } else { format!("{remedy} {until}") });
        }
        if let Some(evidence) = self.evidence {
            let deed = match evidence {
                EvidenceNeed::Attached => "Attach evidence",
                EvidenceNeed::Reviewed => "Attach evidence, and have somebody else than its author accept it",
                EvidenceNeed::Renewed => "Attach new evidence: what is there is too old for the rung",
                EvidenceNeed::RenewedAndReviewed => {
                    "Attach new evidence, since what is there is too old for the rung, and have it accepted"
                }
            };
            let what = criterion.evidence.trim().trim_end_matches('.');
            lines.push(if what.is_empty() { format!("{deed}.") } else { format!("{deed}: {what}.") });
        }
        if !self.repair.is_empty() {
            let listed: Vec<&str> = self.repair.iter().map(BindingId::as_str).collect();
            let check = if listed.len() == 1 { "check" } else { "checks" };
            lines.push(format!("Mend what the {check} {} saw, until it passes.", listed.join(", ")));
        }
        if let Some(binding) = &self.verify {
            lines.push(format!("Have the check {binding} pass: it verifies the answer."));
        }
        lines
    }
}

impl Obstacle {
    /// Why the rung is out of reach, and what would change that.
    pub fn sentence(&self) -> String {
        match self {
            Self::NothingApplies => {
                "No criterion applies to this organization's profiles, so there is no rung to reach."
                    .to_owned()
            }
            Self::Excluded { criterion, need } => {
                let why = match need {
                    Need::Gate(least) => format!("the rung's gate asks for level {}", least.get()),
                    Need::Contradiction => "a check contradicts it, which the rung does not bear".to_owned(),
                    Need::Evidence => "the rung asks for younger evidence".to_owned(),
                };
                format!("{criterion} is excluded, and {why}. Take it back in.")
            }
            Self::Gate { criterion, least, most } => format!(
                "The gate on {criterion} asks for level {}, and the best evidence there lets {} count.",
                least.get(),
                most.get()
            ),
            Self::Domain { code, least, most } => format!(
                "{code} scores at most {} with everything done that is not excluded, and {least} is asked of every domain.",
                display(most)
            ),
            Self::Overall { least, most } => format!(
                "Overall is at most {} with everything done that is not excluded, and {least} is asked.",
                display(most)
            ),
            Self::Confidence { least, most } => format!(
                "Confidence is at most {}% with everything proven that is not excluded, and {least}% is asked.",
                display(most)
            ),
            Self::Completeness { least, most } => format!(
                "Completeness is at most {}% with every question answered that is not excluded, and {least}% is asked.",
                display(most)
            ),
            Self::Coverage { domains } => {
                let listed: Vec<&str> = domains.iter().map(crate::code::DomainCode::as_str).collect();
                format!(
                    "More than 20% of {} was taken out as not applicable. Answer some of it, or give reasons for less.",
                    listed.join(", ")
                )
            }
        }
    }
}
