//! Criterion by criterion: the level that counts, as a heat map.

use domain::scoring::{CriterionScore, Standing};
use leptos::prelude::*;
use service::assessment::Assessed;

use crate::ui::{Icon, Section, Sign, TableScroll};

/// The colour of a level: five levels on six steps.
const STEPS: [&str; 5] = ["h0", "h1", "h2", "h3", "h5"];

pub(super) fn heat(assessed: &Assessed) -> AnyView {
    let most = assessed.framework.domains.iter().map(|domain| domain.criteria.len()).max().unwrap_or(0);
    let heads = (1..=most)
        .map(|number| view! { <th scope="col" class="h-dom">{number.to_string()}</th> })
        .collect_view();
    let mut scores = assessed.score.criteria.iter();
    let mut rows = Vec::new();
    for domain in &assessed.framework.domains {
        let mut cells: Vec<_> = scores.by_ref().take(domain.criteria.len()).map(cell).collect();
        cells.resize_with(most, || view! { <td class="dim"><span class="vh">"none"</span></td> }.into_any());
        rows.push(view! { <tr><th scope="row">{domain.code.to_string()}</th>{cells}</tr> });
    }
    let key = STEPS
        .iter()
        .enumerate()
        .map(|(level, class)| view! { <span class=*class>{level.to_string()}</span> })
        .collect_view();
    let caption = "Level that counts, by domain and criterion number";
    let aside = view! {
        <div class="row">
            <span class="heat-key small">{key}</span>
            <span class="small dim">"Level that counts; after the stroke the level claimed."</span>
        </div>
    };
    view! {
        <Section id="criteria" title="Criterion by criterion" aside=aside keep=true>
            <TableScroll label=format!("Table: {caption}")>
                <table class="heat heat-narrow">
                    <caption class="vh">{caption}</caption>
                    <thead><tr><th scope="col">"Domain"</th>{heads}</tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </TableScroll>
            <p class="fine gap-small">
                "Columns count the criteria of each domain. A square with a cross marks an answer that a check contradicts."
            </p>
        </Section>
    }
    .into_any()
}

fn cell(score: &CriterionScore) -> AnyView {
    let code = score.code.to_string();
    let words = match score.standing {
        Standing::OutOfProfile => return left_out(&code, "–", " not asked of this profile"),
        Standing::ApprovedNotApplicable => return left_out(&code, "N/A", ""),
        Standing::PendingNotApplicable | Standing::Unanswered => ", unanswered",
        Standing::Answered(_) => "",
    };
    let counts = score.effective.get();
    let class = STEPS[usize::from(counts)];
    let said = score.claimed().filter(|said| *said != score.effective && !score.contradicted).map(|said| {
        view! { <small>{format!("/{}", said.get())}<span class="vh">" claimed"</span></small> }
    });
    let contradicted = score.contradicted.then(|| {
        view! { <Icon sign=Sign::Fail/><span class="vh">", contradicted"</span> }
    });
    view! {
        <td class=class>
            <span>
                <span class="vh">{format!("{code} counts ")}</span>{counts.to_string()}{said}{contradicted}
                <span class="vh">{words}</span>
            </span>
        </td>
    }
    .into_any()
}

fn left_out(code: &str, shown: &'static str, why: &'static str) -> AnyView {
    view! { <td class="dim"><span>{shown}<span class="vh">{format!(" {code}{why}")}</span></span></td> }
        .into_any()
}
