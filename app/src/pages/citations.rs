//! The sources that criteria name: what they are, whom they oblige, when they count, and whether somebody read them.

use domain::framework::Citation;
use jiff::civil::Date;
use leptos::prelude::*;
use service::citation::{BINDS, STATUSES, Validity, is_built_in, validity};

use super::parts::{RefusalNote, error_of};
use crate::ui::{
    Button, ButtonKind, Column, InputLook, PageHead, Section, Select, Table, TableLook, Tag, TagKind,
    TextArea, TextInput, day, whole_codes,
};
use crate::web::{Fields, Refusal};
use crate::words::{capitalized, plural};

/// What the page shows.
pub(crate) struct CitationsSheet {
    pub(crate) citations: Vec<Citation>,
    pub(crate) today: Date,
    /// What stands in the form, for who may send it.
    pub(crate) form: Option<Fields>,
    pub(crate) refusal: Option<Refusal>,
}

/// A source as the form shows it.
pub(crate) fn typed_of(citation: &Citation) -> Fields {
    let date = |date: Option<Date>| date.map(|date| date.to_string()).unwrap_or_default();
    [
        ("key", citation.key.to_string()),
        ("title", citation.title.clone()),
        ("urls", citation.urls.join("\n")),
        ("status", citation.status.clone()),
        ("valid_from", date(citation.valid_from)),
        ("valid_to", date(citation.valid_to)),
        ("binds", citation.binds.clone().unwrap_or_default()),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}

pub(crate) fn citations_page(sheet: &CitationsSheet) -> AnyView {
    let ended = sheet.citations.iter().filter(|one| validity(one, sheet.today) == Validity::Ended).count();
    let unread = sheet.citations.iter().filter(|one| one.status != "read").count();
    let under = format!(
        "{}; {ended} no longer in force, {unread} still to verify. Criteria name them by their keys.",
        plural(sheet.citations.len(), "source"),
    );
    let form = sheet.form.as_ref().map(|typed| form(typed, sheet.refusal.as_ref()));
    view! {
        <PageHead title="Sources" under=under/>
        <RefusalNote refusal=sheet.refusal.clone()/>
        <div class="stack-wide">
            {form}
            {table(sheet)}
        </div>
    }
    .into_any()
}

fn form(typed: &Fields, refusal: Option<&Refusal>) -> AnyView {
    let value = |name: &str| typed.get(name).to_owned();
    let error = |name: &str| error_of(refusal, name);
    let words = |value: &&str| ((*value).to_owned(), capitalized(value));
    let statuses: Vec<_> = STATUSES.iter().map(words).collect();
    let binds: Vec<_> =
        std::iter::once((String::new(), "Nobody".to_owned())).chain(BINDS.iter().map(words)).collect();
    let content = view! {
        <p class="small measure gap-below">"A key that is known changes that source; sources that come with Rung stay as they are."</p>
        <form method="post" action="/citations" novalidate=true>
            <div class="grid two">
                <div>
                    <TextInput id="key" name="key" label="Key" value=value("key") look=InputLook::Short error=error("key")/>
                    <TextInput id="title" name="title" label="Title" value=value("title") error=error("title")/>
                    <TextArea
                        id="urls" name="urls" label="Addresses" value=value("urls") rows=3 optional=true
                        hint="One a line, official pages first" error=error("urls")
                    />
                </div>
                <div>
                    <Select
                        id="status" name="status" label="Status" choices=statuses chosen=value("status")
                        error=error("status")
                    />
                    <TextInput
                        id="valid_from" name="valid_from" label="In force from" kind="date" look=InputLook::Short
                        value=value("valid_from") optional=true error=error("valid_from")
                    />
                    <TextInput
                        id="valid_to" name="valid_to" label="In force to" kind="date" look=InputLook::Short
                        value=value("valid_to") optional=true error=error("valid_to")
                    />
                    <Select
                        id="binds" name="binds" label="Whom it obliges" choices=binds chosen=value("binds")
                        optional=true error=error("binds")
                    />
                </div>
            </div>
            <p class="gap-above"><Button kind=ButtonKind::Main>"Save the source"</Button></p>
        </form>
    }
    .into_any();
    view! { <Section id="form" title="Add or change a source">{content}</Section> }.into_any()
}

fn table(sheet: &CitationsSheet) -> AnyView {
    let columns = vec![
        Column::text("Key"),
        Column::text("Source"),
        Column::text("Obliges"),
        Column::text("In force"),
        Column::text("Status"),
    ];
    let rows = sheet.citations.iter().map(|citation| row(sheet, citation)).collect_view();
    view! {
        <Section id="sources" title="All sources">
            <Table caption="Sources" columns=columns look=TableLook::Fold>{rows}</Table>
        </Section>
    }
    .into_any()
}

fn row(sheet: &CitationsSheet, citation: &Citation) -> AnyView {
    let links = citation.urls.iter().map(|url| {
        view! { <span class="sub"><a href=url.clone() rel="noreferrer">{url.clone()}</a></span> }
    });
    let force = match (citation.valid_from, citation.valid_to) {
        (None, None) => "–".to_owned(),
        (Some(from), None) => format!("from {}", day(from)),
        (None, Some(to)) => format!("to {}", day(to)),
        (Some(from), Some(to)) => format!("{} to {}", day(from), day(to)),
    };
    let mark = match validity(citation, sheet.today) {
        Validity::InForce => None,
        Validity::NotYet => Some("not yet in force"),
        Validity::Ended => Some("no longer in force"),
    };
    let mark = mark.map(|words| view! { " "<Tag kind=TagKind::Ghost>{words}</Tag> });
    let edit = (sheet.form.is_some() && !is_built_in(&citation.key)).then(|| {
        let href = format!("/citations?key={}#form", citation.key);
        view! { " "<a class="small" href=href>{format!("Change {}", citation.key)}</a> }
    });
    view! {
        <tr id=format!("source-{}", citation.key)>
            <th scope="row"><span class="nowrap">{citation.key.to_string()}</span>{edit}</th>
            <td class="wide">{whole_codes(&citation.title)}{links.collect_view()}</td>
            <td>{citation.binds.clone().unwrap_or_else(|| "–".to_owned())}</td>
            <td class="nowrap">{force}{mark}</td>
            <td class="nowrap">{citation.status.clone()}</td>
        </tr>
    }
    .into_any()
}
