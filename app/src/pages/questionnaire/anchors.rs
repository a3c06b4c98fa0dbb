//! The five anchors of a criterion, with the rails that show what is claimed and what counts.

use domain::Level;
use domain::framework::Criterion;
use domain::scoring::CriterionScore;
use leptos::prelude::*;

use crate::ui::{Sign, Tag, TagKind};

/// What is claimed of a criterion, and what counts: a solid rail up to the level that counts, a dashed one up to the claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Rails {
    claimed: Option<Level>,
    counts: Level,
    contradicted: bool,
}

/// How one anchor is drawn.
pub(super) struct Rail {
    pub(super) class: &'static str,
    mark: Option<Mark>,
}

/// What a level is to the answer.
#[derive(Clone, Copy)]
enum Mark {
    Counts,
    /// Counts, because a check caps it.
    CountsContradicted,
    Claimed,
    Both,
}

impl Rail {
    /// The tag under the anchor's text.
    pub(super) fn flag(&self) -> AnyView {
        let Some(mark) = self.mark else { return ().into_any() };
        let tag = match mark {
            Mark::Counts => view! { <Tag kind=TagKind::Proven>"Counts"</Tag> },
            Mark::CountsContradicted => view! { <Tag kind=TagKind::Fail sign=Sign::Fail>"Counts"</Tag> },
            Mark::Claimed => view! { <Tag kind=TagKind::Ghost>"Claimed"</Tag> },
            Mark::Both => view! { <Tag kind=TagKind::Proven sign=Sign::Pass>"Claimed and counts"</Tag> },
        };
        view! { <span class="anchor-flag">{tag}</span> }.into_any()
    }
}

impl Rails {
    pub(super) fn of(score: &CriterionScore) -> Self {
        Self { claimed: score.claimed(), counts: score.effective, contradicted: score.contradicted }
    }

    /// From level 0 to level 4.
    pub(super) fn each(self) -> [Rail; 5] {
        std::array::from_fn(|level| {
            let Some(said) = self.claimed else { return Rail { class: "anchor", mark: None } };
            let (said, counts) = (usize::from(said.get()), usize::from(self.counts.get()));
            let class = if level <= counts {
                "anchor counts"
            } else if level <= said {
                "anchor said"
            } else {
                "anchor"
            };
            let mark = match (level == said, level == counts) {
                (true, true) => Some(Mark::Both),
                (true, false) => Some(Mark::Claimed),
                (false, true) if self.contradicted => Some(Mark::CountsContradicted),
                (false, true) => Some(Mark::Counts),
                (false, false) => None,
            };
            Rail { class, mark }
        })
    }
}

/// What an anchor adds to those below it.
const CUMULATIVE: [&str; 5] = ["", "", "", "All of 2, and:", "All of 2 and 3, and:"];

/// The radio buttons: five levels and *Not applicable*. `chosen` is the value of one.
pub(super) fn anchors(
    criterion: &Criterion,
    names: &[String; 5],
    id: &str,
    rails: Rails,
    chosen: &str,
) -> AnyView {
    let levels = rails
        .each()
        .into_iter()
        .zip(names)
        .zip(&criterion.anchors)
        .enumerate()
        .map(|(level, ((rail, name), text))| {
            let value = level.to_string();
            let text_id = format!("{id}-{level}");
            let checked = chosen == value;
            let cumulative = CUMULATIVE[level];
            let prefix = (!cumulative.is_empty()).then(|| view! { <b>{cumulative}</b>" " });
            view! {
                <label class=rail.class>
                    <input
                        type="radio"
                        name="level"
                        value=value.clone()
                        checked=checked
                        aria-label=format!("{level} {name}")
                        aria-describedby=text_id.clone()
                    />
                    <span class="anchor-name"><b>{value}</b>{name.clone()}</span>
                    <span class="anchor-text">
                        <span id=text_id>{prefix}{in_words(text)}</span>
                        <span data-flag="">{rail.flag()}</span>
                    </span>
                </label>
            }
        })
        .collect_view();
    let described = format!("{id}-q {id}-level-error");
    view! {
        <fieldset class="anchors" role="radiogroup" aria-describedby=described>
            <legend class="vh">{format!("Level of {}", criterion.code)}</legend>
            {levels}
            <label class="anchor anchor-na">
                <input
                    type="radio"
                    name="level"
                    value="na"
                    checked=chosen == "na"
                    aria-label="Not applicable"
                    aria-describedby=format!("{id}-na")
                />
                <span class="anchor-name">"Not applicable"</span>
                <span class="anchor-text" id=format!("{id}-na")>
                    "Needs a written reason, and counts when the assessor agrees."
                </span>
            </label>
        </fieldset>
    }
    .into_any()
}

pub(super) use crate::words::in_words;
