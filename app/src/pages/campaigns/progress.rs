//! How far the organizations of a campaign are.

use domain::check::Status;
use domain::scoring::display;
use leptos::prelude::*;
use service::campaign::{CampaignLine, CampaignPage, StartedIn};

use super::choices;
use crate::pages::parts::{RefusalNote, error_of};
use crate::ui::{
    Button, ButtonKind, ButtonLink, CheckboxGroup, Column, Disclaimer, Drawer, Empty, InputLook, Note,
    PageHead, PostButton, Readout, ReadoutRow, Readouts, Section, Table, TableLook, TextInput, day,
};
use crate::web::{Fields, Refusal};
use crate::words::{Paths, assessment_state_word, plural, rung_name};

/// What the page shows.
pub(crate) struct CampaignSheet {
    pub(crate) page: CampaignPage,
    /// What came of starting assessments, where some could not be.
    pub(crate) started: Option<StartedIn>,
    pub(crate) typed: Fields,
    pub(crate) refusal: Option<Refusal>,
}

/// The page's content.
pub(crate) fn campaign_page(sheet: &CampaignSheet) -> AnyView {
    let page = &sheet.page;
    let campaign = &page.campaign;
    let under =
        format!("{} {}, due {}", campaign.framework_code, campaign.framework_version, day(campaign.due));
    let (figures, table, more, change) = (figures(page), table(page), more(sheet), change(sheet));
    let disclaimer = page.framework.disclaimer.clone();
    view! {
        <PageHead title=campaign.title.clone() under=under>
            <ButtonLink href="/portfolio/campaigns">"All campaigns"</ButtonLink>
        </PageHead>
        {sheet.started.as_ref().map(outcome)}
        <RefusalNote refusal=sheet.refusal.clone()/>
        {figures}
        <div class="stack-wide">
            <Section id="progress" title="Progress">
                {table}
                <Disclaimer words=disclaimer/>
            </Section>
            {more}
            {change}
        </div>
    }
    .into_any()
}

fn outcome(started: &StartedIn) -> AnyView {
    let refused = started.refused.iter().map(|(organization, why)| {
        view! { <li><strong>{organization.clone()}</strong>": "{why.clone()}</li> }
    });
    let refused = refused.collect_view();
    let title = format!(
        "Started in {}; not in {}",
        plural(started.done, "organization"),
        plural(started.refused.len(), "organization")
    );
    view! {
        <div class="gap-below">
            <Note status=Status::Warn title=title alert=true><ul class="lines">{refused}</ul></Note>
        </div>
    }
    .into_any()
}

fn figures(page: &CampaignPage) -> AnyView {
    let count = |keep: fn(&CampaignLine) -> bool| page.lines.iter().filter(|line| keep(line)).count();
    let all = page.lines.len();
    let of = format!("of {all}");
    let handed_in = count(|line| !line.state.is_open()).to_string();
    let (not_begun, overdue) = (count(not_begun).to_string(), count(|line| line.overdue).to_string());
    view! {
        <Readouts row=ReadoutRow::Row>
            <Readout label="Handed in" value=handed_in of=of.clone()/>
            <Readout label="Not begun" value=not_begun of=of.clone()/>
            <Readout label="Overdue" value=overdue of=of/>
        </Readouts>
    }
    .into_any()
}

fn not_begun(line: &CampaignLine) -> bool {
    line.completeness.as_ref().is_none_or(|part| *part.numer() == 0)
}

fn table(page: &CampaignPage) -> AnyView {
    let hidden = (page.out_of_sight > 0).then(|| {
        let words =
            format!("{} that you do not belong to any more", plural(page.out_of_sight, "organization"));
        view! { <p class="small dim gap-small">{words}</p> }
    });
    if page.lines.is_empty() {
        return view! { <Empty><p>"No organization of this campaign is yours to see."</p></Empty>{hidden} }
            .into_any();
    }
    let columns = vec![
        Column::text("Organization"),
        Column::text("State"),
        Column::number("Answered"),
        Column::text("Rung"),
        Column::number("Overall"),
        Column::text("Due"),
    ];
    let rows = page.lines.iter().map(|line| row(page, line)).collect_view();
    view! {
        <Table caption="Organizations of the campaign by name" columns=columns look=TableLook::Fold>{rows}</Table>
        {hidden}
    }
    .into_any()
}

fn row(page: &CampaignPage, line: &CampaignLine) -> AnyView {
    let organization = &line.organization;
    let href = Paths::new(&organization.slug, line.assessment).assessment().to_owned();
    let sample = organization.demo.then(|| view! { <span class="sub">"demonstration"</span> });
    let answered =
        line.completeness.as_ref().map_or_else(|| "–".to_owned(), |part| format!("{}%", display(part)));
    let rung = match &line.rung {
        Some(rung) => format!("{rung} {}", rung_name(&page.framework, rung)),
        None => "Unrated".to_owned(),
    };
    let overall = line.overall.as_ref().map_or_else(|| "–".to_owned(), display);
    let due = if line.overdue {
        let days = plural(usize::try_from((page.today - page.campaign.due).get_days()).unwrap_or(0), "day");
        view! { <span class="warn-text strong">{format!("Overdue by {days}")}</span> }.into_any()
    } else if line.state.is_open() {
        "Open".into_any()
    } else {
        "Handed in".into_any()
    };
    view! {
        <tr>
            <th scope="row"><a href=href>{organization.name.clone()}</a>{sample}</th>
            <td>{assessment_state_word(line.state)}</td>
            <td class="num" data-label="Answered">{answered}</td>
            <td>{rung}</td>
            <td class="num" data-label="Overall">{overall}</td>
            <td>{due}</td>
        </tr>
    }
    .into_any()
}

/// Nothing where every organization takes part.
fn more(sheet: &CampaignSheet) -> Option<AnyView> {
    let page = &sheet.page;
    if page.others.is_empty() {
        return None;
    }
    let action = format!("/portfolio/campaigns/{}/organizations", page.campaign.id);
    let error = error_of(sheet.refusal.as_ref(), "organizations");
    let (open, choices) = (error.is_some(), choices(&page.others, &sheet.typed));
    Some(
        view! {
            <Drawer summary="Add organizations" open=open>
                <form method="post" action=action>
                    <CheckboxGroup
                        id="organizations" name="organizations" legend="Organizations"
                        choices=choices error=error
                    />
                    <p class="row gap-small"><Button>"Start there, too"</Button></p>
                </form>
            </Drawer>
        }
        .into_any(),
    )
}

fn change(sheet: &CampaignSheet) -> AnyView {
    let campaign = &sheet.page.campaign;
    let at = format!("/portfolio/campaigns/{}", campaign.id);
    let typed = |name: &str, kept: String| {
        if sheet.typed.has(name) { sheet.typed.get(name).to_owned() } else { kept }
    };
    let error = |field| error_of(sheet.refusal.as_ref(), field);
    let (title, due) = (typed("title", campaign.title.clone()), typed("due", campaign.due.to_string()));
    let (wrong_title, wrong_due) = (error("title"), error("due"));
    let open = wrong_title.is_some() || wrong_due.is_some();
    view! {
        <Drawer summary="Change or end the campaign" open=open>
            <form method="post" action=at.clone() class="measure" novalidate=true>
                <TextInput id="title" name="title" label="Title" value=title error=wrong_title/>
                <TextInput
                    id="due" name="due" label="Due" kind="date" look=InputLook::Short value=due error=wrong_due
                />
                <p class="row gap-small"><Button>"Save"</Button></p>
            </form>
            <p class="gap-above small">"Ending it takes away this page and nothing else: the assessments stay."</p>
            <PostButton action=format!("{at}/remove") kind=ButtonKind::Stop>"End the campaign"</PostButton>
        </Drawer>
    }
    .into_any()
}
