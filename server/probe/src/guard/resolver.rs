//! Names to addresses: the system's resolver, and the seam at which a test puts its own.

use std::future::Future;
use std::net::{IpAddr, Ipv4Addr};
use std::pin::Pin;

use hickory_resolver::config::{NameServerConfig, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::{Resolver as Hickory, ResolverBuilder, TokioResolver};
use thiserror::Error;

/// The addresses of a name, in the order in which to try them.
pub type ResolveFuture<'a> = Pin<Box<dyn Future<Output = Result<Vec<IpAddr>, ResolveError>> + Send + 'a>>;

/// Something that knows the addresses of names.
pub trait Resolver: Send + Sync {
    /// Looks a name up. The guard asks once per connection and vets whatever comes back.
    fn resolve<'a>(&'a self, name: &'a str) -> ResolveFuture<'a>;
}

/// Why a name has no addresses.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ResolveError {
    #[error("the name {0} does not exist; check its spelling")]
    NoSuchName(String),
    #[error("the name {0} exists but has no address (no A and no AAAA record)")]
    NoAddress(String),
    /// The name's own servers answer with an error: the target's trouble.
    #[error("the name servers of {name} answer with {code}")]
    ServerFailure { name: String, code: String },
    /// Nobody could be asked: our own trouble, which says nothing about the target.
    #[error(
        "no name server could be asked for {name} ({cause}); check this machine's network and /etc/resolv.conf"
    )]
    NoNameServer { name: String, cause: String },
}

/// The resolver of the operating system's configuration: its name servers, its search list and its hosts file.
pub struct SystemResolver {
    hickory: TokioResolver,
}

impl SystemResolver {
    /// Reads the system's configuration; without one, asks a name server on this machine, as the C library does.
    pub fn new() -> Self {
        let hickory =
            TokioResolver::builder_tokio().and_then(ResolverBuilder::build).unwrap_or_else(|cause| {
                tracing::warn!(%cause, "the system's resolver configuration is unreadable; asking 127.0.0.1");
                let local = NameServerConfig::udp_and_tcp(IpAddr::V4(Ipv4Addr::LOCALHOST));
                let config = ResolverConfig::from_name_servers(vec![local]);
                Hickory::builder_with_config(config, TokioRuntimeProvider::default())
                    .build()
                    .expect("a resolver without TLS has nothing to fail on")
            });
        Self { hickory }
    }
}

impl Default for SystemResolver {
    fn default() -> Self {
        Self::new()
    }
}

impl Resolver for SystemResolver {
    fn resolve<'a>(&'a self, name: &'a str) -> ResolveFuture<'a> {
        Box::pin(async move {
            match self.hickory.lookup_ip(name).await {
                Ok(found) => Ok(found.iter().collect()),
                Err(error) => Err(explain(name, &error)),
            }
        })
    }
}

fn explain(name: &str, error: &NetError) -> ResolveError {
    let name = name.to_owned();
    if error.is_nx_domain() {
        return ResolveError::NoSuchName(name);
    }
    let answered = match error {
        NetError::Dns(DnsError::ResponseCode(code)) => Some(*code),
        NetError::Dns(DnsError::NoRecordsFound(none)) => Some(none.response_code),
        _ => None,
    };
    match answered {
        Some(ResponseCode::NoError) => ResolveError::NoAddress(name),
        Some(ResponseCode::Refused) => {
            ResolveError::NoNameServer { name, cause: "the name server refuses to answer".to_owned() }
        }
        Some(code) => ResolveError::ServerFailure { name, code: code.to_string() },
        None => ResolveError::NoNameServer { name, cause: error.to_string() },
    }
}
