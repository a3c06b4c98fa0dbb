//! How soon the server shows what the source finalized.
//!
//! The source reports references and instants (`lag_source`); every run reads those of which it is not known yet whether
//! they were visible within 24 hours. What one run saw, the next one knows.

use std::time::Duration;

use domain::check::{Finalized, Message, Severity, Sighting};
use http::StatusCode;
use jiff::Timestamp;
use rust_decimal::Decimal;

use super::Reading;
use crate::kinds::{fhir, json};
use crate::report::Report;

const OBSERVED: &str = "visible_within_24h_pct";
/// The most items that one run reads.
const MOST_LOOKS: usize = 200;
/// Left of the run's time for closing it.
const MARGIN: Duration = Duration::from_secs(2);

/// Shares that pass and that are a near miss, in percent.
const PASSING: Decimal = Decimal::from_parts(95, 0, 0, false, 0);
const NEAR: Decimal = Decimal::from_parts(92, 0, 0, false, 0);

impl Reading<'_, '_> {
    /// Reads the items that are open, and observes the share of those visible in time among those that are decided.
    pub(super) async fn look_for_finalized(&mut self) {
        let Some(source) = self.context.parameters.text("lag_source").map(ToOwned::to_owned) else { return };
        let items = self.context.finalized;
        let (mut stand, mut changed, mut looks) = (Vec::with_capacity(items.len()), Vec::new(), 0);
        for item in items {
            let mut sighting = item.sighting;
            if item.is_open() && looks < MOST_LOOKS && self.context.deadline.left() > MARGIN {
                looks += 1;
                if let Some(seen) = self.look_for(item).await
                    && seen != sighting
                {
                    changed.push((item.reference.clone(), seen));
                    sighting = seen;
                }
            }
            stand.push(sighting);
        }
        // Nothing was put there before: this is the one place.
        let _ = self.context.sightings.set(changed);
        let count = |wanted: Sighting| stand.iter().filter(|sighting| **sighting == wanted).count();
        let (in_time, late) = (count(Sighting::InTime), count(Sighting::Late));
        let open = stand.len() - in_time - late;
        if in_time + late == 0 {
            self.report.note(format!(
                "{OBSERVED} is not observed: {source} reported {open} items, and of none is it known yet whether it \
                 was visible within 24 hours"
            ));
            return;
        }
        let share = Decimal::from(in_time) * Decimal::ONE_HUNDRED / Decimal::from(in_time + late);
        let share = share.round_dp(2);
        self.report.observe(OBSERVED, share);
        self.report.note(format!(
            "of what {source} reported, {in_time} items were visible within 24 hours, {late} were not, and {open} are \
             undecided"
        ));
        let text = format!("expected {PASSING}% visible within 24 hours, got {}%", share.normalize());
        if share < NEAR {
            self.report.fail(Message::new(Severity::Error, text).at(OBSERVED));
        } else if share < PASSING {
            self.report.warn(Message::new(Severity::Warning, text).at(OBSERVED));
        }
    }

    /// `None` where the server did not answer so that it can be told.
    async fn look_for(&mut self, item: &Finalized) -> Option<Sighting> {
        let url = fhir::below(self.context, &item.reference).ok()?;
        let answer = self.fetch(&url).await.ok()?;
        let now = self.context.now;
        if fhir::is_refusal(answer.status)
            || matches!(answer.status, StatusCode::NOT_FOUND | StatusCode::GONE)
        {
            return Some(item.not_found(now));
        }
        let found = fhir::resource(&answer, &mut Report::new("")).ok()?;
        let named = format!(
            "{}/{}",
            json::text(&found, "resourceType").unwrap_or_default(),
            json::text(&found, "id").unwrap_or_default()
        );
        if named != item.reference {
            return None;
        }
        let updated =
            json::text(&found["meta"], "lastUpdated").and_then(|text| text.parse::<Timestamp>().ok());
        Some(item.found(updated, now))
    }
}
