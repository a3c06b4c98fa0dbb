//! The revisions of one item: the form for the next one, the present one, and those before.

use std::iter::once;

use leptos::prelude::*;
use service::Permission;
use service::assessment::Assessed;
use service::record::Evidence;

use super::form::replacement_fields;
use super::line;
use crate::pages::parts::RefusalNote;
use crate::ui::{
    Button, ButtonKind, ButtonLink, Column, Moment, PageHead, Section, Table, TableLook, Tag, day,
};
use crate::web::{Fields, Refusal};
use crate::words::{Paths, evidence_state_word};

/// What the page shows.
pub(crate) struct RevisionsSheet {
    pub(crate) assessed: Assessed,
    pub(crate) paths: Paths,
    /// As it is now.
    pub(crate) item: Evidence,
    /// Those before it, the latest first.
    pub(crate) earlier: Vec<Evidence>,
    /// The form for the next one, as typed where it came back.
    pub(crate) typed: Fields,
    pub(crate) refusal: Option<Refusal>,
}

impl RevisionsSheet {
    fn may_replace(&self) -> bool {
        self.assessed.may(Permission::Answer) && self.assessed.bundle.assessment.state.is_open()
    }

    fn list(&self) -> String {
        let assessment = self.assessed.bundle.assessment.id;
        format!("{}?assessment={assessment}#item-{}", self.paths.evidence(), self.item.id)
    }
}

pub(crate) fn revisions_page(sheet: &RevisionsSheet) -> AnyView {
    let title = format!("Revisions of {}", sheet.item.title);
    let under = "An item that is renewed keeps its place, and what it was before stays here.";
    let back = sheet.list();
    let next = sheet.may_replace().then(|| next(sheet));
    let refused = next.is_none().then(|| view! { <RefusalNote refusal=sheet.refusal.clone()/> });
    let columns = vec![
        Column::number("Revision"),
        Column::text("Item"),
        Column::text("By"),
        Column::number("Attached"),
        Column::number("Dated"),
        Column::text("State"),
    ];
    let rows = once(&sheet.item).chain(&sheet.earlier).map(|item| row(sheet, item)).collect_view();
    view! {
        <PageHead title=title under=under>
            <ButtonLink href=back>"Back to the evidence"</ButtonLink>
        </PageHead>
        {refused}
        <div class="stack-wide">
            {next}
            <Section id="revisions" title="Revisions">
                <Table caption="Revisions, the latest first" columns=columns look=TableLook::Fold>{rows}</Table>
            </Section>
        </div>
    }
    .into_any()
}

fn next(sheet: &RevisionsSheet) -> AnyView {
    let today = sheet.assessed.computed_at.date();
    let fields = replacement_fields(&sheet.typed, sheet.refusal.as_ref(), today);
    let action = format!("{}/{}/revisions", sheet.paths.evidence(), sheet.item.id);
    let revision = sheet.item.revision.to_string();
    let refusal = sheet.refusal.clone();
    view! {
        <Section id="next" title="The next revision">
            <form method="post" action=action enctype="multipart/form-data" aria-label="The next revision">
                <RefusalNote refusal=refusal/>
                <input type="hidden" name="revision" value=revision/>
                <p class="small measure">
                    "It takes the place of what is attached now, for every criterion, and has to be reviewed again."
                </p>
                {fields}
                <p class="row gap-above"><Button kind=ButtonKind::Main>"Replace it"</Button></p>
            </form>
        </Section>
    }
    .into_any()
}

fn row(sheet: &RevisionsSheet, item: &Evidence) -> AnyView {
    let present = item.revision == sheet.item.revision;
    let file = sheet.paths.evidence_file(item.id);
    let file = if present { file } else { format!("{file}?revision={}", item.revision) };
    let now = present.then(|| view! { " "<Tag>"now"</Tag> });
    view! {
        <tr>
            <td class="num" data-label="Revision">{item.revision.to_string()}</td>
            <th scope="row">{line::title_at(item, file)}{now}<span class="sub">{line::note_text(item)}</span></th>
            <td>{item.author_name.clone()}</td>
            <td class="num" data-label="Attached"><Moment at=item.created_at.timestamp()/></td>
            <td class="num" data-label="Dated">{day(item.dated)}</td>
            <td>{evidence_state_word(item.state)}</td>
        </tr>
    }
    .into_any()
}
