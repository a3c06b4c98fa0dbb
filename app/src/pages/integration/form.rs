//! What people say of an integration: the form, and how it is read.

use domain::DomainCode;
use jiff::civil::Date;
use leptos::prelude::*;
use service::FieldError;
use service::record::IntegrationDetails;

use crate::pages::parts::error_of;
use crate::ui::{CheckboxGroup, Choice, Drawer, Icon, InputLook, Select, Sign, TextArea, TextInput};
use crate::web::{Fields, Refusal};

const DIRECTIONS: [&str; 3] = ["in", "out", "both"];
const ENVIRONMENTS: [&str; 3] = ["production", "test", "sandbox"];
const CRITICALITIES: [&str; 2] = ["critical", "normal"];

/// The domains of one framework, code and title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DomainGroup {
    pub(crate) framework: String,
    pub(crate) domains: Vec<(DomainCode, String)>,
}

/// The fields, as typed where the form came back.
pub(crate) fn integration_fields(
    typed: &Fields,
    refusal: Option<&Refusal>,
    domains: &[DomainGroup],
) -> AnyView {
    let line = |name: &'static str, label: &str, hint: &str, look: InputLook| {
        view! {
            <TextInput
                id=name name=name label=label.to_owned() value=typed.get(name).to_owned() optional=true
                hint=hint.to_owned() look=look error=error_of(refusal, name)
            />
        }
        .into_any()
    };
    let text = |name: &'static str, label: &str, hint: &str| {
        view! {
            <TextArea
                id=name name=name label=label.to_owned() value=typed.get(name).to_owned() optional=true rows=2
                hint=hint.to_owned() error=error_of(refusal, name)
            />
        }
        .into_any()
    };
    let choice = |name: &'static str, label: &str, hint: &str, known: &[&str]| {
        let chosen = typed.get(name);
        view! {
            <Select
                id=name name=name label=label.to_owned() choices=choices(known, chosen) chosen=chosen.to_owned()
                optional=true hint=hint.to_owned() error=error_of(refusal, name)
            />
        }
        .into_any()
    };
    let date = |name: &'static str, label: &str| {
        view! {
            <TextInput
                id=name name=name label=label.to_owned() kind="date" look=InputLook::Short optional=true
                value=typed.get(name).to_owned() error=error_of(refusal, name)
            />
        }
        .into_any()
    };
    let short = InputLook::Short;
    let full = InputLook::Full;
    view! {
        <div class="fields">
            <TextInput
                id="name" name="name" label="Integration name" value=typed.get("name").to_owned()
                hint="As people call it, for example Patient API gateway" autocomplete="off"
                error=error_of(refusal, "name")
            />
            {line("partner", "Partner", "Who is at the other end: a network, a payer, a registry", full)}
            {line("system", "System", "The system on your side, for example the interface engine", full)}
            {line("standard", "Standard", "For example FHIR R4, HL7 v2.5.1 over MLLP, CDS Hooks 2.0", full)}
            {choice("direction", "Direction", "Which way the data flows, seen from here", &DIRECTIONS)}
            {choice("environment", "Environment", "Where the other end runs", &ENVIRONMENTS)}
            {choice("criticality", "Criticality", "How much depends on it", &CRITICALITIES)}
            {line("owner", "Owner", "The person or role that answers for it and is told when it breaks", full)}
            {line("technical_owner", "Technical owner", "The person or role that mends it", full)}
            {date("last_review", "Last review")}
            {line("review_months", "Months between reviews", "12 where nothing is said", short)}
            {text("use_case", "Use case", "What somebody can do because it runs")}
            {text("data", "Data", "What travels over it, for example admissions, discharges, transfers")}
            {text("contract", "Contract", "The interface agreement: where it is, which version")}
            {date("contract_expires", "Contract expires")}
            {date("brief_signed", "Use-case brief signed")}
            {date("runbook_exercised", "Runbook exercised")}
        </div>
        {serves(typed, refusal, domains)}
    }
    .into_any()
}

/// The known values, with the way to say nothing; a value that came otherwise, through the API, stays.
fn choices(known: &[&str], chosen: &str) -> Vec<(String, String)> {
    let other = (!chosen.is_empty() && !known.contains(&chosen)).then_some(chosen);
    let said = known.iter().copied().chain(other).map(|value| (value.to_owned(), value.to_owned()));
    std::iter::once((String::new(), "Not said".to_owned())).chain(said).collect()
}

/// Domains to tick, by framework; a framework is open where one of its domains is chosen, and the first always.
fn serves(typed: &Fields, refusal: Option<&Refusal>, groups: &[DomainGroup]) -> AnyView {
    let chosen = |code: &DomainCode| typed.all("serves").any(|value| value == code.as_str());
    let error = error_of(refusal, "serves")
        .map(|error| view! { <span class="error"><Icon sign=Sign::Fail/>{error}</span> });
    let groups = groups
        .iter()
        .enumerate()
        .map(|(position, group)| {
            let open = position == 0 || group.domains.iter().any(|(code, _)| chosen(code));
            let choices = group
                .domains
                .iter()
                .map(|(code, title)| {
                    Choice::new(code.as_str(), format!("{code} {title}")).chosen_if(chosen(code))
                })
                .collect();
            let code = group.framework.split(' ').next().unwrap_or_default();
            let legend = format!("Domains of {code}");
            let id = format!("serves-{position}");
            view! {
                <Drawer summary=group.framework.clone() open=open>
                    <CheckboxGroup id name="serves" legend choices/>
                </Drawer>
            }
        })
        .collect_view();
    view! {
        <div class="gap-above" id="serves" tabindex="-1">
            <p class="label">"Serves"</p>
            <p class="hint">
                "Its checks bear on the answers of these domains, and always on governance and operations. "
                "Tick none for all."
            </p>
            {error}
            {groups}
        </div>
    }
    .into_any()
}

/// What is on file, as the form shows it.
pub(crate) fn fields_of(details: &IntegrationDetails) -> Fields {
    let day = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
    let texts = [
        ("name", details.name.clone()),
        ("partner", details.partner.clone()),
        ("system", details.system.clone()),
        ("standard", details.standard.clone()),
        ("direction", details.direction.clone()),
        ("environment", details.environment.clone()),
        ("owner", details.owner.clone()),
        ("technical_owner", details.technical_owner.clone()),
        ("criticality", details.criticality.clone()),
        ("last_review", day(details.last_review)),
        ("review_months", details.review_months.map(|months| months.to_string()).unwrap_or_default()),
        ("contract_expires", day(details.contract_expires)),
        ("brief_signed", day(details.brief_signed)),
        ("runbook_exercised", day(details.runbook_exercised)),
        ("use_case", details.use_case.clone()),
        ("data", details.data.clone()),
        ("contract", details.contract.clone()),
    ];
    let serves = details.serves.iter().map(|code| ("serves", code.to_string()));
    texts.into_iter().chain(serves).map(|(name, value)| (name.to_owned(), value)).collect()
}

const NO_DAY: &str = "Give the day as year, month and day (2026-11-20), or leave it empty.";

/// Reads the form.
pub(crate) fn read_integration(fields: &Fields) -> Result<IntegrationDetails, Vec<FieldError>> {
    let text = |name: &str| fields.trimmed(name).to_owned();
    let mut problems = Vec::new();
    let mut day = |name: &'static str| match fields.trimmed(name) {
        "" => None,
        date => date.parse::<Date>().map_err(|_| problems.push(FieldError::new(name, NO_DAY))).ok(),
    };
    let last_review = day("last_review");
    let contract_expires = day("contract_expires");
    let brief_signed = day("brief_signed");
    let runbook_exercised = day("runbook_exercised");
    let review_months = match fields.trimmed("review_months") {
        "" => None,
        months => {
            let problem = "Write a whole number of months, for example 12, or leave it empty.";
            months.parse().map_err(|_| problems.push(FieldError::new("review_months", problem))).ok()
        }
    };
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(IntegrationDetails {
        name: text("name"),
        partner: text("partner"),
        system: text("system"),
        standard: text("standard"),
        direction: text("direction"),
        data: text("data"),
        contract: text("contract"),
        use_case: text("use_case"),
        owner: text("owner"),
        last_review,
        environment: text("environment"),
        technical_owner: text("technical_owner"),
        criticality: text("criticality").to_lowercase(),
        contract_expires,
        review_months,
        runbook_exercised,
        brief_signed,
        serves: fields.all("serves").map(DomainCode::from).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_on_file_survives_the_form() {
        let details = IntegrationDetails {
            name: "Patient API gateway".to_owned(),
            contract: "v3,\nsigned".to_owned(),
            last_review: Some(jiff::civil::date(2026, 10, 2)),
            review_months: Some(6),
            technical_owner: "Interface team".to_owned(),
            criticality: "critical".to_owned(),
            contract_expires: Some(jiff::civil::date(2027, 1, 31)),
            serves: vec!["PAT".into(), "SEM".into()],
            ..IntegrationDetails::default()
        };
        assert_eq!(read_integration(&fields_of(&details)).unwrap(), details);
    }

    #[test]
    fn a_direction_that_the_form_does_not_know_stays_a_choice() {
        let values =
            |chosen| choices(&DIRECTIONS, chosen).into_iter().map(|(value, _)| value).collect::<Vec<_>>();
        assert_eq!(values("out"), ["", "in", "out", "both"]);
        assert_eq!(values("bidirectional"), ["", "in", "out", "both", "bidirectional"]);
    }

    #[test]
    fn a_date_that_is_none_is_named_by_its_field() {
        let fields = [("last_review".to_owned(), "last spring".to_owned())].into_iter().collect();
        assert_eq!(read_integration(&fields).unwrap_err()[0].field, "last_review");
    }
}
