//! What a value must be beyond its type, where a kind's help names the words or the sort of number, and which go together:
//! what no run could make sense of is refused where it is typed.

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::Parameter;
use crate::code::KindCode;

/// Parameters that are one of a few words: those that are offered, and others that mean one of them. An empty value says
/// nothing; where the parameter must be given, that is refused before.
const WORDS: [(&str, &str, &[&str], &[&str]); 5] = [
    ("epa.roundtrip", "mode", &["pas", "x12-278"], &["x12", "278"]),
    ("fhir.subscription", "mode", &["subscription", "webhook"], &[]),
    ("tls.certificate", "starttls", &["smtp", "imap", "pop3"], &["none"]),
    ("inventory.coverage", "scope", &["all", "critical", "new"], &[]),
    ("incident.sla", "scope", &["critical", "all"], &[]),
];

/// The day on which a page was updated.
const DAY: (&str, &str) = ("portal.doc_link", "entered_date");

/// Parameters of which all are given or none, and those that are optional beside them.
const TOGETHER: [(&str, &[&str], &[&str]); 1] =
    [("fhir.bulk_export", &["token_url", "client_id", "private_key", "scopes"], &["key_id"])];
/// Said of each that is missing beside others.
pub(super) const MISSING: &str = "fill this in too: a client needs token URL, client id, private key and scopes, and an \
                                  open server none of them";

/// The parameters that go with one: where it is given, some of them are too.
pub(super) fn companions(kind: &KindCode, parameter: &str) -> Vec<&'static str> {
    let of = TOGETHER.iter().filter(|(code, ..)| *code == kind.as_str());
    let mut groups = of.map(|(_, needed, others)| [*needed, *others].concat());
    let mut group = groups.find(|names| names.contains(&parameter)).unwrap_or_default();
    group.retain(|name| *name != parameter);
    group
}

/// Those that are missing although others are given that go with them.
pub(super) fn missing(kind: &KindCode, given: impl Fn(&str) -> bool) -> Vec<&'static str> {
    let of = TOGETHER.iter().filter(|(code, ..)| *code == kind.as_str());
    let begun = of.filter(|(_, needed, others)| needed.iter().chain(*others).any(|name| given(name)));
    begun.flat_map(|(_, needed, _)| *needed).copied().filter(|name| !given(name)).collect()
}

/// The problem with a value, in the words of [`super::ParameterError`].
pub(super) fn problem(kind: &KindCode, parameter: &str, value: &Parameter) -> Option<String> {
    let named = |of: &str, name: &str| of == kind.as_str() && name == parameter;
    match value {
        Parameter::Integer(number) if *number < 0 => Some("must be 0 or more".to_owned()),
        Parameter::Number(number) if *number < Decimal::ZERO => Some("must be 0 or more".to_owned()),
        Parameter::String(text) if text.is_empty() => None,
        Parameter::String(text) if named(DAY.0, DAY.1) => {
            let day = text.parse::<Date>();
            day.is_err().then(|| "must be a day like 2026-11-20".to_owned())
        }
        Parameter::String(text) => {
            let (_, _, offered, others) = WORDS.iter().find(|(of, name, ..)| named(of, name))?;
            let known = offered.iter().chain(*others).any(|word| text.eq_ignore_ascii_case(word));
            (!known).then(|| format!("must be {}, not `{text}`", one_of(offered)))
        }
        _ => None,
    }
}

/// `all, critical or new`.
fn one_of(words: &[&str]) -> String {
    match words {
        [before @ .., last] if !before.is_empty() => format!("{} or {last}", before.join(", ")),
        _ => words.concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_run_could_make_sense_of_is_told_in_words() {
        let told = |kind: &str, name: &str, text: &str| {
            problem(&kind.into(), name, &Parameter::String(text.to_owned())).unwrap_or_default()
        };
        assert_eq!(told("epa.roundtrip", "mode", "fax"), "must be pas or x12-278, not `fax`");
        assert_eq!(told("tls.certificate", "starttls", "xmpp"), "must be smtp, imap or pop3, not `xmpp`");
        assert_eq!(told("incident.sla", "scope", "new"), "must be critical or all, not `new`");
        assert_eq!(told("portal.doc_link", "entered_date", "2026-13-45"), "must be a day like 2026-11-20");
        for (kind, name, good) in [
            ("epa.roundtrip", "mode", "X12"),
            ("fhir.subscription", "mode", "webhook"),
            ("tls.certificate", "starttls", "none"),
            ("tls.certificate", "starttls", ""),
            ("inventory.coverage", "scope", "new"),
            ("portal.doc_link", "entered_date", "2026-11-20"),
            ("recon.referral_loop", "source", "anything"),
        ] {
            assert_eq!(told(kind, name, good), "", "{kind} {name}");
        }
    }

    #[test]
    fn a_client_is_given_whole_or_not_at_all() {
        let told = |given: &[&str]| missing(&"fhir.bulk_export".into(), |name| given.contains(&name));
        assert!(told(&["base_url", "group_id"]).is_empty());
        assert!(told(&["token_url", "client_id", "private_key", "scopes"]).is_empty());
        assert_eq!(told(&["client_id", "scopes"]), ["token_url", "private_key"]);
        assert_eq!(told(&["key_id"]), ["token_url", "client_id", "private_key", "scopes"]);
        assert!(missing(&"fhir.subscription".into(), |name| name == "client_id").is_empty());
        let with = companions(&"fhir.bulk_export".into(), "private_key");
        assert_eq!(with, ["token_url", "client_id", "scopes", "key_id"]);
        assert!(companions(&"fhir.bulk_export".into(), "group_id").is_empty());
    }

    #[test]
    fn no_number_is_below_zero() {
        let number = |value: Parameter| problem(&"incident.sla".into(), "window_days", &value);
        assert_eq!(number(Parameter::Integer(-4)).as_deref(), Some("must be 0 or more"));
        assert_eq!(number(Parameter::Number(Decimal::NEGATIVE_ONE)).as_deref(), Some("must be 0 or more"));
        assert_eq!(number(Parameter::Integer(0)), None);
    }
}
