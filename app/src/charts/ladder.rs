//! The ladder: one rung per sub-level, one segment per condition; met, contradicted, open, in that order.

use domain::scoring::ConditionStanding;
use leptos::prelude::*;

use super::scale::{length, number, percent};
use crate::ui::{Icon, Key, Legend, Sign, Tag, TagKind};

/// How many conditions of a rung hold, are contradicted by a check, and are not yet met.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Conditions {
    pub met: usize,
    pub contradicted: usize,
    pub open: usize,
}

impl Conditions {
    pub fn total(self) -> usize {
        self.met + self.contradicted + self.open
    }

    /// `18 of 35 conditions hold`.
    pub fn sentence(self) -> String {
        let noun = if self.total() == 1 { "condition holds" } else { "conditions hold" };
        format!("{} of {} {noun}", self.met, self.total())
    }

    /// The class of each segment, in the order that they are drawn.
    fn classes(self) -> impl Iterator<Item = &'static str> {
        let run = |class, count| std::iter::repeat_n(class, count);
        run(MET, self.met).chain(run("c-contra", self.contradicted)).chain(run("c-empty", self.open))
    }
}

impl FromIterator<ConditionStanding> for Conditions {
    fn from_iter<T: IntoIterator<Item = ConditionStanding>>(standings: T) -> Self {
        let mut counted = Self::default();
        for standing in standings {
            match standing {
                ConditionStanding::Met => counted.met += 1,
                ConditionStanding::Contradicted => counted.contradicted += 1,
                ConditionStanding::Open => counted.open += 1,
            }
        }
        counted
    }
}

const MET: &str = "c-proven";

/// One thing in the way of the next rung.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obstacle {
    /// `PAT-1`.
    pub subject: String,
    /// `counts 1, needs 2`.
    pub text: String,
    pub contradicted: bool,
    /// Where to see it.
    pub href: Option<String>,
}

/// One rung of the ladder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rung {
    /// `8.1`.
    pub code: String,
    /// `Governed`.
    pub name: String,
    pub conditions: Conditions,
    /// A line about it: `9 gates, overall 72 (now 68.2)`.
    pub note: Option<String>,
    /// A tag on it: `Submitted here 30 Sep 2026`.
    pub mark: Option<String>,
    /// Says that the live rung is here: `Live rung, since 19 Nov`.
    pub here: Option<String>,
    /// The next one to climb.
    pub next: bool,
    pub obstacles: Vec<Obstacle>,
}

/// The ground under the lowest rung.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Floor {
    /// `Pre-8`.
    pub code: String,
    pub name: String,
    pub here: Option<String>,
}

/// A ladder, highest rung first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LadderData {
    pub rungs: Vec<Rung>,
    pub floor: Floor,
}

impl LadderData {
    /// What the drawing says, in words.
    pub fn in_words(&self) -> String {
        let mut sentences: Vec<_> = self
            .rungs
            .iter()
            .map(|rung| {
                let mark = if rung.mark.is_some() { ", submitted here" } else { "" };
                let here = if rung.here.is_some() { ", the live rung" } else { "" };
                format!("{}: {}{mark}{here}.", rung.code, rung.conditions.sentence())
            })
            .collect();
        if self.floor.here.is_some() {
            sentences.push(format!("Live rung: {}.", self.floor.code));
        }
        sentences.join(" ")
    }
}

impl Floor {
    /// `Pre-8, live rung`; the code alone where the assessment stands higher.
    pub fn ground_words(&self) -> String {
        match &self.here {
            Some(here) => format!("{}, {}", self.code, here.replacen("Live", "live", 1)),
            None => self.code.clone(),
        }
    }
}

fn here(text: Option<String>) -> Option<AnyView> {
    text.map(|text| view! { <span class="here"><Icon sign=Sign::Here/>{text}</span> }.into_any())
}

fn segments(id: &str, rung: &Rung) -> AnyView {
    let pitch = 100.0 / length(rung.conditions.total().max(1));
    let drawn = rung
        .conditions
        .classes()
        .enumerate()
        .map(|(i, class)| {
            // An outline is drawn inside its segment.
            let (y, height) = if class == MET { ("0", "16") } else { ("0.5", "15") };
            let x = percent(length(i) * pitch + 0.35);
            view! { <rect class=class x=x y=y width=percent(pitch - 0.7) height=height></rect> }
        })
        .collect_view();
    let contradicted = match rung.conditions.contradicted {
        0 => String::new(),
        count => format!(", {count} contradicted by a check"),
    };
    let title = format!("{} {}: {}{contradicted}", rung.code, rung.name, rung.conditions.sentence());
    view! {
        <svg role="img" aria-labelledby=id.to_owned()><title id=id.to_owned()>{title}</title>{drawn}</svg>
    }
    .into_any()
}

fn obstacles(obstacles: Vec<Obstacle>) -> Option<AnyView> {
    if obstacles.is_empty() {
        return None;
    }
    let lines = obstacles
        .into_iter()
        .map(|obstacle| {
            let subject = match obstacle.href {
                Some(href) => view! { <a href=href>{obstacle.subject}</a> }.into_any(),
                None => obstacle.subject.into_any(),
            };
            let subject = if obstacle.contradicted {
                view! { <span class="status is-fail"><Icon sign=Sign::Fail/>{subject}</span> }.into_any()
            } else {
                view! { <span class="strong">{subject}</span> }.into_any()
            };
            view! { <li>{subject}{format!(" {}", obstacle.text)}</li> }
        })
        .collect_view();
    Some(view! { " In the way:"<ul>{lines}</ul> }.into_any())
}

fn rung_view(id: &str, rung: Rung) -> AnyView {
    let drawing = segments(id, &rung);
    let stop = if rung.obstacles.is_empty() { "" } else { "." };
    view! {
        <li class=rung.next.then_some("is-next")>
            <div class="l-code"><b>{rung.code}</b><span>{rung.name}</span></div>
            <div class="l-rung">{drawing}</div>
            <div class="l-text">
                {here(rung.here).map(|here| view! { {here}<br/> })}
                {rung.mark.map(|mark| view! { <Tag kind=TagKind::Ghost>{mark}</Tag><br/> })}
                <strong>{rung.conditions.sentence()}{stop}</strong>
                {obstacles(rung.obstacles)}
                {rung.note.map(|note| view! { <p>{note}</p> })}
            </div>
        </li>
    }
    .into_any()
}

/// The ladder with its legend. `id` begins the ids inside.
#[component]
pub fn Ladder(#[prop(into)] id: String, ladder: LadderData) -> impl IntoView {
    let rungs = ladder
        .rungs
        .into_iter()
        .enumerate()
        .map(|(i, rung)| rung_view(&format!("{id}-{i}"), rung))
        .collect_view();
    let floor = ladder.floor;
    let legend = vec![
        (Key::Proven, "condition holds".to_owned()),
        (Key::Fail, "contradicted by a check".to_owned()),
        (Key::Open, "not yet met".to_owned()),
    ];
    view! {
        <ol class="ladder" aria-label="Ladder of rungs, highest first">
            {rungs}
            <li class="l-floor">
                <div class="l-code"><b>{floor.code}</b><span>{floor.name}</span></div>
                <div class="l-rung"></div>
                <div class="l-text">{here(floor.here)}</div>
            </li>
        </ol>
        <Legend entries=legend below=true/>
    }
    .into_any()
}

/// Height of a rung in the cover drawing.
const STEP: usize = 52;

fn cover_rung(i: usize, rung: &Rung) -> AnyView {
    let y = 34 + STEP * i;
    let pitch = 194.0 / length(rung.conditions.total().max(1));
    let drawn = rung
        .conditions
        .classes()
        .enumerate()
        .map(|(i, class)| {
            let x = number(73.4 + length(i) * pitch);
            view! { <rect class=class x=x y=y.to_string() width=number(pitch - 0.8) height="11"></rect> }
        })
        .collect_view();
    let mark = if rung.mark.is_some() { ", submitted" } else { "" };
    let count = format!("{} of {}{mark}", rung.conditions.met, rung.conditions.total());
    let arrow = rung.here.is_some().then(|| {
        view! { <path class="c-ink" d=format!("M8 {}l14 6-14 6z", y - 1)></path> }
    });
    view! {
        {drawn}
        {arrow}
        <text class="c-text c-strong" x="58" y=(y + 11).to_string() text-anchor="end">
            {rung.code.clone()}
        </text>
        <text class="c-text-2" x="282" y=(y + 2).to_string()>{rung.name.clone()}</text>
        <text class="c-text-2" x="282" y=(y + 17).to_string()>{count}</text>
    }
    .into_any()
}

/// The ladder as one drawing for the report's cover.
#[component]
pub fn CoverLadder(#[prop(into)] id: String, ladder: LadderData) -> impl IntoView {
    let ground = 40 + STEP * ladder.rungs.len();
    let rungs = ladder.rungs.iter().enumerate().map(|(i, rung)| cover_rung(i, rung)).collect_view();
    let desc = ladder.in_words();
    let floor = ladder.floor;
    let ground_text = floor.ground_words();
    let arrow = floor
        .here
        .is_some()
        .then(|| view! { <path class="c-ink" d=format!("M36 {}l14 6-14 6z", ground - 28)></path> });
    let desc_id = format!("{id}-desc");
    view! {
        <svg
            class="lad"
            viewBox=format!("0 0 440 {}", ground + 10)
            role="img"
            aria-labelledby=id
            aria-describedby=desc_id
        >
            <title id=id.clone()>"Ladder of rungs"</title>
            <desc id=desc_id.clone()>{desc}</desc>
            <path class="c-rail" d=format!("M70 4v{0}M270 4v{0}", ground - 4)></path>
            <path class="c-rail" d=format!("M52 {ground}h236")></path>
            {rungs}
            {arrow}
            <text class="c-text c-strong" x="82" y=(ground - 17).to_string()>{ground_text}</text>
        </svg>
    }
    .into_any()
}
