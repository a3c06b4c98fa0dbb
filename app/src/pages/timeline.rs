//! How the live rung came to be what it is.

use leptos::prelude::*;
use service::timeline::{LiveChange, Timeline};

use crate::ui::{Column, Drawer, Moment, Section, Table, TableLook, Width};
use crate::words::{cause_lines, change_words, live_since};

/// Changes in plain sight; earlier ones are folded away.
const SHOWN: usize = 6;

/// Nothing before the first change.
pub(crate) fn timeline_section(timeline: &Timeline) -> Option<AnyView> {
    let since = timeline.live.as_ref().and_then(live_since);
    if timeline.changes.is_empty() {
        return None;
    }
    let (shown, earlier) = timeline.changes.split_at(timeline.changes.len().min(SHOWN));
    let earlier = (!earlier.is_empty()).then(|| {
        let summary = format!("{} earlier", earlier.len());
        let table = table(earlier, "Earlier changes");
        view! { <div class="gap-small"><Drawer summary>{table}</Drawer></div> }
    });
    let table = table(shown, "Changes of the live rung and score, the latest first");
    let aside = since.map(|since| view! { <p>{since}</p> }.into_any());
    let aside = aside.unwrap_or_else(|| ().into_any());
    Some(
        view! {
            <Section id="timeline" title="How it changed" aside=aside width=Width::Span>{table}{earlier}</Section>
        }
        .into_any(),
    )
}

fn table(changes: &[LiveChange], caption: &'static str) -> AnyView {
    let columns = vec![Column::text("Change"), Column::text("Came from"), Column::number("At")];
    let rows = changes
        .iter()
        .map(|change| {
            let lines = cause_lines(change).into_iter().map(|line| view! { <li>{line}</li> }).collect_view();
            view! {
                <tr>
                    <th scope="row">{change_words(change)}</th>
                    <td class="wide"><ul class="small stack-tight">{lines}</ul></td>
                    <td class="num" data-label="At"><Moment at=change.record.at.timestamp()/></td>
                </tr>
            }
        })
        .collect_view();
    view! { <Table caption columns look=TableLook::Fold>{rows}</Table> }.into_any()
}
