//! Which actions are listed, and in which order: a plain form whose choice is in the address.

use leptos::prelude::*;
use service::action::ActionView;
use service::record::ActionState;

use super::{ActionsSheet, is_overdue};
use crate::ui::{Button, Order, Select};
use crate::web::{Fields, percent_encoded};

/// Actions on one page.
const PER_PAGE: usize = 100;

const NAMES: [&str; 3] = ["state", "owner", "due"];

/// The choice; an empty value chooses what is usual.
#[derive(Debug, Clone, Default)]
pub(crate) struct ActionFilter(Fields);

impl From<Fields> for ActionFilter {
    fn from(query: Fields) -> Self {
        Self(query)
    }
}

impl ActionFilter {
    fn keeps(&self, sheet: &ActionsSheet, view: &ActionView) -> bool {
        let content = &view.action().content;
        let state = match self.0.get("state") {
            "" => view.is_unfinished(),
            "all" => true,
            wanted => content.state.name() == wanted,
        };
        let owner = match self.0.get("owner") {
            "" => true,
            "me" => content.owner == Some(sheet.reader),
            "nobody" => content.owner.is_none(),
            wanted => content.owner.is_some_and(|owner| owner.to_string() == wanted),
        };
        let due = match self.0.get("due") {
            "overdue" => is_overdue(view, sheet.today),
            "none" => content.due.is_none(),
            _ => true,
        };
        state && owner && due
    }

    /// Those that fit, in the chosen order: by day with undated ones last, by owner, or by state.
    pub(super) fn choose<'a>(&self, sheet: &'a ActionsSheet) -> Vec<&'a ActionView> {
        let mut chosen: Vec<_> = sheet.actions.iter().filter(|view| self.keeps(sheet, view)).collect();
        let due = |view: &ActionView| {
            let due = view.action().content.due;
            (due.is_none(), due)
        };
        match self.0.get("sort") {
            "owner" => chosen.sort_by_cached_key(|view| {
                let owner = view.listed.owner_name.as_deref().map(str::to_lowercase);
                (owner.is_none(), owner, due(view))
            }),
            "state" => chosen.sort_by_key(|view| (place(&view.action().content.state), due(view))),
            _ => chosen.sort_by_key(|view| due(view)),
        }
        chosen
    }

    fn page(&self) -> usize {
        self.0.get("page").parse().unwrap_or(1).max(1)
    }

    pub(super) fn on_page<'a>(&self, chosen: &[&'a ActionView]) -> Vec<&'a ActionView> {
        chosen.iter().skip((self.page() - 1).saturating_mul(PER_PAGE)).take(PER_PAGE).copied().collect()
    }

    /// The address of the same choice, with something else in it.
    fn address(&self, sheet: &ActionsSheet, name: &str, value: &str) -> String {
        let mut address = format!("{}/actions?{name}={value}", sheet.at);
        for kept in NAMES.into_iter().chain(["sort"]).filter(|kept| *kept != name) {
            let value = self.0.get(kept);
            if !value.is_empty() {
                address.push_str(&["&", kept, "=", &percent_encoded(value)].concat());
            }
        }
        address
    }

    pub(super) fn sorted_by(&self, sheet: &ActionsSheet, column: &str) -> String {
        self.address(sheet, "sort", column)
    }

    pub(super) fn order_of(&self, column: &str) -> Option<Order> {
        let sort = self.0.get("sort");
        let usual = !matches!(sort, "owner" | "state");
        (sort == column || (usual && column == "due")).then_some(Order::Ascending)
    }

    /// The way to the pages before and after.
    pub(super) fn pages(&self, sheet: &ActionsSheet, of: usize) -> Option<AnyView> {
        let (page, last) = (self.page(), of.div_ceil(PER_PAGE));
        if last <= 1 {
            return None;
        }
        let link = |page: usize, words: &'static str| {
            let href = self.address(sheet, "page", &page.to_string());
            view! { <a href=href>{words}</a> }
        };
        let before = (page > 1).then(|| link(page - 1, "Earlier"));
        let after = (page < last).then(|| link(page + 1, "Further"));
        let words = format!("Page {page} of {last}");
        Some(view! { <nav class="row gap-above" aria-label="Pages">{before}<span class="dim">{words}</span>{after}</nav> }.into_any())
    }
}

/// What is under way first.
fn place(state: &ActionState) -> u8 {
    match state {
        ActionState::InProgress => 0,
        ActionState::Open => 1,
        ActionState::Done => 2,
        ActionState::Dropped { .. } => 3,
    }
}

fn choices(words: &[(&str, &str)]) -> Vec<(String, String)> {
    words.iter().map(|(value, words)| ((*value).to_owned(), (*words).to_owned())).collect()
}

pub(super) fn form(sheet: &ActionsSheet) -> AnyView {
    let chosen = |name: &str| sheet.filter.0.get(name).to_owned();
    let states = choices(&[
        ("", "Unfinished"),
        ("open", "Open"),
        ("in_progress", "In progress"),
        ("done", "Done"),
        ("dropped", "Dropped"),
        ("all", "All"),
    ]);
    let mut owners = choices(&[("", "Anyone"), ("me", "Me"), ("nobody", "Nobody yet")]);
    owners.extend(sheet.members.iter().map(|member| (member.user.to_string(), member.name.clone())));
    let due = choices(&[("", "Any day"), ("overdue", "Overdue"), ("none", "Without a day")]);
    let sort = chosen("sort");
    let sort = (!sort.is_empty()).then(|| view! { <input type="hidden" name="sort" value=sort/> });
    view! {
        <form class="filters" method="get" action=format!("{}/actions", sheet.at)>
            <Select id="state" name="state" label="State" choices=states chosen=chosen("state") any=true/>
            <Select id="owner" name="owner" label="Owner" choices=owners chosen=chosen("owner") any=true/>
            <Select id="due" name="due" label="Due" choices=due chosen=chosen("due") any=true/>
            {sort}
            <Button>"Show"</Button>
        </form>
    }
    .into_any()
}
