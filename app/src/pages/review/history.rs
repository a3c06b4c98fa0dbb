//! What was submitted and what was signed: the snapshots of an assessment, and one of them.

use leptos::prelude::*;
use serde_json::Value;
use service::assessment::Assessed;
use service::record::{Snapshot, SnapshotKind};
use service::snapshot::SnapshotFile;

use crate::ui::{
    ButtonKind, ButtonLink, Column, Disclaimer, Empty, Fact, KeyValue, Moment, PageHead, Section, Table,
    TableLook,
};
use crate::words::{Paths, size_words};

const fn kind_word(kind: SnapshotKind) -> &'static str {
    match kind {
        SnapshotKind::Submitted => "Submitted",
        SnapshotKind::Final => "Signed",
    }
}

/// The list.
pub(crate) fn history_page(assessed: &Assessed, snapshots: &[Snapshot], paths: &Paths) -> AnyView {
    let under = format!("What was submitted and signed of {}", assessed.bundle.assessment.title);
    let review = paths.review();
    let list = if snapshots.is_empty() {
        view! {
            <Empty>
                <p class="lede">"Nothing was submitted yet."</p>
                <p>"A submission and a signature each keep a snapshot that never changes, with a hash that anybody can recompute."</p>
            </Empty>
        }
        .into_any()
    } else {
        let columns = vec![
            Column::number("Number"),
            Column::text("Snapshot"),
            Column::text("Rung"),
            Column::text("By"),
            Column::number("At"),
            Column::text("SHA-256"),
        ];
        let rows = snapshots.iter().map(|snapshot| row(snapshot, paths)).collect_view();
        view! { <Table caption="Snapshots, the latest first" columns look=TableLook::Fold>{rows}</Table> }
            .into_any()
    };
    view! {
        <PageHead title="History" under=under><ButtonLink href=review>"Review"</ButtonLink></PageHead>
        {list}
        <div class="gap-above"><Disclaimer words=assessed.framework.disclaimer.clone()/></div>
    }
    .into_any()
}

fn row(snapshot: &Snapshot, paths: &Paths) -> AnyView {
    let href = paths.snapshot(snapshot.id);
    let rung = snapshot.rung.as_ref().map_or_else(|| "Unrated".to_owned(), ToString::to_string);
    view! {
        <tr>
            <td class="num" data-label="Number">{snapshot.number.to_string()}</td>
            <th scope="row"><a href=href>{format!("{} {}", kind_word(snapshot.kind), snapshot.number)}</a></th>
            <td>{rung}</td>
            <td>{snapshot.made_by_name.clone()}</td>
            <td class="num" data-label="At"><Moment at=snapshot.made_at.timestamp()/></td>
            <td class="wide"><span class="mono small">{snapshot.sha256.clone()}</span></td>
        </tr>
    }
    .into_any()
}

/// One snapshot.
pub(crate) fn snapshot_page(found: &SnapshotFile, paths: &Paths) -> AnyView {
    let (snapshot, document) = (&found.snapshot, &found.document);
    let at = paths.snapshot(snapshot.id);
    let title = format!("{} {}", kind_word(snapshot.kind), snapshot.number);
    let under =
        format!("{}, {} {}", document.assessment.title, document.framework.code, document.framework.version);
    let history = paths.history();
    let (totals, proof) = (totals(found), proof(found));
    let (domains, criteria) = (domains(&document.output), criteria(&document.output));
    let (command, disclaimer) =
        (format!("rung snapshot verify {}", found.name()), document.disclaimer.clone());
    let content = view! {
        <Section id="totals" title="What it says"><KeyValue facts=totals/></Section>
        <Section id="domains" title="Domains">{domains}</Section>
        <Section id="criteria" title="Criteria">{criteria}</Section>
        <Section id="proof" title="How to check it">
            <KeyValue facts=proof/>
            <p class="measure gap-above">
                "The hash is that of the document in canonical JSON (RFC 8785). Download the file and run "
                <code>{command}</code>
                ": it recomputes the hash, and the score from what went into it."
            </p>
            <p class="fine">{disclaimer}</p>
        </Section>
    }
    .into_any();
    view! {
        <PageHead title=title under=under>
            <ButtonLink href=history>"History"</ButtonLink>
            <ButtonLink kind=ButtonKind::Main href=format!("{at}/file")>"Download"</ButtonLink>
        </PageHead>
        <div class="stack-wide">{content}</div>
    }
    .into_any()
}

/// An exact fraction of the document as the screens show it.
fn shown(value: &Value) -> String {
    let exact = value.as_str().and_then(|text| domain::live::Fraction::from(text.to_owned()).exact());
    exact.map_or_else(|| "–".to_owned(), |exact| domain::scoring::display(&exact))
}

fn totals(found: &SnapshotFile) -> Vec<Fact> {
    let document = &found.document;
    let totals = &document.output["totals"];
    let signed = match found.snapshot.kind {
        SnapshotKind::Submitted => "Self-assessed, as the organization submitted it",
        SnapshotKind::Final => "Assessor-reviewed, signed by an assessor from outside",
    };
    let rung = totals["rung"].as_str().unwrap_or("Unrated").to_owned();
    let size =
        serde_json::from_value(document.organization.size_band.clone()).map(size_words).unwrap_or_default();
    let profiles: Vec<_> = document.input.profiles.iter().map(ToString::to_string).collect();
    vec![
        Fact::new(
            "Organization",
            format!("{}, profiles {}, {size}", document.organization.name, profiles.join(" ")),
        ),
        Fact::new("Standing", signed),
        Fact::new("Rung", rung),
        Fact::new("Proven", shown(&totals["overall"])),
        Fact::new("Claimed", shown(&totals["claimed"])),
        Fact::new("Confidence", shown(&totals["confidence"])),
        Fact::new("Completeness", shown(&totals["completeness"])),
        Fact::new("By", document.made_by.name.clone()),
        Fact::new("At", view! { <Moment at=found.snapshot.made_at.timestamp()/> }.into_any()),
    ]
}

fn proof(found: &SnapshotFile) -> Vec<Fact> {
    let mono = |text: &str| view! { <span class="mono small">{text.to_owned()}</span> }.into_any();
    let previous = found.snapshot.previous.as_deref();
    vec![
        Fact::new("SHA-256", mono(&found.snapshot.sha256)),
        Fact::new("Of the one before", previous.map_or_else(|| "It is the first".into_any(), mono)),
        Fact::new("Of the framework", mono(&found.document.framework.sha256)),
    ]
}

fn list<'a>(output: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    output[name].as_array().into_iter().flatten()
}

fn text(value: &Value, name: &str) -> String {
    match &value[name] {
        Value::String(text) => text.clone(),
        Value::Null => "–".to_owned(),
        other => other.to_string(),
    }
}

fn domains(output: &Value) -> AnyView {
    let columns = vec![
        Column::text("Domain"),
        Column::number("Proven"),
        Column::number("Claimed"),
        Column::number("Answered"),
    ];
    let rows = list(output, "domains").map(|domain| {
        let answered = format!("{} of {}", text(domain, "answered"), text(domain, "applicable"));
        view! {
            <tr>
                <th scope="row">{text(domain, "code")}</th>
                <td class="num" data-label="Proven">{shown(&domain["score"])}</td>
                <td class="num" data-label="Claimed">{shown(&domain["claimed"])}</td>
                <td class="num" data-label="Answered">{answered}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! { <Table caption="Scores of the domains" columns look=TableLook::Fold>{rows}</Table> }.into_any()
}

fn criteria(output: &Value) -> AnyView {
    let columns = vec![
        Column::text("Criterion"),
        Column::number("Claimed"),
        Column::number("Counts"),
        Column::text("Evidence"),
        Column::text("Standing"),
    ];
    let rows = list(output, "criteria").filter(|one| one["standing"] != "out_of_profile").map(|criterion| {
        let standing = match criterion["contradicted"].as_bool() {
            Some(true) => "contradicted".to_owned(),
            _ => text(criterion, "standing").replace('_', " "),
        };
        view! {
            <tr>
                <th scope="row">{text(criterion, "code")}</th>
                <td class="num" data-label="Claimed">{text(criterion, "level")}</td>
                <td class="num" data-label="Counts">{text(criterion, "effective")}</td>
                <td>{text(criterion, "evidence_class")}</td>
                <td>{standing}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! { <Table caption="How every criterion stood" columns look=TableLook::Fold>{rows}</Table> }
        .into_any()
}
