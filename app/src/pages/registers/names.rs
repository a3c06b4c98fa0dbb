//! How registers are called, and what each is for.

use service::record::Register;

pub(crate) const fn title(register: Register) -> &'static str {
    match register {
        Register::Incidents => "Incidents told of",
        Register::MeasureValidations => "Measure validations",
        Register::ConsentTests => "Consent tests",
    }
}

/// What one entry is called.
pub(super) const fn one(register: Register) -> &'static str {
    match register {
        Register::Incidents => "incident",
        Register::MeasureValidations => "validation",
        Register::ConsentTests => "test record",
    }
}

/// The same with its article.
pub(super) const fn with_article(register: Register) -> &'static str {
    match register {
        Register::Incidents => "an incident",
        Register::MeasureValidations => "a validation",
        Register::ConsentTests => "a test record",
    }
}

pub(super) const fn purpose(register: Register) -> &'static str {
    match register {
        Register::Incidents => {
            "What failed without a check seeing it, and what no check knows of an incident that it saw: who noticed first, \
             when it was restored, what the objective was. Health checks of kind incident.sla are computed from both."
        }
        Register::MeasureValidations => {
            "Each comparison of a measure's computed result with charts: against which specification, by whom, how many agree. \
             Health checks of kind measure.validation are computed from the latest of each measure."
        }
        Register::ConsentTests => {
            "Each run of a suite of scripted cases in which access must be permitted or refused. Health checks of kind \
             consent.test are computed from the latest record of their suite."
        }
    }
}

/// The columns that the list shows; the first names the entry. The rest is on the entry's own page.
pub(super) const fn listed(register: Register) -> &'static [&'static str] {
    match register {
        Register::Incidents => {
            &["title", "criticality", "cause", "began_at", "restored_at", "objective_hours"]
        }
        Register::MeasureValidations => {
            &["measure", "contract", "version", "validator", "validated", "charts", "agreeing"]
        }
        Register::ConsentTests => &["suite", "release", "ran", "permit_cases", "deny_cases", "tester"],
    }
}
