//! What Rung's words mean: frameworks, answers, scoring, findings, roadmaps, check kinds.
//!
//! **Invariant: pure.** No I/O, no clock, no randomness; compiles to `wasm32-unknown-unknown`. Whoever needs the
//! date or the age of a check result passes it in. The same code scores in the browser, the server and the terminal.

pub mod benchmark;
pub mod builtin;
pub mod check;
pub mod code;
pub mod compare;
pub mod conformance;
pub mod decode;
mod document;
pub mod example;
pub mod explain;
pub mod framework;
pub mod incident;
pub mod level;
pub mod live;
pub mod overlay;
pub mod reconcile;
pub mod roadmap;
pub mod scoring;
pub mod terminology;
pub mod vectors;

pub use code::{
    BindingId, CitationKey, CriterionCode, DomainCode, FrameworkCode, KindCode, ProfileCode, RungCode,
};
pub use document::{ReadError, ReadErrors};
pub use framework::Framework;
pub use level::{Level, Weight};
