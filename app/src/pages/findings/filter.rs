//! Which findings are shown: a plain form whose choice is in the address.

use domain::scoring::{FindingKind, FindingSeverity};
use domain::{CriterionCode, Framework};
use leptos::prelude::*;
use service::finding::{FindingView, FindingsPage};
use service::record::Finding;

use super::FindingsSheet;
use crate::ui::{Button, Order, Select};
use crate::web::{Fields, percent_encoded};
use crate::words::{finding_kind_word, severity_word};

const SEVERITIES: [FindingSeverity; 4] =
    [FindingSeverity::Critical, FindingSeverity::High, FindingSeverity::Medium, FindingSeverity::Low];

const KINDS: [FindingKind; 7] = [
    FindingKind::Contradiction,
    FindingKind::Gate,
    FindingKind::Unsupported,
    FindingKind::Unanswered,
    FindingKind::Stale,
    FindingKind::Coverage,
    FindingKind::Gap,
];

const NAMES: [&str; 5] = ["severity", "kind", "domain", "owner", "status"];

/// The choice; an empty value chooses all.
#[derive(Debug, Clone, Default)]
pub(crate) struct FindingFilter(Fields);

impl From<Fields> for FindingFilter {
    fn from(query: Fields) -> Self {
        Self(query)
    }
}

impl FindingFilter {
    fn is(&self, name: &str, value: &str) -> bool {
        let wanted = self.0.get(name);
        wanted.is_empty() || wanted == value
    }

    pub(super) fn shows_open(&self) -> bool {
        self.0.get("status") != "cleared"
    }

    pub(super) fn shows_cleared(&self) -> bool {
        matches!(self.0.get("status"), "cleared" | "all")
    }

    /// Whether a finding fits the choice, open or cleared.
    pub(super) fn keeps(&self, framework: &Framework, finding: &Finding) -> bool {
        let criterion = CriterionCode::from(finding.subject.as_str());
        let domain =
            framework.domain_of(&criterion).map_or(finding.subject.as_str(), |domain| domain.code.as_str());
        self.is("severity", severity_word(finding.severity))
            && self.is("kind", finding_kind_word(finding.kind))
            && self.is("domain", domain)
            && self.is("owner", &finding.owner)
    }

    /// The open findings that fit, in the chosen order: by severity, or by due date with undated ones last.
    pub(super) fn choose<'a>(&self, page: &'a FindingsPage) -> Vec<&'a FindingView> {
        let mut chosen: Vec<_> = page
            .findings
            .iter()
            .filter(|finding| self.keeps(&page.assessed.framework, &finding.record))
            .collect();
        if self.0.get("sort") == "due" {
            chosen.sort_by_key(|finding| (finding.record.due.is_none(), finding.record.due));
        }
        chosen
    }

    /// The address of the same choice in another order.
    pub(super) fn sorted_by(&self, sheet: &FindingsSheet, column: &str) -> String {
        let mut address = format!("{}?sort={column}", sheet.paths.findings());
        for name in NAMES {
            let value = self.0.get(name);
            if !value.is_empty() {
                address.push_str(&["&", name, "=", &percent_encoded(value)].concat());
            }
        }
        address
    }

    pub(super) fn order_of(&self, column: &str) -> Option<Order> {
        let by_due = self.0.get("sort") == "due";
        match column {
            "due" => by_due.then_some(Order::Ascending),
            _ => (!by_due).then_some(Order::Descending),
        }
    }
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn choices(all: &str, words: impl Iterator<Item = &'static str>) -> Vec<(String, String)> {
    let every = std::iter::once((String::new(), all.to_owned()));
    every.chain(words.map(|word| (word.to_owned(), capitalized(word)))).collect()
}

pub(super) fn form(sheet: &FindingsSheet) -> AnyView {
    let chosen = |name: &str| sheet.filter.0.get(name).to_owned();
    let domains = sheet.page.assessed.framework.domains.iter();
    let domains = std::iter::once((String::new(), "All".to_owned()))
        .chain(domains.map(|domain| (domain.code.to_string(), domain.code.to_string())))
        .collect::<Vec<_>>();
    let kept = sheet.page.findings.iter().map(|finding| &finding.record).chain(&sheet.page.cleared);
    let mut owners: Vec<_> =
        kept.filter(|finding| !finding.owner.is_empty()).map(|finding| finding.owner.clone()).collect();
    owners.sort();
    owners.dedup();
    let owners = std::iter::once((String::new(), "Anyone".to_owned()))
        .chain(owners.into_iter().map(|owner| (owner.clone(), owner)))
        .collect::<Vec<_>>();
    let status = [("", "Open"), ("cleared", "Cleared"), ("all", "Open and cleared")];
    let status = status.map(|(value, words)| (value.to_owned(), words.to_owned())).to_vec();
    let sort = sheet.filter.0.get("sort");
    let sort = (!sort.is_empty()).then(|| view! { <input type="hidden" name="sort" value=sort.to_owned()/> });
    view! {
        <form class="filters" method="get" action=sheet.paths.findings()>
            <Select
                id="severity"
                name="severity"
                label="Severity"
                choices=choices("All", SEVERITIES.into_iter().map(severity_word))
                chosen=chosen("severity")
                any=true
            />
            <Select
                id="kind"
                name="kind"
                label="Kind"
                choices=choices("All", KINDS.into_iter().map(finding_kind_word))
                chosen=chosen("kind")
                any=true
            />
            <Select id="domain" name="domain" label="Domain" choices=domains chosen=chosen("domain") any=true/>
            <Select id="owner" name="owner" label="Owner" choices=owners chosen=chosen("owner") any=true/>
            <Select id="status" name="status" label="Status" choices=status chosen=chosen("status") any=true/>
            {sort}
            <Button>"Show"</Button>
        </form>
    }
    .into_any()
}
