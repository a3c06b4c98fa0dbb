//! Who asks, and how, when a reverse proxy stands in front.
//!
//! What a request says of itself in `X-Forwarded-*` or `Forwarded` (RFC 7239) anybody can write.
//! It is believed only when the connection comes from a proxy that the operator trusts, and of a chain of addresses
//! only as far as each link was written by a trusted one: the client is the rightmost address that is no trusted proxy.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use app::web::ClientAddress;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{FORWARDED, HOST, SET_COOKIE};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

use crate::config::{Transport, TrustedProxies};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Notes on the request who asks ([`ClientAddress`]) and how ([`Transport`]); a cookie that leaves by https is `Secure`.
pub(super) async fn note(
    State(trusted): State<Arc<TrustedProxies>>,
    mut request: Request,
    next: Next,
) -> Response {
    let Some(peer) = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip()) else {
        return next.run(request).await;
    };
    if !trusted.contains(peer) {
        return next.run(request).await;
    }
    let client = client(peer, &chain(request.headers()), &trusted);
    let transport = transport(request.headers());
    if let Some(host) = host(request.headers()) {
        // What the cross-site guard compares a form's origin with.
        request.headers_mut().insert(HOST, host);
    }
    request.extensions_mut().insert(ClientAddress(client.to_string()));
    request.extensions_mut().insert(transport);
    let mut response = next.run(request).await;
    response.extensions_mut().insert(transport);
    if transport == Transport::Encrypted {
        secure_cookies(response.headers_mut());
    }
    response
}

/// The rightmost address that is no trusted proxy. Where the chain breaks off, what is left of it counts for nothing.
fn client(peer: IpAddr, chain: &[Option<IpAddr>], trusted: &TrustedProxies) -> IpAddr {
    let mut nearest = peer;
    for link in chain.iter().rev() {
        let Some(address) = link else { break };
        nearest = *address;
        if !trusted.contains(nearest) {
            break;
        }
    }
    nearest
}

/// The addresses that proxies noted, the client's first; `None` for what is no address. `X-Forwarded-For` goes before
/// `Forwarded`: a proxy that writes only the one may pass the other on as its client sent it.
fn chain(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    if headers.contains_key(FORWARDED_FOR) {
        return items(headers, &FORWARDED_FOR).map(address).collect();
    }
    items(headers, &FORWARDED).map(|element| parameter(element, "for").and_then(address)).collect()
}

/// How the client came to the nearest proxy: that one's word is the last of the list.
fn transport(headers: &HeaderMap) -> Transport {
    let scheme = if headers.contains_key(FORWARDED_PROTO) {
        items(headers, &FORWARDED_PROTO).last()
    } else {
        items(headers, &FORWARDED).last().and_then(|element| parameter(element, "proto"))
    };
    match scheme {
        Some(scheme) if scheme.eq_ignore_ascii_case("https") => Transport::Encrypted,
        _ => Transport::Plain,
    }
}

/// The host that the nearest proxy was asked for, where it says so.
fn host(headers: &HeaderMap) -> Option<HeaderValue> {
    let host = if headers.contains_key(FORWARDED_HOST) {
        items(headers, &FORWARDED_HOST).last()
    } else {
        items(headers, &FORWARDED).last().and_then(|element| parameter(element, "host"))
    };
    let host = host.filter(|host| host.parse::<Authority>().is_ok())?;
    HeaderValue::from_str(host).ok()
}

/// The elements of a header that is a list, over all its lines. What is not visible ASCII is no element.
fn items<'h>(headers: &'h HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'h str> {
    let lines = headers.get_all(name).into_iter().map(|line| line.to_str().unwrap_or_default());
    lines.flat_map(|line| line.split(',')).map(str::trim)
}

/// A parameter of an element of `Forwarded`, without quotes.
fn parameter<'e>(element: &'e str, name: &str) -> Option<&'e str> {
    let mut pairs = element.split(';').filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.find(|(key, _)| key.trim().eq_ignore_ascii_case(name))?;
    Some(value.trim().trim_matches('"'))
}

/// `192.0.2.7`, `192.0.2.7:4711`, `2001:db8::7`, `[2001:db8::7]` or `[2001:db8::7]:4711`.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let plain = bare.parse::<IpAddr>().ok();
    plain.or_else(|| text.parse::<SocketAddr>().ok().map(|socket| socket.ip())).map(|ip| ip.to_canonical())
}

/// The session layer writes cookies for the transport of the configuration; here it is the request's own.
fn secure_cookies(headers: &mut HeaderMap) {
    let marked: Vec<HeaderValue> = headers.get_all(SET_COOKIE).into_iter().map(secured).collect();
    headers.remove(SET_COOKIE);
    for cookie in marked {
        headers.append(SET_COOKIE, cookie);
    }
}

fn secured(cookie: &HeaderValue) -> HeaderValue {
    let Ok(text) = cookie.to_str() else { return cookie.clone() };
    let secure = text.split(';').skip(1).any(|flag| flag.trim().eq_ignore_ascii_case("secure"));
    if secure {
        return cookie.clone();
    }
    HeaderValue::try_from(format!("{text}; Secure")).expect("a header's text and ASCII make a header's text")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        headers
    }

    fn who(lines: &[(&'static str, &'static str)]) -> String {
        let trusted: TrustedProxies = "10.0.0.0/8, 2001:db8:1::/48".parse().unwrap();
        client("10.0.0.1".parse().unwrap(), &chain(&headers(lines)), &trusted).to_string()
    }

    #[test]
    fn the_client_is_the_rightmost_address_that_is_no_trusted_proxy() {
        assert_eq!(who(&[("x-forwarded-for", "203.0.113.9")]), "203.0.113.9");
        // What the client wrote itself stands further left.
        assert_eq!(who(&[("x-forwarded-for", "198.51.100.1, 203.0.113.9")]), "203.0.113.9");
        assert_eq!(who(&[("x-forwarded-for", "203.0.113.9, 10.0.0.7")]), "203.0.113.9");
        assert_eq!(
            who(&[("x-forwarded-for", "198.51.100.1"), ("x-forwarded-for", "203.0.113.9:4711, 10.1.1.1")]),
            "203.0.113.9"
        );
        assert_eq!(who(&[("x-forwarded-for", "[2001:db8:2::7]:443, 2001:db8:1::9")]), "2001:db8:2::7");
        assert_eq!(who(&[("x-forwarded-for", "::ffff:203.0.113.9")]), "203.0.113.9");
    }

    #[test]
    fn a_chain_that_breaks_off_ends_at_the_last_address_that_a_trusted_proxy_wrote() {
        assert_eq!(who(&[]), "10.0.0.1");
        assert_eq!(who(&[("x-forwarded-for", "")]), "10.0.0.1");
        assert_eq!(who(&[("x-forwarded-for", "203.0.113.9, unknown")]), "10.0.0.1");
        assert_eq!(who(&[("x-forwarded-for", "203.0.113.9, nonsense, 10.2.2.2")]), "10.2.2.2");
    }

    #[test]
    fn the_standard_header_is_read_too() {
        assert_eq!(
            who(&[("forwarded", "for=198.51.100.1, for=203.0.113.9;proto=https;by=10.0.0.1")]),
            "203.0.113.9"
        );
        assert_eq!(who(&[("forwarded", "For=\"[2001:db8:2::7]:4711\"")]), "2001:db8:2::7");
        assert_eq!(who(&[("forwarded", "for=_hidden")]), "10.0.0.1");
        let both = [("forwarded", "for=198.51.100.1"), ("x-forwarded-for", "203.0.113.9")];
        assert_eq!(who(&both), "203.0.113.9");
    }

    #[test]
    fn the_nearest_proxy_says_how_the_client_came() {
        let by = |lines: &[(&'static str, &'static str)]| transport(&headers(lines));
        assert_eq!(by(&[("x-forwarded-proto", "https")]), Transport::Encrypted);
        assert_eq!(by(&[("x-forwarded-proto", "https, http")]), Transport::Plain);
        assert_eq!(by(&[("forwarded", "for=203.0.113.9;proto=HTTPS")]), Transport::Encrypted);
        assert_eq!(by(&[]), Transport::Plain);
    }

    #[test]
    fn only_what_is_a_host_replaces_the_host() {
        let by = |host: &'static str| host_of(&[("x-forwarded-host", host)]);
        assert_eq!(by("rung.example.org").as_deref(), Some("rung.example.org"));
        assert_eq!(by("evil.example, rung.example.org:8443").as_deref(), Some("rung.example.org:8443"));
        assert_eq!(by("a b"), None);
        assert_eq!(by(""), None);
        let standard = ("forwarded", "for=203.0.113.9;host=\"rung.example.org:8443\";proto=https");
        assert_eq!(host_of(&[standard]).as_deref(), Some("rung.example.org:8443"));
        let both = [("forwarded", "host=evil.example"), ("x-forwarded-host", "rung.example.org")];
        assert_eq!(host_of(&both).as_deref(), Some("rung.example.org"));
        assert_eq!(host_of(&[("forwarded", "for=203.0.113.9")]), None);
    }

    fn host_of(lines: &[(&'static str, &'static str)]) -> Option<String> {
        host(&headers(lines)).map(|host| host.to_str().unwrap().to_owned())
    }

    #[test]
    fn a_cookie_is_marked_once() {
        let mut answer = headers(&[("set-cookie", "rung=secure; HttpOnly"), ("set-cookie", "a=b; Secure")]);
        secure_cookies(&mut answer);
        let cookies: Vec<_> =
            answer.get_all(SET_COOKIE).into_iter().map(|cookie| cookie.to_str().unwrap()).collect();
        assert_eq!(cookies, ["rung=secure; HttpOnly; Secure", "a=b; Secure"]);
    }
}
