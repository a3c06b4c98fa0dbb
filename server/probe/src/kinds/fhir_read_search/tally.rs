//! Counts, times and problems of a run's requests.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use domain::check::Reach;
use rust_decimal::Decimal;

use super::queries::Query;
use crate::failure::Failure;

/// What the requests of a run add up to.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) requests: usize,
    /// Of those that answered, how many said 401 or 403.
    pub(super) refused: usize,
    failed: usize,
    times: Vec<Duration>,
    found: BTreeSet<String>,
    /// Patients by whether every query of theirs brought what it should.
    patients: BTreeMap<String, bool>,
    problems: BTreeMap<String, (usize, String)>,
    /// The first request that nobody answered.
    silence: Option<Failure>,
}

impl Tally {
    pub(super) fn answered(
        &mut self,
        query: &Query,
        time: Duration,
        found: Result<BTreeSet<String>, Failure>,
        first: bool,
    ) {
        self.requests += 1;
        self.times.push(time);
        if first {
            let whole = self.patients.entry(query.patient.clone()).or_insert(true);
            *whole &= found.is_ok();
        }
        match found {
            Ok(types) => self.found.extend(types),
            Err(failure) => self.failure(query, &failure),
        }
    }

    pub(super) fn unanswered(&mut self, query: &Query, failure: Failure, first: bool) {
        self.requests += 1;
        if first {
            self.patients.insert(query.patient.clone(), false);
        }
        self.failure(query, &failure);
        self.silence.get_or_insert(failure);
    }

    fn failure(&mut self, query: &Query, failure: &Failure) {
        self.failed += 1;
        let text = format!("{}: {failure}", failure.layer.as_str());
        self.problems.entry(query.template.clone()).or_insert((0, text)).0 += 1;
    }

    /// Why no request at all was answered.
    pub(super) fn nothing_answered(&self) -> Option<Failure> {
        self.silence.clone().filter(|failure| self.times.is_empty() || failure.reach == Reach::Inconclusive)
    }

    pub(super) fn all_refused(&self) -> bool {
        self.requests > 0 && self.refused == self.requests
    }

    /// Failed requests of all, in percent.
    pub(super) fn error_pct(&self) -> Decimal {
        if self.requests == 0 {
            return Decimal::ZERO;
        }
        (Decimal::from(self.failed) * Decimal::ONE_HUNDRED / Decimal::from(self.requests)).round_dp(2)
    }

    pub(super) fn resource_types(&self) -> Vec<String> {
        self.found.iter().cloned().collect()
    }

    pub(super) fn patients_read(&self) -> i64 {
        let read = self.patients.values().filter(|whole| **whole).count();
        i64::try_from(read).unwrap_or(i64::MAX)
    }

    /// The 95th percentile by nearest rank.
    pub(super) fn p95(&self) -> Option<Duration> {
        let mut times = self.times.clone();
        times.sort_unstable();
        let rank = (times.len() * 95).div_ceil(100);
        times.get(rank.checked_sub(1)?).copied()
    }

    /// Each query that failed, with how often and why the first time.
    pub(super) fn problems(&self) -> Vec<(String, String)> {
        let told = self.problems.iter().map(|(query, (times, text))| {
            let often = if *times == 1 { String::new() } else { format!(" ({times} times)") };
            (query.clone(), format!("{text}{often}"))
        });
        told.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Layer;

    #[test]
    fn a_patient_that_was_read_stays_read_when_a_request_of_the_sample_is_not_answered() {
        let query = Query {
            template: "Patient/{id}".to_owned(),
            patient: "p1".to_owned(),
            url: "https://fhir.example.org/Patient/p1".parse().unwrap(),
        };
        let silent = || Failure::no_answer(Layer::Http, "no answer");
        let mut tally = Tally::default();
        tally.answered(&query, Duration::from_millis(7), Ok(BTreeSet::new()), true);
        tally.unanswered(&query, silent(), false);
        assert_eq!((tally.patients_read(), tally.error_pct()), (1, Decimal::from(50)));
        tally.unanswered(&query, silent(), true);
        assert_eq!(tally.patients_read(), 0);
    }

    #[test]
    fn the_percentile_is_the_nearest_rank() {
        let tally = |times: &[u64]| Tally {
            times: times.iter().map(|ms| Duration::from_millis(*ms)).collect(),
            ..Tally::default()
        };
        assert_eq!(tally(&[]).p95(), None);
        assert_eq!(tally(&[7]).p95(), Some(Duration::from_millis(7)));
        let twenty: Vec<u64> = (1..=20).rev().collect();
        assert_eq!(tally(&twenty).p95(), Some(Duration::from_millis(19)));
    }
}
