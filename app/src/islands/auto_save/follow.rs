//! What colleagues answer meanwhile: said in the status region, drawn in the panel, offered at the criterion.
//!
//! **Invariant.** A form changes only when its reader asks for it: an answer of somebody else waits as an offer. While
//! the page is hidden nothing is followed, since a browser opens few connections to one server.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::time::Duration;

use leptos::leptos_dom::helpers::{TimeoutHandle, set_timeout, set_timeout_with_handle};
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use web_sys::{EventSource, MessageEvent};

use super::dom::{AnswerForm, by_id, document};
use super::{apply, listen, queue};
use crate::api::{Look, Offer, Told, Unanswered, Update, look_again};

/// How long what happens is gathered before the page is drawn anew.
const GATHER: Duration = Duration::from_millis(250);
/// How long the status region keeps what it says.
const SAID: Duration = Duration::from_secs(30);

/// How long after a refusal it is tried again; a connection that merely breaks the browser makes anew by itself.
const LATER: Duration = Duration::from_mins(1);
/// How many events are known again.
const REMEMBERED: usize = 64;

#[derive(Default)]
struct Follow {
    source: Option<EventSource>,
    /// The last that was heard, from which it goes on.
    since: String,
    /// The state of the assessment that the page knows of.
    state: String,
    /// The latest events by their id and criterion.
    heard: VecDeque<(String, String)>,
    /// Criteria that were answered and are not drawn yet.
    answered: Vec<String>,
    timer: Option<TimeoutHandle>,
    /// What is drawn at a criterion once its reader asks for the answer.
    offered: Vec<(String, Update)>,
    /// How often something was said.
    said: u32,
}

impl Follow {
    /// Whether the page did not know of this state; from now on it does.
    fn is_news(&mut self, state: &str) -> bool {
        let news = self.state != state;
        state.clone_into(&mut self.state);
        news
    }
}

thread_local! {
    static FOLLOW: RefCell<Follow> = RefCell::default();
}

/// Follows for as long as the page is seen.
pub(super) fn start() {
    let (Some(answers), Some(document), Some(window)) = (by_id("answers"), document(), web_sys::window())
    else {
        return;
    };
    let since = answers.get_attribute("data-since").unwrap_or_default();
    let state = answers.get_attribute("data-state").unwrap_or_default();
    FOLLOW.with_borrow_mut(|follow| {
        follow.since = since;
        follow.state = state;
    });
    listen::on(&document, "visibilitychange", |_| if is_hidden() { close() } else { open() });
    // A page that waits to be gone back to holds no connection.
    listen::on(&window, "pagehide", |_| close());
    listen::on(&window, "pageshow", |_| open());
    open();
}

fn is_hidden() -> bool {
    document().is_some_and(|document| document.hidden())
}

fn open() {
    let Some(address) = by_id("answers").and_then(|answers| answers.get_attribute("data-live")) else {
        return;
    };
    if is_hidden() || FOLLOW.with_borrow(|follow| follow.source.is_some()) {
        return;
    }
    let since = FOLLOW.with_borrow(|follow| follow.since.clone());
    let Ok(source) = EventSource::new(&format!("{address}?since={since}")) else { return };
    listen::on(&source, "message", |event| {
        if let Some(message) = event.dyn_ref::<MessageEvent>() {
            heard(message);
        }
    });
    listen::on(&source, "error", |_| {
        let refused = FOLLOW.with_borrow_mut(|follow| {
            let refused = follow.source.take_if(|source| source.ready_state() == EventSource::CLOSED);
            refused.is_some()
        });
        if refused {
            set_timeout(open, LATER);
        }
    });
    FOLLOW.with_borrow_mut(|follow| follow.source = Some(source));
}

fn close() {
    if let Some(source) = FOLLOW.with_borrow_mut(|follow| follow.source.take()) {
        source.close();
    }
}

fn heard(message: &MessageEvent) {
    let Some(told) = message.data().as_string().and_then(|data| serde_json::from_str::<Told>(&data).ok())
    else {
        return;
    };
    let event = (message.last_event_id(), told.criterion.clone());
    let again = FOLLOW.with_borrow_mut(|follow| {
        follow.since.clone_from(&event.0);
        let again = follow.heard.contains(&event);
        follow.heard.push_back(event);
        if follow.heard.len() > REMEMBERED {
            follow.heard.pop_front();
        }
        again
    });
    if again {
        // Where the stream begins, a little of what went before is told twice.
        return;
    }
    if !told.state.is_empty() && !FOLLOW.with_borrow_mut(|follow| follow.is_news(&told.state)) {
        // Every stream begins with the state that is there.
        return;
    }
    let form = AnswerForm::all().into_iter().find(|form| form.code == told.criterion);
    if form.is_some_and(|form| told.revision > 0 && told.revision <= form.revision()) {
        // It was there when the page was drawn, or came back with a save.
        return;
    }
    say(&told);
    // Drawn once for all that comes at the same time.
    let timer = set_timeout_with_handle(draw, GATHER).ok();
    FOLLOW.with_borrow_mut(|follow| {
        if !told.criterion.is_empty() && !follow.answered.contains(&told.criterion) {
            follow.answered.push(told.criterion);
        }
        if let Some(earlier) = std::mem::replace(&mut follow.timer, timer) {
            earlier.clear();
        }
    });
}

/// Says what happened, with a link to where it is seen.
fn say(told: &Told) {
    let (Some(news), Some(document)) = (by_id("news"), document()) else { return };
    let (Ok(paragraph), Ok(link)) = (document.create_element("p"), document.create_element("a")) else {
        return;
    };
    let _ = link.set_attribute("href", &told.href);
    link.set_text_content(Some(&told.words));
    let _ = paragraph.append_child(&link);
    news.set_inner_html("");
    let _ = news.append_child(&paragraph);
    let said = FOLLOW.with_borrow_mut(|follow| {
        follow.said += 1;
        follow.said
    });
    set_timeout(
        move || {
            if FOLLOW.with_borrow(|follow| follow.said == said) {
                news.set_inner_html("");
            }
        },
        SAID,
    );
}

fn draw() {
    let data = |name: &str| by_id("answers").and_then(|answers| answers.get_attribute(name));
    let (Some(assessment), Some(domain)) = (data("data-assessment"), data("data-domain")) else { return };
    let answered = FOLLOW.with_borrow_mut(|follow| {
        follow.timer = None;
        std::mem::take(&mut follow.answered)
    });
    spawn_local(async move {
        match look_again(assessment, domain, answered.join(",")).await {
            Ok(Some(Look { fragments, offers })) => {
                apply::fragments(&fragments);
                for offer in offers {
                    show(offer);
                }
            }
            Err(Unanswered::Later { seconds }) => draw_later(answered, seconds),
            // Nobody is signed in, or there is no network: a save says so where it matters.
            _ => close(),
        }
    });
}

/// Keeps what is to be drawn until the database may answer again.
fn draw_later(answered: Vec<String>, seconds: u64) {
    let timer = set_timeout_with_handle(draw, Duration::from_secs(seconds)).ok();
    FOLLOW.with_borrow_mut(|follow| {
        follow.answered.extend(answered);
        if let Some(earlier) = std::mem::replace(&mut follow.timer, timer) {
            earlier.clear();
        }
    });
}

fn show(offer: Offer) {
    let Some(form) = AnswerForm::all().into_iter().find(|form| form.code == offer.criterion) else { return };
    let Offer { criterion, update, untouched, touched } = offer;
    if update.revision <= form.revision() || form.has_choice() {
        // A save brought it in the meantime, or both answers are there to choose from already.
        return;
    }
    if form.is_changed() || queue::is_busy_with(&criterion) {
        apply::offer(&form, &touched);
        return;
    }
    apply::offer(&form, &untouched);
    FOLLOW.with_borrow_mut(|follow| {
        follow.offered.retain(|(code, _)| *code != criterion);
        follow.offered.push((criterion, update));
    });
}

/// Draws what belongs to the answer that was asked for; what is around it was drawn when it came.
pub(super) fn take(form: &AnswerForm) {
    let update = FOLLOW.with_borrow_mut(|follow| {
        let place = follow.offered.iter().position(|(code, _)| *code == form.code)?;
        Some(follow.offered.swap_remove(place).1)
    });
    if let Some(update) = update {
        apply::update(form, &update);
        apply::status(form, &update.status);
    }
}
