//! How all that is compared is spread over time: at instants of one distance, the least, the quartiles and the most of their
//! live scores.

use domain::benchmark::Summary;
use domain::live::Fraction;
use domain::scoring::Exact;
use store::{AssessmentId, UnixMillis};

use super::Chosen;
use crate::{Actor, Error, Service};

/// So many stretches there are from the first start to this instant.
const STRETCHES: i64 = 36;

/// The live scores of many over time, the earliest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spread {
    pub instants: Vec<SpreadAt>,
}

/// The live scores of many at an instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpreadAt {
    pub at: UnixMillis,
    /// How they are spread, of those that had begun by then and were rated; `None` where none was.
    pub summary: Option<Summary>,
}

impl Service {
    /// How the scores of all that was chosen are spread over time.
    pub async fn spread(&self, actor: &Actor, chosen: &Chosen) -> Result<Spread, Error> {
        let now = UnixMillis::now();
        let began = chosen.all().iter().map(|one| one.created_at.0).min().unwrap_or(now.0).min(now.0);
        let ids: Vec<AssessmentId> = chosen.all().iter().map(|one| one.id).collect();
        let mut instants = Vec::new();
        for stretch in 0..=STRETCHES {
            let at = UnixMillis(began + (now.0 - began) * stretch / STRETCHES);
            let scores = self.store().overall_at(actor.user(), &ids, at).await?;
            let scores: Vec<Exact> = scores.iter().flatten().filter_map(Fraction::exact).collect();
            instants.push(SpreadAt { at, summary: Summary::of(scores) });
        }
        Ok(Spread { instants })
    }
}
