//! The guard: which addresses Rung connects to.
//!
//! Rung connects where its users tell it to, from inside someone's network. So that a check cannot be aimed at the
//! machine itself, at a cloud's metadata service or at the neighbours, only public addresses are connected to, unless
//! the operator names others (`RUNG_PROBE_ALLOW`). A name is resolved once; if any of its addresses is refused the
//! name is refused; the caller connects to the addresses that come back and to nothing else, so an answer that
//! changes between two look-ups changes nothing.

mod host;
mod range;
mod resolver;

use std::net::IpAddr;
use std::str::FromStr;
use std::sync::Arc;

use domain::check::{Parameter, Parameters};
use ipnet::IpNet;
use thiserror::Error;
use url::{Host, Url};

pub use resolver::{ResolveError, ResolveFuture, Resolver, SystemResolver};

/// Why the guard does not let a connection through.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum GuardError {
    /// An address that Rung does not connect to. `host` is as its writer spelled it.
    #[error(
        "{} {what}: Rung does not connect there unless RUNG_PROBE_ALLOW (or --allow) names {} or its network",
        subject(.host, *.address),
        .address.to_canonical()
    )]
    Refused { host: String, address: IpAddr, what: &'static str },
    #[error("\"{host}\" is not a host name or an IP address")]
    BadHost { host: String },
    #[error("\"{url}\" is not an address that can be checked: {problem}")]
    BadUrl { url: String, problem: String },
    #[error(transparent)]
    Unresolved(#[from] ResolveError),
}

/// `10.0.0.1 is`, or `intranet.example.org means 10.0.0.1, which is` where the two differ.
fn subject(host: &str, address: IpAddr) -> String {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    if bare == address.to_string() {
        format!("{bare} is")
    } else {
        format!("{host} means {address}, which is")
    }
}

/// The networks that an operator lets checks connect to although they are not public.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AllowList(Vec<IpNet>);

/// An entry of the allow-list that is not a network.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("\"{0}\" is not a network: write an address or a CIDR such as 10.1.0.0/16 or fd00:1::/32")]
pub struct AllowListError(pub String);

impl AllowList {
    pub fn new(nets: Vec<IpNet>) -> Self {
        Self(nets)
    }

    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.iter().any(|net| net.contains(&address))
    }
}

/// CIDRs or single addresses, separated by commas or spaces; empty allows nothing beyond the public addresses.
impl FromStr for AllowList {
    type Err = AllowListError;

    fn from_str(text: &str) -> Result<Self, AllowListError> {
        let entries = text.split(|c: char| c == ',' || c.is_whitespace()).filter(|entry| !entry.is_empty());
        let nets = entries.map(|entry| {
            let net = entry.parse::<IpNet>().or_else(|_| entry.parse::<IpAddr>().map(IpNet::from));
            net.map_err(|_| AllowListError(entry.to_owned()))
        });
        Ok(Self(nets.collect::<Result<_, _>>()?))
    }
}

/// Whether an address is one of the open network's, and not of a network of somebody's own.
pub(crate) fn is_public(address: IpAddr) -> bool {
    range::refused(address).is_none()
}

/// Decides, for every connection, whether it may be made and to which addresses.
#[derive(Clone)]
pub struct Guard {
    allow: AllowList,
    resolver: Arc<dyn Resolver>,
}

impl Guard {
    pub fn new(allow: AllowList, resolver: Arc<dyn Resolver>) -> Self {
        Self { allow, resolver }
    }

    /// Looks at an address without using the network, as a form does before a check is stored: its shape, an IP
    /// literal in any spelling, and the names that always mean this machine. A name that resolves to a refused
    /// address is found when the check runs.
    pub fn vet_url(&self, text: &str) -> Result<Url, GuardError> {
        let url = host::read_url(text)?;
        if let Some(found) = url.host() {
            self.vet_literal(&found.to_owned(), host::host_as_written(text))?;
        }
        Ok(url)
    }

    /// The same for a bare host.
    pub fn vet_host(&self, text: &str) -> Result<(), GuardError> {
        self.vet_literal(&host::read_host(text)?, text)
    }

    /// The same for an address that need not be the web's. A folder of this machine names no host.
    fn vet_place(&self, text: &str) -> Result<(), GuardError> {
        match text.split_once("://") {
            Some(("file", _)) => Ok(()),
            Some(("sftp" | "s3", _)) => self.vet_host(host::host_as_written(text)),
            _ => self.vet_url(text).map(|_| ()),
        }
    }

    /// The same for every target among a check's parameters; answers with the names of those refused.
    pub fn vet_parameters(&self, parameters: &Parameters) -> Vec<(String, GuardError)> {
        let vetted = parameters.iter().filter_map(|(name, parameter)| {
            let verdict = match parameter {
                Parameter::Url(text) => self.vet_place(text),
                // The name asked for in the handshake, not one that is connected to.
                Parameter::Host(_) if name == "server_name" => Ok(()),
                Parameter::Host(text) => self.vet_host(text),
                _ => Ok(()),
            };
            verdict.err().map(|error| (name.to_owned(), error))
        });
        vetted.collect()
    }

    /// Reads a bare host as it is written in a check's parameters.
    pub(crate) fn read_host(text: &str) -> Result<Host, GuardError> {
        host::read_host(text)
    }

    /// The addresses to connect to for a host, every one vetted. One look-up, no second one later.
    pub(crate) async fn addresses(&self, host: &Host) -> Result<Vec<IpAddr>, GuardError> {
        let name = match host {
            Host::Ipv4(v4) => return Ok(vec![self.vet(IpAddr::V4(*v4), &v4.to_string())?]),
            Host::Ipv6(v6) => return Ok(vec![self.vet(IpAddr::V6(*v6), &v6.to_string())?]),
            Host::Domain(name) => name,
        };
        let found = self.resolver.resolve(name).await?;
        let verdicts: Vec<_> = found.iter().map(|address| self.vet(*address, name)).collect();
        // "localhost" is ::1 as well as 127.0.0.1: whoever allowed one of them is not refused for the other.
        let loopback_allowed = verdicts.iter().flatten().any(IpAddr::is_loopback);
        let mut vetted = Vec::with_capacity(found.len());
        for (address, verdict) in found.iter().zip(verdicts) {
            match verdict {
                Err(_) if loopback_allowed && address.is_loopback() => {}
                other => vetted.push(other?),
            }
        }
        vetted.dedup();
        if vetted.is_empty() {
            return Err(ResolveError::NoAddress(name.clone()).into());
        }
        Ok(vetted)
    }

    fn vet_literal(&self, host: &Host, written: &str) -> Result<(), GuardError> {
        match host {
            Host::Ipv4(v4) => self.vet(IpAddr::V4(*v4), written).map(|_| ()),
            Host::Ipv6(v6) => self.vet(IpAddr::V6(*v6), written).map(|_| ()),
            Host::Domain(name) if is_localhost(name) => {
                let v4 = self.vet(IpAddr::from([127, 0, 0, 1]), written);
                let v6 = self.vet(IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1]), written);
                if v6.is_ok() { Ok(()) } else { v4.map(|_| ()) }
            }
            Host::Domain(_) => Ok(()),
        }
    }

    /// The address to connect to, which for an IPv4-mapped one is the IPv4 address it maps.
    fn vet(&self, address: IpAddr, host: &str) -> Result<IpAddr, GuardError> {
        let meant = address.to_canonical();
        if self.allow.contains(address) || self.allow.contains(meant) {
            return Ok(meant);
        }
        match range::refused(address) {
            None => Ok(meant),
            Some(what) => Err(GuardError::Refused { host: host.to_owned(), address, what }),
        }
    }
}

/// Names that mean this machine wherever they are asked (RFC 6761, section 6.3).
fn is_localhost(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}

#[cfg(test)]
mod tests;
