//! The worked example: an invented assessment, scored by the code that scores real ones.

use domain::Framework;
use domain::builtin;
use domain::explain;
use domain::framework::{Criterion, Domain};
use domain::roadmap::Plan;
use domain::scoring::{ConditionStanding, CriterionScore, Totals, display};
use leptos::prelude::*;
use service::methods::WorkedExample;

use crate::ui::{Column, Section, Table, TableLook};
use crate::words::{plural, rung_name};

/// Nothing for a framework in which nothing applies.
pub(super) fn example_section(framework: &Framework, example: &WorkedExample) -> Option<AnyView> {
    let totals = example.score.totals.as_ref()?;
    // The domain in which most happens: a contradiction, else the first.
    let scored = |domain: &&Domain| {
        domain.criteria.iter().any(|criterion| of(example, criterion).is_some_and(|score| score.contradicted))
    };
    let domain = framework.domains.iter().find(scored).or(framework.domains.first())?;
    let (table, why) = (domain_table(example, domain), reasons(framework, example, domain));
    let (overall, rung) = (overall_table(framework, example), rung(framework, example, totals));
    let intro = format!(
        "An invented organization answers as follows on 20 Nov 2026. First {} {}, criterion by criterion.",
        domain.code, domain.title
    );
    Some(
        view! {
            <Section id="example" title="A worked example">
                <p class="measure">{intro}</p>
                {table}
                {why}
                <h3 class="gap-above">"From the domains to the whole"</h3>
                {overall}
                {rung}
            </Section>
        }
        .into_any(),
    )
}

fn of<'e>(example: &'e WorkedExample, criterion: &Criterion) -> Option<&'e CriterionScore> {
    example.score.criteria.iter().find(|score| score.code == criterion.code)
}

fn domain_table(example: &WorkedExample, domain: &Domain) -> AnyView {
    let sum = explain::domain(domain, &example.score);
    let rows = sum
        .terms
        .iter()
        .map(|term| {
            let score = example.score.criteria.iter().find(|score| score.code == term.criterion);
            let class = score.map_or(0, |score| score.evidence_class);
            let claimed =
                term.claimed.map_or_else(|| "unanswered".to_owned(), |level| level.get().to_string());
            let cap = score
                .and_then(|score| score.fail_cap)
                .map_or_else(|| "–".to_owned(), |cap| cap.get().to_string());
            view! {
                <tr>
                    <th scope="row">{term.criterion.to_string()}</th>
                    <td class="num" data-label="Weight">{term.weight.get().to_string()}</td>
                    <td class="num" data-label="Claimed">{claimed}</td>
                    <td class="num" data-label="Evidence">{format!("E{class}")}</td>
                    <td class="num" data-label="Fail cap">{cap}</td>
                    <td class="num strong" data-label="Counts">{term.effective.get().to_string()}</td>
                    <td class="num" data-label="w × L">{term.points.to_string()}</td>
                </tr>
            }
        })
        .collect_view();
    let columns = vec![
        Column::text("Criterion"),
        Column::number("Weight"),
        Column::number("Claimed"),
        Column::number("Evidence"),
        Column::number("Fail cap"),
        Column::number("Counts"),
        Column::number("w × L_eff"),
    ];
    let line = sum.score.as_ref().map(|score| {
        format!(
            "Σ w = {}, Σ(w × L_eff) = {}: D = 25 × {} / {} = {}.",
            sum.weight,
            sum.points,
            sum.points,
            sum.weight,
            display(score)
        )
    });
    let caption = format!("The example's answers in {}", domain.code);
    view! {
        <Table caption=caption columns=columns look=TableLook::Fold>{rows}</Table>
        <p class="small gap-small">{line}</p>
    }
    .into_any()
}

/// Line by line, the criteria that show most: a contradicted one, a verified one, one without proof.
fn reasons(framework: &Framework, example: &WorkedExample, domain: &Domain) -> AnyView {
    let all = || domain.criteria.iter().filter_map(|criterion| Some((criterion, of(example, criterion)?)));
    let contradicted = all().find(|(_, score)| score.contradicted);
    let verified = all().find(|(_, score)| score.evidence_class == 3);
    let unproven = all().find(|(_, score)| score.limit == domain::scoring::Limit::Evidence);
    let shown = [contradicted, verified, unproven].into_iter().flatten();
    let shown = shown
        .map(|(criterion, score)| {
            let answer = example.input.answers.get(&criterion.code).copied().unwrap_or_default();
            let reasons = explain::criterion(framework, builtin::check_kinds(), criterion, answer, score);
            let lines = reasons.lines().into_iter().map(|line| view! { <li>{line}</li> }).collect_view();
            let title = format!("Why {} counts {}", criterion.code, score.effective.get());
            view! { <div class="keep"><h3>{title}</h3><ul class="small">{lines}</ul></div> }
        })
        .collect_view();
    view! { <div class="stack gap-above">{shown}</div> }.into_any()
}

fn overall_table(framework: &Framework, example: &WorkedExample) -> AnyView {
    let sum = explain::overall(framework, &example.score);
    let rows = sum
        .terms
        .iter()
        .map(|term| {
            view! {
                <tr>
                    <th scope="row">{term.domain.to_string()}</th>
                    <td class="num">{term.weight.to_string()}</td>
                    <td class="num">{display(&term.score)}</td>
                    <td class="num">{display(&term.share)}</td>
                </tr>
            }
        })
        .collect_view();
    let columns = vec![
        Column::text("Domain"),
        Column::number("Weight"),
        Column::number("Score"),
        Column::number("Its part of the whole"),
    ];
    let line = sum.score.as_ref().map(|score| {
        format!(
            "The parts, added up exactly and rounded here only for display, are {} of 100.",
            display(score)
        )
    });
    view! {
        <Table caption="The example's domains" columns=columns>{rows}</Table>
        <p class="small gap-small">{line}</p>
    }
    .into_any()
}

fn rung(framework: &Framework, example: &WorkedExample, totals: &Totals) -> AnyView {
    let figures = format!(
        "Claimed {}, proven {}: an assurance gap of {}. Confidence {}, completeness {}.",
        display(&totals.claimed),
        display(&totals.overall),
        display(&totals.assurance_gap),
        display(&totals.confidence),
        display(&totals.completeness)
    );
    let reached = format!("The rung is {} {}.", totals.rung, rung_name(framework, &totals.rung));
    let next = totals.next.as_ref().map(|next| {
        let open = example.score.ladder.iter().find(|rung| rung.code == *next).map_or(0, |rung| {
            rung.conditions.iter().filter(|(_, standing)| *standing != ConditionStanding::Met).count()
        });
        let name = rung_name(framework, next);
        let verb = if open == 1 { "is" } else { "are" };
        let climb = match &example.plan {
            Some(Plan::Climb(climb)) => format!(
                " The cheapest climb there has {} with effort {}, and scores {} when it is done.",
                plural(climb.steps.len(), "step"),
                climb.effort,
                climb.proof.totals.as_ref().map_or_else(String::new, |after| display(&after.overall))
            ),
            _ => String::new(),
        };
        format!(" {} {verb} in the way of {next} {name}.{climb}", plural(open, "condition"))
    });
    view! {
        <p class="measure gap-above">{figures}</p>
        <p class="measure"><strong>{reached}</strong>{next}</p>
    }
    .into_any()
}
