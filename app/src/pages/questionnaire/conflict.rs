//! Two people answered the same criterion: both answers side by side, and a choice.

use domain::framework::Criterion;
use leptos::prelude::*;
use service::record::Answer;

use super::{Sheet, TypedAnswer};
use crate::answer::{field_name, level_and_reason};
use crate::ui::{Icon, Sign, moment};
use crate::words::anchor;

/// A level as the form sends it, in words: `3 Operational`.
fn level_words(sheet: &Sheet, level: &str) -> String {
    if level == "na" {
        return "Not applicable".to_owned();
    }
    let name = level.parse().ok().and_then(|level: usize| sheet.assessed.framework.levels.get(level));
    name.map_or_else(|| "No level chosen".to_owned(), |name| format!("{level} {name}"))
}

/// What was written with an answer.
pub(super) fn quotes(texts: [&str; 2]) -> AnyView {
    let quoted = texts.into_iter().filter(|text| !text.is_empty());
    quoted.map(|text| view! { <p class="small">{format!("“{text}”")}</p> }).collect_view().into_any()
}

/// Both answers. The island reads what is on file from the first form's data, and the revision to go on from.
pub(super) fn conflict(sheet: &Sheet, criterion: &Criterion, typed: &TypedAnswer) -> AnyView {
    let id = anchor(&criterion.code);
    let here = format!("{}#{id}", sheet.paths.domain(&sheet.domain().code));
    let on_file = sheet.assessed.own_answer(&criterion.code);
    let revision = on_file.map_or(0, |answer| answer.revision);
    let name = |field: &str| field_name(&criterion.code, field);
    let title = format!("Two people answered {} at the same time", criterion.code);
    view! {
        <div class="conflict" role="alert">
            <header>
                <p class="note-title"><span class="warn-text"><Icon sign=Sign::Warn/></span>{title}</p>
                <p class="small">"Nothing is lost. The answer on file stays until you choose."</p>
            </header>
            <div class="versus">
                {file_side(sheet, on_file, here.clone())}
                <div class="stack-tight">
                    <p class="small dim">{format!("Yours, based on revision {}", typed.revision)}</p>
                    <p><strong>{level_words(sheet, &typed.level)}</strong></p>
                    {quotes([&typed.reason, &typed.rationale])}
                    <p class="small dim">"You, just now"</p>
                    <form method="post" action=here data-choice="mine" data-revision=revision.to_string()>
                        <input type="hidden" name=name("revision") value=revision.to_string()/>
                        <input type="hidden" name=name("level") value=typed.level.clone()/>
                        <input type="hidden" name=name("reason") value=typed.reason.clone()/>
                        <input type="hidden" name=name("rationale") value=typed.rationale.clone()/>
                        <button class="btn" type="submit" name="save" value=criterion.code.to_string()>
                            {format!("Use mine as revision {}", revision + 1)}
                        </button>
                    </form>
                </div>
            </div>
        </div>
    }
    .into_any()
}

fn file_side(sheet: &Sheet, on_file: Option<&Answer>, here: String) -> AnyView {
    let Some(answer) = on_file else {
        return view! { <div class="stack-tight"><p class="small dim">"There is no answer on file any more."</p></div> }
            .into_any();
    };
    let (level, reason) = level_and_reason(&answer.claim);
    let by = format!("{}, {}", answer.by_name, moment(answer.at.timestamp()));
    view! {
        <div class="stack-tight">
            <p class="small dim">{format!("On file, revision {}", answer.revision)}</p>
            <p><strong>{level_words(sheet, &level)}</strong></p>
            {quotes([&reason, &answer.rationale])}
            <p class="small dim">{by}</p>
            <form
                method="get"
                action=here
                data-choice="file"
                data-level=level
                data-reason=reason.clone()
                data-rationale=answer.rationale.clone()
                data-revision=answer.revision.to_string()
            >
                <button class="btn" type="submit">"Keep what is on file"</button>
            </form>
        </div>
    }
    .into_any()
}
