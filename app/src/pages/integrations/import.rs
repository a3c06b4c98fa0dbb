//! The inventory as a table: pasted in from a spreadsheet, or downloaded.

use leptos::prelude::*;
use service::inventory::{COLUMNS, Imported};

use crate::pages::parts::RefusalNote;
use crate::ui::{Button, ButtonKind, ButtonLink, Note, PageHead, TextArea};
use crate::web::{Fields, Refusal};
use crate::words::{import_place, plural};

/// Problems come by line: they are listed on top, and the table stays as it was pasted.
#[component]
pub(crate) fn ImportPage(
    slug: String,
    typed: Fields,
    #[prop(optional_no_strip)] done: Option<Imported>,
    #[prop(optional_no_strip)] refusal: Option<Refusal>,
) -> impl IntoView {
    let at = format!("/orgs/{slug}/integrations");
    let columns = COLUMNS.join(", ");
    let done = done.map(|done| {
        let title = format!(
            "{} added, {} changed, {} as they were",
            plural(done.added, "integration"),
            done.changed,
            done.unchanged
        );
        view! { <div class="gap-below"><Note status=domain::check::Status::Pass title alert=true/></div> }
    });
    let error = refusal.as_ref().and_then(|refusal| refusal.errors.of("table"));
    view! {
        <PageHead
            title="Import integrations"
            under="Paste a table from a spreadsheet, or the text of a CSV file. It is taken whole or not at all."
        />
        {done}
        <RefusalNote refusal/>
        <form method="post" action=import_place(&at) novalidate=true>
            <TextArea
                id="table" name="table" label="Table" value=typed.get("table").to_owned() rows=12
                hint="The first line names the columns; commas, semicolons or tabs stand between cells" error
            />
            <p class="row gap-above">
                <Button kind=ButtonKind::Main>"Import"</Button>
                <ButtonLink href=format!("{at}.csv") kind=ButtonKind::Plain>"Download the present table"</ButtonLink>
                <ButtonLink href=at.clone() kind=ButtonKind::Plain>"Back to the integrations"</ButtonLink>
            </p>
        </form>
        <p class="small dim measure gap-above">
            "A line whose name is known changes that integration, in the columns that the table has; any other line adds one. Columns: "
            {columns}
            ". Days are written 2026-11-20, domains by their codes with spaces between."
        </p>
    }
    .into_any()
}
