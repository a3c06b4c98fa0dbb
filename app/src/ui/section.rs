//! The frame of a page's content: head, sections, readouts, lists of facts and events, drawers.

use jiff::civil::Date;
use leptos::prelude::*;

use super::content::Content;
use super::time::{day, day_short};

/// Title of a page, a line about it, and its actions on the right.
#[component]
pub fn PageHead(
    #[prop(into)] title: Content,
    /// A quiet line above the title, for example the way up.
    #[prop(optional, into)]
    over: Option<Content>,
    #[prop(optional, into)] under: Option<Content>,
    /// Buttons and links.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="page-head">
            <div>
                {over.map(|over| view! { <p class="small dim">{over.view()}</p> })}
                <h1>{title.view()}</h1>
                {under.map(|under| view! { <p>{under.view()}</p> })}
            </div>
            {children.map(|children| view! { <div class="row">{children()}</div> })}
        </div>
    }
    .into_any()
}

/// How wide a section is in a split grid.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Width {
    #[default]
    Column,
    /// All columns.
    Span,
}

/// A section under a black hairline. `id` is its anchor and must be unique on the page; `aside` is the one
/// quiet line, legend or form at the right of the title.
#[component]
pub fn Section(
    #[prop(into)] id: String,
    #[prop(into)] title: Content,
    #[prop(optional, into)] aside: Option<Content>,
    #[prop(optional)] width: Width,
    /// Do not break it over two printed pages.
    #[prop(optional)]
    keep: bool,
    children: Children,
) -> impl IntoView {
    let mut class = "section".to_owned();
    if width == Width::Span {
        class.push_str(" span");
    }
    if keep {
        class.push_str(" keep");
    }
    let heading = format!("{id}-h");
    view! {
        <section class=class id=id aria-labelledby=heading>
            <div class="section-head">
                <h2 id=heading.clone()>{title.view()}</h2>
                {aside.map(Content::view)}
            </div>
            {children()}
        </section>
    }
    .into_any()
}

/// The swatch of a legend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    Proven,
    Claimed,
    /// Contradicted.
    Fail,
    Open,
    /// A threshold.
    Tick,
}

impl Key {
    const fn class(self) -> &'static str {
        match self {
            Self::Proven => "key key-proven",
            Self::Claimed => "key key-claimed",
            Self::Fail => "key key-fail",
            Self::Open => "key key-open",
            Self::Tick => "key-tick",
        }
    }
}

/// What the marks of a chart mean.
#[component]
pub fn Legend(entries: Vec<(Key, String)>, #[prop(optional)] below: bool) -> impl IntoView {
    let entries = entries
        .into_iter()
        .map(|(key, word)| view! { <li><span class=key.class()></span>{word}</li> })
        .collect_view();
    view! { <ul class=if below { "legend gap-above" } else { "legend" }>{entries}</ul> }.into_any()
}

/// Which number a readout shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ReadoutKind {
    #[default]
    Plain,
    /// Proven, in petrol, with its swatch.
    Proven,
    /// Proven and the page's largest figure.
    ProvenMain,
    /// Claimed: dashed underline, with its swatch.
    Claimed,
}

/// A number with its name and a line about it.
#[component]
pub fn Readout(
    #[prop(into)] label: String,
    #[prop(into)] value: String,
    #[prop(optional)] kind: ReadoutKind,
    /// On a line of its own.
    #[prop(optional, into)]
    sub: Option<String>,
    /// Right after the number: `of 11 submitted`.
    #[prop(optional, into)]
    of: Option<String>,
) -> impl IntoView {
    let key = match kind {
        ReadoutKind::Plain => None,
        ReadoutKind::Proven | ReadoutKind::ProvenMain => Some(Key::Proven),
        ReadoutKind::Claimed => Some(Key::Claimed),
    };
    let value = match kind {
        ReadoutKind::Claimed => view! { <span class="claimed-num">{value}</span> }.into_any(),
        _ => value.into_any(),
    };
    view! {
        <div class=if kind == ReadoutKind::ProvenMain { "readout readout-main" } else { "readout" }>
            <dt>{key.map(|key| view! { <span class=key.class()></span> })}{label}</dt>
            <dd class=(kind == ReadoutKind::Proven).then_some("proven-text")>
                {value}
                {of.map(|of| view! { " "<small>{of}</small> })}
            </dd>
            {sub.map(|sub| view! { <dd class="sub">{sub}</dd> })}
        </div>
    }
    .into_any()
}

/// How readouts are arranged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ReadoutRow {
    /// In one row.
    #[default]
    Row,
    /// The first large on the left, two beside it.
    Main,
    /// Two by two.
    Pairs,
}

/// The list around [`Readout`]s.
#[component]
pub fn Readouts(#[prop(optional)] row: ReadoutRow, children: Children) -> impl IntoView {
    let class = match row {
        ReadoutRow::Row => "readouts readouts-row",
        ReadoutRow::Main => "readouts readouts-main",
        ReadoutRow::Pairs => "readouts readouts-2",
    };
    view! { <dl class=class>{children()}</dl> }.into_any()
}

/// A fact: its name and its value.
pub struct Fact {
    name: String,
    value: Content,
}

impl Fact {
    pub fn new(name: impl Into<String>, value: impl Into<Content>) -> Self {
        Self { name: name.into(), value: value.into() }
    }
}

/// Facts as name and value.
#[component]
pub fn KeyValue(facts: Vec<Fact>) -> impl IntoView {
    let facts = facts
        .into_iter()
        .map(|fact| view! { <dt>{fact.name}</dt><dd>{fact.value.view()}</dd> })
        .collect_view();
    view! { <dl class="kv">{facts}</dl> }.into_any()
}

/// Something that happened or is due.
pub struct Event {
    date: Date,
    text: Content,
}

impl Event {
    pub fn new(date: Date, text: impl Into<Content>) -> Self {
        Self { date, text: text.into() }
    }
}

/// Events in the order given. A date shows its year when it is not `year`.
#[component]
pub fn Events(events: Vec<Event>, year: i16) -> impl IntoView {
    let events = events
        .into_iter()
        .map(|event| {
            let shown = if event.date.year() == year { day_short(event.date) } else { day(event.date) };
            view! {
                <li>
                    <time datetime=event.date.to_string()>{shown}</time>
                    <span>{event.text.view()}</span>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="events">{events}</ul> }.into_any()
}

/// Something that opens: works without scripts.
#[component]
pub fn Drawer(
    #[prop(into)] summary: String,
    #[prop(optional)] open: bool,
    #[prop(optional, into)] id: Option<String>,
    children: Children,
) -> impl IntoView {
    view! { <details class="drawer" id=id open=open><summary>{summary}</summary>{children()}</details> }
        .into_any()
}
