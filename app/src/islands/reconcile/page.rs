//! What the island listens for, and what it does with what the worker answers.

use std::cell::RefCell;

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::js_sys::Array;
use web_sys::{
    DragEvent, Element, Event, EventTarget, File, HtmlSelectElement, MessageEvent, Worker, WorkerOptions,
    WorkerType,
};

use super::choices;
use super::parts::{
    FILE_STATES, PICKERS, aggregate_field, by_id, draw, enable, escaped, focus, picker, show, write,
};

/// What is chosen so far. The files are handles: their bytes are read by the worker only.
#[derive(Default)]
struct State {
    files: [Option<File>; 2],
    columns: [Vec<String>; 2],
    worker: Option<Worker>,
}

thread_local! {
    static STATE: RefCell<State> = RefCell::default();
}

/// Shows the controls in place of the words for pages without scripts, and begins to listen.
pub(super) fn start() {
    let Some(root) = by_id("reconcile") else { return };
    show("without-scripts", false);
    show("with-scripts", true);
    on(&root, "change", changed);
    on(&root, "click", clicked);
    on(&root, "dragover", |event| {
        if side_below(event).is_some() {
            event.prevent_default();
        }
    });
    on(&root, "drop", dropped);
}

/// For as long as the page lives.
fn on(target: &EventTarget, name: &str, act: impl Fn(&Event) + 'static) {
    let listener = Closure::<dyn Fn(Event)>::new(move |event: Event| act(&event));
    let _ = target.add_event_listener_with_callback(name, listener.as_ref().unchecked_ref());
    listener.forget();
}

fn target_of(event: &Event) -> Option<Element> {
    event.target()?.dyn_into().ok()
}

fn changed(event: &Event) {
    let Some(target) = target_of(event) else { return };
    if let Some(side) = PICKERS.iter().position(|id| *id == target.id()) {
        if let Some(file) = picker(side).and_then(|picker| picker.files()).and_then(|files| files.get(0)) {
            choose(side, file);
        }
    } else if target.has_attribute("data-use")
        && let Ok(select) = target.dyn_into::<HtmlSelectElement>()
    {
        choices::used(&select);
    }
}

/// The side whose field an event happened in.
fn side_below(event: &Event) -> Option<usize> {
    let field = target_of(event)?.closest("[data-drop]").ok()??;
    field.get_attribute("data-drop")?.parse().ok().filter(|side| *side < 2)
}

fn dropped(event: &Event) {
    let Some(side) = side_below(event) else { return };
    event.prevent_default();
    let files = event.dyn_ref::<DragEvent>().and_then(DragEvent::data_transfer).and_then(|data| data.files());
    let Some(file) = files.as_ref().and_then(|files| files.get(0)) else { return };
    // The picker shows what was dropped, as if it had been picked.
    if let Some(picker) = picker(side) {
        picker.set_files(files.as_ref());
    }
    choose(side, file);
}

fn clicked(event: &Event) {
    let id = target_of(event).map(|target| target.id()).unwrap_or_default();
    match id.as_str() {
        "reconcile-run" => run(),
        "reconcile-cancel" => cancel(),
        _ => {}
    }
}

fn choose(side: usize, file: File) {
    write(FILE_STATES[side], "Reading the names of the columns…");
    let message = Array::of3(&"columns".into(), &side.to_string().into(), &file);
    STATE.with_borrow_mut(|state| {
        state.files[side] = Some(file);
        state.columns[side].clear();
    });
    enable("reconcile-run", false);
    post(&message);
}

/// Hands something to the worker, which is started with the first file.
fn post(message: &Array) {
    let worker = STATE.with_borrow(|state| state.worker.clone()).or_else(worker);
    let sent = worker.as_ref().is_some_and(|worker| worker.post_message(message).is_ok());
    if !sent {
        problem("The browser could not start the part that reads the files. Use the command line instead.");
    }
    STATE.with_borrow_mut(|state| state.worker = worker);
}

fn worker() -> Option<Worker> {
    let script = by_id("reconcile")?.get_attribute("data-worker")?;
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    let worker = Worker::new_with_options(&script, &options).ok()?;
    on(&worker, "message", |event| {
        if let Some(message) = event.dyn_ref::<MessageEvent>() {
            answered(&message.data().unchecked_into::<Array>());
        }
    });
    on(&worker, "error", |_| {
        problem("The part that reads the files has stopped. Reload the page, or use the command line.");
    });
    Some(worker)
}

/// The worker's answer: a word, then what belongs to it.
fn answered(parts: &Array) {
    let text = |place: u32| parts.get(place).as_string().unwrap_or_default();
    match text(0).as_str() {
        "columns" => {
            let names = Array::from(&parts.get(2)).iter().filter_map(|name| name.as_string()).collect();
            columns_known(&text(1), names);
        }
        "progress" => progress(parts.get(1).as_f64().unwrap_or(0.0), parts.get(2).as_f64().unwrap_or(0.0)),
        "outcome" => outcome(&text(1), &(2..parts.length()).map(text).collect::<Vec<_>>()),
        _ => failed(&text(1), &text(2)),
    }
}

fn columns_known(side: &str, names: Vec<String>) {
    let Ok(side @ 0..2) = side.parse::<usize>() else { return };
    write(FILE_STATES[side], &format!("{} columns", names.len()));
    let both = STATE.with_borrow_mut(|state| {
        state.columns[side] = names;
        let [left, right] = &state.columns;
        (!left.is_empty() && !right.is_empty()).then(|| choices::table(left, right))
    });
    if let Some(table) = both {
        draw("mapping", &table);
        show("reconcile-problem", false);
        enable("reconcile-run", true);
    }
}

fn run() {
    show("reconcile-problem", false);
    let plan = match choices::plan() {
        Ok(plan) => plan,
        Err(missing) => return problem(&missing),
    };
    let files = STATE.with_borrow(|state| state.files.clone());
    let [Some(left), Some(right)] = files else { return problem("Choose both files.") };
    working(true);
    progress(0.0, 1.0);
    post(&Array::of4(&"run".into(), &plan.into(), &left, &right));
}

fn cancel() {
    if let Some(worker) = STATE.with_borrow_mut(|state| state.worker.take()) {
        worker.terminate();
    }
    working(false);
    write("reconcile-status", "Cancelled. Nothing was sent.");
    focus("reconcile-run");
}

fn working(working: bool) {
    show("reconcile-progress", working);
    show("reconcile-cancel", working);
    enable("reconcile-run", !working);
    if working {
        draw("outcome", "");
    }
}

fn progress(done: f64, total: f64) {
    let percent = (100.0 * done / total.max(1.0)).floor();
    if let Some(bar) = by_id("reconcile-bar") {
        let _ = bar.set_attribute("value", &percent.to_string());
    }
    // Spoken sparingly: a reader of the screen hears every change.
    let step = (percent / 25.0).floor() * 25.0;
    write("reconcile-status", &format!("Reading, {step}%"));
}

/// Puts the aggregate into the form; nothing is sent before its button is pressed.
fn outcome(json: &str, sentences: &[String]) {
    working(false);
    if let Some(field) = aggregate_field() {
        field.set_value(json);
    }
    let lines: Vec<_> = sentences.iter().map(|line| format!("<li>{}.</li>", escaped(line))).collect();
    let lines = lines.concat();
    draw("outcome", &format!(r#"<ul class="stack">{lines}</ul>"#));
    write("reconcile-status", "Done. What would be sent stands below; nothing was sent yet.");
    focus("aggregate");
}

fn failed(side: &str, text: &str) {
    if let Ok(side @ 0..2) = side.parse::<usize>() {
        write(FILE_STATES[side], "");
    }
    working(false);
    write("reconcile-status", "");
    enable("reconcile-run", STATE.with_borrow(|state| state.columns.iter().all(|names| !names.is_empty())));
    problem(text);
}

fn problem(text: &str) {
    let icon = r##"<svg class="ico" aria-hidden="true"><use href="#i-fail"></use></svg>"##;
    draw("reconcile-problem", &format!(r#"<p class="error" role="alert">{icon}{}</p>"#, escaped(text)));
    show("reconcile-problem", true);
}
