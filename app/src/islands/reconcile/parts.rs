//! The places of the page, and what is drawn into them.

use wasm_bindgen::JsCast;
use web_sys::{Document, Element, HtmlElement, HtmlInputElement, HtmlTextAreaElement, NodeList};

pub(super) fn document() -> Option<Document> {
    web_sys::window()?.document()
}

pub(super) fn by_id(id: &str) -> Option<Element> {
    document()?.get_element_by_id(id)
}

/// The elements of a list that are of a type.
pub(super) fn each<T: JsCast>(found: Result<NodeList, wasm_bindgen::JsValue>) -> Vec<T> {
    let Ok(found) = found else { return Vec::new() };
    (0..found.length()).filter_map(|i| found.get(i)?.dyn_into().ok()).collect()
}

pub(super) fn show(id: &str, shown: bool) {
    if let Some(element) = by_id(id) {
        let _ = if shown { element.remove_attribute("hidden") } else { element.set_attribute("hidden", "") };
    }
}

/// Writes text, which is never read as HTML.
pub(super) fn write(id: &str, text: &str) {
    if let Some(element) = by_id(id) {
        element.set_text_content(Some(text));
    }
}

/// Draws HTML; texts in it are [`escaped`].
pub(super) fn draw(id: &str, html: &str) {
    if let Some(element) = by_id(id) {
        element.set_inner_html(html);
    }
}

pub(super) fn enable(id: &str, enabled: bool) {
    if let Some(element) = by_id(id) {
        let _ = if enabled {
            element.remove_attribute("disabled")
        } else {
            element.set_attribute("disabled", "")
        };
    }
}

pub(super) fn focus(id: &str) {
    if let Some(element) = by_id(id).and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
    }
}

/// The file picker of a side.
pub(super) fn picker(side: usize) -> Option<HtmlInputElement> {
    by_id(PICKERS[side])?.dyn_into().ok()
}

/// The field of the form that carries the aggregate.
pub(super) fn aggregate_field() -> Option<HtmlTextAreaElement> {
    by_id("aggregate")?.dyn_into().ok()
}

pub(super) const PICKERS: [&str; 2] = ["left-file", "right-file"];
pub(super) const FILE_STATES: [&str; 2] = ["left-file-state", "right-file-state"];

pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}
