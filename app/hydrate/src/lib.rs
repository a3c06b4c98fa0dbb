//! The WebAssembly entry: finds the islands of a page and makes them live.
//!
//! The islands are exported by crate `app`; naming the crate here is what keeps their exports.

#[allow(unused_imports, reason = "links the crate whose islands the page calls by name")]
use app::*;
use wasm_bindgen::prelude::wasm_bindgen;

/// Called by the page's script once the code has loaded.
#[wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
