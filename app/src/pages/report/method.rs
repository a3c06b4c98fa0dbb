//! How the numbers come about, and what they do not say.

use domain::scoring::{Totals, display};
use leptos::prelude::*;
use service::assessment::Assessed;
use service::report::Section as Part;

use super::{Report, checks};
use crate::pages::questionnaire::overall_arithmetic;
use crate::ui::Section;
use crate::words::plural;

/// How levels, scores and checks come about, one paragraph each.
pub(crate) fn paragraphs(report: &Report) -> [String; 3] {
    let assessed = &report.page.assessed;
    let caps: Vec<_> = assessed
        .framework
        .evidence_classes
        .iter()
        .map(|class| format!("{} ({}) to level {}", class.code, class.name, class.level_cap.get()))
        .collect();
    let levels = format!(
        "Each criterion is answered on five cumulative levels, 0 to 4. An answer counts in full only as far as it is \
         proven: {}. A health check that fails caps the answer that it contradicts.",
        caps.join(", "),
    );
    let scores = "A domain score is 25 times the weighted mean of the levels that count; the overall score weighs the \
                  domains. A rung is reached when its thresholds, its gates and those of every lower rung hold. All \
                  numbers are exact fractions, rounded once, for display.";
    // What a section would show is not given away beside it.
    let counted = if report.sections.has(Part::Checks) { health_in_numbers(report) } else { String::new() };
    let health = format!(
        "Health checks send synthetic data only. No patient data is kept.{counted} A check that has not concluded neither \
         proves nor contradicts."
    );
    [levels, scores.to_owned(), health]
}

/// Where the arithmetic is worked out.
pub(crate) fn methods_path(assessed: &Assessed) -> String {
    format!("/frameworks/{}/{}/methods", assessed.framework.code, assessed.framework.version)
}

pub(super) fn method(report: &Report) -> AnyView {
    let assessed = &report.page.assessed;
    let paragraphs = paragraphs(report).map(|words| view! { <p>{words}</p> }).collect_view();
    let sum = totals(report).map(|totals| {
        view! {
            <div class="stack-tight gap-above keep">
                <h3>{format!("Why the whole is {}", display(&totals.overall))}</h3>
                {overall_arithmetic(assessed, &report.paths)}
                <p class="small dim measure">{beside_the_sum(totals)}</p>
            </div>
        }
    });
    let disclaimer = assessed.framework.disclaimer.clone();
    let methods = methods_path(assessed);
    view! {
        <Section id="method" title="Method and limits">
            <div class="cols fine-cols">
                {paragraphs}
                <p>{disclaimer}</p>
                <p>"The arithmetic, worked out on an example, stands at " <a href=methods>"the methods of this framework"</a> "."</p>
            </div>
            {sum}
        </Section>
    }
    .into_any()
}

/// The totals, unless the report leaves the domains out: what a section would show is not given away beside it.
pub(crate) fn totals(report: &Report) -> Option<&Totals> {
    report.page.assessed.score.totals.as_ref().filter(|_| report.sections.has(Part::Domains))
}

fn health_in_numbers(report: &Report) -> String {
    let tied = checks::ties(report).len();
    format!(
        " Of {}, {tied} {} tied to this assessment; by their latest runs {}.",
        plural(report.checks.len(), "check"),
        if tied == 1 { "is" } else { "are" },
        checks::counts(report),
    )
}

/// What claimed and confidence are beside the sum.
pub(crate) fn beside_the_sum(totals: &Totals) -> String {
    format!(
        "Claimed {} is the same sum with the claimed levels; the difference of {} is claimed and not proven. Confidence \
         {} is the mean confidence of the evidence behind the answers, weighted by criterion.",
        display(&totals.claimed),
        display(&totals.assurance_gap),
        display(&totals.confidence),
    )
}
