//! Peers: the organization's submitted result among those of its like, as box plots with a table, and its owner's decision
//! to take part.

use domain::benchmark::{LEAST_OTHERS, Measure, Summary};
use domain::framework::Profile;
use domain::scoring::display;
use leptos::prelude::*;
use service::Permission;
use service::benchmark::{Benchmark, GroupView, Shown};
use service::record::PeerGroup;

use crate::charts::{BoxNumbers, BoxPlot};
use crate::pages::parts::RefusalNote;
use crate::ui::{
    Button, ButtonKind, Column, Day, Drawer, Empty, Note, PageHead, PostButton, Section, Select, Table,
    TableLook, date_of, day,
};
use crate::web::Refusal;
use crate::words::{plural, reading, size_words};

/// What the page shows.
pub(crate) struct BenchmarkSheet {
    pub(crate) benchmark: Benchmark,
    pub(crate) at: String,
    pub(crate) refusal: Option<Refusal>,
}

impl BenchmarkSheet {
    fn profile_name<'a>(&'a self, group: &'a PeerGroup) -> &'a str {
        let named = |profile: &&Profile| profile.code == group.profile;
        let profiles = self.benchmark.framework.profiles.iter();
        profiles.filter(named).map(|profile| profile.name.as_str()).next().unwrap_or(group.profile.as_str())
    }
}

/// The page's content.
pub(crate) fn benchmark_page(sheet: &BenchmarkSheet) -> AnyView {
    let benchmark = &sheet.benchmark;
    let framework = &benchmark.framework;
    let under = match &benchmark.own {
        Some(own) => format!(
            "{} {}, your result of {}",
            framework.title,
            framework.version,
            day(date_of(own.submitted_at.timestamp()))
        ),
        None => format!("{} {}, nothing submitted yet", framework.title, framework.version),
    };
    let (choose, groups, decision) = (choose(sheet), groups(sheet), decision(sheet));
    view! {
        <PageHead title="Peers" under=under/>
        <RefusalNote refusal=sheet.refusal.clone()/>
        <div class="stack-wide">
            {choose}
            {groups}
            {decision}
        </div>
    }
    .into_any()
}

/// Another version, where the organization has submitted by several.
fn choose(sheet: &BenchmarkSheet) -> Option<AnyView> {
    let versions = &sheet.benchmark.versions;
    if versions.len() < 2 {
        return None;
    }
    let name = |code: &str, version: &str| format!("{code} {version}");
    let choices = versions.iter().map(|entry| {
        (name(entry.code.as_str(), &entry.version), format!("{} {}", entry.title, entry.version))
    });
    let framework = &sheet.benchmark.framework;
    let chosen = name(framework.code.as_str(), &framework.version);
    Some(
        view! {
            <form class="filters no-print" method="get" action=sheet.at.clone()>
                <Select id="framework" name="framework" label="Framework" choices=choices.collect() chosen=chosen/>
                <Button>"Show"</Button>
            </form>
        }
        .into_any(),
    )
}

fn groups(sheet: &BenchmarkSheet) -> AnyView {
    let benchmark = &sheet.benchmark;
    if benchmark.groups.is_empty() {
        let words = if benchmark.member.is_none() {
            "This organization does not take part."
        } else {
            "Peers are compared by what they submitted. Submit an assessment to be among them."
        };
        return view! { <Empty><p class="lede">{words}</p></Empty> }.into_any();
    }
    let groups: Vec<_> = benchmark.groups.iter().enumerate().map(|(n, view)| group(sheet, n, view)).collect();
    view! { <div class="stack-wide">{groups}</div> }.into_any()
}

fn group(sheet: &BenchmarkSheet, number: usize, view: &GroupView) -> AnyView {
    let profile = sheet.profile_name(&view.group);
    let title = match view.group.size_band {
        Some(size) => format!("{profile}, {}", size_words(size)),
        None => format!("{profile}, of any size"),
    };
    let id = format!("group-{number}");
    match &view.shown {
        Some(shown) => {
            let aside = format!(
                "{}, yours included; as of {}",
                plural(shown.organizations, "organization"),
                day(date_of(shown.made_at.timestamp()))
            );
            let table = table(sheet, &id, &title, shown);
            view! { <Section id=id title=title aside=view! { <p>{aside}</p> }>{table}</Section> }.into_any()
        }
        None => view! {
            <Section id=id title=title>
                <Note title="Nothing is shown of this group">
                    <p>
                        {format!("It takes at least {LEAST_OTHERS} organizations beside those that you belong to, in the group itself and in every difference to what was shown of it before or is shown of another group. Otherwise the figures would tell of one of them.")}
                    </p>
                </Note>
            </Section>
        }
        .into_any(),
    }
}

fn table(sheet: &BenchmarkSheet, id: &str, title: &str, shown: &Shown) -> AnyView {
    let columns = vec![
        Column::text("Score"),
        Column::text("0 to 100"),
        Column::number("Yours"),
        Column::number("Least"),
        Column::number("1st quartile"),
        Column::number("Median"),
        Column::number("3rd quartile"),
        Column::number("Most"),
        Column::number("n"),
    ];
    let domains = sheet.benchmark.framework.domains.iter();
    let domains = domains
        .map(|domain| (Measure::Domain(domain.code.clone()), domain.code.to_string(), domain.title.clone()));
    let overall = (Measure::Overall, "Overall".to_owned(), String::new());
    let rows: Vec<_> = std::iter::once(overall)
        .chain(domains)
        .enumerate()
        .map(|(place, (measure, code, name))| {
            let summary = shown.figures.get(&measure);
            row(sheet, format!("{id}-{place}"), &measure, code, name, summary)
        })
        .collect();
    let caption = format!("{title}: how submitted results are spread");
    view! {
        <Table caption=caption columns=columns look=TableLook::Bars>{rows}</Table>
        <ul class="legend gap-above">
            <li><span class="key key-open"></span>"the middle half, from least to most by a line"</li>
            <li><span class="key-tick"></span>"median"</li>
            <li><span class="key key-proven"></span>"yours, as submitted"</li>
        </ul>
    }
    .into_any()
}

fn row(
    sheet: &BenchmarkSheet,
    id: String,
    measure: &Measure,
    code: String,
    name: String,
    summary: Option<&Summary>,
) -> AnyView {
    let own = sheet.benchmark.own.as_ref().and_then(|own| own.values.get(measure));
    let yours = own.map_or_else(|| "–".to_owned(), display);
    let head = view! { <th scope="row"><span class="code">{code.clone()}</span>" "<span class="sub">{name}</span></th> };
    let Some(summary) = summary else {
        return view! {
            <tr>
                {head}
                <td class="bar-cell dim">"Nothing is shown: too few are scored in it"</td>
                <td class="num strong" data-label="Yours">{yours}</td>
                <td class="num" data-label="Least">"–"</td>
                <td class="num" data-label="1st quartile">"–"</td>
                <td class="num" data-label="Median">"–"</td>
                <td class="num" data-label="3rd quartile">"–"</td>
                <td class="num" data-label="Most">"–"</td>
                <td class="num" data-label="n">"–"</td>
            </tr>
        }
        .into_any();
    };
    let [least, first, median, third, most] = summary.numbers();
    let numbers = BoxNumbers {
        least: reading(least),
        first_quartile: reading(first),
        median: reading(median),
        third_quartile: reading(third),
        most: reading(most),
    };
    let what = format!("{code}, {}", plural(summary.count, "organization"));
    let own = own.map(reading);
    view! {
        <tr>
            {head}
            <td class="bar-cell"><BoxPlot id=id what=what numbers=numbers own=own/></td>
            <td class="num strong" data-label="Yours">{yours}</td>
            <td class="num" data-label="Least">{display(least)}</td>
            <td class="num" data-label="1st quartile">{display(first)}</td>
            <td class="num" data-label="Median">{display(median)}</td>
            <td class="num" data-label="3rd quartile">{display(third)}</td>
            <td class="num" data-label="Most">{display(most)}</td>
            <td class="num" data-label="n">{summary.count.to_string()}</td>
        </tr>
    }
    .into_any()
}

/// Who decided what, what it means, and the owner's button.
fn decision(sheet: &BenchmarkSheet) -> AnyView {
    let benchmark = &sheet.benchmark;
    // That it takes no part stands on top of the page.
    let state = benchmark.member.as_ref().map(|member| {
        let who = member.decided_by_name.clone();
        view! { <p>"This organization takes part since "<Day date=date_of(member.since.timestamp())/>{format!(", decided by {who}.")}</p> }
    });
    let owns = Permission::Own.allows(benchmark.role);
    let button = match (benchmark.organization.demo, owns, benchmark.member.is_some()) {
        (true, ..) => {
            view! { <p class="dim">"This is a demonstration: its made-up figures are nobody's peers."</p> }.into_any()
        }
        (false, false, _) => view! { <p class="dim">"An owner of the organization decides."</p> }.into_any(),
        (false, true, false) => view! {
            <PostButton action=format!("{}/join", sheet.at) kind=ButtonKind::Main>"Take part"</PostButton>
        }
        .into_any(),
        (false, true, true) => view! {
            <PostButton action=format!("{}/leave", sheet.at) kind=ButtonKind::Stop>"Take part no longer"</PostButton>
        }
        .into_any(),
    };
    view! {
        <Section id="decision" title="Taking part">
            {state}
            <p class="measure gap-small">
                "Who takes part contributes the latest submitted or signed result by each framework version, and sees how those of its own profiles and size are spread. Names are never shown. Who does not take part contributes nothing and sees nothing."
            </p>
            <div class="gap-small">{button}</div>
            <div class="gap-small">
                <Drawer summary="How organizations are kept from being told apart">
                    <div class="stack-tight measure small">
                        <p>{format!("A group is shown only where at least {LEAST_OTHERS} organizations are in it beside those that you belong to. The same holds for everything that could be worked out from groups together: one group without another, a group today and before somebody joined, left or submitted again. All readers of a group see the same figures.")}</p>
                        <p>"So figures change only when the results of several organizations have: they are as of the day that is named. When an organization takes part no longer, the figures that it is in are withdrawn."</p>
                        <p>"Quartiles are those of definition 7 of Hyndman and Fan, Sample Quantiles in Statistical Packages, The American Statistician 50 (1996), 361–365: the ones of R, NumPy and spreadsheets."</p>
                    </div>
                </Drawer>
            </div>
        </Section>
    }
    .into_any()
}
