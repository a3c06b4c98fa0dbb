//! The form that starts an assessment, and the one that gives it another title.

use leptos::prelude::*;
use service::record::FrameworkEntry;

use super::parts::{RefusalNote, error_of};
use crate::ui::{Button, ButtonKind, ButtonLink, Note, PageHead, Select, TextInput};
use crate::web::{Fields, Refusal};
use crate::words::Paths;

/// What was asked for, and an organization has only with an assessment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    Assessment,
    Findings,
    Evidence,
    Report,
}

impl Wanted {
    const ALL: [Self; 4] = [Self::Assessment, Self::Findings, Self::Evidence, Self::Report];

    const fn name(self) -> &'static str {
        match self {
            Self::Assessment => "assessment",
            Self::Findings => "findings",
            Self::Evidence => "evidence",
            Self::Report => "report",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|wanted| wanted.name() == name)
    }

    /// The address of the form that starts the assessment.
    pub(crate) fn form(self, slug: &str) -> String {
        format!("/orgs/{slug}/assessments/new?for={}", self.name())
    }

    /// Why the form comes in its place.
    pub(crate) const fn reason(self) -> &'static str {
        match self {
            Self::Assessment => "No assessment has been started yet.",
            Self::Findings => {
                "There are no findings yet: they come from an assessment, and none has been started."
            }
            Self::Evidence => {
                "There is no evidence yet: it belongs to an assessment, and none has been started."
            }
            Self::Report => "There is no report yet: it is about an assessment, and none has been started.",
        }
    }
}

/// `slug` is the organization's; `year` gives the suggested title.
#[component]
pub(crate) fn AssessmentNewPage(
    slug: String,
    frameworks: Vec<FrameworkEntry>,
    typed: Fields,
    year: i16,
    #[prop(optional_no_strip)] wanted: Option<Wanted>,
    #[prop(optional_no_strip)] refusal: Option<Refusal>,
) -> impl IntoView {
    let error = |field| error_of(refusal.as_ref(), field);
    let chosen = typed.get("framework").to_owned();
    let title = if typed.has("title") { typed.get("title").to_owned() } else { format!("Readiness {year}") };
    let choices = frameworks
        .into_iter()
        .map(|entry| {
            let words = format!("{} {}", entry.title, entry.version);
            (framework_value(&entry), words)
        })
        .collect();
    view! {
        <PageHead title="Start an assessment" under="It keeps its framework version for good. Answers, evidence, findings and the report belong to it."/>
        {wanted.map(|wanted| view! { <div class="gap-below"><Note title=wanted.reason()/></div> })}
        <RefusalNote refusal=refusal.clone()/>
        <form method="post" action=format!("/orgs/{slug}/assessments/new") class="measure">
            <Select
                id="framework" name="framework" label="Framework" choices chosen error=error("framework")
            />
            {title_field(title, refusal.as_ref())}
            <p class="row gap-above">
                <Button kind=ButtonKind::Main>"Start"</Button>
                <ButtonLink href=format!("/orgs/{slug}") kind=ButtonKind::Plain>"Cancel"</ButtonLink>
                <a class="small" href="/frameworks">"Read the frameworks"</a>
            </p>
        </form>
    }
    .into_any()
}

#[component]
pub(crate) fn AssessmentEditPage(
    paths: Paths,
    title: String,
    #[prop(optional_no_strip)] refusal: Option<Refusal>,
) -> impl IntoView {
    let action = format!("{}/edit", paths.assessment());
    let back = paths.assessment().to_owned();
    view! {
        <PageHead title="Rename the assessment" under="What was submitted and signed keeps the title of then."/>
        <RefusalNote refusal=refusal.clone()/>
        <form method="post" action=action class="measure">
            {title_field(title, refusal.as_ref())}
            <p class="row gap-above">
                <Button kind=ButtonKind::Main>"Save the title"</Button>
                <ButtonLink href=back kind=ButtonKind::Plain>"Cancel"</ButtonLink>
            </p>
        </form>
    }
    .into_any()
}

fn title_field(title: String, refusal: Option<&Refusal>) -> AnyView {
    view! {
        <TextInput
            id="title" name="title" label="Title" value=title hint="For example its year or occasion"
            error=error_of(refusal, "title")
        />
    }
    .into_any()
}

/// A framework version as the form sends it: `B7 1.0.0`.
fn framework_value(entry: &FrameworkEntry) -> String {
    format!("{} {}", entry.code, entry.version)
}
