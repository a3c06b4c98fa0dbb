//! The portfolio: all organizations of somebody by the domains of one framework, as a heat map.

mod filter;
mod row;
mod views;

use leptos::prelude::*;
use service::portfolio::{Client, DRIFT_DAYS, Portfolio};

pub(crate) use filter::PortfolioFilter;
pub(crate) use views::Views;

use super::parts::RefusalNote;
use crate::ui::{
    ButtonKind, ButtonLink, Disclaimer, Empty, Icon, Note, PageHead, Readout, ReadoutRow, Readouts, Section,
    Sign, TableScroll, date_of, day,
};
use crate::words::plural;

/// Organizations on one page.
pub(crate) const PER_PAGE: usize = 100;

/// The page's content.
pub(crate) fn portfolio_page(portfolio: &Portfolio, filter: &PortfolioFilter, views: &Views) -> AnyView {
    let clients = &portfolio.clients;
    let framework = &portfolio.framework;
    let under = format!(
        "{}, {} {}, live on {}",
        plural(clients.len(), "organization"),
        framework.title,
        framework.version,
        day(date_of(portfolio.at.timestamp()))
    );
    let add = view! {
        <ButtonLink href="/trend">"Compare"</ButtonLink>
        <ButtonLink href="/portfolio/campaigns">"Campaigns"</ButtonLink>
        <ButtonLink href="/orgs/new" kind=ButtonKind::Main>"Add an organization"</ButtonLink>
    };
    if clients.is_empty() {
        return view! {
            <PageHead title="Portfolio" under=under>{add}</PageHead>
            <Empty>
                <p class="lede">"No organization yet."</p>
                <p>"One appears here as soon as you create it, or an owner of it adds your account."</p>
            </Empty>
        }
        .into_any();
    }
    let (readouts, map) = (readouts(portfolio), map(portfolio, filter, views));
    view! {
        <PageHead title="Portfolio" under=under>{add}</PageHead>
        <RefusalNote refusal=views.refusal.clone()/>
        {readouts}
        {map}
        <Disclaimer words=framework.disclaimer.clone()/>
    }
    .into_any()
}

/// How many there are of something, and in how many organizations.
fn readout(label: &'static str, clients: &[Client], count: impl Fn(&Client) -> u64) -> AnyView {
    let counts = || clients.iter().map(&count).filter(|count| *count > 0);
    let organizations = counts().count();
    let of = (organizations > 0).then(|| format!("in {}", plural(organizations, "organization")));
    let total = counts().sum::<u64>().to_string();
    match of {
        Some(of) => view! { <Readout label=label value=total of=of/> }.into_any(),
        None => view! { <Readout label=label value=total/> }.into_any(),
    }
}

fn contradicted(client: &Client) -> u64 {
    client.assessment.as_ref().map_or(0, |assessment| assessment.contradicted)
}

fn readouts(portfolio: &Portfolio) -> AnyView {
    let clients = &portfolio.clients;
    let assessed = || clients.iter().filter_map(|client| client.assessment.as_ref());
    let submitted = assessed().filter(|assessment| !assessment.state.is_open()).count();
    let fallen = assessed().filter(|assessment| portfolio.has_fallen(assessment)).count();
    let waiting: usize = clients.iter().map(|client| client.waiting.len()).sum();
    let reviews = if waiting == 1 { "review" } else { "reviews" };
    let counted = [
        readout("Open contradictions", clients, contradicted),
        readout("Failing checks", clients, |client| client.failing),
        readout("Overdue reviews", clients, |client| client.overdue),
    ];
    let counted = counted.into_iter().collect_view();
    view! {
        <Readouts row=ReadoutRow::Row>
            <Readout label="Fallen" value=fallen.to_string() of=format!("of {submitted} submitted")/>
            {counted}
            <Readout label="Waiting for you" value=waiting.to_string() of=reviews/>
        </Readouts>
    }
    .into_any()
}

/// The steps of the heat map: from which score on, its class and its words.
const STEPS: [(u8, &str, &str); 6] = [
    (0, "h0", "under 20"),
    (20, "h1", "20"),
    (40, "h2", "40"),
    (55, "h3", "55"),
    (70, "h4", "70"),
    (85, "h5", "85 and over"),
];

fn map(portfolio: &Portfolio, filter: &PortfolioFilter, views: &Views) -> AnyView {
    let chosen = filter.choose(portfolio);
    let shown: Vec<_> = chosen.iter().skip(filter.first()).take(PER_PAGE).copied().collect();
    let key =
        STEPS.iter().map(|(_, class, words)| view! { <span class=*class>{*words}</span> }).collect_view();
    let aside = view! {
        <div class="row">
            <span class="heat-key small">{key}</span>
            <ul class="legend">
                <li><span class="fail-text"><Icon sign=Sign::Fail/></span>"contradicted by a check"</li>
            </ul>
        </div>
    };
    let table = if shown.is_empty() {
        view! { <Note title="No organization fits this choice"/> }.into_any()
    } else {
        table(portfolio, &shown)
    };
    let names = portfolio.framework.domains.iter().map(|domain| {
        view! { <div><dt>{domain.code.to_string()}</dt><dd>{domain.title.clone()}</dd></div> }
    });
    let (form, pages, names) = (filter.form(portfolio), filter.pages(chosen.len()), names.collect_view());
    let (links, keep) = (views::links(views, filter), views::keep(views, filter));
    view! {
        <Section id="domains" title="Proven score by domain" aside=aside>
            {links}
            {form}
            {table}
            {pages}
            {keep}
            <details class="drawer gap-small">
                <summary>"Domain names"</summary>
                <dl class="kv kv-cols">{names}</dl>
            </details>
        </Section>
    }
    .into_any()
}

fn table(portfolio: &Portfolio, shown: &[&Client]) -> AnyView {
    let domains = &portfolio.framework.domains;
    let heads = domains.iter().map(|domain| {
        view! { <th scope="col" class="h-dom"><abbr title=domain.title.clone()>{domain.code.to_string()}</abbr></th> }
    });
    let heads = heads.collect_view();
    let rows: Vec<_> = shown.iter().map(|client| row::row(portfolio, client)).collect();
    let caption = format!(
        "{} by {}, proven score of 100",
        plural(shown.len(), "organization"),
        plural(domains.len(), "domain")
    );
    view! {
        <TableScroll label="Heat map, scrolls sideways">
            <table class="heat">
                <caption class="vh">{caption}</caption>
                <thead>
                    <tr>
                        <th scope="col" class="h-org">"Organization"</th>
                        <th scope="col">"Rung"</th>
                        <th scope="col">"Overall"</th>
                        <th scope="col" class="h-mid">{format!("Drift, {DRIFT_DAYS} days")}</th>
                        {heads}
                        <th scope="col" class="h-mid">"Contra\u{AD}dicted"</th>
                        <th scope="col" class="h-mid">"Failing"</th>
                        <th scope="col" class="h-mid">"Over\u{AD}due"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </TableScroll>
    }
    .into_any()
}
