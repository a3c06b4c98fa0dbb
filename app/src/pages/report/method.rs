//! How the numbers come about, and what they do not say.

use domain::scoring::display;
use leptos::prelude::*;
use service::assessment::Assessed;
use service::report::Section as Part;

use super::{Report, checks};
use crate::pages::questionnaire::overall_arithmetic;
use crate::ui::Section;
use crate::words::plural;

pub(super) fn method(report: &Report) -> AnyView {
    let assessed = &report.page.assessed;
    let caps: Vec<_> = assessed
        .framework
        .evidence_classes
        .iter()
        .map(|class| format!("{} ({}) to level {}", class.code, class.name, class.level_cap.get()))
        .collect();
    // What a section would show is not given away beside it.
    let counted = if report.sections.has(Part::Checks) { health_in_numbers(report) } else { String::new() };
    let health = format!(
        "Health checks send synthetic data only. No patient data is kept.{counted} A check that has not concluded neither \
         proves nor contradicts."
    );
    let totals = assessed.score.totals.as_ref().filter(|_| report.sections.has(Part::Domains));
    let sum = totals.map(|totals| {
        view! {
            <div class="gap-above keep">
                <h3>{format!("Why the whole is {}", display(&totals.overall))}</h3>
                {overall_arithmetic(assessed, &report.paths)}
                {confidence_line(assessed)}
            </div>
        }
    });
    let levels = format!(
        "Each criterion is answered on five cumulative levels, 0 to 4. An answer counts in full only as far as it is \
         proven: {}. A health check that fails caps the answer that it contradicts.",
        caps.join(", "),
    );
    let disclaimer = assessed.framework.disclaimer.clone();
    let methods = format!("/frameworks/{}/{}/methods", assessed.framework.code, assessed.framework.version);
    view! {
        <Section id="method" title="Method and limits">
            <div class="cols fine-cols">
                <p>{levels}</p>
                <p>
                    "A domain score is 25 times the weighted mean of the levels that count; the overall score weighs the domains. A rung is reached when its thresholds, its gates and those of every lower rung hold. All numbers are exact fractions, rounded once, for display."
                </p>
                <p>{health}</p>
                <p>{disclaimer}</p>
                <p>"The arithmetic, worked out on an example, stands at " <a href=methods>"the methods of this framework"</a> "."</p>
            </div>
            {sum}
        </Section>
    }
    .into_any()
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

fn confidence_line(assessed: &Assessed) -> Option<AnyView> {
    let totals = assessed.score.totals.as_ref()?;
    let line = format!(
        "Claimed {} is the same sum with the claimed levels; the difference of {} is claimed and not proven. Confidence \
         {} is the mean confidence of the evidence behind the answers, weighted by criterion.",
        display(&totals.claimed),
        display(&totals.assurance_gap),
        display(&totals.confidence),
    );
    Some(view! { <p class="small dim measure">{line}</p> }.into_any())
}
