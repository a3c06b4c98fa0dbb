//! Trend and comparison: assessments over time on one axis, and side by side by domain and criterion. Of many, a part at a
//! time stands beside the one that they are held against; links lead to the others.

mod choose;
pub(crate) mod course;
mod sides;
mod spread;

pub(crate) use choose::{ALL, NAMED};
use leptos::prelude::*;
use service::AssessmentId;
use service::record::SavedView;
use service::trend::{Chosen, Comparison, Offer, Spread};

use super::parts::RefusalNote;
use crate::ui::{ButtonKind, ButtonLink, Disclaimer, PageHead, Pager, Paging, Section};
use crate::web::{Refusal, percent_encoded};
use crate::words::plural;

/// So many stand beside the base.
pub(crate) const PER_PAGE: usize = 12;

/// Which criteria are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Criteria {
    /// Those that stand otherwise than in the base.
    Different,
    All,
}

/// What of a comparison is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Part {
    /// From 1.
    pub(crate) page: usize,
    pub(crate) criteria: Criteria,
    /// What the others are held against, where somebody chose it.
    pub(crate) base: Option<AssessmentId>,
}

/// What is compared, and the part of it that is shown.
pub(crate) struct Shown {
    pub(crate) chosen: Chosen,
    pub(crate) comparison: Comparison,
    /// Where the part is not all.
    pub(crate) spread: Option<Spread>,
    pub(crate) paging: Paging,
}

/// What the page shows.
pub(crate) struct TrendSheet {
    /// `None` before anything was chosen.
    pub(crate) shown: Option<Shown>,
    pub(crate) offer: Offer,
    pub(crate) views: Vec<SavedView>,
    pub(crate) part: Part,
    /// What was chosen, as the address says it.
    pub(crate) choice: Vec<(&'static str, String)>,
    /// A part of an organization's name, as it was typed.
    pub(crate) name: String,
    pub(crate) refusal: Option<Refusal>,
}

impl TrendSheet {
    /// The address of the same choice, with another part of it.
    fn address(&self, part: Part) -> String {
        address(&self.choice, part)
    }

    /// Links to the other parts, which lead to this section.
    fn pager(&self, shown: &Shown, label: &'static str, section: &'static str) -> AnyView {
        let (choice, part) = (self.choice.clone(), self.part);
        let href: Box<dyn Fn(usize) -> String> =
            Box::new(move |page: usize| format!("{}#{section}", address(&choice, Part { page, ..part })));
        view! { <Pager label=label paging=shown.paging href=href/> }.into_any()
    }
}

fn query(choice: &[(&'static str, String)], base: Option<AssessmentId>) -> Vec<String> {
    let chosen = choice.iter().map(|(name, value)| format!("{name}={}", percent_encoded(value)));
    chosen.chain(base.map(|base| format!("base={base}"))).collect()
}

fn address(choice: &[(&'static str, String)], part: Part) -> String {
    let mut query = query(choice, part.base);
    if part.criteria == Criteria::All {
        query.push("criteria=all".to_owned());
    }
    if part.page > 1 {
        query.push(format!("page={}", part.page));
    }
    format!("/trend?{}", query.join("&"))
}

/// The page's content.
pub(crate) fn trend_page(sheet: &TrendSheet) -> AnyView {
    let choose = choose::section(sheet);
    let refusal = sheet.refusal.clone();
    let Some(shown) = &sheet.shown else {
        return view! {
            <PageHead title="Trend and comparison" under="Choose assessments by one framework, of one organization or of several."/>
            <RefusalNote refusal=refusal/>
            <div class="stack-wide">{choose}</div>
        }
        .into_any();
    };
    let names = names(shown);
    let (course, by_domain, by_criterion) = (
        course::section(sheet, shown, &names),
        sides::domains(sheet, shown, &names),
        sides::criteria(sheet, shown, &names),
    );
    let versions = shown.chosen.across_versions().then(|| {
        let words = "They are by several versions of the framework: each is scored by the weights and anchors of its own version.";
        view! { <p class="measure">{words}</p> }
    });
    let csv = format!("/trend.csv?{}", query(&sheet.choice, sheet.part.base).join("&"));
    view! {
        <PageHead title="Trend and comparison" under=summary(shown)>
            <ButtonLink href=csv kind=ButtonKind::Plain>"Download as CSV"</ButtonLink>
            <ButtonLink href="#choose">"Choose others"</ButtonLink>
        </PageHead>
        <RefusalNote refusal=refusal/>
        <div class="stack-wide">
            <Section id="course" title="Over time">{versions}{course}</Section>
            {by_domain}
            {by_criterion}
            <div class="no-print">{choose}</div>
            <Disclaimer words=shown.comparison.base().disclaimer.clone()/>
        </div>
    }
    .into_any()
}

fn summary(shown: &Shown) -> String {
    let (chosen, framework) = (&shown.chosen, shown.comparison.base());
    let what = format!(
        "{} of {}",
        plural(chosen.all().len(), "assessment"),
        match chosen.organizations() {
            1 => chosen.base().organization.clone(),
            count => plural(count, "organization"),
        }
    );
    format!("{what}, {}", framework.title)
}

/// What each that is shown is called: its title, with the organization where there are several, and the version where it
/// is another.
fn names(shown: &Shown) -> Vec<String> {
    let several = shown.chosen.organizations() > 1;
    let across = shown.chosen.across_versions();
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
    shown.comparison.compared.iter().map(name).collect()
}
