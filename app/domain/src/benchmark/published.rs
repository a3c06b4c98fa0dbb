//! What was published, and what may be published beside it: the rule of the module above.

use std::collections::{BTreeMap, BTreeSet};

use super::{LEAST_GROUP, LEAST_OTHERS, Measure, Summary};
use crate::scoring::Exact;

/// Every set of results that was ever published of one figure. `T` names a result.
#[derive(Debug, Clone)]
pub struct Published<T> {
    sets: Vec<BTreeSet<T>>,
}

impl<T> Default for Published<T> {
    fn default() -> Self {
        Self { sets: Vec::new() }
    }
}

impl<T: Ord + Clone> Published<T> {
    pub fn sets(&self) -> &[BTreeSet<T>] {
        &self.sets
    }

    /// Notes that a set was published.
    pub fn note(&mut self, set: BTreeSet<T>) {
        if !self.sets.contains(&set) {
            self.sets.push(set);
        }
    }

    /// The results that no two published sets tell apart, together; those in none are left out.
    pub fn atoms(&self) -> Vec<BTreeSet<T>> {
        atoms(self.sets.iter())
    }

    /// Whether the set can be published (rule 1).
    pub fn admits(&self, set: &BTreeSet<T>) -> bool {
        set.len() >= LEAST_GROUP
            && atoms(self.sets.iter().chain([set])).iter().all(|atom| atom.len() >= LEAST_GROUP)
    }

    /// What can be published of these results: all of them, or those alone that no set held before.
    pub fn most_of(&self, results: &BTreeSet<T>) -> Option<BTreeSet<T>> {
        if self.admits(results) {
            return Some(results.clone());
        }
        let new = |result: &&T| self.sets.iter().all(|set| !set.contains(*result));
        let fresh: BTreeSet<T> = results.iter().filter(new).cloned().collect();
        self.admits(&fresh).then_some(fresh)
    }

    /// Whether somebody may see what is said of a published set, whose organizations' results are `own` (rule 3).
    pub fn shows(&self, set: &BTreeSet<T>, own: &BTreeSet<T>) -> bool {
        let others = |atom: &BTreeSet<T>| atom.difference(own).count();
        let quiet = |others: usize| others == 0 || others >= LEAST_OTHERS;
        self.atoms().iter().filter(|atom| !atom.is_disjoint(set)).all(|atom| quiet(others(atom)))
            && others(set) >= LEAST_OTHERS
    }
}

fn atoms<'a, T: Ord + Clone + 'a>(sets: impl Iterator<Item = &'a BTreeSet<T>>) -> Vec<BTreeSet<T>> {
    let mut signatures: BTreeMap<&T, Vec<usize>> = BTreeMap::new();
    for (number, set) in sets.enumerate() {
        for result in set {
            signatures.entry(result).or_default().push(number);
        }
    }
    let mut atoms: BTreeMap<Vec<usize>, BTreeSet<T>> = BTreeMap::new();
    for (result, signature) in signatures {
        atoms.entry(signature).or_default().insert(result.clone());
    }
    atoms.into_values().collect()
}

/// The submitted result of one organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerResult<T> {
    pub id: T,
    /// What is scored in it.
    pub values: BTreeMap<Measure, Exact>,
}

/// What is published of a group at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edition<T> {
    pub results: BTreeSet<T>,
    /// Overall, and those domains that may be published.
    pub figures: BTreeMap<Measure, Summary>,
}

/// Everything that was ever published of one framework version.
#[derive(Debug, Clone)]
pub struct History<T> {
    families: BTreeMap<Measure, Published<T>>,
}

impl<T> Default for History<T> {
    fn default() -> Self {
        Self { families: BTreeMap::new() }
    }
}

impl<T: Ord + Clone> History<T> {
    /// What was published of a figure.
    pub fn of(&self, measure: &Measure) -> Option<&Published<T>> {
        self.families.get(measure)
    }

    /// Notes that a figure of these results was published.
    pub fn note(&mut self, measure: Measure, results: BTreeSet<T>) {
        self.families.entry(measure).or_default().note(results);
    }

    /// Publishes what may be published of a group with these results; nothing where the rule forbids it. Those that
    /// are not scored overall are left out.
    pub fn publish(&mut self, group: &[PeerResult<T>]) -> Option<Edition<T>> {
        let scored = |measure: &Measure, among: &dyn Fn(&T) -> bool| -> BTreeSet<T> {
            let results =
                group.iter().filter(|result| among(&result.id) && result.values.contains_key(measure));
            results.map(|result| result.id.clone()).collect()
        };
        let family = self.families.entry(Measure::Overall).or_default();
        let results = family.most_of(&scored(&Measure::Overall, &|_| true))?;
        let mut figures = BTreeMap::new();
        let measures: BTreeSet<&Measure> = group.iter().flat_map(|result| result.values.keys()).collect();
        for measure in measures {
            let set = scored(measure, &|id| results.contains(id));
            if !self.families.entry(measure.clone()).or_default().admits(&set) {
                continue;
            }
            let values = group.iter().filter(|result| set.contains(&result.id));
            let values = values.filter_map(|result| result.values.get(measure).copied()).collect();
            if let Some(summary) = Summary::of(values) {
                figures.insert(measure.clone(), summary);
                self.note(measure.clone(), set);
            }
        }
        // Without the overall figure nothing else is said either; what was noted meanwhile only makes the rule stricter.
        figures.contains_key(&Measure::Overall).then_some(Edition { results, figures })
    }

    /// Whether somebody whose organizations' results are `own` may see a figure of these results.
    pub fn shows(&self, measure: &Measure, results: &BTreeSet<T>, own: &BTreeSet<T>) -> bool {
        self.of(measure).is_some_and(|family| family.shows(results, own))
    }
}
