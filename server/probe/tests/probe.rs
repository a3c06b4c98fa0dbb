//! The checks against real servers, well-behaved and hostile, all of them on loopback.

mod support;

mod capability;
mod capability_recorded;
mod cdshooks;
mod connection;
mod doc_link;
mod hostile_http;
mod mllp;
mod mllp_python;
mod redirects;
mod smart_config;
mod tls_certificate;
mod tls_handshake;
