//! Notes, the banner, how a save stands, empty pages, the disclaimer.

use domain::check::Status;
use leptos::prelude::*;

use super::badge::status_class;
use super::content::Content;
use super::icon::{Icon, Sign};

/// What stands at the foot of every page, whatever the framework of the rungs on it says itself.
pub const DISCLAIMER: &str = "Self-assessed or assessor-reviewed against a vendor-neutral, unofficial \
                              framework; not a HIMSS stage, certification or endorsement.";

/// A framework's own disclaimer as small print: it stands wherever a rung of it does (`scoring.md` section 9). Nothing where
/// the foot of the page says it in the same words.
#[component]
pub fn Disclaimer(words: String) -> impl IntoView {
    (words != DISCLAIMER).then(|| view! { <p class="fine">{words}</p> }).into_any()
}

pub(super) fn status_text_class(status: Status) -> &'static str {
    match status {
        Status::Pass => "proven-text",
        Status::Warn => "warn-text",
        Status::Fail => "fail-text",
        Status::Unknown => "dim",
    }
}

fn note_title(status: Option<Status>, title: String, id: Option<String>) -> AnyView {
    view! {
        <p class="note-title" id=id>
            {status.map(|status| {
                view! { <span class=status_text_class(status)><Icon sign=status.into()/></span> }
            })}
            {title}
        </p>
    }
    .into_any()
}

/// A remark beside the matter it is about. Without a `status` it is for information. Children follow the
/// title in small type, each a `<p>` or a list. `alert` reads it out when it appears.
#[component]
pub fn Note(
    #[prop(optional)] status: Option<Status>,
    #[prop(into)] title: String,
    #[prop(optional)] alert: bool,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let class = status.map_or_else(|| "note".to_owned(), |status| format!("note {}", status_class(status)));
    view! {
        <div class=class role=alert.then_some("alert")>
            {note_title(status, title, None)}
            {children.map(|children| view! { <div class="small">{children()}</div> })}
        </div>
    }
    .into_any()
}

/// The one banner of a page, only for what changes the rung. `action` is a button or link on its right.
#[component]
pub fn Banner(
    #[prop(into)] id: String,
    #[prop(into)] title: String,
    #[prop(into)] text: Content,
    #[prop(optional, into)] action: Option<Content>,
) -> impl IntoView {
    view! {
        <section class="banner" aria-labelledby=id>
            <div>
                {note_title(Some(Status::Fail), title, Some(id.clone()))}
                <p class="small">{text.view()}</p>
            </div>
            {action.map(Content::view)}
        </section>
    }
    .into_any()
}

/// How the saving of an answer stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Saving {
    /// Nothing was saved yet.
    Not,
    /// With the time, `14:02`.
    Saved(String),
    Underway,
    /// With what to do, for example `Not saved, trying again in 5 s`.
    Failed(String),
}

/// The line that says how a save stands.
#[component]
pub fn SaveState(saving: Saving) -> impl IntoView {
    match saving {
        Saving::Not => ().into_any(),
        Saving::Saved(at) => {
            view! { <span class="save"><Icon sign=Sign::Pass/>{format!("Saved {at}")}</span> }.into_any()
        }
        Saving::Underway => {
            view! { <span class="save"><span class="spin" aria-hidden="true"></span>"Saving"</span> }
                .into_any()
        }
        Saving::Failed(why) => {
            view! { <span class="save is-error"><Icon sign=Sign::Fail/>{why}</span> }.into_any()
        }
    }
}

/// Something under way, in the place of a status: `Running`, `Saving`.
#[component]
pub fn Underway(#[prop(into)] words: String) -> impl IntoView {
    view! { <span class="status"><span class="spin" aria-hidden="true"></span>{words}</span> }.into_any()
}

/// Which ladder an [`Empty`] shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Drawing {
    /// Four open rungs: nothing is here yet.
    #[default]
    Open,
    /// A broken rung: something is wrong or missing.
    Broken,
}

/// A page or section without content: a ladder, a sentence, one next step.
#[component]
pub fn Empty(#[prop(optional)] drawing: Drawing, children: Children) -> impl IntoView {
    let rungs = match drawing {
        Drawing::Open => view! {
            <path class="mark-next" stroke-dasharray="3 5" d="M20 112h68M25 84h68M30 56h68M35 28h68"></path>
        }
        .into_any(),
        Drawing::Broken => view! {
            <path class="mark-rung" d="M20 112h68M35 28h68"></path>
            <path class="mark-next" stroke-dasharray="3 5" d="M27 70h18M77 70h18"></path>
        }
        .into_any(),
    };
    view! {
        <div class="empty">
            <svg viewBox="0 0 120 150" aria-hidden="true" fill="none" stroke-width="5">
                <path class="mark-rail" d="M38 5 14 145M106 5 82 145"></path>
                {rungs}
            </svg>
            <div class="stack measure">{children()}</div>
        </div>
    }
    .into_any()
}

/// The ladder beside the sign-in form, with the rungs' names from highest to lowest; the upper two are not
/// climbed.
#[component]
pub fn SignLadder(rungs: Vec<String>) -> impl IntoView {
    let drawn = rungs.into_iter().take(4).enumerate().map(|(i, name)| {
        let class = ["c-empty", "c-ghost", "c-proven", "c-proven"][i];
        let y = 30 + 55 * i;
        view! {
            <rect class=class x="32" y=y.to_string() width="176" height="10"></rect>
            <text class="c-text" x="226" y=(y + 9).to_string()>{name}</text>
        }
    });
    view! {
        <svg viewBox="0 0 300 260" aria-hidden="true">
            <path class="c-rail" d="M30 0v252M210 0v252"></path>
            <path class="c-rail" d="M14 252h212"></path>
            {drawn.collect_view()}
        </svg>
    }
    .into_any()
}
