//! How high each criterion is climbed, and what proof is asked: no more than the rung needs.
//!
//! Everything starts at its best, where all thresholds hold, and is lowered one level, then one class of evidence at a
//! time, the tallest first, as long as they still hold. What is left cannot be lowered anywhere.

use super::model::{Candidate, Model, Standing, Wish};
use crate::level::Level;

/// What is planned for a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Planned {
    Nothing,
    /// Answered at level 0.
    Answer,
    Work {
        level: Level,
        class: usize,
    },
}

/// By position of the candidate.
pub(super) fn settle(model: &Model, worked_on: &[usize]) -> Vec<Planned> {
    let mut settler = Settler { model, planned: start(model, worked_on) };
    settler.lower_levels();
    settler.lower_classes();
    settler.drop_answers();
    settler.planned
}

fn start(model: &Model, worked_on: &[usize]) -> Vec<Planned> {
    let candidates = model.candidates.iter().enumerate();
    candidates
        .map(|(position, candidate)| {
            if worked_on.binary_search(&position).is_ok() {
                Planned::Work { level: candidate.best_level, class: candidate.best_class }
            } else if candidate.score.claimed().is_none() && candidate.wish != Wish::Excluded {
                Planned::Answer
            } else {
                Planned::Nothing
            }
        })
        .collect()
}

struct Settler<'m, 'a> {
    model: &'m Model<'a>,
    planned: Vec<Planned>,
}

impl Settler<'_, '_> {
    fn standing(&self, position: usize) -> Standing {
        self.standing_of(position, self.planned[position])
    }

    fn standing_of(&self, position: usize, planned: Planned) -> Standing {
        let candidate = &self.model.candidates[position];
        match planned {
            Planned::Nothing => Standing {
                level: candidate.score.effective,
                confidence: candidate.score.confidence,
                answered: candidate.score.claimed().is_some(),
            },
            Planned::Answer => self.model.untouched(candidate),
            Planned::Work { level, class } => {
                Standing { level, confidence: self.model.class(class).confidence, answered: true }
            }
        }
    }

    /// Plans something else if all thresholds still hold.
    fn try_plan(&mut self, position: usize, planned: Planned) {
        let before = std::mem::replace(&mut self.planned[position], planned);
        if !self.model.holds(&self.model.sums(|position| self.standing(position))) {
            self.planned[position] = before;
        }
    }

    fn lower_levels(&mut self) {
        // Where a level weighs least, it is given up first.
        let mut order: Vec<usize> = (0..self.planned.len()).collect();
        order.sort_by_key(|position| self.model.points_per_level(&self.model.candidates[*position]));
        for height in Level::ALL.into_iter().rev() {
            for position in order.iter().copied() {
                let Planned::Work { level, class } = self.planned[position] else { continue };
                let below = Level::ALL.iter().rev().find(|below| **below < level);
                let Some(below) = below.filter(|_| level == height) else { continue };
                if *below >= Self::least_level(&self.model.candidates[position]) {
                    self.try_plan(position, Planned::Work { level: *below, class });
                }
            }
        }
    }

    /// What is there already, what the gates ask, and a level more for what is pinned.
    fn least_level(candidate: &Candidate) -> Level {
        let kept = candidate.score.effective.max(candidate.gate);
        let above = Level::ALL.into_iter().find(|level| *level > candidate.score.effective);
        match (candidate.wish, above) {
            (Wish::Pinned, Some(above)) => kept.max(above.min(candidate.best_level)),
            _ => kept,
        }
    }

    fn lower_classes(&mut self) {
        for tallest in (1..4).rev() {
            for position in 0..self.planned.len() {
                let Planned::Work { level, class } = self.planned[position] else { continue };
                let candidate = &self.model.candidates[position];
                let young = usize::from(candidate.evidence_too_old);
                let least = candidate.score.evidence_class.max(young);
                let carries = self.model.class(class.saturating_sub(1)).level_cap >= level;
                if class == tallest && class > least && carries {
                    let lower = Planned::Work { level, class: class - 1 };
                    if !self.is_idle(position, lower) {
                        self.try_plan(position, lower);
                    }
                }
            }
        }
    }

    /// Whether this work on a pinned criterion would leave all as it is: what people pinned has something to do, as long
    /// as there is anything.
    fn is_idle(&self, position: usize, planned: Planned) -> bool {
        let candidate = &self.model.candidates[position];
        candidate.wish == Wish::Pinned
            && candidate.need.is_none()
            && self.standing_of(position, planned) == self.model.untouched(candidate)
    }

    fn drop_answers(&mut self) {
        for position in 0..self.planned.len() {
            if self.planned[position] == Planned::Answer {
                self.try_plan(position, Planned::Nothing);
            }
        }
    }
}
