//! Names of organizations, people and things: one line that reads as it is written, wherever it is shown.

use crate::FieldError;

/// What is wrong with a name, which stands in `field`: `missing` where there is none, too long, or not printable.
pub(crate) fn problem(field: &str, name: &str, missing: &str, most: usize) -> Option<FieldError> {
    if name.is_empty() {
        return Some(FieldError::new(field, missing));
    }
    if name.chars().count() > most {
        return Some(FieldError::new(field, format!("Use at most {most} characters for the name.")));
    }
    unprintable(field, name)
}

/// The same of a text that may be empty, and whose length is looked at elsewhere.
pub(crate) fn unprintable(field: &str, text: &str) -> Option<FieldError> {
    let found = text.chars().find(|c| c.is_control() || turns(*c))?;
    let problem = format!(
        "Use printable characters only: a control character is in it (U+{:04X}). Type it anew.",
        u32::from(found)
    );
    Some(FieldError::new(field, problem))
}

/// What is wrong with the title of an assessment.
pub(crate) fn title_problem(title: &str) -> Option<FieldError> {
    if title.is_empty() {
        return Some(FieldError::new("title", "Give the assessment a title, for example its year."));
    }
    if title.chars().count() > 160 {
        return Some(FieldError::new("title", "Use at most 160 characters for the title."));
    }
    unprintable("title", title)
}

/// Characters that turn the direction of what follows, so that a name reads as another one (Unicode UAX 9, sections 2.1 to
/// 2.4). The marks of section 2.6 do not: names in Arabic and Hebrew may need them.
pub(crate) const fn turns(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_reads_as_it_is_written() {
        let said = |name: &str| problem("name", name, "Enter a name.", 20).map(|error| error.problem);
        for good in ["Alder Regional", "St. Mary's (North)", "病院", "מרכז\u{200f} (צפון)", "Ünïté"]
        {
            assert_eq!(said(good), None, "{good:?}");
        }
        for bad in ["Alder\u{202e}latipsoH", "\u{2066}x\u{2069}", "a\tb", "a\nb", "a\u{7}b", "a\u{85}b"] {
            assert!(said(bad).unwrap().contains("printable"), "{bad:?}");
        }
        assert!(said("a\u{202e}b").unwrap().contains("U+202E"));
        assert_eq!(said("").unwrap(), "Enter a name.");
        assert_eq!(said(&"x".repeat(21)).unwrap(), "Use at most 20 characters for the name.");
    }
}
