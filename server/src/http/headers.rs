//! Security headers, on every answer.

use std::sync::Arc;

use app::web::{Attachment, PageNonce};
use axum::extract::{Request, State};
use axum::http::header::{
    CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

use crate::config::Transport;

const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// Marks the answer that carries a worker's script: its policy is its own, not that of the page that starts it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WorkerScript;

/// A worker loads our own script and WebAssembly, and nothing else.
const WORKER_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; frame-ancestors 'none'",
);

/// Somebody's file: should a browser show it all the same, it runs nothing, loads nothing and belongs to no origin.
const ATTACHMENT_POLICY: HeaderValue = HeaderValue::from_static(
    "sandbox; default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
);

/// What every answer carries, made once.
pub(super) struct Headers {
    fixed: HeaderMap,
    /// Browsers are held to https.
    strict: HeaderValue,
    /// For everything but a page with an island.
    without_scripts: HeaderValue,
}

impl Headers {
    pub(super) fn new(transport: Transport) -> Self {
        let mut fixed = HeaderMap::new();
        let pairs = [
            (X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (X_FRAME_OPTIONS, "DENY"),
            (REFERRER_POLICY, "same-origin"),
            (PERMISSIONS_POLICY, "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
            (OPENER_POLICY, "same-origin"),
            (RESOURCE_POLICY, "same-origin"),
        ];
        for (name, value) in pairs {
            fixed.insert(name, HeaderValue::from_static(value));
        }
        let strict = HeaderValue::from_static("max-age=31536000; includeSubDomains");
        if transport == Transport::Encrypted {
            fixed.insert(STRICT_TRANSPORT_SECURITY, strict.clone());
        }
        Self { fixed, strict, without_scripts: content_security_policy(None) }
    }
}

/// Sets them, the Content-Security-Policy with the nonce of the page's own script if it has one.
pub(super) async fn set(State(headers): State<Arc<Headers>>, request: Request, next: Next) -> Response {
    // As a trusted proxy said, if there is one.
    let by_proxy = request.extensions().get::<Transport>().copied();
    let mut response = next.run(request).await;
    let policy = match response.extensions().get::<PageNonce>() {
        Some(PageNonce(nonce)) => content_security_policy(Some(nonce)),
        None if response.extensions().get::<Attachment>().is_some() => ATTACHMENT_POLICY,
        None if response.extensions().get::<WorkerScript>().is_some() => WORKER_POLICY,
        None => headers.without_scripts.clone(),
    };
    let answer = response.headers_mut();
    answer.reserve(headers.fixed.len() + 1);
    for (name, value) in &headers.fixed {
        // A page with a secret in its address is stricter by itself.
        answer.entry(name).or_insert_with(|| value.clone());
    }
    answer.insert(CONTENT_SECURITY_POLICY, policy);
    if by_proxy == Some(Transport::Encrypted) {
        answer.insert(STRICT_TRANSPORT_SECURITY, headers.strict.clone());
    }
    response
}

/// Nothing from elsewhere, nothing inline but what carries the nonce; WebAssembly is compiled, no text evaluated.
fn content_security_policy(nonce: Option<&str>) -> HeaderValue {
    let scripts = match nonce {
        Some(nonce) => format!("script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'"),
        None => "script-src 'none'".to_owned(),
    };
    let policy = format!(
        "default-src 'none'; {scripts}; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    HeaderValue::try_from(policy).expect("a nonce is base64, the rest is ASCII")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_without_a_script_of_its_own_allows_none() {
        let policy = content_security_policy(None);
        let policy = policy.to_str().unwrap();
        assert!(policy.contains("script-src 'none'") && policy.contains("default-src 'none'"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
    }

    #[test]
    fn only_webassembly_and_the_nonce_are_allowed_beside_our_own_files() {
        let policy = content_security_policy(Some("c2VjcmV0"));
        let policy = policy.to_str().unwrap();
        assert!(policy.contains("script-src 'self' 'nonce-c2VjcmV0' 'wasm-unsafe-eval';"), "{policy}");
        assert!(!policy.contains("'unsafe-inline'") && !policy.contains("'unsafe-eval'"), "{policy}");
    }

    #[test]
    fn browsers_are_held_to_https_only_where_they_come_by_it() {
        assert!(!Headers::new(Transport::Plain).fixed.contains_key(STRICT_TRANSPORT_SECURITY));
        assert!(Headers::new(Transport::Encrypted).fixed.contains_key(STRICT_TRANSPORT_SECURITY));
    }
}
