//! The kinds of checks that go over the network, one module each.
//!
//! To add one: describe it in `check-kinds.toml`, write its module with a `run`, and name it in [`run`].

mod cdshooks_discovery;
mod epa_roundtrip;
mod fhir;
mod fhir_bulk_export;
mod fhir_capability;
mod fhir_endpoint_listing;
mod fhir_read_search;
mod fhir_smart_config;
mod fhir_subscription;
mod file_freshness;
mod hl7v2_mllp;
pub(crate) mod json;
mod portal_doc_link;
pub(crate) mod tls_certificate;
mod udap_metadata;

use domain::check::{Outcome, Parameters};

use crate::failure::{Failure, Layer};
use crate::given::{self, Unusable};
use crate::prober::Context;
use crate::report::Report;
use crate::smart;

/// The codes that [`run`] knows.
const CODES: [&str; 13] = [
    cdshooks_discovery::CODE,
    epa_roundtrip::CODE,
    fhir_bulk_export::CODE,
    fhir_capability::CODE,
    fhir_endpoint_listing::CODE,
    fhir_read_search::CODE,
    fhir_smart_config::CODE,
    fhir_subscription::CODE,
    file_freshness::CODE,
    hl7v2_mllp::CODE,
    portal_doc_link::CODE,
    tls_certificate::CODE,
    udap_metadata::CODE,
];

pub(crate) fn supports(code: &str) -> bool {
    CODES.contains(&code)
}

/// Runs a check of a kind; a kind that is not ours is inconclusive.
pub(crate) async fn run(code: &str, context: &Context<'_>) -> Outcome {
    match code {
        cdshooks_discovery::CODE => cdshooks_discovery::run(context).await,
        epa_roundtrip::CODE => epa_roundtrip::run(context).await,
        fhir_capability::CODE => fhir_capability::run(context).await,
        fhir_bulk_export::CODE => fhir_bulk_export::run(context).await,
        fhir_endpoint_listing::CODE => fhir_endpoint_listing::run(context).await,
        fhir_read_search::CODE => fhir_read_search::run(context).await,
        fhir_smart_config::CODE => fhir_smart_config::run(context).await,
        fhir_subscription::CODE => fhir_subscription::run(context).await,
        file_freshness::CODE => file_freshness::run(context).await,
        hl7v2_mllp::CODE => hl7v2_mllp::run(context).await,
        portal_doc_link::CODE => portal_doc_link::run(context).await,
        tls_certificate::CODE => tls_certificate::run(context).await,
        udap_metadata::CODE => udap_metadata::run(context).await,
        _ => Report::new(code).stop(&Failure::inconclusive(
            Layer::Guard,
            format!("{code} looks at what is reported to Rung or kept there, not over the network: set it up in Rung"),
        )),
    }
}

/// What of a check's parameters no run of its kind could read.
pub(crate) fn unusable(code: &str, parameters: &Parameters) -> Vec<Unusable> {
    let found = match code {
        fhir_bulk_export::CODE | fhir_read_search::CODE => [smart::unusable(parameters), None],
        fhir_subscription::CODE => [smart::unusable(parameters), fhir_subscription::unusable(parameters)],
        epa_roundtrip::CODE => [epa_roundtrip::unusable(parameters), None],
        file_freshness::CODE => [file_freshness::unusable(parameters), None],
        hl7v2_mllp::CODE => hl7v2_mllp::unusable(parameters),
        tls_certificate::CODE => [tls_certificate::unusable(parameters), None],
        udap_metadata::CODE => [udap_metadata::unusable(parameters), None],
        _ => [given::bearer(parameters).err(), None],
    };
    found.into_iter().flatten().collect()
}

/// A parameter that the run needs. The form asks for it, so its absence means a check stored by an older version.
pub(crate) fn required<'a>(context: &'a Context<'_>, name: &str) -> Result<&'a str, Failure> {
    context.parameters.text(name).ok_or_else(|| {
        Failure::inconclusive(
            Layer::Guard,
            format!("{name} is not configured: edit the check and fill it in"),
        )
    })
}

/// An address below the check's base address, its shape and literal host vetted.
pub(crate) fn below_base(context: &Context<'_>, path: &str) -> Result<url::Url, Failure> {
    let base = required(context, "base_url")?.trim_end_matches('/');
    Ok(context.connector.guard().vet_url(&format!("{base}{path}"))?)
}
