//! The form for a new item, and how it is read.

use domain::CriterionCode;
use domain::scoring::{EvidenceDuration, Standing};
use jiff::civil::Date;
use leptos::prelude::*;
use service::FieldError;
use service::assessment::Assessed;
use service::evidence::{NewBody, NewEvidence, Replacement};

use crate::pages::parts::error_of;
use crate::ui::{CheckboxGroup, Choice, Drawer, FileInput, InputLook, Select, TextArea, TextInput};
use crate::web::{Fields, FileTooLarge, Refusal, SentFile};
use crate::words::duration_word;

const DURATIONS: [(&str, EvidenceDuration); 3] = [
    ("standard", EvidenceDuration::Standard),
    ("operational", EvidenceDuration::Operational),
    ("charter", EvidenceDuration::Charter),
];

/// What the browser offers to choose; what is taken is decided by what a file holds.
const ACCEPTED: &str = ".pdf,.png,.jpg,.jpeg,.gif,.webp,.docx,.xlsx,.pptx,.odt,.ods,.odp,.csv,.tsv,.txt,.md,.log,.json,text/plain";

/// The fields, as typed where the form came back; the criteria are chosen elsewhere.
pub(crate) fn evidence_fields(typed: &Fields, refusal: Option<&Refusal>, today: Date) -> AnyView {
    let durations = DURATIONS.map(|(value, duration)| (value.to_owned(), duration_word(duration).to_owned()));
    view! {
        {body_fields(typed, refusal)}
        <Select
            id="duration"
            name="duration"
            label="Class"
            hint="Standard: policies, configurations, test reports. Operational: counts, logs, volumes. Charter: charters, long-running agreements."
            choices=durations.to_vec()
            chosen=typed.get("duration").to_owned()
            error=error_of(refusal, "duration")
        />
        {day_fields(typed, refusal, today)}
    }
    .into_any()
}

/// Those of an item's next revision, which is of the same class and serves the same criteria.
pub(super) fn replacement_fields(typed: &Fields, refusal: Option<&Refusal>, today: Date) -> AnyView {
    view! { {body_fields(typed, refusal)}{day_fields(typed, refusal, today)} }.into_any()
}

fn body_fields(typed: &Fields, refusal: Option<&Refusal>) -> AnyView {
    let text = |name: &str| typed.get(name).to_owned();
    let body_error = ["body", "link", "note"].into_iter().find_map(|field| error_of(refusal, field));
    // A page cannot fill a file in again.
    let again = if refusal.is_some() { " One that was chosen before has to be chosen again." } else { "" };
    let kinds =
        format!("PDF, image, office document, CSV or text, at most 25 MB. No data of patients.{again}");
    view! {
        <TextInput id="title" name="title" label="Title" value=text("title") error=error_of(refusal, "title")/>
        <FileInput
            id="file"
            name="file"
            label="File"
            optional=true
            accept=ACCEPTED
            hint=kinds
            error=error_of(refusal, "file")
        />
        <TextArea
            id="body"
            name="body"
            label="Link or note"
            optional=true
            hint="In place of a file: an address that begins with https://, or a few sentences that say what was seen"
            value=text("body")
            error=body_error
        />
    }
    .into_any()
}

fn day_fields(typed: &Fields, refusal: Option<&Refusal>, today: Date) -> AnyView {
    let text = |name: &str| typed.get(name).to_owned();
    let dated = if typed.has("dated") { text("dated") } else { today.to_string() };
    view! {
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
            hint="Only if it ends earlier than its class says"
            optional=true
            value=text("expires")
            error=error_of(refusal, "expires")
        />
        <TextInput
            id="reported_pct"
            name="reported_pct"
            label="Percentage that it reports"
            look=InputLook::Short
            hint="The headline figure of the item, 0 to 100: a coverage, a share, favorable answers"
            optional=true
            value=text("reported_pct")
            error=error_of(refusal, "reported_pct")
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
pub(crate) fn read_evidence(fields: &Fields, file: SentFile) -> Result<NewEvidence, Vec<FieldError>> {
    let mut problems = Vec::new();
    let duration =
        DURATIONS.iter().find(|(value, _)| *value == fields.get("duration")).map(|(_, duration)| *duration);
    if duration.is_none() {
        problems.push(FieldError::new("duration", "Choose one of the classes."));
    }
    let read = read_into(&mut problems, fields, file);
    let (Some(duration), Some(read)) = (duration, read) else { return Err(problems) };
    let Replacement { title, body, dated, expires, reported_pct } = read;
    let criteria = fields.all("criteria").map(CriterionCode::from).collect();
    Ok(NewEvidence { criteria, title, body, duration, dated, expires, reported_pct })
}

/// Reads the form for the next revision of an item.
pub(crate) fn read_replacement(fields: &Fields, file: SentFile) -> Result<Replacement, Vec<FieldError>> {
    let mut problems = Vec::new();
    read_into(&mut problems, fields, file).ok_or(problems)
}

/// What both forms have; `None` where anything is wrong, which stands among the problems then.
fn read_into(problems: &mut Vec<FieldError>, fields: &Fields, file: SentFile) -> Option<Replacement> {
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
    let reported_pct = match fields.trimmed("reported_pct").trim_end_matches('%').trim_end() {
        "" => None,
        text => {
            let share = text.parse().ok();
            if share.is_none() {
                problems.push(FieldError::new("reported_pct", "Write a number from 0 to 100."));
            }
            share
        }
    };
    let body = fields.trimmed("body");
    if file.is_err() {
        problems.push(FieldError::new("file", FileTooLarge::WORDS));
    }
    match (&file, body.is_empty()) {
        (Ok(None), true) => {
            problems.push(FieldError::new("body", "Choose a file, give a link, or write what was seen."));
        }
        (Ok(Some(_)) | Err(FileTooLarge), false) => {
            problems.push(FieldError::new(
                "body",
                "Attach the file and the text one after the other: an item is one of them.",
            ));
        }
        _ => {}
    }
    let dated = dated.filter(|_| problems.is_empty())?;
    let is_link = ["https://", "http://"].iter().any(|scheme| body.starts_with(scheme))
        && !body.contains(char::is_whitespace);
    let body = match file.ok().flatten() {
        Some(file) => NewBody::File(file),
        None if is_link => NewBody::Link(body.to_owned()),
        None => NewBody::Note(body.to_owned()),
    };
    Some(Replacement { title: fields.trimmed("title").to_owned(), body, dated, expires, reported_pct })
}

#[cfg(test)]
mod tests {
    use service::evidence::Upload;

    use super::*;

    fn form(fields: &[(&str, &str)]) -> Fields {
        fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn an_address_becomes_a_link_and_sentences_a_note() {
        let read = |body, file| {
            read_evidence(&form(&[("duration", "standard"), ("dated", "2026-11-20"), ("body", body)]), file)
        };
        let body = |body| read(body, Ok(None)).unwrap().body;
        assert!(matches!(body("https://a.example/x"), NewBody::Link(link) if link == "https://a.example/x"));
        assert!(
            matches!(body("See https://a.example"), NewBody::Note(note) if note == "See https://a.example")
        );
        assert!(matches!(body("https://a.example was seen"), NewBody::Note(_)));
        let file = || Ok(Some(Upload { name: "a.txt".to_owned(), content: b"a".to_vec(), room: None }));
        assert!(matches!(read("", file()).unwrap().body, NewBody::File(_)));
        assert_eq!(read("a note", file()).unwrap_err()[0].field, "body");
    }

    #[test]
    fn what_cannot_be_read_is_named_by_its_field() {
        let problems =
            read_evidence(&form(&[("dated", "yesterday"), ("expires", "31/12")]), Ok(None)).unwrap_err();
        let fields: Vec<_> = problems.iter().map(|problem| problem.field.as_str()).collect();
        assert_eq!(fields, ["duration", "dated", "expires", "body"]);
        let typed = form(&[("duration", "standard"), ("dated", "yesterday")]);
        let problems = read_evidence(&typed, Err(FileTooLarge)).unwrap_err();
        let fields: Vec<_> = problems.iter().map(|problem| problem.field.as_str()).collect();
        assert_eq!(fields, ["dated", "file"], "with what else is wrong");
    }
}
