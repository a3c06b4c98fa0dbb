//! Incidents that somebody tells of.

use store::record::{Criticality, IncidentCause, ReportedIncident};

use super::reading::{Reading, moment_text, number_text, word_of};

const CRITICALITIES: [(&str, Criticality); 2] =
    [("critical", Criticality::Critical), ("normal", Criticality::Normal)];
const CAUSES: [(&str, IncidentCause); 6] = [
    ("certificate", IncidentCause::Certificate),
    ("software", IncidentCause::Software),
    ("network", IncidentCause::Network),
    ("partner", IncidentCause::Partner),
    ("data", IncidentCause::Data),
    ("other", IncidentCause::Other),
];

pub(super) fn read(reading: &mut Reading<'_>) -> ReportedIncident {
    let incident = ReportedIncident {
        title: reading.text("title"),
        integration: reading.text("integration"),
        criticality: reading.choice("criticality", &CRITICALITIES).unwrap_or(Criticality::Critical),
        cause: reading.choice("cause", &CAUSES).unwrap_or(IncidentCause::Other),
        began_at: reading.needed_moment("began_at"),
        detected_at: reading.moment("detected_at"),
        reported_at: reading.moment("reported_at"),
        restored_at: reading.moment("restored_at"),
        objective_hours: reading.number("objective_hours"),
        seen: reading.incident("seen"),
        notes: reading.text("notes"),
    };
    for (name, at) in [
        ("detected_at", incident.detected_at),
        ("reported_at", incident.reported_at),
        ("restored_at", incident.restored_at),
    ] {
        if at.is_some_and(|at| at < incident.began_at) {
            reading.problem(name, "This lies before the incident began.");
        }
    }
    if incident.detected_at.is_none() && incident.reported_at.is_none() {
        reading.problem("detected_at", "Say when monitoring raised it, or when a user reported it.");
    }
    incident
}

pub(super) fn shown(incident: &ReportedIncident) -> Vec<String> {
    vec![
        incident.title.clone(),
        incident.integration.clone(),
        word_of(&CRITICALITIES, &incident.criticality),
        word_of(&CAUSES, &incident.cause),
        moment_text(Some(incident.began_at)),
        moment_text(incident.detected_at),
        moment_text(incident.reported_at),
        moment_text(incident.restored_at),
        number_text(incident.objective_hours),
        incident.seen.map(|id| id.to_string()).unwrap_or_default(),
        incident.notes.clone(),
    ]
}
