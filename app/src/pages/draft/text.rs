//! The text of a draft, for those who write it by hand.

use domain::ReadError;
use domain::framework::diff::Diff;
use domain::framework::draft::Draft;
use leptos::prelude::*;
use service::authoring::DraftPage;

use super::conflict::conflict;
use super::draft_path;
use crate::pages::drafts::draft_name;
use crate::pages::parts::{RefusalNote, error_of};
use crate::ui::inside_textarea;
use crate::ui::{Button, ButtonKind, ButtonLink, Column, Drawer, Note, PageHead, Section, Table, TableLook};
use crate::web::Refusal;
use crate::words::quoted;

/// What the page shows.
pub(crate) struct TextSheet {
    pub(crate) page: DraftPage,
    /// What was typed, where it was not saved.
    pub(crate) typed: Option<String>,
    /// Somebody saved in the meantime.
    pub(crate) stale: bool,
    pub(crate) refusal: Option<Refusal>,
}

pub(crate) fn text_page(sheet: &TextSheet) -> AnyView {
    let page = &sheet.page;
    let at = draft_path(page);
    let text = sheet.typed.as_ref().unwrap_or(&page.record.text);
    let stale = sheet.stale.then(|| {
        let typed = sheet.typed.as_deref().and_then(|typed| Draft::read(typed).ok());
        let diff = page.document().zip(typed.as_ref()).map(|(on_file, typed)| Diff::between(on_file, typed));
        let on_file = page.record.text.clone();
        view! {
            {conflict(page, diff.as_ref())}
            <Drawer summary="The text on file">
                <pre class="raw" tabindex="0"><code>{on_file}</code></pre>
            </Drawer>
        }
    });
    let overview = at.clone();
    let title = match page.document() {
        Some(_) => format!("Text of {}", draft_name(page)),
        None => "Text of the draft".to_owned(),
    };
    let error = error_of(sheet.refusal.as_ref(), "text");
    let described = error.as_ref().map(|_| "text-error");
    let shown = error.clone().map(|error| view! { <span class="error" id="text-error">{error}</span> });
    view! {
        <PageHead title=title under="TOML, as the built-in frameworks are written. It is saved as it is, valid or not.">
            <ButtonLink href=overview>"Overview"</ButtonLink>
        </PageHead>
        <RefusalNote refusal=sheet.refusal.clone()/>
        {stale}
        {(!sheet.stale).then(|| errors(page.errors(), &page.record.text))}
        <form method="post" action=format!("{at}/text") class="gap-above">
            <input type="hidden" name="revision" value=page.record.revision.to_string()/>
            <label class="label" for="text">"Text"</label>
            {shown}
            <textarea
                class="input mono" id="text" name="text" rows="32" spellcheck="false"
                aria-invalid=error.is_some().then_some("true")
                aria-describedby=described
                inner_html=inside_textarea(text)
            ></textarea>
            <p class="row gap-above">
                <Button kind=ButtonKind::Main>"Save the text"</Button>
                <ButtonLink href=at.clone() kind=ButtonKind::Plain>"Cancel"</ButtonLink>
            </p>
        </form>
    }
    .into_any()
}

/// What is wrong, each with its line.
fn errors(errors: &[ReadError], text: &str) -> AnyView {
    if errors.is_empty() {
        return view! { <Note status=domain::check::Status::Pass title="Nothing is wrong with the text"/> }
            .into_any();
    }
    let lines: Vec<&str> = text.lines().collect();
    let rows = errors
        .iter()
        .map(|error| {
            let line =
                error.line.checked_sub(1).and_then(|line| lines.get(line)).copied().unwrap_or_default();
            let line: String = line.trim().chars().take(120).collect();
            view! {
                <tr>
                    <td class="num" data-label="Line">{error.line.to_string()}</td>
                    <td class="mono wide">{line}</td>
                    <td>{error.key.clone()}</td>
                    <td class="wide">{quoted(&error.problem)}</td>
                </tr>
            }
        })
        .collect_view();
    let columns = vec![
        Column::number("Line"),
        Column::text("What it says"),
        Column::text("Key"),
        Column::text("What is wrong"),
    ];
    view! {
        <Section id="problems" title="What is wrong">
            <Table caption="Problems by line" columns=columns look=TableLook::Fold>{rows}</Table>
        </Section>
    }
    .into_any()
}
