//! Business hours: the times of the week in which a report is awaited.

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

const DAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Monday),
    ("tue", Weekday::Tuesday),
    ("wed", Weekday::Wednesday),
    ("thu", Weekday::Thursday),
    ("fri", Weekday::Friday),
    ("sat", Weekday::Saturday),
    ("sun", Weekday::Sunday),
];
/// The most windows that a week may have.
const MOST: usize = 28;
/// So many days are walked through in search of a time: more than the longest interval, were one minute a week open.
const WALK: usize = 20 * 366;

const HELP: &str = "Write business hours like `Mon-Fri 08:00-18:00`, several with a semicolon between: \
                    `Mon-Fri 08:00-18:00; Sat 09:00-12:00`.";

/// When on some days of the week it is open. A window that ends at or before its beginning ends on the next day.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Window {
    days: Vec<Weekday>,
    from: Time,
    /// `None` for the end of the day.
    to: Option<Time>,
}

/// The opening times of a week in a zone; without any window it is always open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hours {
    windows: Vec<Window>,
    zone: TimeZone,
}

/// A stretch of time in which it is open; `end` is not part of it.
struct Opening {
    begin: Timestamp,
    end: Timestamp,
}

impl Hours {
    /// Reads what people write; an empty text is around the clock.
    pub(super) fn read(text: &str, zone: TimeZone) -> Result<Self, String> {
        let parts = text.split([';', '\n']).map(str::trim).filter(|part| !part.is_empty());
        let windows: Option<Vec<Window>> = parts.map(window).collect();
        let windows = windows.filter(|windows| windows.len() <= MOST).ok_or(HELP)?;
        Ok(Self { windows, zone })
    }

    /// The instant at which it has been open for so many seconds since `start`.
    pub(super) fn after(&self, start: Timestamp, seconds: i64) -> Timestamp {
        if self.windows.is_empty() {
            return add(start, seconds);
        }
        let (mut now, mut left) = (start, seconds.max(0));
        for opening in self.openings(start) {
            let begin = now.max(opening.begin);
            let open = opening.end.as_second() - begin.as_second();
            if open <= 0 {
                continue;
            }
            if left <= open {
                return add(begin, left);
            }
            left -= open;
            now = opening.end;
        }
        now
    }

    /// For how many seconds it is open between two instants.
    pub(super) fn open_between(&self, from: Timestamp, to: Timestamp) -> i64 {
        if self.windows.is_empty() {
            return (to.as_second() - from.as_second()).max(0);
        }
        let (mut now, mut open) = (from, 0);
        for opening in self.openings(from).take_while(|opening| opening.begin < to) {
            let (begin, end) = (now.max(opening.begin), to.min(opening.end));
            if begin < end {
                open += end.as_second() - begin.as_second();
                now = end;
            }
        }
        open
    }

    pub(super) fn is_open(&self, at: Timestamp) -> bool {
        let opens = |opening: &Opening| opening.begin <= at && at < opening.end;
        self.windows.is_empty() || self.openings(at).take(2 * MOST).any(|opening| opens(&opening))
    }

    /// When it opens next after an instant at which it is closed.
    pub(super) fn opens_after(&self, at: Timestamp) -> Option<Timestamp> {
        self.openings(at).map(|opening| opening.begin).find(|begin| *begin > at)
    }

    /// From the day before an instant on, in the order of their beginning.
    fn openings(&self, from: Timestamp) -> impl Iterator<Item = Opening> {
        let first = from.to_zoned(self.zone.clone()).date();
        let first = first.yesterday().unwrap_or(first);
        let days = std::iter::successors(Some(first), |day| day.tomorrow().ok());
        days.take(WALK).flat_map(|day| {
            let today = self.windows.iter().filter(|window| window.days.contains(&day.weekday()));
            let mut openings: Vec<_> = today.filter_map(|window| self.opening(window, day)).collect();
            openings.sort_by_key(|opening| opening.begin);
            openings
        })
    }

    fn opening(&self, window: &Window, day: Date) -> Option<Opening> {
        let instant = |day: Date, time: Time| {
            // A time that a change of clocks leaves out is moved on; of two the earlier counts.
            Some(day.to_datetime(time).to_zoned(self.zone.clone()).ok()?.timestamp())
        };
        let end = match window.to {
            Some(to) if to > window.from => instant(day, to)?,
            Some(to) => instant(day.tomorrow().ok()?, to)?,
            None => instant(day.tomorrow().ok()?, Time::midnight())?,
        };
        Some(Opening { begin: instant(day, window.from)?, end })
    }
}

fn add(at: Timestamp, seconds: i64) -> Timestamp {
    at.checked_add(seconds.seconds()).unwrap_or(Timestamp::MAX)
}

/// `Mon-Fri 08:00-18:00`.
fn window(text: &str) -> Option<Window> {
    let (days, times) = text.split_once(char::is_whitespace)?;
    let (from, to) = times.trim().split_once('-')?;
    let from = time(from)?;
    let to = if to.trim() == "24:00" { None } else { Some(time(to)?) };
    let mut found = Vec::new();
    for item in days.split(',') {
        match item.split_once('-') {
            None => found.push(day(item)?),
            Some((first, last)) => {
                let (mut one, last) = (day(first)?, day(last)?);
                found.push(one);
                while one != last {
                    one = one.next();
                    found.push(one);
                }
            }
        }
    }
    // However often it is named, a day has a window once.
    found.sort_unstable_by_key(|day| day.to_monday_zero_offset());
    found.dedup();
    Some(Window { days: found, from, to })
}

fn day(text: &str) -> Option<Weekday> {
    let text = text.trim().to_ascii_lowercase();
    DAYS.iter().find(|(name, _)| *name == text).map(|(_, day)| *day)
}

/// `08:00`.
fn time(text: &str) -> Option<Time> {
    let (hour, minute) = text.trim().split_once(':')?;
    let digits =
        |text: &str| text.len() <= 2 && !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(hour) || minute.len() != 2 || !digits(minute) {
        return None;
    }
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(text: &str) -> Hours {
        Hours::read(text, TimeZone::get("Europe/Berlin").unwrap()).unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn time_stands_still_at_night_and_on_the_weekend() {
        let hours = hours("Mon-Fri 08:00-18:00");
        // Friday 2026-11-20, 17:50 in Berlin; a quarter of an hour later it is Monday, 08:05.
        assert_eq!(hours.after(at("2026-11-20T16:50:00Z"), 900), at("2026-11-23T07:05:00Z"));
        assert_eq!(hours.after(at("2026-11-20T12:00:00Z"), 900), at("2026-11-20T12:15:00Z"));
        // From the middle of the night.
        assert_eq!(hours.after(at("2026-11-21T02:00:00Z"), 0), at("2026-11-23T07:00:00Z"));
        // A whole week of ten hours a day.
        assert_eq!(hours.after(at("2026-11-20T07:00:00Z"), 5 * 36_000), at("2026-11-26T17:00:00Z"));
        assert!(hours.is_open(at("2026-11-20T16:59:59Z")) && !hours.is_open(at("2026-11-20T17:00:00Z")));
        assert_eq!(hours.opens_after(at("2026-11-20T17:00:00Z")), Some(at("2026-11-23T07:00:00Z")));
    }

    #[test]
    fn the_time_between_two_instants_counts_while_it_is_open() {
        let between = |hours: &str, to: &str| {
            // Friday 2026-11-20, 17:50 in Berlin.
            self::hours(hours).open_between(at("2026-11-20T16:50:00Z"), at(to))
        };
        assert_eq!(between("Mon-Fri 08:00-18:00", "2026-11-23T07:05:00Z"), 900);
        assert_eq!(between("Mon-Fri 08:00-18:00", "2026-11-22T12:00:00Z"), 600);
        assert_eq!(between("Mon-Fri 08:00-18:00; Fri 12:00-17:55", "2026-11-20T16:55:00Z"), 300);
        assert_eq!(between("Fri 22:00-06:00", "2026-11-21T00:00:00Z"), 3 * 3600);
        assert_eq!(between("", "2026-11-20T17:50:00Z"), 3600);
        assert_eq!(between("", "2026-11-20T12:00:00Z"), 0);
        assert_eq!(between("Mon-Fri 08:00-18:00", "2026-11-20T12:00:00Z"), 0);
    }

    #[test]
    fn a_shift_may_end_on_the_next_day_and_the_clocks_may_change_in_it() {
        let night = hours("Sat 22:00-06:00");
        // 2026-10-25 has 25 hours in Berlin: nine of them in this night.
        assert_eq!(night.after(at("2026-10-24T20:00:00Z"), 9 * 3600), at("2026-10-25T05:00:00Z"));
        assert!(night.is_open(at("2026-10-25T04:59:00Z")) && !night.is_open(at("2026-10-25T05:00:00Z")));
    }

    #[test]
    fn around_the_clock_is_the_absence_of_windows() {
        assert_eq!(hours(" ").after(at("2026-11-21T02:00:00Z"), 60), at("2026-11-21T02:01:00Z"));
        assert!(hours("").is_open(at("2026-11-21T02:00:00Z")));
        assert!(hours("Mon-Sun 00:00-24:00").is_open(at("2026-11-21T23:59:59Z")));
    }

    #[test]
    fn a_day_that_is_named_twice_is_open_once() {
        let (twice, once) = (hours("Mon,Mon,Mon-Wed,Tue 08:00-09:00"), hours("Mon-Wed 08:00-09:00"));
        assert_eq!(twice, once);
        assert_eq!(hours("Sat-Mon 08:00-09:00").windows[0].days.len(), 3);
    }

    #[test]
    fn what_is_no_time_of_the_week_is_refused() {
        for text in
            ["Mon", "Mo-Fr 8-18", "Mon-Fri 08:00", "Mon-Fri 25:00-26:00", "Mon 8:0-9:00", "08:00-18:00"]
        {
            let refused = Hours::read(text, TimeZone::UTC);
            assert!(refused.is_err_and(|error| error.contains("Mon-Fri 08:00-18:00")), "{text}");
        }
    }
}
