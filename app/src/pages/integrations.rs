//! The inventory: every interface of an organization, how its checks stand, what it covers, who exchanges what.

mod coverage;
mod exchange;
mod import;

use domain::check::Status;
use jiff::civil::Date;
use leptos::prelude::*;
use service::check::CheckGlance;
use service::integration::review_due;
use service::inventory::{Coverage, Exchanges};
use service::record::{Integration, IntegrationDetails};

use self::coverage::coverage_section;
pub(crate) use self::exchange::exchange_section;
pub(crate) use self::import::ImportPage;
use super::integration::form::{DomainGroup, integration_fields};
use super::parts::{RefusalNote, contradicts_words};
use crate::ui::{
    Button, ButtonKind, ButtonLink, Column, Day, Empty, PageHead, Sign, StatusBadge, Table, TableLook,
    status_word,
};
use crate::web::{Fields, Refusal};
use crate::words::{import_place, plural};

/// One integration of the list, with its checks.
pub(crate) struct Row {
    pub(crate) integration: Integration,
    pub(crate) checks: Vec<CheckGlance>,
}

/// `more` is the address of the next part of the list; `may_add`: the reader may register integrations.
#[component]
pub(crate) fn IntegrationsPage(
    slug: String,
    organization: String,
    rows: Vec<Row>,
    /// Of all integrations, not only those of this page.
    coverage: Coverage,
    exchanges: Exchanges,
    today: Date,
    #[prop(optional_no_strip)] more: Option<String>,
    may_add: bool,
) -> impl IntoView {
    let at = format!("/orgs/{slug}/integrations");
    let registers = format!("/orgs/{slug}/registers");
    if rows.is_empty() {
        return empty(&at, may_add);
    }
    let checks: usize = rows.iter().map(|row| row.checks.len()).sum();
    let under = format!("{}, {}", plural(rows.len(), "integration"), plural(checks, "health check"));
    let columns = vec![
        Column::text("Integration"),
        Column::text("Standard and direction"),
        Column::text("Serves"),
        Column::text("Owner"),
        Column::number("Review due"),
        Column::text("Checks"),
    ];
    let rows = rows.into_iter().map(|row| table_row(&at, row, today)).collect_view();
    view! {
        <PageHead title="Integrations" under=under>
            <ButtonLink href=registers kind=ButtonKind::Plain>"Registers"</ButtonLink>
            <ButtonLink href=format!("{at}.csv") kind=ButtonKind::Plain>"Download as CSV"</ButtonLink>
            {may_add.then(|| import_link(&at))}
            {add_button(&at, may_add)}
        </PageHead>
        <div class="stack-wide">
            <div>
                <Table caption="Integrations of the organization" columns look=TableLook::Fold>{rows}</Table>
                {more.map(|href| view! { <p class="gap-above"><a href=href>"Show more"</a></p> })}
            </div>
            {coverage_section(&coverage)}
            {exchange_section(&organization, &exchanges)}
        </div>
    }
    .into_any()
}

fn import_link(at: &str) -> AnyView {
    view! { <ButtonLink href=import_place(at)>"Import a table"</ButtonLink> }.into_any()
}

fn add_button(at: &str, may_add: bool) -> Option<AnyView> {
    let action = format!("{at}/new");
    may_add.then(|| {
        view! {
            <form method="get" action=action>
                <Button kind=ButtonKind::Main sign=Sign::Plus>"Add integration"</Button>
            </form>
        }
        .into_any()
    })
}

fn empty(at: &str, may_add: bool) -> AnyView {
    let next = if may_add {
        view! { <div class="row">{add_button(at, true)}{import_link(at)}</div> }.into_any()
    } else {
        view! { <p class="small dim">"Your role here reads. A contributor or an owner adds integrations."</p> }.into_any()
    };
    view! {
        <PageHead title="Integrations"/>
        <Empty>
            <p class="lede">
                "List the interfaces that you run: with whom, by which standard, who looks after them. "
                "Then give each a health check, and answers stand on what the wire says."
            </p>
            {next}
        </Empty>
    }
    .into_any()
}

fn table_row(at: &str, row: Row, today: Date) -> AnyView {
    let Row { integration, checks } = row;
    let details = integration.details;
    let href = format!("{at}/{}", integration.id);
    let with = joined(&[&details.partner, &details.system, &details.environment]);
    let how = joined(&[&details.standard, &details.direction]);
    let review = match review_due(&details) {
        None => view! { <span class="dim">"never reviewed"</span> }.into_any(),
        Some(due) if due < today => view! { <strong>"overdue"</strong>" "<Day date=due/> }.into_any(),
        Some(due) => view! { <Day date=due/> }.into_any(),
    };
    view! {
        <tr>
            <th scope="row"><a href=href>{details.name.clone()}</a><span class="sub">{with}</span></th>
            <td class="wide">{how}</td>
            <td>{serves_words(&details)}</td>
            <td>{or_nobody(&details.owner)}</td>
            <td class="num" data-label="Review due">{review}</td>
            <td class="wide">{check_counts(&checks)}</td>
        </tr>
    }
    .into_any()
}

/// What is known of several facts, with a dot between.
pub(crate) fn joined(facts: &[&str]) -> String {
    facts.iter().copied().filter(|fact| !fact.is_empty()).collect::<Vec<_>>().join(" · ")
}

/// `PAT, SEM`, or `all domains`.
pub(crate) fn serves_words(details: &IntegrationDetails) -> String {
    let codes: Vec<_> = details.serves.iter().map(domain::DomainCode::as_str).collect();
    if codes.is_empty() { "all domains".to_owned() } else { codes.join(", ") }
}

fn or_nobody(owner: &str) -> AnyView {
    if owner.is_empty() {
        view! { <span class="dim">"nobody named"</span> }.into_any()
    } else {
        owner.to_owned().into_any()
    }
}

/// `2 fail · 1 pass`, the worst first.
fn check_counts(checks: &[CheckGlance]) -> AnyView {
    if checks.is_empty() {
        return view! { <span class="dim">"no checks"</span> }.into_any();
    }
    let counts = [Status::Fail, Status::Warn, Status::Unknown, Status::Pass]
        .into_iter()
        .filter_map(|status| {
            let count = checks.iter().filter(|check| check.status() == status).count();
            let label = format!("{count} {}", status_word(status).to_lowercase());
            (count > 0).then(|| view! { <StatusBadge status label=label/> })
        })
        .collect_view();
    let contradicts = checks
        .iter()
        .filter_map(|check| contradicts_words(check.status(), &check.contradicts))
        .map(|words| view! { <span class="sub">{words}</span> });
    view! {
        <span class="row">{counts}</span>
        {contradicts.collect_view()}
    }
    .into_any()
}

/// The form for a new integration.
#[component]
pub(crate) fn IntegrationNewPage(
    slug: String,
    domains: Vec<DomainGroup>,
    typed: Fields,
    #[prop(optional_no_strip)] refusal: Option<Refusal>,
) -> impl IntoView {
    let at = format!("/orgs/{slug}/integrations");
    let fields = integration_fields(&typed, refusal.as_ref(), &domains);
    view! {
        <PageHead
            title="Add an integration"
            under="Only the name is needed now; what is known of an interface makes its failures quick to mend."
        />
        <RefusalNote refusal/>
        <form method="post" action=format!("{at}/new") novalidate=true>
            {fields}
            <p class="row gap-above">
                <Button kind=ButtonKind::Main>"Add integration"</Button>
                <ButtonLink href=at.clone() kind=ButtonKind::Plain>"Cancel"</ButtonLink>
            </p>
        </form>
    }
    .into_any()
}
