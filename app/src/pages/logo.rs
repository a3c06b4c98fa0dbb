//! The logo that the reports of an organization bear: what it is, a form for another, and a button to do without.

use leptos::prelude::*;
use service::logo::Logo;

use super::parts::{RefusalNote, error_of};
use super::report::logo_picture;
use crate::ui::{Button, ButtonKind, FileInput, Note, PageHead, PostButton, Section};
use crate::web::Refusal;

/// What the browser offers to choose; what is taken is decided by what a file holds.
const ACCEPTED: &str = ".png,.jpg,.jpeg,image/png,image/jpeg";

/// `may_change`: the reader is an owner.
#[component]
pub(crate) fn LogoPage(
    slug: String,
    organization: String,
    #[prop(optional_no_strip)] logo: Option<Logo>,
    may_change: bool,
    #[prop(optional_no_strip)] refusal: Option<Refusal>,
) -> impl IntoView {
    let at = format!("/orgs/{slug}/logo");
    let now = match &logo {
        Some(logo) => logo_picture(logo, &organization),
        None => view! { <Note title="The reports bear the organization's name alone"/> }.into_any(),
    };
    let remove = (may_change && logo.is_some()).then(|| {
        let action = format!("{at}/remove");
        view! {
            <div class="gap-above">
                <PostButton action kind=ButtonKind::Stop>"Remove the logo"</PostButton>
            </div>
        }
    });
    let words = if logo.is_some() { "Use this one instead" } else { "Use this logo" };
    let form = may_change.then(|| form(at, words, error_of(refusal.as_ref(), "file")));
    view! {
        <PageHead title="Logo" under="It stands on the cover of every report of this organization, on the screen, in the PDF and in the Word document."/>
        <RefusalNote refusal/>
        <div class="grid two">
            <Section id="now" title="On the reports now">{now}{remove}</Section>
            {form}
        </div>
    }
    .into_any()
}

fn form(at: String, words: &'static str, error: Option<String>) -> AnyView {
    view! {
        <Section id="other" title="Choose a file">
            <form method="post" action=at enctype="multipart/form-data">
                <FileInput
                    id="file"
                    name="file"
                    label="Logo"
                    accept=ACCEPTED
                    hint="PNG or JPEG, at most 2 MB, 16 to 4096 pixels on each side. Only its pixels are kept, as many as paper needs."
                    error=error
                />
                <p class="row gap-above"><Button kind=ButtonKind::Main>{words}</Button></p>
            </form>
        </Section>
    }
    .into_any()
}
