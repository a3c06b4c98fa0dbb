//! The form of a part of a draft: its head, a rung, a domain, a criterion.

use domain::CitationKey;
use domain::check::CheckKinds;
use domain::framework::diff::Diff;
use domain::framework::draft::{Draft, Part};
use leptos::prelude::*;
use service::authoring::DraftPage;

use super::conflict::conflict;
use super::criterion::criterion_fields;
use super::{apply, draft_path, part_words, revision_field, sentence};
use crate::pages::drafts::draft_name;
use crate::pages::parts::RefusalNote;
use crate::ui::{
    Button, ButtonKind, ButtonLink, ButtonSize, Checkbox, Drawer, ErrorSummary, FormErrors, InputLook, Note,
    PageHead, PostButton, TextArea, TextInput,
};
use crate::web::{Fields, Refusal};

/// What the page shows.
pub(crate) struct PartSheet {
    pub(crate) page: DraftPage,
    pub(crate) part: Part,
    pub(crate) kinds: &'static CheckKinds,
    /// The keys of all sources.
    pub(crate) citations: Vec<CitationKey>,
    /// As they are shown: what is on file, or what was typed and not saved.
    pub(crate) fields: Fields,
    pub(crate) saved: Saved,
    pub(crate) refusal: Option<Refusal>,
}

/// How what is shown relates to what is on file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Saved {
    /// It is what is on file.
    OnFile,
    /// It was just saved.
    Now,
    /// It was refused.
    Refused,
    /// Somebody saved in the meantime.
    Stale,
}

/// The values and errors of the form being drawn.
pub(super) struct Typed<'a> {
    pub(super) fields: &'a Fields,
    pub(super) errors: &'a FormErrors,
}

impl Typed<'_> {
    pub(super) fn value(&self, name: &str) -> String {
        self.fields.get(name).to_owned()
    }

    pub(super) fn error(&self, name: &str) -> Option<String> {
        self.errors.of(name)
    }

    /// A line of text. Nothing is required of a draft.
    pub(super) fn line(&self, name: &str, label: &str, hint: Option<&str>) -> AnyView {
        self.input(name, label, hint, InputLook::Full)
    }

    pub(super) fn short(&self, name: &str, label: &str, hint: Option<&str>) -> AnyView {
        self.input(name, label, hint, InputLook::Short)
    }

    fn input(&self, name: &str, label: &str, hint: Option<&str>, look: InputLook) -> AnyView {
        let hint = hint.map(str::to_owned);
        view! {
            <Plain name=name.to_owned() label=label.to_owned() value=self.value(name) hint=hint look=look error=self.error(name)/>
        }
        .into_any()
    }

    pub(super) fn area(&self, name: &str, label: &str, hint: Option<&str>, rows: u8) -> AnyView {
        let (name, label) = (name.to_owned(), label.to_owned());
        let (value, error, optional) = (self.value(&name), self.error(&name), is_optional(&name));
        let id = name.clone();
        match hint.map(str::to_owned) {
            Some(hint) => view! {
                <TextArea id=id name=name label=label value=value rows=rows optional=optional hint=hint error=error/>
            }
            .into_any(),
            None => {
                view! { <TextArea id=id name=name label=label value=value rows=rows optional=optional error=error/> }
                    .into_any()
            }
        }
    }
}

/// Whether a framework may do without the field. Everything else is needed to publish, and nothing to save.
fn is_optional(name: &str) -> bool {
    const OPTIONAL: [&str; 12] = [
        "description",
        "badge",
        "min_overall",
        "min_domain",
        "min_confidence",
        "min_completeness",
        "no_open_contradiction_on_weight",
        "gate_evidence_max_age_days",
        "purpose",
        "evidence",
        "citations",
        "remediation",
    ];
    OPTIONAL.contains(&name) || name.ends_with(".meaning") || name.ends_with(".passes_when")
}

/// A line of text whose hint may be missing.
#[component]
fn Plain(
    name: String,
    label: String,
    value: String,
    #[prop(optional_no_strip)] hint: Option<String>,
    look: InputLook,
    #[prop(optional_no_strip)] error: Option<String>,
) -> impl IntoView {
    let (id, optional) = (name.clone(), is_optional(&name));
    match hint {
        Some(hint) => view! {
            <TextInput id=id name=name label=label value=value look=look optional=optional hint=hint error=error autocomplete="off"/>
        }
        .into_any(),
        None => view! {
            <TextInput id=id name=name label=label value=value look=look optional=optional error=error autocomplete="off"/>
        }
        .into_any(),
    }
}

/// What is wrong with the fields of this part, by the names that they have in its form.
fn errors_of(sheet: &PartSheet) -> FormErrors {
    if let Some(refusal) = &sheet.refusal {
        return refusal.errors.clone();
    }
    if sheet.saved == Saved::Stale {
        return FormErrors::new();
    }
    let here = sheet.page.problems().iter().filter(|problem| problem.spot.part == sheet.part);
    let here = here.filter_map(|problem| {
        let field = match (sheet.part, problem.spot.field.as_str()) {
            // Shown where the parts are listed.
            (Part::Head, "domains" | "rungs") | (Part::Domain(_), "criteria") => return None,
            (_, "anchors") => "anchors.0",
            (_, "evidence_classes") => "evidence_classes.0.name",
            (_, field) => field,
        };
        Some((field.to_owned(), sentence(problem)))
    });
    here.collect()
}

pub(crate) fn part_page(sheet: &PartSheet) -> AnyView {
    let page = &sheet.page;
    let Some(draft) = page.document() else { return ().into_any() };
    let at = format!("{}/parts/{}", draft_path(page), sheet.part);
    let errors = errors_of(sheet);
    let typed = Typed { fields: &sheet.fields, errors: &errors };
    let fields = match sheet.part {
        Part::Head => head(&typed),
        Part::Rung(_) => rung(&typed),
        Part::Domain(_) => domain(&typed),
        Part::Criterion(..) => criterion_fields(&typed, draft, sheet.kinds, &sheet.citations),
    };
    let note = match sheet.saved {
        Saved::Now if errors.is_empty() => Some("Saved"),
        Saved::Now => Some("Saved; some of it keeps the draft from being published"),
        _ => None,
    };
    let note = note.map(|words| view! { <div class="gap-below" role="status"><Note title=words/></div> });
    let stale = (sheet.saved == Saved::Stale).then(|| {
        let mine = apply(draft, sheet.part, &sheet.fields);
        let diff = mine.map(|mine| Diff::between(draft, &mine));
        conflict(page, diff.as_ref())
    });
    let refusal = sheet.refusal.clone();
    let summary = refusal.is_none().then(|| view! { <ErrorSummary errors=errors.clone()/> });
    let title = format!("{} of {}", part_words(draft, sheet.part), draft_name(page));
    let overview = draft_path(page);
    view! {
        <PageHead title=title>
            <ButtonLink href=overview>"Overview"</ButtonLink>
        </PageHead>
        {note}
        <RefusalNote refusal/>
        {summary}
        {stale}
        <form method="post" action=at.clone() novalidate=true>
            <input type="hidden" name="revision" value=page.record.revision.to_string()/>
            {fields}
            <p class="row gap-above">
                <Button kind=ButtonKind::Main>"Save"</Button>
                <ButtonLink href=draft_path(page) kind=ButtonKind::Plain>"Cancel"</ButtonLink>
            </p>
        </form>
        {place(sheet, draft, &at)}
    }
    .into_any()
}

/// Moving the part among its like, and taking it away.
fn place(sheet: &PartSheet, draft: &Draft, at: &str) -> Option<AnyView> {
    let (position, count) = match sheet.part {
        Part::Head => return None,
        Part::Rung(rung) => (rung, draft.sublevels.len()),
        Part::Domain(domain) => (domain, draft.domains.len()),
        Part::Criterion(domain, criterion) => (criterion, draft.domains.get(domain)?.criteria.len()),
    };
    let words = part_words(draft, sheet.part);
    let button = |direction: &str, label: String| {
        let fields = vec![revision_field(&sheet.page), ("direction".to_owned(), direction.to_owned())];
        view! { <PostButton action=format!("{at}/move") fields=fields size=ButtonSize::Small>{label}</PostButton> }
    };
    let earlier = (position > 0).then(|| button("earlier", format!("Move {words} before the one above")));
    let later = (position + 1 < count).then(|| button("later", format!("Move {words} after the one below")));
    let moves =
        (earlier.is_some() || later.is_some()).then(|| view! { <div class="row">{earlier}{later}</div> });
    let inside = match sheet.part {
        Part::Domain(domain) => draft.domains.get(domain).map_or(0, |domain| domain.criteria.len()),
        _ => 0,
    };
    let warning = (inside > 0).then(|| format!("Its criteria go with it: {inside}."));
    let (action, fields) = (format!("{at}/remove"), vec![revision_field(&sheet.page)]);
    let label = format!("Take {words} away");
    let take_away = view! {
        <PostButton action=action fields=fields kind=ButtonKind::Stop size=ButtonSize::Small>{label}</PostButton>
    };
    let warning = warning.map(|words| view! { <p class="small">{words}</p> });
    Some(
        view! {
            <div class="gap-above">
                <Drawer summary="Move or take away">
                    {moves}
                    {warning}
                    <div class="gap-small">{take_away}</div>
                </Drawer>
            </div>
        }
        .into_any(),
    )
}

fn head(typed: &Typed<'_>) -> AnyView {
    let classes = (0..4).map(|position| class(typed, position)).collect_view();
    view! {
        <div class="grid two">
            <div>
                {typed.short("code", "Code", Some("Letters, digits, . - and _; it stands in addresses"))}
                {typed.short("version", "Version", Some("Higher than every published one, for example 1.1.0"))}
                {typed.line("title", "Title", None)}
                {typed.area("description", "Description", None, 4)}
                {typed.area("disclaimer", "Disclaimer", Some("Stands wherever a rung is shown"), 3)}
            </div>
            <div>
                {typed.area("levels", "Names of levels 0 to 4", Some("Five lines, lowest first"), 5)}
                {typed.area("profiles", "Profiles", Some("One a line: its letter, =, its name. H = Hospital"), 6)}
                {typed.short("floor.code", "Code of the floor", Some("The result when no rung is reached"))}
                {typed.line("floor.name", "Name of the floor", None)}
            </div>
        </div>
        <h2 class="gap-far">"Evidence classes"</h2>
        <div class="grid two">{classes}</div>
    }
    .into_any()
}

fn class(typed: &Typed<'_>, position: usize) -> AnyView {
    let name = |field: &str| format!("evidence_classes.{position}.{field}");
    let code = match typed.value(&name("code")) {
        code if code.is_empty() => format!("E{position}"),
        code => code,
    };
    view! {
        <fieldset class="field">
            <legend class="label">{code.clone()}</legend>
            {typed.short(&name("code"), "Code", Some("E0, E1, E2, E3 in this order"))}
            {typed.line(&name("name"), "Name", None)}
            {typed.area(&name("meaning"), "Holds when", None, 2)}
            {typed.short(&name("level_cap"), "Answers count for at most", Some("0 to 4"))}
            {typed.short(&name("confidence"), "Confidence", Some("Percent, 0 to 100"))}
        </fieldset>
    }
    .into_any()
}

fn rung(typed: &Typed<'_>) -> AnyView {
    let signed = typed.fields.has("independent_assessor");
    let percent = Some("Percent, 0 to 100; empty asks nothing");
    view! {
        <div class="grid two">
            <div>
                {typed.short("code", "Code", None)}
                {typed.line("name", "Name", None)}
                {typed.line("badge", "Badge", None)}
                <div class="field">
                    <Checkbox
                        id="independent_assessor" name="independent_assessor"
                        label="Asks the signature of an independent assessor" checked=signed
                    />
                </div>
            </div>
            <div>
                {typed.short("min_overall", "Overall at least", percent)}
                {typed.short("min_domain", "Every domain at least", percent)}
                {typed.short("min_confidence", "Confidence at least", percent)}
                {typed.short("min_completeness", "Completeness at least", percent)}
                {typed.short(
                    "no_open_contradiction_on_weight",
                    "No contradicted answer from weight",
                    Some("1 to 3; empty asks nothing"),
                )}
                {typed.short(
                    "gate_evidence_max_age_days",
                    "Evidence on gated criteria at most days old",
                    Some("Days; empty asks nothing"),
                )}
            </div>
        </div>
    }
    .into_any()
}

fn domain(typed: &Typed<'_>) -> AnyView {
    view! {
        {typed.short("code", "Code", None)}
        {typed.line("title", "Title", None)}
        {typed.short("weight", "Weight", Some("The weights of all domains sum to 100"))}
        {typed.area("purpose", "Purpose", Some("The question that the domain answers"), 3)}
    }
    .into_any()
}
