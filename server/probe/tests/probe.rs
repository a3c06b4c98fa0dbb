//! The checks against real servers, well-behaved and hostile, all of them on loopback.

mod support;

mod bulk_export;
mod bulk_export_hostile;
mod bulk_export_steps;
mod capability;
mod capability_recorded;
mod cdshooks;
mod connection;
mod doc_link;
mod endpoint_listing;
mod epa;
mod file_freshness;
mod file_freshness_sftp;
mod hostile_http;
mod hostile_kinds;
mod mail;
mod mllp;
mod mllp_python;
mod read_search;
mod redirects;
mod smart_config;
mod subscription;
mod tls_certificate;
mod tls_handshake;
mod udap;
