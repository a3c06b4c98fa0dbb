//! Bars of 0 to 100: domains claimed and proven, meters.

use leptos::prelude::*;

use super::scale::{Reading, percent};
use crate::ui::{Column, Key, Legend, Table, TableLook, escaped};

/// A domain as a row of bars.
#[derive(Debug, Clone, PartialEq)]
pub struct DomainBar {
    /// `PAT`.
    pub code: String,
    pub name: String,
    /// Where its answers are.
    pub href: Option<String>,
    pub weight: String,
    /// `None`: no criterion of it applies.
    pub proven: Option<Reading>,
    pub claimed: Option<Reading>,
    /// `+18.2`.
    pub gap: Option<String>,
}

/// A threshold drawn as an ink tick through every bar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Threshold {
    /// 0 to 100.
    pub least: u8,
    /// `8.0`.
    pub rung: String,
}

/// What a bar says in words.
fn bar_title(code: &str, proven: &Reading, claimed: &Reading) -> String {
    format!("{code}: proven {}, claimed {} of 100", proven.text, claimed.text)
}

fn tick(at: f64, y1: &'static str, y2: &'static str) -> AnyView {
    view! { <line class="c-mark" x1=percent(at) x2=percent(at) y1=y1 y2=y2></line> }.into_any()
}

/// One domain: claimed hatched behind, proven solid in front, a threshold as an ink tick.
#[component]
pub fn Bar(
    #[prop(into)] id: String,
    #[prop(into)] code: String,
    proven: Reading,
    claimed: Reading,
    #[prop(optional_no_strip)] threshold: Option<u8>,
) -> impl IntoView {
    view! {
        <svg class="bar" role="img" aria-labelledby=id>
            <title id=id.clone()>{bar_title(&code, &proven, &claimed)}</title>
            <rect class="c-track" width="100%" y="1" height="16"></rect>
            <rect class="c-ghost" x="0" y="1" width=percent(claimed.at) height="16"></rect>
            <rect class="c-proven" y="5" width=percent(proven.at) height="8"></rect>
            {threshold.map(|least| tick(f64::from(least), "0", "18"))}
        </svg>
    }
    .into_any()
}

/// How much the table of domains says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum BarsLook {
    /// Weight and gap too; the name below the code.
    #[default]
    Full,
    /// For the report.
    Brief,
}

/// The legend of [`DomainBars`], for the head of its section.
#[component]
pub fn BarsLegend(#[prop(optional_no_strip)] threshold: Option<Threshold>) -> impl IntoView {
    let mut entries = vec![(Key::Proven, "proven".to_owned()), (Key::Claimed, "claimed only".to_owned())];
    if let Some(threshold) = threshold {
        entries.push((Key::Tick, format!("{}, needed for {}", threshold.least, threshold.rung)));
    }
    view! { <Legend entries/> }.into_any()
}

fn row(id: String, bar: DomainBar, threshold: Option<u8>, look: BarsLook) -> AnyView {
    let code = match bar.href {
        Some(href) => view! { <a href=href><span class="code">{bar.code.clone()}</span></a> }.into_any(),
        None => view! { <span class="code">{bar.code.clone()}</span> }.into_any(),
    };
    let name = match look {
        BarsLook::Full => view! { " "<span class="sub">{bar.name}</span> }.into_any(),
        BarsLook::Brief => format!(" {}", bar.name).into_any(),
    };
    let shown =
        |reading: &Option<Reading>| reading.as_ref().map_or_else(|| "–".to_owned(), |r| r.text.clone());
    let (proven_text, claimed_text) = (shown(&bar.proven), shown(&bar.claimed));
    let drawing = match (bar.proven, bar.claimed) {
        (Some(proven), Some(claimed)) => {
            view! { <Bar id code=bar.code proven claimed threshold/> }.into_any()
        }
        _ => view! { <span class="dim">"No criterion applies"</span> }.into_any(),
    };
    let full = look == BarsLook::Full;
    view! {
        <tr>
            <th scope="row">{code}{name}</th>
            {full.then(|| view! { <td class="num" data-label="Weight">{bar.weight}</td> })}
            <td class="bar-cell">{drawing}</td>
            <td class="num strong" data-label="Proven">{proven_text}</td>
            <td class="num" data-label="Claimed">{claimed_text}</td>
            {full.then(|| {
                let gap = bar.gap.unwrap_or_else(|| "–".to_owned());
                view! { <td class="num" data-label="Gap">{gap}</td> }
            })}
        </tr>
    }
    .into_any()
}

/// All domains as a table of bars and numbers, in the order given.
#[component]
pub fn DomainBars(
    #[prop(into)] id: String,
    bars: Vec<DomainBar>,
    #[prop(optional_no_strip)] threshold: Option<Threshold>,
    #[prop(optional)] look: BarsLook,
) -> impl IntoView {
    let mut columns = vec![Column::text("Domain")];
    if look == BarsLook::Full {
        columns.push(Column::number("Weight"));
    }
    columns.extend([Column::text("0 to 100"), Column::number("Proven"), Column::number("Claimed")]);
    if look == BarsLook::Full {
        columns.push(Column::number("Gap"));
    }
    let least = threshold.map(|threshold| threshold.least);
    let rows = bars
        .into_iter()
        .map(|bar| row(format!("{id}-{}", bar.code.to_lowercase()), bar, least, look))
        .collect_view();
    view! { <Table caption="Domain scores, claimed and proven" columns look=TableLook::Bars>{rows}</Table> }
        .into_any()
}

/// A thin bar of 0 to 100 with an optional threshold. `title` says it in words (`Confidence 75.9 of 100; 8.1
/// needs 55`).
#[component]
pub fn Meter(
    #[prop(into)] id: String,
    #[prop(into)] title: String,
    /// 0 to 100.
    at: f64,
    #[prop(optional_no_strip)] threshold: Option<u8>,
    /// It rests on what people say.
    #[prop(optional)]
    claimed: bool,
) -> impl IntoView {
    let class = if claimed { "c-ghost" } else { "c-proven" };
    let width = percent(at.clamp(0.0, 100.0));
    let tick = threshold.map(|least| tick(f64::from(least), "-3", "11").to_html()).unwrap_or_default();
    // Tables and lists have one in each line: as text they cost a third of what elements do.
    let drawing = format!(
        r#"<title id="{id}">{}</title><rect class="c-track" width="100%" height="8"></rect><rect class="{class}" width="{width}" height="8"></rect>{tick}"#,
        escaped(&title)
    );
    view! { <svg class="meter" role="img" aria-labelledby=id inner_html=drawing></svg> }.into_any()
}
