//! A register's page: what is entered, and the form for one more.

use leptos::prelude::*;
use service::record::{Register, RegisterEntry};
use service::register::{Look, columns, shown};

use super::form::{SeenChoice, entry_fields};
use super::names::{listed, one, purpose, title, with_article};
use crate::pages::parts::RefusalNote;
use crate::ui::{
    Button, ButtonKind, ButtonLink, Column, Day, Moment, PageHead, Section, Table, TableLook, Tag, Width,
};
use crate::web::{Fields, Refusal};
use crate::words::{import_place, plural};

/// What the page of a register shows.
pub(crate) struct RegisterShown {
    /// The address of the organization's registers.
    pub(crate) at: String,
    pub(crate) register: Register,
    /// The latest entered first.
    pub(crate) entries: Vec<RegisterEntry>,
    /// The address of earlier ones.
    pub(crate) earlier: Option<String>,
    pub(crate) seen: Vec<SeenChoice>,
    /// A check is computed from it.
    pub(crate) checked: bool,
    pub(crate) may_operate: bool,
}

impl RegisterShown {
    fn here(&self) -> String {
        format!("{}/{}", self.at, self.register.as_str())
    }
}

#[component]
pub(crate) fn RegisterView(
    shown: RegisterShown,
    typed: Fields,
    #[prop(optional_no_strip)] refusal: Option<Refusal>,
) -> impl IntoView {
    let (here, register) = (shown.here(), shown.register);
    let over = view! { <a href=shown.at.clone()>"Registers"</a> };
    let import = shown.may_operate.then(|| {
        view! { <ButtonLink href=import_place(&here)>"Import a table"</ButtonLink> }
    });
    let unchecked = (!shown.checked).then(|| {
        view! {
            <p class="small dim measure gap-below">
                "No health check is computed from this register yet: add one to an integration."
            </p>
        }
    });
    let table = table(&shown);
    let form = shown.may_operate.then(|| form(&shown, &typed, refusal.as_ref()));
    view! {
        <PageHead title=title(register) over=over>
            <ButtonLink href=format!("{here}/table") kind=ButtonKind::Plain>"Download as CSV"</ButtonLink>
            {import}
        </PageHead>
        <RefusalNote refusal/>
        <p class="measure gap-below">{purpose(register)}</p>
        {unchecked}
        <div class="grid">{table}{form}</div>
    }
    .into_any()
}

fn table(shown: &RegisterShown) -> AnyView {
    let content = if shown.entries.is_empty() {
        view! { <p class="dim">"Nothing is entered yet."</p> }.into_any()
    } else {
        let looks = columns(shown.register);
        let heads = listed(shown.register).iter().filter_map(|name| {
            let column = looks.iter().find(|column| column.name == *name)?;
            Some(match column.look {
                Look::Line | Look::Text | Look::Choice(_) | Look::Incident => Column::text(column.label),
                _ => Column::number(column.label),
            })
        });
        let rows = shown.entries.iter().map(|entry| row(&shown.here(), entry)).collect_view();
        let caption = format!("{}, the latest entered first", title(shown.register));
        view! { <Table caption=caption columns=heads.collect() look=TableLook::Fold>{rows}</Table> }
            .into_any()
    };
    let earlier = shown
        .earlier
        .clone()
        .map(|href| view! { <p class="gap-above"><a href=href>"Earlier entries"</a></p> });
    let aside = plural(shown.entries.len(), one(shown.register));
    view! {
        <Section id="entries" title="Entries" aside=view! { <p>{aside}</p> } width=Width::Span>
            {content}
            {earlier}
        </Section>
    }
    .into_any()
}

fn row(here: &str, entry: &RegisterEntry) -> AnyView {
    let register = entry.content.register();
    let cells = shown(&entry.content);
    let text =
        |name: &str| cells.iter().find(|(known, _)| *known == name).map_or("", |(_, text)| text.as_str());
    let (name, rest) = listed(register).split_first().expect("every register lists a name");
    let href = format!("{here}/{}", entry.id);
    let withdrawn = (!entry.counts()).then(|| view! { " "<Tag>"Withdrawn"</Tag> });
    let rest = rest.iter().filter_map(|name| {
        let column = columns(register).iter().find(|column| column.name == *name)?;
        Some(cell(column.look, column.label, text(name)))
    });
    view! {
        <tr>
            <th scope="row"><a href=href>{text(name).to_owned()}</a>{withdrawn}</th>
            {rest.collect_view()}
        </tr>
    }
    .into_any()
}

fn cell(look: Look, label: &'static str, text: &str) -> AnyView {
    let number = !matches!(look, Look::Line | Look::Text | Look::Choice(_) | Look::Incident);
    let said = said(look, text);
    if number {
        view! { <td class="num" data-label=label>{said}</td> }.into_any()
    } else {
        view! { <td data-label=label>{said}</td> }.into_any()
    }
}

/// A cell as it is read.
pub(super) fn said(look: Look, text: &str) -> AnyView {
    if text.is_empty() {
        return view! { <span class="dim">"not said"</span> }.into_any();
    }
    let plain = || text.to_owned().into_any();
    match look {
        Look::Day => text.parse().map_or_else(|_| plain(), |date| view! { <Day date=date/> }.into_any()),
        Look::Moment => text.parse().map_or_else(|_| plain(), |at| view! { <Moment at=at/> }.into_any()),
        Look::Choice(known) => {
            let words = known.iter().find(|(value, _)| *value == text).map(|(_, words)| *words);
            words.map_or_else(plain, IntoAny::into_any)
        }
        _ => plain(),
    }
}

fn form(shown: &RegisterShown, typed: &Fields, refusal: Option<&Refusal>) -> AnyView {
    let fields = entry_fields(shown.register, typed, refusal, &shown.seen);
    let title = format!("Add {}", with_article(shown.register));
    let button = title.clone();
    let form = view! {
        <form method="post" action=shown.here() novalidate=true>
            {fields}
            <p class="row gap-above"><Button kind=ButtonKind::Main>{button}</Button></p>
        </form>
    }
    .into_any();
    view! { <Section id="add" title=title width=Width::Span>{form}</Section> }.into_any()
}

/// All registers, each with what it is for. `counts` are entries that count, by register.
#[component]
pub(crate) fn RegistersPage(at: String, counts: Vec<(Register, u64)>) -> impl IntoView {
    let columns = vec![Column::text("Register"), Column::text("What it is for"), Column::number("Entries")];
    let rows = counts
        .into_iter()
        .map(|(register, count)| {
            let href = format!("{at}/{}", register.as_str());
            view! {
                <tr>
                    <th scope="row" class="nowrap"><a href=href>{title(register)}</a></th>
                    <td class="wide">{purpose(register)}</td>
                    <td class="num" data-label="Entries">{count}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <PageHead
            title="Registers"
            under="What people enter that no probe can see. Checks are computed from it, and follow each change at once."
        />
        <Table caption="Registers of the organization" columns look=TableLook::Fold>{rows}</Table>
        <p class="small dim measure gap-above">
            "Two more are kept elsewhere: the inventory on the integrations' page, and evidence on its own."
        </p>
    }
    .into_any()
}
