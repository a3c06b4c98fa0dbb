//! One entry: what it says, and the forms that correct or withdraw it.

use leptos::prelude::*;
use service::record::RegisterEntry;
use service::register::{columns, shown};

use super::form::{SeenChoice, entry_fields, fields_of};
use super::list::said;
use super::names::title;
use crate::pages::parts::{RefusalNote, error_of};
use crate::ui::{
    Button, ButtonKind, ButtonLink, Fact, KeyValue, Moment, Note, PageHead, Section, TextInput, Width,
};
use crate::web::{Fields, Refusal};

/// `at` is the address of the organization's registers; `typed` belongs to the form that came back.
#[component]
pub(crate) fn EntryPage(
    at: String,
    entry: RegisterEntry,
    seen: Vec<SeenChoice>,
    may_operate: bool,
    #[prop(optional_no_strip)] typed: Option<Fields>,
    #[prop(optional_no_strip)] refusal: Option<Refusal>,
) -> impl IntoView {
    let register = entry.content.register();
    let list = format!("{at}/{}", register.as_str());
    let over = view! { <a href=list.clone()>{title(register)}</a> };
    let name = shown(&entry.content).into_iter().next().map(|(_, text)| text).unwrap_or_default();
    let by = entry.by_name.clone();
    let under = view! { {format!("Entered by {by}, ")}<Moment at=entry.created_at.timestamp()/> };
    let open = may_operate && entry.counts();
    let body = if open { forms(&list, &entry, &seen, typed, refusal.as_ref()) } else { facts(&entry) };
    let withdrawn = entry.withdrawn_at.map(|at| {
        let reason = entry.withdrawn_reason.clone().unwrap_or_default();
        view! {
            <Note status=domain::check::Status::Unknown title="This entry was withdrawn and counts no more">
                <p>{reason}" "<Moment at=at.timestamp()/></p>
            </Note>
        }
    });
    view! {
        <PageHead title=name over=over under=under/>
        <RefusalNote refusal/>
        {withdrawn}
        {body}
    }
    .into_any()
}

fn facts(entry: &RegisterEntry) -> AnyView {
    let register = entry.content.register();
    let facts = columns(register).iter().zip(shown(&entry.content));
    let facts = facts.map(|(column, (_, text))| Fact::new(column.label, said(column.look, &text)));
    view! { <KeyValue facts=facts.collect()/> }.into_any()
}

fn forms(
    list: &str,
    entry: &RegisterEntry,
    seen: &[SeenChoice],
    typed: Option<Fields>,
    refusal: Option<&Refusal>,
) -> AnyView {
    let here = format!("{list}/{}", entry.id);
    let withdrawing = typed.as_ref().is_some_and(|typed| typed.get("do") == "withdraw");
    let reason = typed.as_ref().map(|typed| typed.get("reason").to_owned()).unwrap_or_default();
    let typed = typed.filter(|_| !withdrawing).unwrap_or_else(|| fields_of(&entry.content));
    let revision =
        if typed.has("revision") { typed.get("revision").to_owned() } else { entry.revision.to_string() };
    let fields = entry_fields(entry.content.register(), &typed, refusal.filter(|_| !withdrawing), seen);
    let correct = view! {
        <form method="post" action=here.clone() novalidate=true>
            <input type="hidden" name="do" value="correct"/>
            <input type="hidden" name="revision" value=revision/>
            {fields}
            <p class="row gap-above">
                <Button kind=ButtonKind::Main>"Save the correction"</Button>
                <ButtonLink href=list.to_owned() kind=ButtonKind::Plain>"Cancel"</ButtonLink>
            </p>
        </form>
    }
    .into_any();
    let withdraw = view! {
        <p class="small dim measure">"It stays in the register with the reason, and counts no more."</p>
        <form method="post" action=here novalidate=true>
            <input type="hidden" name="do" value="withdraw"/>
            <TextInput id="reason" name="reason" label="Reason" value=reason error=error_of(refusal, "reason")/>
            <p class="row gap-above"><Button kind=ButtonKind::Stop>"Withdraw the entry"</Button></p>
        </form>
    }
    .into_any();
    view! {
        <div class="grid">
            <Section id="correct" title="Correct it" width=Width::Span>{correct}</Section>
            <Section id="withdraw" title="Withdraw it" width=Width::Span>{withdraw}</Section>
        </div>
    }
    .into_any()
}
