//! When the check alerts: its thresholds, its incidents, and putting alerts off.

use domain::check::Status;
use leptos::prelude::*;
use service::incident::CheckIncidents;

use super::CheckShown;
use crate::pages::incidents::incidents_table;
use crate::pages::parts::error_of;
use crate::ui::{
    Button, ButtonKind, ButtonSize, Drawer, InputLook, Note, PostButton, Section, Select, TextArea,
    TextInput, Width, moment,
};
use crate::web::{Fields, Refusal};
use crate::words::plural;

/// How long alerts can be put off, as (value on the wire, words).
pub(crate) const SNOOZES: [(&str, &str); 5] =
    [("1", "1 hour"), ("4", "4 hours"), ("24", "1 day"), ("72", "3 days"), ("168", "7 days")];

pub(super) fn incidents_section(check: &CheckShown, typed: &Fields, refusal: Option<&Refusal>) -> AnyView {
    let incidents = &check.incidents;
    let at = format!("/orgs/{}", check.page.organization.slug);
    let table = if incidents.incidents.is_empty() {
        view! { <p class="dim">"None yet."</p> }.into_any()
    } else {
        incidents_table(&incidents.incidents, "Incidents of this check, the latest first", &at, check.now)
    };
    let forms = check.may_alert.then(|| {
        view! {
            {thresholds_form(check, typed, refusal)}
            {incidents.snooze(check.now).is_none().then(|| snooze_form(check, typed, refusal))}
        }
    });
    let (rule, snoozed) = (view! { <p>{rule(incidents)}</p> }.into_any(), snoozed(check));
    view! {
        <Section id="incidents" title="Incidents" aside=rule width=Width::Span>
            {snoozed}
            {table}
            {forms}
        </Section>
    }
    .into_any()
}

/// `2 failures running open one, 1 success closes it`.
fn rule(incidents: &CheckIncidents) -> String {
    let (open, close) = (incidents.thresholds.open_after(), incidents.thresholds.close_after());
    let opens = match open {
        1 => "1 failure opens one".to_owned(),
        count => format!("{count} failures running open one"),
    };
    let closes = match close {
        1 => "1 success closes it".to_owned(),
        count => format!("{count} successes running close it"),
    };
    let flaps = if incidents.watched.watch.flapping { "; it comes and goes now" } else { "" };
    format!("{opens}, {closes}{flaps}")
}

fn snoozed(check: &CheckShown) -> Option<AnyView> {
    let snooze = check.incidents.snooze(check.now)?;
    let title = format!("Nobody is told until {}", moment(snooze.until.timestamp()));
    let end = check.may_alert.then(|| {
        let action = format!("{}/snooze/end", check.at());
        view! { <PostButton action size=ButtonSize::Small kind=ButtonKind::Second>"Tell again"</PostButton> }
    });
    let reason = snooze.reason.clone();
    Some(
        view! { <div class="gap-below"><Note status=Status::Warn title><p>{reason}</p>{end}</Note></div> }
            .into_any(),
    )
}

fn snooze_form(check: &CheckShown, typed: &Fields, refusal: Option<&Refusal>) -> AnyView {
    let choices = SNOOZES.map(|(value, words)| (value.to_owned(), words.to_owned()));
    let form = view! {
        <form method="post" action=format!("{}/snooze", check.at()) novalidate=true>
            <Select
                id="until" name="until" label="For" choices=choices.into() chosen=typed.get("until").to_owned()
                error=error_of(refusal, "until")
            />
            <TextArea
                id="snooze-reason" name="snooze-reason" label="Why nobody is told" rows=2
                value=typed.get("snooze-reason").to_owned()
                hint="What it sees is recorded all the same; an incident that is still open then is told of"
                error=error_of(refusal, "snooze-reason")
            />
            <p class="row gap-above"><Button>"Put alerts off"</Button></p>
        </form>
    }
    .into_any();
    let open = refusal.is_some_and(|refusal| {
        refusal.errors.of("until").or_else(|| refusal.errors.of("snooze-reason")).is_some()
    });
    view! {
        <div class="gap-small no-print"><Drawer summary="Put alerts off" open=open id="snooze">{form}</Drawer></div>
    }
    .into_any()
}

fn thresholds_form(check: &CheckShown, typed: &Fields, refusal: Option<&Refusal>) -> AnyView {
    let CheckIncidents { alerting, usual, .. } = &check.incidents;
    let shown = |name: &str, set: Option<u32>| {
        if typed.has(name) {
            typed.get(name).to_owned()
        } else {
            set.map(|count| count.to_string()).unwrap_or_default()
        }
    };
    let failures = plural(usual.open_after() as usize, "failure");
    let successes = match usual.close_after() {
        1 => "1 success".to_owned(),
        count => format!("{count} successes"),
    };
    let form = view! {
        <form method="post" action=format!("{}/thresholds", check.at()) novalidate=true>
            <TextInput
                id="open_after" name="open_after" label="Failures running that open an incident" optional=true
                look=InputLook::Short inputmode="numeric" value=shown("open_after", alerting.open_after)
                hint=format!("1 to 20; left empty, {failures}, as this kind says")
                error=error_of(refusal, "open_after")
            />
            <TextInput
                id="close_after" name="close_after" label="Successes running that close it" optional=true
                look=InputLook::Short inputmode="numeric" value=shown("close_after", alerting.close_after)
                hint=format!("1 to 20; left empty, {successes}, as the answers are freed by it too")
                error=error_of(refusal, "close_after")
            />
            <p class="row gap-above"><Button>"Save the thresholds"</Button></p>
        </form>
    }
    .into_any();
    let open = refusal.is_some_and(|refusal| {
        refusal.errors.of("open_after").or_else(|| refusal.errors.of("close_after")).is_some()
    });
    view! {
        <div class="gap-small no-print"><Drawer summary="Change the thresholds" open=open id="thresholds">{form}</Drawer></div>
    }
    .into_any()
}
