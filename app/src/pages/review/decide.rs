//! Many decisions at once on the page of the whole review: evidence that waits, and claims of *not applicable*.

use ::domain::check::Status;
use ::domain::scoring::EvidenceState;
use leptos::prelude::*;
use service::record::{Claim, Evidence};
use service::review::Decided;

use super::ReviewSheet;
use crate::pages::evidence::evidence_line;
use crate::ui::{Button, ButtonKind, Column, Note, Section, Table, TableLook};
use crate::words::{anchor, plural};

/// What was done, and every line that was not.
pub(super) fn outcome(decided: &Decided) -> AnyView {
    let refused = decided
        .refused
        .iter()
        .map(|line| view! { <li><strong>{line.what.clone()}</strong>": "{line.why.clone()}</li> })
        .collect_view();
    let (status, title) = if decided.refused.is_empty() {
        (Status::Pass, format!("{} done", plural(decided.done, "decision")))
    } else {
        let left = plural(decided.refused.len(), "line");
        (Status::Warn, format!("{} done; {left} could not be", plural(decided.done, "decision")))
    };
    view! {
        <div class="gap-below"><Note status=status title=title alert=true><ul class="lines">{refused}</ul></Note></div>
    }
    .into_any()
}

/// The items of all domains that nobody reviewed yet; nothing where there is none, or for whoever may not review.
pub(super) fn evidence_section(sheet: &ReviewSheet) -> Option<AnyView> {
    let assessed = &sheet.page.assessed;
    let waiting: Vec<&Evidence> =
        assessed.bundle.evidence.iter().filter(|item| item.state == EvidenceState::Submitted).collect();
    if waiting.is_empty() || !assessed.may_review_evidence() {
        return None;
    }
    let today = assessed.computed_at.date();
    let others = waiting.iter().any(|item| item.author != sheet.reader);
    let lines = waiting.into_iter().map(|item| {
        let codes: Vec<_> = item.criteria.iter().map(ToString::to_string).collect();
        let own = item.author == sheet.reader;
        let by = if own {
            format!("{}, attached by you: somebody else reviews it", codes.join(", "))
        } else {
            format!("{}, by {}", codes.join(", "), item.author_name)
        };
        let choice = (!own).then(|| {
            let label = format!("Choose {}", item.title);
            view! { <input type="checkbox" name="items" value=item.seen().to_string() aria-label=label/>" " }
        });
        view! {
            <li class="pick">
                {choice}
                <div><ul class="lines">{evidence_line(item, &sheet.paths, today)}</ul><span class="sub">{by}</span></div>
            </li>
        }
    });
    let lines = lines.collect_view();
    let buttons = others.then(|| {
        view! {
            <p class="row gap-above no-print">
                <Button name="do" value="accept">"Accept the chosen"</Button>
                <Button kind=ButtonKind::Stop name="do" value="reject">"Reject the chosen"</Button>
            </p>
        }
    });
    let action = format!("{}/decide", sheet.paths.review());
    Some(
        view! {
            <Section id="evidence" title="Evidence that nobody reviewed">
                <form method="post" action=action><ul class="lines">{lines}</ul>{buttons}</form>
            </Section>
        }
        .into_any(),
    )
}

/// Claims of *not applicable* that wait for the assessor; nothing where there is none, or it is not the reader's turn.
pub(super) fn not_applicable_section(sheet: &ReviewSheet) -> Option<AnyView> {
    let pending = sheet.page.pending_not_applicable();
    if pending.is_empty() || !sheet.may_rate() {
        return None;
    }
    let assessed = &sheet.page.assessed;
    let rows = pending.into_iter().filter_map(|code| {
        let answer = assessed.own_answer(code)?;
        let Claim::NotApplicable { reason } = &answer.claim else { return None };
        let href = assessed
            .framework
            .domain_of(code)
            .map(|domain| format!("{}#{}", sheet.paths.review_domain(domain.code.as_str()), anchor(code)));
        let title = assessed.framework.criterion(code).map(|criterion| criterion.title.clone());
        let label = format!("Choose {code}");
        Some(view! {
            <tr>
                <td><input type="checkbox" name="criteria" value=code.to_string() aria-label=label/></td>
                <th scope="row"><a href=href>{code.to_string()}</a><span class="sub">{title}</span></th>
                <td class="wide">{reason.clone()}</td>
                <td class="dim">{answer.by_name.clone()}</td>
            </tr>
        })
    });
    let rows = rows.collect_view();
    let action = format!("{}/decide", sheet.paths.review());
    let columns = vec![
        Column::text("Choose"),
        Column::text("Criterion"),
        Column::text("Reason"),
        Column::text("Said by"),
    ];
    Some(
        view! {
            <Section id="not-applicable" title="Called not applicable">
                <form method="post" action=action>
                    <Table caption="Criteria that wait for a decision" columns=columns look=TableLook::Fold>{rows}</Table>
                    <p class="row gap-above no-print">
                        <Button name="do" value="approve">"Approve the chosen"</Button>
                    </p>
                </form>
            </Section>
        }
        .into_any(),
    )
}
