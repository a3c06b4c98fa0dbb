//! The list of domains with their progress.

use std::sync::Arc;

use leptos::prelude::*;

use super::Sheet;
use super::prepared::{Part, prepared};
use crate::charts::Meter;
use crate::ui::{Icon, Sign};

/// How far a domain is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Progress {
    answered: usize,
    applicable: usize,
    contradicted: bool,
}

/// All domains: how many criteria of each are answered, and where a check contradicts an answer. As HTML.
pub(super) fn list(sheet: &Sheet) -> Arc<str> {
    let progress = progress(sheet);
    let part =
        Part::Domains { paths: sheet.paths.clone(), current: sheet.domain, progress: progress.clone() };
    prepared(sheet.assessed.bundle.assessment.framework, part, || draw(sheet, &progress))
}

fn progress(sheet: &Sheet) -> Arc<[Progress]> {
    let score = &sheet.assessed.score;
    let mut criteria = score.criteria.iter();
    let domains = sheet.assessed.framework.domains.iter().zip(&score.domains);
    domains
        .map(|(domain, standing)| Progress {
            answered: standing.answered,
            applicable: standing.applicable,
            contradicted: criteria
                .by_ref()
                .take(domain.criteria.len())
                .fold(false, |contradicted, score| contradicted | score.contradicted),
        })
        .collect()
}

fn draw(sheet: &Sheet, progress: &[Progress]) -> AnyView {
    let (answered, applicable) = progress.iter().fold((0, 0), |(answered, applicable), domain| {
        (answered + domain.answered, applicable + domain.applicable)
    });
    let mut items = Vec::with_capacity(progress.len());
    for (index, (domain, standing)) in sheet.assessed.framework.domains.iter().zip(progress).enumerate() {
        let share = (standing.answered * 100).checked_div(standing.applicable).unwrap_or(0);
        let share = f64::from(u8::try_from(share).unwrap_or(100));
        let count = format!("{}/{} ", standing.answered, standing.applicable);
        let words = format!("{} of {} answered", standing.answered, standing.applicable);
        let mark = standing.contradicted.then(|| {
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
