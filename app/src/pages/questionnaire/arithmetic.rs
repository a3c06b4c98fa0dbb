//! The sums line by line: why a domain, and the whole, score what they do (`scoring.md` section 8).

use domain::DomainCode;
use domain::scoring::{Exact, Standing, display};
use leptos::prelude::*;
use service::assessment::Assessed;

use super::Sheet;
use crate::words::{Paths, anchor};

/// `2.36`: two decimals, half up.
fn hundredths(value: &Exact) -> String {
    let hundredths = (*value * 100 + Exact::new(1, 2)).floor().to_integer();
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// Weight times level for each criterion of the domain, their sum, and the score from it.
pub(super) fn of_domain(sheet: &Sheet) -> AnyView {
    let mut weights: i128 = 0;
    let mut products: i128 = 0;
    let mut rows = Vec::new();
    for (criterion, score) in sheet.domain().criteria.iter().zip(sheet.scores()) {
        let code = criterion.code.to_string();
        let left_out = |why: &'static str| {
            view! { <tr><th scope="row">{code.clone()}</th><td colspan="3" class="end dim">{why}</td></tr> }
                .into_any()
        };
        match score.standing {
            Standing::OutOfProfile => {}
            Standing::ApprovedNotApplicable => rows.push(left_out("N/A, left out")),
            Standing::PendingNotApplicable | Standing::Unanswered | Standing::Answered(_) => {
                let (weight, counts) =
                    (i128::from(criterion.weight.get()), i128::from(score.effective.get()));
                weights += weight;
                products += weight * counts;
                let struck = score.claimed().filter(|said| *said != score.effective).map(|said| {
                    let said = said.get();
                    view! { <s>{said.to_string()}</s>" "<span class="vh">{format!("claimed {said}, counts ")}</span> }
                });
                let none = matches!(score.standing, Standing::Unanswered | Standing::PendingNotApplicable)
                    .then(|| view! { <span class="vh">"unanswered, counts "</span> });
                rows.push(
                    view! {
                        <tr>
                            <th scope="row"><a href=format!("#{}", anchor(&criterion.code))>{code.clone()}</a></th>
                            <td class="num">{weight.to_string()}</td>
                            <td class="num">{struck}{none}{counts.to_string()}</td>
                            <td class="num">{(weight * counts).to_string()}</td>
                        </tr>
                    }
                    .into_any(),
                );
            }
        }
    }
    let line = (weights > 0).then(|| {
        let mean = Exact::new(products, weights);
        format!(
            "{products} / {weights} = {}, shown as {}. Score 25 × {products} / {weights} = {}.",
            hundredths(&mean),
            display(&mean),
            display(&(mean * 25))
        )
    });
    let caption = format!("How the level of {} is computed", sheet.domain().code);
    let heads = ["Criterion", "Weight", "Level", "w × l"];
    sum_table(caption, heads, rows, [weights.to_string(), products.to_string()], line)
}

/// The sum behind the overall score.
pub(crate) struct OverallSum {
    /// A domain's code with its weight, its score and their product; `None` where nothing of it applies.
    pub(crate) rows: Vec<(DomainCode, Option<[String; 3]>)>,
    pub(crate) weights: String,
    pub(crate) products: String,
    /// How it goes on from there.
    pub(crate) line: Option<String>,
}

impl OverallSum {
    pub(crate) fn of(assessed: &Assessed) -> Self {
        let mut weights: i128 = 0;
        let mut products = Exact::from_integer(0);
        let mut rows = Vec::new();
        for (domain, score) in assessed.framework.domains.iter().zip(&assessed.score.domains) {
            let row = score.score.as_ref().map(|value| {
                let weight = i128::from(domain.weight);
                let product = *value * weight;
                weights += weight;
                products += product;
                [weight.to_string(), display(value), display(&product)]
            });
            rows.push((domain.code.clone(), row));
        }
        let sum = display(&products);
        let line = (weights > 0).then(|| {
            let overall = display(&(products / weights));
            format!(
                "{sum} / {weights} = {overall}. All numbers are exact fractions, rounded here only for display."
            )
        });
        Self { rows, weights: weights.to_string(), products: sum, line }
    }
}

/// Weight times score for each domain, their sum, and the overall score from it.
pub(crate) fn of_assessment(assessed: &Assessed, paths: &Paths) -> AnyView {
    let sum = OverallSum::of(assessed);
    let rows = sum
        .rows
        .into_iter()
        .map(|(domain, row)| match row {
            None => view! {
                <tr>
                    <th scope="row">{domain.to_string()}</th>
                    <td colspan="3" class="end dim">"nothing applies, left out"</td>
                </tr>
            }
            .into_any(),
            Some(cells) => {
                let cells = cells.map(|cell| view! { <td class="num">{cell}</td> }).collect_view();
                view! { <tr><th scope="row"><a href=paths.domain(&domain)>{domain.to_string()}</a></th>{cells}</tr> }
                    .into_any()
            }
        })
        .collect();
    let heads = ["Domain", "Weight", "Score", "W × D"];
    let caption = "How the overall score is computed".to_owned();
    sum_table(caption, heads, rows, [sum.weights, sum.products], sum.line)
}

/// A table of weights and products with their sums, and the line that goes on from there.
fn sum_table(
    caption: String,
    heads: [&'static str; 4],
    rows: Vec<AnyView>,
    [weights, products]: [String; 2],
    line: Option<String>,
) -> AnyView {
    let [subject, weight, value, product] = heads;
    view! {
        <table class="t sum">
            <caption class="vh">{caption}</caption>
            <thead>
                <tr>
                    <th scope="col">{subject}</th>
                    <th scope="col" class="num">{weight}</th>
                    <th scope="col" class="num">{value}</th>
                    <th scope="col" class="num">{product}</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
            <tfoot>
                <tr>
                    <th scope="row">"Sum"</th>
                    <td class="num">{weights}</td>
                    <td></td>
                    <td class="num">{products}</td>
                </tr>
            </tfoot>
        </table>
        {line.map(|line| view! { <p class="small dim">{line}</p> })}
    }
    .into_any()
}
