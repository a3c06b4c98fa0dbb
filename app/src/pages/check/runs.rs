//! The history: ninety days as a strip, and the latest runs one by one.

use domain::check::Status;
use leptos::prelude::*;
use service::record::{Aimed, Run};

use super::CheckShown;
use super::status::took;
use crate::charts::strip_counts;
use crate::pages::days::{first_day, statuses, strip};
use crate::pages::integration::grave;
use crate::ui::{Column, Drawer, PageHead, Section, StatusBadge, Table, TableLook, Width, day_short, moment};

/// Runs in plain sight; of the latest, the others are folded away.
const SHOWN: usize = 8;

pub(super) fn days_section(check: &CheckShown) -> Option<AnyView> {
    if check.page.runs.is_empty() {
        return None;
    }
    let today = check.now.date();
    let days = &check.page.days;
    // Days before the check existed say nothing, so they are not counted.
    let ran: Vec<Status> =
        statuses(days, today).into_iter().filter(|status| *status != Status::Unknown).collect();
    let unknown = days.iter().filter(|day| day.pass + day.warn + day.fail == 0 && day.unknown > 0).count();
    let counts = strip_counts(&[ran, vec![Status::Unknown; unknown]].concat());
    let aims = check.page.history.aims.iter();
    let aims = aims.map(|aimed| view! { <p class="small">{aimed_words(aimed)}</p> }).collect_view();
    let what = format!("{}, {}", check.page.integration.details.name, check.page.kind.title);
    let strip = strip("days-strip".to_owned(), what, days, today);
    view! {
        <Section id="days" title="Ninety days" aside=view! { <p>{format!("Days: {counts}")}</p> } width=Width::Span>
            <figure class="figure">
                {strip}
                <div class="row row-apart small dim">
                    <span>{day_short(first_day(today))}</span>
                    <span>{day_short(today)}</span>
                </div>
            </figure>
            {aims}
        </Section>
    }
    .into_any()
    .into()
}

/// Runs that are not the latest.
pub(crate) struct Earlier {
    /// The check's address.
    pub(crate) at: String,
    /// What the check is called.
    pub(crate) name: String,
    /// Newest first.
    pub(crate) runs: Vec<Run>,
    /// There are still earlier ones.
    pub(crate) more: bool,
    /// When the check was aimed at another target, latest first.
    pub(crate) aims: Vec<Aimed>,
}

/// Where the new target begins.
fn aimed_words(aimed: &Aimed) -> AnyView {
    let Aimed { at, target, before } = aimed.clone();
    let named = |target: String| match target.as_str() {
        "" => "nothing in particular".into_any(),
        _ => view! { <span class="mono">{target}</span> }.into_any(),
    };
    let (target, before, since) = (named(target), named(before), moment(at.timestamp()));
    view! { "Aimed at "{target}{format!(" since {since}; before that at ")}{before}"." }.into_any()
}

fn earlier_link(at: &str, last: &Run) -> AnyView {
    let href = format!("{at}/runs?before={}", last.id);
    view! { <p class="gap-small no-print"><a href=href>"Earlier runs"</a></p> }.into_any()
}

/// A page of runs, one by one.
#[component]
pub(crate) fn RunsPage(earlier: Earlier) -> impl IntoView {
    let Earlier { at, name, runs, more, mut aims } = earlier;
    if let Some(first) = runs.first() {
        // Of several, the one that says what the first run here was aimed at.
        let later = aims.iter().take_while(|aimed| !aimed.precedes(first)).count();
        aims.drain(..later.saturating_sub(1));
    }
    let link = runs.last().filter(|_| more).map(|last| earlier_link(&at, last));
    let content = if runs.is_empty() {
        view! { <p class="dim">"None that are kept."</p> }.into_any()
    } else {
        table(&runs, None, &aims, "Earlier runs")
    };
    let over = view! { <a href=at>{name}</a> };
    view! {
        <PageHead title="Earlier runs" over=over/>
        {content}
        {link}
    }
    .into_any()
}

pub(super) fn runs_section(check: &CheckShown) -> AnyView {
    let (runs, aims) = (&check.page.runs, &check.page.history.aims);
    let content = if runs.is_empty() {
        view! { <p class="dim">"None yet."</p> }.into_any()
    } else {
        let (shown, earlier) = runs.split_at(runs.len().min(SHOWN));
        let earlier = (!earlier.is_empty()).then(|| {
            let summary = format!("{} earlier", earlier.len());
            let table = table(earlier, shown.last(), aims, "Earlier runs");
            view! { <div class="gap-small"><Drawer summary>{table}</Drawer></div> }
        });
        let link = runs.last().map(|last| earlier_link(&check.at(), last));
        view! { {table(shown, None, aims, "Latest runs")}{earlier}{link} }.into_any()
    };
    view! { <Section id="runs" title="Runs">{content}</Section> }.into_any()
}

/// `above` is the run that stands before the first one, elsewhere on the page.
fn table(runs: &[Run], above: Option<&Run>, aims: &[Aimed], caption: &'static str) -> AnyView {
    let columns =
        vec![Column::text("Started"), Column::text("Result"), Column::number("Took"), Column::text("By")];
    let newer = std::iter::once(None).chain(runs.iter().map(Some));
    let rows = runs
        .iter()
        .zip(newer)
        .map(|(run, newer)| view! { {marks(aims, run, newer.or(above))}{row(run, newer)} })
        .collect_view();
    view! { <Table caption columns look=TableLook::Fold>{rows}</Table> }.into_any()
}

/// Says between two runs that the check was aimed elsewhere; above the first, what came after it.
fn marks(aims: &[Aimed], run: &Run, newer: Option<&Run>) -> Option<AnyView> {
    let between = aims.iter().filter(|aimed| !aimed.precedes(run));
    let between = between.filter(|aimed| newer.is_none_or(|newer| aimed.precedes(newer)));
    let marks: Vec<_> = between
        .map(|aimed| view! { <tr><td class="wide dim" colspan="4">{aimed_words(aimed)}</td></tr> })
        .collect();
    (!marks.is_empty()).then(|| marks.into_any())
}

fn row(run: &Run, newer: Option<&Run>) -> AnyView {
    let by = match run.scheduled_for {
        Some(_) => "schedule",
        // What looks at a report says so in what it looked at.
        None if run.checked.starts_with("report ") => "a report",
        None => "a person",
    };
    let at = moment(run.started_at.timestamp());
    // Said once for a row of runs that say the same.
    let said = grave(run).filter(|said| newer.and_then(grave) != Some(said)).map(ToOwned::to_owned);
    view! {
        <tr>
            <th scope="row">{at}{said.map(|said| view! { <span class="sub">{said}</span> })}</th>
            <td><StatusBadge status=run.status/></td>
            <td class="num" data-label="Took">{took(run.duration_ms)}</td>
            <td class="dim">{by}</td>
        </tr>
    }
    .into_any()
}
