//! What the report on paper says: chosen, put into words and rounded, in the order of the report. The PDF and the Word
//! document say it alike; each only finds the places.

use serde::Serialize;

/// What is said of a condition or an answer that a check speaks against.
pub(super) const CONTRADICTED: &str = "contradicted by a check";

/// The whole. A section that was not chosen is `None`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Content {
    pub(super) title: String,
    pub(super) framework: String,
    pub(super) disclaimer: String,
    pub(super) made: Made,
    pub(super) cover: Cover,
    pub(super) ladder: Ladder,
    pub(super) summary: Summary,
    pub(super) numbers: Numbers,
    pub(super) domains: Option<Domains>,
    pub(super) criteria: Option<Criteria>,
    pub(super) findings: Option<Listing<FindingRow>>,
    pub(super) attested: Option<Listing<AttestedRow>>,
    pub(super) roadmap: Option<Listing<StepRow>>,
    pub(super) checks: Option<Listing<CheckRow>>,
    pub(super) trend: Option<Trend>,
    pub(super) method: Method,
}

/// When it was computed, UTC, field by field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) struct Made {
    pub(super) year: i16,
    pub(super) month: i8,
    pub(super) day: i8,
    pub(super) hour: i8,
    pub(super) minute: i8,
    pub(super) second: i8,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Cover {
    /// What it is called.
    pub(super) kind: &'static str,
    pub(super) organization: String,
    pub(super) assessment: String,
    /// Says that it is one.
    pub(super) demonstration: Option<&'static str>,
    pub(super) lede: String,
    /// Each with its name.
    pub(super) facts: Vec<(&'static str, String)>,
    pub(super) live: Option<Link>,
    /// Width and height in millimetres.
    pub(super) logo: Option<(f64, f64)>,
    pub(super) logo_alt: String,
    /// Stands over the list of sections.
    pub(super) contents: &'static str,
}

/// An address, and what stands before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Link {
    pub(super) words: &'static str,
    pub(super) address: String,
}

/// The rungs, highest first, and the ground.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Ladder {
    pub(super) alt: String,
    pub(super) rungs: Vec<Rung>,
    pub(super) floor: Floor,
    /// What conditions are: met, contradicted, open.
    pub(super) standings: [&'static str; 3],
}

/// A rung, with how many of its conditions are so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Rung {
    pub(super) code: String,
    pub(super) name: String,
    pub(super) met: usize,
    pub(super) contradicted: usize,
    pub(super) open: usize,
    /// Says that the live rung is here.
    pub(super) here: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Floor {
    pub(super) here: bool,
    pub(super) words: String,
}

/// One sentence for each thing, with its topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Summary {
    pub(super) title: &'static str,
    pub(super) aside: &'static str,
    pub(super) points: Vec<(&'static str, String)>,
}

/// The five numbers; none where nothing applies, and a note that says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Numbers {
    pub(super) title: &'static str,
    pub(super) notes: Vec<String>,
    pub(super) rows: Vec<Number>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Number {
    pub(super) label: &'static str,
    pub(super) value: String,
    /// `proven`, `claimed` or `plain`.
    pub(super) look: &'static str,
    pub(super) under: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Domains {
    pub(super) title: &'static str,
    /// Fewer than three domains are no area.
    pub(super) radar: Option<Radar>,
    /// Of domain, proven, claimed.
    pub(super) heads: &'static [&'static str],
    pub(super) rows: Vec<DomainRow>,
    pub(super) threshold: Option<Threshold>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Radar {
    pub(super) alt: String,
    pub(super) axes: Vec<Axis>,
}

/// Proven and claimed of a domain, 0 to 100.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Axis {
    pub(super) code: String,
    pub(super) shown: String,
    pub(super) proven: f64,
    pub(super) claimed: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct DomainRow {
    pub(super) code: String,
    pub(super) title: String,
    /// 0 to 100.
    pub(super) proven_at: f64,
    pub(super) claimed_at: f64,
    pub(super) proven: String,
    pub(super) claimed: String,
    /// Why there is nothing to draw.
    pub(super) without: Option<&'static str>,
}

/// What every domain needs for the next rung.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Threshold {
    pub(super) at: u8,
    pub(super) words: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Criteria {
    pub(super) title: &'static str,
    pub(super) heat: Heat,
    /// Of criterion, claimed, counts, evidence.
    pub(super) heads: &'static [&'static str],
    pub(super) domains: Vec<CriteriaOfDomain>,
}

/// A row for each domain, a column for each number of a criterion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Heat {
    /// Of the first column.
    pub(super) head: &'static str,
    pub(super) columns: usize,
    pub(super) rows: Vec<HeatRow>,
    /// How it is read.
    pub(super) under: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct HeatRow {
    pub(super) code: String,
    /// As many as there are columns; `None` where the domain has no such criterion.
    pub(super) cells: Vec<Option<HeatCell>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct HeatCell {
    /// That counts, 0 to 4; `None` where the criterion is left out.
    pub(super) level: Option<u8>,
    pub(super) words: String,
    pub(super) contradicted: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct CriteriaOfDomain {
    pub(super) code: String,
    pub(super) title: String,
    pub(super) rows: Vec<CriterionRow>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct CriterionRow {
    pub(super) code: String,
    pub(super) title: String,
    pub(super) claimed: String,
    pub(super) counts: String,
    pub(super) contradicted: bool,
    /// `None` where it was not answered, which `standing` then says.
    pub(super) evidence: Option<Evidence>,
    pub(super) standing: &'static str,
    /// What was written about it; empty where nothing was.
    pub(super) note: String,
}

/// How much the evidence is worth, 0 to 3, and in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Evidence {
    pub(super) rank: usize,
    pub(super) words: String,
}

/// A section that lists: what is to be said before, the heads of its columns, and its rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Listing<R> {
    pub(super) title: String,
    pub(super) aside: Option<String>,
    pub(super) notes: Vec<String>,
    pub(super) heads: &'static [&'static str],
    pub(super) rows: Vec<R>,
}

/// Severity, criterion, cause with checks and remedy, owner, due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct FindingRow {
    pub(super) severity: String,
    /// 1 to 4.
    pub(super) weight: u8,
    pub(super) subject: String,
    pub(super) kind: &'static str,
    pub(super) title: String,
    pub(super) cause: String,
    pub(super) checks: Vec<String>,
    pub(super) remedy: String,
    pub(super) owner: String,
    pub(super) due: String,
}

/// Check, why, by whom, when, until when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct AttestedRow {
    pub(super) binding: String,
    pub(super) check: String,
    pub(super) reason: String,
    pub(super) by: String,
    pub(super) at: String,
    pub(super) until: String,
}

/// Number, criterion with what to do, action with its owner, levels, effort, due, and what is so afterwards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct StepRow {
    pub(super) step: String,
    pub(super) criterion: String,
    pub(super) title: String,
    pub(super) what: Vec<String>,
    pub(super) action: &'static str,
    pub(super) owner: String,
    pub(super) level: String,
    pub(super) effort: String,
    pub(super) due: String,
    pub(super) overall: String,
    pub(super) rung: String,
}

/// Integration, kind, latest run, how many passed, what it bears on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct CheckRow {
    pub(super) integration: String,
    pub(super) kind: String,
    /// `pass`, `warn`, `fail` or `unknown`.
    pub(super) status: &'static str,
    pub(super) latest: String,
    pub(super) share: String,
    pub(super) bears: String,
    /// Says how it stands at worst for a criterion, where that is otherwise.
    pub(super) worst: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Trend {
    #[serde(flatten)]
    pub(super) lines: Listing<TrendRow>,
    pub(super) plot: Option<Plot>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct TrendRow {
    pub(super) at: String,
    pub(super) what: &'static str,
    pub(super) proven: String,
    pub(super) claimed: String,
    pub(super) rung: String,
}

/// Corners and marks: where along the axis, 0 to 1, and how high, 0 to 100.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Plot {
    pub(super) alt: String,
    pub(super) proven: Vec<Vec<(f64, f64)>>,
    pub(super) claimed: Vec<Vec<(f64, f64)>>,
    pub(super) marks: Vec<(f64, f64)>,
    /// Below the axis, evenly spread.
    pub(super) along: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Method {
    pub(super) title: &'static str,
    pub(super) paragraphs: Vec<String>,
    pub(super) methods: Option<Link>,
    pub(super) sum: Option<Sum>,
}

/// Why the whole is what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Sum {
    pub(super) title: String,
    /// Of domain, weight, score, product.
    pub(super) heads: &'static [&'static str],
    pub(super) rows: Vec<SumRow>,
    pub(super) line: String,
    pub(super) under: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct SumRow {
    pub(super) domain: String,
    pub(super) weight: String,
    pub(super) score: String,
    pub(super) product: String,
}
