//! One save at a time for each criterion, and what waits behind it.

use std::cell::RefCell;
use std::time::Duration;

use leptos::leptos_dom::helpers::{TimeoutHandle, set_timeout_with_handle};
use leptos::task::spawn_local;

use super::apply;
use super::dom::{AnswerForm, Entered, by_id};
use crate::api::{SaveReply, Unanswered, save_answer};

/// How long somebody pauses before what they type is saved.
const PAUSE: Duration = Duration::from_millis(900);

#[derive(Default)]
struct Slot {
    code: String,
    busy: bool,
    /// No answer came to the last save: what is on file is not known.
    unknown: bool,
    timer: Option<TimeoutHandle>,
    /// Tries again what the database did not take. A link does not wait for it.
    retry: Option<TimeoutHandle>,
}

/// How a save ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ended {
    Saved,
    /// What was typed is not taken as it is. What is typed next may be.
    Refused,
    /// Nothing is sent until somebody chooses, signs in or tries again, or until a time that was told.
    Held,
}

#[derive(Default)]
struct Queue {
    slots: Vec<Slot>,
    /// Where to go once everything is saved.
    next: Option<String>,
}

thread_local! {
    static QUEUE: RefCell<Queue> = RefCell::default();
}

fn with<T>(code: &str, act: impl FnOnce(&mut Slot) -> T) -> T {
    QUEUE.with_borrow_mut(|queue| {
        let found = queue.slots.iter().position(|slot| slot.code == code);
        let index = found.unwrap_or_else(|| {
            queue.slots.push(Slot { code: code.to_owned(), ..Slot::default() });
            queue.slots.len() - 1
        });
        act(&mut queue.slots[index])
    })
}

/// Saves after a pause; every call begins the pause anew.
pub(super) fn soon(form: AnswerForm) {
    let code = form.code.clone();
    let timer = set_timeout_with_handle(move || now(&form), PAUSE).ok();
    with(&code, |slot| {
        if let Some(earlier) = std::mem::replace(&mut slot.timer, timer) {
            earlier.clear();
        }
    });
}

/// Saves at once, or right after the save that is under way.
pub(super) fn now(form: &AnswerForm) {
    let entered = form.entered();
    let waits = with(&form.code, |slot| {
        for timer in [slot.timer.take(), slot.retry.take()].into_iter().flatten() {
            timer.clear();
        }
        slot.busy
    });
    if waits {
        return;
    }
    if let Some(lack) = lack(&entered) {
        apply::not_saved(form, lack);
        // What was typed may have been taken back.
        go_on(if form.is_changed() { Ended::Refused } else { Ended::Saved });
        return;
    }
    let Some(assessment) = by_id("answers").and_then(|answers| answers.get_attribute("data-assessment"))
    else {
        return;
    };
    with(&form.code, |slot| slot.busy = true);
    apply::saving(form);
    let form = form.clone();
    spawn_local(async move {
        let Entered { level, reason, rationale } = entered.clone();
        let reply =
            save_answer(assessment, form.code.clone(), level, reason, rationale, form.revision()).await;
        with(&form.code, |slot| {
            slot.busy = false;
            slot.unknown = reply.is_err();
        });
        let ended = show(&form, &entered, reply);
        if ended != Ended::Held && form.entered() != entered {
            now(&form);
        } else {
            go_on(ended);
        }
    });
}

/// What an answer still needs before it is worth sending, said after `Not saved`.
fn lack(entered: &Entered) -> Option<&'static str> {
    if entered.level.is_empty() {
        Some(": choose a level first")
    } else if entered.lacks_reason() {
        Some(" yet: give the reason")
    } else {
        None
    }
}

/// Shows how a save ended.
fn show(form: &AnswerForm, entered: &Entered, reply: Result<SaveReply, Unanswered>) -> Ended {
    match reply {
        Ok(SaveReply::Saved(update)) => {
            apply::clear(form);
            apply::update(form, &update);
            apply::status(form, &update.status);
            form.set_saved(entered);
            Ended::Saved
        }
        Ok(SaveReply::Stale { update, conflict }) => {
            apply::clear(form);
            // Until somebody chooses, whatever else is typed is as stale as this.
            let seen = form.revision();
            apply::update(form, &update);
            form.set_revision(seen);
            apply::conflict(form, &conflict);
            Ended::Held
        }
        Ok(SaveReply::Refused { errors, note }) => {
            apply::clear(form);
            apply::not_saved(form, "");
            for (field, text) in &errors {
                apply::field_error(form, field, text);
            }
            if let Some(note) = note {
                apply::problem(form, &note);
            }
            Ended::Refused
        }
        Ok(SaveReply::SignedOut) => {
            apply::signed_out(form);
            Ended::Held
        }
        Err(Unanswered::Later { seconds }) => {
            apply::not_saved_for_now(form, seconds);
            let again = form.clone();
            let retry = set_timeout_with_handle(move || now(&again), Duration::from_secs(seconds));
            with(&form.code, |slot| slot.retry = retry.ok());
            Ended::Held
        }
        Err(Unanswered::Failed(_)) => {
            apply::not_saved_try_again(form);
            Ended::Held
        }
    }
}

/// Saves at once whatever waits for a pause.
pub(super) fn flush() {
    for form in AnswerForm::all() {
        if with(&form.code, |slot| slot.timer.is_some()) {
            now(&form);
        }
    }
}

/// Whether a save is under way or waits for a pause.
pub(super) fn is_busy() -> bool {
    QUEUE.with_borrow(|queue| queue.slots.iter().any(|slot| slot.busy || slot.timer.is_some()))
}

/// The same for one criterion.
pub(super) fn is_busy_with(code: &str) -> bool {
    with(code, |slot| slot.busy || slot.timer.is_some())
}

/// Whether leaving now would lose something typed: until it is known to be saved, it is on this page alone.
pub(super) fn would_lose() -> bool {
    is_busy()
        || QUEUE.with_borrow(|queue| queue.slots.iter().any(|slot| slot.unknown))
        || AnswerForm::all().iter().any(AnswerForm::is_changed)
}

/// Goes there once everything is saved.
pub(super) fn then_go(address: String) {
    QUEUE.with_borrow_mut(|queue| queue.next = Some(address));
}

/// Follows the link that waited, unless something was not saved.
fn go_on(ended: Ended) {
    if ended != Ended::Saved {
        QUEUE.with_borrow_mut(|queue| queue.next = None);
    } else if !is_busy() {
        let next = QUEUE.with_borrow_mut(|queue| queue.next.take());
        if let (Some(next), Some(window)) = (next, web_sys::window()) {
            let _ = window.location().set_href(&next);
        }
    }
}
