//! What is wrong with one place of a body, in the words of whoever wrote it: of texts and whole numbers, never of the
//! types that they are read into.

use std::fmt;

use serde::de::{Error, Expected, Unexpected};

/// So much of a text is quoted, in characters.
const QUOTED: usize = 40;

/// What is wrong with one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// The object there has no such field.
    Missing(&'static str),
    /// The object there has such a field, and none is known.
    Unknown { field: String, words: String },
    Wrong {
        /// A sentence.
        words: String,
        /// What could stand there, where that is one of a few names.
        choices: &'static [&'static str],
    },
    /// The same, said by the type that was read: perhaps about its inside.
    Said(String),
}

impl Fault {
    /// One of a few names belongs there.
    pub(super) fn no_choice(found: Unexpected<'_>, choices: &'static [&'static str]) -> Self {
        Self::Wrong { words: format!("Send {}, not {}.", listed(choices), shown(found)), choices }
    }

    /// What was said of a text from which something else is read, in better words where there are any.
    pub(super) fn in_text(self, text: &str, wanted: &str) -> Self {
        match (self, worded(wanted)) {
            (Self::Said(_), Some(wanted)) => wrong(wanted, Unexpected::Str(text)),
            (fault, _) => fault,
        }
    }

    pub(super) fn words(&self) -> String {
        match self {
            Self::Missing(field) => format!("`{field}` is missing."),
            Self::Unknown { words, .. } | Self::Wrong { words, .. } => words.clone(),
            Self::Said(said) => sentence(said),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words())
    }
}

impl std::error::Error for Fault {}

impl Error for Fault {
    fn custom<T: fmt::Display>(said: T) -> Self {
        Self::Said(said.to_string())
    }

    fn invalid_type(found: Unexpected<'_>, wanted: &dyn Expected) -> Self {
        let wanted = wanted.to_string();
        wrong(worded(&wanted).unwrap_or(&wanted), found)
    }

    fn invalid_value(found: Unexpected<'_>, wanted: &dyn Expected) -> Self {
        Self::invalid_type(found, wanted)
    }

    fn invalid_length(length: usize, wanted: &dyn Expected) -> Self {
        let wanted = wanted.to_string();
        let words = format!("Send {}, not a list of {length}.", worded(&wanted).unwrap_or(&wanted));
        Self::Wrong { words, choices: &[] }
    }

    fn unknown_variant(variant: &str, choices: &'static [&'static str]) -> Self {
        Self::no_choice(Unexpected::Str(variant), choices)
    }

    fn unknown_field(field: &str, known: &'static [&'static str]) -> Self {
        let words = format!("There is no {} here. Send {}.", quoted(field), listed(known));
        Self::Unknown { field: field.to_owned(), words }
    }

    fn missing_field(field: &'static str) -> Self {
        Self::Missing(field)
    }
}

fn wrong(wanted: &str, found: Unexpected<'_>) -> Fault {
    Fault::Wrong { words: format!("Send {wanted}, not {}.", shown(found)), choices: &[] }
}

/// What a type says that it expects, in words; `None` where it has its own.
fn worded(wanted: &str) -> Option<&'static str> {
    Some(match wanted {
        "u8" => "a whole number from 0 to 255",
        "u16" | "u32" | "u64" | "u128" | "usize" => "a whole number of 0 or more",
        "i8" | "i16" | "i32" | "i64" | "i128" | "isize" => "a whole number",
        "f32" | "f64" => "a number",
        "a string" | "a borrowed string" => "a text",
        "a boolean" => "true or false",
        "a sequence" => "a list",
        "a map" => "an object",
        "a date string" => "a date such as 2027-01-31",
        said if said.starts_with("struct ") => "an object",
        said if said.contains("UUID") => "an id as this API gives it",
        said if said.contains("Decimal") => "a number",
        _ => return None,
    })
}

fn shown(found: Unexpected<'_>) -> String {
    match found {
        Unexpected::Bool(yes) => yes.to_string(),
        Unexpected::Unsigned(number) => number.to_string(),
        Unexpected::Signed(number) => number.to_string(),
        Unexpected::Float(number) => number.to_string(),
        Unexpected::Char(letter) => quoted(&letter.to_string()),
        Unexpected::Str(text) => quoted(text),
        Unexpected::Unit | Unexpected::Option => "null".to_owned(),
        Unexpected::Seq => "a list".to_owned(),
        Unexpected::Map => "an object".to_owned(),
        other => other.to_string(),
    }
}

fn quoted(text: &str) -> String {
    let begin: String = text.chars().take(QUOTED).collect();
    let rest = if begin.len() < text.len() { "…" } else { "" };
    format!("\"{begin}{rest}\"")
}

/// `"a", "b" or "c"`.
fn listed(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    match &quoted[..] {
        [] => "nothing".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

fn sentence(said: &str) -> String {
    let mut letters = said.chars();
    let first: String = letters.next().map(|letter| letter.to_uppercase().collect()).unwrap_or_default();
    let stop = if said.ends_with('.') { "" } else { "." };
    format!("{first}{}{stop}", letters.as_str())
}
