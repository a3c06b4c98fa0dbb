//! The answers to a criterion from the first on: who said what and when, and bringing an earlier one back.

use leptos::prelude::*;
use service::Permission;
use service::record::{Answer, Claim, Rater};

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
    let undo = (current > 1 && may_restore(sheet)).then(|| {
        let words = format!("Undo: back to revision {}", current - 1);
        view! { <div class="gap-below">{restore(sheet, current - 1, current, words)}</div> }
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

fn row(sheet: &AboutSheet, answer: &Answer, current: i64) -> AnyView {
    let own = answer.rater == Rater::Own;
    let rater = (!own).then(|| view! { " "<Tag>"assessor's rating"</Tag> });
    let reason = match &answer.claim {
        Claim::NotApplicable { reason } => Some(view! { <span class="sub said">{reason.clone()}</span> }),
        Claim::Level(_) => None,
    };
    let said = (!answer.rationale.is_empty())
        .then(|| view! { <span class="sub said">{answer.rationale.clone()}</span> });
    let claim = claim_words(&sheet.assessed.framework, &answer.claim);
    let action = match (own, answer.revision == current) {
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
