//! A draft of a framework: what is wrong with it, its parts, and what can be done with it.

use domain::framework::draft::{Draft, Part, Problem};
use leptos::prelude::*;
use service::authoring::DraftPage;

use super::changes::summary;
use super::drafts::{draft_name, draft_state};
use super::parts::RefusalNote;
use crate::ui::{
    Button, ButtonKind, ButtonLink, ButtonSize, Column, Drawer, Fact, KeyValue, Note, PageHead, PostButton,
    Section, Table, TableLook, moment,
};
use crate::web::Refusal;
use crate::words::{capitalized, plural, quoted};

mod conflict;
mod criterion;
mod fields;
mod form;
mod text;

pub(crate) use fields::{apply, fields_of};
pub(crate) use form::{PartSheet, Saved, part_page};
pub(crate) use text::{TextSheet, text_page};

/// The address of a draft.
pub(crate) fn draft_path(page: &DraftPage) -> String {
    format!("/drafts/{}", page.record.id)
}

/// What a part is called: `Criterion BL-1`.
pub(crate) fn part_words(draft: &Draft, part: Part) -> String {
    let named = |word: &str, code: Option<&String>, number: usize| match code {
        Some(code) if !code.is_empty() => format!("{word} {code}"),
        _ => format!("{word} {}", number + 1),
    };
    match part {
        Part::Head => "Head".to_owned(),
        Part::Rung(rung) => named("Rung", draft.sublevels.get(rung).map(|rung| &rung.code), rung),
        Part::Domain(domain) => named("Domain", draft.domains.get(domain).map(|domain| &domain.code), domain),
        Part::Criterion(domain, criterion) => {
            let inside = draft.domains.get(domain).and_then(|domain| domain.criteria.get(criterion));
            named("Criterion", inside.map(|criterion| &criterion.code), criterion)
        }
    }
}

/// A problem as a sentence of its own.
pub(crate) fn sentence(problem: &Problem) -> String {
    let words = &problem.problem;
    let stop = if words.ends_with('.') { "" } else { "." };
    capitalized(&quoted(&format!("{words}{stop}")))
}

/// The overview of a draft.
pub(crate) fn draft_page(page: &DraftPage, refusal: Option<Refusal>) -> AnyView {
    let at = draft_path(page);
    let open = page.record.published.is_none();
    let changes = page.base.is_some() && page.document().is_some();
    let buttons = view! {
        {changes.then(|| view! { <ButtonLink href=format!("{at}/changes")>"Changes"</ButtonLink> })}
        {open.then(|| view! { <ButtonLink href=format!("{at}/text")>"Text"</ButtonLink> })}
    };
    let body = page.document().map(|draft| parts(page, draft));
    view! {
        <PageHead title=draft_name(page) under=draft_state(page)>{buttons}</PageHead>
        <RefusalNote refusal/>
        <div class="stack-wide">
            {problems(page)}
            {facts(page)}
            {body}
            {open.then(|| deeds(page))}
        </div>
    }
    .into_any()
}

fn facts(page: &DraftPage) -> AnyView {
    let base = page.base.as_ref().map_or_else(
        || "No published version".into_any(),
        |base| {
            let href = format!("/frameworks/{}/{}", base.code, base.version);
            view! { <a href=href>{format!("{} {}", base.code, base.version)}</a> }.into_any()
        },
    );
    let saved = format!(
        "{} by {}, revision {}",
        moment(page.record.changed_at.timestamp()),
        page.record.changed_by_name,
        page.record.revision
    );
    let mut facts = vec![Fact::new("Follows", base), Fact::new("Last saved", saved)];
    if let Some(diff) = page.changes() {
        facts.push(Fact::new("Changed since", summary(&diff)));
    }
    view! { <KeyValue facts/> }.into_any()
}

/// Everything that is wrong, each with a link to where it is mended.
fn problems(page: &DraftPage) -> AnyView {
    let at = draft_path(page);
    let Some(draft) = page.document() else {
        let lines =
            page.errors().iter().map(|error| view! { <li>{quoted(&error.to_string())}</li> }).collect_view();
        return view! {
            <Note status=domain::check::Status::Fail title="The text cannot be read as a framework">
                <ul>{lines}</ul>
                <p><a href=format!("{at}/text")>"Mend the text"</a></p>
            </Note>
        }
        .into_any();
    };
    if page.problems().is_empty() {
        return ().into_any();
    }
    let columns = vec![Column::text("Where"), Column::text("Field"), Column::text("What is wrong")];
    let rows = page.problems().iter().map(|problem| problem_row(&at, draft, problem)).collect_view();
    let caption = plural(page.problems().len(), "problem");
    view! {
        <Section id="problems" title="What is wrong">
            <Table caption=caption columns=columns look=TableLook::Fold>{rows}</Table>
        </Section>
    }
    .into_any()
}

fn problem_row(at: &str, draft: &Draft, problem: &Problem) -> AnyView {
    let spot = &problem.spot;
    let field = field_words(&spot.field);
    let href = match (spot.part, spot.field.as_str()) {
        (Part::Head, "domains" | "rungs") => format!("{at}#{}", spot.field),
        (part, field) => format!("{at}/parts/{part}#{field}"),
    };
    view! {
        <tr>
            <th scope="row"><a href=href>{part_words(draft, spot.part)}</a></th>
            <td>{field}</td>
            <td class="wide">{sentence(problem)}</td>
        </tr>
    }
    .into_any()
}

/// A field as its form names it: `anchors.2` is `anchor 2`, `gates.8.1` is `gate of 8.1`. Checks count from 0 in the text,
/// and from 1 for people: `checks.0.id` is `check 1 id`.
fn field_words(field: &str) -> String {
    let spaced = |text: &str| text.replace(['_', '.'], " ");
    match field.split_once('.') {
        Some(("anchors", level)) => format!("anchor {level}"),
        Some(("gates", rung)) => format!("gate of {rung}"),
        Some(("checks", rest)) => {
            let (place, name) = rest.split_once('.').unwrap_or((rest, ""));
            let place =
                place.parse::<usize>().map_or_else(|_| place.to_owned(), |place| (place + 1).to_string());
            format!("check {place} {}", spaced(name)).trim_end().to_owned()
        }
        _ => spaced(field),
    }
}

/// A field that goes along with every form of a draft: a stale one changes nothing.
pub(crate) fn revision_field(page: &DraftPage) -> (String, String) {
    ("revision".to_owned(), page.record.revision.to_string())
}

fn add_button(page: &DraftPage, what: &str, words: &'static str) -> Option<AnyView> {
    let fields = vec![revision_field(page), ("what".to_owned(), what.to_owned())];
    page.record.published.is_none().then(|| {
        view! {
            <div class="gap-above">
                <PostButton action=format!("{}/add", draft_path(page)) fields=fields size=ButtonSize::Small>{words}</PostButton>
            </div>
        }
        .into_any()
    })
}

fn parts(page: &DraftPage, draft: &Draft) -> AnyView {
    let at = draft_path(page);
    let open = page.record.published.is_none();
    let link = move |part: Part, words: String| {
        // A code stays in one piece; the head is called by a phrase, which is wider than a small screen.
        let class = if matches!(part, Part::Head) { "strong" } else { "code" };
        if open {
            view! { <a href=format!("{at}/parts/{part}")><span class=class>{words}</span></a> }.into_any()
        } else {
            view! { <span class=class>{words}</span> }.into_any()
        }
    };
    let head = link(Part::Head, "Names, levels, profiles, evidence classes and floor".to_owned());
    let rungs = draft
        .sublevels
        .iter()
        .enumerate()
        .map(|(number, rung)| {
            let name = link(Part::Rung(number), named(&rung.code, number));
            view! { <tr><th scope="row">{name}</th><td>{rung.name.clone()}</td><td>{rung.badge.clone()}</td></tr> }
        })
        .collect_view();
    let columns = vec![Column::text("Rung"), Column::text("Name"), Column::text("Badge")];
    let weights: i128 = draft.domains.iter().filter_map(|domain| domain.weight.whole()).map(i128::from).sum();
    let domains = draft.domains.iter().enumerate().map(|(number, domain)| {
        let name = link(Part::Domain(number), named(&domain.code, number));
        let criteria = domain.criteria.iter().enumerate().map(|(position, criterion)| {
            let name = link(Part::Criterion(number, position), named(&criterion.code, position));
            view! {
                <tr>
                    <th scope="row">{name}" "<span class="sub">{criterion.title.clone()}</span></th>
                    <td class="num" data-label="Weight">{criterion.weight.to_string()}</td>
                    <td class="num" data-label="Gates">{criterion.gates.len().to_string()}</td>
                    <td class="num" data-label="Checks">{criterion.bindings.len().to_string()}</td>
                </tr>
            }
        });
        let columns = vec![
            Column::text("Criterion"),
            Column::number("Weight"),
            Column::number("Gates"),
            Column::number("Checks"),
        ];
        let caption = format!("Criteria of {}", named(&domain.code, number));
        let rows = criteria.collect_view();
        let add = add_button(page, &Part::Domain(number).to_string(), "Add a criterion");
        view! {
            <div class="gap-above">
                <h3>{name}{format!(" {}, weight {}", domain.title, domain.weight)}</h3>
                <Table caption=caption columns=columns look=TableLook::Fold>{rows}</Table>
                {add}
            </div>
        }
    });
    let domains = domains.collect_view();
    let (add_rung, add_domain) =
        (add_button(page, "rung", "Add a rung"), add_button(page, "domain", "Add a domain"));
    let aside = format!("Weights sum to {weights}; they have to sum to 100");
    view! {
        <Section id="head" title="Head"><p>{head}</p></Section>
        <Section id="rungs" title="Ladder, lowest rung first">
            <Table caption="Rungs, lowest first" columns=columns look=TableLook::Fold>{rungs}</Table>
            {add_rung}
        </Section>
        <Section id="domains" title="Domains and criteria" aside=view! { <p>{aside}</p> }>
            {domains}
            {add_domain}
        </Section>
    }
    .into_any()
}

/// The code of a part, or its number while it has none.
fn named(code: &str, number: usize) -> String {
    if code.is_empty() { format!("Number {}", number + 1) } else { code.to_owned() }
}

/// Publishing, files, throwing away.
fn deeds(page: &DraftPage) -> AnyView {
    let at = draft_path(page);
    let files = page.document().is_some().then(|| {
        let links = [("toml", "TOML"), ("json", "JSON"), ("xlsx", "XLSX")].map(|(ending, words)| {
            view! { <ButtonLink href=format!("{at}/files/draft.{ending}") kind=ButtonKind::Plain>{words}</ButtonLink> }
        });
        view! { <p class="row">"Download as"{links.collect_view()}</p> }
    });
    let (name, revision) = revision_field(page);
    let publish = if page.is_valid() {
        let words = format!("Publish {}", draft_name(page));
        view! {
            <form method="post" action=format!("{at}/publish")>
                <input type="hidden" name=name value=revision/>
                <p class="measure">"A published version never changes: assessments keep it, and a change needs a new version."</p>
                <p class="gap-small"><Button kind=ButtonKind::Main>{words}</Button></p>
            </form>
        }
        .into_any()
    } else {
        view! { <p class="measure">"It can be published once nothing in it is wrong."</p> }.into_any()
    };
    view! {
        <Section id="publish" title="Publish">
            <div class="stack">
                {publish}
                {files}
                <Drawer summary="Throw the draft away">
                    <p class="small">"It cannot be brought back. What is published stays."</p>
                    <PostButton action=format!("{at}/discard") kind=ButtonKind::Stop size=ButtonSize::Small>
                        "Throw this draft away"
                    </PostButton>
                </Drawer>
            </div>
        </Section>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_named_as_people_name_it() {
        let words = ["checks.0.fail_cap", "anchors.2", "gates.8.1", "min_domain"].map(field_words);
        assert_eq!(words, ["check 1 fail cap", "anchor 2", "gate of 8.1", "min domain"]);
    }
}
