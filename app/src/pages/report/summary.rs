//! The executive summary: what the figures say, a sentence for each thing.

use leptos::prelude::*;

use super::Report;
use crate::ui::{Fact, KeyValue, Section, whole_codes};

pub(super) fn summary(report: &Report) -> AnyView {
    let facts =
        report.summary.iter().map(|point| Fact::new(point.topic.words(), whole_codes(&point.says))).collect();
    let aside = view! { <p>"Computed from the figures of this report"</p> };
    view! {
        <Section id="summary" title="Summary" aside=aside keep=true>
            <KeyValue facts/>
        </Section>
    }
    .into_any()
}
