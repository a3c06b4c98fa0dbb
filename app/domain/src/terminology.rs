//! Terminology coverage: which share of what a data domain records carries a valid standard code.
//!
//! Counted from codes with how often each was recorded, or from totals that somebody else counted; never from rows of
//! patients. A code is valid where its system is a standard of the domain and the code is well formed
//! ([`CodeSystem::well_formed`]); a local code is, where it is mapped to such a one.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use crate::check::{Message, Observations, Severity};
use crate::reconcile::codes::CodeSystem;

/// A domain counts as covered from this share on, in percent (`domains_at_75`).
const COVERED: u64 = 75;
/// More domains than that are not said one by one.
const MOST_SAID: usize = 20;

/// The standard systems of each domain, as US Core binds them; of another domain every system that is known here.
const STANDARDS: [(&str, &[CodeSystem]); 6] = [
    ("problems", &[CodeSystem::Snomed, CodeSystem::Icd10]),
    ("medications", &[CodeSystem::Rxnorm, CodeSystem::Ndc]),
    ("results", &[CodeSystem::Loinc]),
    ("immunizations", &[CodeSystem::Cvx, CodeSystem::Ndc]),
    ("procedures", &[CodeSystem::Cpt, CodeSystem::Snomed, CodeSystem::Icd10, CodeSystem::Loinc]),
    ("allergies", &[CodeSystem::Rxnorm, CodeSystem::Snomed]),
];

/// The domain whose share of LOINC codes is observed by itself.
const RESULTS: &str = "results";

/// A code and how often it was recorded. Empty text where nothing is known.
#[derive(Debug, Clone, Copy, Default)]
pub struct Recorded<'t> {
    pub domain: &'t str,
    /// By name, address, OID or usual spelling; what is none of them is a local system.
    pub system: &'t str,
    pub code: &'t str,
    pub count: u64,
    /// What a local code is mapped to.
    pub standard_system: &'t str,
    pub standard_code: &'t str,
}

/// What was counted of one domain.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Counted {
    total: u64,
    valid: u64,
    loinc: u64,
}

/// The counts so far.
#[derive(Debug, Clone, Default)]
pub struct Terminology {
    domains: BTreeMap<String, Counted>,
    /// Local codes without a mapping: domain, system and code.
    unmapped: BTreeSet<(String, String, String)>,
    /// Whether codes were seen, and not only totals.
    codes: bool,
}

/// A count that cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{valid} valid codes of {total} cannot be")]
pub struct MoreValidThanThereAre {
    pub valid: u64,
    pub total: u64,
}

impl Terminology {
    pub fn new() -> Self {
        Self::default()
    }

    /// Counts a code.
    pub fn add(&mut self, recorded: Recorded<'_>) {
        let domain = named(recorded.domain);
        let valid = standard(&domain, recorded.system, recorded.code)
            .or_else(|| standard(&domain, recorded.standard_system, recorded.standard_code));
        let counted = self.domains.entry(domain.clone()).or_default();
        counted.total = counted.total.saturating_add(recorded.count);
        if let Some(system) = valid {
            counted.valid = counted.valid.saturating_add(recorded.count);
            if system == CodeSystem::Loinc {
                counted.loinc = counted.loinc.saturating_add(recorded.count);
            }
        } else if CodeSystem::spelled(recorded.system).is_none() && !recorded.code.trim().is_empty() {
            let local = (domain, named(recorded.system), recorded.code.trim().to_owned());
            self.unmapped.insert(local);
        }
        self.codes = true;
    }

    /// Takes the totals of a domain that were counted elsewhere.
    pub fn add_totals(&mut self, domain: &str, total: u64, valid: u64) -> Result<(), MoreValidThanThereAre> {
        if valid > total {
            return Err(MoreValidThanThereAre { valid, total });
        }
        let counted = self.domains.entry(named(domain)).or_default();
        counted.total = counted.total.saturating_add(total);
        counted.valid = counted.valid.saturating_add(valid);
        // Results have one standard.
        counted.loinc = counted.loinc.saturating_add(valid);

        Ok(())
    }

    /// What kind `terminology.coverage` observes of the domains named; of all where none is.
    pub fn observed(&self, domains: &[String]) -> Observations {
        let wanted: BTreeSet<String> = domains.iter().map(|domain| named(domain)).collect();
        let measured: Vec<(&str, &Counted)> = self
            .domains
            .iter()
            .filter(|(name, counted)| counted.total > 0 && (wanted.is_empty() || wanted.contains(*name)))
            .map(|(name, counted)| (name.as_str(), counted))
            .collect();
        let mut seen = Observations::new();
        let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        seen.set("domains_measured", count(measured.len()));
        if let Some(lowest) = measured.iter().map(|(_, counted)| share(counted.valid, counted.total)).min() {
            seen.set("min_valid_pct", lowest);
            let covered = measured.iter().filter(|(_, counted)| {
                u128::from(counted.valid) * 100 >= u128::from(counted.total) * u128::from(COVERED)
            });
            seen.set("domains_at_75", count(covered.count()));
        }
        if let Some((_, results)) = measured.iter().find(|(name, _)| *name == RESULTS) {
            seen.set("loinc_pct", share(results.loinc, results.total));
        }
        if self.codes {
            let unmapped =
                self.unmapped.iter().filter(|(domain, ..)| wanted.is_empty() || wanted.contains(domain));
            seen.set("unmapped_codes", count(unmapped.count()));
        }
        seen
    }

    /// A sentence for each domain, the weakest first; domains that were asked for and have no count are named.
    pub fn messages(&self, domains: &[String]) -> Vec<Message> {
        let mut shares: Vec<(Decimal, &String, &Counted)> = self
            .domains
            .iter()
            .filter(|(_, counted)| counted.total > 0)
            .map(|(name, counted)| (share(counted.valid, counted.total), name, counted))
            .collect();
        shares.sort_by_key(|(share, ..)| *share);
        let said = shares.into_iter().take(MOST_SAID).map(|(share, name, counted)| {
            let Counted { total, valid, .. } = counted;
            let text = format!(
                "{valid} of {total} carry a valid standard code: {}%.",
                share.round_dp(1).normalize()
            );
            Message::new(Severity::Info, text).at(format!("domain {name}"))
        });
        let absent = domains
            .iter()
            .filter(|domain| self.domains.get(&named(domain)).is_none_or(|counted| counted.total == 0));
        let absent = absent.map(|domain| {
            Message::new(Severity::Warning, "The table holds nothing of this domain.".to_owned())
                .at(format!("domain {domain}"))
        });
        said.chain(absent).collect()
    }

    /// How many domains were counted, and of how many recorded entries.
    pub fn summary(&self) -> String {
        let total: u64 = self.domains.values().map(|counted| counted.total).fold(0, u64::saturating_add);
        format!("{total} coded entries in {} domains", self.domains.len())
    }
}

/// In one form, so that `Problems` is `problems`.
fn named(name: &str) -> String {
    name.trim().to_lowercase()
}

/// The system, where it is a standard of the domain and the code is one of its codes.
fn standard(domain: &str, system: &str, code: &str) -> Option<CodeSystem> {
    let system = CodeSystem::spelled(system)?;
    let standards = STANDARDS.iter().find(|(name, _)| *name == domain).map(|(_, systems)| *systems);
    (standards.is_none_or(|systems| systems.contains(&system)) && system.well_formed(code)).then_some(system)
}

fn share(part: u64, whole: u64) -> Decimal {
    (Decimal::from(part) * Decimal::ONE_HUNDRED / Decimal::from(whole)).round_dp(4)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Value;

    fn code(domain: &'static str, system: &'static str, code: &'static str, count: u64) -> Recorded<'static> {
        Recorded { domain, system, code, count, ..Recorded::default() }
    }

    fn number(seen: &Observations, name: &str) -> Option<String> {
        seen.get(name).map(|value| value.number().unwrap().normalize().to_string())
    }

    #[test]
    fn a_standard_code_counts_where_it_is_well_formed_and_belongs_there() {
        let mut counts = Terminology::new();
        counts.add(code("Results", "http://loinc.org", "2345-7", 70));
        // A wrong check digit, a standard of another domain, a local code.
        counts.add(code("results", "LOINC", "2345-8", 10));
        counts.add(code("results", "ICD-10-CM", "E11.9", 10));
        counts.add(code("results", "LAB", "GLU", 10));
        let seen = counts.observed(&[]);
        assert_eq!(number(&seen, "min_valid_pct").as_deref(), Some("70"));
        assert_eq!(number(&seen, "loinc_pct").as_deref(), Some("70"));
        assert_eq!(number(&seen, "domains_at_75").as_deref(), Some("0"));
        assert_eq!(number(&seen, "unmapped_codes").as_deref(), Some("1"));
    }

    #[test]
    fn a_local_code_counts_by_what_it_is_mapped_to() {
        let mut counts = Terminology::new();
        let mapped = Recorded {
            standard_system: "loinc",
            standard_code: "2345-7",
            ..code("results", "LAB", "GLU", 3)
        };
        counts.add(mapped);
        counts.add(code("results", "LAB", "HB", 1));
        counts.add(code("results", "LAB", "HB", 1));
        let seen = counts.observed(&[]);
        assert_eq!(number(&seen, "min_valid_pct").as_deref(), Some("60"));
        assert_eq!(number(&seen, "unmapped_codes").as_deref(), Some("1"), "a code counts once");
    }

    #[test]
    fn the_weakest_of_the_domains_asked_for_decides() {
        let mut counts = Terminology::new();
        counts.add_totals("problems", 200, 190).unwrap();
        counts.add_totals("results", 100, 75).unwrap();
        counts.add_totals("notes", 100, 1).unwrap();
        let asked = ["Problems", "results", "allergies"].map(str::to_owned);
        let seen = counts.observed(&asked);
        assert_eq!(number(&seen, "domains_measured").as_deref(), Some("2"));
        assert_eq!(number(&seen, "domains_at_75").as_deref(), Some("2"));
        assert_eq!(number(&seen, "min_valid_pct").as_deref(), Some("75"));
        assert_eq!(seen.get("unmapped_codes"), None, "totals do not tell of codes");
        let messages = counts.messages(&asked);
        assert_eq!(messages.last().unwrap().at.as_deref(), Some("domain allergies"));
        assert_eq!(counts.add_totals("results", 1, 2), Err(MoreValidThanThereAre { valid: 2, total: 1 }));
    }

    #[test]
    fn of_nothing_no_share_is_made_up() {
        let seen = Terminology::new().observed(&[]);
        assert_eq!(seen.get("domains_measured"), Some(&Value::Integer(0)));
        assert_eq!(seen.get("min_valid_pct"), None);
        let mut empty = Terminology::new();
        empty.add(code("results", "LOINC", "2345-7", 0));
        assert_eq!(empty.observed(&[]).get("min_valid_pct"), None);
    }
}
