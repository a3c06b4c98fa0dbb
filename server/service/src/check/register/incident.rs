//! `incident.sla`: incidents that checks saw, and those that people tell of.
//!
//! What a check saw was found by monitoring. Only kinds that look at something outside count: a failing figure of this
//! very register is no outage. An entry that tells more of such an incident takes its place.

use std::collections::{HashMap, HashSet};

use domain::KindCode;
use domain::check::{CheckKind, Group, Outcome, Parameters, Severity};
use domain::incident::Opening;
use rust_decimal::Decimal;
use store::record::{
    Check, Closing, Criticality, Incident, IncidentCause, Integration, Register, RegisterContent,
    ReportedIncident,
};
use store::{CheckId, OrgId, UnixMillis};

use super::{DAY_MS, Figures, unknown};
use crate::{Error, Service};

const LOOKED_AT: &str = "the incidents";
const HOUR_MS: i64 = 3_600_000;
/// Outages by certificates are counted over so many days: 12 months.
const YEAR: i64 = 365;

/// How an incident ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Restored(UnixMillis),
    Lasting,
    /// Its check was removed: nobody saw.
    Unseen,
}

/// An incident, whoever told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Happened {
    began_at: UnixMillis,
    end: End,
    /// Monitoring found it before a user reported it.
    by_monitor: bool,
    critical: bool,
    /// It came from an expired certificate or key.
    certificate: bool,
    objective_hours: Option<Decimal>,
}

impl From<&ReportedIncident> for Happened {
    fn from(told: &ReportedIncident) -> Self {
        Self {
            began_at: told.began_at,
            end: told.restored_at.map_or(End::Lasting, End::Restored),
            by_monitor: match (told.detected_at, told.reported_at) {
                (Some(detected), Some(reported)) => detected <= reported,
                (detected, _) => detected.is_some(),
            },
            critical: told.criticality == Criticality::Critical,
            certificate: told.cause == IncidentCause::Certificate,
            objective_hours: told.objective_hours,
        }
    }
}

impl Happened {
    fn seen(incident: &Incident, critical: bool) -> Self {
        Self {
            began_at: incident.began_at,
            end: match (incident.closed_at, incident.closing) {
                (None, _) => End::Lasting,
                (Some(_), Some(Closing::CheckRemoved | Closing::AimedElsewhere)) => End::Unseen,
                (Some(at), _) => End::Restored(at),
            },
            by_monitor: true,
            critical,
            certificate: probe::says_certificate_expired(&incident.cause),
            objective_hours: None,
        }
    }

    /// Hours until it was restored, or until now while it lasts.
    fn hours(&self, now: UnixMillis) -> Option<Decimal> {
        let end = match self.end {
            End::Restored(at) => at,
            End::Lasting => now,
            End::Unseen => return None,
        };
        Some((Decimal::from((end.0 - self.began_at.0).max(0)) / Decimal::from(HOUR_MS)).round_dp(4))
    }
}

impl Service {
    pub(super) async fn incident_sla(
        &self,
        check: &Check,
        kind: &CheckKind,
        parameters: &Parameters,
    ) -> Result<Outcome, Error> {
        let scope = parameters.text("scope").unwrap_or("critical").trim().to_lowercase();
        if !matches!(scope.as_str(), "all" | "critical") {
            return Ok(unknown(format!("\"{scope}\" is no scope: write all or critical."), LOOKED_AT));
        }
        let window = parameters.integer("window_days").unwrap_or(90).clamp(1, 3 * 366);
        let now = UnixMillis::now();
        let inventory = self.weighed(check.org).await?;
        let period = UnixMillis(now.0 - window.max(YEAR) * DAY_MS);
        let mut all = self.told_and_seen(check, period, &inventory).await?;
        if scope == "critical" {
            all.retain(|incident| incident.critical);
        }
        let since = self.recording_since(check, &all, &scope, &inventory, now).await?;
        let Some(since) = since else {
            let text = "Nothing is watched and the register of incidents is empty: whether there were any is not known.";
            return Ok(unknown(text.to_owned(), LOOKED_AT));
        };
        self.judged(kind, figures(&all, window, since, &scope, now)).await
    }

    /// What people told of, and what checks saw that began within the period.
    async fn told_and_seen(
        &self,
        check: &Check,
        period: UnixMillis,
        inventory: &Weighed,
    ) -> Result<Vec<Happened>, Error> {
        let entries = self.entries(check.org, Register::Incidents).await?;
        let told: Vec<&ReportedIncident> = entries
            .iter()
            .filter_map(|entry| match entry {
                RegisterContent::Incidents(told) => Some(told),
                _ => None,
            })
            .collect();
        let replaced: HashSet<_> = told.iter().filter_map(|told| told.seen).collect();
        let seen = self.store().incidents_begun_since(check.org, period).await?;
        let seen = seen
            .iter()
            .filter(|incident| !replaced.contains(&incident.id))
            .filter(|incident| self.kind(&incident.kind).is_some_and(looks_outside))
            // Nothing was out: less is there than is claimed. An outage takes its place, and is an incident of its own.
            .filter(|incident| incident.opening != Opening::Contradiction)
            .map(|incident| {
                Happened::seen(incident, inventory.is_critical(incident.check, &incident.integration))
            });
        Ok(told.into_iter().map(Happened::from).chain(seen).collect())
    }

    /// Since when incidents would be known: the first check that looks outside, or the earliest incident told of or seen
    /// by one that is no more. Whatever is a year ago is long enough.
    async fn recording_since(
        &self,
        check: &Check,
        all: &[Happened],
        scope: &str,
        inventory: &Weighed,
        now: UnixMillis,
    ) -> Result<Option<UnixMillis>, Error> {
        let outside = |kind: &KindCode| self.kind(kind).is_some_and(looks_outside);
        let watched =
            inventory.checks.values().filter(|check| outside(&check.kind)).map(|check| check.created_at);
        let known = watched.chain(all.iter().map(|incident| incident.began_at)).min();
        if known.is_some_and(|known| known.0 <= now.0 - YEAR * DAY_MS) {
            return Ok(known);
        }
        let first = self.store().first_incidents_of(check.org).await?;
        let first = first
            .iter()
            .filter(|first| outside(&first.kind))
            .filter(|first| scope == "all" || inventory.is_critical(first.check, &first.integration))
            .map(|first| first.began_at);
        Ok(first.chain(known).min())
    }

    async fn weighed(&self, org: OrgId) -> Result<Weighed, Error> {
        let checks = self.store().checks_of(org).await?;
        Ok(Weighed {
            integrations: self.store().integrations_of(org, None, u32::MAX).await?,
            checks: checks.into_iter().map(|check| (check.id, check)).collect(),
        })
    }
}

/// The inventory, as far as it says what is critical.
struct Weighed {
    integrations: Vec<Integration>,
    checks: HashMap<CheckId, Check>,
}

impl Weighed {
    /// Of a check that was removed the integration's name is left.
    fn is_critical(&self, check: Option<CheckId>, integration: &str) -> bool {
        let known = check.and_then(|check| self.checks.get(&check));
        let same = |entry: &&Integration| match known {
            Some(check) => entry.id == check.integration,
            None => entry.details.name == integration,
        };
        self.integrations.iter().find(same).is_some_and(|entry| entry.details.criticality == "critical")
    }
}

/// Whether a failure of such a check is an outage of something.
fn looks_outside(kind: &CheckKind) -> bool {
    matches!(kind.group, Group::NetworkProbe | Group::Feed)
}

/// The figures of the last `window` days; what is recorded reaches back until `since`.
fn figures(all: &[Happened], window: i64, since: UnixMillis, scope: &str, now: UnixMillis) -> Figures {
    let within = |days: i64| {
        let begin = now.0 - days * DAY_MS;
        all.iter().filter(move |incident| incident.began_at.0 >= begin)
    };
    let recent: Vec<&Happened> = within(window).collect();
    let mut figures = Figures::of(format!("{LOOKED_AT} of {window} days, scope {scope}: {}", recent.len()));
    figures.count("incidents", recent.len());
    let certificates = within(YEAR).filter(|incident| incident.certificate).count();
    // That there was none is known only where the records are a year old.
    if certificates > 0 || since.0 <= now.0 - YEAR * DAY_MS {
        figures.count("certificate_outages", certificates);
    } else {
        let days = (now.0 - since.0).max(0) / DAY_MS;
        let text = format!(
            "Incidents are recorded for {days} days: whether a certificate caused one in 12 months is not known yet. Enter the earlier ones."
        );
        figures.say(Severity::Info, text);
    }
    if recent.is_empty() {
        let text = format!("No incident in {window} days: there is nothing to take a share or a median of.");
        figures.say(Severity::Info, text);
        return figures;
    }
    let found = recent.iter().filter(|incident| incident.by_monitor).count();
    figures.share("detected_by_monitor_pct", found, recent.len());
    if found < recent.len() {
        let text =
            format!("{} of {} incidents were reported by users first.", recent.len() - found, recent.len());
        figures.say(Severity::Warning, text);
    }
    restored(&mut figures, &recent, now);
    figures
}

fn restored(figures: &mut Figures, recent: &[&Happened], now: UnixMillis) {
    let mut hours: Vec<Decimal> = recent.iter().filter_map(|incident| incident.hours(now)).collect();
    hours.sort();
    if let Some(median) = median(&hours) {
        figures.observations.set("median_restore_hours", median.round_dp(2));
    }
    let lasting = recent.iter().filter(|incident| incident.end == End::Lasting).count();
    if lasting > 0 {
        let text = format!("{lasting} of them last still and count with their time until now.");
        figures.say(Severity::Warning, text);
    }
    let with_objective = recent.iter().filter_map(|incident| {
        let (objective, hours) = (incident.objective_hours?, incident.hours(now)?);
        // One that lasts and still has time is not decided.
        let decided = incident.end != End::Lasting || hours > objective;
        decided.then_some(hours <= objective)
    });
    let met: Vec<bool> = with_objective.collect();
    figures.share("objective_met_pct", met.iter().filter(|met| **met).count(), met.len());
    let without = recent.iter().filter(|incident| incident.objective_hours.is_none()).count();
    if without > 0 {
        let text = format!(
            "{without} of {} incidents have no recovery objective: enter it in the register of incidents.",
            recent.len()
        );
        figures.say(Severity::Info, text);
    }
}

/// Of sorted numbers: the middle one, or the mean of the middle two.
fn median(sorted: &[Decimal]) -> Option<Decimal> {
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => None,
        odd if odd % 2 == 1 => Some(sorted[middle]),
        _ => Some((sorted[middle - 1] + sorted[middle]) / Decimal::TWO),
    }
}

#[cfg(test)]
mod tests {
    use domain::check::Value;

    use super::*;

    const NOW: UnixMillis = UnixMillis(1_795_132_800_000);
    const LONG_AGO: UnixMillis = UnixMillis(NOW.0 - 400 * DAY_MS);

    fn hours_ago(hours: i64) -> UnixMillis {
        UnixMillis(NOW.0 - hours * HOUR_MS)
    }

    /// Restored after so many hours.
    fn lasted(hours: i64) -> Happened {
        Happened {
            began_at: hours_ago(100),
            end: End::Restored(hours_ago(100 - hours)),
            by_monitor: true,
            critical: true,
            certificate: false,
            objective_hours: Some(Decimal::from(4)),
        }
    }

    fn number(figures: &Figures, name: &str) -> Option<String> {
        figures.observations.get(name).map(|value| value.number().unwrap().normalize().to_string())
    }

    fn of(all: &[Happened]) -> Figures {
        figures(all, 90, LONG_AGO, "critical", NOW)
    }

    #[test]
    fn shares_and_the_median_are_of_the_window() {
        let old = Happened { began_at: UnixMillis(NOW.0 - 91 * DAY_MS), by_monitor: false, ..lasted(1) };
        let told = Happened { by_monitor: false, ..lasted(9) };
        let figures = of(&[lasted(1), lasted(3), lasted(4), told, old]);
        assert_eq!(number(&figures, "incidents").as_deref(), Some("4"));
        assert_eq!(number(&figures, "detected_by_monitor_pct").as_deref(), Some("75"));
        assert_eq!(number(&figures, "median_restore_hours").as_deref(), Some("3.5"));
        assert_eq!(number(&figures, "objective_met_pct").as_deref(), Some("75"));
        assert!(figures.messages[0].text.contains("1 of 4 incidents were reported by users first"));
    }

    #[test]
    fn one_that_lasts_counts_until_now_and_misses_its_objective_only_when_it_is_over() {
        let lasting = |hours| Happened { began_at: hours_ago(hours), end: End::Lasting, ..lasted(1) };
        assert_eq!(number(&of(&[lasting(10)]), "median_restore_hours").as_deref(), Some("10"));
        assert_eq!(number(&of(&[lasting(10)]), "objective_met_pct").as_deref(), Some("0"));
        assert_eq!(number(&of(&[lasting(2)]), "objective_met_pct"), None);
        let unseen = Happened { end: End::Unseen, ..lasted(1) };
        assert_eq!(number(&of(&[unseen]), "median_restore_hours"), None);
    }

    #[test]
    fn without_an_incident_no_share_is_made_up() {
        let figures = of(&[]);
        assert_eq!(figures.observations.get("incidents"), Some(&Value::Integer(0)));
        assert_eq!(figures.observations.get("certificate_outages"), Some(&Value::Integer(0)));
        assert_eq!(number(&figures, "detected_by_monitor_pct"), None);
        assert_eq!(number(&figures, "objective_met_pct"), None);
    }

    #[test]
    fn that_no_certificate_expired_in_a_year_is_said_only_of_a_year() {
        let young = figures(&[lasted(1)], 90, hours_ago(24 * 30), "all", NOW);
        assert_eq!(young.observations.get("certificate_outages"), None);
        let expired = Happened { certificate: true, ..lasted(1) };
        let young = figures(&[expired], 90, hours_ago(24 * 30), "all", NOW);
        assert_eq!(number(&young, "certificate_outages").as_deref(), Some("1"));
        let old = Happened { began_at: UnixMillis(NOW.0 - 366 * DAY_MS), certificate: true, ..lasted(1) };
        assert_eq!(number(&of(&[old]), "certificate_outages").as_deref(), Some("0"));
    }

    #[test]
    fn a_user_who_reported_first_was_faster_than_monitoring() {
        let told = |detected: Option<i64>, reported: Option<i64>| ReportedIncident {
            title: "ADT feed silent".to_owned(),
            integration: String::new(),
            criticality: Criticality::Critical,
            cause: IncidentCause::Certificate,
            began_at: hours_ago(10),
            detected_at: detected.map(hours_ago),
            reported_at: reported.map(hours_ago),
            restored_at: None,
            objective_hours: None,
            seen: None,
            notes: String::new(),
        };
        for (detected, reported, by_monitor) in [
            (Some(9), Some(8), true),
            (Some(8), Some(9), false),
            (None, Some(9), false),
            (Some(9), None, true),
        ] {
            assert_eq!(Happened::from(&told(detected, reported)).by_monitor, by_monitor);
        }
        assert!(Happened::from(&told(Some(9), None)).certificate);
    }
}
