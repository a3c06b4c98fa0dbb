//! The token by which a system reports: 192 random bits, shown once, kept as a SHA-256 hash.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::FieldError;
use crate::check::RawParameters;

/// The parameter of a kind by which a token may be chosen.
pub(in crate::check) const PARAMETER: &str = "feed_token";
/// A chosen token is at least and at most so long.
const LENGTH: std::ops::RangeInclusive<usize> = 16..=200;

/// A new token.
pub(super) fn new() -> String {
    let random: [u8; 24] = rand::random();
    format!("feed_{}", URL_SAFE_NO_PAD.encode(random))
}

/// Takes a token that somebody chose out of the parameters, where it never stays.
pub(in crate::check) fn take_chosen(raw: &mut RawParameters) -> Result<Option<String>, FieldError> {
    let chosen = match raw {
        RawParameters::Text(values) => values.remove(PARAMETER),
        RawParameters::Json(values) => match values.remove(PARAMETER) {
            None | Some(serde_json::Value::Null) => None,
            Some(serde_json::Value::String(text)) => Some(text),
            Some(_) => return Err(refused()),
        },
    };
    let chosen = chosen.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    match chosen {
        Some(token) if !LENGTH.contains(&token.len()) || !token.bytes().all(plain) => Err(refused()),
        chosen => Ok(chosen),
    }
}

fn refused() -> FieldError {
    let problem = "Leave the token out, and one is made; or choose 16 to 200 letters, digits, dots, dashes, underscores \
                   and tildes that nobody guesses.";
    FieldError::new(format!("parameters.{PARAMETER}"), problem)
}
