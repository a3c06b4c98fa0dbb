//! Dates and times as the screens say them: `20 Nov 2026`, `14:02`; always UTC, named in the footer.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use leptos::prelude::*;

/// `20 Nov 2026`.
pub fn day(date: Date) -> String {
    date.strftime("%-d %b %Y").to_string()
}

/// `20 Nov`, where the year is plain from what is around it.
pub fn day_short(date: Date) -> String {
    date.strftime("%-d %b").to_string()
}

/// The date of an instant in UTC.
pub fn date_of(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

/// `14:02`.
pub fn clock(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%H:%M").to_string()
}

/// `20 Nov 2026, 14:02`.
pub fn moment(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%-d %b %Y, %H:%M").to_string()
}

/// A date that machines can read too: `20 Nov 2026`.
#[component]
pub fn Day(date: Date) -> impl IntoView {
    view! { <time datetime=date.to_string()>{day(date)}</time> }.into_any()
}

/// An instant that machines can read too: `20 Nov 2026, 14:02`.
#[component]
pub fn Moment(at: Timestamp) -> impl IntoView {
    view! { <time datetime=at.to_string()>{moment(at)}</time> }.into_any()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn dates_are_day_month_year_without_a_leading_zero() {
        assert_eq!(day(date(2026, 11, 20)), "20 Nov 2026");
        assert_eq!(day(date(2027, 3, 2)), "2 Mar 2027");
        assert_eq!(day_short(date(2026, 11, 9)), "9 Nov");
    }

    #[test]
    fn instants_are_shown_in_utc() {
        let at: Timestamp = "2026-11-21T00:02:59+02:00".parse().unwrap();
        assert_eq!(moment(at), "20 Nov 2026, 22:02");
        assert_eq!(clock(at), "22:02");
        assert_eq!(date_of(at), date(2026, 11, 20));
    }
}
