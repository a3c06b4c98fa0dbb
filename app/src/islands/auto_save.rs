//! Saves answers of the questionnaire as people give them.
//!
//! The island draws nothing: it listens around the criteria, which are fields of a plain form, reads the answer from them
//! and replaces what the server draws anew. **Invariants.** For one criterion one save is under way at a time; what changed
//! meanwhile is saved after it, from the revision that it returned. Nothing typed is ever thrown away: a save that
//! fails leaves the form as it is and says so, one that the database could not take is tried again by itself, and the browser
//! asks before a page with something unsaved is left. What colleagues answer meanwhile is told, and shown when asked for.

#[cfg(feature = "hydrate")]
mod apply;
#[cfg(feature = "hydrate")]
mod dom;
#[cfg(feature = "hydrate")]
mod follow;
#[cfg(feature = "hydrate")]
mod listen;
#[cfg(feature = "hydrate")]
mod queue;

use leptos::prelude::*;

/// The id of the form that the fields of all answers belong to.
pub(crate) const FORM: &str = "answer-form";

/// Wraps the criteria of a domain. It finds the forms inside by their attributes, so it needs no props.
#[island]
pub fn AutoSave(children: Children) -> impl IntoView {
    #[cfg(feature = "hydrate")]
    Effect::new(|_| listen::start());
    children()
}
