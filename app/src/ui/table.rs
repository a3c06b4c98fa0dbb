//! Tables that scroll sideways by keyboard, fold on a small screen, and sort by links; tabs and pages.

use leptos::prelude::*;

use super::icon::{Icon, Sign};

/// The order that a column is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    Ascending,
    Descending,
}

/// The link in a column's head.
#[derive(Debug, Clone, PartialEq, Eq)]
struct SortLink {
    href: String,
    order: Option<Order>,
}

/// A column's head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    title: String,
    class: Option<&'static str>,
    sort: Option<SortLink>,
}

impl Column {
    pub fn text(title: impl Into<String>) -> Self {
        Self { title: title.into(), class: None, sort: None }
    }

    /// Numbers stand at the right; its cells need the class `num` too.
    pub fn number(title: impl Into<String>) -> Self {
        Self { class: Some("num"), ..Self::text(title) }
    }

    /// Texts under a long name, which breaks.
    pub fn named_text(title: impl Into<String>) -> Self {
        Self { class: Some("named"), ..Self::text(title) }
    }

    /// Numbers under a long name, which breaks.
    pub fn named_number(title: impl Into<String>) -> Self {
        Self { class: Some("num named"), ..Self::text(title) }
    }

    /// The head links to the same table in another order; `order` is the present one, if it is by this
    /// column.
    #[must_use]
    pub fn sorted(mut self, href: impl Into<String>, order: Option<Order>) -> Self {
        self.sort = Some(SortLink { href: href.into(), order });
        self
    }

    fn head(self) -> AnyView {
        let order = self.sort.as_ref().and_then(|sort| sort.order);
        let aria_sort = order.map(|order| match order {
            Order::Ascending => "ascending",
            Order::Descending => "descending",
        });
        let title = self.title;
        let content = match self.sort {
            None => title.into_any(),
            Some(SortLink { href, order }) => {
                let sign = match order {
                    None => Sign::Sort,
                    Some(Order::Ascending) => Sign::Up,
                    Some(Order::Descending) => Sign::Down,
                };
                view! { <a href=href>{title}" "<Icon sign/></a> }.into_any()
            }
        };
        view! { <th scope="col" class=self.class aria-sort=aria_sort>{content}</th> }.into_any()
    }
}

/// How a table is drawn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TableLook {
    #[default]
    Plain,
    /// Rows fold into lines on a small screen; number cells say their name with `data-label`, long ones have
    /// `wide`.
    Fold,
    /// As `Fold`, with a wide column of bars (`bar-cell`).
    Bars,
}

/// A table with its head; children are the rows (`<tr>`). The caption is read out, and names the scrolling
/// region.
#[component]
pub fn Table(
    #[prop(into)] caption: String,
    columns: Vec<Column>,
    #[prop(optional)] look: TableLook,
    children: Children,
) -> impl IntoView {
    let class = match look {
        TableLook::Plain => "t",
        TableLook::Fold => "t t-fold",
        TableLook::Bars => "t bars t-fold",
    };
    let heads = columns.into_iter().map(Column::head).collect_view();
    view! {
        <TableScroll label=format!("Table: {caption}")>
            <table class=class>
                <caption class="vh">{caption}</caption>
                <thead><tr>{heads}</tr></thead>
                <tbody>{children()}</tbody>
            </table>
        </TableScroll>
    }
    .into_any()
}

/// The region in which something wide scrolls; reachable by keyboard, and named.
#[component]
pub fn TableScroll(#[prop(into)] label: String, children: Children) -> impl IntoView {
    view! { <div class="t-scroll" tabindex="0" role="region" aria-label=label>{children()}</div> }.into_any()
}

/// A place that a list of links leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NavLink {
    pub href: String,
    pub words: String,
    pub current: bool,
}

impl NavLink {
    pub fn new(href: impl Into<String>, words: impl Into<String>) -> Self {
        Self { href: href.into(), words: words.into(), current: false }
    }

    /// The same, as the place where the reader is if `current`.
    #[must_use]
    pub fn current_if(mut self, current: bool) -> Self {
        self.current = current;
        self
    }

    pub(super) fn view(self) -> AnyView {
        let current = self.current.then_some("page");
        view! { <a href=self.href aria-current=current>{self.words}</a> }.into_any()
    }
}

/// Views of one thing, as links.
#[component]
pub fn Tabs(#[prop(into)] label: String, links: Vec<NavLink>) -> impl IntoView {
    let links = links.into_iter().map(NavLink::view).collect_view();
    view! { <nav class="tabs" aria-label=label>{links}</nav> }.into_any()
}

/// Where a page of a long list is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paging {
    /// From 1.
    pub page: usize,
    pub per_page: usize,
    /// Entries in all.
    pub total: usize,
}

impl Paging {
    /// At least 1.
    pub fn pages(self) -> usize {
        self.total.div_ceil(self.per_page.max(1)).max(1)
    }

    fn words(self) -> String {
        let first = (self.page - 1) * self.per_page + 1;
        let last = (self.page * self.per_page).min(self.total);
        format!("{first} to {last} of {}", self.total)
    }
}

/// Links to the pages of a list: `href` gives the address of a page. Nothing when one page holds it all.
#[component]
pub fn Pager(
    #[prop(into)] label: String,
    paging: Paging,
    href: Box<dyn Fn(usize) -> String>,
) -> impl IntoView {
    if paging.pages() == 1 {
        return ().into_any();
    }
    let pages = (1..=paging.pages())
        .map(|page| {
            let shown = page.to_string();
            let entry = if page == paging.page {
                view! { <span aria-current="page">{shown}</span> }.into_any()
            } else {
                view! { <a href=href(page)>{shown}</a> }.into_any()
            };
            view! { <li>{entry}</li> }
        })
        .collect_view();
    let next =
        (paging.page < paging.pages()).then(|| view! { <li><a href=href(paging.page + 1)>"Next"</a></li> });
    view! {
        <nav class="pager" aria-label=label>
            <span>{paging.words()}</span>
            <ul>{pages}{next}</ul>
        </nav>
    }
    .into_any()
}
