//! The overview of an organization: where it stands, what of it is proven, what stands in the way, what changed.

mod changes;
mod checks;
mod due;
mod incidents;
mod score;

use domain::check::Status;
use domain::framework::Profile;
use domain::scoring::{ConditionStanding, RungCondition};
use leptos::prelude::*;
use service::Permission;
use service::UnixMillis;
use service::assessment::{Assessed, Waiting};
use service::due::Due;
use service::finding::FindingsPage;
use service::integration::CheckRow;
use service::inventory::Exchanges;
use service::record::{Assessment, AuditEntry, Incident, Organization};
use service::review::Submission;
use service::timeline::Timeline;

use self::changes::changes_section;
use self::checks::checks_section;
use self::due::due_section;
use self::incidents::incidents_section;
use self::score::{domains_section, score_section};
use crate::charts::Ladder;
use crate::pages::integrations::exchange_section;
use crate::pages::review::at_risk_note;
use crate::ui::{
    Banner, ButtonKind, ButtonLink, Column, Day, Disclaimer, Empty, Note, PageHead, Section, Table,
    TableLook, Width, clock, date_of, day,
};
use crate::words::{self, Paths, assessment_state_word, live_since, plural, rung_name, size_words};

/// What the overview shows.
pub(crate) struct Overview {
    pub(crate) organization: Organization,
    /// All that the frameworks know, for their names.
    pub(crate) profiles: Vec<Profile>,
    /// Oldest first.
    pub(crate) assessments: Vec<Assessment>,
    /// The current assessment with its findings; `None` before the first.
    pub(crate) current: Option<FindingsPage>,
    /// Begun after the current one, and without an answer. Oldest first.
    pub(crate) waiting: Vec<Waiting>,
    /// Of the current assessment: what it stands for since it was submitted.
    pub(crate) submission: Option<Submission>,
    /// Of the current assessment: its live rung and the latest changes.
    pub(crate) timeline: Option<Timeline>,
    pub(crate) checks: Vec<CheckRow>,
    /// Open ones, latest first.
    pub(crate) incidents: Vec<Incident>,
    /// Newest first.
    pub(crate) changes: Vec<AuditEntry>,
    /// Soonest first.
    pub(crate) due: Vec<Due>,
    pub(crate) exchanges: Exchanges,
    pub(crate) may_start: bool,
    pub(crate) now: UnixMillis,
}

#[component]
pub(crate) fn OverviewPage(overview: Overview) -> impl IntoView {
    let Overview {
        organization,
        profiles,
        assessments,
        current,
        waiting,
        submission,
        timeline,
        checks,
        incidents,
        changes,
        due,
        exchanges,
        may_start,
        now,
    } = overview;
    let today = now.date();
    let at = format!("/orgs/{}", organization.slug);
    let assessed = current.as_ref().map(|page| &page.assessed);
    let kind: Vec<_> = profiles
        .iter()
        .filter(|profile| organization.profiles.contains(&profile.code))
        .map(|profile| profile.name.as_str())
        .collect();
    let mut under = vec![kind.join(", "), size_words(organization.size_band).to_owned()];
    under.extend(assessed.map(|assessed| {
        format!(
            "{} {} {}",
            assessed.bundle.assessment.title, assessed.framework.code, assessed.framework.version
        )
    }));
    let paths = assessed.map(|assessed| Paths::new(&organization.slug, assessed.bundle.assessment.id));
    let start = format!("{at}/assessments/new");
    let goes_on = assessed.is_some_and(|assessed| {
        assessed.may(Permission::Answer) && assessed.bundle.assessment.state.is_open()
    });
    let go_on = if goes_on { "Continue the assessment" } else { "Open the assessment" };
    let actions = match &paths {
        Some(paths) => view! {
            {may_start.then(|| view! { <ButtonLink href=start.clone() kind=ButtonKind::Plain>"Start assessment"</ButtonLink> })}
            <ButtonLink href=format!("{at}/trend") kind=ButtonKind::Plain>"Trend"</ButtonLink>
            <ButtonLink href=format!("{at}/peers") kind=ButtonKind::Plain>"Peers"</ButtonLink>
            <ButtonLink href=paths.report()>"Report"</ButtonLink>
            <ButtonLink href=paths.assessment() kind=ButtonKind::Main>{go_on}</ButtonLink>
        }
        .into_any(),
        None => may_start
            .then(|| view! { <ButtonLink href=start.clone() kind=ButtonKind::Main>"Start assessment"</ButtonLink> })
            .into_any(),
    };
    let standing = match (&current, &paths) {
        (Some(page), Some(paths)) => standing(page, timeline.as_ref(), paths),
        _ => first_run(&at, may_start),
    };
    let banner = assessed.zip(paths.as_ref()).and_then(|(assessed, paths)| banner(assessed, paths));
    let risk =
        submission.zip(paths.as_ref()).and_then(|(submission, paths)| at_risk_note(&submission, paths));
    let events = changes_section(&changes, current.as_ref(), &at, today);
    view! {
        <PageHead title=organization.name.clone() under=under.join(" · ")>{actions}</PageHead>
        {banner}
        {risk}
        {waiting_notes(&waiting, &at)}
        <div class="grid split">
            {standing}
            {incidents_section(&incidents, &at, now)}
            {checks_section(&checks, &at, today)}
            <div class="stack-wide">
                {events}
                {due_section(&due, paths.as_ref(), &at, today)}
            </div>
            {exchange_section(&organization.name, &exchanges)}
            {(assessments.len() > 1).then(|| assessments_section(&assessments, &at))}
        </div>
    }
    .into_any()
}

fn first_run(at: &str, may_start: bool) -> AnyView {
    let next = if may_start {
        "Start one: choose a framework, then answer domain by domain."
    } else {
        "An assessor, a consultant or an owner starts one."
    };
    let integrations = format!("{at}/integrations");
    view! {
        <Section id="standing" title="Where we stand" width=Width::Span>
            <Empty>
                <p class="lede">{format!("There is no assessment yet. {next}")}</p>
                <p class="row"><ButtonLink href=integrations>"List your integrations"</ButtonLink></p>
                <p class="small dim">"Checks on them tie themselves to the criteria that they can prove."</p>
            </Empty>
        </Section>
    }
    .into_any()
}

/// Assessments that nobody answered yet: the page is not about them.
fn waiting_notes(waiting: &[Waiting], at: &str) -> Vec<AnyView> {
    let note = |Waiting { assessment, due }: &Waiting| {
        let title = format!("{} waits for its first answer", assessment.title);
        let due = due.map_or_else(String::new, |due| format!("It is due {}. ", day(due)));
        let words = format!("{due}Until then this page is about the assessment before it. ");
        let href = format!("{at}/assessments/{}", assessment.id);
        view! {
            <div class="gap-above gap-below">
                <Note title><p>{words}<a href=href>"Open it"</a></p></Note>
            </div>
        }
        .into_any()
    };
    waiting.iter().map(note).collect()
}

fn standing(page: &FindingsPage, timeline: Option<&Timeline>, paths: &Paths) -> AnyView {
    let assessed = &page.assessed;
    let computed = assessed.computed_at.timestamp();
    let since = timeline.and_then(|timeline| timeline.live.as_ref()).and_then(live_since);
    let live = match since {
        Some(since) => format!("{since}, computed {}", clock(computed)),
        None => format!(
            "Live, computed {} at {}",
            day(date_of(assessed.computed_at.timestamp())),
            clock(computed)
        ),
    };
    let ladder = words::ladder(assessed, paths);
    let disclaimer = assessed.framework.disclaimer.clone();
    view! {
        <Section id="standing" title="Where we stand" aside=view! { <p>{live}</p> }>
            <Ladder id="ladder" ladder/>
            <Disclaimer words=disclaimer/>
        </Section>
        {score_section(page, paths)}
        {domains_section(assessed, paths)}
    }
    .into_any()
}

/// Only where contradicted gates are all that keeps the next rung away.
fn banner(assessed: &Assessed, paths: &Paths) -> Option<AnyView> {
    let totals = assessed.score.totals.as_ref()?;
    let next = assessed.score.ladder.iter().find(|rung| Some(&rung.code) == totals.next.as_ref())?;
    let mut contradicted = Vec::new();
    for (condition, standing) in &next.conditions {
        match (condition, standing) {
            (_, ConditionStanding::Met) => {}
            (RungCondition::Gate { criterion, .. }, ConditionStanding::Contradicted) => {
                contradicted.push(criterion.as_str());
            }
            _ => return None,
        }
    }
    if contradicted.is_empty() {
        return None;
    }
    let checks = plural(contradicted.len(), "contradicted answer");
    let verb = if contradicted.len() == 1 { "holds" } else { "hold" };
    let title = format!("{checks} {verb} the live rung at {}", totals.rung);
    let text = format!(
        "Everything else that {} {} asks is there. A failing check contradicts {}.",
        next.code,
        rung_name(&assessed.framework, &next.code),
        contradicted.join(" and "),
    );
    let action = view! { <ButtonLink href=paths.findings()>"Open the findings"</ButtonLink> };
    Some(view! { <Banner id="in-the-way" title text=text action=action.into_any()/> }.into_any())
}

fn assessments_section(assessments: &[Assessment], at: &str) -> AnyView {
    let columns = vec![
        Column::text("Title"),
        Column::text("Framework"),
        Column::text("State"),
        Column::number("Started"),
    ];
    let rows = assessments
        .iter()
        .rev()
        .map(|assessment| {
            view! {
                <tr>
                    <th scope="row">
                        <a href=format!("{at}/assessments/{}", assessment.id)>{assessment.title.clone()}</a>
                    </th>
                    <td>{format!("{} {}", assessment.framework_code, assessment.framework_version)}</td>
                    <td>{assessment_state_word(assessment.state)}</td>
                    <td class="num" data-label="Started"><Day date=date_of(assessment.created_at.timestamp())/></td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <Section id="assessments" title="Assessments" width=Width::Span>
            <Table caption="Assessments of the organization, newest first" columns look=TableLook::Fold>{rows}</Table>
        </Section>
    }
    .into_any()
}

/// The worse first: the order in which checks want to be looked at.
const fn urgency(status: Status) -> u8 {
    match status {
        Status::Fail => 0,
        Status::Warn => 1,
        Status::Unknown => 2,
        Status::Pass => 3,
    }
}
