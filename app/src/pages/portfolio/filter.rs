//! Which organizations are shown, and in which order: a plain form whose choice is in the address.

use std::cmp::Reverse;

use leptos::prelude::*;
use service::portfolio::{Client, ClientAssessment, Portfolio};
use service::record::AssessmentState;

use super::{PER_PAGE, contradicted};
use crate::ui::{Button, Select, TextInput};
use crate::web::{Fields, percent_encoded};
use crate::words::assessment_state_word;

const STATES: [AssessmentState; 5] = [
    AssessmentState::Draft,
    AssessmentState::Submitted,
    AssessmentState::InReview,
    AssessmentState::ChangesRequested,
    AssessmentState::Final,
];

/// Every order as (value in the address, words).
const ORDERS: [(&str, &str); 7] = [
    ("", "Name"),
    ("rung", "Lowest rung"),
    ("overall", "Lowest score"),
    ("drift", "Largest fall"),
    ("contradicted", "Most contradicted"),
    ("failing", "Most failing checks"),
    ("overdue", "Most overdue reviews"),
];

/// What of the choice the address carries from page to page.
const NAMES: [&str; 5] = ["framework", "profile", "state", "name", "order"];

/// The choice; an empty value chooses all.
#[derive(Debug, Clone, Default)]
pub(crate) struct PortfolioFilter(Fields);

impl From<Fields> for PortfolioFilter {
    fn from(query: Fields) -> Self {
        Self(query)
    }
}

impl PortfolioFilter {
    /// The framework chosen, as code and version.
    pub(crate) fn framework(&self) -> Option<(&str, &str)> {
        self.0.get("framework").split_once(' ')
    }

    fn page(&self) -> usize {
        self.0.get("page").parse().unwrap_or(1).clamp(1, 1_000_000)
    }

    /// How many come before this page.
    pub(super) fn first(&self) -> usize {
        (self.page() - 1) * PER_PAGE
    }

    /// The organizations that fit, in the chosen order.
    pub(crate) fn choose<'a>(&self, portfolio: &'a Portfolio) -> Vec<&'a Client> {
        let mut chosen: Vec<_> = portfolio.clients.iter().filter(|client| self.keeps(client)).collect();
        let assessed = |client: &'a Client| client.assessment.as_ref();
        match self.0.get("order") {
            "rung" => chosen.sort_by_key(|client| place(portfolio, assessed(client))),
            "overall" => {
                chosen.sort_by_key(|client| absent_last(assessed(client).and_then(|one| one.overall)));
            }
            "drift" => chosen.sort_by_key(|client| absent_last(assessed(client).and_then(|one| one.drift))),
            "contradicted" => chosen.sort_by_key(|client| Reverse(contradicted(client))),
            "failing" => chosen.sort_by_key(|client| Reverse(client.failing)),
            "overdue" => chosen.sort_by_key(|client| Reverse(client.overdue)),
            _ => {}
        }
        chosen
    }

    fn keeps(&self, client: &Client) -> bool {
        let (profile, state, name) = (self.0.get("profile"), self.0.get("state"), self.0.trimmed("name"));
        let organization = &client.organization;
        let state_of = |assessment: &ClientAssessment| assessment_state_word(assessment.state) == state;
        (profile.is_empty() || organization.profiles.iter().any(|code| code.as_str() == profile))
            && (state.is_empty() || client.assessment.as_ref().is_some_and(state_of))
            && (name.is_empty() || organization.name.to_lowercase().contains(&name.to_lowercase()))
    }

    /// The choice as it stands in an address after the question mark, without the page.
    pub(crate) fn query(&self) -> String {
        let chosen = NAMES.iter().map(|name| (name, self.0.get(name))).filter(|(_, value)| !value.is_empty());
        let parts: Vec<_> =
            chosen.map(|(name, value)| [name, "=", &percent_encoded(value)].concat()).collect();
        parts.join("&")
    }

    /// The address of the same choice on another page.
    fn address(&self, page: usize) -> String {
        match self.query().as_str() {
            "" => format!("/portfolio?page={page}"),
            query => format!("/portfolio?page={page}&{query}"),
        }
    }

    /// The way to the pages before and after.
    pub(super) fn pages(&self, of: usize) -> Option<AnyView> {
        let (page, last) = (self.page(), of.div_ceil(PER_PAGE));
        if last <= 1 {
            return None;
        }
        let before = (page > 1).then(|| view! { <a href=self.address(page - 1)>"Earlier"</a> });
        let after = (page < last).then(|| view! { <a href=self.address(page + 1)>"Further"</a> });
        let words = format!("Page {page} of {last}, {of} organizations");
        Some(view! { <nav class="row gap-above" aria-label="Pages">{before}<span class="dim">{words}</span>{after}</nav> }.into_any())
    }

    pub(super) fn form(&self, portfolio: &Portfolio) -> AnyView {
        let chosen = |name: &str| self.0.get(name).to_owned();
        let all = || std::iter::once((String::new(), "All".to_owned()));
        let profiles = portfolio.framework.profiles.iter();
        let profiles =
            all().chain(profiles.map(|profile| (profile.code.to_string(), profile.name.clone()))).collect();
        let states = STATES.map(assessment_state_word).map(|word| (word.to_owned(), word.to_owned()));
        let orders = ORDERS.map(|(value, words)| (value.to_owned(), words.to_owned())).to_vec();
        let name = |code: &str, version: &str| format!("{code} {version}");
        let frameworks = portfolio.frameworks.iter().map(|entry| {
            (name(entry.code.as_str(), &entry.version), format!("{} {}", entry.title, entry.version))
        });
        let framework = name(portfolio.framework.code.as_str(), &portfolio.framework.version);
        view! {
            <form class="filters" method="get" action="/portfolio">
                <Select id="framework" name="framework" label="Framework" choices=frameworks.collect() chosen=framework/>
                <Select id="profile" name="profile" label="Profile" choices=profiles chosen=chosen("profile") any=true/>
                <Select id="state" name="state" label="State" choices=all().chain(states).collect() chosen=chosen("state") any=true/>
                <TextInput id="name" name="name" label="Name contains" value=chosen("name") optional=true/>
                <Select id="order" name="order" label="Order by" choices=orders chosen=chosen("order") any=true/>
                <Button>"Show"</Button>
            </form>
        }
        .into_any()
    }
}

/// What is missing comes last.
fn absent_last<T: Ord>(value: Option<T>) -> (bool, Option<T>) {
    (value.is_none(), value)
}

/// By the place of an assessment's rung on the ladder.
fn place(portfolio: &Portfolio, assessment: Option<&ClientAssessment>) -> (bool, Option<usize>) {
    let rung = assessment.and_then(|assessment| assessment.rung.as_ref());
    absent_last(rung.map(|rung| portfolio.place(Some(rung))))
}
