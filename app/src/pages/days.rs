//! The last ninety days of a check, one status a day.

use domain::check::Status;
use jiff::ToSpan as _;
use jiff::civil::Date;
use leptos::prelude::*;
use service::record::DaySummary;

use crate::charts::StatusStrip;
use crate::ui::day_short;

/// Days of a strip.
const DAYS: i32 = 90;

/// One status for each day, oldest first: the worst of its runs, UNKNOWN where nothing ran.
pub(crate) fn statuses(days: &[DaySummary], today: Date) -> Vec<Status> {
    let mut statuses = Vec::new();
    let mut date = first_day(today);
    while date <= today {
        statuses.push(days.iter().find(|day| day.date == date).map_or(Status::Unknown, worst));
        let Ok(next) = date.tomorrow() else { break };
        date = next;
    }
    statuses
}

pub(crate) fn first_day(today: Date) -> Date {
    today.checked_sub((DAYS - 1).days()).unwrap_or(today)
}

/// `what` begins the words: the integration and the kind.
pub(crate) fn strip(id: String, what: String, days: &[DaySummary], today: Date) -> AnyView {
    let span = format!("{DAYS} days from {} to {}", day_short(first_day(today)), day_short(today));
    let statuses = statuses(days, today);
    view! { <StatusStrip id what span statuses/> }.into_any()
}

const fn worst(day: &DaySummary) -> Status {
    if day.fail > 0 {
        Status::Fail
    } else if day.warn > 0 {
        Status::Warn
    } else if day.pass > 0 {
        Status::Pass
    } else {
        Status::Unknown
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_strip_has_one_status_for_each_day_and_the_worst_run_counts() {
        let today = date(2026, 11, 20);
        let ran = |date, pass, fail| DaySummary { date, pass, warn: 0, fail, unknown: 0 };
        let statuses = statuses(&[ran(date(2026, 11, 19), 23, 1), ran(today, 24, 0)], today);
        assert_eq!(statuses.len(), 90);
        assert_eq!(statuses[87..], [Status::Unknown, Status::Fail, Status::Pass]);
    }
}
