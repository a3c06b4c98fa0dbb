//! Side by side: domains with their scores, criteria with what differs.

use domain::compare::{Difference, Distance, Side};
use domain::scoring::display;
use leptos::prelude::*;
use service::trend::{ComparedCriterion, CriterionSide, DomainSide};

use super::{Criteria, Part, Shown, TrendSheet};
use crate::ui::{Column, Note, Section, Table};
use crate::words::claim_and_count;

/// The score, and how it stands against the base's.
fn score_cell(proven: Option<String>, distance: Option<&Distance>, strong: Option<&'static str>) -> AnyView {
    let distance = distance.map(|distance| {
        let words = match distance {
            Distance::Same => "same".to_owned(),
            Distance::Higher(by) => format!("{} higher", display(by)),
            Distance::Lower(by) => format!("{} lower", display(by)),
        };
        view! { <span class="sub">{words}</span> }
    });
    let proven = proven.unwrap_or_else(|| "–".to_owned());
    view! { <td class="num"><span class=strong>{proven}</span>{distance}</td> }.into_any()
}

fn domain_cell(place: usize, side: &DomainSide) -> AnyView {
    score_cell(side.proven.as_ref().map(display), side.distance.as_ref().filter(|_| place > 0), None)
}

pub(super) fn domains(sheet: &TrendSheet, shown: &Shown, names: &[String]) -> AnyView {
    let comparison = &shown.comparison;
    let mut columns = vec![Column::text("Domain")];
    columns.extend(names.iter().cloned().map(Column::named_number));
    let totals = comparison.compared.iter().enumerate().map(|(place, one)| {
        let overall = one.assessed.score.totals.as_ref().map(|totals| display(&totals.overall));
        let distance = comparison.overall_distance(place).filter(|_| place > 0);
        score_cell(overall, distance.as_ref(), Some("strong"))
    });
    let rungs = comparison.compared.iter().map(|one| {
        let rung = one.assessed.score.totals.as_ref().map(|totals| totals.rung.to_string());
        view! { <td class="num strong">{rung.unwrap_or_else(|| "–".to_owned())}</td> }
    });
    let (totals, rungs) = (totals.collect_view(), rungs.collect_view());
    let rows = comparison
        .domains
        .iter()
        .map(|domain| {
            let cells = domain.scores.iter().enumerate().map(|(place, side)| domain_cell(place, side));
            view! {
                <tr>
                    <th scope="row">{domain.code.to_string()}<span class="sub">{domain.title.clone()}</span></th>
                    {cells.collect_view()}
                </tr>
            }
        })
        .collect_view();
    let aside = (names.len() > 1).then(|| {
        view! { <p>{format!("Proven score; below it the difference to {}", names[0])}</p> }.into_any()
    });
    let aside = aside.unwrap_or_else(|| view! { <p>"Proven score"</p> }.into_any());
    let pager = sheet.pager(shown, "Others by domain", "domains");
    view! {
        <Section id="domains" title="By domain" aside=aside>
            <Table caption="Proven scores by domain, side by side" columns=columns>
                <tr><th scope="row">"Rung"</th>{rungs}</tr>
                <tr><th scope="row">"Overall"</th>{totals}</tr>
                {rows}
            </Table>
            {pager}
        </Section>
    }
    .into_any()
}

/// Nothing to compare with one alone.
pub(super) fn criteria(sheet: &TrendSheet, shown: &Shown, names: &[String]) -> Option<AnyView> {
    if names.len() < 2 {
        return None;
    }
    let pager = sheet.pager(shown, "Others by criterion", "criteria");
    let (all, chosen) = (&shown.comparison.criteria, sheet.part.criteria);
    let different = all.iter().filter(|criterion| criterion.differs()).count();
    let listed = all.iter().filter(|criterion| chosen == Criteria::All || criterion.differs());
    let listed: Vec<&ComparedCriterion> = listed.collect();
    let (other, words) = match chosen {
        Criteria::Different => (Criteria::All, format!("Show all {}", all.len())),
        Criteria::All => (Criteria::Different, "Show only what differs".to_owned()),
    };
    let href = format!("{}#criteria", sheet.address(Part { criteria: other, ..sheet.part }));
    let count =
        format!("{different} of {} stand otherwise than in {}. ", plural_criteria(all.len()), names[0]);
    let aside = view! { <p class="no-print">{count}<a href=href>{words}</a></p> };
    let table = if listed.is_empty() {
        view! { <Note title="No criterion stands otherwise"/> }.into_any()
    } else {
        let mut columns = vec![Column::text("Criterion")];
        columns.extend(names.iter().cloned().map(Column::named_text));
        let rows = listed.into_iter().map(row).collect_view();
        view! { <Table caption="Criteria side by side" columns=columns>{rows}</Table> }.into_any()
    };
    Some(
        view! { <Section id="criteria" title="By criterion" aside=aside>{table}{pager}</Section> }.into_any(),
    )
}

fn plural_criteria(count: usize) -> String {
    if count == 1 { "1 criterion".to_owned() } else { format!("{count} criteria") }
}

fn row(criterion: &ComparedCriterion) -> AnyView {
    let cells = criterion.sides.iter().map(cell).collect_view();
    view! {
        <tr>
            <th scope="row">{criterion.code.to_string()}<span class="sub">{criterion.title.clone()}</span></th>
            {cells}
        </tr>
    }
    .into_any()
}

fn cell(side: &CriterionSide) -> AnyView {
    let words = match side.side {
        Side::Absent => "Not in this version".to_owned(),
        Side::DoesNotApply => "Does not apply".to_owned(),
        Side::Unanswered => "Not answered".to_owned(),
        Side::Answered { claimed, counts, contradicted } => {
            let contradicted = if contradicted { ", contradicted" } else { "" };
            format!("{}{contradicted}", claim_and_count(claimed, counts))
        }
    };
    let named: Vec<String> =
        side.differences.iter().map(|difference| Difference::words(*difference)).collect();
    let named = (!named.is_empty()).then(|| view! { <span class="sub strong">{named.join(", ")}</span> });
    view! { <td>{words}{named}</td> }.into_any()
}
