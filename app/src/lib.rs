//! What people see: pages, islands, ui parts, server functions.
//!
//! **Floors.** With feature `ssr` this crate is the web application: [`router`] answers every page, a handler in
//! `routes` loads its data through crate `service` and draws a page of `pages`. With feature `hydrate` only what an
//! island needs is compiled: `ui` and `charts` above `domain`, and the islands themselves.

pub mod api;
pub mod charts;
pub mod islands;
pub mod ui;

#[cfg(feature = "ssr")]
mod answer;
#[cfg(feature = "ssr")]
#[allow(unreachable_pub, reason = "the component macro makes its props public")]
pub(crate) mod pages;
#[cfg(feature = "ssr")]
pub mod print;
#[cfg(feature = "ssr")]
pub mod report_file;
#[cfg(feature = "ssr")]
mod routes;
#[cfg(feature = "ssr")]
pub mod sandbox;
#[cfg(feature = "ssr")]
pub mod web;
#[cfg(feature = "ssr")]
pub mod words;

#[cfg(feature = "ssr")]
pub use routes::{large_router, router, upload_router};
