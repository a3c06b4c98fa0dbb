//! The time between two runs, as people write and read it.

const UNITS: [(i64, char, &str); 4] =
    [(86_400, 'd', "day"), (3_600, 'h', "hour"), (60, 'm', "minute"), (1, 's', "second")];

/// In the largest unit that divides it: `1d`, `15m`.
pub(crate) fn written(seconds: i64) -> String {
    let (length, letter, _) = unit_of(seconds);
    format!("{}{letter}", seconds / length)
}

/// `every day`, `every 15 minutes`.
pub(crate) fn every(seconds: i64) -> String {
    let (length, _, word) = unit_of(seconds);
    match seconds / length {
        1 => format!("every {word}"),
        count => format!("every {count} {word}s"),
    }
}

fn unit_of(seconds: i64) -> (i64, char, &'static str) {
    let fits = |(length, _, _): &(i64, char, &str)| seconds > 0 && seconds % length == 0;
    UNITS.into_iter().find(fits).unwrap_or((1, 's', "second"))
}

/// Seconds; `None` for what is no whole number with `s`, `m`, `h` or `d`.
pub(crate) fn read(text: &str) -> Option<i64> {
    let text = text.trim();
    let letter = text.chars().last()?;
    let (length, ..) = UNITS.into_iter().find(|(_, unit, _)| *unit == letter.to_ascii_lowercase())?;
    let digits = text[..text.len() - letter.len_utf8()].trim_end();
    // A sign would be read as part of the number.
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| digits.parse::<i64>().ok()?.checked_mul(length)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_is_written_in_its_largest_unit_and_read_back() {
        for (seconds, text) in [(86_400, "1d"), (900, "15m"), (5_400, "90m"), (7_200, "2h"), (61, "61s")] {
            assert_eq!(written(seconds), text);
            assert_eq!(read(text), Some(seconds));
        }
        assert_eq!((every(60).as_str(), every(172_800).as_str()), ("every minute", "every 2 days"));
    }

    #[test]
    fn what_is_no_interval_is_not_read() {
        for text in ["", "m", "-5m", "1.5h", "15", "15 weeks", "99999999999999999d", "5é"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
