//! Texts as paper takes them: without what is no sign.

use std::borrow::Cow;

use serde_json::{Map, Value};

/// A text without controls but for the ends of lines, without what turns the direction of letters around, and without the
/// two that XML 1.0 forbids besides (section 2.2).
pub(super) fn text(text: &str) -> Cow<'_, str> {
    if !text.contains(is_no_sign) {
        return Cow::Borrowed(text);
    }
    let lines = text.replace("\r\n", "\n").replace('\r', "\n").replace('\t', "    ");
    Cow::Owned(lines.chars().filter(|c| *c == '\n' || !is_no_sign(*c)).collect())
}

/// The same of every text in it.
pub(super) fn values(value: Value) -> Value {
    match value {
        Value::String(said) => Value::String(text(&said).into_owned()),
        Value::Array(all) => Value::Array(all.into_iter().map(values).collect()),
        Value::Object(fields) => {
            let fields: Map<_, _> = fields.into_iter().map(|(name, value)| (name, values(value))).collect();
            Value::Object(fields)
        }
        other => other,
    }
}

fn is_no_sign(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_sign_is_left_out_and_lines_end_in_one_way() {
        assert_eq!(text("a\u{0}\u{7}\u{1b}\u{85}\u{202e}\u{2066}\u{fffe}\u{ffff}b"), "ab");
        assert_eq!(text("a\r\nb\rc\nd\te"), "a\nb\nc\nd    e");
        assert!(matches!(text("plain, <w:p> & =1+1"), Cow::Borrowed(_)));
    }
}
