//! A host as people write it: a name, or an address in any spelling that some resolver would accept.

use std::net::Ipv6Addr;

use url::{Host, Url};

use super::GuardError;

/// Reads a host without a port: a name, an IPv4 address in any spelling (`127.1`, `0x7f.1`, `2130706433`,
/// `0177.0.0.1`), or an IPv6 address with or without brackets. Addresses come back as addresses, never as names.
pub(super) fn read_host(text: &str) -> Result<Host, GuardError> {
    let text = text.trim();
    if let Ok(v6) = text.parse::<Ipv6Addr>() {
        return Ok(Host::Ipv6(v6));
    }
    match Host::parse(text) {
        Ok(Host::Domain(name)) if name.is_empty() => Err(GuardError::BadHost { host: text.to_owned() }),
        Ok(host) => Ok(host),
        Err(_) => Err(GuardError::BadHost { host: text.to_owned() }),
    }
}

/// Reads an `http` or `https` address. User names and passwords do not belong in it: it is shown and stored.
pub(super) fn read_url(text: &str) -> Result<Url, GuardError> {
    let bad = |problem: &str| GuardError::BadUrl { url: without_user(text), problem: problem.to_owned() };
    let url = Url::parse(text.trim()).map_err(|error| bad(&error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(bad("it must begin with https:// or http://"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(bad("leave the user name and password out of it"));
    }
    if url.host().is_none() {
        return Err(bad("it names no host"));
    }
    Ok(url)
}

/// The host of a URL as its writer spelled it (`0x7f.1` rather than `127.0.0.1`), for messages only.
pub(super) fn host_as_written(text: &str) -> &str {
    let rest = text.split_once(':').map_or(text, |(_, rest)| rest).trim_start_matches(['/', '\\']);
    let authority = rest.split(['/', '\\', '?', '#']).next().unwrap_or(rest);
    let host_port = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    match host_port.rfind(']') {
        Some(end) => &host_port[..=end],
        None => host_port.rsplit_once(':').map_or(host_port, |(host, _)| host),
    }
}

fn without_user(text: &str) -> String {
    match (text.find("//"), text.find('@')) {
        (Some(start), Some(end)) if start + 2 <= end => format!("{}…{}", &text[..start + 2], &text[end..]),
        _ => text.to_owned(),
    }
}
