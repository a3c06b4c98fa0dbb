//! What changed between two versions of a framework, in words and as a table.

use domain::framework::diff::{Change, Counts, Diff, Edit, Subject, What};
use leptos::prelude::*;

use crate::ui::{ButtonLink, Column, Empty, PageHead, Section, Select, Table, TableLook, Tag, TagKind};
use crate::words::{capitalized, in_words, plural};

/// The page that compares a version of a framework with another one.
pub(crate) struct ChangesSheet {
    pub(crate) code: String,
    pub(crate) from: String,
    pub(crate) to: String,
    /// The other versions, to compare with.
    pub(crate) versions: Vec<String>,
    pub(crate) diff: Diff,
}

pub(crate) fn changes_page(sheet: &ChangesSheet) -> AnyView {
    let at = format!("/frameworks/{}/{}", sheet.code, sheet.to);
    let title = format!("{}, from {} to {}", sheet.code, sheet.from, sheet.to);
    let words = format!("Read {}", sheet.to);
    let href = at.clone();
    let choices = sheet.versions.iter().map(|version| (version.clone(), version.clone())).collect();
    view! {
        <PageHead title=title under=summary(&sheet.diff)>
            <ButtonLink href=href>{words}</ButtonLink>
        </PageHead>
        <form method="get" action=format!("{at}/changes") class="row filters gap-below">
            <Select id="from" name="from" label="Compare with" choices=choices chosen=sheet.from.clone()/>
            <button class="btn" type="submit">"Compare"</button>
        </form>
        {changes_section(&sheet.diff)}
    }
    .into_any()
}

pub(crate) fn changes_section(diff: &Diff) -> AnyView {
    let table = changes_table(diff);
    view! { <Section id="changes" title="What changed">{table}</Section> }.into_any()
}

/// `2 criteria added, 1 criterion changed; 1 rung changed.`
pub(crate) fn summary(diff: &Diff) -> String {
    let parts = [
        (Subject::Criterion, "criterion", "criteria"),
        (Subject::Domain, "domain", "domains"),
        (Subject::Rung, "rung", "rungs"),
        (Subject::Profile, "profile", "profiles"),
        (Subject::EvidenceClass, "evidence class", "evidence classes"),
    ];
    let mut said: Vec<String> = parts
        .into_iter()
        .filter_map(|(subject, one, many)| counted(diff.counts(subject), one, many))
        .collect();
    if diff.is_version_alone() {
        said.push("nothing but the version changed".to_owned());
    } else if said.is_empty() && !diff.is_empty() {
        said.push("the framework's own texts changed".to_owned());
    }
    if said.is_empty() {
        "Nothing changed.".to_owned()
    } else {
        format!("{}.", capitalized(&said.join("; ")))
    }
}

fn counted(counts: Counts, one: &str, many: &str) -> Option<String> {
    let number = |count: usize, word: &str| {
        let noun = if count == 1 { one } else { many };
        (count > 0).then(|| format!("{count} {noun} {word}"))
    };
    let said =
        [number(counts.added, "added"), number(counts.removed, "removed"), number(counts.changed, "changed")];
    let said: Vec<String> = said.into_iter().flatten().collect();
    (!said.is_empty()).then(|| said.join(", "))
}

pub(crate) fn changes_table(diff: &Diff) -> AnyView {
    if diff.is_empty() {
        return view! { <Empty><p>"Nothing changed."</p></Empty> }.into_any();
    }
    let columns =
        vec![Column::text("Where"), Column::text("What"), Column::text("Before"), Column::text("After")];
    let rows = diff.changes.iter().flat_map(rows).collect_view();
    let caption = format!("{}, part by part", plural(diff.changes.len(), "change"));
    view! { <Table caption=caption columns=columns look=TableLook::Fold>{rows}</Table> }.into_any()
}

fn subject_words(subject: Subject) -> &'static str {
    match subject {
        Subject::Framework => "Framework",
        Subject::Profile => "Profile",
        Subject::EvidenceClass => "Evidence class",
        Subject::Floor => "Floor",
        Subject::Rung => "Rung",
        Subject::Domain => "Domain",
        Subject::Criterion => "Criterion",
    }
}

/// A row for each part that changed.
fn rows(change: &Change) -> Vec<AnyView> {
    let heading = || {
        let code =
            (!change.code.is_empty()).then(|| view! { <span class="code">{change.code.clone()}</span>" " });
        view! {
            {code}
            <span class="sub">{format!("{} {}", subject_words(change.subject), change.title)}</span>
        }
        .into_any()
    };
    let whole = |word: &'static str, kind: TagKind| {
        view! {
            <tr>
                <th scope="row">{heading()}</th>
                <td colspan="3"><Tag kind=kind>{word}</Tag></td>
            </tr>
        }
        .into_any()
    };
    match &change.what {
        What::Added => vec![whole("added", TagKind::Ink)],
        What::Removed => vec![whole("removed", TagKind::Ghost)],
        What::Changed(edits) => edits.iter().map(|edit| edit_row(heading(), edit)).collect(),
    }
}

fn edit_row(heading: AnyView, edit: &Edit) -> AnyView {
    let side = |text: &str| if text.is_empty() { "–".to_owned() } else { in_words(text) };
    let (before, after) = (side(&edit.before), side(&edit.after));
    view! {
        <tr>
            <th scope="row">{heading}</th>
            <td class="wide">{edit.part.clone()}</td>
            <td class="wide dim" data-label="Before">{before}</td>
            <td class="wide" data-label="After">{after}</td>
        </tr>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use domain::framework::draft::Draft;

    use super::*;

    #[test]
    fn a_draft_that_was_just_begun_says_that_nothing_but_its_version_changed() {
        let before = Draft::from(&domain::builtin::frameworks()[0]);
        let said = |after: &Draft| summary(&Diff::between(&before, after));
        assert_eq!(said(&before), "Nothing changed.");
        let mut after = Draft { version: "99.0.0".to_owned(), ..before.clone() };
        assert_eq!(said(&after), "Nothing but the version changed.");
        after.disclaimer.push_str(" At all.");
        assert_eq!(said(&after), "The framework's own texts changed.");
        after.floor.name.push_str(" level");
        assert_eq!(said(&after), "The framework's own texts changed.");
        after.sublevels[0].name.push_str(" level");
        assert_eq!(said(&after), "1 rung changed.");
    }
}
