//! Trend and comparison: assessments over time on one axis, and side by side by domain and criterion.

mod choose;
pub(crate) mod course;
mod sides;

use leptos::prelude::*;
use service::trend::{Comparison, Offer};

use super::parts::RefusalNote;
use crate::ui::{ButtonLink, Disclaimer, PageHead, Section};
use crate::web::Refusal;
use crate::words::plural;

/// Which criteria are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Criteria {
    /// Those that stand otherwise than in the base.
    Different,
    All,
}

/// What the page shows.
pub(crate) struct TrendSheet {
    /// `None` before anything was chosen.
    pub(crate) comparison: Option<Comparison>,
    pub(crate) offer: Offer,
    pub(crate) criteria: Criteria,
    /// A part of an organization's name, as it was typed.
    pub(crate) name: String,
    pub(crate) refusal: Option<Refusal>,
}

impl TrendSheet {
    /// The address of the same comparison with these criteria.
    fn address(&self, criteria: Criteria) -> String {
        let compared = self.comparison.iter().flat_map(|comparison| &comparison.compared);
        let ids = compared.map(|one| format!("assessment={}", one.assessed.bundle.assessment.id));
        let all = (criteria == Criteria::All).then(|| "criteria=all".to_owned());
        let query: Vec<String> = ids.chain(all).collect();
        format!("/trend?{}", query.join("&"))
    }
}

/// The page's content.
pub(crate) fn trend_page(sheet: &TrendSheet) -> AnyView {
    let chosen = choose::section(sheet);
    let refusal = sheet.refusal.clone();
    let Some(comparison) = &sheet.comparison else {
        return view! {
            <PageHead title="Trend and comparison" under="Choose assessments by one framework, of one organization or of several."/>
            <RefusalNote refusal=refusal/>
            <div class="stack-wide">{chosen}</div>
        }
        .into_any();
    };
    let names = names(comparison);
    let (course, by_domain, by_criterion) = (
        course::section(comparison, &names),
        sides::domains(comparison, &names),
        sides::criteria(sheet, comparison, &names),
    );
    let versions = comparison.across_versions().then(|| {
        let words = "They are by several versions of the framework: each is scored by the weights and anchors of its own version.";
        view! { <p class="measure">{words}</p> }
    });
    view! {
        <PageHead title="Trend and comparison" under=summary(comparison)>
            <ButtonLink href="#choose">"Choose others"</ButtonLink>
        </PageHead>
        <RefusalNote refusal=refusal/>
        <div class="stack-wide">
            <Section id="course" title="Over time">{versions}{course}</Section>
            {by_domain}
            {by_criterion}
            {chosen}
            <Disclaimer words=comparison.base().disclaimer.clone()/>
        </div>
    }
    .into_any()
}

fn summary(comparison: &Comparison) -> String {
    let compared = &comparison.compared;
    let mut organizations: Vec<_> = compared.iter().map(|one| one.assessed.bundle.organization.id).collect();
    organizations.sort_unstable();
    organizations.dedup();
    let framework = comparison.base();
    let what = format!(
        "{} of {}",
        plural(compared.len(), "assessment"),
        match organizations.len() {
            1 => compared[0].assessed.bundle.organization.name.clone(),
            count => plural(count, "organization"),
        }
    );
    format!("{what}, {}", framework.title)
}

/// What each is called: its title, with the organization where there are several, and the version where it is another.
fn names(comparison: &Comparison) -> Vec<String> {
    let first = &comparison.compared[0].assessed.bundle.organization;
    let several = comparison.compared.iter().any(|one| one.assessed.bundle.organization.id != first.id);
    let across = comparison.across_versions();
    let name = |one: &service::trend::Compared| {
        let bundle = &one.assessed.bundle;
        let mut name = bundle.assessment.title.clone();
        if several {
            name = format!("{}, {name}", bundle.organization.name);
        }
        if across {
            name = format!("{name} ({})", one.assessed.framework.version);
        }
        name
    };
    comparison.compared.iter().map(name).collect()
}
