//! The address ranges that Rung does not connect to, from the special-purpose registries of IANA (RFC 6890).

use std::net::IpAddr;
use std::sync::LazyLock;

use ipnet::{IpNet, Ipv6Net};

/// Each range and what its addresses are; more specific ranges come before the ones that contain them.
const RANGES: &[(&str, &str)] = &[
    ("0.0.0.0/32", "the unspecified address"),
    ("0.0.0.0/8", "an address of \"this network\""),
    ("10.0.0.0/8", "a private address"),
    ("100.64.0.0/10", "a carrier-grade NAT (shared) address"),
    ("127.0.0.0/8", "a loopback address"),
    ("169.254.169.254/32", "the cloud metadata address (link-local)"),
    ("169.254.0.0/16", "a link-local address"),
    ("172.16.0.0/12", "a private address"),
    ("192.0.0.0/24", "an address reserved for protocols"),
    ("192.0.2.0/24", "a documentation address"),
    ("192.88.99.0/24", "a 6to4 relay address"),
    ("192.168.0.0/16", "a private address"),
    ("198.18.0.0/15", "a benchmarking address"),
    ("198.51.100.0/24", "a documentation address"),
    ("203.0.113.0/24", "a documentation address"),
    ("224.0.0.0/4", "a multicast address"),
    ("255.255.255.255/32", "the broadcast address"),
    ("240.0.0.0/4", "a reserved address"),
    ("::/128", "the unspecified address"),
    ("::1/128", "a loopback address"),
    ("::ffff:0:0/96", "an IPv4-mapped address"),
    ("::/96", "an IPv4-compatible address"),
    ("::ffff:0:0:0/96", "an IPv4-translated address"),
    ("64:ff9b::/96", "a NAT64 address"),
    ("64:ff9b:1::/48", "a NAT64 address"),
    ("100::/64", "a discard address"),
    ("2001::/32", "a Teredo address"),
    ("2001:2::/48", "a benchmarking address"),
    ("2001:db8::/32", "a documentation address"),
    ("2001::/23", "an address reserved for protocols"),
    ("2002::/16", "a 6to4 address"),
    ("3fff::/20", "a documentation address"),
    ("fc00::/7", "a private (unique local) address"),
    ("fe80::/10", "a link-local address"),
    ("fec0::/10", "a site-local address"),
    ("ff00::/8", "a multicast address"),
];

static REFUSED: LazyLock<Vec<(IpNet, &str)>> = LazyLock::new(|| {
    let read = |&(net, what): &(&str, &'static str)| (net.parse().expect("the ranges above are CIDRs"), what);
    RANGES.iter().map(read).collect()
});

/// Where public IPv6 addresses are; everything outside is refused, named or not.
static GLOBAL_UNICAST: LazyLock<Ipv6Net> =
    LazyLock::new(|| "2000::/3".parse().expect("the global unicast prefix is a CIDR"));

/// What an address is that Rung does not connect to, in words that follow "is"; `None` for a public one.
pub(super) fn refused(address: IpAddr) -> Option<&'static str> {
    let named = REFUSED.iter().find(|(net, _)| net.contains(&address)).map(|(_, what)| *what);
    match address {
        IpAddr::V6(v6) if named.is_none() && !GLOBAL_UNICAST.contains(&v6) => {
            Some("outside the public IPv6 addresses")
        }
        _ => named,
    }
}
