//! Words for incidents: since when, why, how they ended.

use domain::incident::Opening;
use service::UnixMillis;
use service::record::{Closing, Incident};

use super::{ordinal, plural};
use crate::ui::{clock, date_of, moment};

/// How long something lasted, in its two largest units: `3 d 4 h`, `12 min`, `40 s`.
pub fn lasted(milliseconds: i64) -> String {
    let seconds = milliseconds.max(0) / 1000;
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, minutes) => format!("{hours} h {} min", minutes % 60),
        (days, hours, _) => format!("{days} d {} h", hours % 24),
    }
}

/// `Open for 3 h 12 min`, or `Lasted 12 min`.
pub fn incident_span(incident: &Incident, now: UnixMillis) -> String {
    match incident.closed_at {
        None => format!("Open for {}", lasted(now.0 - incident.began_at.0)),
        Some(closed) => format!("Lasted {}", lasted(closed.0 - incident.began_at.0)),
    }
}

/// `3rd failure running`, that it contradicts an answer, or that it comes and goes.
pub fn incident_opening(incident: &Incident) -> String {
    let failures = usize::try_from(incident.failures).unwrap_or(usize::MAX);
    match incident.opening {
        _ if incident.flapped => format!("comes and goes, {} so far", plural(failures, "failure")),
        Opening::Failures if incident.is_open() => format!("{} failure running", ordinal(incident.failures)),
        Opening::Contradiction => {
            let contradicts = if incident.is_open() { "contradicts" } else { "contradicted" };
            format!("{contradicts} an answer in {}", plural(failures, "run"))
        }
        _ => plural(failures, "failure"),
    }
}

/// How it ended, `None` while it is open.
pub fn incident_closing(incident: &Incident) -> Option<String> {
    let at = incident.closed_at?;
    let same_day = date_of(at.timestamp()) == date_of(incident.opened_at.timestamp());
    let when = if same_day { clock(at.timestamp()) } else { moment(at.timestamp()) };
    Some(match incident.closing {
        Some(Closing::CheckRemoved) => format!("ended with its check, removed {when}"),
        Some(Closing::AimedElsewhere) => {
            format!("ended with its target, the check was aimed elsewhere {when}")
        }
        Some(Closing::ReplacedByOutage) => format!("until an outage took its place {when}"),
        Some(Closing::Recovered) | None if incident.opening == Opening::Contradiction => {
            format!("and no more since {when}")
        }
        Some(Closing::Recovered) | None => format!("recovered {when}"),
    })
}

#[cfg(test)]
mod tests {
    use super::lasted;

    #[test]
    fn a_duration_is_said_in_its_two_largest_units() {
        let shown = [0, 59_999, 60_000, 3_599_000, 3_600_000, 90_061_000].map(lasted);
        assert_eq!(shown, ["0 s", "59 s", "1 min", "59 min", "1 h 0 min", "1 d 1 h"]);
        assert_eq!(lasted(-5), "0 s", "a clock that was set back");
    }
}
