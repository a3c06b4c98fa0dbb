//! Figures of kind `fhir.profile_conformance`: of what a validator found, and of a sample held against a profile's
//! required elements.
//!
//! A validator's result is an `OperationOutcome` for each resource that it looked at, as the HL7 validator writes them
//! into a Bundle. The structural check reads a `StructureDefinition` with its snapshot
//! (<https://hl7.org/fhir/structuredefinition.html>): it finds what is required and absent, and how often what must be
//! supported is filled. It is no validator: of slices, invariants, bindings and types it says nothing. Only counts and the
//! paths of elements come out.

mod outcome;
mod profile;

pub use outcome::Outcomes;
pub use profile::{Profile, ProfileError, Sample};

use rust_decimal::Decimal;

/// Percent with four places; nothing of nothing.
fn share(part: u64, whole: u64) -> Option<Decimal> {
    (whole > 0).then(|| (Decimal::from(part) * Decimal::ONE_HUNDRED / Decimal::from(whole)).round_dp(4))
}
