//! Status, severity, evidence and tags. Each says its meaning with shape and word; colour comes last.

use domain::check::Status;
use domain::scoring::FindingSeverity;
use leptos::prelude::*;

use super::icon::{Icon, Sign};

/// How large a status is set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum StatusSize {
    #[default]
    Text,
    /// As a heading.
    Big,
}

/// The class that colours a status: `is-pass` to `is-unknown`.
pub fn status_class(status: Status) -> &'static str {
    match status {
        Status::Pass => "is-pass",
        Status::Warn => "is-warn",
        Status::Fail => "is-fail",
        Status::Unknown => "is-unknown",
    }
}

/// The word of a status in a sentence: `Pass`, `Warn`, `Fail`, `Unknown`.
pub fn status_word(status: Status) -> &'static str {
    match status {
        Status::Pass => "Pass",
        Status::Warn => "Warn",
        Status::Fail => "Fail",
        Status::Unknown => "Unknown",
    }
}

/// A status with its sign; `label` replaces the word (`Contradicted`, `31 pass`).
#[component]
pub fn StatusBadge(
    status: Status,
    #[prop(optional, into)] label: Option<String>,
    #[prop(optional)] size: StatusSize,
) -> impl IntoView {
    let big = if size == StatusSize::Big { " status-big" } else { "" };
    view! {
        <span class=format!("status {}{big}", status_class(status))>
            <Icon sign=status.into()/>
            {label.unwrap_or_else(|| status_word(status).to_owned())}
        </span>
    }
    .into_any()
}

/// A finding's severity: four bars, filled up to it.
#[component]
pub fn SeverityBadge(severity: FindingSeverity) -> impl IntoView {
    let (class, word, filled) = match severity {
        FindingSeverity::Low => ("sev sev-low", "Low", 1),
        FindingSeverity::Medium => ("sev sev-medium", "Medium", 2),
        FindingSeverity::High => ("sev sev-high", "High", 3),
        FindingSeverity::Critical => ("sev sev-critical", "Critical", 4),
    };
    let bars = [("0", "9", "4"), ("4.5", "6", "7"), ("9", "3", "10"), ("13.5", "0", "13")];
    let bars = bars.into_iter().enumerate().map(|(i, (x, y, height))| {
        let fill = if i < filled { "on" } else { "off" };
        view! { <rect class=fill x=x y=y width="3" height=height></rect> }
    });
    view! {
        <span class=class>
            <svg viewBox="0 0 17 13" aria-hidden="true">{bars.collect_view()}</svg>
            {word}
        </span>
    }
    .into_any()
}

/// An evidence class as a tag: three rungs, as many filled as the class is high. `class` is 0 for E0 to 3 for
/// E3; `name` is the framework's word for it (`verified`).
#[component]
pub fn EvidenceBadge(class: usize, #[prop(optional, into)] name: Option<String>) -> impl IntoView {
    let rungs = ["10.5", "6", "1.5"].into_iter().enumerate().map(|(i, y)| {
        let fill = if i < class { "on" } else { "off" };
        format!(r#"<rect class="{fill}" x="1" y="{y}" width="10" height="2.5"></rect>"#)
    });
    let rungs: String = rungs.collect();
    view! {
        <span class="tag ev">
            <svg viewBox="0 0 12 14" aria-hidden="true" inner_html=rungs></svg>
            <b>{format!("E{class}")}</b>
            {name.map(|name| format!(" {name}"))}
        </span>
    }
    .into_any()
}

/// What a tag stands for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TagKind {
    #[default]
    Plain,
    Ink,
    /// Carried by evidence or a check.
    Proven,
    Fail,
    /// Claimed only.
    Ghost,
}

/// A small framed word. Numbers inside go into `<b>`.
#[component]
pub fn Tag(
    #[prop(optional)] kind: TagKind,
    #[prop(optional)] sign: Option<Sign>,
    children: Children,
) -> impl IntoView {
    let class = match kind {
        TagKind::Plain => "tag",
        TagKind::Ink => "tag tag-ink",
        TagKind::Proven => "tag tag-proven",
        TagKind::Fail => "tag tag-fail",
        TagKind::Ghost => "tag tag-ghost",
    };
    view! { <span class=class>{sign.map(|sign| view! { <Icon sign/> })}{children()}</span> }.into_any()
}
