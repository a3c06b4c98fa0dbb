//! The use cases: every read and every write of Rung, authorized and audited here and nowhere else.
//!
//! **Invariants.** A use case is a method of [`Service`] that takes an [`Actor`] (or says in its name why it has none:
//! signing in, the first account). An object of an organization that the actor does not belong to does not exist:
//! [`Error::NotFound`], never a hint. A write leaves an audit line in its own transaction.

pub mod account;
pub mod action;
mod actor;
pub mod alert;
pub mod answer;
pub mod assessment;
pub mod assignment;
pub mod attest;
pub mod authoring;
pub mod backup;
pub mod benchmark;
pub mod campaign;
pub mod check;
pub mod citation;
pub mod client;
pub mod comment;
mod content;
pub mod demonstration;
pub mod due;
mod error;
pub mod evidence;
pub mod finding;
pub mod follow;
pub mod incident;
pub mod integration;
pub mod inventory;
pub mod invitation;
pub mod logo;
pub mod member;
pub mod methods;
mod name;
mod once;
pub mod organization;
pub mod portfolio;
pub mod register;
pub mod report;
pub mod review;
pub mod roadmap;
pub mod scheduler;
pub mod seals;
mod secret;
mod service;
pub mod share;
mod sheet;
pub mod snapshot;
pub mod succession;
pub mod tie;
pub mod timeline;
mod touch;
pub mod trend;
pub mod view;
pub mod workbook;

pub use actor::{Actor, Permission};
pub use domain;
pub use error::{DATABASE_RETRY_SECONDS, Error, FieldError, with_causes};
pub use secret::{SecretError, SecretKey, SecretKeys};
pub use service::{Config, Imported, Service};
pub use store::files;
pub use store::ids::*;
pub use store::record;

/// Bytes as lower-case hexadecimal digits.
fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string has no way to fail");
        text
    })
}
