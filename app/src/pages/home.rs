//! The first page of who is signed in: their organizations, how far each has come, one next step.

use std::collections::BTreeSet;

use domain::scoring::FindingSeverity;
use leptos::prelude::*;
use service::record::{Organization, Role};

use crate::ui::{
    ButtonKind, ButtonLink, Column, Disclaimer, Empty, PageHead, SeverityBadge, Table, TableLook, Tag,
    TagKind,
};
use crate::words::{plural, role_word, size_words};

/// How the current assessment of an organization stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Standing {
    /// `Beyond-7 2026`.
    pub(crate) title: String,
    pub(crate) href: String,
    /// `8.0 Connected`; `None` while nothing applies.
    pub(crate) rung: Option<String>,
    /// That of the framework.
    pub(crate) disclaimer: String,
    pub(crate) proven: Option<String>,
    pub(crate) claimed: Option<String>,
    /// The live rung stays below the one that was submitted.
    pub(crate) at_risk: bool,
    /// The worst severity among the open findings, and how many have it.
    pub(crate) worst: Option<(FindingSeverity, usize)>,
}

/// One organization of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) organization: Organization,
    pub(crate) role: Role,
    pub(crate) standing: Option<Standing>,
}

/// `more` is the address of the next part of the list.
#[component]
pub(crate) fn HomePage(
    rows: Vec<Row>,
    #[prop(optional_no_strip)] more: Option<String>,
    demonstration: bool,
) -> impl IntoView {
    if rows.is_empty() {
        return first_run(demonstration);
    }
    let several = rows.len() > 1;
    let under = format!("{}, by the latest answered assessment of each", plural(rows.len(), "organization"));
    let columns = vec![
        Column::text("Organization"),
        Column::text("Your role"),
        Column::text("Assessment"),
        Column::text("Live rung"),
        Column::number("Proven"),
        Column::number("Claimed"),
        Column::text("Worst findings"),
    ];
    let standings = rows.iter().filter_map(|row| row.standing.as_ref());
    let disclaimers: BTreeSet<_> = standings.map(|standing| standing.disclaimer.clone()).collect();
    let disclaimers = disclaimers.into_iter().map(|words| view! { <Disclaimer words/> }).collect_view();
    let rows = rows.into_iter().map(row).collect_view();
    view! {
        <PageHead title="Organizations" under=under>
            {several.then(|| view! { <ButtonLink href="/portfolio">"Portfolio"</ButtonLink> })}
            <ButtonLink href="/orgs/new" kind=ButtonKind::Main>"Add an organization"</ButtonLink>
        </PageHead>
        <Table caption="Your organizations" columns look=TableLook::Fold>{rows}</Table>
        {more.map(|href| view! { <p class="gap-above"><a href=href>"Show more"</a></p> })}
        {disclaimers}
    }
    .into_any()
}

fn row(row: Row) -> AnyView {
    let Row { organization, role, standing } = row;
    let href = format!("/orgs/{}", organization.slug);
    let start = format!("{href}/assessments/new");
    let dash = || "–".to_owned();
    let cells = match standing {
        None => view! {
            <td class="wide" colspan="5"><span class="dim">"No assessment yet. "</span><a href=start>"Start one"</a></td>
        }
        .into_any(),
        Some(standing) => {
            let worst = match standing.worst {
                Some((severity, count)) => {
                    view! { <SeverityBadge severity/>{format!(" {count}")} }.into_any()
                }
                None => view! { <span class="dim">"none open"</span> }.into_any(),
            };
            view! {
                <td><a href=standing.href>{standing.title}</a></td>
                <td>
                    {standing.rung.unwrap_or_else(|| "Unrated".to_owned())}
                    {standing.at_risk.then(|| view! { " "<Tag kind=TagKind::Fail>"At risk"</Tag> })}
                </td>
                <td class="num strong" data-label="Proven">{standing.proven.unwrap_or_else(dash)}</td>
                <td class="num" data-label="Claimed">{standing.claimed.unwrap_or_else(dash)}</td>
                <td>{worst}</td>
            }
            .into_any()
        }
    };
    view! {
        <tr>
            <th scope="row">
                <a href=href>{organization.name}</a>
                <span class="sub">
                    {size_words(organization.size_band)}
                    {organization.demo.then(|| view! { " "<Tag kind=TagKind::Ghost>"Demonstration data"</Tag> })}
                </span>
            </th>
            <td>{role_word(role)}</td>
            {cells}
        </tr>
    }
    .into_any()
}

fn first_run(demonstration: bool) -> AnyView {
    let sandbox = demonstration.then(|| view! { <ButtonLink href="/demo">"Open the sandbox"</ButtonLink> });
    view! {
        <PageHead title="Organizations"/>
        <Empty>
            <p class="lede">
                "Start with your own organization: say what it is, answer the questionnaire, and let health checks prove it."
            </p>
            <p class="row">
                <ButtonLink href="/orgs/new" kind=ButtonKind::Main>"Add your organization"</ButtonLink>
                {sandbox}
                <ButtonLink href="/frameworks">"Read the frameworks"</ButtonLink>
            </p>
            <p class="small dim">"Somebody else's organization appears here once an owner of it adds your account."</p>
        </Empty>
    }
    .into_any()
}
