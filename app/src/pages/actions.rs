//! Actions of an organization: the list, and the form of one.

mod filter;
mod form;
mod on;

use std::collections::BTreeMap;

use jiff::civil::Date;
use leptos::prelude::*;
use service::UserId;
use service::action::ActionView;
use service::record::Member;

pub(crate) use filter::ActionFilter;
pub(crate) use form::{ActionForm, FormOf, action_form_page};
pub(crate) use on::{action_lines, first_unfinished};

use crate::ui::{
    ButtonLink, Column, Empty, Note, PageHead, Section, StatusBadge, Table, TableLook, date_of, day,
};
use crate::words::{action_source_words, action_state_word, behind_words, capitalized, cost_words, plural};

/// What the list shows.
pub(crate) struct ActionsSheet {
    /// The organization's address.
    pub(crate) at: String,
    pub(crate) actions: Vec<ActionView>,
    pub(crate) members: Vec<Member>,
    pub(crate) reader: UserId,
    pub(crate) filter: ActionFilter,
    pub(crate) today: Date,
}

/// The page's content.
pub(crate) fn actions_page(sheet: &ActionsSheet) -> AnyView {
    let unfinished: Vec<_> = sheet.actions.iter().filter(|view| view.is_unfinished()).collect();
    let overdue = unfinished.iter().filter(|view| is_overdue(view, sheet.today)).count();
    let under = match (unfinished.len(), overdue) {
        (0, _) => "Nothing is under way.".to_owned(),
        (count, 0) => format!("{} unfinished, none overdue.", plural(count, "action")),
        (count, overdue) => format!("{} unfinished, {overdue} overdue.", plural(count, "action")),
    };
    let content = if sheet.actions.is_empty() {
        view! {
            <Empty>
                <p class="lede">"Nothing was undertaken yet."</p>
                <p>"An action is made from a finding, or from a step of the cheapest climb: open one of them and choose Make it an action."</p>
            </Empty>
        }
        .into_any()
    } else {
        let (form, table) = (filter::form(sheet), table(sheet));
        view! { {form}{table} }.into_any()
    };
    let findings = format!("{}/findings", sheet.at);
    view! {
        <PageHead title="Actions" under=under>
            <ButtonLink href=findings>"Findings"</ButtonLink>
        </PageHead>
        <div class="stack-wide">
            <Section id="actions" title="What we undertake">
                <p class="measure gap-below">
                    "Finishing an action does not change the score: answers, evidence and checks do. So each one says whether the finding behind it has cleared, or what its criterion counts now."
                </p>
                {content}
            </Section>
        </div>
    }
    .into_any()
}

/// Whether its day has passed and it is not finished.
pub(super) fn is_overdue(view: &ActionView, today: Date) -> bool {
    view.is_unfinished() && view.action().content.due.is_some_and(|due| due < today)
}

fn table(sheet: &ActionsSheet) -> AnyView {
    let chosen = sheet.filter.choose(sheet);
    if chosen.is_empty() {
        return view! { <Note title="No action fits this choice"/> }.into_any();
    }
    let head = |title: &str, column: &str| {
        let column_of = if column == "due" { Column::number(title) } else { Column::text(title) };
        column_of.sorted(sheet.filter.sorted_by(sheet, column), sheet.filter.order_of(column))
    };
    let columns = vec![
        Column::text("Action"),
        head("State", "state"),
        Column::text("Behind it"),
        head("Owner", "owner"),
        head("Due", "due"),
        Column::number("Cost"),
    ];
    let total = totals(&chosen);
    let shown = sheet.filter.on_page(&chosen);
    let rows = shown.iter().map(|view| row(sheet, view)).collect_view();
    let (count, pages) = (plural(chosen.len(), "action"), sheet.filter.pages(sheet, chosen.len()));
    view! {
        <Table caption="Actions of the organization" columns=columns look=TableLook::Fold>{rows}</Table>
        {pages}
        <p class="small dim gap-above">{format!("{count}{total}")}</p>
    }
    .into_any()
}

/// `, estimated at 12,000 USD, 40 h; 2 not estimated`.
fn totals(chosen: &[&ActionView]) -> String {
    let mut money: BTreeMap<&str, i64> = BTreeMap::new();
    let (mut hours, mut missing) = (0_u64, 0_usize);
    for view in chosen {
        let cost = &view.action().content.cost;
        if let Some(one) = &cost.money {
            let sum = money.entry(one.currency.as_str()).or_default();
            *sum = sum.saturating_add(one.amount);
        }
        hours += u64::from(cost.hours.unwrap_or_default());
        missing += usize::from(cost.money.is_none() && cost.hours.is_none());
    }
    let mut parts: Vec<String> = money
        .into_iter()
        .map(|(currency, amount)| {
            let money = Some(service::record::Money { amount, currency: currency.to_owned() });
            cost_words(&service::record::Cost { money, hours: None })
        })
        .collect();
    if hours > 0 {
        parts.push(format!("{hours} h"));
    }
    match (parts.is_empty(), missing) {
        (true, _) => ", none with an estimate".to_owned(),
        (false, 0) => format!(", estimated at {}", parts.join(", ")),
        (false, missing) => format!(", estimated at {}; {missing} without an estimate", parts.join(", ")),
    }
}

fn row(sheet: &ActionsSheet, view: &ActionView) -> AnyView {
    let action = view.action();
    let content = &action.content;
    let href = format!("{}/actions/{}", sheet.at, action.id);
    let under = format!("{} · {}", action_source_words(&action.source), view.listed.assessment_title);
    let state = capitalized(action_state_word(&content.state));
    let since = format!("since {}", day(date_of(action.since.timestamp())));
    let reason = content.state.reason().map(|reason| view! { <span class="sub">{reason.to_owned()}</span> });
    let due = match content.due {
        Some(due) if is_overdue(view, sheet.today) => {
            view! { <span class="fail-text strong">"Overdue "</span>{day(due)} }.into_any()
        }
        Some(due) => day(due).into_any(),
        None => "–".into_any(),
    };
    view! {
        <tr>
            <th scope="row"><a href=href>{content.title.clone()}</a><span class="sub">{under}</span></th>
            <td>{state}<span class="sub">{since}</span>{reason}</td>
            <td class="wide">{behind(view)}</td>
            <td class="dim">{owner(view)}</td>
            <td class="num" data-label="Due">{due}</td>
            <td class="num" data-label="Cost">{cost_words(&content.cost)}</td>
        </tr>
    }
    .into_any()
}

/// How that stands which an action was made for.
pub(super) fn behind(view: &ActionView) -> AnyView {
    match behind_words(view) {
        (Some(status), words) => view! { <StatusBadge status=status label=words/> }.into_any(),
        (None, words) => words.into_any(),
    }
}

/// Who promised it.
pub(super) fn owner(view: &ActionView) -> String {
    match (&view.listed.owner_name, view.listed.owner_belongs) {
        (None, _) => "Nobody yet".to_owned(),
        (Some(name), true) => name.clone(),
        (Some(name), false) => format!("{name}, no longer a member"),
    }
}
