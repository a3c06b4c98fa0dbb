//! Evidence of an assessment: what is attached to which criterion, until when it is good, who accepted it.

mod criteria;
mod form;
mod line;
mod revisions;

use domain::CriterionCode;
use domain::scoring::EvidenceState;
use leptos::prelude::*;
use service::Permission;
use service::UserId;
use service::assessment::Assessed;
use service::record::{Assessment, Evidence};

pub(crate) use criteria::{CriteriaSheet, criteria_page};
pub(crate) use form::{evidence_fields, read_evidence, read_replacement};
pub(crate) use line::{evidence_expiry, evidence_line};
pub(crate) use revisions::{RevisionsSheet, revisions_page};

use super::parts::RefusalNote;
use crate::ui::{
    Button, ButtonKind, ButtonLink, ButtonSize, Column, Drawer, Empty, NavLink, PageHead, PostButton,
    Section, Table, TableLook, Tabs, day,
};
use crate::web::{Fields, Refusal};
use crate::words::{Paths, duration_word, evidence_state_word, plural};

/// What the page shows.
pub(crate) struct EvidencePage {
    pub(crate) assessed: Assessed,
    pub(crate) paths: Paths,
    /// Every assessment of the organization, for choosing another.
    pub(crate) assessments: Vec<Assessment>,
    pub(crate) reader: UserId,
    /// The fields of the form for a new item, as typed where it came back; empty where another form was refused.
    pub(crate) typed: Fields,
    pub(crate) refusal: Option<Refusal>,
}

impl EvidencePage {
    fn may_answer(&self) -> bool {
        self.assessed.may(Permission::Answer) && self.assessed.bundle.assessment.state.is_open()
    }
}

/// The page's content.
pub(crate) fn evidence_page(page: &EvidencePage) -> AnyView {
    let assessed = &page.assessed;
    let items = &assessed.bundle.evidence;
    let under = format!("{} on {}", plural(items.len(), "item"), assessed.bundle.assessment.title);
    let may_answer = page.may_answer();
    let add = may_answer.then(|| add_form(page));
    let jump = may_answer.then(|| view! { <ButtonLink href="#add">"Add evidence"</ButtonLink> });
    let list = list(page);
    let refused = page.typed.is_empty().then(|| view! { <RefusalNote refusal=page.refusal.clone()/> });
    view! {
        <PageHead title="Evidence" under=under>{jump}</PageHead>
        {choose_assessment(page)}
        {refused}
        <div class="stack-wide">
            <Section id="items" title="Items">{list}</Section>
            {add}
        </div>
    }
    .into_any()
}

fn choose_assessment(page: &EvidencePage) -> Option<AnyView> {
    if page.assessments.len() < 2 {
        return None;
    }
    let current = page.assessed.bundle.assessment.id;
    let links = page
        .assessments
        .iter()
        .map(|assessment| {
            let href = format!("{}?assessment={}", page.paths.evidence(), assessment.id);
            NavLink::new(href, assessment.title.clone()).current_if(assessment.id == current)
        })
        .collect();
    Some(view! { <div class="gap-below"><Tabs label="Assessments" links=links/></div> }.into_any())
}

fn list(page: &EvidencePage) -> AnyView {
    if page.assessed.bundle.evidence.is_empty() {
        return view! {
            <Empty>
                <p class="lede">"Nothing is attached yet."</p>
                <p>"Without evidence an answer counts for 2 at most. A dated file, note or link lifts that to 3."</p>
            </Empty>
        }
        .into_any();
    }
    let columns = vec![
        Column::text("Item"),
        Column::text("Criteria"),
        Column::text("Class"),
        Column::number("Dated"),
        Column::number("Valid to"),
        Column::text("State"),
    ];
    let rows = page.assessed.bundle.evidence.iter().map(|item| row(page, item)).collect_view();
    view! { <Table caption="Evidence" columns=columns look=TableLook::Fold>{rows}</Table> }.into_any()
}

fn row(page: &EvidencePage, item: &Evidence) -> AnyView {
    let today = page.assessed.computed_at.date();
    let expiry = evidence_expiry(item);
    let expired = if expiry < today { ", expired" } else { "" };
    let criteria = item
        .criteria
        .iter()
        .map(|code| {
            let href = page
                .assessed
                .framework
                .domain_of(code)
                .map(|domain| page.paths.criterion(&domain.code, code));
            view! { <a href=href>{code.to_string()}</a> }
        })
        .collect_view();
    let by = match item.revision {
        1 => format!("By {}", item.author_name),
        revision => format!("By {}, revision {revision}", item.author_name),
    };
    let change = page.may_answer().then(|| {
        let href = format!("{}/{}/criteria", page.paths.evidence(), item.id);
        let words = format!(" the criteria of {}", item.title);
        // As far below the codes as a finger needs.
        view! {
            <div class="gap-small no-print">
                <a class="link-row small" href=href>"Change"<span class="vh">{words}</span></a>
            </div>
        }
    });
    view! {
        <tr id=format!("item-{}", item.id)>
            <th scope="row">{line::title(item, &page.paths)}<span class="sub">{line::note_text(item)}</span><span class="sub">{by}</span></th>
            <td class="wide"><div class="row">{criteria}</div>{change}</td>
            <td>{duration_word(item.duration)}</td>
            <td class="num" data-label="Dated">{day(item.dated)}</td>
            <td class="num" data-label="Valid to">{day(expiry)}{expired}</td>
            <td class="wide">
                <div class="row">{evidence_state_word(item.state)}{revisions_link(page, item)}{actions(page, item)}</div>
            </td>
        </tr>
    }
    .into_any()
}

/// Where the item is replaced by its next revision, and those before it are seen.
fn revisions_link(page: &EvidencePage, item: &Evidence) -> Option<AnyView> {
    let (words, rest) = match (page.may_answer(), item.revision) {
        (true, _) => ("Replace", format!(" {}", item.title)),
        (false, 1) => return None,
        (false, _) => ("Earlier revisions", format!(" of {}", item.title)),
    };
    let href = format!("{}/{}/revisions", page.paths.evidence(), item.id);
    let link =
        view! { <a class="link-row small no-print" href=href>{words}<span class="vh">{rest}</span></a> };
    Some(link.into_any())
}

/// Accept and reject for reviewers who did not attach it themselves, remove for those who answer; what was accepted, for
/// those of them who may review.
fn actions(page: &EvidencePage, item: &Evidence) -> AnyView {
    let action = format!("{}/{}", page.paths.evidence(), item.id);
    let assessment = page.assessed.bundle.assessment.id.to_string();
    let revision = item.revision.to_string();
    let button = |value: &'static str, words: &'static str, kind: ButtonKind| {
        let fields = [("do", value), ("assessment", &*assessment), ("revision", &*revision)];
        let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let subject = format!(" {}", item.title);
        view! {
            <PostButton action=action.clone() fields=fields kind=kind size=ButtonSize::Small>
                {words}<span class="vh">{subject}</span>
            </PostButton>
        }
        .into_any()
    };
    let reviews = page.assessed.may_review_evidence() && item.author != page.reader;
    let accept = (reviews && item.state != EvidenceState::Accepted)
        .then(|| button("accept", "Accept", ButtonKind::Second));
    let reject = (reviews && item.state != EvidenceState::Rejected)
        .then(|| button("reject", "Reject", ButtonKind::Second));
    let accepted = item.state == EvidenceState::Accepted;
    let removes = page.may_answer() && (!accepted || page.assessed.may(Permission::Review));
    // An item and its file do not come back: one click is not enough.
    let remove = removes.then(|| {
        let sure = button("remove", "Remove it for good", ButtonKind::Stop);
        view! {
            <Drawer summary=format!("Remove {}", item.title)>
                <p class="small measure">"What is attached goes with it, and that cannot be undone."</p>
                {sure}
            </Drawer>
        }
    });
    view! { {accept}{reject}{remove} }.into_any()
}

fn add_form(page: &EvidencePage) -> AnyView {
    let today = page.assessed.computed_at.date();
    let chosen: Vec<CriterionCode> = page.typed.all("criteria").map(CriterionCode::from).collect();
    let refusal = page.refusal.as_ref().filter(|_| !page.typed.is_empty());
    let groups = form::criteria_groups(&page.assessed, &chosen, refusal);
    let fields = evidence_fields(&page.typed, refusal, today);
    let assessment = page.assessed.bundle.assessment.id.to_string();
    let action = page.paths.evidence();
    let note = view! { <RefusalNote refusal=refusal.cloned()/> };
    view! {
        <Section id="add" title="Add evidence" aside=view! { <p>"One item may serve several criteria"</p> }>
            <form method="post" action=action enctype="multipart/form-data" aria-label="Add evidence">
                {note}
                <input type="hidden" name="assessment" value=assessment/>
                <div class="grid two">
                    <div>{fields}</div>
                    <div>{groups}</div>
                </div>
                <p class="row gap-above"><Button kind=ButtonKind::Main>"Add evidence"</Button></p>
            </form>
        </Section>
    }
    .into_any()
}
