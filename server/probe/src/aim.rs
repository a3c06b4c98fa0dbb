//! Where a check's traffic goes and what it is about, as its parameters say.

use std::collections::BTreeMap;
use std::fmt;

use domain::check::{CheckKind, Parameter, Parameters};
use url::Url;

/// Parameters with the type of an address or a host that nothing connects to: the name asked for in a handshake, and the
/// canonical name of a topic.
const NAMES: [&str; 2] = ["server_name", "topic"];
/// The one number that says where traffic goes.
const PORT: &str = "port";

/// Parameters that name what a check is about where nothing is connected to: the files, the feed or the contract whose
/// figures are reported, the guide or the layout that they are held against, the suite that was run. Under another name the
/// figures are of something else.
const SUBJECTS: [&str; 10] = [
    "source",
    "contract",
    "feed_name",
    "network",
    "agency",
    "program",
    "pattern",
    "guide",
    "layout",
    "suite",
];

/// What a check is aimed at. Two are equal where every address, host and port is the same, paths included, and they are
/// about the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aim {
    /// As they were entered, by parameter.
    places: BTreeMap<String, String>,
    /// Scheme, host and port of those that are connected to.
    origins: BTreeMap<String, String>,
    /// The host that is spoken to first, and its port where it is written out.
    first: Option<(String, Option<String>)>,
}

impl Aim {
    pub fn of(kind: &CheckKind, parameters: &Parameters) -> Self {
        let mut aim = Self { places: BTreeMap::new(), origins: BTreeMap::new(), first: None };
        for name in kind.parameters.iter().map(|spec| &spec.name) {
            let (place, origin, spoken_to) = match parameters.get(name) {
                Some(Parameter::Url(text)) => {
                    let (origin, spoken_to) = origin(text);
                    (text.clone(), origin, spoken_to)
                }
                Some(Parameter::Host(text)) => {
                    let host = text.to_ascii_lowercase();
                    let port = parameters.integer(PORT).map(|port| port.to_string());
                    (text.clone(), host.clone(), Some((host, port)))
                }
                Some(Parameter::Integer(port)) if name == PORT => (port.to_string(), port.to_string(), None),
                Some(Parameter::String(text)) if SUBJECTS.contains(&name.as_str()) => {
                    aim.places.insert(name.clone(), text.clone());
                    continue;
                }
                _ => continue,
            };
            aim.places.insert(name.clone(), place);
            if !NAMES.contains(&name.as_str()) {
                aim.origins.insert(name.clone(), origin);
                aim.first = aim.first.or(spoken_to);
            }
        }
        aim
    }

    /// The host that is spoken to first, in lower case and without brackets.
    pub fn host(&self) -> Option<&str> {
        self.first.as_ref().map(|(host, _)| host.as_str())
    }

    /// The same with its port where that is written out, as people read it: `fhir.example.org`, `lab.example.org:2575`. A path
    /// or a query may hold what is not for every reader, and is left out.
    pub fn address(&self) -> Option<String> {
        let (host, port) = self.first.as_ref()?;
        let host = if host.contains(':') { format!("[{host}]") } else { host.clone() };
        Some(match port {
            Some(port) => format!("{host}:{port}"),
            None => host,
        })
    }

    /// Whether whatever is sent goes to the same schemes, hosts and ports. Only then may a secret go along that was entered
    /// for the other.
    pub fn has_origins_of(&self, other: &Self) -> bool {
        self.origins == other.origins
    }
}

/// For people: `fhir.example.org:443`, or the addresses and names with commas between.
impl fmt::Display for Aim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut first = true;
        for (name, place) in self.places.iter().filter(|(name, _)| *name != PORT) {
            if !std::mem::take(&mut first) {
                f.write_str(", ")?;
            }
            f.write_str(place)?;
            if let Some(port) = self.places.get(PORT).filter(|_| name == "host") {
                write!(f, ":{port}")?;
            }
        }
        Ok(())
    }
}

/// Scheme, host and port of an address, and its host with a port that is written out; the address itself where it is none.
fn origin(text: &str) -> (String, Option<(String, Option<String>)>) {
    let Ok(url) = Url::parse(text) else { return (text.to_owned(), None) };
    let host = url.host_str().map(str::to_ascii_lowercase).filter(|host| !host.is_empty());
    let port = url.port_or_known_default().map(|port| port.to_string()).unwrap_or_default();
    let origin = format!("{}://{}:{port}", url.scheme(), host.as_deref().unwrap_or_default());
    let written = url.port().map(|port| port.to_string());
    (origin, host.map(|host| (host.trim_matches(['[', ']']).to_owned(), written)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aim(kind: &str, raw: &[(&str, &str)]) -> Aim {
        let kind = domain::builtin::check_kinds().get(&kind.into()).expect("a built-in kind");
        let raw = raw.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        Aim::of(kind, &Parameters::from_text(kind, &raw).expect("parameters that the kind accepts"))
    }

    fn at(url: &str) -> Aim {
        aim("fhir.capability", &[("base_url", url)])
    }

    #[test]
    fn another_path_is_another_aim_of_the_same_origin() {
        let before = at("https://fhir.example.org/r4");
        for same in ["https://FHIR.example.org/r4/", "https://fhir.example.org/r4"] {
            assert_eq!(at(same), before, "{same}");
        }
        for beside in ["https://fhir.example.org:443/r4", "https://fhir.example.org/r5"] {
            assert!(at(beside) != before && at(beside).has_origins_of(&before), "{beside}");
        }
        for elsewhere in
            ["http://fhir.example.org/r4", "https://fhir.example.org:8443/r4", "https://fhir.example.com/r4"]
        {
            assert!(!at(elsewhere).has_origins_of(&before), "{elsewhere}");
        }
    }

    #[test]
    fn every_host_and_port_of_a_check_counts_but_no_mere_name() {
        let tls = |host, port, name| {
            aim("tls.certificate", &[("host", host), ("port", port), ("server_name", name)])
        };
        let before = tls("one.example.org", "443", "a.example.org");
        assert!(!tls("two.example.org", "443", "a.example.org").has_origins_of(&before));
        assert!(!tls("one.example.org", "8443", "a.example.org").has_origins_of(&before));
        let renamed = tls("one.example.org", "443", "b.example.org");
        assert!(renamed != before && renamed.has_origins_of(&before));
    }

    #[test]
    fn a_place_for_files_is_where_it_is_said_to_be() {
        let place =
            |location| aim("file.freshness", &[("location", location), ("pattern", "*"), ("cadence", "1d")]);
        assert!(!place("sftp://two.example.org/in").has_origins_of(&place("sftp://one.example.org/in")));
        assert!(place("sftp://one.example.org/out").has_origins_of(&place("sftp://one.example.org/in")));
        assert!(!place("s3://one.example.org/in").has_origins_of(&place("sftp://one.example.org/in")));
        assert!(!place("s3://one.example.org/in").has_origins_of(&place("")), "a place where there was none");
    }

    #[test]
    fn what_reports_are_about_is_part_of_the_aim_and_sends_nothing_elsewhere() {
        let claims =
            |source, cadence| aim("recon.claims_clinical", &[("source", source), ("cadence_days", cadence)]);
        let before = claims("claims of the quarter", "30");
        assert_eq!(claims("claims of the quarter", "7"), before);
        let other = claims("claims of the year", "30");
        assert!(other != before && other.has_origins_of(&before));
        let lists = |contract| {
            aim(
                "attribution.cadence",
                &[
                    ("contract", contract),
                    ("expected_every", "1d"),
                    ("list_cadence_days", "31"),
                    ("feed_token", "a-token"),
                ],
            )
        };
        assert_ne!(lists("Medicare ACO"), lists("Medicaid"));
        let fed = [("feed_token", "a-token"), ("expected_every", "1d"), ("agency", "State")];
        for (kind, name) in [
            ("fhir.profile_conformance", "guide"),
            ("file.schema", "layout"),
            ("publichealth.ack", "program"),
            ("consent.test", "suite"),
        ] {
            let kind_of = domain::builtin::check_kinds().get(&kind.into()).expect("a built-in kind");
            let known = |raw: &&(&str, &str)| kind_of.parameter(raw.0).is_some();
            let of = |subject| {
                let raw: Vec<_> = fed.iter().filter(known).copied().chain([(name, subject)]).collect();
                aim(kind, &raw)
            };
            assert_ne!(of("one"), of("another"), "{kind}");
        }
    }

    #[test]
    fn an_aim_is_told_in_words() {
        assert_eq!(at("https://fhir.example.org/r4").to_string(), "https://fhir.example.org/r4");
        let tls = aim("tls.certificate", &[("host", "one.example.org"), ("port", "443")]);
        assert_eq!(tls.to_string(), "one.example.org:443");
    }

    #[test]
    fn the_host_is_without_port_brackets_and_path() {
        for (url, host) in [
            ("https://FHIR.example.org:8443/r4?x=1", "fhir.example.org"),
            ("http://127.0.0.1:80", "127.0.0.1"),
            ("https://[fd00::1]:443/", "fd00::1"),
        ] {
            assert_eq!(at(url).host(), Some(host), "{url}");
        }
        let fed = [("feed_token", "a-token"), ("expected_every", "1d"), ("feed_name", "ADT")];
        assert_eq!(aim("hl7v2.flow", &fed).host(), None);
    }

    #[test]
    fn an_address_for_readers_is_host_and_port_alone() {
        for (url, address) in [
            ("https://FHIR.example.org/r4?token=open-sesame", "fhir.example.org"),
            ("https://fhir.example.org:8443/r4?x=1", "fhir.example.org:8443"),
            ("https://[fd00::1]:8443/", "[fd00::1]:8443"),
            ("https://[fd00::1]/", "[fd00::1]"),
        ] {
            assert_eq!(at(url).address().as_deref(), Some(address), "{url}");
        }
        let tls =
            aim("tls.certificate", &[("host", "fd00::1"), ("port", "443"), ("server_name", "b.example.org")]);
        assert_eq!(tls.address().as_deref(), Some("[fd00::1]:443"));
        let fed = [("feed_token", "a-token"), ("expected_every", "1d"), ("feed_name", "ADT")];
        assert_eq!(aim("hl7v2.flow", &fed).address(), None);
    }
}
