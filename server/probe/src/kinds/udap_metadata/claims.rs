//! What the signed metadata claims, and whether it fits the server.

use jiff::Timestamp;
use serde_json::Value;
use url::Url;

use crate::kinds::json;

/// The longest that signed metadata may hold: a year.
const LONGEST_SECONDS: i64 = 366 * 86_400;
/// How far two clocks may be apart.
const SKEW_SECONDS: i64 = 300;

/// One thing that is wrong: the claim, and a sentence.
pub(super) type Problem = (&'static str, String);

/// An absolute address.
pub(super) fn endpoint(document: &Value, name: &str) -> bool {
    json::text(document, name).is_some_and(|text| {
        Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
    })
}

/// Judges the claims: who issues them, for how long, and that they repeat what the document says.
pub(super) fn judge(
    claims: &Value,
    document: &Value,
    base: &str,
    certified: &[String],
    now: Timestamp,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    issuer(claims, base, certified, &mut problems);
    dates(claims, now, &mut problems);
    if json::text(claims, "jti").is_none() {
        problems.push(("jti", "expected jti; it is missing".to_owned()));
    }
    for name in ["token_endpoint", "registration_endpoint", "authorization_endpoint"] {
        let (signed, open) = (json::text(claims, name), json::text(document, name));
        match (signed, open) {
            (Some(signed), Some(open)) if signed != open => {
                problems.push((name, format!("expected {open} as in the document, got {signed}")));
            }
            (None, _) if name != "authorization_endpoint" => {
                problems.push((name, format!("expected {name} among the signed claims; it is missing")));
            }
            _ => {}
        }
    }
    problems
}

fn issuer(claims: &Value, base: &str, certified: &[String], problems: &mut Vec<Problem>) {
    let Some(issuer) = json::text(claims, "iss") else {
        problems.push(("iss", "expected iss; it is missing".to_owned()));
        return;
    };
    if !same_address(issuer, base) {
        problems.push(("iss", format!("expected the base address {base}, got {issuer}")));
    }
    if !certified.iter().any(|uri| same_address(uri, issuer)) {
        let names = if certified.is_empty() { "none".to_owned() } else { certified.join(", ") };
        let text = format!("expected {issuer} among the addresses that the certificate names, got {names}");
        problems.push(("iss", text));
    }
    match json::text(claims, "sub") {
        Some(subject) if subject == issuer => {}
        other => {
            let text = format!("expected sub to equal iss, got {}", other.unwrap_or("none"));
            problems.push(("sub", text));
        }
    }
}

fn dates(claims: &Value, now: Timestamp, problems: &mut Vec<Problem>) {
    let now = now.as_second();
    let seconds = |name: &str| claims[name].as_i64().or_else(|| whole(claims[name].as_f64()?));
    let (issued, expires) = (seconds("iat"), seconds("exp"));
    match expires {
        None => {
            problems.push(("exp", "expected exp as a number of seconds; it is missing or none".to_owned()));
        }
        Some(expires) if expires.saturating_add(SKEW_SECONDS) < now => {
            problems.push(("exp", format!("the signed metadata expired on {}", date(expires))));
        }
        Some(_) => {}
    }
    match issued {
        None => {
            problems.push(("iat", "expected iat as a number of seconds; it is missing or none".to_owned()));
        }
        Some(issued) if issued.saturating_sub(SKEW_SECONDS) > now => {
            problems
                .push(("iat", format!("the signed metadata is issued in the future, on {}", date(issued))));
        }
        Some(issued) => {
            if expires.is_some_and(|expires| expires.saturating_sub(issued) > LONGEST_SECONDS) {
                let text = "expected signed metadata to hold for a year at most; it holds longer";
                problems.push(("exp", text.to_owned()));
            }
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a time far out of range saturates and is judged as such"
)]
fn whole(number: f64) -> Option<i64> {
    number.is_finite().then_some(number as i64)
}

fn date(seconds: i64) -> String {
    Timestamp::from_second(seconds)
        .map_or_else(|_| "a date out of range".to_owned(), |at| at.strftime("%F").to_string())
}

/// Whether two addresses are the same but for a slash at the end.
fn same_address(left: &str, right: &str) -> bool {
    let bare = |text: &str| {
        Url::parse(text).map_or_else(|_| text.to_owned(), |url| url.as_str().trim_end_matches('/').to_owned())
    };
    bare(left) == bare(right)
}
