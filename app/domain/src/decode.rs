//! Bytes as text: UTF-8, or Windows-1252 (of which Latin-1 is a part) where they are not.

use std::borrow::Cow;

/// What Windows-1252 has at 0x80 to 0x9F; the places that it leaves free are Latin-1's control characters.
const UPPER: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}',
    '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// The text, and whether it had to be read as Windows-1252. Each field of a table is judged by itself, since a file of
/// bytes that are UTF-8 so far may still turn out not to be.
pub fn text(bytes: &[u8]) -> (Cow<'_, str>, bool) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (Cow::Borrowed(text), false),
        Err(_) => (bytes.iter().map(|byte| character(*byte)).collect::<String>().into(), true),
    }
}

fn character(byte: u8) -> char {
    match byte {
        0x80..=0x9f => UPPER[usize::from(byte - 0x80)],
        byte => char::from(byte),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_the_same_in_both_encodings() {
        assert_eq!(text("Müller".as_bytes()), ("Müller".into(), false));
        assert_eq!(text(b"M\xfcller"), ("Müller".into(), true));
        assert_eq!(text(b"\x80 5"), ("€ 5".into(), true));
    }
}
