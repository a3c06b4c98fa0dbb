//! The page of one health check: how it stands, what that does to answers, what it saw, its history.

mod attest;
mod declared;
mod effects;
mod feed;
pub(crate) mod incidents;
mod latency;
mod reports;
mod runs;
mod seen;
mod status;
mod uptime;

use domain::check::{Group, ParameterType};
use leptos::prelude::*;
use service::UnixMillis;
use service::assessment::Assessed;
use service::check::{BoundTo, CheckPage, FeedPage, FeedToken};
use service::incident::CheckIncidents;
use service::record::Override;

use self::attest::attest_section;
use self::declared::declared_section;
use self::effects::effects_section;
use self::feed::{feed_section, made_note};
use self::incidents::incidents_section;
use self::latency::{expiry_section, latency_section};
use self::reports::reports_section;
pub(crate) use self::runs::{Earlier, RunsPage};
use self::runs::{days_section, runs_section};
use self::seen::{conditions_section, observations_section};
use self::status::status_section;
pub(crate) use self::uptime::Asked;
use self::uptime::uptime_section;
use super::check_form::{every, in_words};
use super::integration::target_of;
use super::integrations::{joined, serves_words};
use super::parts::RefusalNote;
use crate::ui::{
    ButtonKind, ButtonLink, Fact, KeyValue, PageHead, PostButton, Section, Sign, Tag, TagKind, whole_codes,
};
use crate::web::{Fields, Refusal};

/// What the page shows.
pub(crate) struct CheckShown {
    pub(crate) page: CheckPage,
    /// The organization's current assessment with each framework that asks for this kind.
    pub(crate) assessed: Vec<Assessed>,
    /// As they may be shown: a secret only as set.
    pub(crate) parameters: Vec<(String, String)>,
    /// May run, edit and remove it.
    pub(crate) may_operate: bool,
    /// May tie and untie it by hand.
    pub(crate) may_tie: bool,
    /// May set its thresholds and put alerts off.
    pub(crate) may_alert: bool,
    pub(crate) incidents: CheckIncidents,
    /// Signed against its failures, the latest first.
    pub(crate) overrides: Vec<Override>,
    /// Of a check that waits for reports.
    pub(crate) feed: Option<FeedPage>,
    pub(crate) asked: Option<Asked>,
    /// A token made just now, shown this once.
    pub(crate) made: Option<FeedToken>,
    pub(crate) now: UnixMillis,
}

impl CheckShown {
    fn at(&self) -> String {
        format!("/orgs/{}/checks/{}", self.page.organization.slug, self.page.check.id)
    }

    fn assessed_with(&self, bound: &BoundTo) -> Option<&Assessed> {
        self.assessed.iter().find(|assessed| assessed.bundle.assessment.framework == bound.framework)
    }

    /// Whether the organization is assessed against a binding; before the first assessment all count.
    fn concerns(&self, bound: &BoundTo) -> bool {
        self.assessed.is_empty() || self.assessed_with(bound).is_some()
    }

    /// The bindings that its runs are judged by.
    fn tied(&self) -> impl Iterator<Item = &BoundTo> {
        self.page.bindings.iter().filter(|bound| bound.tied && self.concerns(bound))
    }
}

/// `typed` and `refusal` belong to the form that ties by hand.
#[component]
pub(crate) fn CheckView(
    check: CheckShown,
    typed: Fields,
    #[prop(optional_no_strip)] refusal: Option<Refusal>,
) -> impl IntoView {
    let head = head(&check);
    let made = check.made.as_ref().map(|made| made_note(&check.page.kind, made));
    let sections = view! {
        {status_section(&check)}
        {effects_section(&check, &typed, refusal.as_ref())}
        {feed_section(&check, &typed, refusal.as_ref())}
        {reports_section(&check)}
        {attest_section(&check, &typed, refusal.as_ref())}
        {incidents_section(&check, &typed, refusal.as_ref())}
        {days_section(&check)}
        {conditions_section(&check)}
        {observations_section(&check)}
        {latency_section(&check)}
        {uptime_section(&check)}
        {runs_section(&check)}
        {expiry_section(&check)}
        {declared_section(&check)}
        {setup_section(&check)}
    };
    view! {
        {head}
        <RefusalNote refusal/>
        {made}
        <div class="grid split">{sections}</div>
    }
    .into_any()
}

fn head(check: &CheckShown) -> AnyView {
    let CheckPage { organization, integration, check: record, kind, .. } = &check.page;
    let details = &integration.details;
    let about = joined(&[&details.environment, &format!("serves {}", serves_words(details))]);
    let over = view! {
        <a href=format!("/orgs/{}/integrations/{}", organization.slug, integration.id)>{details.name.clone()}</a>
        {format!(" · {about}")}
    };
    let target = target_of(Some(kind), &check.parameters);
    let paused = (!record.enabled).then(|| view! { " "<Tag kind=TagKind::Ghost>"Paused"</Tag> });
    let under = view! { <span class="mono">{joined(&[kind.code.as_str(), &target])}</span>{paused} };
    let at = check.at();
    let buttons = check.may_operate.then(|| {
        view! {
            <ButtonLink href=format!("{at}/edit")>"Edit"</ButtonLink>
            {run_button(check)}
        }
    });
    view! { <PageHead title=kind.title.clone() over=over under=under>{buttons}</PageHead> }.into_any()
}

/// What brings a new result: a run, or for what is computed from files their reconciliation.
fn run_button(check: &CheckShown) -> AnyView {
    let at = check.at();
    if check.page.kind.group == Group::Reconciliation {
        let href = format!("{at}/reconcile");
        view! { <ButtonLink href=href kind=ButtonKind::Main>"Reconcile files"</ButtonLink> }.into_any()
    } else {
        view! {
            <PostButton action=format!("{at}/run") kind=ButtonKind::Main sign=Sign::Run>"Run now"</PostButton>
        }
        .into_any()
    }
}

/// How it is set up.
fn setup_section(check: &CheckShown) -> AnyView {
    let CheckPage { check: record, kind, .. } = &check.page;
    let schedule = if record.enabled {
        every(record.interval_seconds)
    } else {
        format!("paused; {} when it runs", every(record.interval_seconds))
    };
    let mut facts = vec![Fact::new("Schedule", schedule)];
    facts.extend(check.parameters.iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| {
        if kind.parameter(name).is_some_and(|spec| spec.kind == ParameterType::Boolean) {
            return Fact::new(in_words(name), if value == "true" { "yes" } else { "no" });
        }
        let lines = value.lines().count();
        let shown = if lines > 3 { format!("{lines} lines") } else { value.replace('\n', ", ") };
        Fact::new(in_words(name), view! { <span class="mono">{shown}</span> })
    }));
    facts.push(Fact::new("How", whole_codes(&kind.method)));
    facts.push(Fact::new("Passes when", whole_codes(&kind.pass)));
    facts.push(Fact::new("Fails when", whole_codes(&kind.fail)));
    let failures = match kind.fail_after {
        1 => "the first failure contradicts an answer".to_owned(),
        count => format!("{count} failures in a row contradict an answer"),
    };
    let fresh = format!("{failures}; a result counts for {}", lasting(i64::from(kind.freshness)));
    facts.push(Fact::new("Counts", fresh));
    let links = check.may_operate.then(|| {
        let at = check.at();
        view! {
            <p class="row gap-above no-print">
                <a href=format!("{at}/edit")>"Edit or pause"</a>
                <a href=format!("{at}/remove")>"Remove"</a>
            </p>
        }
    });
    view! {
        <Section id="setup" title="How it is set up"><KeyValue facts/>{links}</Section>
    }
    .into_any()
}

/// `3 days`, from the words of an interval.
fn lasting(seconds: i64) -> String {
    let every = every(seconds);
    let span = every.strip_prefix("every ").unwrap_or(&every);
    if span.starts_with(|letter: char| letter.is_ascii_digit()) {
        span.to_owned()
    } else {
        format!("1 {span}")
    }
}
