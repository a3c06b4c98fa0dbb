//! Reads a capability statement of any release: `Conformance` of DSTU2, `CapabilityStatement` of STU3, R4, R4B, R5.

use std::collections::BTreeSet;

use serde_json::Value;

use super::guides::{guide_version, without_version};
use crate::kinds::json::{items, strings, text};

/// A view of the document. Every question has an answer, whatever is missing.
pub(super) struct Statement<'a> {
    document: &'a Value,
    rest: &'a [Value],
}

impl<'a> Statement<'a> {
    pub(super) fn read(document: &'a Value) -> Self {
        Self { document, rest: items(document, "rest") }
    }

    pub(super) fn document(&self) -> &'a Value {
        self.document
    }

    /// Every `rest` entry, of servers and of clients.
    pub(super) fn rest(&self) -> &'a [Value] {
        self.rest
    }

    /// The entries that describe a server; one that does not say its mode is read as a server's.
    pub(super) fn server(&self) -> impl Iterator<Item = &'a Value> {
        self.rest.iter().filter(|rest| text(rest, "mode").is_none_or(|mode| mode == "server"))
    }

    /// The resources that the server entries describe.
    pub(super) fn resources(&self) -> impl Iterator<Item = &'a Value> {
        self.server().flat_map(|rest| items(rest, "resource"))
    }

    pub(super) fn fhir_version(&self) -> Option<&'a str> {
        text(self.document, "fhirVersion")
    }

    /// The name of the release.
    pub(super) fn release(&self) -> &'static str {
        release(self.fhir_version().unwrap_or_default())
    }

    pub(super) fn kind(&self) -> Option<&'a str> {
        text(self.document, "kind")
    }

    /// `server` where any entry says so, else what the first one says.
    pub(super) fn mode(&self) -> Option<&'a str> {
        let modes = || self.rest.iter().filter_map(|rest| text(rest, "mode"));
        modes().find(|mode| *mode == "server").or_else(|| modes().next())
    }

    pub(super) fn formats(&self) -> Vec<String> {
        strings(self.document, "format")
    }

    /// Name and version of the software.
    pub(super) fn software(&self) -> Option<String> {
        let software = &self.document["software"];
        let name = text(software, "name")?;
        Some(text(software, "version").map_or_else(|| name.to_owned(), |version| format!("{name} {version}")))
    }

    pub(super) fn resource_types(&self) -> Vec<String> {
        sorted(self.resources().filter_map(|resource| text(resource, "type").map(str::to_owned)))
    }

    /// `Type.code`, for example `Patient.read`.
    pub(super) fn interactions(&self) -> Vec<String> {
        sorted(self.resources().flat_map(|resource| {
            let kind = text(resource, "type").unwrap_or_default();
            let codes =
                items(resource, "interaction").iter().filter_map(|interaction| text(interaction, "code"));
            codes.filter(|_| !kind.is_empty()).map(move |code| format!("{kind}.{code}"))
        }))
    }

    /// Names of operations, without `$`. An operation of the bulk data guide also counts under its plain name
    /// `export`, since servers name it `group-export`, `patient-export` or not at all.
    pub(super) fn operations(&self) -> Vec<String> {
        let declared = self.server().flat_map(|rest| items(rest, "operation"));
        let of_resources = self.resources().flat_map(|resource| items(resource, "operation"));
        sorted(declared.chain(of_resources).flat_map(|operation| {
            let name = text(operation, "name").map(|name| name.trim_start_matches('$').to_owned());
            let definition = canonical(&operation["definition"]);
            let exports = definition.as_deref().is_some_and(|definition| {
                let tail = without_version(definition).rsplit('/').next().unwrap_or_default();
                tail == "export" || (definition.contains("bulkdata") && tail.ends_with("-export"))
            });
            name.into_iter().chain(exports.then(|| "export".to_owned()))
        }))
    }

    /// What it claims to implement, with versions where given.
    fn claims(&self) -> Vec<String> {
        [strings(self.document, "instantiates"), strings(self.document, "implementationGuide")].concat()
    }

    /// Canonical addresses without version.
    pub(super) fn instantiates(&self) -> Vec<String> {
        sorted(self.claims().iter().map(|claim| without_version(claim).to_owned()))
    }

    /// Profiles with versions where given: `supportedProfile` since R4, `profile` before and beside it, at the top
    /// in DSTU2 and STU3.
    fn profiles(&self) -> Vec<String> {
        let of_resources = self.resources().flat_map(|resource| {
            let supported = strings(resource, "supportedProfile");
            supported.into_iter().chain(canonicals(&resource["profile"]))
        });
        of_resources.chain(canonicals(&self.document["profile"])).collect()
    }

    pub(super) fn supported_profiles(&self) -> Vec<String> {
        sorted(self.profiles().iter().map(|profile| without_version(profile).to_owned()))
    }

    /// `id#version`, for example `hl7.fhir.us.core#6.1.0`.
    pub(super) fn guide_versions(&self) -> Vec<String> {
        let all = [self.claims(), self.profiles()].concat();
        sorted(all.iter().filter_map(|canonical| guide_version(canonical)))
    }

    /// Codes of the security services, for example `SMART-on-FHIR`.
    pub(super) fn security_services(&self) -> Vec<String> {
        sorted(self.server().flat_map(|rest| items(&rest["security"], "service")).filter_map(|service| {
            let coded = items(service, "coding").iter().find_map(|coding| text(coding, "code"));
            coded.or_else(|| text(service, "text")).map(str::to_owned)
        }))
    }

    /// Whether it says that applications must be authorized: by a service, or by SMART's extension.
    pub(super) fn requires_authorization(&self) -> bool {
        let extensions = self.server().flat_map(|rest| items(&rest["security"], "extension"));
        let smart =
            |extension: &Value| text(extension, "url").is_some_and(|url| url.ends_with("/oauth-uris"));
        self.security_services().iter().any(|code| matches!(code.as_str(), "OAuth" | "SMART-on-FHIR"))
            || extensions.into_iter().any(smart)
    }
}

/// The name of a release by its version.
pub(super) fn release(version: &str) -> &'static str {
    match version.split('.').take(2).collect::<Vec<_>>().as_slice() {
        ["0" | "1", _] => "DSTU2",
        ["3", _] => "STU3",
        ["4", "0"] => "R4",
        ["4", "1" | "3"] => "R4B",
        ["5", _] => "R5",
        ["6", _] => "R6",
        _ => "of an unknown release",
    }
}

/// An address given as text or as a reference.
fn canonical(value: &Value) -> Option<String> {
    value.as_str().or_else(|| text(value, "reference")).map(str::to_owned)
}

fn canonicals(value: &Value) -> Vec<String> {
    match value {
        Value::Array(entries) => entries.iter().filter_map(canonical).collect(),
        lone => canonical(lone).into_iter().collect(),
    }
}

fn sorted(all: impl Iterator<Item = String>) -> Vec<String> {
    all.collect::<BTreeSet<_>>().into_iter().collect()
}
