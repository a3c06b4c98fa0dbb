//! The demonstration: a tour in four steps, the sandbox's switches, and what they do to the score.

use domain::check::Status;
use leptos::prelude::*;
use service::record::Organization;

use crate::sandbox::SandboxEndpoint;
use crate::ui::{
    Button, ButtonKind, ButtonLink, ButtonSize, Column, Disclaimer, Empty, PageHead, PostButton, Readout,
    ReadoutKind, Readouts, Section, Sign, StatusBadge, Table, TableLook, Tag, TagKind,
};
use crate::words::plural;

/// The demonstration's organization and how it stands.
pub(crate) struct Tour {
    pub(crate) organization: Organization,
    pub(crate) score: Option<TourScore>,
}

/// The latest assessment of the demonstration.
pub(crate) struct TourScore {
    pub(crate) findings: String,
    pub(crate) proven: String,
    pub(crate) claimed: String,
    /// `8.0`.
    pub(crate) rung: String,
    /// `Connected`.
    pub(crate) rung_name: String,
    /// The framework's.
    pub(crate) disclaimer: String,
    pub(crate) contradicted: Vec<Contradicted>,
}

/// An answer that a check contradicts.
pub(crate) struct Contradicted {
    pub(crate) criterion: String,
    pub(crate) href: String,
    /// `Claimed 3, counts 1`.
    pub(crate) words: String,
}

/// An endpoint with the demonstration's checks that look at it.
pub(crate) struct Switch {
    pub(crate) endpoint: SandboxEndpoint,
    pub(crate) checks: Vec<Watcher>,
    /// The reader may break and mend the endpoint, and run them.
    pub(crate) may_operate: bool,
}

/// A check that looks at an endpoint.
pub(crate) struct Watcher {
    pub(crate) href: String,
    pub(crate) title: String,
    pub(crate) status: Status,
}

/// `tour`: `None` before the demonstration is loaded.
#[component]
pub(crate) fn SandboxPage(
    #[prop(optional_no_strip)] tour: Option<Tour>,
    switches: Vec<Switch>,
) -> impl IntoView {
    let Some(tour) = tour else { return not_loaded(switches) };
    let at = format!("/orgs/{}", tour.organization.slug);
    let name = tour.organization.name.clone();
    let tag = view! { {name.clone()}" "<Tag kind=TagKind::Ghost>"Demonstration data"</Tag> };
    let findings =
        tour.score.as_ref().map_or_else(|| format!("{at}/findings"), |score| score.findings.clone());
    let steps = steps(&at, &findings);
    view! {
        <PageHead title="Demonstration" under=tag>
            <ButtonLink href=at.clone()>"Open the organization"</ButtonLink>
        </PageHead>
        <div class="stack-wide">
            <div class="grid split">
                {steps}
                {score_section(tour.score)}
            </div>
            {switches_section(switches, true)}
        </div>
    }
    .into_any()
}

fn not_loaded(switches: Vec<Switch>) -> AnyView {
    view! {
        <PageHead title="Demonstration"/>
        <Empty>
            <p class="lede">
                "A made-up hospital, a clinic network and a practice, with answers, integrations and health checks. The "
                "checks are real: they run against the endpoints below, which you can then break and mend to see an answer "
                "capped and cleared."
            </p>
            <form method="post" action="/demo/load">
                <Button kind=ButtonKind::Main>"Load the demonstration"</Button>
            </form>
            <p class="small dim">"They appear among your organizations, labelled as demonstration data."</p>
        </Empty>
        <div class="gap-far">{switches_section(switches, false)}</div>
    }
    .into_any()
}

fn steps(at: &str, findings: &str) -> AnyView {
    let integrations = format!("{at}/integrations");
    let findings = findings.to_owned();
    view! {
        <Section id="tour" title="The tour">
            <ol class="stack-tight measure">
                <li><strong>"1. Break "</strong>"an endpoint below, for example the TLS certificate."</li>
                <li>
                    <strong>"2. Run "</strong>
                    "its checks, or wait two minutes: they run by themselves. A first failure only warns, the second in a "
                    "row confirms it: the button runs the checks until their failure is confirmed."
                </li>
                <li>
                    <strong>"3. Look. "</strong>"Answers that the check contradicts are capped, and "
                    <a href=findings>"the findings"</a>" say what was expected and what was seen. "
                    <a href=integrations>"The integrations"</a>" show every run."
                </li>
                <li><strong>"4. Mend "</strong>"it and run again. The finding clears by itself and the answer counts in full."</li>
            </ol>
        </Section>
    }
    .into_any()
}

fn score_section(score: Option<TourScore>) -> AnyView {
    let content = match score {
        None => view! { <p>"There is no assessment to show."</p> }.into_any(),
        Some(score) => {
            let count = score.contradicted.len();
            let lines = score
                .contradicted
                .into_iter()
                .map(|line| view! { <li><a href=line.href>{line.criterion}</a>{format!(": {}", line.words)}</li> })
                .collect_view();
            let (status, words) = match count {
                0 => (Status::Pass, "No answer is contradicted".to_owned()),
                count => (Status::Fail, format!("{} contradicted", plural(count, "answer"))),
            };
            view! {
                <Readouts>
                    <Readout label="Proven" value=score.proven kind=ReadoutKind::Proven/>
                    <Readout label="Claimed" value=score.claimed kind=ReadoutKind::Claimed/>
                    <Readout label="Live rung" value=score.rung sub=score.rung_name/>
                </Readouts>
                <p class="gap-above"><StatusBadge status label=words/></p>
                <ul class="small gap-small">{lines}</ul>
                <Disclaimer words=score.disclaimer/>
            }
            .into_any()
        }
    };
    view! { <Section id="score" title="Where it stands now">{content}</Section> }.into_any()
}

fn switches_section(switches: Vec<Switch>, loaded: bool) -> AnyView {
    let mut columns = vec![Column::text("Endpoint"), Column::text("What it does")];
    if loaded {
        columns.push(Column::text("Checks that look at it"));
    }
    let operable = switches.iter().any(|switch| switch.may_operate);
    if operable {
        columns.push(Column::text("Switch"));
    }
    let rows = switches.into_iter().map(|switch| row(switch, loaded)).collect_view();
    view! {
        <Section id="sandbox" title="Endpoints" aside=view! { <p>"Real servers on this machine, for nobody else"</p> }>
            <Table caption="Endpoints of the sandbox" columns look=TableLook::Fold>{rows}</Table>
        </Section>
    }
    .into_any()
}

fn row(switch: Switch, loaded: bool) -> AnyView {
    let Switch { endpoint, checks, may_operate } = switch;
    let at = format!("/demo/{}", endpoint.id);
    let (deed, value, kind) =
        if endpoint.broken { ("Mend", "no", ButtonKind::Main) } else { ("Break", "yes", ButtonKind::Stop) };
    let state = if endpoint.broken {
        view! { <Tag kind=TagKind::Fail>"Broken"</Tag> }.into_any()
    } else {
        view! { <Tag>"Works"</Tag> }.into_any()
    };
    let runnable = may_operate && !checks.is_empty();
    let watchers = checks
        .into_iter()
        .map(|check| view! { <li class="row"><a href=check.href>{check.title}</a><StatusBadge status=check.status/></li> })
        .collect_view();
    let watchers = loaded.then(|| view! { <td class="wide"><ul class="stack-tight">{watchers}</ul></td> });
    let whose = format!(" ({})", endpoint.name);
    let run = runnable.then(|| {
        view! {
            <PostButton action=format!("{at}/run") size=ButtonSize::Small sign=Sign::Run>
                "Run its checks now"<span class="vh">{whose}</span>
            </PostButton>
        }
    });
    let fields = vec![("broken".to_owned(), value.to_owned())];
    let switch = may_operate.then(|| {
        view! {
            <td class="wide">
                <div class="row">
                    <PostButton action=at fields kind size=ButtonSize::Small>{format!("{deed} {}", endpoint.name)}</PostButton>
                    {run}
                </div>
            </td>
        }
    });
    view! {
        <tr id=endpoint.id>
            <th scope="row">{endpoint.name.clone()}" "{state}<span class="sub mono">{endpoint.address}</span></th>
            <td class="wide">{endpoint.what}</td>
            {watchers}
            {switch}
        </tr>
    }
    .into_any()
}
