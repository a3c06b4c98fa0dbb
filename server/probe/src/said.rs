//! What somebody else's system said, as it can be shown and kept: on one line. PostgreSQL takes no text with a NUL.

/// How much of an explanation is told, in characters.
const SHORT: usize = 200;

/// A text with a space for each control character.
pub fn one_line(text: &str) -> String {
    printable(text).collect()
}

/// The beginning of the same.
pub(crate) fn short_line(text: &str) -> String {
    printable(text).take(SHORT).collect()
}

fn printable(text: &str) -> impl Iterator<Item = char> {
    text.chars().map(|c| if c.is_control() { ' ' } else { c })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_system_says_can_be_kept() {
        assert_eq!(one_line("got 4.0.1\0, expected 4.0.1"), "got 4.0.1 , expected 4.0.1");
        assert_eq!(one_line("two\r\nlines"), "two  lines");
        assert_eq!(one_line("Größe ≥ 5"), "Größe ≥ 5");
        assert_eq!(short_line(&"ü\n".repeat(200)), "ü ".repeat(100));
    }
}
