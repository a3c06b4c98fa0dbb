//! The live result over time: what changed from one computation to the next and what that came from, and when a
//! submission is at risk (`scoring.md` section 12).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::code::{CriterionCode, DomainCode, RungCode};
use crate::framework::Framework;
use crate::level::Level;
use crate::scoring::{Exact, Score};

/// What is remembered of a computation, to tell what the next one changes. Totals are exact.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveResult {
    /// `None` while the assessment is unrated.
    pub rung: Option<RungCode>,
    pub overall: Option<Fraction>,
    pub claimed: Option<Fraction>,
    /// Those with something to score. Empty in what earlier versions kept.
    #[serde(default)]
    pub domains: BTreeMap<DomainCode, LiveDomain>,
    /// Those that are answered.
    pub criteria: BTreeMap<CriterionCode, LiveCriterion>,
}

/// How a domain stood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveDomain {
    pub score: Fraction,
    /// Answers that a check contradicts.
    pub contradicted: usize,
}

/// How an answered criterion stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveCriterion {
    pub claimed: Level,
    pub effective: Level,
    /// 0 for E0 to 3 for E3.
    pub evidence_class: usize,
    pub contradicted: bool,
    /// Percent.
    pub confidence: u8,
}

/// An exact result as text: `numerator/denominator`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fraction(String);

impl Fraction {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The fraction; `None` where the text is none.
    pub fn exact(&self) -> Option<Exact> {
        let (numerator, denominator) = self.0.split_once('/')?;
        let denominator = denominator.parse().ok().filter(|denominator: &i128| *denominator > 0)?;
        Some(Exact::new(numerator.parse().ok()?, denominator))
    }
}

impl From<Exact> for Fraction {
    fn from(exact: Exact) -> Self {
        Self(format!("{}/{}", exact.numer(), exact.denom()))
    }
}

impl From<String> for Fraction {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// What a criterion's change came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeCause {
    /// Somebody claims another level, or none any more.
    Answer,
    /// A check contradicts, warns, verifies, or no longer does.
    Check,
    /// Evidence was added, reviewed or removed, or it expired.
    Evidence,
}

/// How one criterion changed between two computations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CriterionChange {
    pub criterion: CriterionCode,
    pub cause: ChangeCause,
    /// Afterwards; `None` where it is not answered any more.
    pub claimed: Option<Level>,
    /// What it counted for before and after; 0 where it is not answered.
    pub before: Level,
    pub after: Level,
    /// Afterwards.
    pub contradicted: bool,
}

impl LiveResult {
    /// `score` is of an assessment against the framework.
    pub fn of(framework: &Framework, score: &Score) -> Self {
        let totals = score.totals.as_ref();
        let mut criteria = score.criteria.iter();
        let domains = framework.domains.iter().zip(&score.domains).filter_map(|(domain, scored)| {
            let own = criteria.by_ref().take(domain.criteria.len());
            let contradicted = own.filter(|criterion| criterion.contradicted).count();
            Some((domain.code.clone(), LiveDomain { score: scored.score?.into(), contradicted }))
        });
        let domains = domains.collect();
        let answered = score.criteria.iter().filter_map(|criterion| {
            let standing = LiveCriterion {
                claimed: criterion.claimed()?,
                effective: criterion.effective,
                evidence_class: criterion.evidence_class,
                contradicted: criterion.contradicted,
                confidence: criterion.confidence,
            };
            Some((criterion.code.clone(), standing))
        });
        Self {
            rung: totals.map(|totals| totals.rung.clone()),
            overall: totals.map(|totals| totals.overall.into()),
            claimed: totals.map(|totals| totals.claimed.into()),
            domains,
            criteria: answered.collect(),
        }
    }

    /// Whether rung, overall score and what is contradicted are the same: what else differs is no news.
    pub fn says_the_same(&self, other: &Self) -> bool {
        self.rung == other.rung
            && self.overall == other.overall
            && self.contradicted().eq(other.contradicted())
    }

    /// Every answered criterion that a check contradicts.
    pub fn contradicted(&self) -> impl Iterator<Item = &CriterionCode> {
        self.criteria.iter().filter(|(_, standing)| standing.contradicted).map(|(code, _)| code)
    }

    /// Every criterion that stands differently in `after`, in the order of the codes.
    pub fn changes(&self, after: &Self) -> Vec<CriterionChange> {
        let mut codes: Vec<_> = self.criteria.keys().chain(after.criteria.keys()).collect();
        codes.sort();
        codes.dedup();
        let changed = codes.into_iter().filter_map(|code| {
            let (old, new) = (self.criteria.get(code), after.criteria.get(code));
            let effective =
                |standing: Option<&LiveCriterion>| standing.map_or(Level::LEAST, |one| one.effective);
            Some(CriterionChange {
                criterion: code.clone(),
                cause: cause(old, new)?,
                claimed: new.map(|new| new.claimed),
                before: effective(old),
                after: effective(new),
                contradicted: new.is_some_and(|new| new.contradicted),
            })
        });
        changed.collect()
    }
}

/// `None` where both are the same.
fn cause(old: Option<&LiveCriterion>, new: Option<&LiveCriterion>) -> Option<ChangeCause> {
    if old == new {
        return None;
    }
    let (Some(old), Some(new)) = (old, new) else { return Some(ChangeCause::Answer) };
    if old.claimed != new.claimed {
        return Some(ChangeCause::Answer);
    }
    let verified = |one: &LiveCriterion| one.evidence_class == 3;
    let by_check = old.contradicted != new.contradicted
        || verified(old) != verified(new)
        || old.evidence_class == new.evidence_class;
    Some(if by_check { ChangeCause::Check } else { ChangeCause::Evidence })
}

/// From when on the live rung was how high: its place in the ladder, 0 for the floor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RungFrom {
    /// Unix milliseconds.
    pub at: i64,
    pub place: usize,
}

const DAY: i64 = 24 * 3600 * 1000;

/// How long the live rung must stay below the submitted one, and how long it must be back.
pub const AT_RISK_AFTER: i64 = 14 * DAY;
pub const SAFE_AFTER: i64 = DAY;

/// Whether a submission that reached `submitted` is at risk at `now` (Unix milliseconds): the live rung stayed below it
/// for 14 days without interruption, and has not been back for one day since. `timeline` begins with the submission, in
/// the order of time.
pub fn at_risk(submitted: usize, timeline: &[RungFrom], now: i64) -> bool {
    let mut at_risk = false;
    let mut stretch: Option<(bool, i64)> = None;
    let settle = |at_risk: &mut bool, stretch: Option<(bool, i64)>, until: i64| match stretch {
        Some((true, since)) if until - since >= AT_RISK_AFTER => *at_risk = true,
        Some((false, since)) if until - since >= SAFE_AFTER => *at_risk = false,
        _ => {}
    };
    for entry in timeline.iter().filter(|entry| entry.at <= now) {
        let below = entry.place < submitted;
        if stretch.is_none_or(|(was_below, _)| was_below != below) {
            settle(&mut at_risk, stretch, entry.at);
            stretch = Some((below, entry.at));
        }
    }
    settle(&mut at_risk, stretch, now);
    at_risk
}
