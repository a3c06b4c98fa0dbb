//! The five anchors of a criterion, with the rails that show what is claimed and what counts.

use domain::Level;
use domain::framework::Criterion;
use domain::scoring::CriterionScore;
use leptos::prelude::*;
use service::assessment::Assessed;
use service::record::Claim;

use crate::answer::field_name;
use crate::islands::FORM;
use crate::ui::{Sign, Tag, TagKind};
use crate::words::overruling;

/// What is claimed of a criterion, and what counts: a solid rail up to the level that counts, a dashed one up to the claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Rails {
    /// The level that is scored: the assessor's where there is one.
    claimed: Option<Level>,
    counts: Level,
    contradicted: bool,
    /// Where an assessor says something else than the organization.
    overruled: Option<Overruled>,
}

/// The places in the group of what both say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Overruled {
    rating: usize,
    own: Option<usize>,
}

/// The last place of the group, after the five levels.
const NOT_APPLICABLE: usize = 5;

fn place(claim: &Claim) -> usize {
    match claim {
        Claim::Level(level) => usize::from(level.get()),
        Claim::NotApplicable { .. } => NOT_APPLICABLE,
    }
}

/// How one place of the group is drawn.
pub(super) struct Rail {
    pub(super) class: &'static str,
    marks: Vec<Mark>,
}

/// What a level is to the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Counts,
    /// Counts, because a check caps it.
    CountsContradicted,
    Claimed,
    Both,
    Rated,
    RatedAndCounts,
    /// The organization's own answer, in whose place another rating counts.
    Own,
}

impl Mark {
    fn tag(self) -> AnyView {
        match self {
            Self::Counts => view! { <Tag kind=TagKind::Proven>"Counts"</Tag> }.into_any(),
            Self::CountsContradicted => {
                view! { <Tag kind=TagKind::Fail sign=Sign::Fail>"Counts"</Tag> }.into_any()
            }
            Self::Claimed => view! { <Tag kind=TagKind::Ghost>"Claimed"</Tag> }.into_any(),
            Self::Both => {
                view! { <Tag kind=TagKind::Proven sign=Sign::Pass>"Claimed and counts"</Tag> }.into_any()
            }
            Self::Rated => view! { <Tag kind=TagKind::Ghost>"Rated by the assessor"</Tag> }.into_any(),
            Self::RatedAndCounts => {
                view! { <Tag kind=TagKind::Proven sign=Sign::Pass>"Rated by the assessor, counts"</Tag> }
                    .into_any()
            }
            Self::Own => view! { <Tag kind=TagKind::Ghost>"The organization said"</Tag> }.into_any(),
        }
    }
}

impl Rail {
    /// The tags under the anchor's text.
    pub(super) fn flag(&self) -> AnyView {
        if self.marks.is_empty() {
            return ().into_any();
        }
        let tags = self.marks.iter().copied().map(Mark::tag).collect_view();
        view! { <span class="anchor-flag">{tags}</span> }.into_any()
    }
}

impl Rails {
    pub(super) fn of(assessed: &Assessed, score: &CriterionScore) -> Self {
        let overruled = overruling(assessed, &score.code).map(|rating| Overruled {
            rating: place(&rating.claim),
            own: assessed.own_answer(&score.code).map(|own| place(&own.claim)),
        });
        let (claimed, counts) = (score.claimed(), score.effective);
        Self { claimed, counts, contradicted: score.contradicted, overruled }
    }

    /// From level 0 to level 4, and *Not applicable*.
    pub(super) fn each(self) -> [Rail; NOT_APPLICABLE + 1] {
        std::array::from_fn(|place| Rail { class: self.class(place), marks: self.marks(place) })
    }

    fn class(self, place: usize) -> &'static str {
        if place == NOT_APPLICABLE {
            return "anchor anchor-na";
        }
        let Some(claimed) = self.claimed else { return "anchor" };
        let own = self.overruled.and_then(|overruled| overruled.own);
        let own = own.filter(|own| *own != NOT_APPLICABLE).unwrap_or(0);
        if place <= usize::from(self.counts.get()) {
            "anchor counts"
        } else if place <= own.max(usize::from(claimed.get())) {
            "anchor said"
        } else {
            "anchor"
        }
    }

    fn marks(self, place: usize) -> Vec<Mark> {
        let said = self.claimed.is_some_and(|said| usize::from(said.get()) == place);
        let counts = self.claimed.is_some() && usize::from(self.counts.get()) == place;
        let Some(Overruled { rating, own }) = self.overruled else {
            return self.counted(said, counts, [Mark::Claimed, Mark::Both]).into_iter().collect();
        };
        let rated = self.counted(rating == place, counts, [Mark::Rated, Mark::RatedAndCounts]);
        rated.into_iter().chain((own == Some(place)).then_some(Mark::Own)).collect()
    }

    /// `marks`: of what is said and does not count, and of what is said and counts.
    fn counted(self, said: bool, counts: bool, marks: [Mark; 2]) -> Option<Mark> {
        match (said, counts) {
            (true, true) => Some(marks[1]),
            (true, false) => Some(marks[0]),
            (false, true) if self.contradicted => Some(Mark::CountsContradicted),
            (false, true) => Some(Mark::Counts),
            (false, false) => None,
        }
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
    let [levels @ .., left_out] = rails.each();
    let field = field_name(&criterion.code, "level");
    let levels = levels
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
                        form=FORM
                        name=field.clone()
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
            <label class=left_out.class>
                <input
                    type="radio"
                    form=FORM
                    name=field.clone()
                    value="na"
                    checked=chosen == "na"
                    aria-label="Not applicable"
                    aria-describedby=format!("{id}-na")
                />
                <span class="anchor-name">"Not applicable"</span>
                <span class="anchor-text">
                    <span id=format!("{id}-na")>"Needs a written reason, and counts when the assessor agrees."</span>
                    <span data-flag="">{left_out.flag()}</span>
                </span>
            </label>
        </fieldset>
    }
    .into_any()
}

pub(super) use crate::words::in_words;

#[cfg(test)]
mod tests {
    use super::*;

    fn rails(claimed: Option<usize>, counts: usize, overruled: Option<(usize, Option<usize>)>) -> Rails {
        Rails {
            claimed: claimed.map(|level| Level::ALL[level]),
            counts: Level::ALL[counts],
            contradicted: false,
            overruled: overruled.map(|(rating, own)| Overruled { rating, own }),
        }
    }

    fn marks(rails: Rails) -> Vec<(usize, Vec<Mark>)> {
        let marked = rails.each().into_iter().map(|rail| rail.marks).enumerate();
        marked.filter(|(_, marks)| !marks.is_empty()).collect()
    }

    #[test]
    fn a_claim_is_marked_beside_what_counts() {
        assert_eq!(marks(rails(Some(3), 1, None)), [(1, vec![Mark::Counts]), (3, vec![Mark::Claimed])]);
        assert_eq!(marks(rails(Some(2), 2, None)), [(2, vec![Mark::Both])]);
        assert!(marks(rails(None, 0, None)).is_empty());
    }

    #[test]
    fn another_rating_is_what_counts_and_what_the_organization_said_stays() {
        let rated = rails(Some(1), 1, Some((1, Some(3))));
        assert_eq!(marks(rated), [(1, vec![Mark::RatedAndCounts]), (3, vec![Mark::Own])]);
        let classes = rated.each().map(|rail| rail.class);
        assert_eq!(
            classes,
            ["anchor counts", "anchor counts", "anchor said", "anchor said", "anchor", "anchor anchor-na"]
        );
        let capped = rails(Some(3), 2, Some((3, Some(2))));
        assert_eq!(marks(capped), [(2, vec![Mark::Counts, Mark::Own]), (3, vec![Mark::Rated])]);
        assert_eq!(marks(rails(Some(0), 0, Some((0, None)))), [(0, vec![Mark::RatedAndCounts])]);
    }

    #[test]
    fn not_applicable_is_marked_as_a_level_is() {
        let approved = rails(None, 0, Some((NOT_APPLICABLE, Some(2))));
        assert_eq!(marks(approved), [(2, vec![Mark::Own]), (NOT_APPLICABLE, vec![Mark::Rated])]);
        let refused = rails(Some(1), 1, Some((1, Some(NOT_APPLICABLE))));
        assert_eq!(marks(refused), [(1, vec![Mark::RatedAndCounts]), (NOT_APPLICABLE, vec![Mark::Own])]);
    }
}
