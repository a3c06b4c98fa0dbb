//! A register as a table: pasted in from a spreadsheet.

use leptos::prelude::*;
use service::inventory::Imported;
use service::record::Register;
use service::register::columns;

use super::names::{one, title};
use crate::pages::parts::RefusalNote;
use crate::ui::{Button, ButtonKind, ButtonLink, Note, PageHead, TextArea};
use crate::web::{Fields, Refusal};
use crate::words::{import_place, plural};

/// Problems come by line: they are listed on top, and the table stays as it was pasted.
#[component]
pub(crate) fn RegisterImportPage(
    at: String,
    register: Register,
    typed: Fields,
    #[prop(optional_no_strip)] done: Option<Imported>,
    #[prop(optional_no_strip)] refusal: Option<Refusal>,
) -> impl IntoView {
    let here = format!("{at}/{}", register.as_str());
    let over = view! { <a href=here.clone()>{title(register)}</a> };
    let names = |needed: bool| {
        let names = columns(register).iter().filter(|column| column.needed == needed);
        names.map(|column| column.name).collect::<Vec<_>>().join(", ")
    };
    let done = done.map(|done| {
        let title = format!("{} added, {} known already", plural(done.added, one(register)), done.unchanged);
        view! { <div class="gap-below"><Note status=domain::check::Status::Pass title alert=true/></div> }
    });
    let error = refusal.as_ref().and_then(|refusal| refusal.errors.of("table"));
    view! {
        <PageHead
            title="Import a table" over=over
            under="Paste it from a spreadsheet, or the text of a CSV file. It is taken whole or not at all."
        />
        {done}
        <RefusalNote refusal/>
        <form method="post" action=import_place(&here) novalidate=true>
            <TextArea
                id="table" name="table" label="Table" value=typed.get("table").to_owned() rows=12
                hint="The first line names the columns; commas, semicolons or tabs stand between cells" error
            />
            <p class="row gap-above">
                <Button kind=ButtonKind::Main>"Import"</Button>
                <ButtonLink href=here.clone() kind=ButtonKind::Plain>"Back to the register"</ButtonLink>
            </p>
        </form>
        <p class="small dim measure gap-above">
            "Columns that are needed: "{names(true)}". Others: "{names(false)}
            ". Days are written 2026-11-20, instants in UTC 2026-11-20T12:03:00Z."
        </p>
    }
    .into_any()
}
