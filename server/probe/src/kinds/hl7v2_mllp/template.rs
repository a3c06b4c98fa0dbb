//! A message as the organization and its partner agreed on it: sent as it is written, but for what marks it as this run's
//! test.
//!
//! `MSH-7` (time), `MSH-10` (control id) and `MSH-11` (`T`) are always this run's; `MSH-5` and `MSH-6` are the check's where
//! it names them. The template is shown to whoever reads the check, so it holds nothing of a real person.

use super::message::NAME;
use crate::given::Unusable;

/// More would be no test message.
const LONGEST: usize = 64 << 10;
/// What MSH-1 and MSH-2 are (HL7 v2.5.1, section 2.5.4: the recommended values).
const BEGINNING: &str = "MSH|^~\\&|";

/// Segments, MSH first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Template {
    /// The fields of MSH; MSH-1 is the delimiter, so MSH-n is at n - 1.
    header: Vec<String>,
    rest: Vec<String>,
}

impl Template {
    /// Whether a text is meant as one.
    pub(super) fn is_one(text: &str) -> bool {
        text.trim_start().starts_with("MSH")
    }

    /// One segment a line.
    pub(super) fn read(text: &str) -> Result<Self, Unusable> {
        let unusable = |problem: String| Unusable::new(NAME, format!("the message {problem}"));
        if text.len() > LONGEST {
            return Err(unusable(format!("is longer than {} kB", LONGEST >> 10)));
        }
        let mut segments = text.split(['\r', '\n']).map(str::trim).filter(|segment| !segment.is_empty());
        let header = segments.next().unwrap_or_default();
        if !header.starts_with(BEGINNING) {
            return Err(unusable(format!("must begin with {BEGINNING}")));
        }
        let mut header: Vec<String> = header.split('|').map(str::to_owned).collect();
        if header.get(8).is_none_or(|kind| !kind.contains('^')) {
            return Err(unusable("must be named by MSH-9, for example ORM^O01".to_owned()));
        }
        while header.len() < 12 {
            header.push(String::new());
        }
        if header[11].is_empty() {
            "2.5.1".clone_into(&mut header[11]);
        }
        let rest: Vec<String> = segments.map(str::to_owned).collect();
        for segment in &rest {
            if !is_segment(segment) {
                let beginning: String = segment.chars().take(3).collect();
                let text =
                    format!("has a line that begins no segment: \"{beginning}\"; write one segment a line");
                return Err(unusable(text));
            }
        }
        if header.iter().chain(&rest).any(|text| text.contains(|c: char| c.is_control() && c != '\t')) {
            return Err(unusable("holds a control character, which would end the frame".to_owned()));
        }
        Ok(Self { header, rest })
    }

    /// MSH-9 without the structure.
    pub(super) fn code(&self) -> String {
        self.header[8].split('^').take(2).collect::<Vec<_>>().join("^")
    }

    /// The segments of one message, each ended by CR. `receiver` is MSH-5 and MSH-6, escaped, empty where the template's own
    /// stay.
    pub(super) fn filled(&self, control_id: &str, time: &str, receiver: [&str; 2]) -> String {
        let mut header = self.header.clone();
        for (at, text) in [(4, receiver[0]), (5, receiver[1])] {
            if !text.is_empty() {
                text.clone_into(&mut header[at]);
            }
        }
        for (at, text) in [(6, time), (9, control_id), (10, "T")] {
            text.clone_into(&mut header[at]);
        }
        let mut message = header.join("|") + "\r";
        for segment in &self.rest {
            message.push_str(segment);
            message.push('\r');
        }
        message
    }
}

/// Three letters or digits, the first a letter, and the delimiter.
fn is_segment(text: &str) -> bool {
    let Some((name, after)) = text.split_at_checked(3) else { return false };
    let upper = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    name.starts_with(|first: char| first.is_ascii_uppercase())
        && name.bytes().all(upper)
        && (after.is_empty() || after.starts_with('|'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORDER: &str =
        "MSH|^~\\&|LAB|HOSP|OLD|PLACE|20200101||ORM^O01^ORM_O01|17|P|2.3\nPID|1||T1\r\n\nORC|NW|1\n";

    #[test]
    fn a_template_is_sent_as_this_runs_test() {
        let template = Template::read(ORDER).unwrap();
        assert_eq!(template.code(), "ORM^O01");
        let text = template.filled("RUNG1", "20261120103000+0000", ["EHR", ""]);
        let expected = "MSH|^~\\&|LAB|HOSP|EHR|PLACE|20261120103000+0000||ORM^O01^ORM_O01|RUNG1|T|2.3\r\
            PID|1||T1\rORC|NW|1\r";
        assert_eq!(text, expected);
    }

    #[test]
    fn a_short_header_is_filled_up() {
        let text = Template::read("MSH|^~\\&|A|B|C|D|||SIU^S12").unwrap().filled("RUNG1", "2026", ["", ""]);
        assert_eq!(text, "MSH|^~\\&|A|B|C|D|2026||SIU^S12|RUNG1|T|2.5.1\r");
    }

    #[test]
    fn what_is_no_message_is_named() {
        for (text, told) in [
            ("MSH#^~\\&#LAB", "must begin with"),
            ("MSH|^~\\&|LAB", "MSH-9"),
            ("MSH|^~\\&|A|B|C|D|||ORM", "MSH-9"),
            ("MSH|^~\\&|A|B|C|D|||ORM^O01\nhello", "begins no segment: \"hel\""),
            ("MSH|^~\\&|A|B|C|D|||ORM^O01\nPID|\u{1c}", "control character"),
        ] {
            assert!(Template::read(text).unwrap_err().problem.contains(told), "{text}");
        }
        let long = format!("{ORDER}NTE|1||{}", "x".repeat(LONGEST));
        assert!(Template::read(&long).unwrap_err().problem.contains("64 kB"));
    }
}
