//! What the island listens for.

use std::cell::Cell;

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{
    Element, Event, EventTarget, HtmlAnchorElement, HtmlElement, KeyboardEvent, MouseEvent,
    PageTransitionEvent,
};

use super::FORM;
use super::dom::{ANSWER, AnswerForm, Entered, by_id, document, each};
use super::{apply, follow, queue};

thread_local! {
    /// An arrow key is held: it goes through the levels, and each that it comes by is chosen.
    static ARROW: Cell<bool> = const { Cell::new(false) };
}

/// Begins to listen, and saves what was answered before the page was ready.
pub(super) fn start() {
    let (Some(answers), Some(document), Some(window)) = (by_id("answers"), document(), web_sys::window())
    else {
        return;
    };
    for by_hand in each::<HtmlElement>(answers.query_selector_all("[data-by-hand]")) {
        let _ = by_hand.set_attribute("hidden", "");
    }
    on(&answers, "keydown", |event| ARROW.set(is_arrow(event)));
    for end in ["keyup", "pointerdown"] {
        on(&answers, end, |_| ARROW.set(false));
    }
    on(&answers, "change", changed);
    on(&answers, "input", typed);
    on(&answers, "submit", submitted);
    on(&answers, "click", clicked);
    on(&document, "click", leaving);
    on(&window, "beforeunload", |event| {
        if queue::would_lose() {
            queue::flush();
            event.prevent_default();
        }
    });
    // A page that was kept as it was left is as old as that, unless something on it is not saved yet.
    on(&window, "pageshow", |event| {
        let kept = event.dyn_ref::<PageTransitionEvent>().is_some_and(PageTransitionEvent::persisted);
        if kept
            && !queue::would_lose()
            && let Some(window) = web_sys::window()
        {
            let _ = window.location().reload();
        }
    });
    // What could not be sent without a network.
    on(&window, "online", |_| save_changed());
    save_changed();
    follow::start();
}

fn save_changed() {
    for form in AnswerForm::all() {
        if form.is_changed() {
            queue::now(&form);
        }
    }
}

/// For as long as the page lives.
pub(super) fn on(target: &EventTarget, name: &str, act: impl Fn(&Event) + 'static) {
    let listener = Closure::<dyn Fn(Event)>::new(move |event: Event| act(&event));
    let _ = target.add_event_listener_with_callback(name, listener.as_ref().unchecked_ref());
    listener.forget();
}

fn element_of(event: &Event) -> Option<Element> {
    event.target()?.dyn_into().ok()
}

/// The answer's form that an event happened in; not the other forms of a criterion.
fn with_form(event: &Event, act: impl FnOnce(AnswerForm)) {
    let Some(element) = element_of(event) else { return };
    if element.closest(ANSWER).ok().flatten().is_some()
        && let Some(form) = AnswerForm::around(&element)
    {
        act(form);
    }
}

fn is_arrow(event: &Event) -> bool {
    event.dyn_ref::<KeyboardEvent>().is_some_and(|pressed| pressed.key().starts_with("Arrow"))
}

/// What is chosen is saved at once, but a level that an arrow key came by: where it stops is the answer, and what lies on
/// the way has no place in its history.
fn changed(event: &Event) {
    let save: fn(AnswerForm) = if ARROW.get() { queue::soon } else { |form| queue::now(&form) };
    with_form(event, save);
}

/// Typing is saved after a pause; choosing a level fires `change` as well.
fn typed(event: &Event) {
    if element_of(event).is_some_and(|element| element.tag_name() == "TEXTAREA") {
        with_form(event, queue::soon);
    }
}

fn submitted(event: &Event) {
    let Some(form) = element_of(event) else { return };
    if form.id() == FORM {
        event.prevent_default();
        save_changed();
    } else if let Some(choice) = form.get_attribute("data-choice") {
        event.prevent_default();
        choose(&form, &choice);
    }
}

/// The choice between two answers of one criterion.
fn choose(choice_form: &Element, choice: &str) {
    let Some(form) = AnswerForm::around(choice_form) else { return };
    // The button that was pressed goes away with the choice.
    form.focus();
    let data = |name: &str| choice_form.get_attribute(&format!("data-{name}")).unwrap_or_default();
    form.set_revision(data("revision").parse().unwrap_or(0));
    if choice == "file" {
        let on_file = Entered { level: data("level"), reason: data("reason"), rationale: data("rationale") };
        form.enter(&on_file);
        form.set_saved(&on_file);
        apply::clear(&form);
        apply::saved(&form);
        follow::take(&form);
    } else {
        apply::clear(&form);
        queue::now(&form);
    }
}

fn clicked(event: &Event) {
    let Some(element) = element_of(event) else { return };
    if element.closest("[data-again]").ok().flatten().is_some()
        && let Some(form) = AnswerForm::around(&element)
    {
        // So does this one, as soon as it is being saved.
        form.focus();
        queue::now(&form);
    }
}

/// A link away waits until what is under way is saved.
fn leaving(event: &Event) {
    let Some(mouse) = event.dyn_ref::<MouseEvent>() else { return };
    let modified =
        mouse.ctrl_key() || mouse.meta_key() || mouse.shift_key() || mouse.alt_key() || mouse.button() != 0;
    if modified || event.default_prevented() || !queue::is_busy() {
        return;
    }
    let link = element_of(event).and_then(|element| element.closest("a[href]").ok().flatten());
    let Some(link) = link.and_then(|link| link.dyn_into::<HtmlAnchorElement>().ok()) else { return };
    let here = web_sys::window().and_then(|window| window.location().pathname().ok()).unwrap_or_default();
    let inside = !link.hash().is_empty() && link.pathname() == here;
    if !link.target().is_empty() || inside {
        return;
    }
    event.prevent_default();
    queue::then_go(link.href());
    queue::flush();
}
