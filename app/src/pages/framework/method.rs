//! What a rung asks, what evidence is worth, and how a score comes about.

use domain::Framework;
use domain::framework::{EvidenceClass, Sublevel};
use leptos::prelude::*;

use crate::ui::{Column, Drawer, EvidenceBadge, Section, Table, TableLook, whole_codes};

pub(crate) fn ladder_section(framework: &Framework) -> AnyView {
    let columns = vec![
        Column::text("Rung"),
        Column::text("Badge"),
        Column::text("Asks, besides all of the rungs below"),
    ];
    let rungs = framework
        .sublevels
        .iter()
        .enumerate()
        .rev()
        .map(|(i, rung)| {
            let asks = conditions(framework, rung, i == 0);
            let asks = asks.iter().map(|text| view! { <li>{whole_codes(text)}</li> }).collect_view();
            view! {
                <tr>
                    <th scope="row" class="nowrap">{format!("{} {}", rung.code, rung.name)}</th>
                    <td>{rung.badge.clone()}</td>
                    <td class="wide"><ul class="small">{asks}</ul></td>
                </tr>
            }
        })
        .collect_view();
    let floor = format!("{} {}", framework.floor.code, framework.floor.name);
    view! {
        <Section id="ladder" title="The ladder">
            <Table caption="Rungs, highest first" columns look=TableLook::Fold>
                {rungs}
                <tr><th scope="row">{floor}</th><td>"–"</td><td class="wide dim">"Nothing: the ground"</td></tr>
            </Table>
        </Section>
    }
    .into_any()
}

fn conditions(framework: &Framework, rung: &Sublevel, first: bool) -> Vec<String> {
    let mut asks = Vec::new();
    let mut at_least = |what: &str, least: Option<u8>| {
        if let Some(least) = least.filter(|least| *least > 0) {
            asks.push(format!("{what} at least {least}"));
        }
    };
    at_least("Overall", rung.min_overall);
    at_least("Every domain", rung.min_domain);
    at_least("Confidence", rung.min_confidence);
    at_least("Completeness", rung.min_completeness);
    let gates: Vec<_> = framework
        .criteria()
        .flat_map(|criterion| {
            let gates = criterion.gates.iter().filter(|gate| gate.rung == rung.code);
            gates.map(|gate| format!("{} at {}", criterion.code, gate.least.get()))
        })
        .collect();
    if !gates.is_empty() {
        asks.push(format!("Gates: {}", gates.join(", ")));
    }
    if let Some(weight) = rung.no_open_contradiction_on_weight {
        asks.push(match weight.get() {
            1 => "No answer contradicted by a check".to_owned(),
            weight => format!("No answer of weight {weight} or more contradicted by a check"),
        });
    }
    if rung.independent_assessor {
        asks.push("The signature of an independent assessor".to_owned());
    }
    if let Some(days) = rung.gate_evidence_max_age_days {
        asks.push(format!("Evidence not older than {days} days on every gated criterion"));
    }
    if !first {
        asks.push("No domain with more than 20% of its weight left out as not applicable".to_owned());
    }
    asks
}

pub(crate) fn evidence_section(framework: &Framework) -> AnyView {
    let columns = vec![
        Column::text("Class"),
        Column::text("Holds when"),
        Column::number("Answers count for at most"),
        Column::number("Confidence"),
    ];
    let rows =
        framework.evidence_classes.iter().enumerate().map(|(i, class)| class_row(i, class)).collect_view();
    view! {
        <Section id="evidence" title="What evidence is worth">
            <Table caption="Evidence classes" columns look=TableLook::Fold>{rows}</Table>
        </Section>
    }
    .into_any()
}

fn class_row(position: usize, class: &EvidenceClass) -> AnyView {
    view! {
        <tr>
            <th scope="row"><EvidenceBadge class=position name=class.name.clone()/></th>
            <td class="wide">{class.meaning.clone()}</td>
            <td class="num" data-label="Counts at most">{class.level_cap.get().to_string()}</td>
            <td class="num" data-label="Confidence">{format!("{}%", class.confidence)}</td>
        </tr>
    }
    .into_any()
}

/// The scoring rule in a few sentences; the exact one is the same for every framework.
pub(super) fn method_section() -> AnyView {
    view! {
        <Section id="method" title="How a score comes about">
            <div class="stack measure">
                <p>
                    "Each criterion is answered with a level of 0 to 4. The answer counts for the least of three: what is
                     claimed, what the class of its evidence allows, and the fail cap of every failing check that tests
                     something the answer claims. A criterion that nobody answered counts 0."
                </p>
                <p>
                    "A domain scores 25 times the mean of its levels, weighted by the criteria's weights; the overall score
                     is the mean of the domains, weighted by theirs. The claimed score is the same with the claims. The
                     difference of the two is the assurance gap."
                </p>
                <Drawer summary="Checks, coverage and rounding">
                    <p class="small">
                        "A check contradicts an answer only after it failed as many times running as its kind asks. A pass
                         counts for as long as the kind's freshness; an inconclusive run changes nothing."
                    </p>
                    <p class="small">
                        "A criterion that does not fit the organization's profiles is not asked. \u{201c}Not applicable\u{201d} needs a
                         reason and counts when an assessor agrees."
                    </p>
                    <p class="small">
                        "All numbers are exact fractions. They are rounded once, half up, to one decimal, when they are
                         shown; a threshold is compared with the exact number."
                    </p>
                </Drawer>
            </div>
        </Section>
    }
    .into_any()
}
