//! The drafts of frameworks, and the ways to begin one.

use leptos::prelude::*;
use service::authoring::DraftPage;
use service::record::FrameworkEntry;

use super::parts::{RefusalNote, error_of};
use crate::ui::{
    Button, ButtonLink, Column, Empty, FileInput, Moment, PageHead, PostButton, Section, Select, Table,
    TableLook,
};
use crate::web::Refusal;
use crate::words::plural;

/// What the page shows.
pub(crate) struct DraftsSheet {
    pub(crate) drafts: Vec<DraftPage>,
    pub(crate) frameworks: Vec<FrameworkEntry>,
    pub(crate) refusal: Option<Refusal>,
}

pub(crate) fn drafts_page(sheet: &DraftsSheet) -> AnyView {
    let under = "A draft is saved whatever it says, and published once nothing in it is wrong. A published version never changes.";
    let (list, begin) = (list(sheet), begin(sheet));
    view! {
        <PageHead title="Drafts of frameworks" under=under>
            <ButtonLink href="/frameworks">"Published frameworks"</ButtonLink>
            <ButtonLink href="/citations">"Sources"</ButtonLink>
        </PageHead>
        <RefusalNote refusal=sheet.refusal.clone()/>
        <div class="stack-wide">
            <Section id="open" title="Open drafts">{list}</Section>
            <Section id="begin" title="Begin a draft">{begin}</Section>
        </div>
    }
    .into_any()
}

/// `B7 1.1.0`, or what stands for it while the text cannot be read.
pub(crate) fn draft_name(page: &DraftPage) -> String {
    match page.document() {
        Some(draft) if !draft.code.is_empty() => format!("{} {}", draft.code, draft.version),
        Some(_) => "Without a code".to_owned(),
        None => "Draft that cannot be read".to_owned(),
    }
}

/// How a draft stands.
pub(crate) fn draft_state(page: &DraftPage) -> String {
    match (page.record.published, page.document()) {
        (Some(_), _) => "Published and closed".to_owned(),
        (None, None) => "The text has to be mended".to_owned(),
        (None, Some(_)) => match page.problems().len() {
            0 => "Nothing is wrong".to_owned(),
            count => plural(count, "problem"),
        },
    }
}

fn list(sheet: &DraftsSheet) -> AnyView {
    if sheet.drafts.is_empty() {
        return view! { <Empty><p>"There is no open draft."</p></Empty> }.into_any();
    }
    let columns = vec![
        Column::text("Draft"),
        Column::text("Follows"),
        Column::text("State"),
        Column::text("Last saved"),
    ];
    let rows = sheet.drafts.iter().map(row).collect_view();
    view! { <Table caption="Open drafts, newest first" columns=columns look=TableLook::Fold>{rows}</Table> }
        .into_any()
}

fn row(page: &DraftPage) -> AnyView {
    let title = page.document().map(|draft| draft.title.clone()).unwrap_or_default();
    let base =
        page.base.as_ref().map_or_else(|| "–".to_owned(), |base| format!("{} {}", base.code, base.version));
    view! {
        <tr>
            <th scope="row">
                <a href=format!("/drafts/{}", page.record.id)><span class="code">{draft_name(page)}</span></a>
                " "<span class="sub">{title}</span>
            </th>
            <td>{base}</td>
            <td>{draft_state(page)}</td>
            <td><Moment at=page.record.changed_at.timestamp()/><span class="sub">{page.record.changed_by_name.clone()}</span></td>
        </tr>
    }
    .into_any()
}

fn begin(sheet: &DraftsSheet) -> AnyView {
    let choices = sheet
        .frameworks
        .iter()
        .rev()
        .map(|entry| {
            let value = format!("{} {}", entry.code, entry.version);
            (value.clone(), format!("{value}: {}", entry.title))
        })
        .collect();
    let refusal = sheet.refusal.as_ref();
    view! {
        <div class="grid two">
            <form method="post" action="/drafts">
                <input type="hidden" name="from" value="version"/>
                <h3>"The next version of a framework"</h3>
                <Select
                    id="version" name="version" label="Framework" choices=choices
                    hint="The draft begins as a copy, with the next version number" error=error_of(refusal, "version")
                />
                <p class="gap-above"><Button>"Begin the next version"</Button></p>
            </form>
            <form method="post" action="/drafts" enctype="multipart/form-data">
                <input type="hidden" name="from" value="file"/>
                <h3>"From a file"</h3>
                <FileInput
                    id="file" name="file" label="File" accept=".toml,.json,.xlsx"
                    hint="A framework as TOML, JSON or XLSX, of at most 4 MB" error=error_of(refusal, "file")
                />
                <p class="gap-above"><Button>"Begin from the file"</Button></p>
            </form>
            <div>
                <h3>"A new framework"</h3>
                <p class="small measure">"Begins with the least that is valid: one rung, one domain, one criterion with one check."</p>
                <div class="gap-small">
                    <PostButton action="/drafts" fields=vec![("from".to_owned(), "blank".to_owned())]>"Begin a new framework"</PostButton>
                </div>
            </div>
        </div>
    }
    .into_any()
}
