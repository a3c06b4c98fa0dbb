//! What remains of a value of a compared field: 64 bits, in which the rule can still compare it.

use xxhash_rust::xxh3::xxh3_64;

use super::Rule;

/// There was nothing in the field.
pub(super) const EMPTY: i64 = i64::MIN;
/// There was something that is not of the rule's sort, for example `n/a` for a date.
pub(super) const UNREADABLE: i64 = i64::MIN + 1;

/// Amounts are kept in hundredths of a cent.
const PER_CENT: i64 = 100;

/// How two values compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Same,
    EmptyBoth,
    /// Different, but no more than the rule allows.
    Within,
    Different,
    EmptyLeft,
    EmptyRight,
    Unreadable,
}

impl Rule {
    /// What remains of a value, trimmed and UTF-8 (or ASCII).
    pub(super) fn keep(self, value: &[u8]) -> i64 {
        if value.is_empty() {
            return EMPTY;
        }
        match self {
            Self::Exact => hashed(value),
            Self::Days(_) => date(value).unwrap_or(UNREADABLE),
            Self::Cents(_) => amount(value).unwrap_or(UNREADABLE),
            Self::Code(system) => match std::str::from_utf8(value) {
                Ok(text) => hashed(system.canonical(text).as_bytes()),
                Err(_) => UNREADABLE,
            },
        }
    }

    pub(super) fn compare(self, left: i64, right: i64) -> Comparison {
        match (left, right) {
            (UNREADABLE, _) | (_, UNREADABLE) => Comparison::Unreadable,
            (EMPTY, EMPTY) => Comparison::EmptyBoth,
            (left, right) if left == right => Comparison::Same,
            (EMPTY, _) => Comparison::EmptyLeft,
            (_, EMPTY) => Comparison::EmptyRight,
            (left, right) => {
                let allowed = match self {
                    Self::Exact | Self::Code(_) => return Comparison::Different,
                    Self::Days(days) => u64::from(days),
                    Self::Cents(cents) => u64::from(cents) * PER_CENT.unsigned_abs(),
                };
                if left.abs_diff(right) <= allowed { Comparison::Within } else { Comparison::Different }
            }
        }
    }
}

/// The difference of two amounts in percent of the larger one, rounded to four places; `None` where one is missing.
pub(super) fn difference_pct(left: i64, right: i64) -> Option<f64> {
    if left.min(right) <= UNREADABLE {
        return None;
    }
    let larger = left.unsigned_abs().max(right.unsigned_abs());
    #[allow(clippy::cast_precision_loss, reason = "a percentage needs no more than 53 bits")]
    let share = left.abs_diff(right) as f64 / larger.max(1) as f64;
    Some((share * 1_000_000.0).round() / 10_000.0)
}

fn hashed(value: &[u8]) -> i64 {
    match xxh3_64(value).cast_signed() {
        // Two of 2⁶⁴ give way to the signs above.
        special @ (EMPTY | UNREADABLE) => special + 2,
        hash => hash,
    }
}

/// Days since 1 January 1970 of a date in one of the written forms of [`Rule::Days`].
fn date(value: &[u8]) -> Option<i64> {
    let digits = value.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let rest = &value[digits..];
    match (digits, rest.first()) {
        (4, Some(b'-')) => {
            let (month, rest) = number(&rest[1..], 1..=2)?;
            let (day, rest) = number(rest.strip_prefix(b"-")?, 1..=2)?;
            civil(number(value, 4..=4)?.0, month, day).filter(|_| ends(rest))
        }
        // HL7's TS: a date, or a date with a time.
        (8 | 10 | 12 | 14, _) => {
            let (date, _) = number(&value[..8], 8..=8)?;
            civil(date / 10_000, date / 100 % 100, date % 100).filter(|_| digits > 8 || ends(rest))
        }
        (1 | 2, Some(separator @ (b'/' | b'.'))) => {
            let (first, rest) = number(value, 1..=2)?;
            let (second, rest) = number(rest.strip_prefix(&[*separator])?, 1..=2)?;
            let (year, rest) = number(rest.strip_prefix(&[*separator])?, 4..=4)?;
            let (month, day) = if *separator == b'/' { (first, second) } else { (second, first) };
            civil(year, month, day).filter(|_| ends(rest))
        }
        _ => None,
    }
}

/// Whether what follows a date is nothing or a time.
fn ends(rest: &[u8]) -> bool {
    matches!(rest, [] | [b'T' | b't' | b' ', b'0'..=b'9', ..])
}

/// A number of so many digits, and what follows it.
fn number(text: &[u8], digits: std::ops::RangeInclusive<usize>) -> Option<(i64, &[u8])> {
    let length = text.iter().take(*digits.end()).take_while(|byte| byte.is_ascii_digit()).count();
    let value = text[..length].iter().fold(0, |number, digit| number * 10 + i64::from(digit - b'0'));
    digits.contains(&length).then_some((value, &text[length..]))
}

/// Days since 1 January 1970 in the Gregorian calendar (Howard Hinnant, "chrono-compatible low-level date algorithms").
fn civil(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=length).contains(&day) {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

/// Hundredths of a cent of an amount in one of the written forms of [`Rule::Cents`]; further decimals are refused.
fn amount(value: &[u8]) -> Option<i64> {
    let (value, in_brackets) = match value {
        [b'(', inner @ .., b')'] => (inner, true),
        value => (value, false),
    };
    let (value, sign) = signed(value);
    let value = value.strip_prefix(b"$").unwrap_or(value).trim_ascii_start();
    let (value, inner_sign) = if sign == 1 { signed(value) } else { (value, 1) };
    let (whole, decimals) = match value.iter().position(|byte| *byte == b'.') {
        Some(point) => (&value[..point], &value[point + 1..]),
        None => (value, &value[value.len()..]),
    };
    if whole.is_empty() && decimals.is_empty() {
        return None;
    }
    let mut number: i64 = 0;
    let mut since_comma = None;
    for byte in whole {
        match byte {
            b'0'..=b'9' => {
                number = number.checked_mul(10)?.checked_add(i64::from(byte - b'0'))?;
                since_comma = since_comma.map(|digits| digits + 1);
            }
            // A comma stands in front of exactly three digits; anything else may be a decimal comma.
            b',' if matches!(since_comma, None | Some(3)) && whole[0] != b',' => since_comma = Some(0),
            _ => return None,
        }
    }
    if !matches!(since_comma, None | Some(3)) {
        return None;
    }
    for place in 0..decimals.len().max(4) {
        let digit = decimals.get(place).copied().unwrap_or(b'0');
        match (place, digit) {
            (0..4, b'0'..=b'9') => {
                number = number.checked_mul(10)?.checked_add(i64::from(digit - b'0'))?;
            }
            (4.., b'0') => {}
            _ => return None,
        }
    }
    let negative = in_brackets != (sign * inner_sign < 0);
    Some(if negative { -number } else { number })
}

fn signed(value: &[u8]) -> (&[u8], i64) {
    match value {
        [b'-', rest @ ..] => (rest, -1),
        [b'+', rest @ ..] => (rest, 1),
        value => (value, 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_one_however_it_is_written() {
        let day = date(b"2026-11-20");
        assert_eq!(day, Some(20_777));
        for text in [
            "20261120",
            "11/20/2026",
            "20.11.2026",
            "2026-11-20T08:30:00Z",
            "202611200830",
            "2026-11-20 08:30",
        ] {
            assert_eq!(date(text.as_bytes()), day, "{text}");
        }
        assert_eq!(date(b"1970-01-01"), Some(0));
        assert_eq!(date(b"2024-02-29").unwrap() + 1, date(b"2024-03-01").unwrap());
        assert_eq!(date(b"1999-12-31").unwrap() + 1, date(b"2000-01-01").unwrap());
    }

    #[test]
    fn what_is_no_date_is_not_guessed() {
        for text in [
            "n/a",
            "2026-13-01",
            "2025-02-29",
            "20/11/2026",
            "11/20/26",
            "2026-11",
            "2026-11-20x",
            "1",
            "123456789",
        ] {
            assert_eq!(date(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn an_amount_is_one_however_it_is_written() {
        for (text, hundredths) in [
            ("1234.5", 12_345_000),
            ("1,234.50", 12_345_000),
            ("$1,234.50", 12_345_000),
            ("(3.00)", -30_000),
            ("-3", -30_000),
            ("-$3", -30_000),
            ("$-3", -30_000),
            (".05", 500),
            ("0.0001", 1),
            ("1.50000", 15_000),
        ] {
            assert_eq!(amount(text.as_bytes()), Some(hundredths), "{text}");
        }
        for text in
            ["", "n/a", "1.234,50", "12,34", "1,23,456", ",123", "1.00001", "--3", "1e5", "99999999999999999"]
        {
            assert_eq!(amount(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn tolerance_is_inclusive_and_empty_is_not_zero() {
        let cents = Rule::Cents(5);
        let compare = |left: &str, right: &str| {
            cents.compare(cents.keep(left.as_bytes()), cents.keep(right.as_bytes()))
        };
        assert_eq!(compare("1.00", "1"), Comparison::Same);
        assert_eq!(compare("1.00", "1.05"), Comparison::Within);
        assert_eq!(compare("1.00", "1.0501"), Comparison::Different);
        assert_eq!(compare("", "0"), Comparison::EmptyLeft);
        assert_eq!(compare("0", ""), Comparison::EmptyRight);
        assert_eq!(compare("", ""), Comparison::EmptyBoth);
        assert_eq!(compare("n/a", "n/a"), Comparison::Unreadable);
    }
}
