//! A framework, whole and readable: its ladder, its method, every domain with every criterion, its sources.

mod criterion;
mod method;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::framework::{Citation, Domain};
use domain::{CitationKey, Framework, KindCode};
use leptos::prelude::*;

use self::criterion::criterion_view;
use self::method::method_section;
pub(crate) use self::method::{evidence_section, ladder_section};
use super::frameworks::Author;
use super::parts::profile_names;
use crate::ui::{
    ButtonKind, ButtonLink, ButtonSize, Column, Disclaimer, PageHead, PostButton, Section, Table, TableLook,
    day, whole_codes,
};
use crate::words::plural;

/// `kinds` gives the titles of the check kinds that the framework binds.
#[component]
pub(crate) fn FrameworkPage(
    framework: Arc<Framework>,
    citations: Vec<Citation>,
    kinds: BTreeMap<KindCode, String>,
    /// The version before this one, to compare with.
    #[prop(optional_no_strip)]
    earlier: Option<String>,
    author: Author,
) -> impl IntoView {
    let criteria = framework.criteria().count();
    let methods = format!("/frameworks/{}/{}/methods", framework.code, framework.version);
    let all: Vec<_> = framework.profiles.iter().map(|profile| profile.code.clone()).collect();
    let under = format!(
        "{} {} · {} · {} · for: {}",
        framework.code,
        framework.version,
        plural(framework.domains.len(), "domain"),
        if criteria == 1 { "1 criterion".to_owned() } else { format!("{criteria} criteria") },
        profile_names(&framework, &all),
    );
    let at = format!("/frameworks/{}/{}", framework.code, framework.version);
    let changes = earlier.map(|earlier| {
        let href = format!("{at}/changes?from={}", crate::web::percent_encoded(&earlier));
        view! { <ButtonLink href=href>{format!("Changes since {earlier}")}</ButtonLink> }
    });
    let next = (author == Author::Yes).then(|| next_version(&framework));
    let files = [("toml", "TOML"), ("json", "JSON"), ("xlsx", "XLSX")].map(|(ending, words)| {
        let href = format!("{at}/framework.{ending}");
        view! { <ButtonLink href=href kind=ButtonKind::Plain size=ButtonSize::Small>{words}</ButtonLink> }
    });
    let domains =
        framework.domains.iter().map(|domain| domain_section(&framework, domain, &kinds)).collect_view();
    view! {
        <PageHead title=framework.title.clone() under=under>
            <ButtonLink href=methods>"Methods"</ButtonLink>
            {changes}
            {next}
        </PageHead>
        <p class="measure">{framework.description.clone()}</p>
        <Disclaimer words=framework.disclaimer.clone()/>
        <p class="row gap-small no-print"><span class="small dim">"Download as"</span>{files.collect_view()}</p>
        <div class="stack-wide gap-above">
            {contents(&framework)}
            {ladder_section(&framework)}
            {evidence_section(&framework)}
            {method_section()}
            {domains}
            {sources_section(&framework, &citations)}
        </div>
    }
    .into_any()
}

/// Begins a draft of the next version.
fn next_version(framework: &Framework) -> AnyView {
    let version = format!("{} {}", framework.code, framework.version);
    let fields = vec![("from".to_owned(), "version".to_owned()), ("version".to_owned(), version)];
    view! { <PostButton action="/drafts" fields=fields>"Write the next version"</PostButton> }.into_any()
}

fn contents(framework: &Framework) -> AnyView {
    let columns = vec![
        Column::text("Domain"),
        Column::text("Asks"),
        Column::number("Weight"),
        Column::number("Criteria"),
    ];
    let rows = framework
        .domains
        .iter()
        .map(|domain| {
            view! {
                <tr>
                    <th scope="row">
                        <a href=format!("#{}", domain.code)><span class="code">{domain.code.to_string()}</span></a>
                        " "<span class="sub">{domain.title.clone()}</span>
                    </th>
                    <td class="wide">{domain.purpose.clone()}</td>
                    <td class="num" data-label="Weight">{domain.weight.to_string()}</td>
                    <td class="num" data-label="Criteria">{domain.criteria.len().to_string()}</td>
                </tr>
            }
        })
        .collect_view();
    let content = view! {
        <Table caption="Domains of the framework" columns look=TableLook::Fold>{rows}</Table>
    }
    .into_any();
    view! {
        <Section id="domains" title="Domains">{content}</Section>
    }
    .into_any()
}

fn domain_section(framework: &Framework, domain: &Domain, kinds: &BTreeMap<KindCode, String>) -> AnyView {
    let criteria =
        domain.criteria.iter().map(|criterion| criterion_view(framework, criterion, kinds)).collect_view();
    let aside = format!("Weight {} of 100", domain.weight);
    let content = view! {
        <p class="lede measure gap-below">{domain.purpose.clone()}</p>
        {criteria}
    }
    .into_any();
    view! {
        <Section
            id=domain.code.to_string()
            title=format!("{} {}", domain.code, domain.title)
            aside=view! { <p>{aside}</p> }
        >{content}</Section>
    }
    .into_any()
}

pub(crate) fn sources_section(framework: &Framework, citations: &[Citation]) -> AnyView {
    let cited: BTreeSet<&CitationKey> =
        framework.criteria().flat_map(|criterion| &criterion.citations).collect();
    let rows =
        citations.iter().filter(|citation| cited.contains(&citation.key)).map(source_row).collect_view();
    let columns =
        vec![Column::text("Key"), Column::text("Source"), Column::text("Binds"), Column::text("In force")];
    let content = view! {
        <Table caption="Sources that the criteria name" columns look=TableLook::Fold>{rows}</Table>
    }
    .into_any();
    view! {
        <Section id="sources" title="Sources">{content}</Section>
    }
    .into_any()
}

fn source_row(citation: &Citation) -> AnyView {
    let links = citation
        .urls
        .iter()
        .map(|url| view! { <span class="sub"><a href=url.clone() rel="noreferrer">{url.clone()}</a></span> })
        .collect_view();
    let force = match (citation.valid_from, citation.valid_to) {
        (None, None) => "–".to_owned(),
        (Some(from), None) => format!("from {}", day(from)),
        (None, Some(to)) => format!("to {}", day(to)),
        (Some(from), Some(to)) => format!("{} to {}", day(from), day(to)),
    };
    let unread =
        (citation.status != "read").then(|| view! { <span class="sub">{citation.status.clone()}</span> });
    view! {
        <tr id=format!("source-{}", citation.key)>
            <th scope="row">{citation.key.to_string()}</th>
            <td class="wide">{whole_codes(&citation.title)}{links}{unread}</td>
            <td>{citation.binds.clone().unwrap_or_else(|| "–".to_owned())}</td>
            <td>{force}</td>
        </tr>
    }
    .into_any()
}
