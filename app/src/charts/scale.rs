//! From numbers to places in a drawing.

/// A number of 0 to 100: where it is drawn, and how it is said (rounded once, by whoever computed it).
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// 0 to 100; drawing needs no exact number.
    pub at: f64,
    /// `68.2`.
    pub text: String,
}

impl Reading {
    pub fn new(at: f64, text: impl Into<String>) -> Self {
        Self { at: at.clamp(0.0, 100.0), text: text.into() }
    }
}

/// A share of the width, for an attribute: `12.5%`.
pub(super) fn percent(share: f64) -> String {
    format!("{}%", number(share))
}

/// A length for an attribute: two decimals at most, no trailing zeros.
pub(super) fn number(length: f64) -> String {
    let fixed = format!("{length:.2}");
    let short = fixed.trim_end_matches('0').trim_end_matches('.');
    if short == "-0" { "0".to_owned() } else { short.to_owned() }
}

/// A count as a length; counts in charts are far below where `f64` would lose one.
pub(super) fn length(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}

/// The least of 1, 2, 4, 5 or 8 times a power of ten that is not below `highest`: four equal steps to it are
/// plain numbers. At least 4.
pub(super) fn ceiling(highest: f64) -> f64 {
    let mut unit = 1.0;
    loop {
        for step in [4.0, 8.0, 10.0, 20.0] {
            let top = step * unit;
            if top >= highest {
                return top;
            }
        }
        unit *= 10.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_written_with_two_decimals_at_most() {
        assert_eq!([number(2.157), number(50.0), number(0.5), number(-0.001)], ["2.16", "50", "0.5", "0"]);
    }

    #[test]
    fn the_top_of_an_axis_is_a_plain_number_not_below_the_highest_value() {
        let tops = [0.0, 4.0, 9.0, 60.0, 612.0, 1000.0, 1001.0].map(ceiling);
        assert_eq!(tops.map(|top| top.to_string()), ["4", "4", "10", "80", "800", "1000", "2000"]);
    }

    #[test]
    fn a_reading_stays_inside_its_scale() {
        assert!((Reading::new(130.0, "130").at - 100.0).abs() < f64::EPSILON);
    }
}
