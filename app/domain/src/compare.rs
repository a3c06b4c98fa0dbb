//! Assessments side by side: how the same criterion stands in two of them, and what that difference is called.
//!
//! One of them is the base; a difference says how the other one stands against it.

use crate::framework::Criterion;
use crate::level::Level;
use crate::scoring::exact::{least_common_multiple, reduced};
use crate::scoring::{CriterionScore, Exact, Standing, display};

/// How a criterion stands in one assessment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The framework's version has no such criterion.
    Absent,
    /// Out of profile, or approved as not applicable.
    DoesNotApply,
    Unanswered,
    Answered {
        claimed: Level,
        counts: Level,
        contradicted: bool,
    },
}

impl From<&CriterionScore> for Side {
    fn from(score: &CriterionScore) -> Self {
        match score.standing {
            Standing::OutOfProfile | Standing::ApprovedNotApplicable => Self::DoesNotApply,
            Standing::PendingNotApplicable | Standing::Unanswered => Self::Unanswered,
            Standing::Answered(claimed) => {
                Self::Answered { claimed, counts: score.effective, contradicted: score.contradicted }
            }
        }
    }
}

/// How the other one differs from the base.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Difference {
    /// Only the other one's version has the criterion.
    New,
    /// Only the base's version has it.
    Gone,
    Applies,
    DoesNotApply,
    Answered,
    Unanswered,
    CountsMore(u8),
    CountsLess(u8),
    ClaimsMore(u8),
    ClaimsLess(u8),
    Contradicted,
    NoLongerContradicted,
    /// The versions ask something else under the same code.
    Reworded,
}

impl Difference {
    /// A name for machines.
    pub const fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Gone => "gone",
            Self::Applies => "applies",
            Self::DoesNotApply => "does_not_apply",
            Self::Answered => "answered",
            Self::Unanswered => "unanswered",
            Self::CountsMore(_) => "counts_more",
            Self::CountsLess(_) => "counts_less",
            Self::ClaimsMore(_) => "claims_more",
            Self::ClaimsLess(_) => "claims_less",
            Self::Contradicted => "contradicted",
            Self::NoLongerContradicted => "no_longer_contradicted",
            Self::Reworded => "reworded",
        }
    }

    /// By how many levels, where it is by levels.
    pub const fn levels(self) -> Option<u8> {
        match self {
            Self::CountsMore(by) | Self::CountsLess(by) | Self::ClaimsMore(by) | Self::ClaimsLess(by) => {
                Some(by)
            }
            _ => None,
        }
    }

    /// `counts 2 more`.
    pub fn words(self) -> String {
        match self {
            Self::New => "new in this version".to_owned(),
            Self::Gone => "not in this version".to_owned(),
            Self::Applies => "applies here".to_owned(),
            Self::DoesNotApply => "does not apply here".to_owned(),
            Self::Answered => "answered here".to_owned(),
            Self::Unanswered => "not answered here".to_owned(),
            Self::CountsMore(by) => format!("counts {by} more"),
            Self::CountsLess(by) => format!("counts {by} less"),
            Self::ClaimsMore(by) => format!("claims {by} more"),
            Self::ClaimsLess(by) => format!("claims {by} less"),
            Self::Contradicted => "contradicted here".to_owned(),
            Self::NoLongerContradicted => "not contradicted here".to_owned(),
            Self::Reworded => "asks something else in this version".to_owned(),
        }
    }
}

/// How `other` differs from `base`; nothing where both stand alike.
pub fn differences(base: Side, other: Side) -> Vec<Difference> {
    use Side::{Absent, Answered, DoesNotApply, Unanswered};
    match (base, other) {
        (Absent, Absent) | (DoesNotApply, DoesNotApply) | (Unanswered, Unanswered) => Vec::new(),
        (Absent, _) => vec![Difference::New],
        (_, Absent) => vec![Difference::Gone],
        (_, DoesNotApply) => vec![Difference::DoesNotApply],
        (DoesNotApply, Unanswered) => vec![Difference::Applies, Difference::Unanswered],
        (DoesNotApply, Answered { .. }) => vec![Difference::Applies],
        (Answered { .. }, Unanswered) => vec![Difference::Unanswered],
        (Unanswered, Answered { .. }) => vec![Difference::Answered],
        (
            Answered { claimed, counts, contradicted },
            Answered { claimed: claims, counts: count, contradicted: is_contradicted },
        ) => {
            let mut found = Vec::new();
            match (counts.get(), count.get()) {
                (base, other) if other > base => found.push(Difference::CountsMore(other - base)),
                (base, other) if other < base => found.push(Difference::CountsLess(base - other)),
                _ => {}
            }
            match (claimed.get(), claims.get()) {
                (base, other) if other > base => found.push(Difference::ClaimsMore(other - base)),
                (base, other) if other < base => found.push(Difference::ClaimsLess(base - other)),
                _ => {}
            }
            match (contradicted, is_contradicted) {
                (false, true) => found.push(Difference::Contradicted),
                (true, false) => found.push(Difference::NoLongerContradicted),
                _ => {}
            }
            found
        }
    }
}

/// Whether two versions ask the same under a criterion's code: question, anchors and weight.
pub fn asks_the_same(one: &Criterion, other: &Criterion) -> bool {
    one.question == other.question && one.anchors == other.anchors && one.weight == other.weight
}

/// How far apart two scores are: exact, and rounded only when it is shown (`scoring.md` section 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Distance {
    Same,
    Higher(Exact),
    Lower(Exact),
}

impl Distance {
    /// How `other` stands against `base`, both of 0 or more. `None` where the exact difference does not fit into 128 bits.
    pub fn between(base: &Exact, other: &Exact) -> Option<Self> {
        let common = least_common_multiple(*base.denom(), *other.denom())?;
        let over = |value: &Exact| value.numer().checked_mul(common / value.denom());
        let moved = over(other)?.checked_sub(over(base)?)?;
        Some(match moved.signum() {
            0 => Self::Same,
            1 => Self::Higher(reduced(moved, common)),
            _ => Self::Lower(reduced(-moved, common)),
        })
    }

    /// `+4.2`, `−0.3`, `0.0`.
    pub fn words(&self) -> String {
        match self {
            Self::Same => "0.0".to_owned(),
            Self::Higher(by) => format!("+{}", display(by)),
            Self::Lower(by) => format!("−{}", display(by)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(claimed: usize, counts: usize) -> Side {
        Side::Answered { claimed: Level::ALL[claimed], counts: Level::ALL[counts], contradicted: false }
    }

    #[test]
    fn every_difference_is_named_from_the_other_one_s_side() {
        let words = |base, other| {
            let named = differences(base, other).into_iter().map(Difference::words);
            named.collect::<Vec<_>>().join(", ")
        };
        assert_eq!(words(answered(3, 1), answered(3, 3)), "counts 2 more");
        assert_eq!(words(answered(2, 2), answered(4, 2)), "claims 2 more");
        assert_eq!(words(answered(2, 2), answered(1, 1)), "counts 1 less, claims 1 less");
        let contradicted =
            Side::Answered { claimed: Level::ALL[3], counts: Level::ALL[1], contradicted: true };
        assert_eq!(words(answered(3, 2), contradicted), "counts 1 less, contradicted here");
        assert_eq!(words(contradicted, answered(3, 1)), "not contradicted here");
        assert_eq!(words(Side::Unanswered, answered(0, 0)), "answered here");
        assert_eq!(words(answered(4, 2), Side::DoesNotApply), "does not apply here");
        assert_eq!(words(Side::DoesNotApply, Side::Unanswered), "applies here, not answered here");
        assert_eq!(words(Side::Absent, Side::Unanswered), "new in this version");
        assert_eq!(words(Side::Unanswered, Side::Absent), "not in this version");
        for side in [Side::Absent, Side::DoesNotApply, Side::Unanswered, contradicted] {
            assert_eq!(words(side, side), "");
        }
    }

    #[test]
    fn a_distance_is_rounded_from_its_exact_value() {
        let distance = |base: (i128, i128), other: (i128, i128)| {
            Distance::between(&Exact::new(base.0, base.1), &Exact::new(other.0, other.1)).unwrap().words()
        };
        // 64.04 and 68.16 are shown as 64.0 and 68.2; they are 4.12 apart.
        assert_eq!(distance((6_404, 100), (6_816, 100)), "+4.1");
        assert_eq!(distance((1, 3), (1, 6)), "−0.2");
        assert_eq!(distance((1, 3), (2, 6)), "0.0");
        let far = Distance::between(&Exact::new(1, (1 << 61) - 1), &Exact::new(1, (1 << 89) - 1));
        assert_eq!(far, None);
    }
}
