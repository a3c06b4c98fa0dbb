//! One criterion in the review: the organization's claim, and the assessor's rating.

use domain::CriterionCode;
use domain::check::Status;
use domain::framework::Criterion;
use domain::scoring::Standing;
use leptos::prelude::*;
use service::record::{Answer, Claim};

use super::{ReviewDomain, TypedRating, claim_words, said_with};
use crate::pages::parts::error_of;
use crate::ui::{Button, ButtonSize, Note, Section, Select, TextArea, moment};
use crate::words::anchor;

pub(super) fn criterion_view(page: &ReviewDomain, criterion: &Criterion) -> AnyView {
    let sheet = &page.sheet;
    let assessed = &sheet.page.assessed;
    let score = assessed.criterion_score(&criterion.code);
    let rated = assessed.assessor_answer(&criterion.code).is_some();
    let counting = if rated { "The assessor's rating counts" } else { "Counts" };
    let counts = score.map(|score| match score.standing {
        Standing::Answered(_) => {
            format!("{counting} {}, evidence E{} · ", score.effective.get(), score.evidence_class)
        }
        Standing::ApprovedNotApplicable => "Does not apply, approved · ".to_owned(),
        Standing::PendingNotApplicable => "Counts 0 until it is decided whether it applies · ".to_owned(),
        _ => "Not answered, counts 0 · ".to_owned(),
    });
    let beside = format!("{}#{}", sheet.paths.domain(&page.domain().code), anchor(&criterion.code));
    let aside = view! { <p>{counts}<a href=beside>{format!("{} with its checks", criterion.code)}</a></p> };
    let content = view! {
        <p class="measure">{crate::words::in_words(&criterion.question)}</p>
        <div class="grid two gap-above">
            <div>
                <h3>"Organization"</h3>
                {own(page, criterion)}
            </div>
            <div>
                <h3>"Assessor"</h3>
                {rating(page, criterion)}
            </div>
        </div>
    }
    .into_any();
    let title = format!("{} {}", criterion.code, criterion.title);
    view! { <Section id=anchor(&criterion.code) title=title aside=aside>{content}</Section> }.into_any()
}

fn own(page: &ReviewDomain, criterion: &Criterion) -> AnyView {
    let sheet = &page.sheet;
    let Some(answer) = sheet.page.assessed.own_answer(&criterion.code) else {
        return view! { <p class="dim">"Not answered"</p> }.into_any();
    };
    let said = said_with(&answer.claim, &answer.rationale);
    let said = (!said.is_empty()).then(|| view! { <p class="small">{format!("“{said}”")}</p> });
    let by = format!("{}, {}", answer.by_name, moment(answer.at.timestamp()));
    view! {
        <p><strong>{claim_words(sheet, &answer.claim)}</strong></p>
        {said}
        <p class="fine">{by}</p>
    }
    .into_any()
}

/// The ids of a rating's level and note: every criterion of the page has them.
pub(crate) fn rating_fields(criterion: &CriterionCode) -> (String, String) {
    let id = anchor(criterion);
    (format!("{id}-level"), format!("{id}-rating-note"))
}

/// The rating that somebody else saved while the reader wrote another, which is in the form.
fn on_file(page: &ReviewDomain, answer: &Answer) -> AnyView {
    let title = format!("{} rated {} in the meantime", answer.by_name, answer.criterion);
    let said = said_with(&answer.claim, &answer.rationale);
    let said = if said.is_empty() { String::new() } else { format!(": “{said}”") };
    let words = format!("On file: {}{said}", claim_words(&page.sheet, &answer.claim));
    view! {
        <div class="gap-below">
            <Note status=Status::Warn title=title>
                <p>{words}</p>
                <p>"What you typed is in the form. Saved again, it takes the place of what is on file."</p>
            </Note>
        </div>
    }
    .into_any()
}

/// Inside the form of the domain, which has the fields of all its criteria.
fn rating(page: &ReviewDomain, criterion: &Criterion) -> AnyView {
    let sheet = &page.sheet;
    let answer = sheet.page.assessed.assessor_answer(&criterion.code);
    let by = answer.map(|answer| {
        let by = format!("{}, {}", answer.by_name, moment(answer.at.timestamp()));
        view! { <p class="fine gap-small">{by}</p> }
    });
    if !sheet.may_rate() {
        let Some(answer) = answer else {
            return view! { <p class="dim">"Not rated"</p> }.into_any();
        };
        let said = said_with(&answer.claim, &answer.rationale);
        let said = (!said.is_empty()).then(|| view! { <p class="small">{format!("“{said}”")}</p> });
        return view! { <p><strong>{claim_words(sheet, &answer.claim)}</strong></p>{said}{by} }.into_any();
    }
    let code = criterion.code.to_string();
    let typed = TypedRating::of(&sheet.typed, &criterion.code);
    let (level_field, note_field) = rating_fields(&criterion.code);
    let error = |field: &str| error_of(sheet.refusal.as_ref(), field);
    let overtaken = answer
        .filter(|answer| typed.as_ref().is_some_and(|typed| typed.revision != answer.revision.to_string()));
    let overtaken = overtaken.map(|answer| on_file(page, answer));
    let known = answer.map(|answer| match &answer.claim {
        Claim::Level(level) => level.get().to_string(),
        Claim::NotApplicable { .. } => "na".to_owned(),
    });
    let known = known.unwrap_or_default();
    let kept = answer.map(|answer| said_with(&answer.claim, &answer.rationale)).unwrap_or_default();
    let (chosen, note) = match typed {
        Some(typed) => (typed.level, typed.note),
        None => (known.clone(), kept.clone()),
    };
    let mut choices = vec![(String::new(), "Not rated".to_owned())];
    let levels = sheet.page.assessed.framework.levels.iter().enumerate();
    choices.extend(levels.map(|(level, name)| (level.to_string(), format!("{level} {name}"))));
    choices.push(("na".to_owned(), "Not applicable".to_owned()));
    let revision = answer.map_or(0, |answer| answer.revision).to_string();
    view! {
        {overtaken}
        <input type="hidden" name="criterion" value=code.clone()/>
        <input type="hidden" name="revision" value=revision/>
        <input type="hidden" name="drawn-level" value=known/>
        <input type="hidden" name="drawn-note" value=kept/>
        <Select
            id=level_field.clone() name="level" label=format!("Rating of {code}") choices=choices chosen=chosen
            optional=true error=error(&level_field)
        />
        <TextArea
            id=note_field.clone() name="note" label=format!("Note to {code}") rows=2 optional=true
            hint="Needed where it does not apply: it is the reason" value=note
            error=error(&note_field)
        />
        <p class="row gap-small"><Button size=ButtonSize::Small name="at" value=code>"Save the ratings"</Button></p>
        {by}
    }
    .into_any()
}
