//! Samples that are smaller than a check asks for: a share of a few proves nothing, so it is not observed. How large the
//! sample is and how old are facts all the same, and decide what asks for them.

use domain::KindCode;
use domain::check::{Message, Observations, Parameters, Severity, Status};

/// The size of a kind's sample, the parameter that says how large it must be, and the shares that are taken of it.
struct Sample {
    kind: &'static str,
    size: &'static str,
    least: &'static str,
    shares: &'static [&'static str],
    of: &'static str,
}

const SAMPLES: [Sample; 2] = [
    Sample {
        kind: "recon.portal_api_parity",
        size: "charts",
        least: "min_charts",
        shares: &["match_pct"],
        of: "charts",
    },
    // Documents are a sample of their own, whose size is observed apart.
    Sample {
        kind: "fhir.profile_conformance",
        size: "resources_checked",
        least: "min_sample",
        shares: &["error_pct", "coded_pct", "provenance_pct", "must_support_fill_pct"],
        of: "resources",
    },
];

/// Leaves out what a sample tells that is too small, and says so.
pub(super) fn leave_out_shares(
    kind: &KindCode,
    parameters: &Parameters,
    seen: &mut Observations,
) -> Option<Message> {
    let sample = SAMPLES.iter().find(|sample| sample.kind == kind.as_str())?;
    let size = seen.get(sample.size)?.number()?;
    let least = parameters.number(sample.least).filter(|least| size < *least)?;
    for share in sample.shares {
        seen.unset(share);
    }
    let of = sample.of;
    let text =
        format!("The sample has {size} {of}, and {least} are asked for: a share of so few is left out.");
    Some(Message::new(Severity::Warning, text).at(sample.size))
}

/// What a run is that has too small a sample: a failure where something else fails, and no conclusion otherwise.
pub(super) const fn status_without_shares(status: Status) -> Status {
    if matches!(status, Status::Fail) { Status::Fail } else { Status::Unknown }
}

#[cfg(test)]
mod tests {
    use domain::check::{CheckKind, Condition, Outcome, Reach, judge};

    use super::*;

    fn conformance() -> &'static CheckKind {
        domain::builtin::check_kinds().get(&"fhir.profile_conformance".into()).unwrap()
    }

    fn parameters(least: &str) -> Parameters {
        let raw = [("guide", "hl7.fhir.us.core#6.1.0"), ("min_sample", least), ("feed_token", "x")];
        let raw = raw.map(|(name, value)| (name.to_owned(), value.to_owned())).into_iter().collect();
        Parameters::from_text(conformance(), &raw).unwrap()
    }

    fn sampled(resources: i64) -> Observations {
        let mut seen = Observations::new();
        for (name, value) in [
            ("resources_checked", resources),
            ("error_pct", 1),
            ("coded_pct", 95),
            ("documents_checked", 20),
            ("document_error_pct", 2),
            ("run_age_days", 3),
        ] {
            seen.set(name, value);
        }
        seen
    }

    #[test]
    fn a_small_sample_decides_what_asks_for_its_age_and_nothing_of_its_shares() {
        let kind = conformance();
        let mut observations = sampled(199);
        let said = leave_out_shares(&kind.code, &parameters("200"), &mut observations).unwrap();
        assert!(said.text.contains("199 resources, and 200 are asked for"), "{}", said.text);
        let outcome = Outcome {
            reach: Reach::Answered,
            status: Status::Unknown,
            warned: false,
            observations,
            messages: Vec::new(),
            checked: String::new(),
        };
        let status = |expect: &[&str]| {
            let expect: Vec<_> = expect.iter().map(|text| Condition::read(text, kind).unwrap()).collect();
            judge(&expect, kind, &outcome).status
        };
        assert_eq!(status(&["run_age_days <= 8"]), Status::Pass);
        assert_eq!(status(&["run_age_days <= 2"]), Status::Fail);
        assert_eq!(status(&["resources_checked >= 200", "error_pct <= 2"]), Status::Fail);
        assert_eq!(status(&["coded_pct >= 90"]), Status::Unknown);
        assert_eq!(status(&["documents_checked >= 20", "document_error_pct <= 5"]), Status::Pass);
    }

    #[test]
    fn a_sample_as_large_as_asked_for_stands() {
        let (kind, mut seen) = (conformance(), sampled(200));
        assert_eq!(leave_out_shares(&kind.code, &parameters("200"), &mut seen), None);
        assert_eq!(seen, sampled(200));
        assert_eq!(leave_out_shares(&"hl7v2.flow".into(), &parameters("900"), &mut seen), None);
    }

    #[test]
    fn every_sample_is_one_that_its_kind_observes() {
        for Sample { kind, size, least, shares, .. } in SAMPLES {
            let kind = domain::builtin::check_kinds().get(&kind.into()).unwrap();
            assert!(kind.parameter(least).is_some(), "{least}");
            assert!(shares.iter().chain([&size]).all(|name| kind.observation(name).is_some()), "{size}");
        }
    }
}
