//! What the report shows, and the report as files. Not printed.

use leptos::prelude::*;
use service::report::{Section, TableName};

use super::{Report, file_address};
use crate::ui::{Button, ButtonLink, ButtonSize, CheckboxGroup, Choice, Drawer};

/// The words for a section.
pub(crate) const fn section_words(section: Section) -> &'static str {
    match section {
        Section::Domains => "Domains",
        Section::Criteria => "Criterion by criterion",
        Section::Findings => "Findings",
        Section::Roadmap => "Cheapest climb",
        Section::Checks => "Check health",
        Section::Trend => "Trend",
    }
}

/// The boxes to choose sections by.
pub(crate) fn section_choices(sections: &service::report::Sections) -> Vec<Choice> {
    let choices = Section::ALL
        .map(|section| Choice::new(section.name(), section_words(section)).chosen_if(sections.has(section)));
    choices.to_vec()
}

pub(super) fn choose(report: &Report) -> AnyView {
    let file = |ending: &str| file_address(&report.paths, &report.sections, ending);
    let (pdf, docx, json, xlsx) = (file("pdf"), file("docx"), file("json"), file("xlsx"));
    let tables = TableName::ALL.into_iter().map(|table| {
        let href = format!("{}.csv?table={}", report.paths.report(), table.name());
        view! { <a class="link-row small" href=href>{table.name()}</a> }
    });
    let tables = tables.collect_view();
    let links = report
        .may_share
        .then(|| view! { <ButtonLink href=report.paths.shares() size=ButtonSize::Small>"Share by link"</ButtonLink> });
    let logo = report.may_own.then(|| {
        let words = if report.logo.is_some() { "Change the logo" } else { "Add a logo" };
        view! { <ButtonLink href=report.paths.logo() size=ButtonSize::Small>{words}</ButtonLink> }
    });
    let content = view! {
        <div class="stack gap-small">
            <form method="get" action=report.paths.report()>
                <CheckboxGroup
                    id="section"
                    name="section"
                    legend="Sections"
                    choices=section_choices(&report.sections)
                    hint="Result, method and disclaimer are always there"
                />
                <p class="gap-small"><Button size=ButtonSize::Small>"Show these"</Button></p>
            </form>
            <p class="row">
                <ButtonLink href=pdf size=ButtonSize::Small>"PDF"</ButtonLink>
                <ButtonLink href=docx size=ButtonSize::Small>"DOCX"</ButtonLink>
                <ButtonLink href=json size=ButtonSize::Small>"JSON"</ButtonLink>
                <ButtonLink href=xlsx size=ButtonSize::Small>"XLSX"</ButtonLink>
                {links}
                {logo}
            </p>
            <p class="row small">"CSV, one table each:" {tables}</p>
        </div>
    }
    .into_any();
    view! {
        <div class="no-print">
            <Drawer summary="Sections, files and links" open=!report.sections.is_all()>{content}</Drawer>
        </div>
    }
    .into_any()
}
