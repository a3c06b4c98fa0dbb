//! Actions in words: what they are made of, how far they are, what is behind them.

use domain::Level;
use domain::check::Status;
use domain::roadmap::{Action as Deed, PlannedStep};
use domain::scoring::FindingKind;
use service::action::{ActionView, Behind};
use service::assessment::Assessed;
use service::finding::FindingView;
use service::record::{ActionSource, ActionState, Cost, FindingNow};

use super::{finding_cause, finding_kind_word, finding_places, finding_remedy};
use crate::ui::{date_of, day};

/// The text that an action starts with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    pub title: String,
    pub note: String,
}

/// `in progress`.
pub fn action_state_word(state: &ActionState) -> &'static str {
    match state {
        ActionState::Open => "open",
        ActionState::InProgress => "in progress",
        ActionState::Done => "done",
        ActionState::Dropped { .. } => "dropped",
    }
}

/// `contradiction on PAT-1`, `step on PAT-1 to 3`.
pub fn action_source_words(source: &ActionSource) -> String {
    match source {
        ActionSource::Finding { kind, subject } => format!("{} on {subject}", finding_kind_word(*kind)),
        ActionSource::Step { criterion, aim } => format!("step on {criterion} to {}", aim.get()),
    }
}

/// Nothing counts 0.
fn counted(counts: Option<Level>) -> u8 {
    counts.map_or(0, Level::get)
}

/// How that stands which the action was made for; with a sign where it is settled, and where the action is done and it
/// is not.
pub fn behind_words(view: &ActionView) -> (Option<Status>, String) {
    let words = match (view.behind, &view.action().source) {
        (Behind::Finding(FindingNow::Cleared { at }), _) => {
            format!("Finding cleared {}", day(date_of(at.timestamp())))
        }
        (Behind::Finding(FindingNow::Raised), _) if view.is_unfinished() => "Finding raised".to_owned(),
        (Behind::Finding(FindingNow::Raised), _) => "Finding still raised".to_owned(),
        (Behind::Step { counts, aim }, ActionSource::Step { criterion, .. }) => {
            format!("{criterion} counts {}, aimed at {}", counted(counts), aim.get())
        }
        (Behind::Step { counts, aim }, _) => format!("Counts {}, aimed at {}", counted(counts), aim.get()),
    };
    let done = view.action().content.state == ActionState::Done;
    let status = match (view.behind.is_settled(), done) {
        (true, _) => Some(Status::Pass),
        (false, true) => Some(Status::Warn),
        (false, false) => None,
    };
    (status, words)
}

/// `12,000 USD, 40 h`; `–` where nobody estimated it.
pub fn cost_words(cost: &Cost) -> String {
    let money = cost.money.as_ref().map(|money| format!("{} {}", grouped(money.amount), money.currency));
    let hours = cost.hours.map(|hours| format!("{} h", grouped(i64::from(hours))));
    let parts: Vec<String> = money.into_iter().chain(hours).collect();
    if parts.is_empty() { "–".to_owned() } else { parts.join(", ") }
}

/// A number of 0 or more with a comma at each thousand.
fn grouped(number: i64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// What an action about a finding starts with.
pub fn finding_draft(assessed: &Assessed, finding: &FindingView) -> Draft {
    let subject = &finding.record.subject;
    let deed = match finding.record.kind {
        FindingKind::Contradiction => format!("Mend what contradicts {subject}"),
        FindingKind::Coverage => format!("Answer more of {subject}"),
        FindingKind::Gap => format!("Raise {subject}"),
        FindingKind::Gate => format!("Reach the gate on {subject}"),
        FindingKind::Stale => format!("Renew the proof of {subject}"),
        FindingKind::Unanswered => format!("Answer {subject}"),
        FindingKind::Unsupported => format!("Prove {subject}"),
    };
    let criterion = finding.criterion.as_ref().and_then(|code| assessed.framework.criterion(code));
    let title = titled(deed, criterion.map(|criterion| criterion.title.as_str()));
    let place = finding_places(finding).map(|place| format!("{place}.")).unwrap_or_default();
    let parts = [finding_cause(assessed, finding), place, finding_remedy(assessed, finding)];
    let parts = parts.into_iter().filter(|part| !part.is_empty());
    Draft { title, note: parts.collect::<Vec<_>>().join("\n") }
}

/// What an action about a step of the roadmap starts with.
pub fn step_draft(assessed: &Assessed, step: &PlannedStep) -> Draft {
    let (criterion, to) = (&step.criterion, step.to.get());
    let deed = match step.action {
        Deed::Answer => format!("Answer {criterion}"),
        Deed::Repair => format!("Repair the checks of {criterion}"),
        Deed::Prove => format!("Prove {criterion} at level {to}"),
        Deed::Improve => format!("Bring {criterion} to level {to}"),
    };
    let known = assessed.framework.criterion(criterion);
    let note = known.map(|known| step.lines(known).join("\n")).unwrap_or_default();
    Draft { title: titled(deed, known.map(|known| known.title.as_str())), note }
}

fn titled(deed: String, criterion: Option<&str>) -> String {
    match criterion {
        Some(title) => format!("{deed}: {title}").chars().take(200).collect(),
        None => deed,
    }
}

#[cfg(test)]
mod tests {
    use service::record::Money;

    use super::*;

    #[test]
    fn a_cost_says_what_was_estimated_and_nothing_else() {
        let money = |amount| Some(Money { amount, currency: "USD".to_owned() });
        assert_eq!(cost_words(&Cost::default()), "–");
        assert_eq!(cost_words(&Cost { money: money(0), hours: None }), "0 USD");
        assert_eq!(cost_words(&Cost { money: money(1_234_567), hours: Some(40) }), "1,234,567 USD, 40 h");
        assert_eq!(cost_words(&Cost { money: None, hours: Some(1_000) }), "1,000 h");
    }
}
