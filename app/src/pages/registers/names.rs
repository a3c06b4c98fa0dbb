//! How registers are called, and what each is for.

use service::record::Register;

pub(crate) const fn title(register: Register) -> &'static str {
    match register {
        Register::Incidents => "Incidents told of",
        Register::MeasureValidations => "Measure validations",
        Register::ConsentTests => "Consent tests",
        Register::Credentials => "Credentials",
        Register::ContractFeeds => "Feeds of contracts",
        Register::LogicChanges => "Changes of logic",
    }
}

/// What one entry is called.
pub(super) const fn one(register: Register) -> &'static str {
    match register {
        Register::Incidents => "incident",
        Register::MeasureValidations => "validation",
        Register::ConsentTests => "test record",
        Register::Credentials => "credential",
        Register::ContractFeeds => "contract",
        Register::LogicChanges => "change",
    }
}

/// The same with its article.
pub(super) const fn with_article(register: Register) -> &'static str {
    match register {
        Register::Incidents => "an incident",
        Register::MeasureValidations => "a validation",
        Register::ConsentTests => "a test record",
        Register::Credentials => "a credential",
        Register::ContractFeeds => "a contract",
        Register::LogicChanges => "a change",
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
        Register::Credentials => {
            "API clients, file accounts and channels, as the systems list them: when each was used last, and whether it still \
             works. Health checks of kind inventory.coverage count those that nobody used for 90 days, by the latest entry of \
             each."
        }
        Register::ContractFeeds => {
            "Which of attribution, claims and quality results each contract provides, and which integration of the inventory \
             brings them. Health checks of kind inventory.coverage are computed from the latest entry of each contract."
        }
        Register::LogicChanges => {
            "Each change of a contract or a specification, and the day on which the logic in production followed. Health \
             checks of kind inventory.coverage take the median of those that went live in the last 12 months."
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
        Register::ConsentTests => &[
            "suite",
            "release",
            "ran",
            "permit_cases",
            "permit_passed",
            "deny_cases",
            "deny_passed",
            "tester",
        ],
        Register::Credentials => &["credential", "kind", "integration", "issued", "last_used", "disabled"],
        Register::ContractFeeds => &["contract", "attribution", "claims", "quality"],
        Register::LogicChanges => &["change", "source", "dated", "in_production"],
    }
}
