//! Codes in running text. A browser may end a line at the hyphen of `PAT-1.4`, and a code in two pieces is not read as one.

use leptos::prelude::*;

/// A text in which no line ends inside a code (`PAT-1`, `PAT-1.4`, `ITI-38`, `CMS-0057-F`).
pub fn whole_codes(text: &str) -> AnyView {
    let pieces = pieces(text).into_iter().map(|piece| match piece {
        Piece::Text(text) => text.to_owned().into_any(),
        Piece::Code(code) => view! { <span class="nowrap">{code.to_owned()}</span> }.into_any(),
    });
    pieces.collect_view().into_any()
}

#[derive(Debug, PartialEq, Eq)]
enum Piece<'a> {
    Text(&'a str),
    Code(&'a str),
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '.');
    let (mut pieces, mut told, mut at) = (Vec::new(), 0, 0);
    while let Some(begin) = text[at..].find(is_part).map(|offset| at + offset) {
        let length = text[begin..].find(|letter: char| !is_part(letter)).unwrap_or(text.len() - begin);
        let word = text[begin..begin + length].trim_end_matches('.');
        if is_code(word) {
            if told < begin {
                pieces.push(Piece::Text(&text[told..begin]));
            }
            pieces.push(Piece::Code(word));
            told = begin + word.len();
        }
        at = begin + length;
    }
    if told < text.len() {
        pieces.push(Piece::Text(&text[told..]));
    }
    pieces
}

/// Capitals and digits, a hyphen, a number, and perhaps more of all that: `PAT-1`, `BL-11`, `PAT-1.4`, `CMS-0057-F`.
fn is_code(word: &str) -> bool {
    word.split_once('-').is_some_and(|(before, after)| {
        before.starts_with(|letter: char| letter.is_ascii_uppercase())
            && before.chars().all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit())
            && after.starts_with(|letter: char| letter.is_ascii_digit())
            && after.ends_with(|letter: char| letter.is_ascii_alphanumeric())
            && after.chars().all(|letter| {
                letter.is_ascii_digit() || letter.is_ascii_uppercase() || matches!(letter, '.' | '-')
            })
    })
}

#[cfg(test)]
mod tests {
    use super::Piece::{Code, Text};
    use super::*;

    #[test]
    fn codes_stand_by_themselves_and_the_text_between_them_stays() {
        assert_eq!(
            pieces("needs yes (PAT-1.4); BL-11, “OPS-1”."),
            [
                Text("needs yes ("),
                Code("PAT-1.4"),
                Text("); "),
                Code("BL-11"),
                Text(", “"),
                Code("OPS-1"),
                Text("”."),
            ]
        );
        assert_eq!(pieces("Mend PAT-1."), [Text("Mend "), Code("PAT-1"), Text(".")]);
        assert_eq!(pieces("PAT-1"), [Code("PAT-1")]);
        assert_eq!(
            pieces("XCA (ITI-38, ITI-39) by CMS-0057-F"),
            [Text("XCA ("), Code("ITI-38"), Text(", "), Code("ITI-39"), Text(") by "), Code("CMS-0057-F")]
        );
    }

    #[test]
    fn dates_names_and_addresses_are_no_codes() {
        for text in [
            "2026-11-20",
            "Beyond-7",
            "well-known",
            "fhir-2.example.org:443",
            "Pre-8",
            "-5",
            "A-",
            "A-1-",
            "B-2b",
            "",
        ] {
            assert!(!pieces(text).iter().any(|piece| matches!(piece, Code(_))), "{text}");
        }
    }
}
