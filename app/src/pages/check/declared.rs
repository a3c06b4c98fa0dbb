//! What the target declares of itself: the latest change, fact by fact.

use std::collections::BTreeSet;

use leptos::prelude::*;
use service::record::Declaration;

use super::CheckShown;
use crate::ui::{Drawer, Section, Width, date_of, day, moment};
use crate::words::plural;

/// Facts of one change in plain sight; the rest is counted.
const SHOWN: usize = 200;

pub(super) fn declared_section(check: &CheckShown) -> Option<AnyView> {
    let declarations = &check.page.history.declarations;
    let latest = declarations.first()?;
    let facts = plural(latest.facts.lines().count(), "fact");
    let Some(before) = declarations.get(1) else {
        let words = format!(
            "{facts} declared since {}; no change seen yet.",
            day(date_of(latest.seen_at.timestamp()))
        );
        let section = view! {
            <Section id="declared" title="What it declares"><p class="dim">{words}</p></Section>
        };
        return Some(section.into_any());
    };
    let content = diff(before, latest);
    let aside = format!("{facts}, last change {}", moment(latest.seen_at.timestamp()));
    let earlier = declarations[1..]
        .windows(2)
        .map(|pair| {
            let summary = format!("Change of {}", moment(pair[0].seen_at.timestamp()));
            let content = diff(&pair[1], &pair[0]);
            view! { <Drawer summary>{content}</Drawer> }
        })
        .collect_view();
    Some(
        view! {
            <Section id="declared" title="What it declares: last change" aside=view! { <p>{aside}</p> } width=Width::Span>
                <div class="stack">{content}{earlier}</div>
            </Section>
        }
        .into_any(),
    )
}

/// The lines that differ; removed before added, each in its order.
fn changes<'a>(before: &'a Declaration, after: &'a Declaration) -> (Vec<&'a str>, Vec<&'a str>) {
    let set = |declaration: &'a Declaration| declaration.facts.lines().collect::<BTreeSet<_>>();
    let (before, after) = (set(before), set(after));
    (before.difference(&after).copied().collect(), after.difference(&before).copied().collect())
}

fn diff(before: &Declaration, after: &Declaration) -> AnyView {
    let (removed, added) = changes(before, after);
    let marked = removed.iter().map(|fact| ("del", "− removed", *fact));
    let marked = marked.chain(added.iter().map(|fact| ("add", "+ added", *fact)));
    let mut lines: Vec<_> = marked.collect();
    // What changed its value stands together.
    lines.sort_by_key(|(_, _, fact)| fact.split(" = ").next().unwrap_or(fact).to_owned());
    let more = lines.len().saturating_sub(SHOWN);
    let rows = lines
        .into_iter()
        .take(SHOWN)
        .map(|(class, word, fact)| {
            view! { <tr class=class><td>{word}</td><td>{fact.to_owned()}</td></tr> }
        })
        .collect_view();
    let more = (more > 0).then(|| view! { <p class="small dim">{format!("and {more} more")}</p> });
    let caption = format!("Changes seen on {}", day(date_of(after.seen_at.timestamp())));
    let label = format!("Table: {caption}");
    view! {
        <div class="t-scroll" tabindex="0" role="region" aria-label=label>
            <table class="diff">
                <caption class="vh">{caption}</caption>
                <tbody>{rows}</tbody>
            </table>
        </div>
        {more}
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use service::UnixMillis;

    use super::*;

    #[test]
    fn a_change_names_what_went_and_what_came() {
        let at = |day: i64, facts: &str| Declaration {
            seen_at: UnixMillis(day * 86_400_000),
            facts: facts.to_owned(),
        };
        let (before, after) = (at(1, "a = 1\nb = 2\nc = 3"), at(2, "a = 1\nb = 4\nd = 5"));
        assert_eq!(changes(&before, &after), (vec!["b = 2", "c = 3"], vec!["b = 4", "d = 5"]));
    }
}
