//! One integration: what is known of it, and its health checks.

pub(crate) mod form;

use domain::check::{CheckKind, Severity};
use jiff::civil::Date;
use leptos::prelude::*;
use service::integration::{CheckRow, review_due};
use service::record::{IntegrationDetails, Run};

use self::form::{DomainGroup, integration_fields};
use super::days::{first_day, strip};
use super::integrations::{joined, serves_words};
use super::parts::{CheckState, RefusalNote};
use crate::ui::{
    Button, ButtonKind, Column, Drawer, Fact, KeyValue, PageHead, Section, Sign, Table, TableLook, Tag,
    TagKind, day, day_short, moment,
};
use crate::web::{Fields, Refusal};

/// A check of the integration with what names it.
pub(crate) struct NamedCheck {
    pub(crate) row: CheckRow,
    /// The kind's title; its code where the kind is unknown.
    pub(crate) title: String,
    /// What it is aimed at, for example `fhir.example.org:443`.
    pub(crate) target: String,
}

/// `may_operate`: the reader may change the integration and add checks. `typed` is what the edit form holds.
#[component]
pub(crate) fn IntegrationPage(
    at: String,
    slug: String,
    details: IntegrationDetails,
    checks: Vec<NamedCheck>,
    /// The address of the next part of the checks.
    #[prop(optional_no_strip)]
    more: Option<String>,
    domains: Vec<DomainGroup>,
    may_operate: bool,
    today: Date,
    typed: Fields,
    #[prop(optional_no_strip)] refusal: Option<Refusal>,
) -> impl IntoView {
    let under = joined(&[&details.partner, &details.standard, &details.environment]);
    let over = view! { <a href=format!("/orgs/{slug}/integrations")>"Integrations"</a> };
    let add = may_operate.then(|| add_check(&at, !checks.is_empty()));
    let edit = may_operate.then(|| edit_form(&at, &typed, refusal.as_ref(), &domains));
    let remove = may_operate.then(|| if checks.is_empty() { remove_form(&at) } else { how_to_remove() });
    view! {
        <PageHead title=details.name.clone() over=over under=under>{add}</PageHead>
        <RefusalNote refusal/>
        <div class="stack-wide">
            {checks_section(&slug, checks, more, today)}
            <Section id="details" title="Details">
                <div class="kv-two"><KeyValue facts=facts(&details)/></div>
                {edit}
                {remove}
            </Section>
        </div>
    }
    .into_any()
}

fn add_check(at: &str, has_checks: bool) -> AnyView {
    let kind = if has_checks { ButtonKind::Second } else { ButtonKind::Main };
    view! {
        <form method="get" action=format!("{at}/checks/new")>
            <Button kind sign=Sign::Plus>"Add check"</Button>
        </form>
    }
    .into_any()
}

fn checks_section(slug: &str, checks: Vec<NamedCheck>, more: Option<String>, today: Date) -> AnyView {
    if checks.is_empty() {
        let content = view! {
            <p class="measure">
                "None yet. A health check asks the real interface, on a schedule, whether it does what your answers say."
            </p>
        }
        .into_any();
        return view! { <Section id="checks" title="Health checks">{content}</Section> }.into_any();
    }
    let columns = vec![
        Column::text("Check"),
        Column::text("State"),
        Column::text("Seen last"),
        Column::text(format!("{} to {}, one bar a day", day_short(first_day(today)), day_short(today))),
    ];
    let rows = checks.into_iter().map(|check| check_row(slug, check, today)).collect_view();
    view! {
        <Section id="checks" title="Health checks">
            <Table caption="Health checks of the integration, with 90 days of runs" columns look=TableLook::Bars>
                {rows}
            </Table>
            {more.map(|href| view! { <p class="gap-above"><a href=href>"Show more"</a></p> })}
        </Section>
    }
    .into_any()
}

fn check_row(slug: &str, check: NamedCheck, today: Date) -> AnyView {
    let NamedCheck { row, title, target } = check;
    let href = format!("/orgs/{slug}/checks/{}", row.check.id);
    let sub = joined(&[row.check.kind.as_str(), &target]);
    let paused = (!row.check.enabled).then(|| view! { " "<Tag kind=TagKind::Ghost>"Paused"</Tag> });
    view! {
        <tr>
            <th scope="row"><a href=href>{title.clone()}</a>{paused}<span class="sub mono">{sub}</span></th>
            <td><CheckState row=row.clone()/></td>
            <td class="dim">{seen_last(row.latest.as_ref())}</td>
            <td class="bar-cell">{strip(format!("strip-{}", row.check.id), title, &row.days, today)}</td>
        </tr>
    }
    .into_any()
}

/// The gravest thing that a run says, else when it was.
fn seen_last(run: Option<&Run>) -> String {
    let Some(run) = run else { return "never run".to_owned() };
    grave(run).map_or_else(|| moment(run.started_at.timestamp()), ToOwned::to_owned)
}

/// The gravest complaint of a run.
pub(crate) fn grave(run: &Run) -> Option<&str> {
    let of = |severity| run.messages.iter().find(|message| message.severity == severity);
    of(Severity::Error).or_else(|| of(Severity::Warning)).map(|message| message.text.as_str())
}

/// What a check is aimed at, from its parameters: an address, or host and port.
pub(crate) fn target_of(kind: Option<&CheckKind>, parameters: &[(String, String)]) -> String {
    let value =
        |wanted: &str| parameters.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
    if let Some(host) = value("host") {
        return value("port").map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    }
    let urls = kind.into_iter().flat_map(|kind| &kind.parameters);
    let mut urls = urls.filter(|spec| spec.kind == domain::check::ParameterType::Url);
    urls.find_map(|spec| value(&spec.name)).unwrap_or_default().to_owned()
}

fn facts(details: &IntegrationDetails) -> Vec<Fact> {
    let review = details.last_review.map(day).unwrap_or_default();
    let facts = [
        ("Partner", details.partner.clone()),
        ("System", details.system.clone()),
        ("Standard", details.standard.clone()),
        ("Direction", details.direction.clone()),
        ("Environment", details.environment.clone()),
        ("Owner", details.owner.clone()),
        ("Technical owner", details.technical_owner.clone()),
        ("Criticality", details.criticality.clone()),
        ("Last review", review),
        ("Next review", review_due(details).map(day).unwrap_or_default()),
        ("Use case", details.use_case.clone()),
        ("Data", details.data.clone()),
        ("Contract", details.contract.clone()),
        ("Contract expires", details.contract_expires.map(day).unwrap_or_default()),
        ("Use-case brief signed", details.brief_signed.map(day).unwrap_or_default()),
        ("Runbook exercised", details.runbook_exercised.map(day).unwrap_or_default()),
        ("Serves", serves_words(details)),
    ];
    let fact = |(name, value): (&str, String)| {
        if value.is_empty() {
            Fact::new(name, view! { <span class="dim">"not said"</span> })
        } else {
            Fact::new(name, value)
        }
    };
    facts.into_iter().map(fact).collect()
}

fn edit_form(at: &str, typed: &Fields, refusal: Option<&Refusal>, domains: &[DomainGroup]) -> AnyView {
    let fields = integration_fields(typed, refusal, domains);
    let form = view! {
        <form method="post" action=at.to_owned() novalidate=true>
            {fields}
            <p class="row gap-above"><Button kind=ButtonKind::Main>"Save the details"</Button></p>
        </form>
    }
    .into_any();
    let open = refusal.is_some();
    view! {
        <div class="gap-above no-print"><Drawer summary="Edit the details" id="edit" open=open>{form}</Drawer></div>
    }
    .into_any()
}

fn how_to_remove() -> AnyView {
    let words = "To remove the integration, remove its health checks first, each on its own page: no failure goes unseen.";
    view! { <p class="small dim measure gap-above no-print">{words}</p> }.into_any()
}

/// Only where there are no checks: those go first, each by itself.
fn remove_form(at: &str) -> AnyView {
    let form = view! {
        <form method="post" action=format!("{at}/remove")>
            <p class="measure">"It has no health checks. What is known of it goes with it; the log says who removed it."</p>
            <p class="row gap-above"><Button kind=ButtonKind::Stop>"Remove it for good"</Button></p>
        </form>
    }
    .into_any();
    view! {
        <div class="gap-above no-print"><Drawer summary="Remove the integration" id="remove">{form}</Drawer></div>
    }
    .into_any()
}
