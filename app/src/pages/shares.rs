//! Links to a report: making one, ending one, and who read them.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use service::UnixMillis;
use service::record::Share;
use service::report::Sections;
use service::share::SharesPage;

use super::parts::{RefusalNote, error_of};
use super::report::{section_choices, section_words};
use crate::ui::{
    Button, ButtonKind, ButtonSize, CheckboxGroup, Column, Empty, InputLook, Moment, Note, PageHead,
    PostButton, Section, Table, TableLook, TextInput,
};
use crate::web::{Fields, Refusal};
use crate::words::{Paths, plural};

/// What the page shows.
pub(crate) struct SharesSheet {
    pub(crate) page: SharesPage,
    pub(crate) paths: Paths,
    pub(crate) organization: String,
    pub(crate) now: UnixMillis,
    /// The links that were just made: shown this once.
    pub(crate) made: Vec<MadeShare>,
    pub(crate) typed: Option<(Fields, Refusal)>,
}

/// A new link to a report.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct MadeShare {
    /// For whom it is.
    pub(crate) label: String,
    pub(crate) address: String,
}

/// The page's content.
pub(crate) fn shares_page(sheet: &SharesSheet) -> AnyView {
    let refusal = sheet.typed.as_ref().map(|(_, refusal)| refusal.clone());
    let made = sheet.made.iter().cloned().map(|MadeShare { label, address }| {
        let title = format!("The link for {label}, shown this once: whoever has it can read the report");
        view! {
            <div class="gap-below">
                <Note title=title>
                    <pre class="raw" tabindex="0"><code>{address}</code></pre>
                </Note>
            </div>
        }
    });
    let made = made.collect_view();
    let (form, links, log) = (form(sheet), links(sheet), log(sheet));
    let under = format!(
        "Read-only links to the report of {}. They show it as it stands when it is read.",
        sheet.organization
    );
    view! {
        <PageHead title="Shared links" under=under/>
        {made}
        <RefusalNote refusal=refusal/>
        <div class="stack-wide">
            <Section id="new" title="A new link">{form}</Section>
            <Section id="links" title="Links">{links}</Section>
            <Section id="log" title="Who read">{log}</Section>
        </div>
    }
    .into_any()
}

fn form(sheet: &SharesSheet) -> AnyView {
    let typed = sheet.typed.as_ref().map(|(fields, _)| fields);
    let refusal = sheet.typed.as_ref().map(|(_, refusal)| refusal);
    let value = |name: &str| typed.map(|typed| typed.get(name).to_owned()).unwrap_or_default();
    let sections = typed.and_then(|typed| Sections::named(typed.all("section")).ok()).unwrap_or_default();
    view! {
        <form method="post" action=sheet.paths.shares()>
            <TextInput
                id="label"
                name="label"
                label="For whom"
                hint="A name for the list below, for example the board in January"
                value=value("label")
                error=error_of(refusal, "label")
            />
            <TextInput
                id="expires"
                name="expires"
                label="Open until the end of"
                kind="date"
                look=InputLook::Short
                hint="At most a year ahead, in UTC"
                value=value("expires")
                error=error_of(refusal, "expires")
            />
            <CheckboxGroup
                id="section"
                name="section"
                legend="Sections"
                hint="Result, method and disclaimer are always there; without a choice everything is shown"
                choices=section_choices(&sections)
                error=error_of(refusal, "section")
            />
            <p class="gap-above"><Button kind=ButtonKind::Main>"Make the link"</Button></p>
        </form>
    }
    .into_any()
}

fn links(sheet: &SharesSheet) -> AnyView {
    if sheet.page.shares.is_empty() {
        return view! { <Empty><p>"No link was made yet."</p></Empty> }.into_any();
    }
    let columns = vec![
        Column::text("For whom"),
        Column::text("Shows"),
        Column::text("Made by"),
        Column::number("Open until"),
        Column::number("Read"),
        Column::text("State"),
    ];
    let rows = sheet.page.shares.iter().map(|share| row(sheet, share)).collect_view();
    view! { <Table caption="Links to the report, newest first" columns=columns look=TableLook::Fold>{rows}</Table> }
        .into_any()
}

fn row(sheet: &SharesSheet, share: &Share) -> AnyView {
    let shows = match Sections::named([share.sections.as_str()]) {
        Ok(sections) if sections.is_all() => "Everything".to_owned(),
        Ok(sections) => sections.iter().map(section_words).collect::<Vec<_>>().join(", "),
        Err(_) => share.sections.clone(),
    };
    let read = sheet.page.readings.get(&share.id).copied().unwrap_or(0);
    let state = if share.open(sheet.now) {
        let action = format!("{}/{}/revoke", sheet.paths.shares(), share.id);
        let words = format!("Revoke the link for {}", share.label);
        view! { <PostButton action=action kind=ButtonKind::Stop size=ButtonSize::Small>{words}</PostButton> }
            .into_any()
    } else if share.revoked_at.is_some() {
        "Revoked".into_any()
    } else {
        "Expired".into_any()
    };
    view! {
        <tr>
            <th scope="row">{share.label.clone()}</th>
            <td>{shows}</td>
            <td class="dim">{share.by_name.clone()}</td>
            <td class="num" data-label="Open until"><Moment at=share.expires_at.timestamp()/></td>
            <td class="num" data-label="Read">{plural(usize::try_from(read).unwrap_or(usize::MAX), "time")}</td>
            <td>{state}</td>
        </tr>
    }
    .into_any()
}

fn log(sheet: &SharesSheet) -> AnyView {
    if sheet.page.visits.is_empty() {
        return view! { <Empty><p>"Nobody has read a shared report yet."</p></Empty> }.into_any();
    }
    let rows = sheet
        .page
        .visits
        .iter()
        .map(|visit| {
            let share = sheet.page.shares.iter().find(|share| share.id == visit.share);
            let label = share.map_or_else(String::new, |share| share.label.clone());
            view! {
                <tr>
                    <td><Moment at=visit.at.timestamp()/></td>
                    <th scope="row">{label}</th>
                    <td>{visit.browser.clone()}</td>
                    <td class="mono">{visit.address.clone()}</td>
                </tr>
            }
        })
        .collect_view();
    let columns = vec![
        Column::text("When"),
        Column::text("Link"),
        Column::text("Browser"),
        Column::text("Network address"),
    ];
    let (listed, all) = (sheet.page.visits.len(), sheet.page.readings.values().sum::<u64>());
    let rest = u64::try_from(listed).is_ok_and(|listed| listed < all).then(|| {
        view! { <p class="fine gap-small">{format!("The latest {listed} of {all} readings.")}</p> }
    });
    view! {
        <Table caption="Readings, latest first" columns=columns look=TableLook::Fold>{rows}</Table>
        {rest}
    }
    .into_any()
}
