//! How a framework scores: the arithmetic, an example worked out by the scoring code itself, the sources, the limits.

mod example;

use std::sync::Arc;

use domain::Framework;
use domain::framework::Citation;
use leptos::prelude::*;
use service::methods::WorkedExample;

use self::example::example_section;
use super::framework::{evidence_section, ladder_section, sources_section};
use crate::ui::{Disclaimer, PageHead, Section};

/// The page's content.
#[component]
pub(crate) fn MethodsPage(
    framework: Arc<Framework>,
    example: Arc<WorkedExample>,
    citations: Vec<Citation>,
) -> impl IntoView {
    let under = format!("{} {}: how answers become a score and a rung", framework.code, framework.version);
    let example = example_section(&framework, &example);
    let (ladder, evidence) = (ladder_section(&framework), evidence_section(&framework));
    let sources = sources_section(&framework, &citations);
    view! {
        <PageHead title=format!("Methods: {}", framework.title) under=under/>
        <Disclaimer words=framework.disclaimer.clone()/>
        <div class="stack-wide gap-above">
            {arithmetic()}
            {evidence}
            {ladder}
            {example}
            {climb()}
            {limits(&framework)}
            {sources}
        </div>
    }
    .into_any()
}

fn formula(name: &'static str, formula: &'static str, words: &'static str) -> AnyView {
    view! { <dt>{name}</dt><dd><span class="mono">{formula}</span><span class="sub">{words}</span></dd> }
        .into_any()
}

fn arithmetic() -> AnyView {
    let formulas = [
        formula(
            "Level that counts",
            "L_eff = min(L, cap of the evidence class, fail caps of contradicting checks)",
            "L is the level claimed, or the assessor's where there is one; 0 where nobody answered.",
        ),
        formula(
            "Domain score",
            "D = 25 × Σ(w × L_eff) / Σ w",
            "Over the criteria that apply, w their weights of 1 to 3.",
        ),
        formula(
            "Overall score",
            "Σ(W × D) / Σ W",
            "Over the domains with something that applies, W their weights.",
        ),
        formula("Claimed score", "the same with L for L_eff", "What the answers say."),
        formula("Assurance gap", "claimed − overall", "What is said and not proven."),
        formula(
            "Confidence",
            "Σ(w × confidence) / Σ w",
            "By the class of evidence; 20 for an answer that a check contradicts, at most 65 beside a warning, 0 where nobody answered.",
        ),
        formula("Completeness", "100 × Σ w of what is answered / Σ w", "Domain weights play no part."),
    ];
    let formulas = formulas.into_iter().collect_view();
    view! {
        <Section id="arithmetic" title="The arithmetic">
            <dl class="kv">{formulas}</dl>
            <p class="measure gap-above">
                "All numbers are exact fractions. They are rounded once, half up, to one decimal, when they are shown. A threshold is compared with the exact number, and a value equal to it meets it. A rung is reached when its own conditions and those of every lower rung hold."
            </p>
        </Section>
    }
    .into_any()
}

fn climb() -> AnyView {
    view! {
        <Section id="climb" title="The cheapest climb">
            <div class="stack measure">
                <p>
                    "A roadmap is the set of criteria to work on with the least effort that reaches a rung. A step counts its criterion's effort once, S 1, M 2, L 4, however many levels it climbs. It may raise the claim, bring evidence and have it accepted, mend checks that stand against the answer, and have one pass that verifies it. Answering an open question with 0 counts nothing. A climb never lowers a claim and leaves nothing out as not applicable."
                </p>
                <p>
                    "It is solved exactly, in whole numbers; then no step is asked to climb higher, or to prove more, than the rung needs. The result is scored with every step done, by the same rule as everything else."
                </p>
            </div>
        </Section>
    }
    .into_any()
}

fn limits(framework: &Framework) -> AnyView {
    let unread = "Sources marked as to be verified were not read in full by the authors of this framework.";
    let lines = [
        "Answers are an organization's own until an assessor rates them. Rating is not evidence: an assessor's level is capped like any other.",
        "A check sees what it tests, at the moment it runs, with synthetic data. A check that has not concluded neither proves nor contradicts.",
        "Evidence shows that something existed on its date. It expires, and the score falls with it.",
        "Weights, gates and thresholds are judgements of the framework's authors. They are the same for every profile; what does not apply to a profile is not asked.",
        "Efforts are rough sizes, not estimates of cost or time.",
        "Assessments by versions of one framework compare criterion by criterion; where the versions ask otherwise under the same code, the comparison says so. Their scores and rungs stand side by side, each by its own version's weights and thresholds.",
        unread,
    ];
    let lines = lines.into_iter().map(|line| view! { <li>{line}</li> }).collect_view();
    let disclaimer = framework.disclaimer.clone();
    view! {
        <Section id="limits" title="Limits">
            <ul class="measure stack-tight">{lines}</ul>
            <p class="fine gap-above">{disclaimer}</p>
        </Section>
    }
    .into_any()
}
