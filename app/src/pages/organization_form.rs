//! The form that says what an organization is: for a new one, and for one that changes.

use domain::framework::Profile;
use leptos::prelude::*;

use super::parts::{RefusalNote, error_of};
use crate::ui::{Button, ButtonKind, ButtonLink, CheckboxGroup, Choice, PageHead, Select, TextInput};
use crate::web::{Fields, Refusal};

/// What can be chosen: every profile that a framework knows, and sizes as (value, words).
pub(crate) struct Offer {
    pub(crate) profiles: Vec<Profile>,
    pub(crate) sizes: Vec<(String, String)>,
}

#[component]
pub(crate) fn OrganizationNewPage(
    offer: Offer,
    typed: Fields,
    #[prop(optional_no_strip)] refusal: Option<Refusal>,
) -> impl IntoView {
    let fields = fields(offer, &typed, refusal.as_ref());
    view! {
        <PageHead title="New organization" under="You become its owner, and add colleagues later."/>
        <RefusalNote refusal/>
        <form method="post" action="/orgs/new" class="measure">
            {fields}
            <p class="row gap-above">
                <Button kind=ButtonKind::Main>"Create organization"</Button>
                <ButtonLink href="/" kind=ButtonKind::Plain>"Cancel"</ButtonLink>
            </p>
        </form>
    }
    .into_any()
}

#[component]
pub(crate) fn OrganizationEditPage(
    slug: String,
    offer: Offer,
    typed: Fields,
    #[prop(optional_no_strip)] refusal: Option<Refusal>,
) -> impl IntoView {
    let fields = fields(offer, &typed, refusal.as_ref());
    view! {
        <PageHead
            title="Edit the organization"
            under="Other profiles ask other questions: what is answered stays, and counts where it is asked. The address of its pages stays."
        />
        <RefusalNote refusal/>
        <form method="post" action=format!("/orgs/{slug}/edit") class="measure">
            {fields}
            <p class="row gap-above">
                <Button kind=ButtonKind::Main>"Save the organization"</Button>
                <ButtonLink href=format!("/orgs/{slug}/members") kind=ButtonKind::Plain>"Cancel"</ButtonLink>
            </p>
        </form>
    }
    .into_any()
}

fn fields(Offer { profiles, sizes }: Offer, typed: &Fields, refusal: Option<&Refusal>) -> AnyView {
    let error = |field| error_of(refusal, field);
    let chosen: Vec<&str> = typed.all("profiles").collect();
    let choices = profiles
        .iter()
        .map(|profile| {
            let chosen = chosen.contains(&profile.code.as_str());
            Choice::new(profile.code.as_str(), profile.name.clone()).chosen_if(chosen)
        })
        .collect();
    view! {
        <TextInput
            id="name" name="name" label="Organization name" value=typed.get("name").to_owned()
            autocomplete="organization" error=error("name")
        />
        <CheckboxGroup
            id="profiles" name="profiles" legend="What it is" choices
            hint="Everything that fits: it decides which criteria apply" error=error("profiles")
        />
        <Select
            id="size_band" name="size_band" label="Size" choices=sizes chosen=typed.get("size_band").to_owned()
            hint="Number of physicians" error=error("size_band")
        />
    }
    .into_any()
}
