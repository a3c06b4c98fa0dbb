//! What the reader answers for, what is overdue first.

use leptos::prelude::*;
use service::assignment::Task;

use super::MineSheet;
use crate::ui::{ButtonLink, Column, Empty, PageHead, Section, Sign, Table, TableLook, Tag, TagKind, day};

/// The page's content.
pub(crate) fn mine_page(sheet: &MineSheet) -> AnyView {
    let tasks = sheet.assessed.tasks_of(sheet.reader);
    let left = tasks.iter().filter(|task| !task.answered).count();
    let overdue = tasks.iter().filter(|task| task.overdue).count();
    let under = match (tasks.len(), overdue) {
        (0, _) => "You are named for nothing in this assessment.".to_owned(),
        (1, 0) => format!("{left} of 1 criterion to answer."),
        (1, _) => "1 criterion to answer, overdue.".to_owned(),
        (all, 0) => format!("{left} of {all} criteria to answer."),
        (all, overdue) => format!("{left} of {all} criteria to answer, {overdue} overdue."),
    };
    let (owners, assessment) = (sheet.paths.owners(), sheet.paths.assessment().to_owned());
    let list = if tasks.is_empty() {
        view! {
            <Empty>
                <p class="lede">"Nothing here is yours to answer."</p>
                <p>"Owners and assessors say who answers a domain or a criterion, and until when."</p>
            </Empty>
        }
        .into_any()
    } else {
        let columns = vec![
            Column::text("Criterion"),
            Column::number("Due"),
            Column::text("State"),
            Column::number("Comments"),
        ];
        let rows = tasks.iter().map(|task| row(sheet, task)).collect_view();
        view! { <Table caption="What you answer for" columns look=TableLook::Fold>{rows}</Table> }.into_any()
    };
    view! {
        <PageHead title="Mine" under=under>
            <ButtonLink href=assessment>"All domains"</ButtonLink>
            <ButtonLink href=owners>"Owners and due dates"</ButtonLink>
        </PageHead>
        <Section id="tasks" title="Criteria">{list}</Section>
    }
    .into_any()
}

fn row(sheet: &MineSheet, task: &Task) -> AnyView {
    let href = sheet.paths.criterion(&task.domain, &task.criterion);
    let about = format!("{}#comments", sheet.paths.about(&task.criterion));
    let state = match (task.answered, task.overdue) {
        (true, _) => "Answered".into_any(),
        (false, true) => view! { <Tag kind=TagKind::Fail sign=Sign::Warn>"Overdue"</Tag> }.into_any(),
        (false, false) => "To answer".into_any(),
    };
    let comments = match (task.comments, task.open_threads) {
        (0, _) => "–".into_any(),
        (comments, 0) => view! { <a href=about>{comments.to_string()}</a> }.into_any(),
        (comments, open) => view! { <a href=about>{format!("{comments}, {open} open")}</a> }.into_any(),
    };
    view! {
        <tr>
            <th scope="row">
                <a href=href><span class="code">{task.criterion.to_string()}</span></a>
                <span class="sub">{task.title.clone()}</span>
            </th>
            <td class="num" data-label="Due">{task.due.map_or_else(|| "–".to_owned(), day)}</td>
            <td>{state}</td>
            <td class="num" data-label="Comments">{comments}</td>
        </tr>
    }
    .into_any()
}
