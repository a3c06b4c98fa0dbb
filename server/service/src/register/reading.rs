//! Reading what was typed into a register, column by column; every problem is gathered.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use rust_decimal::Decimal;
use store::{IncidentId, UnixMillis};

use super::Typed;
use super::columns::{Column, Look};
use crate::FieldError;

/// No count in a register is larger.
const MOST: u32 = 10_000_000;

pub(super) struct Reading<'t> {
    columns: &'static [Column],
    typed: &'t Typed,
    now: UnixMillis,
    problems: Vec<FieldError>,
}

impl<'t> Reading<'t> {
    pub(super) fn new(columns: &'static [Column], typed: &'t Typed, now: UnixMillis) -> Self {
        let mut reading = Self { columns, typed, now, problems: Vec::new() };
        for name in typed.keys() {
            if !columns.iter().any(|column| column.name == name) {
                let known: Vec<_> = columns.iter().map(|column| column.name).collect();
                reading.problem(name, format!("There is no such column. There are: {}.", known.join(", ")));
            }
        }
        for column in columns.iter().filter(|column| column.needed) {
            if reading.get(column.name).is_empty() {
                reading.problem(column.name, format!("{} is needed.", column.label));
            }
        }
        reading
    }

    /// The entry, unless something was wrong; `made` is then nobody's to see.
    pub(super) fn end<T>(self, made: T) -> Result<T, Vec<FieldError>> {
        if self.problems.is_empty() { Ok(made) } else { Err(self.problems) }
    }

    pub(super) fn problem(&mut self, name: &str, problem: impl Into<String>) {
        if !self.problems.iter().any(|known| known.field == name) {
            self.problems.push(FieldError::new(name, problem));
        }
    }

    fn get(&self, name: &str) -> &'t str {
        self.typed.get(name).map_or("", |text| text.trim())
    }

    /// What is typed, as something; `None` where nothing is, or where it is wrong and that is said.
    fn parsed<T>(&mut self, name: &str, wanted: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        let text = self.get(name);
        if text.is_empty() {
            return None;
        }
        let parsed = parse(text);
        if parsed.is_none() {
            self.problem(name, wanted);
        }
        parsed
    }

    pub(super) fn text(&mut self, name: &str) -> String {
        let look = self.columns.iter().find(|column| column.name == name).map(|column| column.look);
        let most = if look == Some(Look::Text) { 2000 } else { 200 };
        let text = self.get(name);
        if text.chars().count() > most {
            self.problem(name, format!("Use at most {most} characters."));
        }
        text.to_owned()
    }

    pub(super) fn day(&mut self, name: &str) -> Option<Date> {
        let day = self.parsed(name, "Write year, month and day: 2026-11-20.", |text| text.parse().ok());
        // Somebody east of Greenwich is a day ahead.
        if day > self.now.date().tomorrow().ok() {
            self.problem(name, "This day lies in the future.");
        }
        day
    }

    pub(super) fn needed_day(&mut self, name: &str) -> Date {
        self.day(name).unwrap_or(Date::ZERO)
    }

    pub(super) fn moment(&mut self, name: &str) -> Option<UnixMillis> {
        let wanted = "Write day and time in UTC: 2026-11-20T12:03:00Z.";
        let moment = self.parsed(name, wanted, |text| {
            let instant = text.parse::<jiff::Timestamp>().ok().or_else(|| {
                let local = text.parse::<DateTime>().ok()?;
                Some(local.to_zoned(TimeZone::UTC).ok()?.timestamp())
            })?;
            Some(UnixMillis(instant.as_millisecond()))
        });
        if moment.is_some_and(|moment| moment > self.now) {
            self.problem(name, "This time lies in the future.");
        }
        moment
    }

    /// What cannot be read lies before everything, so that nothing else is said to lie before it.
    pub(super) fn needed_moment(&mut self, name: &str) -> UnixMillis {
        self.moment(name).unwrap_or(UnixMillis(i64::MIN))
    }

    pub(super) fn count(&mut self, name: &str) -> u32 {
        let count = self.parsed(name, "Write a whole number, 0 or more.", |text| {
            text.parse().ok().filter(|count: &u32| *count <= MOST)
        });
        count.unwrap_or(0)
    }

    pub(super) fn number(&mut self, name: &str) -> Option<Decimal> {
        self.parsed(name, "Write a number, 0 or more.", |text| {
            decimal(text).filter(|number| *number <= Decimal::from(MOST))
        })
    }

    pub(super) fn percent(&mut self, name: &str) -> Option<Decimal> {
        self.parsed(name, "Write a number from 0 to 100.", |text| {
            decimal(text).filter(|number| *number <= Decimal::ONE_HUNDRED)
        })
    }

    /// A word of the column's list, as what it stands for.
    pub(super) fn choice<T: Copy>(&mut self, name: &str, meanings: &[(&str, T)]) -> Option<T> {
        let words: Vec<&str> = meanings.iter().map(|(word, _)| *word).collect();
        let wanted = format!("Write one of: {}.", words.join(", "));
        self.parsed(name, &wanted, |text| {
            let text = text.to_lowercase();
            meanings.iter().find(|(word, _)| *word == text).map(|(_, meaning)| *meaning)
        })
    }

    pub(super) fn incident(&mut self, name: &str) -> Option<IncidentId> {
        self.parsed(name, "Choose one of the incidents that checks saw, or none.", |text| text.parse().ok())
    }
}

/// 0 or more, with at most six places.
fn decimal(text: &str) -> Option<Decimal> {
    let number = Decimal::from_str_exact(text).ok()?;
    (!number.is_sign_negative() && number.scale() <= 6).then_some(number)
}

/// Nothing for an unknown day.
pub(super) fn day_text(day: Option<Date>) -> String {
    day.map(|day| day.to_string()).unwrap_or_default()
}

/// RFC 3339 in UTC; nothing for an unknown instant.
pub(super) fn moment_text(at: Option<UnixMillis>) -> String {
    at.map(|at| at.timestamp().to_string()).unwrap_or_default()
}

/// Without trailing zeros; nothing for an unknown number.
pub(super) fn number_text(number: Option<Decimal>) -> String {
    number.map(|number| number.normalize().to_string()).unwrap_or_default()
}

/// The word that stands for something.
pub(super) fn word_of<T: PartialEq>(meanings: &[(&'static str, T)], meaning: &T) -> String {
    let found = meanings.iter().find(|(_, known)| known == meaning);
    found.map(|(word, _)| (*word).to_owned()).unwrap_or_default()
}
