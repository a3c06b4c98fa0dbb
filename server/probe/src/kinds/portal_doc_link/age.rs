//! When a page says that it was last updated.

use jiff::civil::Date;

use super::page;

/// Attributes and JSON-LD keys whose value is the date of the last change, in the order in which to believe them.
const MARKED: [&str; 6] = [
    "datemodified",
    "article:modified_time",
    "og:updated_time",
    "last-modified",
    "dcterms.modified",
    "lastreviewed",
];

/// Words in the text that a date follows.
const SPOKEN: [&str; 7] = [
    "last updated",
    "last modified",
    "last reviewed",
    "date updated",
    "updated on",
    "revised",
    "effective date",
];

/// How far behind its announcement a date may stand.
const REACH: usize = 80;

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// The date that the page states, marked up or spoken; never one in the future.
pub(super) fn stated(html: &str, today: Date) -> Option<Date> {
    let past = |date: &Date| *date <= today;
    let marked = html.to_ascii_lowercase();
    let by_mark = MARKED.iter().find_map(|mark| after(&marked, mark).filter(past));
    by_mark.or_else(|| {
        let spoken = page::text(html).to_lowercase();
        SPOKEN.iter().find_map(|words| after(&spoken, words).filter(past))
    })
}

/// The date of `Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT`.
pub(in crate::kinds) fn http_date(text: &str) -> Option<Date> {
    let instant = jiff::fmt::rfc2822::parse(text).ok()?;
    Some(instant.date())
}

pub(super) fn days_between(earlier: Date, later: Date) -> i64 {
    (later - earlier).get_days().into()
}

/// The first date that stands close behind any occurrence of some words.
fn after(text: &str, words: &str) -> Option<Date> {
    text.match_indices(words).find_map(|(at, _)| {
        let rest = &text[at + words.len()..];
        let near: String = rest.chars().take(REACH).collect();
        first_date(&near)
    })
}

/// `2025-03-31`, `March 31, 2025`, `31 March 2025`, or `3/31/2025` in the American order.
fn first_date(text: &str) -> Option<Date> {
    let tokens: Vec<&str> =
        text.split(|c: char| !c.is_alphanumeric()).filter(|token| !token.is_empty()).collect();
    tokens.windows(3).find_map(|window| {
        let [first, second, third] = [window[0], window[1], window[2]];
        let year_first = || civil(year(first)?, number(second)?, leading_number(third)?);
        let month_first =
            || civil(year(third)?, month(first)?, number(second.trim_end_matches(char::is_alphabetic))?);
        let day_first =
            || civil(year(third)?, month(second)?, number(first.trim_end_matches(char::is_alphabetic))?);
        let american = || civil(year(third)?, number(first)?, number(second)?);
        year_first().or_else(month_first).or_else(day_first).or_else(american)
    })
}

fn civil(year: i16, month: i8, day: i8) -> Option<Date> {
    Date::new(year, month, day).ok()
}

fn year(token: &str) -> Option<i16> {
    let year: i16 = token.get(..4).filter(|_| token.len() == 4)?.parse().ok()?;
    (1990..=2200).contains(&year).then_some(year)
}

fn month(token: &str) -> Option<i8> {
    let start = token.get(..3)?;
    let index = MONTHS.iter().position(|name| *name == start)?;
    i8::try_from(index + 1).ok()
}

fn number(token: &str) -> Option<i8> {
    if token.len() > 2 { None } else { token.parse().ok() }
}

/// The day of `31T10:00`, whose `T` is not a separator.
fn leading_number(token: &str) -> Option<i8> {
    let digits: String = token.chars().take_while(char::is_ascii_digit).collect();
    number(&digits)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use rstest::rstest;

    use super::{http_date, stated};

    #[rstest]
    #[case("<p>Last updated: <b>March 3, 2025</b></p>")]
    #[case("<p>last updated on the 3rd March 2025</p>")]
    #[case("<p>Updated on 3/3/2025</p>")]
    #[case("<meta property=\"article:modified_time\" content=\"2025-03-03T10:00:00Z\">")]
    #[case("<script type=\"application/ld+json\">{\"dateModified\": \"2025-03-03\"}</script>")]
    fn a_page_states_its_date_in_many_ways(#[case] html: &str) {
        assert_eq!(stated(html, date(2025, 6, 1)), Some(date(2025, 3, 3)));
    }

    #[rstest]
    #[case("<p>Copyright 2025</p>")]
    #[case("<p>Last updated: 2030-01-01</p>")]
    #[case("<p>Last updated: soon</p>")]
    fn a_page_without_a_past_date_states_none(#[case] html: &str) {
        assert_eq!(stated(html, date(2025, 6, 1)), None);
    }

    #[test]
    fn the_date_of_the_header_is_read() {
        assert_eq!(http_date("Sun, 06 Nov 1994 08:49:37 GMT"), Some(date(1994, 11, 6)));
    }
}
