//! Campaigns: the list with the form for a new one, and the progress of one.

mod progress;

use jiff::civil::Date;
use leptos::prelude::*;
use service::record::{CampaignFigures, FrameworkEntry, Organization};

pub(crate) use progress::{CampaignSheet, campaign_page};

use super::parts::{RefusalNote, error_of};
use crate::ui::{
    Button, ButtonKind, ButtonLink, CheckboxGroup, Choice, Column, Day, Empty, InputLook, PageHead, Section,
    Select, Table, TableLook, TextInput,
};
use crate::web::{Fields, Refusal};
use crate::words::plural;

/// What the list and its form show.
pub(crate) struct CampaignsSheet {
    pub(crate) campaigns: Vec<CampaignFigures>,
    pub(crate) frameworks: Vec<FrameworkEntry>,
    /// Those in which the reader may start an assessment.
    pub(crate) organizations: Vec<Organization>,
    pub(crate) today: Date,
    pub(crate) typed: Fields,
    pub(crate) refusal: Option<Refusal>,
}

/// The page's content.
pub(crate) fn campaigns_page(sheet: &CampaignsSheet) -> AnyView {
    let (list, form) = (list(sheet), form(sheet));
    view! {
        <PageHead title="Campaigns" under="The same framework for many organizations until a day. Only you see yours.">
            <ButtonLink href="/portfolio">"Portfolio"</ButtonLink>
        </PageHead>
        <RefusalNote refusal=sheet.refusal.clone()/>
        <div class="stack-wide">
            <Section id="campaigns" title="Your campaigns">{list}</Section>
            <Section id="new" title="Start a campaign">{form}</Section>
        </div>
    }
    .into_any()
}

fn list(sheet: &CampaignsSheet) -> AnyView {
    if sheet.campaigns.is_empty() {
        return view! { <Empty><p>"No campaign yet."</p></Empty> }.into_any();
    }
    let columns = vec![
        Column::text("Title"),
        Column::text("Framework"),
        Column::number("Due"),
        Column::number("Handed in"),
    ];
    let rows = sheet.campaigns.iter().map(|figures| {
        let campaign = &figures.campaign;
        let late = campaign.due < sheet.today && figures.handed_in < figures.organizations;
        let late = late.then(|| view! { <span class="sub warn-text">"past its day"</span> });
        view! {
            <tr>
                <th scope="row"><a href=format!("/portfolio/campaigns/{}", campaign.id)>{campaign.title.clone()}</a></th>
                <td>{format!("{} {}", campaign.framework_code, campaign.framework_version)}</td>
                <td class="num" data-label="Due"><Day date=campaign.due/>{late}</td>
                <td class="num" data-label="Handed in">
                    {format!("{} of {}", figures.handed_in, figures.organizations)}
                </td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! { <Table caption="Campaigns, the latest due first" columns=columns look=TableLook::Fold>{rows}</Table> }
        .into_any()
}

fn form(sheet: &CampaignsSheet) -> AnyView {
    if sheet.organizations.is_empty() {
        return view! {
            <Empty><p>"There is no organization in which you may start an assessment: owners, assessors and consultants do."</p></Empty>
        }
        .into_any();
    }
    let error = |field| error_of(sheet.refusal.as_ref(), field);
    let frameworks = sheet.frameworks.iter().map(|entry| {
        let value = format!("{} {}", entry.code, entry.version);
        (value, format!("{} {}", entry.title, entry.version))
    });
    let organizations = choices(&sheet.organizations, &sheet.typed);
    let count = plural(sheet.organizations.len(), "organization");
    view! {
        <form method="post" action="/portfolio/campaigns" class="measure" novalidate=true>
            <TextInput
                id="title" name="title" label="Title" value=sheet.typed.get("title").to_owned()
                hint="Every assessment that it starts has this title, too" error=error("title")
            />
            <Select
                id="framework" name="framework" label="Framework" choices=frameworks.collect()
                chosen=sheet.typed.get("framework").to_owned() error=error("framework")
            />
            <TextInput
                id="due" name="due" label="Due" kind="date" look=InputLook::Short
                value=sheet.typed.get("due").to_owned() hint="The day by which each is to be submitted" error=error("due")
            />
            <CheckboxGroup
                id="organizations" name="organizations" legend="Organizations" choices=organizations
                hint=format!("{count} in which you may start an assessment") error=error("organizations")
            />
            <p class="row gap-above"><Button kind=ButtonKind::Main>"Start the campaign"</Button></p>
        </form>
    }
    .into_any()
}

/// Organizations to tick, as they were ticked before.
pub(super) fn choices(organizations: &[Organization], typed: &Fields) -> Vec<Choice> {
    let chosen = |id: &str| typed.all("organizations").any(|chosen| chosen == id);
    let choices = organizations.iter().map(|one| {
        let id = one.id.to_string();
        let ticked = chosen(&id);
        Choice::new(id, one.name.clone()).chosen_if(ticked)
    });
    choices.collect()
}
