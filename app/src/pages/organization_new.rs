//! The form for a new organization.

use domain::framework::Profile;
use leptos::prelude::*;

use super::parts::{RefusalNote, error_of};
use crate::ui::{Button, ButtonKind, ButtonLink, CheckboxGroup, Choice, PageHead, Select, TextInput};
use crate::web::{Fields, Refusal};

/// `profiles` are all that a framework knows; `sizes` are (value, words).
#[component]
pub(crate) fn OrganizationNewPage(
    profiles: Vec<Profile>,
    sizes: Vec<(String, String)>,
    typed: Fields,
    #[prop(optional_no_strip)] refusal: Option<Refusal>,
) -> impl IntoView {
    let error = |field| error_of(refusal.as_ref(), field);
    let chosen: Vec<&str> = typed.all("profiles").collect();
    let choices = profiles
        .iter()
        .map(|profile| {
            let chosen = chosen.contains(&profile.code.as_str());
            Choice::new(profile.code.as_str(), profile.name.clone()).chosen_if(chosen)
        })
        .collect();
    view! {
        <PageHead title="New organization" under="You become its owner, and add colleagues later."/>
        <RefusalNote refusal=refusal.clone()/>
        <form method="post" action="/orgs/new" class="measure">
            <TextInput
                id="name" name="name" label="Organization name" value=typed.get("name").to_owned()
                autocomplete="organization" error=error("name")
            />
            <CheckboxGroup
                id="profiles" name="profiles" legend="What it is" choices
                hint="Everything that fits: it decides which criteria apply." error=error("profiles")
            />
            <Select
                id="size_band" name="size_band" label="Size" choices=sizes chosen=typed.get("size_band").to_owned()
                hint="Number of physicians" error=error("size_band")
            />
            <p class="row gap-above">
                <Button kind=ButtonKind::Main>"Create organization"</Button>
                <ButtonLink href="/" kind=ButtonKind::Plain>"Cancel"</ButtonLink>
            </p>
        </form>
    }
    .into_any()
}
