//! The frameworks that are there.

use leptos::prelude::*;
use service::Actor;
use service::record::FrameworkEntry;

use crate::ui::{ButtonLink, Column, Day, PageHead, Table, TableLook, date_of};
use crate::words::plural;

/// Whether the reader may write frameworks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Author {
    Yes,
    No,
}

impl Author {
    pub(crate) fn of(actor: Option<&Actor>) -> Self {
        if actor.is_some_and(Actor::is_admin) { Self::Yes } else { Self::No }
    }
}

#[component]
pub(crate) fn FrameworksPage(frameworks: Vec<FrameworkEntry>, author: Author) -> impl IntoView {
    let under = format!(
        "{}. A published version never changes; an assessment keeps its own.",
        plural(frameworks.len(), "version")
    );
    let columns = vec![
        Column::text("Framework"),
        Column::text("Version"),
        Column::number("Criteria"),
        Column::number("Here since"),
    ];
    let rows = frameworks
        .into_iter()
        .map(|entry| {
            let href = format!("/frameworks/{}/{}", entry.code, entry.version);
            view! {
                <tr>
                    <th scope="row">
                        <a href=href><span class="code">{entry.code.to_string()}</span></a>
                        " "<span class="sub">{entry.title}</span>
                    </th>
                    <td>{entry.version}</td>
                    <td class="num" data-label="Criteria">{entry.criteria.to_string()}</td>
                    <td class="num" data-label="Here since"><Day date=date_of(entry.imported_at.timestamp())/></td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <PageHead title="Frameworks" under=under>
            {(author == Author::Yes).then(|| view! { <ButtonLink href="/drafts">"Drafts"</ButtonLink> })}
            <ButtonLink href="/citations">"Sources"</ButtonLink>
        </PageHead>
        <Table caption="Frameworks and their versions" columns look=TableLook::Fold>{rows}</Table>
    }
    .into_any()
}
