//! Cron lines in a time zone.
//!
//! Changes of clocks are treated as Debian's cron(8) does: a line with a set minute and hour runs once a day, so that a
//! time that is left out counts as the moment of the change, and one that comes twice as the first; a line with `*` in
//! its minute or hour goes by the hours that really pass.

use cronexpr::{Crontab, MakeTimestamp, parse_crontab};
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, ToSpan as _};

const HELP: &str = "A cron line has five fields: minute, hour, day of the month, month, day of the week, for example \
                    `30 6 * * 1-5`.";

/// So many times in a row may lie before the instant that is asked for: those of an hour that comes twice.
const TRIES: usize = 200;

/// A cron line in its zone.
#[derive(Debug, Clone)]
pub(crate) struct Cron {
    crontab: Crontab,
    zone: TimeZone,
    clock: Clock,
}

/// What a line goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Clock {
    /// The clock on the wall: it has set minutes and hours.
    Wall,
    /// The hours that pass.
    Passing,
}

impl Cron {
    /// Reads a line; `name` is the IANA name of `zone`.
    pub(super) fn read(line: &str, name: &str, zone: TimeZone) -> Result<Self, String> {
        let fields: Vec<&str> = line.split_whitespace().collect();
        if fields.len() != 5 {
            return Err(HELP.to_owned());
        }
        // The library's last days leave December out.
        let last = |field: &str| {
            field.split(',').any(|item| item.ends_with(['L', 'l']) && !names_month_or_day(item))
        };
        if fields.iter().any(|field| last(field)) {
            return Err("The letter L, for the last day, is not understood here: name the days.".to_owned());
        }
        let clock =
            if fields[..2].iter().any(|field| field.starts_with('*')) { Clock::Passing } else { Clock::Wall };
        let zone_read = if clock == Clock::Wall { "UTC" } else { name };
        let crontab = parse_crontab(&format!("{} {zone_read}", fields.join(" ")));
        let crontab = crontab.map_err(|error| {
            let said = error.to_string();
            let reason = said.rsplit("^ ").next().unwrap_or_default().trim().trim_end_matches('.').to_owned();
            format!("`{}` is not understood: {reason}. {HELP}", fields.join(" "))
        })?;
        Ok(Self { crontab, zone, clock })
    }

    /// The next instant after `after`; `None` where the line never fires.
    pub(super) fn next(&self, after: Timestamp) -> Option<Timestamp> {
        match self.clock {
            Clock::Passing => Some(self.crontab.find_next(MakeTimestamp(after)).ok()?.timestamp()),
            Clock::Wall => {
                let mut wall = after.to_zoned(self.zone.clone()).datetime();
                for _ in 0..TRIES {
                    let as_utc = wall.to_zoned(TimeZone::UTC).ok()?.timestamp();
                    wall = self.crontab.find_next(MakeTimestamp(as_utc)).ok()?.datetime();
                    let at = self.instant(wall)?;
                    if at > after {
                        return Some(at);
                    }
                }
                None
            }
        }
    }

    /// The instant at which the clock on the wall first shows this time, or passes it over.
    fn instant(&self, wall: DateTime) -> Option<Timestamp> {
        match self.zone.to_ambiguous_timestamp(wall).offset() {
            AmbiguousOffset::Unambiguous { offset } | AmbiguousOffset::Fold { before: offset, .. } => {
                offset.to_timestamp(wall).ok()
            }
            AmbiguousOffset::Gap { before, .. } => {
                // Not before the change itself.
                let after = before.to_timestamp(wall).ok()?.checked_add(1.second()).ok()?;
                Some(self.zone.preceding(after).next()?.timestamp())
            }
        }
    }
}

/// `JUL` and `1-JUL` end in the letter and are names.
fn names_month_or_day(item: &str) -> bool {
    item.to_ascii_uppercase().ends_with("JUL")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next_in(zone: &str, line: &str, after: &str, count: usize) -> Vec<String> {
        let cron = Cron::read(line, zone, TimeZone::get(zone).unwrap()).unwrap();
        let mut at: Timestamp = after.parse().unwrap();
        let mut found = Vec::new();
        for _ in 0..count {
            at = cron.next(at).unwrap();
            found.push(at.to_string());
        }
        found
    }

    fn next(line: &str, after: &str, count: usize) -> Vec<String> {
        next_in("Europe/Berlin", line, after, count)
    }

    #[test]
    fn a_line_fires_by_the_clock_on_the_wall_of_its_zone() {
        assert_eq!(
            next("30 6 * * 1-5", "2026-11-20T05:30:00Z", 2),
            ["2026-11-23T05:30:00Z", "2026-11-24T05:30:00Z"]
        );
        // In summer it is an hour earlier in UTC.
        assert_eq!(next("30 6 * * *", "2026-07-01T00:00:00Z", 1), ["2026-07-01T04:30:00Z"]);
        assert_eq!(
            next_in("America/New_York", "0 18 * * *", "2026-11-20T12:00:00Z", 1),
            ["2026-11-20T23:00:00Z"]
        );
    }

    #[test]
    fn a_time_that_the_change_of_clocks_leaves_out_counts_at_the_change() {
        // 2026-03-29 goes from 02:00 to 03:00 at 01:00 UTC.
        assert_eq!(
            next("0,30 2 * * *", "2026-03-28T12:00:00Z", 3),
            ["2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z", "2026-03-30T00:30:00Z"]
        );
        assert_eq!(next("59 1 * * *", "2026-03-28T12:00:00Z", 1), ["2026-03-29T00:59:00Z"]);
    }

    #[test]
    fn a_time_that_comes_twice_counts_once() {
        // 2026-10-25 goes from 03:00 back to 02:00 at 01:00 UTC.
        assert_eq!(
            next("30 2 * * *", "2026-10-24T12:00:00Z", 2),
            ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]
        );
        // From within the hour that comes for the second time.
        assert_eq!(next("30 2 * * *", "2026-10-25T01:10:00Z", 1), ["2026-10-26T01:30:00Z"]);
    }

    #[test]
    fn a_line_without_a_set_time_goes_by_the_hours_that_pass() {
        assert_eq!(
            next("0 * * * *", "2026-10-25T00:00:00Z", 3),
            ["2026-10-25T01:00:00Z", "2026-10-25T02:00:00Z", "2026-10-25T03:00:00Z"]
        );
        assert_eq!(
            next("*/30 2 * * *", "2026-10-25T00:10:00Z", 4),
            ["2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z", "2026-10-26T01:00:00Z"]
        );
    }

    #[test]
    fn a_line_that_never_fires_has_no_next_time_and_a_wrong_one_is_explained() {
        let read = |line: &str| Cron::read(line, "UTC", TimeZone::UTC);
        assert_eq!(read("0 6 30 2 *").unwrap().next("2026-11-20T00:00:00Z".parse().unwrap()), None);
        assert!(read("0 6 29 2 *").unwrap().next("2026-11-20T00:00:00Z".parse().unwrap()).is_some());
        for line in ["", "0 6 * *", "0 6 * * * UTC", "61 6 * * *", "0 6 * * mo", "0 6 L * *", "0 6 * * 5L"] {
            assert!(read(line).is_err(), "{line}");
        }
        assert!(read("61 6 * * *").unwrap_err().contains("0..=59"), "{:?}", read("61 6 * * *").err());
        assert!(read("0 6 1 jul *").is_ok() && read("0 6 1 MAY-JUL *").is_ok());
    }
}
