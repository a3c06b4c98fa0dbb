//! Buttons, and links that look like one. One main button per screen; a button that removes names what it
//! removes.

use leptos::prelude::*;

use super::icon::{Icon, Sign};

/// What a button is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ButtonKind {
    /// The one next step.
    Main,
    #[default]
    Second,
    /// Looks like a link.
    Plain,
    /// Removes or stops something.
    Stop,
}

/// How large a button is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ButtonSize {
    #[default]
    Normal,
    Small,
}

fn class(kind: ButtonKind, size: ButtonSize) -> &'static str {
    match (kind, size) {
        (ButtonKind::Main, ButtonSize::Normal) => "btn btn-main",
        (ButtonKind::Main, ButtonSize::Small) => "btn btn-main btn-small",
        (ButtonKind::Second, ButtonSize::Normal) => "btn",
        (ButtonKind::Second, ButtonSize::Small) => "btn btn-small",
        (ButtonKind::Plain, ButtonSize::Normal) => "btn btn-plain",
        (ButtonKind::Plain, ButtonSize::Small) => "btn btn-plain btn-small",
        (ButtonKind::Stop, ButtonSize::Normal) => "btn btn-stop",
        (ButtonKind::Stop, ButtonSize::Small) => "btn btn-stop btn-small",
    }
}

/// A button that sends the form around it; `name` and `value` say which of several was pressed.
#[component]
pub fn Button(
    #[prop(optional)] kind: ButtonKind,
    #[prop(optional)] size: ButtonSize,
    #[prop(optional)] sign: Option<Sign>,
    #[prop(optional, into)] name: Option<String>,
    #[prop(optional, into)] value: Option<String>,
    #[prop(optional)] disabled: bool,
    children: Children,
) -> impl IntoView {
    view! {
        <button class=class(kind, size) type="submit" name=name value=value disabled=disabled>
            {sign.map(|sign| view! { <Icon sign/> })}
            {children()}
        </button>
    }
    .into_any()
}

/// A link that looks like a button.
#[component]
pub fn ButtonLink(
    #[prop(into)] href: String,
    #[prop(optional)] kind: ButtonKind,
    #[prop(optional)] size: ButtonSize,
    #[prop(optional)] sign: Option<Sign>,
    children: Children,
) -> impl IntoView {
    view! {
        <a class=class(kind, size) href=href>
            {sign.map(|sign| view! { <Icon sign/> })}
            {children()}
        </a>
    }
    .into_any()
}

/// A form of one button that posts to `action`: run now, remove, sign out. `fields` are sent along, hidden.
#[component]
pub fn PostButton(
    #[prop(into)] action: String,
    #[prop(optional)] fields: Vec<(String, String)>,
    #[prop(optional)] kind: ButtonKind,
    #[prop(optional)] size: ButtonSize,
    #[prop(optional)] sign: Option<Sign>,
    children: Children,
) -> impl IntoView {
    let fields = fields
        .into_iter()
        .map(|(name, value)| view! { <input type="hidden" name=name value=value/> })
        .collect_view();
    view! {
        <form method="post" action=action>
            {fields}
            <button class=class(kind, size) type="submit">
                {sign.map(|sign| view! { <Icon sign/> })}
                {children()}
            </button>
        </form>
    }
    .into_any()
}
