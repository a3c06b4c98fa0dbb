//! What surrounds every page: skip link, signs, header with the way here, navigation, footer.
//!
//! The document around it (`<html>`, `<head>`, scripts) is not its matter.

use leptos::prelude::*;

use super::badge::{Tag, TagKind};
use super::button::{ButtonKind, ButtonSize, PostButton};
use super::icon::{BrandMark, Sprite};
use super::note::DISCLAIMER;
use super::table::NavLink;
use super::time::zone_name;

/// The places of one organization, or of another thing with several pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Navigation {
    /// What it leads around in: `Organization`.
    pub label: String,
    pub links: Vec<NavLink>,
}

/// Who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub name: String,
    /// Their own page.
    pub href: String,
    /// Where the sign-out form posts to.
    pub sign_out: String,
}

/// How wide the content is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PageWidth {
    #[default]
    Wide,
    /// For one column of text or a form.
    Narrow,
}

/// The way to the content for who reads by keyboard.
#[component]
pub fn SkipLink() -> impl IntoView {
    view! { <a class="skip" href="#main">"Skip to the content"</a> }.into_any()
}

/// The way here, from the top.
#[component]
pub fn Crumbs(crumbs: Vec<NavLink>) -> impl IntoView {
    if crumbs.is_empty() {
        return ().into_any();
    }
    let crumbs = crumbs
        .into_iter()
        .map(|crumb| {
            let current = crumb.current.then_some("page");
            view! { <li><a class="link-row" href=crumb.href aria-current=current>{crumb.words}</a></li> }
        })
        .collect_view();
    view! { <nav aria-label="You are here"><ol class="crumb">{crumbs}</ol></nav> }.into_any()
}

/// Where every page leads to: also those outside an organization have a navigation. Whoever is signed in has too many
/// links for one row of a phone or a tablet, where a button shows them.
fn top_end(links: Vec<NavLink>, account: Option<Account>) -> Option<AnyView> {
    if links.is_empty() && account.is_none() {
        return None;
    }
    let links = links
        .into_iter()
        .map(|link| {
            let current = link.current.then_some("page");
            view! { <a class="link-row" href=link.href aria-current=current>{link.words}</a> }
        })
        .collect_view();
    let Some(account) = account else {
        return Some(view! { <nav class="top-end" aria-label="Rung">{links}</nav> }.into_any());
    };
    let view = view! {
        <button class="btn btn-small top-menu" type="button" popovertarget="places">"Menu"</button>
        <nav class="top-end" id="places" popover="auto" aria-label="Rung">
            {links}
            <a class="link-row" href=account.href>{account.name}</a>
            <PostButton action=account.sign_out kind=ButtonKind::Plain size=ButtonSize::Small>
                "Sign out"
            </PostButton>
        </nav>
    };
    Some(view.into_any())
}

/// The header: mark, way here, label of a demonstration, links at the end, navigation.
#[component]
pub fn Header(
    crumbs: Vec<NavLink>,
    #[prop(optional_no_strip)] navigation: Option<Navigation>,
    ends: Vec<NavLink>,
    #[prop(optional_no_strip)] account: Option<Account>,
    demonstration: bool,
) -> impl IntoView {
    let navigation = navigation.map(|navigation| {
        let links = navigation.links.into_iter().map(NavLink::view).collect_view();
        view! { <nav class="nav" aria-label=navigation.label>{links}</nav> }
    });
    view! {
        <header class="top">
            <div class="top-row">
                <a class="brand" href="/"><BrandMark/>"Rung"</a>
                <Crumbs crumbs/>
                {demonstration.then(|| view! { <Tag kind=TagKind::Ghost>"Demonstration data"</Tag> })}
                {top_end(ends, account)}
            </div>
            {navigation}
        </header>
    }
    .into_any()
}

/// The footer: disclaimer, and what the page was computed with.
#[component]
pub fn Footer(
    /// For example `Framework B7 1.0.0`; the time zone follows.
    #[prop(optional_no_strip)]
    source: Option<String>,
) -> impl IntoView {
    let zone = zone_name();
    let source =
        source.map_or_else(|| format!("Times in {zone}"), |source| format!("{source} · times in {zone}"));
    view! { <footer class="foot"><p class="measure">{DISCLAIMER}</p><p>{source}</p></footer> }.into_any()
}

/// A whole page inside `<body>`.
#[component]
pub fn Layout(
    #[prop(optional)] crumbs: Vec<NavLink>,
    #[prop(optional_no_strip)] navigation: Option<Navigation>,
    /// Links at the end of the header.
    #[prop(optional)]
    ends: Vec<NavLink>,
    #[prop(optional_no_strip)] account: Option<Account>,
    /// The data is made up, and the header says so.
    #[prop(optional)]
    demonstration: bool,
    #[prop(optional)] width: PageWidth,
    /// What the page was computed with: `Framework B7 1.0.0`.
    #[prop(optional_no_strip)]
    source: Option<String>,
    children: Children,
) -> impl IntoView {
    let class = match width {
        PageWidth::Wide => "page",
        PageWidth::Narrow => "page page-narrow",
    };
    view! {
        <SkipLink/>
        <Sprite/>
        <Header crumbs navigation ends account demonstration/>
        <main id="main" class=class>{children()}</main>
        <Footer source/>
    }
    .into_any()
}
