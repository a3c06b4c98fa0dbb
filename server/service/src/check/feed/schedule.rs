//! When reports of a feed are expected, and how the latest one stands.
//!
//! An interval is counted from the latest report, a cron line stands for itself; both go on in business hours only, as
//! does the grace, so that a feed that is quiet at night is not late.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use store::UnixMillis;
use store::record::FeedTiming;

use super::cron::Cron;
use super::hours::Hours;
use crate::FieldError;

/// The longest grace: a year.
const LONGEST_GRACE: i64 = 366 * 24 * 3600;
/// The usual grace of a cron line, and the longest usual one of an interval.
const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;
/// How far behind its time a report comes at most without being late, and before it without being taken for the one before;
/// of an interval no more than a tenth of it. Whoever reports every quarter of an hour does so a little after each.
const SLACK: i64 = 300;
/// The most characters of what people write: more than anything sensible, and little enough to look at in every run.
const LONGEST_CRON: usize = 100;
const LONGEST_ZONE: usize = 64;
const LONGEST_HOURS: usize = 500;
/// So often a line may fire while it is closed before it counts as one that never fires in business hours.
const TRIES: usize = 1500;
/// So many times of a line are counted one by one: a month of quarters of an hour. One that fires more often than that is
/// taken to go on at the same pace.
const COUNTED: usize = 3000;

/// How often a feed reports by the parameters of its check, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cadence {
    pub(super) every: i64,
    /// `None` where the parameters name none.
    pub(super) grace: Option<i64>,
}

#[derive(Debug, Clone)]
enum Expected {
    /// So many seconds after the one before.
    Every(i64),
    Cron(Box<Cron>),
}

/// When reports are expected.
#[derive(Debug, Clone)]
pub(super) struct Schedule {
    expected: Expected,
    grace: i64,
    hours: Hours,
}

/// How the latest report stands at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Punctuality {
    /// The next one is expected at `next`; from `late` on it is late.
    InTime {
        next: UnixMillis,
        late: UnixMillis,
    },
    /// The next one was expected at `expected`; from `until` on it is missing.
    Late {
        expected: UnixMillis,
        until: UnixMillis,
    },
    Missing {
        expected: UnixMillis,
    },
}

impl Schedule {
    /// Reads what people wrote; `now` is when a cron line must fire after. Names every field that is wrong.
    pub(super) fn read(
        timing: &FeedTiming,
        cadence: Cadence,
        now: UnixMillis,
    ) -> Result<Self, Vec<FieldError>> {
        let mut errors = too_long(timing);
        if !errors.is_empty() {
            return Err(errors);
        }
        let zone = TimeZone::get(timing.zone.trim()).unwrap_or_else(|_| {
            let problem = "Write the name of a time zone, for example Europe/Berlin or America/New_York.";
            errors.push(FieldError::new("zone", problem));
            TimeZone::UTC
        });
        let hours = Hours::read(&timing.hours, zone.clone());
        let hours = hours.map_err(|problem| errors.push(FieldError::new("hours", problem))).ok();
        let line = timing.cron.trim();
        let expected = if line.is_empty() {
            Some(Expected::Every(cadence.every))
        } else if errors.iter().any(|error| error.field == "zone") {
            // In which zone it fires is not known.
            None
        } else {
            let cron = Cron::read(line, timing.zone.trim(), zone);
            cron.map_err(|problem| errors.push(FieldError::new("cron", problem)))
                .ok()
                .map(|cron| Expected::Cron(Box::new(cron)))
        };
        let usual = match expected {
            Some(Expected::Cron(_)) => HOUR,
            _ => cadence.every.min(DAY),
        };
        let grace = timing.grace_seconds.or(cadence.grace).unwrap_or(usual);
        if !(0..=LONGEST_GRACE).contains(&grace) {
            errors.push(FieldError::new("grace", "Choose a time of at most 366 days."));
        }
        let (Some(expected), Some(hours)) = (expected, hours) else { return Err(errors) };
        let schedule = Self { expected, grace, hours };
        if let Expected::Cron(cron) = &schedule.expected {
            let problem = match (cron.next(now.timestamp()), schedule.fires_open(cron, now.timestamp())) {
                (None, _) => Some("This line never fires: no such day comes. Look at its day and month."),
                (Some(_), None) => Some("This line never fires within the business hours."),
                (Some(_), Some(_)) => None,
            };
            errors.extend(problem.map(|problem| FieldError::new("cron", problem)));
        }
        if errors.is_empty() { Ok(schedule) } else { Err(errors) }
    }

    /// How the latest report stands.
    pub(super) fn stands(&self, reported_at: UnixMillis, now: UnixMillis) -> Punctuality {
        let next = self.expected_after(reported_at.timestamp());
        let late = self.hours.after(next, self.slack());
        let until = self.hours.after(next, self.grace);
        let (next, late, until) = (millis(next), millis(late), millis(until));
        if now <= late {
            Punctuality::InTime { next, late }
        } else if now <= until {
            Punctuality::Late { expected: next, until }
        } else {
            Punctuality::Missing { expected: next }
        }
    }

    /// Of how many reports the grace ends between two instants; of an interval, how often it fits into the open time between
    /// them.
    pub(super) fn due_within(&self, from: UnixMillis, to: UnixMillis) -> u64 {
        let count = match &self.expected {
            Expected::Every(seconds) => {
                self.hours.open_between(from.timestamp(), to.timestamp()) / (*seconds).max(1)
            }
            Expected::Cron(cron) => {
                let before = |at: UnixMillis| UnixMillis(at.0 - self.grace * 1000).timestamp();
                let (after, end) = (before(from), before(to));
                let fires =
                    std::iter::successors(self.fires_open(cron, after), |at| self.fires_open(cron, *at));
                let fires: Vec<_> = fires.take_while(|at| *at < end).take(COUNTED).collect();
                let count = i64::try_from(fires.len()).unwrap_or(i64::MAX);
                match fires.last().filter(|_| fires.len() == COUNTED) {
                    Some(last) => {
                        let counted = (last.as_second() - after.as_second()).max(1);
                        count + count * (end.as_second() - last.as_second()) / counted
                    }
                    None => count,
                }
            }
        };
        u64::try_from(count).unwrap_or(0)
    }

    /// The part of the grace in which a report is not late yet, in seconds.
    fn slack(&self) -> i64 {
        let own = match self.expected {
            Expected::Every(seconds) => seconds / 10,
            Expected::Cron(_) => SLACK,
        };
        own.min(SLACK).min(self.grace)
    }

    /// When the one after a report is expected; the end of time where a line fires no more.
    fn expected_after(&self, report: Timestamp) -> Timestamp {
        match &self.expected {
            Expected::Every(seconds) => self.hours.after(report, *seconds),
            Expected::Cron(cron) => {
                let Some(next) = self.fires_open(cron, report) else { return Timestamp::MAX };
                // A report a little before its time is the one of that time: no two clocks agree.
                let seconds = |from: Timestamp, to: Timestamp| to.as_second() - from.as_second();
                let early =
                    |after: &Timestamp| seconds(report, next) <= (seconds(next, *after) / 10).min(SLACK);
                self.fires_open(cron, next).filter(early).unwrap_or(next)
            }
        }
    }

    /// When the line next fires in business hours.
    fn fires_open(&self, cron: &Cron, after: Timestamp) -> Option<Timestamp> {
        let mut at = cron.next(after)?;
        for _ in 0..TRIES {
            if self.hours.is_open(at) {
                return Some(at);
            }
            // The very instant of opening counts too.
            let opens = self.hours.opens_after(at)?.checked_sub(jiff::SignedDuration::from_secs(1)).ok()?;
            at = cron.next(at.max(opens))?;
        }
        None
    }
}

fn too_long(timing: &FeedTiming) -> Vec<FieldError> {
    let fields = [
        ("cron", &timing.cron, LONGEST_CRON),
        ("zone", &timing.zone, LONGEST_ZONE),
        ("hours", &timing.hours, LONGEST_HOURS),
    ];
    let long = fields.into_iter().filter(|(_, text, most)| text.chars().count() > *most);
    long.map(|(field, _, most)| FieldError::new(field, format!("Use at most {most} characters."))).collect()
}

fn millis(at: Timestamp) -> UnixMillis {
    UnixMillis(at.as_millisecond())
}

impl Punctuality {
    /// When it changes by itself, if nothing comes.
    pub(super) fn changes_at(self) -> Option<UnixMillis> {
        match self {
            Self::InTime { late, .. } => Some(late),
            Self::Late { until, .. } => Some(until),
            Self::Missing { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUARTER: Cadence = Cadence { every: 900, grace: None };

    fn at(text: &str) -> UnixMillis {
        millis(text.parse().unwrap())
    }

    fn timing(cron: &str, hours: &str) -> FeedTiming {
        FeedTiming {
            cron: cron.to_owned(),
            zone: "Europe/Berlin".to_owned(),
            hours: hours.to_owned(),
            grace_seconds: None,
        }
    }

    fn read(timing: &FeedTiming) -> Result<Schedule, Vec<FieldError>> {
        Schedule::read(timing, QUARTER, at("2026-11-20T12:00:00Z"))
    }

    #[test]
    fn a_report_is_in_time_then_late_then_missing() {
        let schedule = read(&timing("", "")).unwrap();
        let came = at("2026-11-20T12:00:00Z");
        let next = at("2026-11-20T12:15:00Z");
        let late = at("2026-11-20T12:16:30Z");
        let until = at("2026-11-20T12:30:00Z");
        assert_eq!(schedule.stands(came, next), Punctuality::InTime { next, late });
        assert_eq!(
            schedule.stands(came, late),
            Punctuality::InTime { next, late },
            "a little after its time"
        );
        assert_eq!(schedule.stands(came, late).changes_at(), Some(late));
        assert_eq!(
            schedule.stands(came, UnixMillis(late.0 + 1)),
            Punctuality::Late { expected: next, until }
        );
        assert_eq!(schedule.stands(came, until), Punctuality::Late { expected: next, until });
        assert_eq!(schedule.stands(came, UnixMillis(until.0 + 1)), Punctuality::Missing { expected: next });
        let strict = FeedTiming { grace_seconds: Some(0), ..timing("", "") };
        let strict = read(&strict).unwrap();
        assert_eq!(strict.stands(came, UnixMillis(next.0 + 1)), Punctuality::Missing { expected: next });
    }

    #[test]
    fn a_feed_that_is_quiet_at_night_is_not_late() {
        let schedule = read(&timing("", "Mon-Fri 08:00-18:00")).unwrap();
        // Friday, ten to six in Berlin: the rest of the quarter and the grace are on Monday.
        let came = at("2026-11-20T16:50:00Z");
        let (next, late) = (at("2026-11-23T07:05:00Z"), at("2026-11-23T07:06:30Z"));
        assert_eq!(schedule.stands(came, at("2026-11-22T12:00:00Z")), Punctuality::InTime { next, late });
        let until = at("2026-11-23T07:20:00Z");
        assert_eq!(schedule.stands(came, until), Punctuality::Late { expected: next, until });
    }

    #[test]
    fn a_line_fires_in_business_hours_only() {
        let schedule = read(&timing("0 */6 * * *", "Mon-Fri 08:00-18:00")).unwrap();
        let next = |came: &str| schedule.expected_after(came.parse().unwrap()).to_string();
        assert_eq!(next("2026-11-20T06:00:00Z"), "2026-11-20T11:00:00Z");
        assert_eq!(next("2026-11-20T11:00:00Z"), "2026-11-23T11:00:00Z");
        let opening = read(&timing("0 8 * * *", "Mon-Fri 08:00-18:00")).unwrap();
        let next = opening.expected_after("2026-11-20T11:00:00Z".parse().unwrap());
        assert_eq!(next.to_string(), "2026-11-23T07:00:00Z");
    }

    #[test]
    fn a_report_a_little_before_its_time_is_the_one_of_that_time() {
        let next = |line: &str, came: &str| {
            read(&timing(line, "")).unwrap().expected_after(came.parse().unwrap()).to_string()
        };
        // Six in the morning in Berlin.
        assert_eq!(next("0 6 * * *", "2026-11-20T04:59:58Z"), "2026-11-21T05:00:00Z");
        assert_eq!(next("0 6 * * *", "2026-11-20T04:54:00Z"), "2026-11-20T05:00:00Z");
        assert_eq!(next("*/5 * * * *", "2026-11-20T04:59:58Z"), "2026-11-20T05:05:00Z");
        assert_eq!(next("*/5 * * * *", "2026-11-20T04:59:00Z"), "2026-11-20T05:00:00Z");
    }

    #[test]
    fn reports_are_due_as_often_as_their_interval_fits_or_their_line_fires() {
        let due =
            |timing: &FeedTiming, from: &str, to: &str| read(timing).unwrap().due_within(at(from), at(to));
        let quarters = timing("", "");
        assert_eq!(due(&quarters, "2026-11-20T12:00:00Z", "2026-11-20T13:00:00Z"), 4);
        assert_eq!(due(&quarters, "2026-11-20T12:00:00Z", "2026-11-20T12:59:59Z"), 3);
        assert_eq!(due(&quarters, "2026-11-20T12:00:00Z", "2026-11-20T11:00:00Z"), 0);
        let shop = timing("", "Mon-Fri 08:00-18:00");
        assert_eq!(due(&shop, "2026-11-20T16:50:00Z", "2026-11-23T07:05:00Z"), 1, "over the weekend");
        // Six in the morning in Berlin, with an hour of grace.
        let mornings = timing("0 6 * * 1-5", "");
        assert_eq!(due(&mornings, "2026-11-16T05:30:00Z", "2026-11-20T06:00:01Z"), 5);
        assert_eq!(due(&mornings, "2026-11-16T06:00:01Z", "2026-11-20T06:00:00Z"), 3);
        assert_eq!(due(&mornings, "2026-11-20T06:00:01Z", "2026-11-23T05:30:00Z"), 0);
        // Of thousands the rest goes on at the pace of the first.
        let minutes = timing("* * * * *", "");
        assert_eq!(due(&minutes, "2026-11-01T12:00:00Z", "2026-11-02T12:00:00Z"), 1439);
        assert_eq!(due(&minutes, "2026-11-01T12:00:00Z", "2026-11-20T12:00:00Z"), 19 * 1440);
    }

    #[test]
    fn a_line_that_never_fires_is_refused() {
        let problem = |timing: &FeedTiming| {
            let errors = read(timing).unwrap_err();
            assert_eq!(errors.len(), 1, "{errors:?}");
            (errors[0].field.clone(), errors[0].problem.clone())
        };
        let (field, words) = problem(&timing("0 6 30 2 *", ""));
        assert_eq!(field, "cron");
        assert!(words.contains("never fires"), "{words}");
        let (field, words) = problem(&timing("0 3 * * *", "Mon-Fri 08:00-18:00"));
        assert_eq!((field.as_str(), words.contains("business hours")), ("cron", true), "{words}");
        let (field, _) =
            problem(&FeedTiming { zone: "Europe/Atlantis".to_owned(), ..timing("0 6 * * *", "") });
        assert_eq!(field, "zone");
        let (field, words) = problem(&timing("", &"Mon,".repeat(2_000_000)));
        assert_eq!((field.as_str(), words.as_str()), ("hours", "Use at most 500 characters."));
        let (field, _) = problem(&timing(&"0,".repeat(51), ""));
        assert_eq!(field, "cron");
        let (field, _) = problem(&FeedTiming { zone: "Europe/".repeat(10), ..timing("", "") });
        assert_eq!(field, "zone");
        let (field, _) = problem(&FeedTiming { grace_seconds: Some(-1), ..timing("", "") });
        assert_eq!(field, "grace");
    }
}
