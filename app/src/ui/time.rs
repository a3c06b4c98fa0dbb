//! Dates and times as the screens say them: `20 Nov 2026`, `14:02`; in the reader's time zone, named in the footer.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use leptos::prelude::*;

/// The time zone in which the reader of a page wants to see instants, as a context of that page. Without it they are
/// shown in UTC: where nobody is signed in, and in documents that go from hand to hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone(pub TimeZone);

/// What `say` says of instants, in a reader's time zone, where no page is drawn.
pub fn in_zone<T>(zone: TimeZone, say: impl FnOnce() -> T) -> T {
    Owner::new().with(|| {
        provide_context(Zone(zone));
        say()
    })
}

fn zone() -> TimeZone {
    use_context::<Zone>().map_or(TimeZone::UTC, |Zone(zone)| zone)
}

/// `Europe/Berlin`, `UTC`.
pub fn zone_name() -> String {
    zone().iana_name().unwrap_or("UTC").to_owned()
}

/// `20 Nov 2026`.
pub fn day(date: Date) -> String {
    date.strftime("%-d %b %Y").to_string()
}

/// `20 Nov`, where the year is plain from what is around it.
pub fn day_short(date: Date) -> String {
    date.strftime("%-d %b").to_string()
}

/// The date of an instant.
pub fn date_of(at: Timestamp) -> Date {
    at.to_zoned(zone()).date()
}

/// `14:02`.
pub fn clock(at: Timestamp) -> String {
    at.to_zoned(zone()).strftime("%H:%M").to_string()
}

/// `20 Nov 2026, 14:02`.
pub fn moment(at: Timestamp) -> String {
    at.to_zoned(zone()).strftime("%-d %b %Y, %H:%M").to_string()
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
    fn instants_are_shown_in_the_readers_zone() {
        let at: Timestamp = "2026-11-20T22:02:59Z".parse().unwrap();
        let kathmandu = TimeZone::posix("<+0545>-5:45").unwrap();
        in_zone(kathmandu, || {
            assert_eq!(moment(at), "21 Nov 2026, 03:47");
            assert_eq!(clock(at), "03:47");
            assert_eq!(date_of(at), date(2026, 11, 21));
        });
    }

    #[test]
    fn without_a_reader_instants_are_shown_in_utc() {
        let at: Timestamp = "2026-11-21T00:02:59+02:00".parse().unwrap();
        assert_eq!(moment(at), "20 Nov 2026, 22:02");
        assert_eq!(clock(at), "22:02");
        assert_eq!(date_of(at), date(2026, 11, 20));
        assert_eq!(zone_name(), "UTC");
    }
}
