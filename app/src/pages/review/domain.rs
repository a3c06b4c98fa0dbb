//! The review of one domain: every claim with what is behind it, and the assessor's rating beside it.

use domain::framework::{Criterion, Domain};
use domain::scoring::{EvidenceState, Standing};
use leptos::prelude::*;
use service::record::Evidence;

use super::criterion::criterion_view;
use super::{ReviewSheet, decide};
use crate::pages::evidence::evidence_line;
use crate::pages::parts::RefusalNote;
use crate::ui::{Button, ButtonKind, ButtonLink, NavLink, PageHead, Section, Tabs};

/// The page of one domain.
pub(crate) struct ReviewDomain {
    pub(crate) sheet: ReviewSheet,
    /// The domain's place in the framework.
    pub(crate) domain: usize,
}

impl ReviewDomain {
    pub(super) fn domain(&self) -> &Domain {
        &self.sheet.page.assessed.framework.domains[self.domain]
    }

    fn in_profile(&self) -> impl Iterator<Item = &Criterion> {
        let assessed = &self.sheet.page.assessed;
        let applies = move |criterion: &&Criterion| {
            assessed
                .criterion_score(&criterion.code)
                .is_some_and(|score| score.standing != Standing::OutOfProfile)
        };
        self.domain().criteria.iter().filter(applies)
    }
}

/// The page's content.
pub(crate) fn review_domain_page(page: &ReviewDomain) -> AnyView {
    let sheet = &page.sheet;
    let domain = page.domain();
    let domains = sheet.page.assessed.framework.domains.iter().map(|other| {
        NavLink::new(sheet.paths.review_domain(other.code.as_str()), other.code.to_string())
            .current_if(other.code == domain.code)
    });
    let domains = domains.collect();
    let criteria = page.in_profile().map(|criterion| criterion_view(page, criterion)).collect_view();
    let title = view! { {domain.code.to_string()}" "<span class="light">{domain.title.clone()}</span> };
    let (review, answers) = (sheet.paths.review(), sheet.paths.domain(&domain.code));
    let criteria = if sheet.may_rate() {
        // One form for all: a button saves every rating that was written, not that beside it alone.
        let action = sheet.paths.review_domain(domain.code.as_str());
        let agree = format!("Agree with every claim of {} not rated yet", domain.code);
        view! {
            <form method="post" action=action novalidate=true class="stack-wide">
                {criteria}
                <p class="row"><Button name="then" value="agree">{agree}</Button></p>
            </form>
        }
        .into_any()
    } else {
        view! { <div class="stack-wide">{criteria}</div> }.into_any()
    };
    view! {
        <PageHead title=title under="Review: the claim, what is behind it, and the assessor's rating beside it">
            <ButtonLink href=review>"Whole review"</ButtonLink>
            <ButtonLink href=answers>"Questionnaire"</ButtonLink>
        </PageHead>
        <div class="gap-below"><Tabs label="Domains of the review" links=domains/></div>
        <RefusalNote refusal=sheet.refusal.clone()/>
        {sheet.decided.as_ref().map(decide::outcome)}
        <div class="stack-wide">
            {criteria}
            {evidence_section(page)}
        </div>
    }
    .into_any()
}

/// The evidence of the domain's criteria, for reviewing many items at once.
fn evidence_section(page: &ReviewDomain) -> Option<AnyView> {
    let assessed = &page.sheet.page.assessed;
    let of_domain =
        |item: &&Evidence| page.in_profile().any(|criterion| item.criteria.contains(&criterion.code));
    let items: Vec<&Evidence> = assessed.bundle.evidence.iter().filter(of_domain).collect();
    if items.is_empty() {
        return None;
    }
    let open = assessed.may_review_evidence();
    let typed = &page.sheet.typed;
    let today = assessed.computed_at.date();
    let mut choices = 0_usize;
    let lines = items
        .into_iter()
        .map(|item| {
            let codes: Vec<_> = item.criteria.iter().map(ToString::to_string).collect();
            let codes = codes.join(", ");
            let may = open && item.author != page.sheet.reader;
            choices += usize::from(may);
            let seen = item.seen().to_string();
            // Where the form came back, what was chosen in the revision that is there now.
            let checked = if typed.has("do") {
                typed.all("items").any(|chosen| chosen == seen)
            } else {
                item.state == EvidenceState::Submitted
            };
            let choice = may.then(|| {
                let label = format!("Choose {}", item.title);
                view! { <input type="checkbox" name="items" value=seen checked=checked aria-label=label/>" " }
            });
            let by = format!("{codes}, by {}", item.author_name);
            view! {
                <li class="pick">
                    {choice}
                    <div><ul class="lines">{evidence_line(item, &page.sheet.paths, today)}</ul><span class="sub">{by}</span></div>
                </li>
            }
        })
        .collect_view();
    let buttons = (choices > 0).then(|| {
        view! {
            <p class="row gap-above no-print">
                <Button name="do" value="accept">"Accept the chosen"</Button>
                <Button kind=ButtonKind::Stop name="do" value="reject">"Reject the chosen"</Button>
            </p>
        }
    });
    let action = format!("{}/evidence", page.sheet.paths.review_domain(page.domain().code.as_str()));
    Some(
        view! {
            <Section id="evidence" title="Evidence">
                <form method="post" action=action><ul class="lines">{lines}</ul>{buttons}</form>
            </Section>
        }
        .into_any(),
    )
}
