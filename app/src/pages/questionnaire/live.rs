//! The live panel: what the domain counts and claims and why, the whole assessment, what is in the way.

use std::sync::Arc;

use domain::Level;
use domain::scoring::{DomainScore, RungStanding, Standing, Totals, display};
use leptos::prelude::*;

use super::prepared::{Part, prepared};
use super::{Sheet, arithmetic};
use crate::ui::{Drawer, Icon, Key, Sign, StatusBadge, clock};
use crate::words::{mean_level, obstacles, rung_name};

/// The line that sticks to the top of a small screen.
pub(super) fn bar(sheet: &Sheet) -> AnyView {
    let domain = &sheet.assessed.score.domains[sheet.domain];
    let counts = match (&domain.score, &domain.claimed) {
        (Some(score), Some(claimed)) => view! {
            <span>
                {format!("{} counts ", domain.code)}<b>{mean_level(score)}</b>", claimed "<b>{mean_level(claimed)}</b>
            </span>
        }
        .into_any(),
        _ => view! { <span>{format!("{}: nothing applies", domain.code)}</span> }.into_any(),
    };
    let rung = sheet.assessed.score.totals.as_ref();
    let rung = rung.map(|totals| view! { <span>"Rung "<b>{totals.rung.to_string()}</b></span> });
    view! { {counts}{rung} }.into_any()
}

/// All that the panel says besides the framework's own text and the time.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Standings {
    domain: usize,
    /// Of the domain's criteria, in their order, with what each counts.
    criteria: Vec<(Standing, Level)>,
    domains: Vec<DomainScore>,
    totals: Option<Totals>,
    /// The rung after the one reached.
    next: Option<RungStanding>,
}

impl Standings {
    fn of(sheet: &Sheet) -> Self {
        let score = &sheet.assessed.score;
        let next = score.totals.as_ref().and_then(|totals| totals.next.as_ref());
        Self {
            domain: sheet.domain,
            criteria: sheet.scores().iter().map(|score| (score.standing, score.effective)).collect(),
            domains: score.domains.clone(),
            totals: score.totals.clone(),
            next: next.and_then(|next| score.ladder.iter().find(|rung| rung.code == *next)).cloned(),
        }
    }
}

/// The panel's content, as HTML.
pub(super) fn panel(sheet: &Sheet) -> String {
    let standings = Arc::new(Standings::of(sheet));
    let part = Part::Score { paths: sheet.paths.clone(), standings: standings.clone() };
    let score = prepared(sheet.assessed.bundle.assessment.framework, part, || score(sheet, &standings));
    format!("{}{score}", head(sheet).to_html())
}

fn head(sheet: &Sheet) -> AnyView {
    let at = clock(sheet.assessed.computed_at.timestamp());
    view! {
        <div class="row row-apart">
            <h2>{format!("{}, live", sheet.domain().code)}</h2>
            <span class="save"><Icon sign=Sign::Clock/>{at}</span>
        </div>
    }
    .into_any()
}

fn score(sheet: &Sheet, standings: &Standings) -> AnyView {
    let domain = &standings.domains[standings.domain];
    let scores = match (&domain.score, &domain.claimed) {
        (Some(score), Some(claimed)) => {
            let why = format!("Why is this {}?", mean_level(score));
            let sum = arithmetic::of_domain(sheet);
            view! {
                <dl class="readouts readouts-2">
                    {readout(Key::Proven, "Counts", "live-score", mean_level(score), display(score))}
                    {readout(Key::Claimed, "Claimed", "live-score live-claim", mean_level(claimed), display(claimed))}
                </dl>
                <Drawer id="why" summary=why open=true>{sum}</Drawer>
            }
            .into_any()
        }
        _ => view! { <p class="small">"No criterion of this domain applies, so it is left out of every sum."</p> }.into_any(),
    };
    view! {
        {scores}
        {whole(sheet, standings)}
        <p class="fine">{sheet.assessed.framework.disclaimer.clone()}</p>
    }
    .into_any()
}

fn readout(key: Key, label: &'static str, class: &'static str, level: String, score: String) -> AnyView {
    let key = match key {
        Key::Claimed => "key key-claimed",
        _ => "key key-proven",
    };
    view! {
        <div class="readout">
            <dt><span class=key></span>{label}</dt>
            <dd class=class>{level}</dd>
            <dd class="sub">{format!("of 4, score {score}")}</dd>
        </div>
    }
    .into_any()
}

fn whole(sheet: &Sheet, standings: &Standings) -> AnyView {
    let Some(totals) = &standings.totals else {
        return view! { <p class="small">"Nothing applies yet: the assessment has no score."</p> }.into_any();
    };
    let rung = rung_name(&sheet.assessed.framework, &totals.rung).to_owned();
    let why = format!("Why is the whole {}?", display(&totals.overall));
    let sum = arithmetic::of_assessment(&sheet.assessed, &sheet.paths);
    view! {
        <div>
            <h3>"Whole assessment"</h3>
            <dl class="kv gap-small">
                <dt>"Rung"</dt><dd><strong>{totals.rung.to_string()}</strong>{format!(" {rung}")}</dd>
                <dt>"Proven"</dt><dd>{display(&totals.overall)}</dd>
                <dt>"Claimed"</dt><dd>{display(&totals.claimed)}</dd>
                <dt>"Confidence"</dt><dd>{display(&totals.confidence)}</dd>
                <dt>"Completeness"</dt><dd>{display(&totals.completeness)}</dd>
            </dl>
            <Drawer id="why-all" summary=why>{sum}</Drawer>
        </div>
        {standings.next.as_ref().map(|next| in_the_way(sheet, next))}
    }
    .into_any()
}

/// How many things in the way are listed; the page of the whole assessment lists all.
const SHOWN: usize = 6;

fn in_the_way(sheet: &Sheet, rung: &RungStanding) -> AnyView {
    let mut found = obstacles(&sheet.assessed.framework, &sheet.paths, rung);
    let more = found.len().saturating_sub(SHOWN);
    found.truncate(SHOWN);
    let lines = found
        .into_iter()
        .map(|obstacle| {
            let words = format!("{} {}", obstacle.subject, obstacle.text);
            let words = match obstacle.href {
                Some(href) => view! { <a href=href>{words}</a> }.into_any(),
                None => view! { <span>{words}</span> }.into_any(),
            };
            let status = obstacle
                .contradicted
                .then(|| view! { <StatusBadge status=domain::check::Status::Fail label="Contradicted"/> });
            view! { <li>{words}{status}</li> }
        })
        .collect_view();
    let more = (more > 0).then(|| {
        view! { <p class="small"><a href=sheet.paths.assessment().to_owned()>{format!("and {more} more")}</a></p> }
    });
    let title = format!("In the way of {}", rung.code);
    view! { <div><h3>{title}</h3><ul class="lines">{lines}</ul>{more}</div> }.into_any()
}
