//! Showing how a save stands, and what the server drew after it.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlDetailsElement, HtmlElement};

use super::dom::{AnswerForm, by_id, document, each};
use crate::api::Update;

const FAIL: &str = r##"<svg class="ico" aria-hidden="true"><use href="#i-fail"></use></svg>"##;
const SAVING: &str = r#"<span class="save"><span class="spin" aria-hidden="true"></span>Saving</span>"#;
const SAVED: &str = r##"<span class="save"><svg class="ico" aria-hidden="true"><use href="#i-pass"></use></svg>Saved</span>"##;
const AGAIN: &str = r#" <button class="btn btn-small" type="button" data-again="">Try again</button>"#;

fn set(form: &AnswerForm, part: &str, html: &str) {
    if let Some(element) = form.part(part) {
        element.set_inner_html(html);
    }
}

pub(super) fn saving(form: &AnswerForm) {
    set(form, "save", SAVING);
}

pub(super) fn saved(form: &AnswerForm) {
    set(form, "save", SAVED);
}

/// `detail` is ours, never a person's text.
pub(super) fn not_saved(form: &AnswerForm, detail: &str) {
    set(form, "save", &format!(r#"<span class="save is-error">{FAIL}Not saved{detail}</span>"#));
}

/// It is tried again by itself after so many seconds.
pub(super) fn not_saved_for_now(form: &AnswerForm, seconds: u64) {
    not_saved(
        form,
        &format!(": the database does not answer. It is tried again in {seconds} seconds.{AGAIN}"),
    );
}

pub(super) fn not_saved_try_again(form: &AnswerForm) {
    not_saved(form, &format!(".{AGAIN}"));
}

/// Says in the criterion what is wrong as a whole, as text.
pub(super) fn problem(form: &AnswerForm, text: &str) {
    set(form, "problem", &format!(r#"<p class="error gap-below" role="alert">{FAIL}<span></span></p>"#));
    write_text(form.part("problem"), text);
}

/// The session has ended: sign in elsewhere, then try again here.
pub(super) fn signed_out(form: &AnswerForm) {
    let here = web_sys::window().and_then(|window| window.location().pathname().ok()).unwrap_or_default();
    let html = format!(
        r#"<div class="note is-fail gap-below" role="alert"><p class="note-title">You are signed out</p><p class="small">What you typed is still here and not saved yet. <a href="/sign-in?next={here}" target="_blank" rel="noopener">Sign in in a new tab</a>, then come back.{AGAIN}</p></div>"#
    );
    set(form, "problem", &html);
    not_saved(form, &format!(": you are signed out.{AGAIN}"));
}

/// What is wrong with one field, at that field.
pub(super) fn field_error(form: &AnswerForm, field: &str, text: &str) {
    let part = format!("{field}-error");
    set(form, &part, &format!(r#"<span class="error">{FAIL}<span></span></span>"#));
    write_text(form.part(&part), text);
    if let Some(control) = form.part(field) {
        let _ = control.set_attribute("aria-invalid", "true");
    }
}

fn write_text(place: Option<Element>, text: &str) {
    let span = place.and_then(|place| place.query_selector("span:empty").ok().flatten());
    if let Some(span) = span {
        span.set_text_content(Some(text));
    }
}

/// Takes every complaint about an earlier save away.
pub(super) fn clear(form: &AnswerForm) {
    for part in ["problem", "conflict", "level-error", "reason-error", "rationale-error"] {
        set(form, part, "");
    }
    for field in ["reason", "rationale"] {
        if let Some(control) = form.part(field) {
            let _ = control.remove_attribute("aria-invalid");
        }
    }
}

pub(super) fn conflict(form: &AnswerForm, html: &str) {
    set(form, "conflict", html);
    not_saved(form, ": choose below");
}

/// Draws what the server drew; the save state too, if `with_status`.
pub(super) fn update(form: &AnswerForm, update: &Update) {
    form.set_revision(update.revision);
    for (anchor, (class, flag)) in form.anchors().iter().zip(&update.anchors) {
        anchor.set_class_name(class);
        if let Ok(Some(place)) = anchor.query_selector("[data-flag]") {
            place.set_inner_html(flag);
        }
    }
    fragments(&update.fragments);
}

/// Draws parts of the page anew, by their id.
pub(super) fn fragments(fragments: &[(String, String)]) {
    for (id, html) in fragments {
        if let Some(element) = by_id(id) {
            replace(&element, html);
        }
    }
}

/// Says at the criterion that a colleague answered it.
pub(super) fn offer(form: &AnswerForm, html: &str) {
    set(form, "conflict", html);
}

pub(super) fn status(form: &AnswerForm, html: &str) {
    set(form, "save", html);
}

/// Replaces a part's content, keeping what the reader opened and where the focus is.
fn replace(element: &Element, html: &str) {
    let drawers = |element: &Element| each::<HtmlDetailsElement>(element.query_selector_all("details"));
    let places = |element: &Element| each::<HtmlElement>(element.query_selector_all("a, summary, button"));
    let open: Vec<_> = drawers(element).iter().map(HtmlDetailsElement::open).collect();
    let active = document().and_then(|document| document.active_element());
    let focused = active.and_then(|active| {
        places(element).iter().position(|place| place.unchecked_ref::<Element>() == &active)
    });
    element.set_inner_html(html);
    for (drawer, open) in drawers(element).iter().zip(open) {
        drawer.set_open(open);
    }
    if let Some(place) = focused.and_then(|index| places(element).into_iter().nth(index)) {
        let _ = place.focus();
    }
}
