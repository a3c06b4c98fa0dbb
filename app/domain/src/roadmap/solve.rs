//! Which criteria to work on: the set of least effort that meets every threshold.
//!
//! The thresholds are one for each domain and two over all: overall score and confidence. Inside a domain the two
//! quantities that matter are points and confidence, so its good choices are few ([`Front`] keeps those that none
//! beats). Domains are then joined one by one. A partial choice is dropped when another has no more effort and gives no
//! less, or when a lower bound on what must still be spent exceeds the budget. The bound prices the two common
//! thresholds (Lagrange multipliers, any of which give a true bound) and leaves each domain its cheapest choice at these
//! prices. The budget starts at the bound and grows by 1 until a choice is found: that one is cheapest.

use std::collections::BTreeMap;

/// A criterion that may be worked on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Item {
    pub(super) number: usize,
    pub(super) effort: u32,
    /// Gained in the domain, `w * L`.
    pub(super) points: i128,
    /// Gained in the sum of confidence.
    pub(super) confidence: i128,
}

/// What must be gained, and by what. There must be a solution: all items together meet every threshold.
#[derive(Debug, Clone)]
pub(super) struct Problem {
    /// By domain.
    pub(super) groups: Vec<Vec<Item>>,
    /// By domain: the points to gain.
    pub(super) short: Vec<i128>,
    /// By domain: what a point is worth in the overall sum.
    pub(super) shares: Vec<i128>,
    /// To gain in the overall sum.
    pub(super) overall: i128,
    /// To gain in the sum of confidence.
    pub(super) confidence: i128,
    /// Worked on in any case, and counted already.
    pub(super) forced: Vec<usize>,
}

/// A choice in one domain, or in all domains up to one.
#[derive(Debug, Clone, Copy)]
struct Choice {
    effort: u32,
    overall: i128,
    confidence: i128,
    /// In the layer or arena before.
    parent: usize,
    /// The item taken, or the domain's choice.
    taken: usize,
}

/// Prices are whole multiples of 1 / `UNIT` of an effort point.
const UNIT: i128 = 1 << 60;

/// A price for a unit of overall sum and of confidence sum.
#[derive(Debug, Clone, Copy)]
struct Prices {
    overall: i128,
    confidence: i128,
}

/// Keeps a choice only while no other of at most its effort gives at least as much of both. Offered in order of effort.
#[derive(Default)]
struct Front(BTreeMap<i128, i128>);

impl Front {
    /// Whether nothing offered before beats it.
    fn admits(&mut self, overall: i128, confidence: i128) -> bool {
        if self.0.range(overall..).next().is_some_and(|(_, known)| *known >= confidence) {
            return false;
        }
        while let Some((beaten, _)) =
            self.0.range(..=overall).next_back().filter(|(_, known)| **known <= confidence)
        {
            let beaten = *beaten;
            self.0.remove(&beaten);
        }
        self.0.insert(overall, confidence);
        true
    }
}

/// The numbers of the items to work on, in rising order.
pub(super) fn cheapest(problem: &Problem) -> Vec<usize> {
    let domains: Vec<Domain> = (0..problem.groups.len()).map(|group| Domain::new(problem, group)).collect();
    let searcher = Searcher::new(problem, &domains);
    let mut budget = searcher.least();
    let most: u32 = problem.groups.iter().flatten().map(|item| item.effort).sum();
    let chosen = loop {
        if let Some(chosen) = searcher.within(budget) {
            break chosen;
        }
        budget += 1;
        assert!(budget <= most, "all items together meet every threshold");
    };
    let mut numbers = problem.forced.clone();
    for (domain, choice) in domains.iter().zip(chosen) {
        numbers.extend(domain.items_of(choice));
    }
    numbers.sort_unstable();
    numbers
}

/// The choices of a domain that meet its own threshold and that none beats.
struct Domain {
    choices: Vec<Choice>,
    /// How the choices came about: parent and item number.
    arena: Vec<(usize, usize)>,
}

/// The root of every choice's history.
const NOTHING: usize = usize::MAX;

impl Domain {
    fn new(problem: &Problem, group: usize) -> Self {
        let mut arena = Vec::new();
        let mut choices =
            vec![Choice { effort: 0, overall: 0, confidence: 0, parent: NOTHING, taken: NOTHING }];
        let share = problem.shares[group];
        for item in &problem.groups[group] {
            let with: Vec<Choice> = choices
                .iter()
                .map(|choice| {
                    arena.push((choice.parent, item.number));
                    Choice {
                        effort: choice.effort + item.effort,
                        overall: choice.overall + share * item.points,
                        confidence: choice.confidence + item.confidence,
                        parent: arena.len() - 1,
                        taken: item.number,
                    }
                })
                .collect();
            choices.extend(with);
            choices = unbeaten(choices);
        }
        let short = problem.short[group] * share;
        choices.retain(|choice| choice.overall >= short);
        // More than is asked over all is worth nothing; prices then stay in bounds, too.
        for choice in &mut choices {
            choice.overall = choice.overall.min(problem.overall.max(0));
            choice.confidence = choice.confidence.min(problem.confidence.max(0));
        }
        Self { choices: unbeaten(choices), arena }
    }

    fn items_of(&self, choice: usize) -> Vec<usize> {
        let mut items = Vec::new();
        let mut at = self.choices[choice].parent;
        while let Some((parent, item)) = self.arena.get(at) {
            items.push(*item);
            at = *parent;
        }
        items
    }

    /// The least effort less what a choice gains at these prices, in units.
    fn least_at(&self, prices: Prices) -> i128 {
        self.choices
            .iter()
            .map(|choice| choice.net(prices))
            .min()
            .expect("all items together meet the threshold")
    }
}

impl Choice {
    fn net(&self, prices: Prices) -> i128 {
        i128::from(self.effort) * UNIT - prices.overall * self.overall - prices.confidence * self.confidence
    }
}

/// Those that none beats, least effort first.
fn unbeaten(mut choices: Vec<Choice>) -> Vec<Choice> {
    choices.sort_by(|a, b| {
        a.effort.cmp(&b.effort).then(b.overall.cmp(&a.overall)).then(b.confidence.cmp(&a.confidence))
    });
    let mut front = Front::default();
    choices.retain(|choice| front.admits(choice.overall, choice.confidence));
    choices
}

struct Searcher<'a> {
    problem: &'a Problem,
    domains: &'a [Domain],
    /// Prices with, for each domain, the sum of [`Domain::least_at`] over it and those after it.
    bounds: Vec<(Prices, Vec<i128>)>,
}

impl<'a> Searcher<'a> {
    fn new(problem: &'a Problem, domains: &'a [Domain]) -> Self {
        let both = best_prices(problem, domains);
        let prices = [
            both,
            Prices { overall: 0, ..best_prices(&Problem { overall: 0, ..problem.clone() }, domains) },
            Prices { confidence: 0, ..best_prices(&Problem { confidence: 0, ..problem.clone() }, domains) },
        ];
        let bounds = prices.map(|prices| {
            let mut after = vec![0; domains.len() + 1];
            for position in (0..domains.len()).rev() {
                after[position] = after[position + 1] + domains[position].least_at(prices);
            }
            (prices, after)
        });
        Self { problem, domains, bounds: bounds.into() }
    }

    /// In units: the least effort of any solution that begins so and goes on at a domain.
    fn bound(&self, effort: u32, overall: i128, confidence: i128, position: usize) -> i128 {
        let missing_overall = (self.problem.overall - overall).max(0);
        let missing_confidence = (self.problem.confidence - confidence).max(0);
        let bounds = self.bounds.iter().map(|(prices, after)| {
            prices.overall * missing_overall + prices.confidence * missing_confidence + after[position]
        });
        i128::from(effort) * UNIT + bounds.max().unwrap_or(0)
    }

    /// No solution has less effort.
    fn least(&self) -> u32 {
        let bound = self.bound(0, 0, 0, 0).max(0);
        u32::try_from((bound + UNIT - 1) / UNIT).unwrap_or(0)
    }

    /// A solution of at most this effort: the choice of each domain.
    fn within(&self, budget: u32) -> Option<Vec<usize>> {
        let most = i128::from(budget) * UNIT;
        let mut layers =
            vec![vec![Choice { effort: 0, overall: 0, confidence: 0, parent: NOTHING, taken: NOTHING }]];
        for (position, domain) in self.domains.iter().enumerate() {
            let mut joined = Vec::new();
            for (parent, so_far) in layers[position].iter().enumerate() {
                for (taken, choice) in domain.choices.iter().enumerate() {
                    let effort = so_far.effort + choice.effort;
                    if effort > budget {
                        // In order of effort.
                        break;
                    }
                    let overall = (so_far.overall + choice.overall).min(self.problem.overall.max(0));
                    let confidence =
                        (so_far.confidence + choice.confidence).min(self.problem.confidence.max(0));
                    if self.bound(effort, overall, confidence, position + 1) <= most {
                        joined.push(Choice { effort, overall, confidence, parent, taken });
                    }
                }
            }
            layers.push(unbeaten(joined));
        }
        let last = layers.last()?;
        let end = last.iter().position(|choice| {
            choice.overall >= self.problem.overall && choice.confidence >= self.problem.confidence
        })?;
        let mut chosen = vec![0; self.domains.len()];
        let mut at = end;
        for position in (0..self.domains.len()).rev() {
            let choice = layers[position + 1][at];
            chosen[position] = choice.taken;
            at = choice.parent;
        }
        Some(chosen)
    }
}

/// Prices of a high bound, found by coordinate-wise search. Any prices of 0 or more give a true bound, so rounding here
/// costs time at most.
fn best_prices(problem: &Problem, domains: &[Domain]) -> Prices {
    let (overall, confidence) = (problem.overall.max(0), problem.confidence.max(0));
    let most: i128 = problem.groups.iter().flatten().map(|item| i128::from(item.effort)).sum();
    let value = |prices: Prices| {
        prices.overall * overall
            + prices.confidence * confidence
            + domains.iter().map(|domain| domain.least_at(prices)).sum::<i128>()
    };
    // A price above the whole effort for what is missing helps nobody.
    let highest = |missing: i128| if missing > 0 { most * UNIT / missing } else { 0 };
    let for_overall = |price: i128| {
        let inner = |confidence| value(Prices { overall: price, confidence });
        peak(highest(confidence), inner)
    };
    let (price, _) = peak(highest(overall), |price| for_overall(price).1);
    Prices { overall: price, confidence: for_overall(price).0 }
}

/// Where a concave function over `0..=most` is greatest, roughly, and its value there.
fn peak(most: i128, value: impl Fn(i128) -> i128) -> (i128, i128) {
    let (mut low, mut high) = (0, most);
    for _ in 0..24 {
        if high - low < 3 {
            break;
        }
        let third = (high - low) / 3;
        if value(low + third) < value(high - third) { low += third } else { high -= third }
    }
    (low..=high.min(low + 3))
        .map(|price| (price, value(price)))
        .max_by_key(|(_, value)| *value)
        .expect("not empty")
}
