//! Names of implementation guides and their versions, from canonical addresses.

use super::statement::{Statement, release};

/// A canonical address without `|version`.
pub(super) fn without_version(canonical: &str) -> &str {
    canonical.split('|').next().unwrap_or(canonical)
}

/// `http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient|6.1.0` belongs to `hl7.fhir.us.core#6.1.0`.
/// `None` without a version, or where the address does not show the guide.
pub(super) fn guide_version(canonical: &str) -> Option<String> {
    let (address, version) = canonical.split_once('|')?;
    let version = version.trim();
    if version.is_empty() {
        return None;
    }
    guide(address.trim_end_matches('/')).map(|id| format!("{id}#{version}"))
}

/// A guide's id: what follows `ImplementationGuide/` where that is a package id, else by HL7's scheme of addresses.
fn guide(address: &str) -> Option<String> {
    if let Some((_, id)) = address.split_once("/ImplementationGuide/")
        && id.contains('.')
    {
        return Some(id.to_owned());
    }
    let path = address.strip_prefix("http://").or_else(|| address.strip_prefix("https://"))?;
    let path = path.strip_prefix("hl7.org/fhir/").or_else(|| path.strip_prefix("www.hl7.org/fhir/"))?;
    let segments =
        path.split('/').take_while(|segment| !segment.starts_with(|c: char| c.is_ascii_uppercase()));
    let name: Vec<_> = segments.collect();
    if name.is_empty() { None } else { Some(format!("hl7.fhir.{}", name.join("."))) }
}

/// Whether a statement declares a version of the plan: a guide as `id#version`, or FHIR's own as `4.0.1` or `R4`.
pub(super) fn declares(statement: &Statement<'_>, planned: &str) -> bool {
    let planned = planned.trim();
    if statement.guide_versions().iter().any(|declared| declared.eq_ignore_ascii_case(planned)) {
        return true;
    }
    let own = planned
        .strip_prefix("hl7.fhir.core#")
        .or_else(|| planned.strip_prefix("FHIR "))
        .unwrap_or(planned)
        .trim();
    statement.fhir_version().is_some_and(|version| {
        version == own
            || version.starts_with(&format!("{own}."))
            || release(version).eq_ignore_ascii_case(own)
    })
}

#[cfg(test)]
mod tests {
    use super::guide_version;

    #[test]
    fn a_guide_is_named_by_its_package_id_or_by_hl7s_address_scheme() {
        let named = |canonical| guide_version(canonical).unwrap_or_default();
        assert_eq!(
            named("http://hl7.org/fhir/us/core/ImplementationGuide/hl7.fhir.us.core|6.1.0"),
            "hl7.fhir.us.core#6.1.0"
        );
        assert_eq!(
            named("http://hl7.org/fhir/us/core/CapabilityStatement/us-core-server|3.1.1"),
            "hl7.fhir.us.core#3.1.1"
        );
        assert_eq!(named("http://hl7.org/fhir/us/core/CapabilityStatement/us-core-server"), "");
        assert_eq!(named("http://hl7.org/fhir/StructureDefinition/Patient|4.0.1"), "");
        assert_eq!(named("https://example.org/StructureDefinition/x|1.0"), "");
    }
}
