//! The binary `rung`: configuration, start and stop, router, REST API, FHIR, command line.
//!
//! Everything that people can do is a use case of crate `service`; here is only how they reach it. The binary's `main`
//! and the tests start through the same [`startup::Application`].

mod api;
mod assets;
pub mod cli;
pub mod config;
mod demo;
mod fhir;
mod http;
mod sandbox;
pub mod startup;
