//! What the next assessment by a newer framework version begins with: shown before anything is done.

use domain::framework::Fate;
use leptos::prelude::*;
use service::Permission;
use service::record::Override;
use service::succession::{CarriedEvidence, Next, Succession};

use super::changes::{changes_table, summary};
use super::parts::{RefusalNote, error_of};
use crate::ui::{
    Button, ButtonKind, ButtonLink, Column, Moment, Note, PageHead, Readout, ReadoutRow, Readouts, Section,
    Table, TableLook, Tag, TagKind, TextInput, whole_codes,
};
use crate::web::Refusal;
use crate::words::{Paths, plural};

/// What the page shows.
pub(crate) struct SuccessionSheet {
    pub(crate) succession: Succession,
    pub(crate) paths: Paths,
    /// What stands in the form.
    pub(crate) title: String,
    pub(crate) refusal: Option<Refusal>,
}

pub(crate) fn succession_page(sheet: &SuccessionSheet) -> AnyView {
    let (assessed, next) = (&sheet.succession.assessed, &sheet.succession.next);
    let assessment = &assessed.bundle.assessment;
    let title = format!("Start the next version: {} {}", next.entry.code, next.entry.version);
    let under = format!(
        "{} is by {} and stays as it is. Answers go over where the code and the anchors of a criterion are unchanged.",
        assessment.title, assessment.framework_version
    );
    let changes = changes_table(&next.changes);
    let said = summary(&next.changes);
    let back = sheet.paths.assessment().to_owned();
    view! {
        <PageHead title=title under=under>
            <ButtonLink href=back>"Back to the assessment"</ButtonLink>
        </PageHead>
        <RefusalNote refusal=sheet.refusal.clone()/>
        <div class="stack-wide">
            {numbers(next)}
            {form(sheet)}
            {answers(sheet)}
            {evidence(next)}
            {attestations(next)}
            <Section id="changes" title="What changed in the framework" aside=view! { <p>{said}</p> }>{changes}</Section>
        </div>
    }
    .into_any()
}

fn numbers(next: &Next) -> AnyView {
    let asked = next.carrying.criteria.len();
    let open = asked - next.answers.len();
    let readouts = view! {
        <Readout label="Answers copied" value=next.answers.len().to_string() sub=format!("of {asked} criteria")/>
        <Readout label="To answer anew" value=open.to_string() sub="changed, new, or not answered before"/>
        <Readout
            label="Evidence" value=next.evidence.len().to_string()
            sub=format!("{} left behind", next.evidence_left.len())
        />
        <Readout label="Ties by hand" value=next.ties.len().to_string() sub=format!("{} left behind", next.ties_left)/>
        <Readout
            label="Attestations" value=next.attestations.len().to_string()
            sub=format!("{} left behind", next.attestations_left.len())
        />
    };
    view! { <Readouts row=ReadoutRow::Row>{readouts}</Readouts> }.into_any()
}

fn form(sheet: &SuccessionSheet) -> AnyView {
    let next = &sheet.succession.next;
    if !sheet.succession.assessed.may(Permission::Assess) {
        return view! {
            <Note title="Assessors, consultants and owners start assessments. Ask an owner of the organization."/>
        }
        .into_any();
    }
    let error = error_of(sheet.refusal.as_ref(), "title");
    let words = format!("Start with {}", next.entry.version);
    let content = view! {
        <form method="post" action=format!("{}/next", sheet.paths.assessment()) novalidate=true>
            <input type="hidden" name="version" value=next.entry.version.clone()/>
            <TextInput id="title" name="title" label="Title" value=sheet.title.clone() error=error/>
            <p class="small measure gap-small">
                "The copied answers stay their authors'; the assessor rates anew. Health checks stand as before where they are held
                 to the same, and speak with their next run elsewhere. Attestations against failing checks go over where the
                 anchors, too, are unchanged. Plans of the roadmap and owners of findings stay with the old assessment."
            </p>
            <p class="gap-small"><Button kind=ButtonKind::Main>{words}</Button></p>
        </form>
    }
    .into_any();
    view! { <Section id="start" title="Start it">{content}</Section> }.into_any()
}

fn answers(sheet: &SuccessionSheet) -> AnyView {
    let (assessed, next) = (&sheet.succession.assessed, &sheet.succession.next);
    let columns =
        vec![Column::text("Criterion"), Column::text("Answer so far"), Column::text("What becomes of it")];
    let known = next.carrying.criteria.iter().map(|(code, fate)| {
        let title = next.framework.criterion(code).map(|criterion| criterion.title.clone());
        let answered = assessed.own_answer(code);
        let (kind, words) = match (fate, answered) {
            (Fate::Copied, Some(_)) => (TagKind::Plain, "copied"),
            (Fate::Copied, None) => (TagKind::Ghost, "not answered yet"),
            (Fate::AnchorsChanged, _) => (TagKind::Ink, "asked anew: its anchors changed"),
            (Fate::New, _) => (TagKind::Ink, "new"),
        };
        row(code.to_string(), title.unwrap_or_default(), answer_words(sheet, code), kind, words)
    });
    let gone = next.carrying.gone.iter().map(|code| {
        let title = assessed.framework.criterion(code).map(|criterion| criterion.title.clone());
        let words = answer_words(sheet, code);
        row(code.to_string(), title.unwrap_or_default(), words, TagKind::Ghost, "no longer asked")
    });
    let rows = known.chain(gone).collect_view();
    view! {
        <Section id="answers" title="Answers">
            <Table caption="Criteria and what becomes of their answers" columns=columns look=TableLook::Fold>{rows}</Table>
        </Section>
    }
    .into_any()
}

fn answer_words(sheet: &SuccessionSheet, code: &domain::CriterionCode) -> String {
    use service::record::Claim;
    let assessed = &sheet.succession.assessed;
    match assessed.own_answer(code).map(|answer| &answer.claim) {
        None => "–".to_owned(),
        Some(Claim::NotApplicable { .. }) => "Not applicable".to_owned(),
        Some(Claim::Level(level)) => {
            let name = assessed.framework.levels.get(usize::from(level.get()));
            format!("{} {}", level.get(), name.map_or("", String::as_str))
        }
    }
}

fn row(code: String, title: String, answer: String, kind: TagKind, words: &'static str) -> AnyView {
    view! {
        <tr>
            <th scope="row"><span class="code">{code}</span>" "<span class="sub">{title}</span></th>
            <td>{answer}</td>
            <td><Tag kind=kind>{words}</Tag></td>
        </tr>
    }
    .into_any()
}

fn evidence(next: &Next) -> AnyView {
    if next.evidence.is_empty() && next.evidence_left.is_empty() {
        return ().into_any();
    }
    let columns = vec![Column::text("Item"), Column::text("On"), Column::text("What becomes of it")];
    let rows = next.evidence.iter().map(evidence_row).collect_view();
    let left = (!next.evidence_left.is_empty()).then(|| {
        let count = plural(next.evidence_left.len(), "item");
        let titles = next.evidence_left.join(", ");
        view! { <p class="small measure gap-above">{format!("Left behind, rejected or on criteria that are gone: {count}. {titles}")}</p> }
    });
    view! {
        <Section id="evidence" title="Evidence">
            <Table caption="Evidence that goes over" columns=columns look=TableLook::Fold>{rows}</Table>
            {left}
        </Section>
    }
    .into_any()
}

fn evidence_row(carried: &CarriedEvidence) -> AnyView {
    let criteria: Vec<&str> = carried.criteria.iter().map(domain::CriterionCode::as_str).collect();
    let words = if carried.keeps_review {
        "copied with its review"
    } else {
        "copied, to be reviewed again: anchors changed"
    };
    view! {
        <tr>
            <th scope="row">{carried.item.title.clone()}</th>
            <td>{whole_codes(&criteria.join(", "))}</td>
            <td>{words}</td>
        </tr>
    }
    .into_any()
}

fn attestations(next: &Next) -> AnyView {
    if next.attestations.is_empty() && next.attestations_left.is_empty() {
        return ().into_any();
    }
    let columns = vec![
        Column::text("Check"),
        Column::text("Signed"),
        Column::number("Until"),
        Column::text("What becomes of it"),
    ];
    let carried =
        next.attestations.iter().map(|attested| attestation_row(attested, "goes over, until the same day"));
    let changed = "left behind: what it was signed for changed or is gone";
    let left = next.attestations_left.iter().map(|attested| attestation_row(attested, changed));
    let rows = carried.chain(left).collect_view();
    view! {
        <Section id="attestations" title="Attestations against failing checks">
            <Table caption="Attestations in force" columns=columns look=TableLook::Fold>{rows}</Table>
        </Section>
    }
    .into_any()
}

fn attestation_row(attested: &Override, words: &'static str) -> AnyView {
    let signed = format!("{}: {}", attested.by_name, attested.reason);
    view! {
        <tr>
            <th scope="row"><span class="code">{attested.binding.to_string()}</span></th>
            <td>{signed}</td>
            <td class="num" data-label="Until"><Moment at=attested.until.timestamp()/></td>
            <td>{words}</td>
        </tr>
    }
    .into_any()
}
