//! Somebody saved a draft in the meantime: what differs, before anything is put in its place.

use domain::framework::diff::Diff;
use leptos::prelude::*;
use service::authoring::DraftPage;

use crate::pages::changes::changes_table;
use crate::ui::{Icon, Sign, moment};

/// Above the form that came too late; `diff` is from what is on file to what was typed.
pub(super) fn conflict(page: &DraftPage, diff: Option<&Diff>) -> AnyView {
    let record = &page.record;
    let title = format!("{} saved this draft in the meantime", record.changed_by_name);
    let on_file =
        format!("On file is revision {} of {}.", record.revision, moment(record.changed_at.timestamp()));
    let table = diff.map(|diff| {
        view! {
            <div class="conflict-body stack-tight">
                <p class="small">"From what is on file to what you typed:"</p>
                {changes_table(diff)}
            </div>
        }
        .into_any()
    });
    let at = super::draft_path(page);
    view! {
        <div class="conflict gap-below" role="alert">
            <header>
                <p class="note-title"><span class="warn-text"><Icon sign=Sign::Warn/></span>{title}</p>
                <p class="small">
                    {on_file}
                    " Nothing is lost and nothing was changed. Below is what you typed: saving it now puts it in place of what is on file. "
                    <a href=at>"Keep what is on file"</a>
                </p>
            </header>
            {table}
        </div>
    }
    .into_any()
}
