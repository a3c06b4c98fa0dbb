//! What people paste into a check: keys, certificates, credentials, tokens, messages.
//!
//! A form that keeps it and the run that uses it read it by the same functions, so that what no run could use is refused
//! where it is typed. A check that was kept before says so when it runs.

use domain::KindCode;
use domain::check::{ParameterError, Parameters};
use http::HeaderValue;

use crate::failure::{Failure, Layer};
use crate::kinds;

/// A parameter that no run can use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unusable {
    pub(crate) name: &'static str,
    /// What is wrong and what is wanted, as it follows a colon. Never repeats a secret.
    pub(crate) problem: String,
}

impl Unusable {
    pub(crate) fn new(name: &'static str, problem: impl Into<String>) -> Self {
        Self { name, problem: problem.into() }
    }
}

impl From<Unusable> for Failure {
    fn from(unusable: Unusable) -> Self {
        let Unusable { name, problem } = unusable;
        Self::inconclusive(Layer::Guard, format!("{name} is not usable: {problem}"))
    }
}

/// What no run of a check of this kind could read, beyond what the kind's own rules say of its parameters.
pub fn unreadable(kind: &KindCode, parameters: &Parameters) -> Vec<ParameterError> {
    let found = kinds::unusable(kind.as_str(), parameters).into_iter();
    found.map(|unusable| ParameterError::new(unusable.name, &unusable.problem)).collect()
}

/// An optional text, where it says something.
pub(crate) fn text<'p>(parameters: &'p Parameters, name: &str) -> Option<&'p str> {
    parameters.text(name).map(str::trim).filter(|text| !text.is_empty())
}

/// The token of kinds that may need one.
pub(crate) fn bearer(parameters: &Parameters) -> Result<(), Unusable> {
    match text(parameters, "bearer_token") {
        Some(token) => header("bearer_token", token),
        None => Ok(()),
    }
}

/// Whether an `Authorization` header can carry it.
pub(crate) fn header(name: &'static str, value: &str) -> Result<(), Unusable> {
    let carried = HeaderValue::from_str(value.trim());
    carried.map(|_| ()).map_err(|_| {
        Unusable::new(name, "it holds characters that no HTTP header can carry, such as a line break")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = include_str!("../tests/fixtures/keys/p384-sec1.pem");

    fn told(kind: &str, more: &[(&str, &str)]) -> Vec<(String, String)> {
        let kind = domain::builtin::check_kinds().get(&kind.into()).expect("a built-in kind");
        let raw = more.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        let parameters = Parameters::from_text(kind, &raw).expect("parameters that the kind accepts");
        let found = unreadable(&kind.code, &parameters);
        found.into_iter().map(|error| (error.name, error.problem)).collect()
    }

    /// The one parameter that is told of, and what of it.
    fn one(kind: &str, more: &[(&str, &str)]) -> (String, String) {
        let mut found = told(kind, more);
        assert_eq!(found.len(), 1, "{kind}: {found:?}");
        found.remove(0)
    }

    fn client<'a>(key: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        let base = [
            ("base_url", "https://fhir.example.org/r4"),
            ("token_url", "https://fhir.example.org/token"),
            ("client_id", "rung"),
            ("scopes", "system/*.rs"),
            ("private_key", key),
        ];
        base.into_iter().chain(more.iter().copied()).collect()
    }

    #[test]
    fn a_key_that_cannot_sign_is_named_and_not_repeated() {
        for (kind, more) in [
            ("fhir.bulk_export", vec![("group_id", "g1")]),
            ("fhir.read_search", vec![("patient_ids", "p1")]),
            ("fhir.subscription", Vec::new()),
        ] {
            let (name, problem) = one(kind, &client("hunter2", &more));
            assert_eq!(name, "private_key", "{kind}");
            assert!(problem.starts_with("It is neither a PEM") && problem.ends_with('.'), "{problem}");
            assert!(!problem.contains("hunter2"), "{problem}");
            assert!(told(kind, &client(KEY, &more)).is_empty(), "{kind}");
        }
    }

    #[test]
    fn what_a_subscription_cannot_cause_is_named_beside_its_key() {
        let found = told("fhir.subscription", &client("hunter2", &[("test_event", "a fax")]));
        let names: Vec<_> = found.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["private_key", "test_event"]);
    }

    #[test]
    fn trust_anchors_are_certificates() {
        let garbled = "-----BEGIN CERTIFICATE-----\nAAECAwQ=\n-----END CERTIFICATE-----\n";
        let udap = |anchor: &'static str| {
            vec![("base_url", "https://fhir.example.org/r4"), ("trust_anchors", anchor)]
        };
        let tls = |anchor: &'static str| vec![("host", "fhir.example.org"), ("private_ca", anchor)];
        let mllp = |anchor: &'static str| {
            [&tls(anchor)[..], &[("port", "2575"), ("message_type", "ADT^A01")]].concat()
        };
        for (text, wanted) in [
            ("not a certificate\n", "It holds no certificate"),
            (garbled, "Its certificate cannot be read"),
            (KEY, "It holds no certificate"),
        ] {
            for (kind, name, given) in [
                ("udap.metadata", "trust_anchors", udap(text)),
                ("tls.certificate", "private_ca", tls(text)),
                ("hl7v2.mllp", "private_ca", mllp(text)),
            ] {
                let (at, problem) = one(kind, &given);
                assert_eq!(at, name);
                assert!(problem.starts_with(wanted), "{problem}");
            }
        }
        assert!(told("tls.certificate", &[("host", "fhir.example.org")]).is_empty());
    }

    #[test]
    fn credentials_of_a_place_for_files_are_read_as_that_place_wants_them() {
        let place = |location, credentials| {
            [("location", location), ("pattern", "*"), ("cadence", "1d"), ("credentials", credentials)]
        };
        let lost = "reader:-----BEGIN OPENSSH PRIVATE KEY-----hunter2-----END OPENSSH PRIVATE KEY-----";
        for (location, credentials) in [
            ("sftp://files.example.org/out", "hunter2"),
            ("sftp://files.example.org/out", lost),
            ("sftp://files.example.org/out", "reader:hunter2@SHA256:short"),
            ("s3://storage.example.org/bucket", "hunter2"),
            ("https://files.example.org/out", "hunter2"),
        ] {
            let (name, problem) = one("file.freshness", &place(location, credentials));
            assert_eq!(name, "credentials", "{location}");
            assert!(!problem.contains("hunter2"), "{problem}");
        }
        for (location, good) in [
            ("sftp://files.example.org/out", "reader:pass"),
            ("s3://storage.example.org/bucket", "AKIA1:abc"),
            ("https://files.example.org/out", "Bearer abc"),
            ("file:///claims/in", "what nobody asks for"),
        ] {
            assert!(told("file.freshness", &place(location, good)).is_empty(), "{location}");
        }
    }

    #[test]
    fn test_credentials_tokens_and_messages_are_read_too() {
        let payer = |credentials| {
            [
                ("endpoint", "https://payer.example.org/r4"),
                ("mode", "pas"),
                ("test_case", "CASE-1"),
                ("credentials", credentials),
            ]
        };
        let keyless =
            r#"{"token_url":"https://payer.example.org/token","client_id":"c","private_key":"hunter2"}"#;
        for credentials in ["user hunter2", "{hunter2", keyless, "hunter2\u{7f}"] {
            let (name, problem) = one("epa.roundtrip", &payer(credentials));
            assert!(name == "credentials" && !problem.contains("hunter2"), "{name}: {problem}");
        }
        assert!(told("epa.roundtrip", &payer("Basic user:password")).is_empty());
        let token = [("base_url", "https://fhir.example.org/r4"), ("bearer_token", "hun\nter2")];
        let (name, problem) = one("fhir.capability", &token);
        assert!(name == "bearer_token" && !problem.contains("ter2"), "{name}: {problem}");
        let message = [("host", "hl7.example.org"), ("port", "2575"), ("message_type", "MDM^T02")];
        let (name, problem) = one("hl7v2.mllp", &message);
        assert!(name == "message_type" && problem.contains("ADT^A01"), "{name}: {problem}");
    }
}
