//! Words for the live rung over time: what changed, and what that came from.

use domain::live::{ChangeCause, Fraction};
use domain::scoring::display;
use service::record::{LiveRecord, Override};
use service::timeline::{Cause, LiveChange};

use super::ordinal;
use crate::ui::{clock, day, moment};

/// Causes in plain sight; the others are counted.
const NAMED: usize = 4;

/// `Live rung 8.1 since 20 Nov 2026, 12:03`.
pub fn live_since(live: &LiveRecord) -> Option<String> {
    let rung = live.result.rung.as_ref()?;
    Some(format!("Live rung {rung} since {}", moment(live.since.timestamp())))
}

/// `Rung 8.1 to 8.0, overall 68.2 to 64.9`.
pub fn change_words(change: &LiveChange) -> String {
    let record = &change.record;
    let none = || "unrated".to_owned();
    let rung = |rung: &Option<domain::RungCode>| rung.as_ref().map_or_else(none, ToString::to_string);
    let score = |overall: &Option<Fraction>| {
        overall.as_ref().and_then(Fraction::exact).map_or_else(none, |exact| display(&exact))
    };
    let mut parts = Vec::new();
    if record.from_rung != record.to_rung {
        parts.push(format!("Rung {} to {}", rung(&record.from_rung), rung(&record.to_rung)));
    }
    if record.from_overall != record.to_overall {
        let word = if parts.is_empty() { "Overall" } else { "overall" };
        parts.push(format!("{word} {} to {}", score(&record.from_overall), score(&record.to_overall)));
    }
    if parts.is_empty() {
        return "What is contradicted changed, the score did not".to_owned();
    }
    parts.join(", ")
}

/// The causes of a change, those first that a check is behind.
pub fn cause_lines(change: &LiveChange) -> Vec<String> {
    let mut causes: Vec<&Cause> = change.causes.iter().collect();
    causes.sort_by_key(|cause| (!cause.change.contradicted, cause.change.cause != ChangeCause::Check));
    let left = causes.len().saturating_sub(NAMED);
    let mut lines: Vec<_> = causes.into_iter().take(NAMED).map(cause_words).collect();
    if left > 0 {
        lines.push(format!("and {left} more criteria"));
    }
    if lines.is_empty() {
        lines.push("By what the assessment as a whole asks for".to_owned());
    }
    lines
}

/// `PAT-1: claimed 4, observed 2 at 12:03, 3rd failure running (Patient API)`.
pub fn cause_words(cause: &Cause) -> String {
    let change = &cause.change;
    let code = &change.criterion;
    let counts = format!("counts {} after {}", change.after.get(), change.before.get());
    let Some(claimed) = change.claimed else { return format!("{code}: not answered any more") };
    match (change.cause, &cause.check) {
        (ChangeCause::Answer, _) => format!("{code}: claimed {}, {counts}", claimed.get()),
        (ChangeCause::Evidence, _) => format!("{code}: its evidence changed, {counts}"),
        (ChangeCause::Check, Some(check)) if change.contradicted => {
            let at = check.seen_at.map(|at| format!(" at {}", clock(at.timestamp()))).unwrap_or_default();
            format!(
                "{code}: claimed {}, observed {}{at}, {} failure running ({})",
                claimed.get(),
                change.after.get(),
                ordinal(check.consecutive_fails),
                check.integration
            )
        }
        (ChangeCause::Check, Some(check)) => {
            let at = check.seen_at.map(|at| format!(", seen {}", clock(at.timestamp()))).unwrap_or_default();
            format!("{code}: {counts}, by {}{at}", check.integration)
        }
        (ChangeCause::Check, None) => format!("{code}: {counts}, by a check"),
    }
}

/// `overridden by Ana until 3 Jan 2027: “…”`.
pub fn override_words(attested: &Override) -> String {
    let until = day(attested.until.date());
    format!("overridden by {} until {until}: “{}”", attested.by_name, attested.reason)
}
