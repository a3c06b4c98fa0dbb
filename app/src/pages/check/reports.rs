//! What a system may report of a check that looks by itself: figures that it cannot see, and what a source finalized.

use leptos::prelude::*;
use serde_json::json;
use service::check::{Aside, asides};

use super::CheckShown;
use crate::ui::{Section, Width};

/// The parameter that names the source of finalized items.
const SOURCE: &str = "lag_source";

/// Nothing for a check that takes no such reports.
pub(super) fn reports_section(check: &CheckShown) -> Option<AnyView> {
    let figures = asides(&check.page.kind);
    let source = check.parameters.iter().find(|(name, value)| name == SOURCE && !value.trim().is_empty());
    if figures.is_empty() && source.is_none() {
        return None;
    }
    let at = &check.page.address;
    let figures = (!figures.is_empty()).then(|| figures_part(at, &figures));
    let finalized = source.map(|(_, source)| finalized_part(at, source.trim()));
    Some(
        view! {
            <Section id="reports" title="What a system reports" width=Width::Span>
                <div class="stack">{figures}{finalized}</div>
                <p class="small dim gap-above">"TOKEN stands for a token of the API, made in the settings of whoever may run the check."</p>
            </Section>
        }
        .into_any(),
    )
}

fn figures_part(at: &str, figures: &[Aside<'_>]) -> AnyView {
    let examples: serde_json::Map<_, _> =
        figures.iter().map(|aside| (aside.spec.name.clone(), json!(420))).collect();
    let call = call(&format!("{at}/reports"), &json!({ "observations": examples }));
    let lines = figures
        .iter()
        .map(|Aside { spec, days }| {
            let help = spec.help.trim_end_matches('.');
            let words = format!(
                ": {help}. The check cannot see it. A reported one counts for {days} days beside what it sees."
            );
            view! { <p><code>{spec.name.clone()}</code>{words}</p> }
        })
        .collect_view();
    view! {
        <div>
            {lines}
            <pre class="raw" tabindex="0"><code>{call}</code></pre>
        </div>
    }
    .into_any()
}

fn finalized_part(at: &str, source: &str) -> AnyView {
    let item = json!({ "reference": "DocumentReference/n17", "finalized_at": "2026-11-20T12:00:00Z" });
    let call = call(&format!("{at}/finalized"), &json!({ "source": source, "items": [item] }));
    let words = format!(
        "When {source} finalized which items of the test patients. The next runs look how soon each is visible."
    );
    view! {
        <div>
            <p>{words}</p>
            <pre class="raw" tabindex="0"><code>{call}</code></pre>
        </div>
    }
    .into_any()
}

/// A call for a shell.
fn call(address: &str, body: &serde_json::Value) -> String {
    let body = body.to_string().replace('\'', r"'\''");
    format!(
        "curl -X POST '{address}' \\\n  -H 'Authorization: Bearer TOKEN' -H 'Content-Type: application/json' \\\n  -d '{body}'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_holds_whatever_a_source_is_called() {
        let made = call("https://rung.example.org/x", &json!({ "source": "the lab's \"log\"" }));
        assert!(made.ends_with(r#"-d '{"source":"the lab'\''s \"log\""}'"#), "{made}");
    }
}
