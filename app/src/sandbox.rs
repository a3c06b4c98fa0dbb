//! What the page `/demo` needs of the demonstration: its organization, and endpoints that can be broken and mended.

use std::pin::Pin;

use service::record::Organization;
use service::{Actor, Service};

/// One endpoint of the sandbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SandboxEndpoint {
    /// In forms, for example `fhir`.
    pub id: String,
    /// `FHIR server`.
    pub name: String,
    /// Where it listens, for example `http://127.0.0.1:40123/metadata`.
    pub address: String,
    /// A sentence: what it answers, and what breaking it does.
    pub what: String,
    pub broken: bool,
}

/// The demonstration's organization, once it is there.
pub type Loading<'a> = Pin<Box<dyn Future<Output = Result<Organization, service::Error>> + Send + 'a>>;

/// The switchboard of the sandbox; the server owns the endpoints behind it.
pub trait SandboxControl: Send + Sync {
    /// Every endpoint, in the order in which the page lists them.
    fn endpoints(&self) -> Vec<SandboxEndpoint>;

    /// Breaks or mends an endpoint; an unknown `id` changes nothing.
    fn set_broken(&self, id: &str, broken: bool);

    /// Gives the actor the demonstration's organizations, with checks against the sandbox, or what is missing of them;
    /// answers with the one that the tour is about.
    fn load<'a>(&'a self, service: &'a Service, actor: &'a Actor) -> Loading<'a>;
}
