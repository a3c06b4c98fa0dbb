//! The incidents of an organization: what is broken now, and what was.

use domain::check::Status;
use leptos::prelude::*;
use service::UnixMillis;
use service::record::Incident;

use crate::ui::{
    ButtonLink, Column, Empty, Moment, PageHead, Section, SeverityBadge, StatusBadge, Table, TableLook, Width,
};
use crate::words::{incident_closing, incident_opening, incident_span, plural};

/// What the page shows.
pub(crate) struct Incidents {
    /// The organization's address.
    pub(crate) at: String,
    /// Latest first.
    pub(crate) open: Vec<Incident>,
    /// Latest first.
    pub(crate) closed: Vec<Incident>,
    /// The address of earlier ones.
    pub(crate) earlier: Option<String>,
    /// There is a check at all.
    pub(crate) watched: bool,
    pub(crate) now: UnixMillis,
}

#[component]
pub(crate) fn IncidentsPage(incidents: Incidents) -> impl IntoView {
    let Incidents { at, open, closed, earlier, watched, now } = incidents;
    let alerts = format!("{at}/alerts");
    let told = format!("{at}/registers/incidents");
    let under = match open.len() {
        0 if watched => "Nothing is broken now".to_owned(),
        0 => "No check watches yet".to_owned(),
        count => format!("{} open", plural(count, "incident")),
    };
    let content = if open.is_empty() && closed.is_empty() {
        view! {
            <Empty>
                <p class="lede">"No check has been broken long enough to be an incident."</p>
                <p class="measure">
                    "So many failures running open one, so many successes running close it; a check that comes and goes \
                     stays one incident until it has calmed down."
                </p>
                <p class="row"><ButtonLink href=format!("{at}/integrations")>"Open the integrations"</ButtonLink></p>
            </Empty>
        }
        .into_any()
    } else {
        view! {
            <div class="grid">
                {(!open.is_empty()).then(|| section("open", "Open", &open, &at, now))}
                {(!closed.is_empty()).then(|| section("closed", "Closed", &closed, &at, now))}
            </div>
            {earlier.map(|href| view! { <p class="gap-above"><a href=href>"Earlier incidents"</a></p> })}
        }
        .into_any()
    };
    view! {
        <PageHead title="Incidents" under=under>
            <ButtonLink href=told>"Tell of an incident"</ButtonLink>
            <ButtonLink href=alerts>"Who is told"</ButtonLink>
        </PageHead>
        {content}
    }
    .into_any()
}

fn section(
    id: &'static str,
    title: &'static str,
    incidents: &[Incident],
    at: &str,
    now: UnixMillis,
) -> AnyView {
    let table = incidents_table(incidents, &format!("{title} incidents, the latest first"), at, now);
    view! { <Section id=id title=title width=Width::Span>{table}</Section> }.into_any()
}

/// Incidents as a table; `at` is the organization's address.
pub(crate) fn incidents_table(incidents: &[Incident], caption: &str, at: &str, now: UnixMillis) -> AnyView {
    let columns = vec![
        Column::text("Integration and kind"),
        Column::text("Severity"),
        Column::text("What happened"),
        Column::text("Criteria"),
        Column::number("Opened"),
    ];
    let rows = incidents.iter().map(|incident| row(incident, at, now)).collect_view();
    view! { <Table caption=caption.to_owned() columns look=TableLook::Fold>{rows}</Table> }.into_any()
}

fn row(incident: &Incident, at: &str, now: UnixMillis) -> AnyView {
    let name = incident.integration.clone();
    let name = match incident.check {
        Some(check) => view! { <a href=format!("{at}/checks/{check}#incidents")>{name}</a> }.into_any(),
        None => name.into_any(),
    };
    let span = incident_span(incident, now);
    let state = if incident.is_open() {
        view! { <StatusBadge status=Status::Fail label=span/> }.into_any()
    } else {
        view! { <span class="dim">{span}</span> }.into_any()
    };
    let story = [Some(incident_opening(incident)), incident_closing(incident)];
    let story = story.into_iter().flatten().collect::<Vec<_>>().join(", ");
    view! {
        <tr>
            <th scope="row">{name}<span class="sub mono">{incident.kind.to_string()}</span></th>
            <td><SeverityBadge severity=incident.severity/></td>
            <td class="wide">{state}<span class="sub">{incident.cause.clone()}</span><span class="sub">{story}</span></td>
            <td class="wide">{touched(incident)}</td>
            <td class="num" data-label="Opened"><Moment at=incident.opened_at.timestamp()/></td>
        </tr>
    }
    .into_any()
}

/// The criteria that it touches, those first that it contradicted.
fn touched(incident: &Incident) -> AnyView {
    let named = |contradicted: bool| {
        let mut codes: Vec<_> = incident
            .touches
            .iter()
            .filter(|touched| touched.contradicted == contradicted)
            .map(|touched| touched.criterion.to_string())
            .collect();
        codes.dedup();
        codes.join(", ")
    };
    let (contradicted, tied) = (named(true), named(false));
    if contradicted.is_empty() && tied.is_empty() {
        return view! { <span class="dim">"None"</span> }.into_any();
    }
    let contradicted = (!contradicted.is_empty())
        .then(|| view! { <span class="fail-text">{format!("contradicts {contradicted}")}</span> });
    let tied = (!tied.is_empty()).then(|| view! { <span class="sub">{format!("tied to {tied}")}</span> });
    view! { {contradicted}{tied} }.into_any()
}
