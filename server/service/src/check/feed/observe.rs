//! What a kind makes of the figures that were reported, beyond the conditions of criteria.

use std::collections::BTreeMap;

use domain::check::{
    CheckKind, Condition, ConditionResult, Message, Observations, Operator, Outcome, Parameters, Severity,
    Status, Value, judge,
};
use domain::framework::Binding;
use rust_decimal::Decimal;
use store::record::KeptReport;
use store::{FrameworkId, UnixMillis};

use super::schedule::Punctuality;

const DAY_MS: i64 = 24 * 3600 * 1000;
/// Ages in days that go on by themselves after they were reported: the next run or list comes with a report.
///
/// `silent_hours` of `publichealth.ack`, `silence_ratio` and `messages_24h` of `hl7v2.flow` do not. They say how long it was
/// silent, and how much had come, when they were reported; messages that came since are told by the next report alone, so
/// that nobody knows whether the silence went on. Counted on, a feed that reports once a day would be found silent each
/// evening. What they say stands until that report is due, is a warning where it is late, and is gone where it is missing:
/// an expected report that did not come decides nothing (`scoring.md`, section 6.1).
const AGES: [&str; 2] = ["run_age_days", "list_age_days"];
/// The rows of a file: whoever reports them reports a file.
pub(super) const ROWS: &str = "row_count";
/// A median is taken over so many files at most, and not over fewer than the least.
const FILES: usize = 8;
const LEAST_FILES: usize = 3;

/// Brings ages up to the present: the figures are as old as their report.
pub(super) fn age(kind: &CheckKind, figures: &mut Observations, observed_at: UnixMillis, now: UnixMillis) {
    let days = (now.0 - observed_at.0).max(0) / DAY_MS;
    for name in AGES.into_iter().filter(|name| kind.observation(name).is_some()) {
        match figures.get(name) {
            Some(Value::Integer(reported)) => {
                let aged = reported.saturating_add(days);
                figures.set(name, aged);
            }
            // A report comes when its run is completed, unless it says otherwise.
            None if name == "run_age_days" => figures.set(name, days),
            _ => {}
        }
    }
}

/// `attribution.cadence`: how far the newest list is past its cadence and grace.
pub(super) fn overdue_list(parameters: &Parameters, figures: &mut Observations) {
    let (Some(Value::Integer(age)), Some(cadence)) =
        (figures.get("list_age_days"), parameters.integer("list_cadence_days"))
    else {
        return;
    };
    let grace = parameters.integer("grace_days").unwrap_or(0);
    let overdue = age.saturating_sub(cadence.saturating_add(grace)).max(0);
    figures.set("overdue_days", overdue);
}

/// `file.freshness`: the report is the arrival.
pub(super) fn arrival(
    figures: &mut Observations,
    stands: Punctuality,
    reported_at: UnixMillis,
    now: UnixMillis,
) {
    let hours = |milliseconds: i64| {
        (Decimal::from(milliseconds.max(0)) / Decimal::from(3_600_000)).round_dp(2).normalize()
    };
    let overdue = match stands {
        Punctuality::InTime { .. } => Decimal::ZERO,
        Punctuality::Late { expected, .. } | Punctuality::Missing { expected } => hours(now.0 - expected.0),
    };
    figures.set("in_window", !matches!(stands, Punctuality::Missing { .. }));
    figures.set("age_hours", hours(now.0 - reported_at.0));
    figures.set("overdue_hours", overdue);
}

/// `file.schema`: how far the row count is from the median of the files before, in percent; `kept` begins with the
/// latest report.
pub(super) fn row_count(figures: &mut Observations, kept: &[KeptReport]) {
    let rows = |figures: &Observations| match figures.get(ROWS) {
        Some(Value::Integer(rows)) => Some(*rows),
        _ => None,
    };
    let Some(now) = rows(figures).filter(|_| figures.get("row_count_deviation_pct").is_none()) else {
        return;
    };
    let mut before: Vec<i64> =
        kept.iter().skip(1).filter_map(|kept| rows(&kept.observations)).take(FILES).collect();
    before.sort_unstable();
    let middle = before.len() / 2;
    let median = match before.len() {
        0..LEAST_FILES => return,
        even if even % 2 == 0 => {
            (Decimal::from(before[middle - 1]) + Decimal::from(before[middle])) / Decimal::TWO
        }
        _ => Decimal::from(before[middle]),
    };
    if let Some(share) = (Decimal::from(now) - median).abs().checked_div(median) {
        figures.set("row_count_deviation_pct", (share * Decimal::ONE_HUNDRED).round_dp(2).normalize());
    }
}

/// Says that the row count is further from the usual than the check's parameters tolerate: a warning.
pub(super) fn unusual_rows(parameters: &Parameters, figures: &Observations) -> Option<Message> {
    let seen = figures.get("row_count_deviation_pct").and_then(Value::number)?;
    let tolerated = parameters.number("row_tolerance_pct").filter(|tolerated| seen > *tolerated)?;
    let text = format!("The row count is {seen}% off the usual; {tolerated}% is tolerated.");
    Some(Message::new(Severity::Warning, text).at("row_count"))
}

/// How figures stand by themselves: each is held against the least demanding condition that any criterion sets on it,
/// for a kind is bound to several with conditions of rising strictness. A PASS where nothing is asked.
pub(in crate::check) fn least_asked(
    bindings: &[(FrameworkId, Binding)],
    kind: &CheckKind,
    outcome: &Outcome,
) -> (Status, Vec<Message>) {
    let mut best: BTreeMap<&str, (ConditionResult, &Condition)> = BTreeMap::new();
    for (_, binding) in bindings {
        let judged = judge(&binding.expect, kind, outcome);
        for (condition, result) in binding.expect.iter().zip(judged.conditions) {
            let (found, asked) = best.entry(&condition.observation).or_insert((result, condition));
            let less = rank(result) == rank(*found) && asks_less(condition, asked);
            if less || rank(result) < rank(*found) {
                (*found, *asked) = (result, condition);
            }
        }
    }
    let mut status = Status::Pass;
    let mut messages = Vec::new();
    for (name, (result, asked)) in best {
        let severity = match result {
            ConditionResult::Broken => Severity::Error,
            ConditionResult::NearMiss => Severity::Warning,
            ConditionResult::Fulfilled | ConditionResult::Undecided => continue,
        };
        status = match (status, result) {
            (_, ConditionResult::Broken) | (Status::Fail, _) => Status::Fail,
            _ => Status::Warn,
        };
        let seen = outcome.observations.get(name).map(ToString::to_string).unwrap_or_default();
        let asked = &asked.text;
        let text = format!("expected {asked}, the least that any criterion asks for, got {seen}");
        messages.push(Message::new(severity, text).at(name));
    }
    (status, messages)
}

/// Whether a condition asks for less than another one that sets a bound on the same side.
fn asks_less(condition: &Condition, other: &Condition) -> bool {
    let (Some(this), Some(that)) = (condition.value.number(), other.value.number()) else { return false };
    match (condition.operator, other.operator) {
        (Operator::AtLeast | Operator::Above, Operator::AtLeast | Operator::Above) => this < that,
        (Operator::AtMost | Operator::Below, Operator::AtMost | Operator::Below) => this > that,
        _ => false,
    }
}

const fn rank(result: ConditionResult) -> u8 {
    match result {
        ConditionResult::Fulfilled => 0,
        ConditionResult::NearMiss => 1,
        ConditionResult::Broken => 2,
        ConditionResult::Undecided => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(name: &str, value: i64) -> Observations {
        let mut figures = Observations::new();
        figures.set(name, value);
        figures
    }

    fn kept(rows: &[i64]) -> Vec<KeptReport> {
        let report = |(number, rows): (usize, &i64)| KeptReport {
            number: i64::try_from(number).unwrap(),
            reported_at: UnixMillis(0),
            observations: figures("row_count", *rows),
        };
        rows.iter().enumerate().map(report).collect()
    }

    #[test]
    fn a_row_count_is_held_against_the_median_of_the_eight_files_before() {
        let deviation = |rows: &[i64]| {
            let mut latest = figures("row_count", rows[0]);
            row_count(&mut latest, &kept(rows));
            latest.get("row_count_deviation_pct").map(ToString::to_string)
        };
        assert_eq!(deviation(&[80, 100, 101]), None, "two files have no usual size");
        assert_eq!(deviation(&[80, 99, 100, 101]).unwrap(), "20");
        assert_eq!(
            deviation(&[120, 100, 100, 100, 100, 100, 100, 100, 100, 9, 9, 9, 9, 9, 9]).unwrap(),
            "20"
        );
        assert_eq!(deviation(&[150, 90, 100, 110, 100]).unwrap(), "50");
        assert_eq!(deviation(&[5, 0, 0, 0]), None);
    }

    #[test]
    fn a_silence_is_as_long_as_it_was_reported() {
        for (code, name) in [("publichealth.ack", "silent_hours"), ("hl7v2.flow", "silence_ratio")] {
            let kind = domain::builtin::check_kinds().get(&code.into()).unwrap();
            let mut reported = figures(name, 1);
            age(kind, &mut reported, UnixMillis(0), UnixMillis(DAY_MS));
            assert_eq!(reported, figures(name, 1), "messages may have come since: {code}");
        }
    }

    #[test]
    fn an_attribution_list_grows_older_after_its_report() {
        let kind = domain::builtin::check_kinds().get(&"attribution.cadence".into()).unwrap();
        let raw = [("contract", "A"), ("list_cadence_days", "31"), ("grace_days", "4"), ("feed_token", "x")];
        let raw = raw.map(|(name, value)| (name.to_owned(), value.to_owned())).into_iter().collect();
        let parameters = Parameters::from_text(kind, &raw).unwrap();
        let mut list = figures("list_age_days", 34);
        age(kind, &mut list, UnixMillis(0), UnixMillis(3 * DAY_MS + 1));
        overdue_list(&parameters, &mut list);
        assert_eq!(list.get("list_age_days"), Some(&Value::Integer(37)));
        assert_eq!(list.get("overdue_days"), Some(&Value::Integer(2)));
    }
}
