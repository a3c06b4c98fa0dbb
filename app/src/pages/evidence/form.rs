//! The form for a new item, and how it is read.

use domain::CriterionCode;
use domain::scoring::{EvidenceDuration, Standing};
use jiff::civil::Date;
use leptos::prelude::*;
use service::FieldError;
use service::assessment::Assessed;
use service::evidence::NewEvidence;
use service::record::EvidenceBody;

use crate::pages::parts::error_of;
use crate::ui::{CheckboxGroup, Choice, Drawer, InputLook, Select, TextArea, TextInput};
use crate::web::{Fields, Refusal};
use crate::words::duration_word;

const DURATIONS: [(&str, EvidenceDuration); 3] = [
    ("standard", EvidenceDuration::Standard),
    ("operational", EvidenceDuration::Operational),
    ("charter", EvidenceDuration::Charter),
];

/// The fields, as typed where the form came back; the criteria are chosen elsewhere.
pub(crate) fn evidence_fields(typed: &Fields, refusal: Option<&Refusal>, today: Date) -> AnyView {
    let text = |name: &str| typed.get(name).to_owned();
    let dated = if typed.has("dated") { text("dated") } else { today.to_string() };
    let body_error = ["body", "link", "note"].into_iter().find_map(|field| error_of(refusal, field));
    let durations = DURATIONS.map(|(value, duration)| (value.to_owned(), duration_word(duration).to_owned()));
    view! {
        <TextInput id="title" name="title" label="Title" value=text("title") error=error_of(refusal, "title")/>
        <TextArea
            id="body"
            name="body"
            label="Link or note"
            hint="An address that begins with https://, or a few sentences that say what was seen."
            value=text("body")
            error=body_error
        />
        <Select
            id="duration"
            name="duration"
            label="Class"
            hint="Standard: policies, configurations, test reports. Operational: counts, logs, volumes. Charter: charters, long-running agreements."
            choices=durations.to_vec()
            chosen=text("duration")
            error=error_of(refusal, "duration")
        />
        <TextInput
            id="dated"
            name="dated"
            label="Dated"
            kind="date"
            look=InputLook::Short
            value=dated
            error=error_of(refusal, "dated")
        />
        <TextInput
            id="expires"
            name="expires"
            label="Expires"
            kind="date"
            look=InputLook::Short
            hint="Only if it ends earlier than its class says."
            optional=true
            value=text("expires")
            error=error_of(refusal, "expires")
        />
    }
    .into_any()
}

/// The criteria to tick, by domain; a domain is open where one of its criteria is chosen.
pub(super) fn criteria_groups(
    assessed: &Assessed,
    chosen: &[CriterionCode],
    refusal: Option<&Refusal>,
) -> AnyView {
    let applies = |code: &CriterionCode| {
        assessed.criterion_score(code).is_some_and(|score| score.standing != Standing::OutOfProfile)
    };
    let error = error_of(refusal, "criteria").map(|error| view! { <span class="error">{error}</span> });
    let groups = assessed
        .framework
        .domains
        .iter()
        .map(|domain| {
            let criteria: Vec<_> =
                domain.criteria.iter().filter(|criterion| applies(&criterion.code)).collect();
            let open = criteria.iter().any(|criterion| chosen.contains(&criterion.code));
            let choices: Vec<_> = criteria
                .into_iter()
                .map(|criterion| {
                    Choice::new(criterion.code.to_string(), format!("{} {}", criterion.code, criterion.title))
                        .chosen_if(chosen.contains(&criterion.code))
                })
                .collect();
            let words = format!("{} {}", domain.code, domain.title);
            let id = format!("criteria-{}", domain.code.as_str().to_lowercase());
            view! {
                <Drawer summary=words.clone() open=open>
                    <CheckboxGroup id=id name="criteria" legend=words choices=choices/>
                </Drawer>
            }
        })
        .collect_view();
    view! {
        <div id="criteria" tabindex="-1">
            <p class="label">"Criteria that it serves"</p>
            {error}
            {groups}
        </div>
    }
    .into_any()
}

/// Reads the form.
pub(crate) fn read_evidence(fields: &Fields) -> Result<NewEvidence, Vec<FieldError>> {
    let mut problems = Vec::new();
    let duration =
        DURATIONS.iter().find(|(value, _)| *value == fields.get("duration")).map(|(_, duration)| *duration);
    if duration.is_none() {
        problems.push(FieldError::new("duration", "Choose one of the classes."));
    }
    let dated = fields.trimmed("dated").parse::<Date>().ok();
    if dated.is_none() {
        problems
            .push(FieldError::new("dated", "Give the day of the item as year, month and day: 2026-11-20."));
    }
    let expires = match fields.trimmed("expires") {
        "" => None,
        text => {
            let date = text.parse::<Date>().ok();
            if date.is_none() {
                problems.push(FieldError::new(
                    "expires",
                    "Give the day as year, month and day, or leave it empty.",
                ));
            }
            date
        }
    };
    let body = fields.trimmed("body");
    if body.is_empty() {
        problems.push(FieldError::new("body", "Give a link, or write what was seen."));
    }
    let (Some(duration), Some(dated), true) = (duration, dated, problems.is_empty()) else {
        return Err(problems);
    };
    let is_link = ["https://", "http://"].iter().any(|scheme| body.starts_with(scheme))
        && !body.contains(char::is_whitespace);
    let body =
        if is_link { EvidenceBody::Link(body.to_owned()) } else { EvidenceBody::Note(body.to_owned()) };
    Ok(NewEvidence {
        criteria: fields.all("criteria").map(CriterionCode::from).collect(),
        title: fields.trimmed("title").to_owned(),
        body,
        duration,
        dated,
        expires,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(fields: &[(&str, &str)]) -> Fields {
        fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn an_address_becomes_a_link_and_sentences_a_note() {
        let read =
            |body| read_evidence(&form(&[("duration", "standard"), ("dated", "2026-11-20"), ("body", body)]));
        let body = |body| read(body).unwrap().body;
        assert_eq!(body("https://a.example/x"), EvidenceBody::Link("https://a.example/x".to_owned()));
        assert_eq!(body("See https://a.example"), EvidenceBody::Note("See https://a.example".to_owned()));
        assert!(matches!(body("https://a.example was seen"), EvidenceBody::Note(_)));
    }

    #[test]
    fn what_cannot_be_read_is_named_by_its_field() {
        let problems = read_evidence(&form(&[("dated", "yesterday"), ("expires", "31/12")])).unwrap_err();
        let fields: Vec<_> = problems.iter().map(|problem| problem.field.as_str()).collect();
        assert_eq!(fields, ["duration", "dated", "expires", "body"]);
    }
}
