//! Choosing what is compared: a framework, then any assessments by it.

use leptos::prelude::*;
use service::record::Choosable;
use service::trend::MOST_COMPARED;

use super::{TrendSheet, query};
use crate::ui::{
    Button, ButtonKind, ButtonLink, CheckboxGroup, Choice, Empty, Section, Select, TextInput, date_of, day,
};
use crate::words::{assessment_state_word, plural};

/// In an address, `compare` says so where all that fit are chosen.
pub(crate) const ALL: &str = "all";
/// Names an assessment in an address.
pub(crate) const NAMED: &str = "assessment";

pub(super) fn section(sheet: &TrendSheet) -> AnyView {
    let (filter, at_once, list) = (filter(sheet), at_once(sheet), list(sheet));
    view! { <Section id="choose" title="What is compared">{filter}{at_once}{list}</Section> }.into_any()
}

/// Links that choose many: their address names none of them, so that it stays short.
fn at_once(sheet: &TrendSheet) -> Option<AnyView> {
    let offer = &sheet.offer;
    let count = offer.assessments.len() + offer.left_out;
    let code = offer.framework.as_ref()?.to_string();
    let all = (2..=MOST_COMPARED).contains(&count).then(|| {
        let choice = [("compare", ALL.to_owned()), ("framework", code), ("name", sheet.name.clone())];
        let href = format!("/trend?{}", query(&choice, None).join("&"));
        view! { <ButtonLink href=href>{format!("Compare all {count} that fit")}</ButtonLink> }
    });
    let more = (count > MOST_COMPARED).then(|| {
        let words =
            format!("{count} assessments fit, and at most 1,000 are compared at once: name an organization.");
        view! { <p class="small dim">{words}</p> }
    });
    if all.is_none() && more.is_none() && sheet.views.is_empty() {
        return None;
    }
    let views = sheet.views.iter().map(|view| {
        let href = format!("/trend?view={}", view.id);
        view! { <ButtonLink href=href>{format!("All of the view {}", view.name)}</ButtonLink> }
    });
    let views = views.collect_view();
    Some(view! { {more}<p class="row gap-small gap-below no-print">{all}{views}</p> }.into_any())
}

fn filter(sheet: &TrendSheet) -> AnyView {
    let frameworks = sheet.offer.frameworks.iter();
    let frameworks = frameworks.map(|entry| (entry.code.to_string(), entry.title.clone())).collect();
    let chosen = sheet.offer.framework.as_ref().map(ToString::to_string).unwrap_or_default();
    view! {
        <form class="filters no-print" method="get" action="/trend">
            <Select id="framework" name="framework" label="Framework" choices=frameworks chosen=chosen/>
            <TextInput id="name" name="name" label="Organization contains" value=sheet.name.clone() optional=true/>
            <Button>"Show"</Button>
        </form>
    }
    .into_any()
}

fn list(sheet: &TrendSheet) -> AnyView {
    let offer = &sheet.offer;
    if offer.assessments.is_empty() {
        return view! { <Empty><p>"No assessment of yours fits this choice."</p></Empty> }.into_any();
    }
    // Where many were chosen at once, none was ticked.
    let named = sheet.choice.iter().filter(|(name, _)| *name == NAMED);
    let compared: Vec<_> = named.map(|(_, id)| id.as_str()).collect();
    let choices = offer.assessments.iter().map(|one| {
        let id = one.id.to_string();
        let chosen = compared.contains(&id.as_str());
        Choice::new(id, words(one)).chosen_if(chosen)
    });
    let more = (offer.left_out > 0).then(|| {
        let words =
            format!("{} more fit: name the organization to see them.", plural(offer.left_out, "assessment"));
        view! { <p class="small dim">{words}</p> }
    });
    let refusal = sheet.refusal.as_ref();
    let framework = offer.framework.as_ref().map(ToString::to_string);
    view! {
        <form class="no-print" method="get" action="/trend">
            // Sent with nothing ticked, the page says what to choose, from the same list.
            <input type="hidden" name="compare" value="on"/>
            <input type="hidden" name="framework" value=framework/>
            <input type="hidden" name="name" value=sheet.name.clone()/>
            <CheckboxGroup
                id="assessment" name="assessment" legend="Assessments"
                hint="The oldest is what the others are held against"
                choices=choices.collect()
                error=crate::pages::parts::error_of(refusal, "assessment")
            />
            {more}
            <p class="gap-above"><Button kind=ButtonKind::Main>"Compare"</Button></p>
        </form>
    }
    .into_any()
}

fn words(one: &Choosable) -> String {
    format!(
        "{}, {} ({}, {} {}, started {})",
        one.organization,
        one.title,
        assessment_state_word(one.state),
        one.framework_code,
        one.framework_version,
        day(date_of(one.created_at.timestamp()))
    )
}
