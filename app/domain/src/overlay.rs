//! Overlays of patient records: two people under one number, and how long each stayed uninvestigated.
//!
//! Business days are Monday to Friday; holidays differ from place to place and count as business days here.

use jiff::civil::{Date, Weekday};
use rust_decimal::Decimal;

use crate::check::{Message, Observations, Severity};

/// A suspected overlay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overlay {
    pub opened: Date,
    /// When it was investigated; `None` while it was not.
    pub closed: Option<Date>,
}

/// What kind `identity.match` observes of them, as of a day. Days later than that are the caller's mistake.
pub fn observed(overlays: &[Overlay], today: Date) -> Observations {
    let mut seen = Observations::new();
    let open = overlays.iter().filter(|overlay| overlay.closed.is_none()).count();
    seen.set("overlays_open", i64::try_from(open).unwrap_or(i64::MAX));
    // Where there was none, none stayed open.
    let longest =
        overlays.iter().map(|overlay| business_days(overlay.opened, overlay.closed.unwrap_or(today)));
    seen.set("overlay_max_days", Decimal::from(longest.max().unwrap_or(0)));
    seen
}

/// What the run has to say of them.
pub fn message(overlays: &[Overlay], today: Date) -> Message {
    let oldest =
        overlays.iter().filter(|overlay| overlay.closed.is_none()).map(|overlay| overlay.opened).min();
    match oldest {
        None => Message::new(Severity::Info, format!("All {} overlays were investigated.", overlays.len())),
        Some(opened) => {
            let days = business_days(opened, today);
            let text =
                format!("The oldest overlay that nobody investigated is of {opened}: {days} business days.");
            Message::new(Severity::Warning, text)
        }
    }
}

/// The business days after `from` until `to`; 0 where `to` is not later.
pub fn business_days(from: Date, to: Date) -> i64 {
    let days = i64::from((to - from).get_days());
    if days <= 0 {
        return 0;
    }
    let (weeks, rest) = (days / 7, days % 7);
    let first = i64::from(from.weekday().to_monday_zero_offset());
    let weekend = |day: i64| {
        let offset = i8::try_from((first + day) % 7).unwrap_or(0);
        Weekday::from_monday_zero_offset(offset)
            .is_ok_and(|day| matches!(day, Weekday::Saturday | Weekday::Sunday))
    };
    let left = (1..=rest).filter(|day| !weekend(*day)).count();
    weeks * 5 + i64::try_from(left).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::check::Value;

    #[test]
    fn weekends_are_no_business_days() {
        // 20 Nov 2026 is a Friday.
        let friday = date(2026, 11, 20);
        for (to, days) in [
            (date(2026, 11, 19), 0),
            (friday, 0),
            (date(2026, 11, 21), 0),
            (date(2026, 11, 22), 0),
            (date(2026, 11, 23), 1),
            (date(2026, 11, 27), 5),
            (date(2026, 12, 4), 10),
            (date(2026, 12, 7), 11),
        ] {
            assert_eq!(business_days(friday, to), days, "{to}");
        }
        assert_eq!(business_days(date(2026, 11, 21), date(2026, 11, 23)), 1);
    }

    #[test]
    fn one_that_nobody_investigated_is_open_until_today() {
        let overlays = [
            Overlay { opened: date(2026, 11, 2), closed: Some(date(2026, 11, 4)) },
            Overlay { opened: date(2026, 11, 12), closed: None },
        ];
        let seen = observed(&overlays, date(2026, 11, 20));
        assert_eq!(seen.get("overlays_open"), Some(&Value::Integer(1)));
        assert_eq!(seen.get("overlay_max_days"), Some(&Value::Number(6.into())));
        assert!(message(&overlays, date(2026, 11, 20)).text.contains("6 business days"));
        assert_eq!(observed(&[], date(2026, 11, 20)).get("overlay_max_days"), Some(&Value::Number(0.into())));
    }
}
