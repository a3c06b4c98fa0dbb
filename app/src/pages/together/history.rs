//! The answers to a criterion from the first on: who said what and when, and bringing an earlier one back.

use leptos::prelude::*;
use service::Permission;
use service::record::{AnswerRevision, Claim, Rater};

use super::AboutSheet;
use crate::ui::{ButtonSize, Column, Empty, Moment, PostButton, Section, Table, TableLook, Tag};
use crate::words::{claim_words, plural};

pub(super) fn section(sheet: &AboutSheet) -> AnyView {
    if sheet.history.is_empty() {
        return view! {
            <Section id="history" title="History">
                <Empty><p>"Nobody has answered yet. Every answer that is given stays on record here."</p></Empty>
            </Section>
        }
        .into_any();
    }
    let current = sheet.assessed.own_answer(&sheet.criterion().code).map_or(0, |answer| answer.revision);
    let undo = (current > 0 && may_restore(sheet)).then(|| {
        let mut own = sheet.history.iter().filter(|answer| answer.rater == Rater::Own);
        // What the answer on file replaced: an answer, a withdrawal, or nothing.
        let before = own.find(|answer| answer.revision < current).filter(|before| before.claim.is_some());
        let button = match before {
            Some(before) => {
                let words = format!("Undo: back to revision {}", before.revision);
                restore(sheet, before.revision, current, words)
            }
            None => withdraw(sheet, current, "Undo: back to unanswered"),
        };
        let away = before.map(|_| withdraw(sheet, current, "Withdraw the answer"));
        view! { <div class="row gap-below">{button}{away}</div> }
    });
    let columns = vec![
        Column::number("Revision"),
        Column::text("Answer"),
        Column::text("By"),
        Column::number("At"),
        Column::text("Bring back"),
    ];
    let rows = sheet.history.iter().map(|answer| row(sheet, answer, current)).collect_view();
    let code = sheet.criterion().code.to_string();
    let count = plural(sheet.history.len(), "answer");
    view! {
        <Section id="history" title="History" aside=view! { <p>{count}", the latest first"</p> }>
            {undo}
            <Table caption=format!("Answers to {code}, the latest first") columns look=TableLook::Fold>{rows}</Table>
        </Section>
    }
    .into_any()
}

fn may_restore(sheet: &AboutSheet) -> bool {
    sheet.assessed.may(Permission::Answer) && sheet.assessed.bundle.assessment.state.is_open()
}

fn row(sheet: &AboutSheet, answer: &AnswerRevision, current: i64) -> AnyView {
    let own = answer.rater == Rater::Own;
    let rater = (!own).then(|| view! { " "<Tag>"assessor's rating"</Tag> });
    let reason = match &answer.claim {
        Some(Claim::NotApplicable { reason }) => {
            Some(view! { <span class="sub words">{reason.clone()}</span> })
        }
        Some(Claim::Level(_)) | None => None,
    };
    let said = (!answer.rationale.is_empty())
        .then(|| view! { <span class="sub words">{answer.rationale.clone()}</span> });
    let words = |claim| claim_words(&sheet.assessed.framework, claim);
    let claim = answer.claim.as_ref().map_or_else(|| "Withdrawn: unanswered again".to_owned(), words);
    let action = match (own && answer.claim.is_some(), answer.revision == current) {
        (true, true) => view! { <Tag>"on file"</Tag> }.into_any(),
        (true, false) if may_restore(sheet) => {
            restore(sheet, answer.revision, current, format!("Bring back revision {}", answer.revision))
        }
        _ => ().into_any(),
    };
    view! {
        <tr>
            <td class="num" data-label="Revision">{answer.revision.to_string()}</td>
            <th scope="row">{claim}{rater}{reason}{said}</th>
            <td>{answer.by_name.clone()}</td>
            <td class="num" data-label="At"><Moment at=answer.at.timestamp()/></td>
            <td class="wide">{action}</td>
        </tr>
    }
    .into_any()
}

/// A button that brings an answer back; `current` is the revision that the reader sees.
fn restore(sheet: &AboutSheet, earlier: i64, current: i64, words: String) -> AnyView {
    let fields =
        vec![("restore".to_owned(), earlier.to_string()), ("revision".to_owned(), current.to_string())];
    let action = format!("{}/restore", sheet.at());
    view! { <PostButton action=action fields=fields size=ButtonSize::Small>{words}</PostButton> }.into_any()
}

/// A button that takes the answer on file back; `current` is the revision that the reader sees.
fn withdraw(sheet: &AboutSheet, current: i64, words: &'static str) -> AnyView {
    let fields = vec![("revision".to_owned(), current.to_string())];
    let action = format!("{}/withdraw", sheet.at());
    view! { <PostButton action=action fields=fields size=ButtonSize::Small>{words}</PostButton> }.into_any()
}
