//! Signing that a failure says nothing against an answer, and what was signed.

use domain::check::{BindingState, ProbeRecord, Status};
use leptos::prelude::*;
use service::check::BoundTo;
use service::record::Override;

use super::CheckShown;
use crate::pages::parts::error_of;
use crate::ui::{
    Button, ButtonKind, ButtonSize, Column, Drawer, InputLook, Moment, PostButton, Section, Select,
    StatusBadge, Table, TableLook, TextArea, TextInput, Width,
};
use crate::web::{Fields, Refusal};

/// Nothing where nothing fails and nothing was ever signed.
pub(super) fn attest_section(
    check: &CheckShown,
    typed: &Fields,
    refusal: Option<&Refusal>,
) -> Option<AnyView> {
    let failing: Vec<_> =
        check.tied().filter(|bound| confirmed(check, bound) && attested(check, bound).is_none()).collect();
    if failing.is_empty() && check.overrides.is_empty() {
        return None;
    }
    let table = (!check.overrides.is_empty()).then(|| table(check));
    let form = (check.may_tie && !failing.is_empty()).then(|| form(check, &failing, typed, refusal));
    let rule = "An override weakens the failure to a warning: the answer counts as far as documents carry it";
    Some(
        view! {
            <Section id="attest" title="Overrides" aside=view! { <p>{rule}</p> } width=Width::Span>{table}{form}</Section>
        }
        .into_any(),
    )
}

/// The failure of a check for a binding is confirmed.
fn confirmed(check: &CheckShown, bound: &BoundTo) -> bool {
    bound.standing.as_ref().is_some_and(|standing| {
        let record = ProbeRecord {
            status: standing.status,
            consecutive_fails: standing.consecutive_fails,
            age_seconds: standing.concluded_at.map(|at| check.now.seconds_since(at)),
        };
        BindingState::of_probe(&record, &check.page.kind) == Status::Fail
    })
}

/// The attestation in force for a binding.
pub(super) fn attested<'a>(check: &'a CheckShown, bound: &BoundTo) -> Option<&'a Override> {
    let of = |one: &&Override| {
        one.framework == bound.framework && one.binding == bound.binding.id && one.in_force(check.now)
    };
    check.overrides.iter().find(of)
}

fn table(check: &CheckShown) -> AnyView {
    let columns = vec![
        Column::text("Binding"),
        Column::text("Why"),
        Column::text("Signed by"),
        Column::number("Until"),
    ];
    let rows = check.overrides.iter().map(|attested| row(check, attested)).collect_view();
    view! { <Table caption="Overrides that were signed, the latest first" columns look=TableLook::Fold>{rows}</Table> }
        .into_any()
}

fn row(check: &CheckShown, attested: &Override) -> AnyView {
    let state = if attested.withdrawn_at.is_some() {
        view! { <span class="dim">"Withdrawn"</span> }.into_any()
    } else if attested.in_force(check.now) {
        view! { <StatusBadge status=Status::Warn label="In force"/> }.into_any()
    } else {
        view! { <span class="dim">"Expired"</span> }.into_any()
    };
    let withdraw = (check.may_tie && attested.in_force(check.now)).then(|| {
        let fields = vec![("override".to_owned(), attested.id.to_string())];
        let words = format!("Withdraw the override on {}", attested.binding);
        view! {
            <PostButton
                action=format!("{}/override/withdraw", check.at()) fields size=ButtonSize::Small kind=ButtonKind::Stop
            >
                {words}
            </PostButton>
        }
    });
    view! {
        <tr>
            <th scope="row">{attested.binding.to_string()}<span class="sub">{state}</span></th>
            <td class="wide">{attested.reason.clone()}{withdraw}</td>
            <td>{attested.by_name.clone()}<span class="sub"><Moment at=attested.at.timestamp()/></span></td>
            <td class="num" data-label="Until"><Moment at=attested.until.timestamp()/></td>
        </tr>
    }
    .into_any()
}

fn form(check: &CheckShown, failing: &[&BoundTo], typed: &Fields, refusal: Option<&Refusal>) -> AnyView {
    let back = typed.get("form") == "override";
    let value = |name: &str| if back { typed.get(name).to_owned() } else { String::new() };
    let error = |name: &str| if back { error_of(refusal, name) } else { None };
    let choices = failing.iter().map(|bound| {
        let words = format!("{} {} {}", bound.framework_code, bound.binding.id, bound.criterion_title);
        (format!("{}/{}", bound.framework, bound.binding.id), words)
    });
    let form = view! {
        <form method="post" action=format!("{}/override", check.at()) novalidate=true>
            <input type="hidden" name="form" value="override"/>
            <Select
                id="override-binding" name="override-binding" label="Failure" choices=choices.collect()
                chosen=value("override-binding") error=error("override-binding")
            />
            <TextArea
                id="override-reason" name="override-reason" label="Why it says nothing against the answer" rows=3
                value=value("override-reason") hint="It stays visible beside the answer, with your name"
                error=error("override-reason")
            />
            <TextInput
                id="override-until" name="override-until" label="Until the end of" kind="date" look=InputLook::Short
                value=value("override-until") hint="A day within the next 90, in UTC" error=error("override-until")
            />
            <p class="row gap-above"><Button>"Sign the override"</Button></p>
        </form>
    }
    .into_any();
    view! {
        <div class="gap-small no-print"><Drawer summary="Override a failure" open=back id="override">{form}</Drawer></div>
    }
    .into_any()
}
