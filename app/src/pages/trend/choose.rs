//! Choosing what is compared: a framework, then any assessments by it.

use leptos::prelude::*;
use service::record::Choosable;

use super::TrendSheet;
use crate::ui::{Button, ButtonKind, CheckboxGroup, Choice, Empty, Section, Select, TextInput, date_of, day};
use crate::words::{assessment_state_word, plural};

pub(super) fn section(sheet: &TrendSheet) -> AnyView {
    let (filter, list) = (filter(sheet), list(sheet));
    view! { <Section id="choose" title="What is compared">{filter}{list}</Section> }.into_any()
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
    let compared = sheet.comparison.iter().flat_map(|comparison| &comparison.compared);
    let compared: Vec<_> = compared.map(|one| one.assessed.bundle.assessment.id).collect();
    let choices = offer
        .assessments
        .iter()
        .map(|one| Choice::new(one.id.to_string(), words(one)).chosen_if(compared.contains(&one.id)));
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
