//! Reconciles two files on the reader's machine and puts what came out into the form that the page holds.
//!
//! The island draws into places that the server prepared: the columns of the files, the progress, the outcome. A Web Worker
//! runs the engine (`domain::reconcile`) in WebAssembly, so the page stays answering. **Invariant: no row leaves.** Nothing
//! is sent from here; the form below carries the aggregate, which its reader sees before pressing its button.

#[cfg(feature = "hydrate")]
mod choices;
#[cfg(feature = "hydrate")]
mod engine;
#[cfg(feature = "hydrate")]
mod page;
#[cfg(feature = "hydrate")]
mod parts;

use leptos::prelude::*;

/// Wraps the places that it works on; it finds them by their attributes, so it needs no props.
#[island]
pub fn Reconcile(children: Children) -> impl IntoView {
    #[cfg(feature = "hydrate")]
    Effect::new(|_| page::start());
    children()
}
