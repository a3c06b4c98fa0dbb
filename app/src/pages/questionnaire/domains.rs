//! The list of domains with their progress.

use leptos::prelude::*;

use super::Sheet;
use crate::charts::Meter;
use crate::ui::{Icon, Sign};

/// All domains: how many criteria of each are answered, and where a check contradicts an answer.
pub(super) fn list(sheet: &Sheet) -> AnyView {
    let score = &sheet.assessed.score;
    let (answered, applicable) = score.domains.iter().fold((0, 0), |(answered, applicable), domain| {
        (answered + domain.answered, applicable + domain.applicable)
    });
    let mut criteria = score.criteria.iter();
    let mut items = Vec::with_capacity(score.domains.len());
    for (index, (domain, standing)) in sheet.assessed.framework.domains.iter().zip(&score.domains).enumerate()
    {
        let contradicted =
            criteria.by_ref().take(domain.criteria.len()).filter(|score| score.contradicted).count() > 0;
        let share = (standing.answered * 100).checked_div(standing.applicable).unwrap_or(0);
        let share = f64::from(u8::try_from(share).unwrap_or(100));
        let count = format!("{}/{} ", standing.answered, standing.applicable);
        let words = format!("{} of {} answered", standing.answered, standing.applicable);
        let mark = contradicted.then(|| {
            view! {
                <span class="fail-text d-mark"><Icon sign=Sign::Fail/></span>
                <span class="vh">", has a contradiction"</span>
            }
        });
        let current = (index == sheet.domain).then_some("page");
        items.push(view! {
            <li>
                <a href=sheet.paths.domain(&domain.code) aria-current=current>
                    <span class="code">{domain.code.to_string()}</span>
                    <Meter id=format!("m-{index}") title=words at=share/>
                    <span class="dim nowrap">{count}{mark}</span>
                </a>
            </li>
        });
    }
    view! {
        <p class="small dim dom-count">{format!("{answered} of {applicable} answered")}</p>
        <ul>{items}</ul>
    }
    .into_any()
}
